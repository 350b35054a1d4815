/*
 * Lag: how far a worker group has come in the job topics of its source. Asks Kafka and waits for the answer, so it
 * belongs to a thread that may wait. Joins no group.
 */
#pragma once
#include "lib/config.h"
#include "lib/error.h"
#include <stdint.h>

typedef struct Lag Lag;

Lag *lag_open(const Config *config, const char *environment, const char *source, Error *err) MUST_CHECK;
void lag_close(Lag *lag); /* NULL is fine */
DEFINE_AUTO(Lag, lag_close)

/* The partition of `topic` that a job with this key went to. -1 with err. */
int32_t lag_partition(Lag *lag, const char *topic, const char *key, Error *err) MUST_CHECK;
/* The offset after its last message; -1 with err. */
int64_t lag_end(Lag *lag, const char *topic, int32_t partition, Error *err) MUST_CHECK;
/* Whether a message before `mark` may still wait for the group. It cannot where the partition begins behind the mark
 * (truncated, expired) or ends before it (recreated, or the key has moved with the number of partitions). */
bool lag_waits(Lag *lag, const char *topic, int32_t partition, int64_t mark, bool *waits, Error *err) MUST_CHECK;
