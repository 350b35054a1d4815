/*
 * Advance: how a slice ends in the database. One transaction, sent in one flush, that moves the row only for whoever
 * holds its epoch: no records acknowledged, no advance; no advance, no next job.
 */
#pragma once
#include "workers/runtime/claim.h"
#include "workers/runtime/emit.h"

typedef enum AdvanceTo {
    ADVANCE_MORE,   /* the next slice goes on at `cursor`: publish it                           */
    ADVANCE_WAIT,   /* ... but not before wait_ms have passed: the scheduler publishes it        */
    ADVANCE_READ,   /* all is read (or swept); Complete when the rows are in                     */
    ADVANCE_FAILED, /* the dataset ends with `status`                                            */
} AdvanceTo;

typedef struct Advance {
    AdvanceTo to;
    const char *cursor;
    bool becomes_full; /* an incremental sync goes on as a full one, from its start */
    int64_t wait_ms, failures;
    const char *status, *error; /* NULL: none */
    bool deauthorize;           /* the connection too, for the reason in `error` */
    int64_t pages, bytes, watermark_next_ms /* 0: none */;
    int64_t end_offset;
    int64_t sweep_doubt; /* what the stream's becomes; -1: stays */
    EmitCounts counts;
    const char *lost_ids; /* elements of a Postgres array */
} Advance;

typedef enum AdvanceOutcome {
    ADVANCE_DONE,
    ADVANCE_OVER,   /* the dataset was cancelled or deleted meanwhile: nothing was changed, nothing is left to do */
    ADVANCE_LOST,   /* somebody else owns the slice: publish nothing, ask again by a claim                        */
    ADVANCE_FAULTY, /* Postgres did not answer, nothing is known: `err`; call again                                */
} AdvanceOutcome;

/* *job_class becomes the class in which the next slice is to be published. */
AdvanceOutcome advance(PgPool *pool, const Beat *beat, const Claim *claim, const Advance *what, JobClass *job_class,
                       Error *err) MUST_CHECK;
