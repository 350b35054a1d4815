#include "workers/runtime/letters.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/pb.h"
#include <string.h>

/* Reasons quote what came from outside; a proto string must be UTF-8. */
static char *clean(Arena *arena, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    char *out = arena_alloc(arena, 3 * length + 1);
    text_clean(out, text ? text : "", length);
    return out;
}

bool letter_send(Producer *producer, const Letter *letter, Arena *arena, Deliveries *deliveries, Error *err)
{
    int64_t now_ms = clock_wall_ms();
    PbTimestamp now = PB_INIT(PbTimestamp);
    now.seconds = now_ms / 1000;
    now.nanos = (int32_t)(now_ms % 1000) * 1000000;
    size_t n_payload = letter->n_payload < LETTER_PAYLOAD_MAX ? letter->n_payload : LETTER_PAYLOAD_MAX;

    PbDeadLetter message = PB_INIT(PbDeadLetter);
    message.environment = (char *)letter->environment;
    message.where = (char *)letter->where;
    message.error_kind = (char *)error_kind_name(letter->why->kind);
    message.reason = clean(arena, letter->why->text);
    message.dataset_id = clean(arena, letter->dataset_id);
    message.topic = clean(arena, letter->from_topic);
    message.partition = letter->from_partition;
    message.offset = letter->from_offset;
    message.key = (ProtobufCBinaryData){.len = letter->n_key, .data = (uint8_t *)letter->key};
    message.payload = (ProtobufCBinaryData){.len = n_payload, .data = (uint8_t *)letter->payload};
    message.payload_cut = n_payload < letter->n_payload;
    message.payload_size = letter->n_payload;
    message.occurred_at = &now;

    uint8_t *bytes = arena_alloc(arena, frame_size(&message.base));
    size_t length = frame_pack(SCHEMA_DEAD_LETTER, &message.base, bytes);
    char *key = letter->n_key ? arena_copy(arena, letter->key, letter->n_key) : NULL;
    return producer_send(producer, letter->topic, -1, key, bytes, length, NULL, 0, deliveries, err) ||
           error_wrap(err, "dead letter to %s", letter->topic);
}
