#include "workers/sink/letters.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "proto/frame.h"
#include "proto/pb.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

METRIC(dead_letters_total, "tributary_sink_dead_letters_total", METRIC_COUNTER, "Records sent to records.dlq.");

static const size_t PAYLOAD_MAX = 64 * KIB;

static char *uuid_text(Arena *arena, const uint8_t uuid[16])
{
    char hex[33];
    text_hex(hex, uuid, 16);
    return arena_format(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static void copy_headers(PbDeadLetter *letter, Arena *arena, const Row *row)
{
    letter->n_headers = row->n_headers;
    letter->headers = ARENA_ARRAY(arena, PbDeadLetterHeader *, row->n_headers);
    for (size_t i = 0; i < row->n_headers; i++) {
        PbDeadLetterHeader *header = ARENA_NEW(arena, PbDeadLetterHeader);
        *header = (PbDeadLetterHeader)PB_INIT(PbDeadLetterHeader);
        header->name = (char *)row->headers[i].name;
        header->value = (ProtobufCBinaryData){row->headers[i].length, (uint8_t *)row->headers[i].value};
        letter->headers[i] = header;
    }
}

/* On the arena, framed. */
static const uint8_t *compose(const Letters *letters, const Batch *batch, const Row *row, Arena *arena, size_t *length)
{
    PbTimestamp now = PB_INIT(PbTimestamp);
    int64_t now_ms = clock_wall_ms();
    now.seconds = now_ms / 1000;
    now.nanos = (int32_t)(now_ms % 1000) * 1000000;
    PbDeadLetter letter = PB_INIT(PbDeadLetter);
    letter.environment = (char *)letters->environment;
    letter.where = (char *)"sink";
    letter.error_kind = (char *)error_kind_name(ERROR_DATA);
    letter.reason = (char *)row->bad;
    if (row->dataset_known)
        letter.dataset_id = uuid_text(arena, row->dataset);
    letter.topic = (char *)batch->type->topic;
    letter.partition = row->partition;
    letter.offset = row->offset;
    letter.key = (ProtobufCBinaryData){row->key_length, (uint8_t *)row->key};
    copy_headers(&letter, arena, row);
    letter.payload_cut = row->value_length > PAYLOAD_MAX;
    letter.payload = (ProtobufCBinaryData){letter.payload_cut ? PAYLOAD_MAX : row->value_length, (uint8_t *)row->value};
    letter.payload_size = row->value_length;
    letter.occurred_at = &now;
    uint8_t *framed = arena_alloc(arena, frame_size(&letter.base));
    *length = frame_pack(SCHEMA_DEAD_LETTER, &letter.base, framed);
    return framed;
}

static bool send_row(const Letters *letters, const Batch *batch, const Row *row, Arena *arena, Deliveries *deliveries,
                     Error *err)
{
    size_t length;
    const uint8_t *value = compose(letters, batch, row, arena, &length);
    return producer_send(letters->producer, LETTERS_TOPIC, -1, row->key_known ? row->key : NULL, value, length, NULL, 0,
                         deliveries, err);
}

static void tell(const Batch *batch, const Row *row)
{
    log_warn("record dead-lettered", KV("topic", batch->type->topic), KV("partition", row->partition),
             KV("offset", row->offset), KV("key", row->key_known ? row->key : ""), KV("reason", row->bad));
    char labels[64];
    snprintf(labels, sizeof labels, "type=\"%s\"", batch->type->key);
    metric_add(&dead_letters_total, labels, 1);
}

bool letters_send(const Letters *letters, Batch *batch, Error *err)
{
    Deliveries deliveries = {0};
    AUTO(Arena) *arena = arena_new(PAYLOAD_MAX);
    bool sent = true;
    for (size_t i = 0; i < batch->n_rows && sent; i++) {
        const Row *row = &batch->rows[i];
        if (row->bad && !row->lettered)
            sent = send_row(letters, batch, row, arena, &deliveries, err);
        arena_reset(arena);
    }
    /* Also after a failure: what is under way points into `deliveries`. */
    bool delivered = deliveries_wait(&deliveries, sent ? err : NULL);
    if (!sent || !delivered)
        return error_wrap(err, "%s", LETTERS_TOPIC);
    for (size_t i = 0; i < batch->n_rows; i++) {
        Row *row = &batch->rows[i];
        if (row->bad && !row->lettered) {
            row->lettered = true;
            tell(batch, row);
        }
    }
    return true;
}
