/*
 * Frame: what stands before the protobuf message in every value that we produce, as Confluent's serializers have it:
 * 0x00, the schema id in four bytes, big end first, and the index of the message in its .proto file. With one message
 * a file the index is always the first, written as the single byte 0x00; a reader also takes the long form 0x02 0x00.
 */
#pragma once
#include "lib/error.h"
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

enum { FRAME_SIZE = 6 };

/* A value taken apart; `message` points into it, so it lives as long as the value. */
typedef struct Frame {
    uint32_t schema_id;
    const uint8_t *message;
    size_t n_message;
} Frame;

/* The bytes that frame_pack() will write for `message`. */
size_t frame_size(const ProtobufCMessage *message);

/* Writes frame and message to `out`, which has frame_size() bytes; returns how many. */
size_t frame_pack(uint32_t schema_id, const ProtobufCMessage *message, uint8_t *out);

/* Takes a value apart; false with ERROR_DATA when it is no frame of ours. Any schema id will do. */
bool frame_read(const void *value, size_t n_value, Frame *frame, Error *err) MUST_CHECK;

/*
 * Unpacks the message of a value that must carry `schema_id`; `type` is that schema's message. NULL with ERROR_DATA
 * when the frame, the id or the message is wrong. The message comes from `allocator` (arena_protobuf(), or NULL for
 * malloc) and belongs to the caller.
 */
ProtobufCMessage *frame_unpack(const void *value, size_t n_value, uint32_t schema_id,
                               const ProtobufCMessageDescriptor *type, ProtobufCAllocator *allocator,
                               Error *err) MUST_CHECK;
