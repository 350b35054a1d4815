/*
 * Quota start: the quota of a worker process, from its options and the living of its source.
 */
#pragma once
#include "workers/runtime/runtime.h"

/* Sets runtime->quota, after the pool and the beat are there; NULL stays where the source has no limits. */
bool quota_start(Runtime *runtime, Error *err) MUST_CHECK;
