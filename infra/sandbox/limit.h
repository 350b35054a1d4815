/*
 * Limit: Stripe's request rates: so many a second for an account in live or test mode, and so many for one operation.
 * Buckets hold one second's worth.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct Bucket {
    int64_t thousandths, filled_ms; /* of a request; filled_ms 0: full */
} Bucket;

typedef struct LimitRates {
    bool off;
    int live, test, operation; /* requests a second */
} LimitRates;

extern const LimitRates limit_documented; /* 100, 25, 25 */

enum { LIMIT_OPERATIONS = 48 };

typedef struct Limit {
    LimitRates rates;
    Bucket account, operations[LIMIT_OPERATIONS];
} Limit;

/* NULL: go on. Otherwise the reason: "global-rate", "endpoint-rate". */
const char *limit_take(Limit *limit, bool live, int operation, int64_t now_ms);
