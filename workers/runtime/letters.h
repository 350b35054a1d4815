/*
 * Letters: dead letters, what could not be processed and why, in the DeadLetter envelope.
 */
#pragma once
#include "lib/arena.h"
#include "lib/kafka.h"

enum { LETTER_PAYLOAD_MAX = 64 * 1024 };

typedef struct Letter {
    const char *topic;               /* of dead letters: records.dlq, jobs.<source>.dlq */
    const char *environment, *where; /* where: "worker-stripe: map"                     */
    const Error *why;
    const char *dataset_id; /* NULL: unknown */
    const char *from_topic; /* NULL: it never was a message */
    int32_t from_partition;
    int64_t from_offset;
    const void *key;
    size_t n_key;
    const void *payload;
    size_t n_payload; /* longer ones are cut */
} Letter;

#define LETTERS_RECORDS "records.dlq"

/* Hands the letter to the producer; done when `deliveries` say so. The arena is scratch. */
bool letter_send(Producer *producer, const Letter *letter, Arena *arena, Deliveries *deliveries, Error *err) MUST_CHECK;
