#include "infra/sandbox/limit.h"
#include <stddef.h>

const LimitRates limit_documented = {.live = 100, .test = 25, .operation = 25};

static bool bucket_has_one(Bucket *bucket, int rate, int64_t now_ms)
{
    int64_t full = (int64_t)rate * 1000;
    if (bucket->filled_ms == 0)
        bucket->thousandths = full;
    else
        bucket->thousandths += (now_ms - bucket->filled_ms) * rate;
    if (bucket->thousandths > full)
        bucket->thousandths = full;
    bucket->filled_ms = now_ms;
    return bucket->thousandths >= 1000;
}

const char *limit_take(Limit *limit, bool live, int operation, int64_t now_ms)
{
    if (limit->rates.off)
        return NULL;
    Bucket *own = &limit->operations[operation % LIMIT_OPERATIONS];
    if (!bucket_has_one(&limit->account, live ? limit->rates.live : limit->rates.test, now_ms))
        return "global-rate";
    if (!bucket_has_one(own, limit->rates.operation, now_ms))
        return "endpoint-rate";
    limit->account.thousandths -= 1000;
    own->thousandths -= 1000;
    return NULL;
}
