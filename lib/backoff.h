/*
 * Backoff: how the clients' *_wait_ready() wait for a service that does not answer yet. 100 ms, doubling to 5 s; one
 * warning an attempt. Starts as {0}. Private to lib.
 */
#pragma once
#include "lib/error.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct Backoff {
    int64_t ms;
} Backoff;

/* Logs that `service` at `address` (no credentials) failed with `err` and will be tried again, then waits. False with
 * ERROR_CANCELLED once *stop is true (looked at every 100 ms; NULL: never). */
bool backoff_retry(Backoff *backoff, const char *service, const char *address, const bool *stop, Error *err) MUST_CHECK;
