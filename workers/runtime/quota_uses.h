/*
 * Quota uses: what this process itself took of each limit. With them it keeps to its share of the fleet when the ledger
 * is away, or does not know all calls. The owner's clock is monotonic.
 *
 * The share: `most` divided by the live workers, the remainder to the first of them. When a ledger that was whole is
 * lost, other workers may have used all there was: for one window a worker takes no more than it had itself, and no
 * more than its share. Only its own places come free for it, so the fleet stays below what it had; when the window is
 * over it is the share alone.
 */
#pragma once
#include "lib/auto.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct QuotaFleet {
    int64_t n, rank; /* live workers of the source, and how many of them come before this one; n 0: unknown */
} QuotaFleet;

int64_t quota_share(int64_t most, QuotaFleet fleet); /* 0 when the fleet is unknown */

/* What of a vendor's figure is used at all: about a fiftieth less, as its clock is not ours; requests in flight
 * are exact. Of a day and more, a tenth is kept for interactive work. Never below 1. */
int64_t quota_inside(int64_t most, int64_t window_ms);
int64_t quota_most(int64_t inside, int64_t window_ms, bool interactive);

typedef struct QuotaUses QuotaUses; /* of one limit of one tenant or app */
typedef struct QuotaTable QuotaTable;

QuotaTable *quota_table_new(void);
void quota_table_free(QuotaTable *table);
DEFINE_AUTO(QuotaTable, quota_table_free)

/* The uses of a limit; made when there are none. Good until the caller waits: what is unused is forgotten. */
QuotaUses *quota_uses(QuotaTable *table, const char *owner, const char *limit, int64_t window_ms, int64_t now_ms);

void quota_uses_add(QuotaUses *uses, int64_t until_ms, int64_t by);
/* A call is over: what was held until `from_ms` is held until `until_ms`. */
void quota_uses_move(QuotaUses *uses, int64_t from_ms, int64_t until_ms, int64_t by);
int64_t quota_uses_count(QuotaUses *uses, int64_t now_ms);

typedef struct QuotaDoubt {
    int64_t from_ms, until_ms; /* a doubt that begins before another has ended is the same one */
    int64_t credit_ms;         /* how long after from_ms others may still have calls that nobody knows of */
    bool lost;                 /* they may have some at all */
    bool interactive;          /* the call: the others leave it the next place */
    QuotaFleet fleet;
} QuotaDoubt;

/* How long to wait until `cost` more may be taken in doubt, by the own share of `most`: 0: now; -1: no share at all. */
int64_t quota_uses_wait_ms(QuotaUses *uses, const QuotaDoubt *doubt, int64_t most, int64_t cost, int64_t now_ms);
