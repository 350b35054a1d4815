#include "workers/runtime/mapping.h"
#include "workers/runtime/mapping_path.h"
#include <string.h>

/* ---- Members of a message ---- */

static char *member_of(const MapSite *site)
{
    return (char *)site->message + site->row->offset;
}

/* Where the next element of a repeated field goes. The array doubles whenever the count is a power of two, so no
 * capacity has to be kept beside it. */
static void **next_element(const MapSite *site)
{
    size_t *count = (size_t *)(void *)((char *)site->message + site->field->quantifier_offset);
    void ***elements = (void ***)(void *)member_of(site);
    size_t n = *count;
    if ((n & (n - 1)) == 0) {
        void **larger = ARENA_ARRAY(site->arena, void *, n ? 2 * n : 1);
        if (n > 0)
            memcpy(larger, *elements, n * sizeof *larger);
        *elements = larger;
    }
    *count = n + 1;
    return *elements + n;
}

static bool is_repeated(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

void map_put_message(const MapSite *site, ProtobufCMessage *message)
{
    void **place = is_repeated(site->field) ? next_element(site) : (void **)(void *)member_of(site);
    *place = message;
}

void map_put_text(const MapSite *site, const char *text)
{
    void **place = is_repeated(site->field) ? next_element(site) : (void **)(void *)member_of(site);
    *place = (void *)(uintptr_t)text;
}

void map_put_enum(const MapSite *site, int value)
{
    *(int *)(void *)member_of(site) = value;
}

static ProtobufCMessage *new_message(Arena *arena, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);
    protobuf_c_message_init(type, message);
    return message;
}

ProtobufCMessage *map_new_message(const MapSite *site)
{
    return new_message(site->arena, site->field->descriptor);
}

/* ---- Around a site ---- */

yyjson_val *map_root(const MapSite *site)
{
    while (site->outer)
        site = site->outer;
    return site->record;
}

yyjson_val *map_nearest(const MapSite *site, const char *path)
{
    yyjson_val *value = NULL;
    for (; site && !value; site = site->outer)
        value = json_at(site->record, path);
    return value;
}

/* ---- Reading rows ---- */

static yyjson_val *value_at(yyjson_val *record, const char *path)
{
    char start[MAP_MAX_PATH];
    if (!path_is_list(path))
        return json_at(record, path);
    size_t length = strlen(path) - 2;
    memcpy(start, path, length);
    start[length] = 0;
    return json_at(record, start);
}

static MapResult read_elements(MapSite *site, yyjson_val *array, Error *err)
{
    MapResult result = MAP_ABSENT;
    size_t i, n;
    yyjson_val *element;
    site->value = array;
    if (!yyjson_is_arr(array))
        return map_fail(site, "is no array", err);
    yyjson_arr_foreach(array, i, n, element)
    {
        if (yyjson_is_null(element))
            continue;
        site->value = element;
        MapResult one = site->row->as->read(site, err);
        if (one == MAP_FAILED)
            return MAP_FAILED;
        if (one == MAP_READ)
            result = MAP_READ;
    }
    return result;
}

static MapResult read_row(MapSite *site, Error *err)
{
    const MapRow *row = site->row;
    site->field = protobuf_c_message_descriptor_get_field_by_name(site->message->descriptor, row->field);
    site->value = value_at(site->record, row->path);
    if (!site->value && !row->as->constant)
        return MAP_ABSENT;
    return path_is_list(row->path) ? read_elements(site, site->value, err) : row->as->read(site, err);
}

/* All rows of one record into `message`. ABSENT when no row but constants read anything, or a KEY is missing. */
static MapResult read_rows(const Mapping *mapping, ProtobufCMessage *message, yyjson_val *record, const MapSite *outer,
                           Arena *arena, Error *err)
{
    MapResult result = MAP_ABSENT;
    for (size_t i = 0; i < mapping->n_rows; i++) {
        const MapRow *row = &mapping->rows[i];
        MapSite site = {.row = row, .record = record, .outer = outer, .message = message, .arena = arena};
        switch (read_row(&site, err)) {
        case MAP_READ:
            if (!row->as->constant)
                result = MAP_READ;
            break;
        case MAP_ABSENT:
            if (row->need == OPTIONAL)
                break;
            if (row->need == KEY && outer)
                return MAP_ABSENT;
            error_set(err, ERROR_DATA, "%s is missing", row->path);
            return MAP_FAILED;
        case MAP_FAILED:
            if (strcmp(row->path, ".") != 0)
                error_wrap(err, "%s", row->path);
            return MAP_FAILED;
        }
    }
    return result;
}

MapResult map_record(const MapSite *site, Error *err)
{
    if (!yyjson_is_obj(site->value))
        return map_fail(site, "is no object", err);
    ProtobufCMessage *message = map_new_message(site);
    MapResult result = read_rows(site->row->as->argument, message, site->value, site, site->arena, err);
    if (result == MAP_READ)
        map_put_message(site, message);
    return result;
}

ProtobufCMessage *mapping_apply(const Mapping *mapping, yyjson_val *record, Arena *arena, Error *err)
{
    if (!yyjson_is_obj(record)) {
        error_set(err, ERROR_DATA, "the record is no object but %s", yyjson_get_type_desc(record));
        return NULL;
    }
    ProtobufCMessage *message = new_message(arena, mapping->message);
    return read_rows(mapping, message, record, NULL, arena, err) == MAP_FAILED ? NULL : message;
}
