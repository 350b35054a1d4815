/*
 * Slice: one bounded piece of a dataset, from its claim to its end in the database. Pages are fetched, mapped and
 * emitted; then, strictly in this order, every record is acknowledged, the row moves, the next job is published, and
 * the caller marks the offset as done.
 */
#pragma once
#include "workers/runtime/claim.h"
#include "workers/runtime/runtime.h"

typedef enum SliceOutcome {
    SLICE_OVER,  /* the offset is done                                                           */
    SLICE_AGAIN, /* nothing was advanced (broker or Postgres away, or lost): claim it again later */
} SliceOutcome;

/* `watch` is joined to the beat. *pages is what fairness charges. */
SliceOutcome slice_run(Runtime *runtime, const Claim *claim, const Job *job, const Watch *watch, int64_t *pages);

/* Is the work to end while it waits for a place at the vendor? True with ERROR_LOST, ERROR_CANCELLED, or ERROR_QUOTA
 * when the worker drains. */
bool slice_job_stopped(const SourceJob *job, Error *err);
