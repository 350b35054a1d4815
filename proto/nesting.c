#include "proto/nesting.h"

enum { MAX_PLAIN_DEPTH = 12 }; /* the model's deepest message that does not contain itself has 5 levels */

/* A path of messages longer than any that does not repeat one can only come from a message that contains itself. */
static bool contains_itself(const ProtobufCMessageDescriptor *message, int depth)
{
    for (unsigned i = 0; i < message->n_fields; i++)
        if (message->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            (depth > MAX_PLAIN_DEPTH || contains_itself(message->fields[i].descriptor, depth + 1)))
            return true;
    return false;
}

bool nesting_is_open(const ProtobufCMessageDescriptor *type)
{
    return contains_itself(type, 1);
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
        break;
    default:
        return false;
    }
    if (size > (uint64_t)(wire->end - wire->at))
        return false;
    if ((tag & 7) == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
        *content = (Wire){wire->at, wire->at + size};
    wire->at += size;
    return true;
}

static bool is_shallow(const ProtobufCMessageDescriptor *message, Wire wire, int depth)
{
    uint32_t number;
    Wire content;
    if (depth > NESTING_MAX)
        return false;
    while (wire.at < wire.end && take_field(&wire, &number, &content)) {
        const ProtobufCFieldDescriptor *field =
            content.at ? protobuf_c_message_descriptor_get_field(message, number) : NULL;
        if (field && field->type == PROTOBUF_C_TYPE_MESSAGE && !is_shallow(field->descriptor, content, depth + 1))
            return false;
    }
    return true;
}

bool nesting_fits(const ProtobufCMessageDescriptor *type, const uint8_t *message, size_t length)
{
    return is_shallow(type, (Wire){message, message + length}, 1);
}
