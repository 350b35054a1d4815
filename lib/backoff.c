#include "lib/backoff.h"
#include "lib/fiber.h"
#include "lib/log.h"

enum { FIRST_MS = 100, LONGEST_MS = 5000, STEP_MS = 100 };

bool backoff_retry(Backoff *backoff, const char *service, const char *address, const bool *stop, Error *err)
{
    backoff->ms = backoff->ms == 0 ? FIRST_MS : 2 * backoff->ms;
    if (backoff->ms > LONGEST_MS)
        backoff->ms = LONGEST_MS;
    log_warn("not reachable, still trying", KV("service", service), KV("address", address), KV("retry_ms", backoff->ms),
             KV_ERROR(err));
    for (int64_t left = backoff->ms; left > 0; left -= STEP_MS) {
        if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
            return error_set(err, ERROR_CANCELLED, "stopped while waiting for %s at %s", service, address);
        fiber_sleep_ms(left < STEP_MS ? left : STEP_MS);
    }
    *err = (Error){0};
    return true;
}
