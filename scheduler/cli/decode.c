#include "scheduler/cli/decode.h"
#include "lib/json.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/nesting.h"
#include "proto/render.h"
#include "scheduler/cli/envelope.h"
#include <stdlib.h>
#include <string.h>

/* Bytes from outside as a text that a terminal bears. */
static void put_clean(JsonWriter *writer, const char *name, const void *bytes, size_t length)
{
    char *clean = malloc(3 * length + 1);
    if (!clean)
        abort();
    clean[text_clean(clean, bytes, length)] = 0;
    json_put_text(writer, name, clean);
    free(clean);
}

static void put_header(JsonWriter *writer, const rd_kafka_message_t *message, const char *name)
{
    size_t length;
    const char *value = kafka_header(message, name, &length);
    if (value)
        put_clean(writer, name, value, length);
}

bool decode_value(Text *out, const void *value, size_t length, const char **type, Error *err)
{
    Frame frame;
    if (!frame_read(value, length, &frame, err))
        return false;
    const ProtobufCMessageDescriptor *descriptor = schema_message(frame.schema_id);
    if (!descriptor)
        return error_set(err, ERROR_DATA, "schema id %u was never given out", frame.schema_id);
    *type = descriptor->name;
    if (!nesting_fits(descriptor, frame.message, frame.n_message))
        return error_set(err, ERROR_DATA, "message nests deeper than %d", NESTING_MAX);
    ProtobufCMessage *message = frame_unpack(value, length, frame.schema_id, descriptor, NULL, err);
    if (!message)
        return false;
    bool good = true;
    if (data_type_by_schema_id(frame.schema_id))
        good = render_message(out, message, err);
    else
        envelope_render(out, message);
    protobuf_c_message_free_unpacked(message, NULL);
    return good;
}

void decode_line(Text *out, const rd_kafka_message_t *message)
{
    static const char *const headers[] = {"version", "dataset"};
    Error err = {0};
    const char *type = NULL;
    AUTO(Text) *value = text_new(NULL);
    bool good = message->payload && decode_value(value, message->payload, message->len, &type, &err);
    JsonWriter writer = {.out = out};
    json_open(&writer, NULL, '{');
    json_put_integer(&writer, "partition", message->partition);
    json_put_integer(&writer, "offset", message->offset);
    if (message->key)
        put_clean(&writer, "key", message->key, message->key_len);
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        put_header(&writer, message, headers[i]);
    if (type)
        json_put_text(&writer, "type", type);
    if (good)
        json_put_raw(&writer, "value", value->bytes, value->length);
    else
        json_put_text(&writer, message->payload ? "error" : "value", message->payload ? err.text : NULL);
    json_close(&writer, '}');
}
