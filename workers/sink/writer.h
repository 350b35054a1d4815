/*
 * Writer: one Postgres session and the fiber that stores batches through it, one after the other. A partition belongs
 * to one writer for good, so its batches are stored in order; several writers keep several server processes busy while
 * the client encodes the next batch.
 *
 * A batch is tried until it is stored: whatever Postgres or Kafka suffer from, rows wait for it. Only rows that
 * Postgres itself refuses are taken out, by bisection, and only a partition that another sink took over is given up.
 */
#pragma once
#include "lib/fiber.h"
#include "workers/sink/batch.h"
#include "workers/sink/letters.h"
#include "workers/sink/position.h"

/* What the writers of a sink share with it. */
typedef struct WriterShared {
    const char *conninfo;
    Letters letters;
    Positions positions;
    size_t pending_bytes; /* of batches that were handed over and are not stored yet */
    Event changed;        /* a batch ended */
    bool lost;            /* another sink has a partition of ours: drop the assignment */
} WriterShared;

typedef struct Writer Writer;

/* Nothing is connected yet. `index` is what Position.writer says. */
Writer *writer_new(WriterShared *shared, int index);
void writer_free(Writer *writer); /* after writer_drain() */

void writer_give(Writer *writer, Batch *batch); /* owns it */
bool writer_idle(const Writer *writer);

/* Lets the batch under way end if nothing stands in its way, and forgets the others. After `timeout_ms` the session is
 * cut off: returns with the writer idle. */
void writer_drain(Writer *writer, int64_t timeout_ms);

/* Takes this writer's positions over, through its own session; idle writers only. */
bool writer_take(Writer *writer, Error *err) MUST_CHECK;
/* Lets them go; a failure only costs the next owner a look at our session. */
void writer_release(Writer *writer);
