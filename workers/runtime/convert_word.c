#include "proto/words.h"
#include "workers/runtime/mapping.h"
#include <ctype.h>
#include <string.h>

MapResult map_words(const MapSite *site, Error *err)
{
    const Word *words = site->row->as->argument;
    bool flag = yyjson_is_bool(site->value);
    const char *text =
        flag ? yyjson_get_bool(site->value) ? "true" : "false" : map_clean_text(site->arena, site->value);
    if (!text)
        return map_fail(site, "is no word", err);
    if (!*text)
        return MAP_ABSENT;
    int value = enum_unknown(site->field->descriptor);
    for (size_t i = 0; i < site->row->as->n_argument; i++)
        if (strcmp(words[i].word, text) == 0)
            value = words[i].value;
    map_put_enum(site, value);
    return MAP_READ;
}

/* "SalesItemLineDetail" and "SALES_ITEM_LINE_DETAIL" are one word to vendors that write enums in two ways. */
static bool is_same(const char *text, const char *word)
{
    for (; *text; text++) {
        if (*text == '_')
            continue;
        if (toupper((unsigned char)*text) != toupper((unsigned char)*word))
            return false;
        word++;
    }
    return !*word;
}

bool map_is_word(yyjson_val *json, const char *path, const char *word)
{
    const char *text = json_text(json, path);
    return text && is_same(text, word);
}

MapResult map_put_word(const MapSite *site, const char *word, const char *otherwise)
{
    int value;
    if (!enum_value(site->field->descriptor, word, &value) && !enum_value(site->field->descriptor, otherwise, &value))
        return MAP_ABSENT;
    map_put_enum(site, value);
    return MAP_READ;
}

static MapResult read_same_word(const MapSite *site, Error *err)
{
    const ProtobufCEnumDescriptor *type = site->field->descriptor;
    const char *text = map_clean_text(site->arena, site->value);
    if (!text)
        return map_fail(site, "is no word", err);
    if (!*text)
        return MAP_ABSENT;
    for (unsigned i = 0; i < type->n_values; i++) {
        const char *word = enum_word(type, type->values[i].value);
        if (word && is_same(text, word))
            return map_put_word(site, word, "Unknown");
    }
    map_put_enum(site, enum_unknown(type));
    return MAP_READ;
}
const Conversion AS_SAME_WORD = {.name = "the same word", .read = read_same_word, .type = PROTOBUF_C_TYPE_ENUM};
