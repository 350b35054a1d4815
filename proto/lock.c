#include "proto/lock.h"
#include "lib/arena.h"
#include "proto/data_types.h"
#include <stdlib.h>
#include <string.h>

#define RETIRED "retired"

typedef struct Line {
    const char *scope; /* full name of a message or an enum */
    unsigned number;
    const char *name;
    const char *type; /* of the field, "value" in an enum, or "retired" */
} Line;

typedef struct Lines {
    Arena *arena; /* borrowed */
    Line *all;
    size_t n, capacity;
} Lines;

static void add(Lines *lines, const char *scope, unsigned number, const char *name, const char *type)
{
    if (lines->n == lines->capacity) {
        size_t capacity = lines->capacity ? 2 * lines->capacity : 256;
        Line *all = ARENA_ARRAY(lines->arena, Line, capacity);
        if (lines->n > 0)
            memcpy(all, lines->all, lines->n * sizeof *all);
        lines->all = all;
        lines->capacity = capacity;
    }
    lines->all[lines->n++] = (Line){scope, number, name, type};
}

static bool same_place(const Line *a, const Line *b)
{
    return a->number == b->number && strcmp(a->scope, b->scope) == 0;
}

static bool is_retired(const Line *line)
{
    return strcmp(line->type, RETIRED) == 0;
}

static const Line *find_place(const Lines *lines, const Line *wanted)
{
    for (size_t i = 0; i < lines->n; i++)
        if (same_place(&lines->all[i], wanted))
            return &lines->all[i];
    return NULL;
}

static const Line *find_name(const Lines *lines, const Line *wanted)
{
    for (size_t i = 0; i < lines->n; i++)
        if (strcmp(lines->all[i].scope, wanted->scope) == 0 && strcmp(lines->all[i].name, wanted->name) == 0)
            return &lines->all[i];
    return NULL;
}

static bool is_known(const Lines *lines, const char *scope)
{
    for (size_t i = 0; i < lines->n; i++)
        if (strcmp(lines->all[i].scope, scope) == 0)
            return true;
    return false;
}

static const char *type_name(Arena *arena, const ProtobufCFieldDescriptor *field)
{
    static const char *const scalars[] = {
        [PROTOBUF_C_TYPE_INT32] = "int32",       [PROTOBUF_C_TYPE_SINT32] = "sint32",
        [PROTOBUF_C_TYPE_SFIXED32] = "sfixed32", [PROTOBUF_C_TYPE_INT64] = "int64",
        [PROTOBUF_C_TYPE_SINT64] = "sint64",     [PROTOBUF_C_TYPE_SFIXED64] = "sfixed64",
        [PROTOBUF_C_TYPE_UINT32] = "uint32",     [PROTOBUF_C_TYPE_FIXED32] = "fixed32",
        [PROTOBUF_C_TYPE_UINT64] = "uint64",     [PROTOBUF_C_TYPE_FIXED64] = "fixed64",
        [PROTOBUF_C_TYPE_FLOAT] = "float",       [PROTOBUF_C_TYPE_DOUBLE] = "double",
        [PROTOBUF_C_TYPE_BOOL] = "bool",         [PROTOBUF_C_TYPE_STRING] = "string",
        [PROTOBUF_C_TYPE_BYTES] = "bytes",
    };
    const char *name;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        name = ((const ProtobufCMessageDescriptor *)field->descriptor)->name;
    else if (field->type == PROTOBUF_C_TYPE_ENUM)
        name = ((const ProtobufCEnumDescriptor *)field->descriptor)->name;
    else
        name = scalars[field->type];
    return field->label == PROTOBUF_C_LABEL_REPEATED ? arena_format(arena, "%s[]", name) : name;
}

static void walk_enum(Lines *lines, const ProtobufCEnumDescriptor *type)
{
    if (is_known(lines, type->name))
        return;
    for (unsigned i = 0; i < type->n_values; i++)
        add(lines, type->name, (unsigned)type->values[i].value, type->values[i].name, "value");
}

/* The message and all that it is made of. What belongs to protobuf itself is not ours to lock. */
static void walk(Lines *lines, const ProtobufCMessageDescriptor *type)
{
    if (is_known(lines, type->name) || strncmp(type->name, "google.", 7) == 0)
        return;
    for (unsigned i = 0; i < type->n_fields; i++)
        add(lines, type->name, type->fields[i].id, type->fields[i].name, type_name(lines->arena, &type->fields[i]));
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            walk(lines, type->fields[i].descriptor);
        else if (type->fields[i].type == PROTOBUF_C_TYPE_ENUM)
            walk_enum(lines, type->fields[i].descriptor);
    }
}

static void walk_all(Lines *lines)
{
    for (size_t i = 0; i < n_data_types; i++)
        walk(lines, data_types[i].message);
    for (uint32_t id = SCHEMA_JOB; id <= SCHEMA_DEAD_LETTER; id++)
        walk(lines, schema_message(id));
}

/* Returns how many lines cannot be read. */
static size_t parse(Lines *lines, const char *text, FILE *report)
{
    size_t n_bad = 0;
    char *rest = arena_text(lines->arena, text);
    for (char *line; (line = strsep(&rest, "\n"));) {
        char scope[256], name[128], type[256], excess;
        unsigned number;
        if (*line == '\0' || *line == '#')
            continue;
        if (sscanf(line, "%255s %u %127s %255s %c", scope, &number, name, type, &excess) != 4) {
            fprintf(report, "not a line of a lock: %s\n", line);
            n_bad++;
            continue;
        }
        add(lines, arena_text(lines->arena, scope), number, arena_text(lines->arena, name),
            arena_text(lines->arena, type));
    }
    return n_bad;
}

/* Changed or reused: what no update can make good. */
static size_t count_broken(const Lines *held, const Lines *now, FILE *report)
{
    size_t n = 0;
    for (size_t i = 0; i < held->n; i++) {
        const Line *was = &held->all[i];
        const Line *is = find_place(now, was);
        if (is && is_retired(was)) {
            fprintf(report, "%s %u: retired as %s, must not come back as %s\n", was->scope, was->number, was->name,
                    is->name);
            n++;
        } else if (is && (strcmp(is->name, was->name) != 0 || strcmp(is->type, was->type) != 0)) {
            fprintf(report, "%s %u: was %s %s, must not become %s %s\n", was->scope, was->number, was->name, was->type,
                    is->name, is->type);
            n++;
        } else if (!is && (is = find_name(now, was))) {
            fprintf(report, "%s %s: had number %u, must not return as %u\n", was->scope, was->name, was->number,
                    is->number);
            n++;
        }
    }
    return n;
}

static bool is_lost(const Line *was, const Lines *now)
{
    return !is_retired(was) && !find_place(now, was);
}

size_t lock_check(const char *text, FILE *report)
{
    AUTO(Arena) *arena = arena_new(256 * KIB);
    Lines held = {.arena = arena}, now = {.arena = arena};
    size_t n = parse(&held, text, report);
    walk_all(&now);
    n += count_broken(&held, &now, report);
    for (size_t i = 0; i < held.n; i++) {
        if (is_lost(&held.all[i], &now)) {
            fprintf(report, "%s %u: %s is gone without being retired\n", held.all[i].scope, held.all[i].number,
                    held.all[i].name);
            n++;
        }
    }
    for (size_t i = 0; i < now.n; i++) {
        if (!find_place(&held, &now.all[i])) {
            fprintf(report, "%s %u: %s is not locked\n", now.all[i].scope, now.all[i].number, now.all[i].name);
            n++;
        }
    }
    return n;
}

static int by_place(const void *left, const void *right)
{
    const Line *a = left, *b = right;
    int order = strcmp(a->scope, b->scope);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

bool lock_update(const char *text, FILE *out, FILE *report)
{
    AUTO(Arena) *arena = arena_new(256 * KIB);
    Lines held = {.arena = arena}, now = {.arena = arena};
    size_t n_bad = parse(&held, text, report);
    walk_all(&now);
    if (n_bad + count_broken(&held, &now, report) > 0)
        return false;
    for (size_t i = 0; i < held.n; i++)
        if (!find_place(&now, &held.all[i]))
            add(&now, held.all[i].scope, held.all[i].number, held.all[i].name, RETIRED);
    qsort(now.all, now.n, sizeof *now.all, by_place);
    fputs("# Written by proto-lock; see README.md. Lines are only ever added or retired.\n", out);
    for (size_t i = 0; i < now.n; i++)
        fprintf(out, "%s %u %s %s\n", now.all[i].scope, now.all[i].number, now.all[i].name, now.all[i].type);
    return true;
}
