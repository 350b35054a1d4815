#include "workers/runtime/rest.h"
#include <string.h>

/* ---- Query strings ---- */

void rest_query(Text *target, const Rest *rest, const char *key, const char *value)
{
    text_printf(target, "%c%s=%s", strchr(target->bytes, '?') ? '&' : '?', key, http_escape(rest->arena, value));
}

void rest_query_integer(Text *target, const Rest *rest, const char *key, int64_t value)
{
    rest_query(target, rest, key, arena_format(rest->arena, "%lld", (long long)value));
}

/* ---- Items ---- */

/* Doubles whenever the count is a power of two, so no capacity has to be kept beside it. */
void rest_add(Rest *rest, PageItem item)
{
    Page *page = rest->page;
    size_t n = page->n_items;
    if ((n & (n - 1)) == 0) {
        PageItem *items = ARENA_ARRAY(rest->arena, PageItem, n ? 2 * n : 1);
        if (n > 0)
            memcpy(items, page->items, n * sizeof *items);
        page->items = items;
    }
    page->items[page->n_items++] = item;
}

bool rest_add_written(Rest *rest, JsonWriter *writer, const Mapping *mapping, const char *id, Error *err)
{
    json_close(writer, '}');
    yyjson_val *json = json_parse(rest->arena, writer->out->bytes, writer->out->length, err);
    if (json)
        rest_add(rest, (PageItem){.mapping = mapping, .json = json, .id_hint = id});
    return json != NULL;
}

/* ---- Reading rows and answers ---- */

bool rest_is_gone(RestAnswer answer, Error *err)
{
    if (answer == REST_MISSING)
        *err = (Error){0};
    return answer == REST_MISSING;
}

const char *rest_id(const Rest *rest, yyjson_val *row, const char *member, const char *prefix)
{
    const char *id = map_clean_text(rest->arena, json_at(row, member));
    return id && *id ? arena_format(rest->arena, "%s%s", prefix, id) : NULL;
}

const char *rest_first_text(const Rest *rest, yyjson_val *json, const char *const *paths)
{
    for (; json && *paths; paths++) {
        const char *text = map_clean_text(rest->arena, json_at(json, *paths));
        if (text && *text)
            return text;
    }
    return "";
}
