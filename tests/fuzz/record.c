#include "tests/fuzz/record.h"
#include "lib/json.h"
#include "proto/columns.h"
#include "proto/frame.h"
#include "proto/render.h"
#include "tests/fuzz/fuzz.h"
#include "workers/sink/decode.h"
#include "workers/sink/encode.h"
#include <string.h>

const DataType *record_type(const ProtobufCMessageDescriptor *message)
{
    for (size_t i = 0; i < n_data_types; i++)
        if (data_types[i].message == message)
            return &data_types[i];
    return NULL;
}

/* Every record's first field. */
static const char *id_of(const ProtobufCMessage *message)
{
    const char *base = (const char *)message;
    return *(const char *const *)(base + message->descriptor->fields[0].offset);
}

/* Each column is what Postgres takes, or ERROR_DATA; true when all are. */
static bool is_stored(const DataType *type, const ProtobufCMessage *message)
{
    const Columns *columns = columns_of(type);
    AUTO(Text) *out = text_new(NULL);
    for (size_t i = 0; i < columns->n; i++) {
        Error err = {0};
        if (encode_column(out, &columns->items[i], message, &err))
            continue;
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_DATA);
        return false;
    }
    return true;
}

static bool is_shown(const ProtobufCMessage *message, Arena *arena)
{
    Error err = {0};
    AUTO(Text) *json = text_new(NULL);
    if (!render_message(json, message, &err)) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_DATA);
        return false;
    }
    HOLDS(!strchr(json->bytes, '\n'));
    HOLDS(json_parse(arena, json->bytes, json->length, &err) || strstr(err.text, "nested"));
    return true;
}

static ProtobufCMessage *decode(const DataType *type, const uint8_t *value, size_t length, const char *id, Arena *arena,
                                Error *err)
{
    const Decoder decoder = decoder_for(type);
    Row row = {.value = value, .value_length = length, .id = id, .id_length = strlen(id)};
    return decode_row(&decoder, &row, arena, err);
}

/* Frames it; packed once more after unpacking the bytes are the same. */
static ProtobufCMessage *repacked(const DataType *type, const ProtobufCMessage *message, Arena *arena)
{
    Error err = {0};
    size_t size = frame_size(message);
    uint8_t *first = arena_alloc(arena, size), *second = arena_alloc(arena, size);
    HOLDS(frame_pack(type->schema_id, message, first) == size);
    ProtobufCMessage *back = decode(type, first, size, id_of(message), arena, &err);
    HOLDS(back);
    HOLDS(frame_size(back) == size && frame_pack(type->schema_id, back, second) == size);
    HOLDS(memcmp(first, second, size) == 0);
    return back;
}

void record_travels(const DataType *type, const ProtobufCMessage *message, Arena *arena)
{
    const ProtobufCMessage *arrived = repacked(type, message, arena);
    HOLDS(*id_of(message));
    HOLDS(is_stored(type, arrived));
    HOLDS(is_shown(arrived, arena));
}

/* A value whose first field is the id, and short enough, names it itself: the key that would stand beside it. */
static const char *own_id(const uint8_t *value, size_t length, Arena *arena)
{
    const size_t head = FRAME_SIZE + 2;
    bool first =
        length > head && value[FRAME_SIZE] == 0x0a && value[head - 1] <= length - head && value[head - 1] < 0x80;
    return first ? arena_copy(arena, (const char *)value + head, value[head - 1]) : "";
}

/* Fields that we do not know are kept by protobuf-c as they came, which is not always how they can come again. */
static bool is_known(const ProtobufCMessage *message)
{
    const char *base = (const char *)message;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        size_t n = list ? *(const size_t *)(base + field->quantifier_offset) : 1;
        const ProtobufCMessage *const *parts = (const void *)(base + field->offset);
        parts = list ? *(const ProtobufCMessage *const *const *)(const void *)parts : parts;
        for (size_t k = 0; k < n; k++)
            if (parts[k] && !is_known(parts[k]))
                return false;
    }
    return message->n_unknown_fields == 0;
}

void record_arrives(const DataType *type, const uint8_t *value, size_t length, Arena *arena)
{
    Error err = {0};
    ProtobufCMessage *message = decode(type, value, length, own_id(value, length, arena), arena, &err);
    if (!message) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_DATA);
        return;
    }
    /* Nobody promises that it can be stored, but that it costs itself alone. */
    is_stored(type, message);
    is_shown(message, arena);
    if (is_known(message))
        repacked(type, message, arena);
}
