#include "workers/sink/decode.h"
#include "proto/frame.h"
#include <string.h>

/* Every record's first two fields. */
enum { HEAD_ID, HEAD_IS_DELETED };

enum { MAX_PLAIN_DEPTH = 12 }; /* the model's deepest message that does not contain itself has 5 levels */

/* A path of messages longer than any that does not repeat one can only come from a message that contains itself. */
static bool nests(const ProtobufCMessageDescriptor *message, int depth)
{
    for (unsigned i = 0; i < message->n_fields; i++)
        if (message->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            (depth > MAX_PLAIN_DEPTH || nests(message->fields[i].descriptor, depth + 1)))
            return true;
    return false;
}

Decoder decoder_for(const DataType *type)
{
    return (Decoder){.type = type, .nests = nests(type->message, 1)};
}

typedef struct Wire {
    const uint8_t *at, *end;
} Wire;

static bool take_varint(Wire *wire, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; wire->at < wire->end && shift < 64; shift += 7) {
        uint8_t byte = *wire->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* The content of a length-prefixed field; of others nothing, behind them. False: no wire format. */
static bool take_field(Wire *wire, uint32_t *number, Wire *content)
{
    uint64_t tag, size;
    *content = (Wire){0};
    if (!take_varint(wire, &tag))
        return false;
    *number = (uint32_t)(tag >> 3);
    switch (tag & 7) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return take_varint(wire, &size);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        size = 8;
        break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        size = 4;
        break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        if (!take_varint(wire, &size))
            return false;
        *content = (Wire){wire->at, wire->at + size};
        break;
    default:
        return false;
    }
    if (size > (uint64_t)(wire->end - wire->at))
        return false;
    wire->at += size;
    return true;
}

/* What is no wire format counts as shallow: unpacking says it better. */
static bool is_shallow(const ProtobufCMessageDescriptor *message, Wire wire, int depth)
{
    uint32_t number;
    Wire content;
    if (depth > DECODE_DEPTH)
        return false;
    while (wire.at < wire.end && take_field(&wire, &number, &content)) {
        const ProtobufCFieldDescriptor *field =
            content.at ? protobuf_c_message_descriptor_get_field(message, number) : NULL;
        if (field && field->type == PROTOBUF_C_TYPE_MESSAGE && !is_shallow(field->descriptor, content, depth + 1))
            return false;
    }
    return true;
}

static bool check_nesting(const Decoder *decoder, const Row *row, Error *err)
{
    Frame frame;
    if (!frame_read(row->value, row->value_length, &frame, err))
        return false;
    Wire wire = {frame.message, frame.message + frame.n_message};
    return is_shallow(decoder->type->message, wire, 1) ||
           error_set(err, ERROR_DATA, "message nests deeper than %d", DECODE_DEPTH);
}

ProtobufCMessage *decode_row(const Decoder *decoder, Row *row, Arena *arena, Error *err)
{
    const DataType *type = decoder->type;
    if (decoder->nests && !check_nesting(decoder, row, err))
        return NULL;
    ProtobufCMessage *message =
        frame_unpack(row->value, row->value_length, type->schema_id, type->message, arena_protobuf(arena), err);
    if (!message)
        return NULL;
    const char *base = (const char *)message;
    const char *id = *(const char *const *)(base + type->message->fields[HEAD_ID].offset);
    if (strlen(id) != row->id_length || memcmp(id, row->id, row->id_length) != 0) {
        error_set(err, ERROR_DATA, "message has the id '%.60s', its key '%.*s'", id,
                  (int)(row->id_length < 60 ? row->id_length : 60), row->id);
        return NULL;
    }
    row->is_deletion = *(const protobuf_c_boolean *)(base + type->message->fields[HEAD_IS_DELETED].offset);
    return message;
}
