#include "proto/columns.h"
#include "proto/pb.h"
#include <assert.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const FixedColumn fixed_columns[] = {
    {"connection_id",  "uuid",                     "not null",               true },
    {"id",             "text",                     "collate \"C\" not null", true },
    {"generation",     "integer",                  "not null",               false},
    {"source_version", "bigint",                   "not null",               false},
    {"epoch",          "bigint",                   "not null",               false},
    {"content_hash",   "bigint",                   "not null",               false},
    {"is_deleted",     "boolean",                  "not null",               false},
    {"modified_date",  "timestamp with time zone", "not null default now()", false},
};
const size_t n_fixed_columns = COUNT_OF(fixed_columns);

static const char *const sql_types[] = {
    [COLUMN_TEXT] = "text",       [COLUMN_WORD] = "text",       [COLUMN_BOOLEAN] = "boolean",
    [COLUMN_DECIMAL] = "numeric", [COLUMN_DATE] = "date",       [COLUMN_INSTANT] = "timestamp with time zone",
    [COLUMN_MAYBE] = "boolean",   [COLUMN_INTEGER] = "integer", [COLUMN_BIGINT] = "bigint",
    [COLUMN_OBJECT] = "jsonb",    [COLUMN_LIST] = "jsonb",      [COLUMN_PART] = "jsonb",
};

/* Messages that stand for one value. */
static const struct {
    const ProtobufCMessageDescriptor *message;
    ColumnType type;
} values[] = {
    {PB_DESCRIPTOR(PbDecimal),    COLUMN_DECIMAL},
    {PB_DESCRIPTOR(PbDate),       COLUMN_DATE   },
    {PB_DESCRIPTOR(PbTimestamp),  COLUMN_INSTANT},
    {PB_DESCRIPTOR(PbBoolValue),  COLUMN_MAYBE  },
    {PB_DESCRIPTOR(PbInt32Value), COLUMN_INTEGER},
    {PB_DESCRIPTOR(PbInt64Value), COLUMN_BIGINT },
    {PB_DESCRIPTOR(PbJsonObject), COLUMN_OBJECT },
};

const char *column_sql_type(ColumnType type)
{
    return sql_types[type];
}

ColumnType column_value_type(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return COLUMN_TEXT;
    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return COLUMN_WORD;
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return COLUMN_BOOLEAN;
    assert(field->type == PROTOBUF_C_TYPE_MESSAGE && "records hold no bare numbers: absent is not zero");
    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (values[i].message == field->descriptor)
            return values[i].type;
    return COLUMN_PART;
}

/* Does `message` hold `wanted` somewhere below? */
static bool holds(const ProtobufCMessageDescriptor *message, const ProtobufCMessageDescriptor *wanted, int depth)
{
    for (unsigned i = 0; i < message->n_fields && depth < 8; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE &&
            (field->descriptor == wanted || holds(field->descriptor, wanted, depth + 1)))
            return true;
    }
    return false;
}

static ColumnType column_type(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED ? COLUMN_LIST : column_value_type(field);
}

static bool is_head(const ProtobufCFieldDescriptor *field, int depth)
{
    return depth == 0 && (strcmp(field->name, "id") == 0 || strcmp(field->name, "is_deleted") == 0);
}

typedef struct Build {
    Column *items;
    size_t n, capacity;
    const ProtobufCFieldDescriptor *path[COLUMN_DEPTH];
} Build;

static void add_column(Build *build, const char *name, ColumnType type, int depth)
{
    if (build->n == build->capacity) {
        build->capacity = build->capacity ? 2 * build->capacity : 32;
        build->items = realloc(build->items, build->capacity * sizeof *build->items);
        if (!build->items)
            abort();
    }
    Column *column = &build->items[build->n++];
    *column = (Column){.name = strdup(name), .type = type, .n_path = depth + 1};
    if (!column->name)
        abort();
    memcpy(column->path, build->path, sizeof build->path);
}

static void add_message(Build *build, const ProtobufCMessageDescriptor *message, const char *prefix, int depth)
{
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        if (is_head(field, depth))
            continue;
        char name[128];
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "_" : "", field->name);
        build->path[depth] = field;
        ColumnType type = column_type(field);
        if (type == COLUMN_PART && depth + 1 < COLUMN_DEPTH && !holds(field->descriptor, field->descriptor, 0))
            add_message(build, field->descriptor, name, depth + 1);
        else
            add_column(build, name, type, depth);
    }
}

static Columns *all; /* as data_types, row by row */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_all(void)
{
    all = calloc(n_data_types, sizeof *all);
    if (!all)
        abort();
    for (size_t i = 0; i < n_data_types; i++) {
        Build build = {0};
        add_message(&build, data_types[i].message, "", 0);
        all[i] = (Columns){build.items, build.n};
    }
}

const Columns *columns_of(const DataType *type)
{
    pthread_once(&once, make_all);
    return &all[type - data_types];
}

const void *column_member(const Column *column, const ProtobufCMessage *record)
{
    const char *at = (const char *)record;
    for (int i = 0; i < column->n_path - 1; i++) {
        at = *(const char *const *)(at + column->path[i]->offset);
        if (!at)
            return NULL;
    }
    return at + column->path[column->n_path - 1]->offset;
}

void column_json_name(char out[64], const char *field)
{
    size_t length = 0;
    for (bool upper = false; *field && length < 63; field++) {
        if (*field != '_')
            out[length++] = upper ? (char)toupper((unsigned char)*field) : *field;
        upper = *field == '_';
    }
    out[length] = 0;
}
