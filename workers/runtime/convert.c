#include "lib/text.h"
#include "workers/runtime/countries.h"
#include "workers/runtime/mapping.h"
#include <ctype.h>
#include <string.h>

/* How much of a bad value an error text shows. */
enum { SHOWN = 40 };

static const char *bytes_of(yyjson_val *value)
{
    return yyjson_is_raw(value) ? yyjson_get_raw(value) : yyjson_get_str(value);
}

const char *map_clean_text(Arena *arena, yyjson_val *value)
{
    const char *bytes = bytes_of(value);
    if (!bytes)
        return NULL;
    size_t length = yyjson_get_len(value);
    if (length == 0)
        return "";
    size_t valid = text_valid_utf8(bytes, length);
    char *clean = arena_alloc(arena, valid + 3 * (length - valid) + 1);
    text_clean(clean, bytes, length);
    return clean;
}

MapResult map_fail(const MapSite *site, const char *reason, Error *err)
{
    const char *text = map_clean_text(site->arena, site->value);
    if (!text)
        error_set(err, ERROR_DATA, "%s %s", yyjson_get_type_desc(site->value), reason);
    else
        error_set(err, ERROR_DATA, "'%.*s' %s", (int)text_valid_utf8(text, strnlen(text, SHOWN)), text, reason);
    return MAP_FAILED;
}

/* ---- Texts ---- */

static MapResult put_if_any(const MapSite *site, const char *text, Error *err)
{
    if (!text)
        return map_fail(site, "is no text", err);
    if (!*text)
        return MAP_ABSENT;
    map_put_text(site, text);
    return MAP_READ;
}

static MapResult read_text(const MapSite *site, Error *err)
{
    return put_if_any(site, map_clean_text(site->arena, site->value), err);
}

const char *map_upper_text(Arena *arena, yyjson_val *value)
{
    char *upper = arena_text(arena, map_clean_text(arena, value));
    for (char *c = upper; c && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return upper;
}

static MapResult read_upper(const MapSite *site, Error *err)
{
    return put_if_any(site, map_upper_text(site->arena, site->value), err);
}

static const char *reference_text(const MapSite *site)
{
    bool expanded = yyjson_is_obj(site->value);
    return map_clean_text(site->arena, expanded ? yyjson_obj_get(site->value, "id") : site->value);
}

static MapResult read_reference(const MapSite *site, Error *err)
{
    return put_if_any(site, reference_text(site), err);
}

MapResult map_prefixed(const MapSite *site, Error *err)
{
    const char *text = reference_text(site);
    if (!text || !*text)
        return put_if_any(site, text, err);
    map_put_text(site, arena_format(site->arena, "%s%s", (const char *)site->row->as->argument, text));
    return MAP_READ;
}

MapResult map_titles(const MapSite *site, Error *err)
{
    const Title *titles = site->row->as->argument;
    const char *text = map_clean_text(site->arena, site->value);
    for (size_t i = 0; text && i < site->row->as->n_argument; i++)
        if (strcmp(titles[i].word, text) == 0)
            return put_if_any(site, titles[i].title, err);
    return put_if_any(site, text, err);
}

MapResult map_joined(const MapSite *site, Error *err)
{
    const char *const *paths = site->row->as->argument;
    AUTO(Text) *joined = text_new(NULL);
    for (size_t i = 1; i < site->row->as->n_argument; i++) {
        yyjson_val *value = json_at(site->record, paths[i]);
        const char *text = value ? map_clean_text(site->arena, value) : "";
        if (!text) {
            error_set(err, ERROR_DATA, "%s is no text", paths[i]);
            return MAP_FAILED;
        }
        if (*text)
            text_printf(joined, "%s%s", joined->length > 0 ? paths[0] : "", text);
    }
    return put_if_any(site, arena_copy(site->arena, joined->bytes, joined->length), err);
}

static MapResult read_country3(const MapSite *site, Error *err)
{
    const char *text = map_clean_text(site->arena, site->value);
    if (!text)
        return map_fail(site, "is no text", err);
    if (!*text)
        return MAP_ABSENT;
    const char *country = country_alpha3(text);
    map_put_text(site, country ? country : "XXX");
    return MAP_READ;
}

/* ---- Flags and constants ---- */

static void put_boolean(const MapSite *site, bool value)
{
    PbBoolValue *boolean = (PbBoolValue *)(void *)map_new_message(site);
    boolean->value = value;
    map_put_message(site, &boolean->base);
}

static MapResult read_boolean(const MapSite *site, Error *err)
{
    if (!yyjson_is_bool(site->value))
        return map_fail(site, "is neither true nor false", err);
    put_boolean(site, yyjson_get_bool(site->value));
    return MAP_READ;
}

MapResult map_is_there(const MapSite *site, Error *err)
{
    (void)err;
    put_boolean(site, json_at(site->record, site->row->as->argument) != NULL);
    return MAP_READ;
}

MapResult map_is_one_of(const MapSite *site, Error *err)
{
    const char *const *words = site->row->as->argument;
    const char *text = map_clean_text(site->arena, site->value);
    bool is_one = false;
    if (!text)
        return map_fail(site, "is no word", err);
    for (size_t i = 0; i < site->row->as->n_argument; i++)
        is_one = is_one || strcmp(words[i], text) == 0;
    put_boolean(site, is_one);
    return MAP_READ;
}

MapResult map_constant_text(const MapSite *site, Error *err)
{
    return put_if_any(site, site->row->as->argument, err);
}

MapResult map_constant_enum(const MapSite *site, Error *err)
{
    (void)err;
    map_put_enum(site, (int)site->row->as->n_argument);
    return MAP_READ;
}

MapResult map_constant_boolean(const MapSite *site, Error *err)
{
    (void)err;
    put_boolean(site, site->row->as->n_argument != 0);
    return MAP_READ;
}

const Conversion AS_TEXT = {.name = "text", .read = read_text, .type = PROTOBUF_C_TYPE_STRING};
const Conversion AS_UPPER = {.name = "upper case", .read = read_upper, .type = PROTOBUF_C_TYPE_STRING};
const Conversion AS_REFERENCE = {.name = "reference", .read = read_reference, .type = PROTOBUF_C_TYPE_STRING};
const Conversion AS_COUNTRY3 = {.name = "country", .read = read_country3, .type = PROTOBUF_C_TYPE_STRING};
const Conversion AS_BOOLEAN = {
    .name = "boolean", .read = read_boolean, .type = PROTOBUF_C_TYPE_MESSAGE, .message = "google.protobuf.BoolValue"};
