/*
 * Batch: consecutive records of one data type, from any of its partitions, on their way into one transaction. A batch
 * owns copies of all it holds (messages pin whole fetches) in one arena and is freed as a whole.
 *
 * What a record says about itself is read when it is added; whatever is wrong marks the row as bad, with the reason,
 * and a bad row takes no further part but as a dead letter.
 */
#pragma once
#include "lib/arena.h"
#include "lib/kafka.h"
#include "proto/data_types.h"
#include "workers/sink/record.h"

typedef struct Row {
    uint8_t connection[16], dataset[16];
    const char *id;
    size_t id_length;
    Version version;
    int32_t partition;
    int64_t offset;
    const char *key;
    const uint8_t *value;
    size_t key_length, value_length;
    const KafkaHeader *headers;
    size_t n_headers;
    bool key_known, version_known, dataset_known; /* read without complaint */
    bool is_deletion;                             /* set when the value is decoded */
    bool sent;                                    /* in this attempt's COPY */
    size_t group;                                 /* then: its place in the Content */
    bool lettered;                                /* its dead letter is acknowledged */
    const char *bad;                              /* why it cannot be stored; NULL: nothing is wrong so far */
} Row;

/* A message as it was read; all borrowed for the call. */
typedef struct Incoming {
    int32_t partition;
    int64_t offset;
    const void *key, *value; /* value NULL: a tombstone */
    size_t key_length, value_length;
    const KafkaHeader *headers;
    size_t n_headers;
} Incoming;

/* What the batch covers of one partition, without a hole: from the offset behind the last message before it to the one
 * behind its own last message. */
typedef struct Reach {
    int32_t partition;
    int64_t from, next;
} Reach;

typedef struct Batch {
    const DataType *type;
    Arena *arena;
    Row *rows;
    size_t n_rows, capacity;
    size_t bytes; /* of keys and values */
    Reach *reaches;
    size_t n_reaches;
    int64_t opened_ms;
    size_t memory;           /* when it was handed to a writer */
    struct Batch *following; /* in the writer's queue          */
} Batch;

Batch *batch_new(const DataType *type);
void batch_free(Batch *batch);
DEFINE_AUTO(Batch, batch_free)

/* Copies the message in; `from` is the offset behind the one that was read before it. A tombstone (no value) only moves
 * the reach: it erases a key from the topic, not from the table. */
void batch_add(Batch *batch, const Incoming *message, int64_t from);

/* What the batch takes of the process's memory. */
size_t batch_memory(const Batch *batch);

/* Marks a row; the reason is copied. */
void batch_mark_bad(Batch *batch, Row *row, const char *reason);

/* Forgets the rows of `partition` that stand before `next`: they are stored already, or not ours to store. */
void batch_trim(Batch *batch, int32_t partition, int64_t next);

/* Orders rows by connection and id; of one key the best version comes first, and of one version the later offset. */
void batch_sort(Batch *batch);

/* Do two rows (good ones) carry the same key? */
bool row_same_key(const Row *a, const Row *b);
