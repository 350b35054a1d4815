#include "lib/json.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

static void *json_malloc(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void *json_realloc(void *arena, void *old, size_t old_size, size_t size)
{
    if (size <= old_size)
        return old;
    void *larger = arena_alloc(arena, size);
    memcpy(larger, old, old_size);
    return larger;
}

static void json_free(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

/* yyjson does not recurse, but json_write() and the mapping do. */
static bool nesting_fits(yyjson_val *value, int depth)
{
    size_t i, n;
    yyjson_val *key, *item;
    if (!yyjson_is_ctn(value))
        return true;
    if (depth == MAX_DEPTH)
        return false;
    bool fits = true;
    if (yyjson_is_arr(value)) {
        yyjson_arr_foreach(value, i, n, item)
        {
            fits = fits && nesting_fits(item, depth + 1);
        }
    } else {
        yyjson_obj_foreach(value, i, n, key, item)
        {
            fits = fits && nesting_fits(item, depth + 1);
        }
    }
    return fits;
}

/* What an escape at `text` stands for, 16 bits; -1 where there is none. */
static int escaped_unit(const char *text, const char *end)
{
    static const char digits[] = "0123456789abcdef";
    int unit = 0;
    if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        const char *digit = text[i] ? strchr(digits, tolower((unsigned char)text[i])) : NULL;
        if (!digit)
            return -1;
        unit = unit << 4 | (int)(digit - digits);
    }
    return unit;
}

static bool is_surrogate(int unit, int first)
{
    return unit >= first && unit < first + 0x400;
}

/* Vendors cut texts between the two halves of an emoji. yyjson refuses the half that is left, and with it the page: it
 * becomes a replacement character here. NULL when there is no such half. */
static char *without_half_pairs(Arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_copy(arena, bytes, length), *end = copy + length;
    bool found = false;
    for (char *at = copy; (at = memchr(at, '\\', (size_t)(end - at)));) {
        int unit = escaped_unit(at, end);
        if (is_surrogate(unit, 0xD800) && is_surrogate(escaped_unit(at + 6, end), 0xDC00)) {
            at += 12;
        } else {
            if (is_surrogate(unit, 0xD800) || is_surrogate(unit, 0xDC00)) {
                memcpy(at + 2, "FFFD", 4);
                found = true;
            }
            at += end - at < 2 ? 1 : 2;
        }
    }
    return found ? copy : NULL;
}

static yyjson_doc *read_document(Arena *arena, const char *bytes, size_t length, yyjson_read_err *failure)
{
    const yyjson_alc alc = {json_malloc, json_realloc, json_free, arena};
    const yyjson_read_flag flags = YYJSON_READ_NUMBER_AS_RAW | YYJSON_READ_ALLOW_INVALID_UNICODE;
    /* Without the in-situ flag the bytes are only read, whatever the type says. */
    return yyjson_read_opts((char *)(uintptr_t)bytes, length, flags, &alc, failure);
}

yyjson_val *json_parse(Arena *arena, const char *bytes, size_t length, Error *err)
{
    yyjson_read_err failure = {0};
    if (length == 0) {
        error_set(err, ERROR_DATA, "empty body where JSON was expected");
        return NULL;
    }
    yyjson_doc *doc = read_document(arena, bytes, length, &failure);
    if (!doc && failure.code == YYJSON_READ_ERROR_INVALID_STRING && (bytes = without_half_pairs(arena, bytes, length)))
        doc = read_document(arena, bytes, length, &failure);
    if (!doc) {
        error_set(err, ERROR_DATA, "malformed JSON at byte %zu of %zu: %s", failure.pos, length, failure.msg);
        return NULL;
    }
    yyjson_val *root = yyjson_doc_get_root(doc);
    if (!nesting_fits(root, 0)) {
        error_set(err, ERROR_DATA, "JSON is nested deeper than %d levels", MAX_DEPTH);
        return NULL;
    }
    return root;
}

bool json_is_cut(Arena *arena, const char *bytes, size_t length)
{
    yyjson_read_err failure = {0};
    return !read_document(arena, bytes, length, &failure) &&
           (failure.code == YYJSON_READ_ERROR_UNEXPECTED_END || failure.pos >= length);
}

static yyjson_val *step(yyjson_val *value, const char *name, size_t length)
{
    if (yyjson_is_obj(value))
        return yyjson_obj_getn(value, name, length);
    if (!yyjson_is_arr(value) || length == 0 || length > 9)
        return NULL;
    size_t index = 0;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return NULL;
        index = index * 10 + (size_t)(name[i] - '0');
    }
    return yyjson_arr_get(value, index);
}

yyjson_val *json_at(yyjson_val *value, const char *path)
{
    if (strcmp(path, ".") == 0)
        return yyjson_is_null(value) ? NULL : value;
    while (value) {
        size_t length = strcspn(path, ".");
        value = step(value, path, length);
        if (yyjson_is_null(value))
            return NULL;
        if (path[length] == 0)
            return value;
        path += length + 1;
    }
    return NULL;
}

const char *json_text(yyjson_val *value, const char *path)
{
    return yyjson_get_str(json_at(value, path));
}

const char *json_scalar(yyjson_val *value, const char *path)
{
    yyjson_val *found = json_at(value, path);
    return yyjson_is_raw(found) ? yyjson_get_raw(found) : yyjson_get_str(found);
}

int64_t json_integer(yyjson_val *value, const char *path, int64_t fallback)
{
    const char *digits = yyjson_get_raw(json_at(value, path));
    if (!digits)
        return fallback;
    char *end;
    errno = 0;
    long long number = strtoll(digits, &end, 10);
    return errno || *end ? fallback : number;
}

bool json_boolean(yyjson_val *value, const char *path, bool fallback)
{
    yyjson_val *found = json_at(value, path);
    return yyjson_is_bool(found) ? yyjson_get_bool(found) : fallback;
}

static void write_array(Text *out, yyjson_val *array)
{
    size_t i, n;
    yyjson_val *item;
    text_putc(out, '[');
    yyjson_arr_foreach(array, i, n, item)
    {
        if (i > 0)
            text_putc(out, ',');
        json_write(out, item);
    }
    text_putc(out, ']');
}

static void write_object(Text *out, yyjson_val *object)
{
    size_t i, n;
    yyjson_val *key, *item;
    text_putc(out, '{');
    yyjson_obj_foreach(object, i, n, key, item)
    {
        if (i > 0)
            text_putc(out, ',');
        text_put_json(out, yyjson_get_str(key), yyjson_get_len(key));
        text_putc(out, ':');
        json_write(out, item);
    }
    text_putc(out, '}');
}

void json_write(Text *out, yyjson_val *value)
{
    switch (yyjson_get_type(value)) {
    case YYJSON_TYPE_ARR:
        write_array(out, value);
        break;
    case YYJSON_TYPE_OBJ:
        write_object(out, value);
        break;
    case YYJSON_TYPE_STR:
        text_put_json(out, yyjson_get_str(value), yyjson_get_len(value));
        break;
    case YYJSON_TYPE_RAW:
        text_add(out, yyjson_get_raw(value), yyjson_get_len(value));
        break;
    case YYJSON_TYPE_BOOL:
        text_puts(out, yyjson_get_bool(value) ? "true" : "false");
        break;
    default:
        text_puts(out, "null");
        break;
    }
}
