#include "scheduler/cli/envelope.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "proto/columns.h"
#include "proto/pb.h"
#include "proto/words.h"
#include <stdlib.h>

enum { SHOWN_BYTES = 1024 };

static void put_message(JsonWriter *writer, const char *key, const ProtobufCMessage *message);

static void put_integer(JsonWriter *writer, const char *key, int64_t value)
{
    if (value != 0)
        json_put_integer(writer, key, value);
}

static void put_word(JsonWriter *writer, const char *key, const ProtobufCEnumDescriptor *type, int value)
{
    const char *word = enum_word(type, value);
    if (word)
        json_put_text(writer, key, word);
}

static void put_bytes(JsonWriter *writer, const char *key, const ProtobufCBinaryData *bytes)
{
    size_t length = bytes->len < SHOWN_BYTES ? bytes->len : SHOWN_BYTES;
    char *clean = malloc(3 * length + 1);
    if (!clean)
        abort();
    clean[text_clean(clean, (const char *)bytes->data, length)] = 0;
    if (length > 0)
        json_put_text(writer, key, clean);
    free(clean);
}

static void put_part(JsonWriter *writer, const char *key, const ProtobufCMessage *part)
{
    char text[36];
    if (part->descriptor == PB_DESCRIPTOR(PbTimestamp)) {
        const PbTimestamp *instant = (const PbTimestamp *)part;
        clock_format_instant(text, instant->seconds, instant->nanos);
        json_put_text(writer, key, text);
    } else if (part->descriptor == PB_DESCRIPTOR(PbInt64Value)) {
        json_put_integer(writer, key, ((const PbInt64Value *)part)->value);
    } else {
        put_message(writer, key, part);
    }
}

static void put_member(JsonWriter *writer, const char *key, const ProtobufCFieldDescriptor *field, const void *member)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        if (**(const char *const *)member)
            json_put_text(writer, key, *(const char *const *)member);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        put_bytes(writer, key, member);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        put_word(writer, key, field->descriptor, *(const int *)member);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        if (*(const protobuf_c_boolean *)member)
            json_put_boolean(writer, key, true);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        put_integer(writer, key, *(const int64_t *)member);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        if (*(const ProtobufCMessage *const *)member)
            put_part(writer, key, *(const ProtobufCMessage *const *)member);
        break;
    default: /* the other widths are 32 bits */
        put_integer(writer, key, *(const int32_t *)member);
    }
}

/* Only messages repeat in them: the headers of a dead letter. */
static void put_list(JsonWriter *writer, const char *key, const ProtobufCMessage *const *parts, size_t n)
{
    json_open(writer, key, '[');
    for (size_t i = 0; i < n; i++)
        put_part(writer, NULL, parts[i]);
    json_close(writer, ']');
}

static void put_message(JsonWriter *writer, const char *key, const ProtobufCMessage *message)
{
    const char *base = (const char *)message;
    json_open(writer, key, '{');
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        char name[64];
        column_json_name(name, field->name);
        if (field->label != PROTOBUF_C_LABEL_REPEATED)
            put_member(writer, name, field, base + field->offset);
        else if (*(const size_t *)(base + field->quantifier_offset) > 0)
            put_list(writer, name, *(const ProtobufCMessage *const *const *)(base + field->offset),
                     *(const size_t *)(base + field->quantifier_offset));
    }
    json_close(writer, '}');
}

void envelope_render(Text *out, const ProtobufCMessage *message)
{
    JsonWriter writer = {.out = out};
    put_message(&writer, NULL, message);
}
