/*
 * Letters: what cannot be stored goes to records.dlq, with the reason, where it was read and all that a replay needs.
 */
#pragma once
#include "workers/sink/batch.h"

typedef struct Letters {
    Producer *producer; /* borrowed */
    const char *environment;
} Letters;

#define LETTERS_TOPIC "records.dlq"

/* Publishes every bad row of the batch that was not published yet, and waits for the acknowledgements. A crash between
 * them and the commit publishes a letter twice: its topic, partition and offset say that it is the same one. */
bool letters_send(const Letters *letters, Batch *batch, Error *err) MUST_CHECK;
