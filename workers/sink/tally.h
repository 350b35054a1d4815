/*
 * Tally: what the writers did, for the metrics and the log.
 */
#pragma once
#include "workers/sink/batch.h"

/* A batch was committed, `straight` without a merge; `started_ns` on the monotonic clock. */
void tally_stored(const Batch *batch, bool straight, int64_t started_ns);

/* A batch waits and is tried again. */
void tally_retry(void);
