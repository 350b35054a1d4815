#include "proto/frame.h"

enum {
    MAGIC = 0x00,
    INDEX_AT = 5,           /* behind the magic byte and the schema id     */
    FIRST_MESSAGE = 0x00,   /* short for the path [0]                      */
    ONE_ELEMENT_PATH = 0x02 /* the path's length 1 as a zigzag varint      */
};

size_t frame_size(const ProtobufCMessage *message)
{
    return FRAME_SIZE + protobuf_c_message_get_packed_size(message);
}

size_t frame_pack(uint32_t schema_id, const ProtobufCMessage *message, uint8_t *out)
{
    out[0] = MAGIC;
    out[1] = (uint8_t)(schema_id >> 24);
    out[2] = (uint8_t)(schema_id >> 16);
    out[3] = (uint8_t)(schema_id >> 8);
    out[4] = (uint8_t)schema_id;
    out[INDEX_AT] = FIRST_MESSAGE;
    return FRAME_SIZE + protobuf_c_message_pack(message, out + FRAME_SIZE);
}

bool frame_read(const void *value, size_t n_value, Frame *frame, Error *err)
{
    const uint8_t *bytes = value;
    if (n_value < FRAME_SIZE)
        return error_set(err, ERROR_DATA, "value of %zu bytes is too short for a frame of %d", n_value, FRAME_SIZE);
    if (bytes[0] != MAGIC)
        return error_set(err, ERROR_DATA, "value begins with 0x%02x, not with a frame's 0x00", bytes[0]);
    size_t start = FRAME_SIZE;
    if (bytes[INDEX_AT] == ONE_ELEMENT_PATH && n_value > INDEX_AT + 1 && bytes[INDEX_AT + 1] == 0)
        start++;
    else if (bytes[INDEX_AT] != FIRST_MESSAGE)
        return error_set(err, ERROR_DATA, "message index 0x%02x is not the first message of its file", bytes[INDEX_AT]);
    frame->schema_id = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 | bytes[4];
    frame->message = bytes + start;
    frame->n_message = n_value - start;
    return true;
}

ProtobufCMessage *frame_unpack(const void *value, size_t n_value, uint32_t schema_id,
                               const ProtobufCMessageDescriptor *type, ProtobufCAllocator *allocator, Error *err)
{
    Frame frame;
    if (!frame_read(value, n_value, &frame, err))
        return NULL;
    if (frame.schema_id != schema_id) {
        error_set(err, ERROR_DATA, "schema id %u where %u (%s) belongs", frame.schema_id, schema_id, type->name);
        return NULL;
    }
    ProtobufCMessage *message = protobuf_c_message_unpack(type, allocator, frame.n_message, frame.message);
    if (!message)
        error_set(err, ERROR_DATA, "%zu bytes are no %s", frame.n_message, type->name);
    return message;
}
