/*
 * Bisect: finds the rows that Postgres refuses, by trial transactions that are rolled back, halving until one row is
 * left. k bad rows of n cost about 2 k log2(n) trials.
 */
#pragma once
#include "lib/pg.h"
#include "workers/sink/batch.h"

/* Is the last failure the doing of a row? A unique violation is not: it is a race, and goes away. */
bool bisect_is_data_error(Pg *pg, const Error *err);

/* Marks the bad rows of a sorted batch; false when a trial fails for another reason: nothing is known then but what was
 * marked so far, and the batch must be tried again. */
bool bisect_mark(Pg *pg, Batch *batch, Error *err) MUST_CHECK;
