#include "workers/runtime/retry.h"
#include "lib/crypto.h"

enum { QUOTA_JITTER_MS = 250 };

/* Uniform in 0..bound; clients that failed together do not come back together. */
static int64_t jitter(int64_t bound)
{
    uint64_t random;
    crypto_random(&random, sizeof random);
    return (int64_t)(random % ((uint64_t)bound + 1));
}

int64_t retry_in_place_ms(const Error *err, int tried)
{
    if (!error_is_retriable(err) || err->kind == ERROR_QUOTA /* it has waited */ || tried >= RETRY_IN_PLACE ||
        err->retry_after_ms > RETRY_IN_PLACE_MS)
        return -1;
    int64_t bound = (int64_t)500 << tried;
    return err->retry_after_ms + jitter(bound);
}

int64_t retry_later_ms(const Error *err, int64_t failures, int64_t first_ms)
{
    if (err->kind == ERROR_QUOTA) /* its turn is kept at that moment */
        return err->retry_after_ms + jitter(QUOTA_JITTER_MS);
    if (!error_is_retriable(err) || failures > RETRY_FAILURES)
        return -1;
    int64_t bound = first_ms;
    for (int64_t i = 1; i < failures && bound < RETRY_LONGEST_MS; i++)
        bound *= 2;
    if (bound > RETRY_LONGEST_MS)
        bound = RETRY_LONGEST_MS;
    if (err->retry_after_ms > 0) /* its own word, and a little so that not all come in the same moment */
        return err->retry_after_ms + jitter(err->retry_after_ms / 10);
    return jitter(bound);
}

const char *retry_status(const Error *err)
{
    switch (err->kind) {
    case ERROR_AUTH:
        return "AuthError";
    case ERROR_PERMISSION:
        return "PermissionsError";
    case ERROR_UNSUPPORTED:
        return "NotSupported";
    case ERROR_THROTTLED:
        return "RateLimitError";
    case ERROR_TRANSIENT:
    case ERROR_DATA:
        return "FetchError";
    default:
        return "InternalError";
    }
}
