#include "workers/sink/batch.h"
#include "lib/clock.h"
#include "lib/text.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 64, UUID_LENGTH = 36 };
#define ARENA_BLOCK (16 * KIB)

Batch *batch_new(const DataType *type)
{
    Batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        abort();
    batch->type = type;
    batch->arena = arena_new(ARENA_BLOCK);
    batch->opened_ms = clock_monotonic_ms();
    return batch;
}

void batch_free(Batch *batch)
{
    if (!batch)
        return;
    arena_free(batch->arena);
    free(batch->rows);
    free(batch->reaches);
    free(batch);
}

size_t batch_memory(const Batch *batch)
{
    return arena_held(batch->arena) + batch->capacity * sizeof *batch->rows;
}

static void *grow(void *items, size_t n, size_t size)
{
    void *grown = realloc(items, n * size);
    if (!grown)
        abort();
    return grown;
}

static void extend_reach(Batch *batch, int32_t partition, int64_t from, int64_t next)
{
    for (size_t i = 0; i < batch->n_reaches; i++) {
        if (batch->reaches[i].partition == partition) {
            batch->reaches[i].next = next;
            return;
        }
    }
    batch->reaches = grow(batch->reaches, batch->n_reaches + 1, sizeof *batch->reaches);
    batch->reaches[batch->n_reaches++] = (Reach){partition, from, next};
}

/* A dead letter carries the headers as they came, so that a replay is the same message. */
static void copy_headers(Batch *batch, Row *row, const Incoming *message)
{
    KafkaHeader *copies = ARENA_ARRAY(batch->arena, KafkaHeader, message->n_headers);
    for (size_t i = 0; i < message->n_headers; i++) {
        const KafkaHeader *header = &message->headers[i];
        copies[i] = (KafkaHeader){arena_text(batch->arena, header->name),
                                  arena_copy(batch->arena, header->value, header->length), header->length};
    }
    row->headers = copies;
    row->n_headers = message->n_headers;
}

static const KafkaHeader *header_of(const Row *row, const char *name)
{
    for (size_t i = 0; i < row->n_headers; i++)
        if (strcmp(row->headers[i].name, name) == 0)
            return &row->headers[i];
    return NULL;
}

static bool read_key(Row *row, const DataType *type, Error *err)
{
    RecordKey key;
    if (!record_key_parse(&key, row->key, row->key_length, err))
        return false;
    if (key.type_length != strlen(type->key) || memcmp(key.type, type->key, key.type_length) != 0)
        return error_set(err, ERROR_DATA, "key is of %.*s, the topic of %s",
                         (int)(key.type_length < 60 ? key.type_length : 60), key.type, type->key);
    memcpy(row->connection, key.connection, sizeof row->connection);
    row->id = key.id;
    row->id_length = key.id_length;
    return true;
}

static bool read_version(Row *row, Error *err)
{
    const KafkaHeader *header = header_of(row, "version");
    if (!header)
        return error_set(err, ERROR_DATA, "header version is missing");
    return record_version_parse(&row->version, header->value, header->length, err);
}

static bool read_dataset(Row *row, Error *err)
{
    const KafkaHeader *header = header_of(row, "dataset");
    if (!header)
        return error_set(err, ERROR_DATA, "header dataset is missing");
    if (header->length != UUID_LENGTH || !text_uuid_bytes(header->value, row->dataset))
        return error_set(err, ERROR_DATA, "header dataset is no uuid");
    return true;
}

void batch_mark_bad(Batch *batch, Row *row, const char *reason)
{
    row->bad = arena_text(batch->arena, reason);
}

void batch_add(Batch *batch, const Incoming *message, int64_t from)
{
    extend_reach(batch, message->partition, from, message->offset + 1);
    if (!message->value)
        return;
    if (batch->n_rows == batch->capacity) {
        batch->capacity = batch->capacity ? 2 * batch->capacity : FIRST_ROWS;
        batch->rows = grow(batch->rows, batch->capacity, sizeof *batch->rows);
    }
    Row *row = &batch->rows[batch->n_rows++];
    *row = (Row){.partition = message->partition,
                 .offset = message->offset,
                 .key = arena_copy(batch->arena, message->key ? message->key : "", message->key_length),
                 .key_length = message->key_length,
                 .value = (const uint8_t *)arena_copy(batch->arena, message->value, message->value_length),
                 .value_length = message->value_length};
    batch->bytes += message->key_length + message->value_length;
    copy_headers(batch, row, message);
    /* All three are read, whatever the others say: a dead letter is counted where it belongs as far as that is known.
     */
    Error key = {0}, version = {0}, dataset = {0};
    row->key_known = read_key(row, batch->type, &key);
    row->version_known = read_version(row, &version);
    row->dataset_known = read_dataset(row, &dataset);
    if (!row->key_known || !row->version_known || !row->dataset_known)
        batch_mark_bad(batch, row, !row->key_known ? key.text : !row->version_known ? version.text : dataset.text);
}

void batch_trim(Batch *batch, int32_t partition, int64_t next)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->n_rows; i++)
        if (batch->rows[i].partition != partition || batch->rows[i].offset >= next)
            batch->rows[kept++] = batch->rows[i];
    batch->n_rows = kept;
}

static int compare_keys(const Row *a, const Row *b)
{
    int order = memcmp(a->connection, b->connection, sizeof a->connection);
    if (order)
        return order;
    size_t shorter = a->id_length < b->id_length ? a->id_length : b->id_length;
    order = shorter ? memcmp(a->id, b->id, shorter) : 0;
    if (order)
        return order;
    return (a->id_length > b->id_length) - (a->id_length < b->id_length);
}

static int compare_rows(const void *left, const void *right)
{
    const Row *a = left, *b = right;
    int order = compare_keys(a, b);
    if (order == 0)
        order = -version_compare(&a->version, &b->version);
    if (order == 0)
        order = (a->offset < b->offset) - (a->offset > b->offset);
    return order;
}

void batch_sort(Batch *batch)
{
    if (batch->n_rows > 1)
        qsort(batch->rows, batch->n_rows, sizeof *batch->rows, compare_rows);
}

bool row_same_key(const Row *a, const Row *b)
{
    return compare_keys(a, b) == 0;
}
