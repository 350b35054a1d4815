#include "lib/json.h"
#include <string.h>

static void begin(JsonWriter *writer, const char *key)
{
    if (writer->comma)
        text_putc(writer->out, ',');
    writer->comma = true;
    if (key) {
        text_put_json(writer->out, key, strlen(key));
        text_putc(writer->out, ':');
    }
}

void json_open(JsonWriter *writer, const char *key, char bracket)
{
    begin(writer, key);
    text_putc(writer->out, bracket);
    writer->comma = false;
}

void json_close(JsonWriter *writer, char bracket)
{
    text_putc(writer->out, bracket);
    writer->comma = true;
}

void json_put_text(JsonWriter *writer, const char *key, const char *value)
{
    begin(writer, key);
    if (value)
        text_put_json(writer->out, value, strlen(value));
    else
        text_puts(writer->out, "null");
}

void json_put_integer(JsonWriter *writer, const char *key, int64_t value)
{
    begin(writer, key);
    text_printf(writer->out, "%lld", (long long)value);
}

void json_put_boolean(JsonWriter *writer, const char *key, bool value)
{
    begin(writer, key);
    text_puts(writer->out, value ? "true" : "false");
}

void json_put_raw(JsonWriter *writer, const char *key, const char *json, size_t length)
{
    begin(writer, key);
    text_add(writer->out, json, length);
}

void json_put_value(JsonWriter *writer, const char *key, yyjson_val *value)
{
    begin(writer, key);
    json_write(writer->out, value);
}

void json_put_members(JsonWriter *writer, yyjson_val *object, const char *but)
{
    size_t i, n;
    yyjson_val *key, *value;
    yyjson_obj_foreach(object, i, n, key, value)
    {
        if (but && yyjson_equals_str(key, but))
            continue;
        if (writer->comma)
            text_putc(writer->out, ',');
        writer->comma = true;
        text_put_json(writer->out, yyjson_get_str(key), yyjson_get_len(key));
        text_putc(writer->out, ':');
        json_write(writer->out, value);
    }
}
