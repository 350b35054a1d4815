#include "infra/sandbox/truth_diff.h"
#include <stdlib.h>
#include <string.h>

typedef struct Diff {
    JsonWriter *json;
    const LedgerRecord *first;
    int n_first;
    bool now_first; /* this turn writes only those of `first`; the next one the others */
} Diff;

static void put(Diff *diff, const char *data_type, const char *id)
{
    bool is_first = false;
    for (int i = 0; i < diff->n_first && !is_first; i++)
        is_first = strcmp(diff->first[i].id, id) == 0 && strcmp(diff->first[i].data_type, data_type) == 0;
    if (is_first != diff->now_first)
        return;
    json_open(diff->json, NULL, '{');
    json_put_text(diff->json, "dataType", data_type);
    json_put_text(diff->json, "id", id);
    json_close(diff->json, '}');
}

/* Records of `one` that `other` has not, and with `differing` those that are not the same there. */
static void compare(Diff *diff, const char *data_type, yyjson_val *one, yyjson_val *other, bool differing)
{
    yyjson_obj_iter records = yyjson_obj_iter_with(one), others = yyjson_obj_iter_with(other);
    for (yyjson_val *key = yyjson_obj_iter_next(&records); key; key = yyjson_obj_iter_next(&records)) {
        const char *id = yyjson_get_str(key);
        yyjson_val *match = yyjson_obj_iter_get(&others, id); /* quick: the order is the same */
        if (!match || (differing && !yyjson_equals(match, yyjson_obj_iter_get_val(key))))
            put(diff, data_type, id);
    }
}

static yyjson_val *parsed(Arena *arena, const Text *text)
{
    Error err = {0};
    yyjson_val *value = json_parse(arena, text->bytes, text->length, &err);
    if (!value)
        abort(); /* the truth is our own writing */
    return value;
}

void truth_diff(JsonWriter *json, const Text *before, const Text *after, const LedgerRecord *first, int n_first)
{
    AUTO(Arena) *arena = arena_new(1024 * KIB);
    Diff diff = {.json = json, .first = first, .n_first = n_first};
    yyjson_val *old = parsed(arena, before), *new = parsed(arena, after), *key, *value;
    for (int turn = 0; turn < 2; turn++) {
        size_t i, n;
        diff.now_first = turn == 0;
        yyjson_obj_foreach(new, i, n, key, value)
        {
            const char *data_type = yyjson_get_str(key);
            if (strcmp(data_type, "deleted") == 0)
                continue;
            compare(&diff, data_type, value, yyjson_obj_get(old, data_type), true);
            compare(&diff, data_type, yyjson_obj_get(old, data_type), value, false);
        }
    }
}
