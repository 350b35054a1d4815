/*
 * Retry: what becomes of a slice that failed, as pure decisions. Short waits are sat out in the slice; longer ones are
 * given to the scheduler; after eight failures in a row, or at once for what waiting cannot cure, the dataset ends with
 * the status that the error's kind stands for.
 */
#pragma once
#include "lib/error.h"

enum {
    RETRY_IN_PLACE_MS = 15000, /* the longest wait inside a slice */
    RETRY_IN_PLACE = 4,        /* waits for one page inside a slice */
    RETRY_FAILURES = 8,
    RETRY_LONGEST_MS = 2 * 60 * 60 * 1000,
};

/* How long to wait inside the slice before try number `tried` + 1 of a page; -1: not here. */
int64_t retry_in_place_ms(const Error *err, int tried);

/* How long the scheduler is to wait after `failures` in a row (this one included): what the source asked for, else full
 * jitter below first_ms, doubling, at most two hours. -1: no more waiting. ERROR_QUOTA is no failure: it waits as often and
 * as long as it takes. */
int64_t retry_later_ms(const Error *err, int64_t failures, int64_t first_ms);

/* The status of a dataset that ends because of `err`. */
const char *retry_status(const Error *err);
