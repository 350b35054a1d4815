/*
 * House: a writer of the sink over a database of its own, on the servers that the environment names
 * (infra/local/stack); one company, one connection, one stream of commerce-orders on partition 3, one full dataset that
 * was claimed with epoch 5. Without the servers the tests fail.
 */
#pragma once
#include "proto/pb.h"
#include "tests/support/suite.h"
#include "workers/sink/writer.h"

#define CONNECTION "22222222-2222-2222-2222-222222222222"
#define DATASET    "33333333-3333-3333-3333-333333333333"
enum { PARTITION = 3 };

typedef struct House {
    Pg *pg; /* the test's own session */
    WriterShared shared;
    Writer *writer;
    int64_t offset; /* of the next message */
    Batch *batch;   /* being filled */
} House;
extern House house;

/* Runs `body` in a fiber, with the house as it stands at first. */
void house_run(void (*body)(void));

/* An order with an id and a total in minor units; the version such as "1.0.5". */
void house_put(const char *id, const char *total, const char *version);
void house_put_deletion(const char *id, const char *version);
/* Any message, with the key and headers given (NULL: left out). */
void house_put_bytes(const char *key, const char *version, const char *dataset, const void *value, size_t length);
void house_put_order(const CommerceOrder *order, const char *version, const char *dataset);

/* Hands the batch to the writer and waits until it is stored or given up. */
void house_store(void);

/* Another sink, of the same house, starts where the offset in Postgres is. */
void house_rehire(void);

void house_sql(const char *sql);
/* First column of the first row; owned by the next call. */
const char *house_text(const char *sql);
#define house_expect(sql, expected) ck_assert_str_eq(house_text(sql), (expected))

/* Every test is a body that runs over a fresh house. */
#define HOUSE_TEST(name)                                                                                               \
    static void name##_body(void);                                                                                     \
    START_TEST(name)                                                                                                   \
    {                                                                                                                  \
        house_run(name##_body);                                                                                        \
    }                                                                                                                  \
    END_TEST                                                                                                           \
    static void name##_body(void)
