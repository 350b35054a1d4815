/*
 * Decode: a row's value as the message of its type. Values come from a topic that others may write to, so the nesting
 * of types that contain themselves is bounded before protobuf-c recurses into them on a fiber's stack.
 */
#pragma once
#include "workers/sink/batch.h"

typedef struct Decoder {
    const DataType *type;
    bool nests; /* the type contains itself somewhere */
} Decoder;

Decoder decoder_for(const DataType *type);

/* On `arena`; sets row->is_deletion. NULL with ERROR_DATA: wrong frame or schema id, no such message, nested too deep,
 * or a message whose id is not the key's. */
ProtobufCMessage *decode_row(const Decoder *decoder, Row *row, Arena *arena, Error *err) MUST_CHECK;
