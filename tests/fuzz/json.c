/* JSON. Input: a path; then the text. */
#include "lib/json.h"
#include "tests/fuzz/fuzz.h"
#include <string.h>

enum { DEEPEST = 64 };

static int depth_of(yyjson_val *value)
{
    size_t i, n;
    yyjson_val *key, *item;
    int deepest = 0;
    if (!yyjson_is_ctn(value))
        return 0;
    if (yyjson_is_arr(value)) {
        yyjson_arr_foreach(value, i, n, item)
        {
            int depth = depth_of(item);
            deepest = depth > deepest ? depth : deepest;
        }
    } else {
        yyjson_obj_foreach(value, i, n, key, item)
        {
            int depth = depth_of(item);
            deepest = depth > deepest ? depth : deepest;
        }
    }
    return deepest + 1;
}

static void can_be_read(yyjson_val *value, const char *path)
{
    yyjson_val *at = json_at(value, path);
    const char *text = json_text(value, path), *scalar = json_scalar(value, path);
    HOLDS(!text || scalar == text);
    HOLDS(!scalar || yyjson_is_str(at) || yyjson_is_raw(at));
    HOLDS(at || (!scalar && json_integer(value, path, -7) == -7 && json_boolean(value, path, true)));
    HOLDS(json_at(value, ".") == value || yyjson_is_null(value));
}

/* Written and read again it is the same, and numbers are never touched. */
static void can_be_written(Arena *arena, yyjson_val *value)
{
    Error err = {0};
    AUTO(Text) *first = text_new(NULL);
    AUTO(Text) *second = text_new(NULL);
    json_write(first, value);
    HOLDS(text_valid_utf8(first->bytes, first->length) == first->length);
    yyjson_val *again = json_parse(arena, first->bytes, first->length, &err);
    HOLDS(again);
    json_write(second, again);
    HOLDS(strcmp(first->bytes, second->bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    Error err = {0};
    FuzzInput input = {(const char *)bytes, length};
    const char *path = fuzz_line(&input, arena);
    yyjson_val *value = json_parse(arena, input.at, input.left, &err);
    if (!value) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_DATA);
        return 0;
    }
    HOLDS(depth_of(value) <= DEEPEST);
    can_be_read(value, path);
    can_be_written(arena, value);
    return 0;
}
