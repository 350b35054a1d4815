/*
 * Fresh: which datasets are the first of their stream, so that all rows of the stream are theirs and a key that comes
 * for the first time is in no table yet. A batch of fresh datasets alone, no key of it twice, goes straight into its
 * table and saves the merge (tests/bench). What is known here only picks the way; what may be stored is asked in the
 * transaction (SCRIPT_NOT_FRESH), so a guess that is wrong costs a rollback and nothing else.
 */
#pragma once
#include "lib/pg.h"
#include "workers/sink/batch.h"

enum { FRESH_REMEMBERED = 64 };

/* One writer's memory: the datasets that it asked for last. Starts as {0}. */
typedef struct Fresh {
    struct FreshAnswer {
        uint8_t dataset[16];
        bool known, fresh;
    } answers[FRESH_REMEMBERED];
    size_t next; /* the answer to be replaced */
} Fresh;

/* May the batch (sorted) go straight? Asks Postgres once for each dataset. */
bool fresh_ask(Fresh *fresh, Pg *pg, const Batch *batch, bool *straight, Error *err) MUST_CHECK;

/* Some key was there already: these datasets repeat what they sent, so the rest of them is merged. */
void fresh_over(Fresh *fresh, const Batch *batch);
