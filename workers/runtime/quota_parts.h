/*
 * Quota's own parts: what quota.c (taking), quota_limits.c (what a call meets), quota_share.c (Redis away, the own
 * share) and quota_give.c (giving back) share. Private to them.
 */
#pragma once
#include "workers/runtime/quota.h"

enum { QUOTA_PATIENCE_MS = 3000 }; /* Redis away for so long is no hiccup of one connection */

struct Quota {
    QuotaOptions options;
    Redis *redis; /* NULL: there is none */
    QuotaTable *uses;
    int64_t mosts[QUOTA_LIMITS]; /* the vendor's figures, in the order of the source's limits */
    int64_t life_ms;
    int64_t born_ms;       /* the ledger's birth, as this process knows it; QUOTA_AWAY: it lacks calls of ours */
    int64_t away_ms;       /* since when Redis does not answer; 0: it does */
    bool looking, closing; /* the fiber that looks whether it is back */
    Event looked, looks_ended;
    QuotaFleet fleet;
    int64_t fleet_ms; /* when it was counted; 0: never */
    int64_t most_ms;  /* when there were as many as fleet.n */
    bool counting;
    Event counted; /* notified when a count has ended */
};

/* quota_limits.c: the vendor's figures; the limits that apply to a call, and how they are put to the ledger. */
bool quota_read_mosts(Quota *quota, Error *err) MUST_CHECK;
void quota_describe(const Quota *quota, const SourceJob *job, const HttpRequest *request, QuotaPlace *place);
LedgerAsk quota_ask(const Quota *quota, QuotaPlace *place);

/* quota_share.c: Redis did not answer; from now on it is looked for in a fiber of its own. */
void quota_note_away(Quota *quota, const Error *err);
/* This process's own uses of the i-th limit. */
QuotaUses *quota_uses_of(Quota *quota, const QuotaPlace *place, size_t i);
/* How long to wait until the own share of every limit in doubt has room, and for which; 0: it has now. */
int64_t quota_share_wait_ms(Quota *quota, const QuotaPlace *place, bool interactive, size_t *blocking);
