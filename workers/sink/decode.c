#include "workers/sink/decode.h"
#include "proto/frame.h"
#include "proto/nesting.h"
#include <string.h>

/* Every record's first two fields. */
enum { HEAD_ID, HEAD_IS_DELETED };

Decoder decoder_for(const DataType *type)
{
    return (Decoder){.type = type, .nests = nesting_is_open(type->message)};
}

static bool check_nesting(const Decoder *decoder, const Row *row, Error *err)
{
    Frame frame;
    if (!frame_read(row->value, row->value_length, &frame, err))
        return false;
    return nesting_fits(decoder->type->message, frame.message, frame.n_message) ||
           error_set(err, ERROR_DATA, "message nests deeper than %d", NESTING_MAX);
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
