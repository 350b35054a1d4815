#include "lib/text.h"
#include "workers/runtime/mapping.h"

/* Untouched, but for what Postgres cannot hold: NUL, control characters and bad UTF-8 in texts, numbers past our
 * decimals (they become texts). So it is written here and not by json_write(). */
static void write_value(Text *out, yyjson_val *value, Arena *arena);

static void write_text(Text *out, yyjson_val *value, Arena *arena)
{
    const char *text = map_clean_text(arena, value);
    text_put_json(out, text, strlen(text));
}

static void write_number(Text *out, yyjson_val *value, Arena *arena)
{
    char canonical[DECIMAL_SIZE];
    if (map_number(value, false, canonical))
        text_add(out, yyjson_get_raw(value), yyjson_get_len(value));
    else
        write_text(out, value, arena);
}

static void write_array(Text *out, yyjson_val *array, Arena *arena)
{
    size_t i, n;
    yyjson_val *item;
    text_putc(out, '[');
    yyjson_arr_foreach(array, i, n, item)
    {
        if (i > 0)
            text_putc(out, ',');
        write_value(out, item, arena);
    }
    text_putc(out, ']');
}

static void write_object(Text *out, yyjson_val *object, Arena *arena)
{
    size_t i, n;
    yyjson_val *key, *item;
    text_putc(out, '{');
    yyjson_obj_foreach(object, i, n, key, item)
    {
        if (i > 0)
            text_putc(out, ',');
        write_text(out, key, arena);
        text_putc(out, ':');
        write_value(out, item, arena);
    }
    text_putc(out, '}');
}

static void write_value(Text *out, yyjson_val *value, Arena *arena)
{
    if (yyjson_is_obj(value))
        write_object(out, value, arena);
    else if (yyjson_is_arr(value))
        write_array(out, value, arena);
    else if (yyjson_is_str(value))
        write_text(out, value, arena);
    else if (yyjson_is_raw(value))
        write_number(out, value, arena);
    else
        json_write(out, value);
}

static yyjson_val *supplement_at(yyjson_val *record, const Supplement *supplement)
{
    yyjson_val *value = json_at(record, supplement->path ? supplement->path : supplement->name);
    if (supplement->form == ID_ONLY && yyjson_is_obj(value))
        value = json_at(value, "id");
    return yyjson_is_obj(value) && yyjson_obj_size(value) == 0 ? NULL : value;
}

MapResult map_supplement(const MapSite *site, Error *err)
{
    (void)err;
    const Supplement *supplements = site->row->as->argument;
    AUTO(Text) *out = text_new("{");
    for (size_t i = 0; i < site->row->as->n_argument; i++) {
        yyjson_val *value = supplement_at(site->value, &supplements[i]);
        if (!value)
            continue;
        text_printf(out, "%s\"%s\":", out->length > 1 ? "," : "", supplements[i].name);
        write_value(out, value, site->arena);
    }
    if (out->length == 1)
        return MAP_ABSENT;
    text_putc(out, '}');
    PbJsonObject *object = (PbJsonObject *)(void *)map_new_message(site);
    object->json = arena_copy(site->arena, out->bytes, out->length);
    map_put_message(site, &object->base);
    return MAP_READ;
}
