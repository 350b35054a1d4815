/*
 * Quota: a place in every limit of the vendor for every call, before the call. Workers of a source share one ledger in
 * Redis; call_send() asks it, nobody else has to.
 *
 * Interactive calls go first; the others are served in the order in which they came. Who can have no place within 15 s
 * gets ERROR_QUOTA with the time at which there is one, and keeps its turn until then. Without Redis, and for one
 * window after it lost its data, a worker keeps to its own share (quota_uses.h). A worker that alone cannot reach Redis
 * waits a few seconds before it believes so; after that its share comes on top of what the others use: the vendor's
 * refusal is the last guard.
 */
#pragma once
#include "lib/fiber.h"
#include "workers/runtime/quota_ledger.h"
#include "workers/runtime/quota_uses.h"
#include "workers/runtime/source.h"

typedef struct Quota Quota;

typedef struct QuotaOptions {
    const Source *source;
    const char *redis; /* URL; NULL: there is none, each worker keeps to its share */
    const char *environment;
    const char *app;     /* the client id; NULL: the source has none */
    const char *granted; /* "day=1000,minute=90": the vendor's figures for this app, where the table has others; NULL */
    int64_t longest_call_ms; /* after it a call has ended, whatever the vendor does */
    int64_t ahead_ms;        /* tests: added to the ledger's clock */
    Event *nudge; /* notified when a slice is to look whether it is stopped; notified here when a place came free */
    int *waiting; /* counts the calls that wait; NULL */
    bool (*stopped)(const SourceJob *job, Error *err); /* is the work to end now? true with err. NULL: never */
    bool (*fleet)(void *context, QuotaFleet *fleet, Error *err);
    void *context;
} QuotaOptions;

/* No connection is made yet; ERROR_CONFIG on a bad URL or `granted`. Options' pointers are borrowed. */
Quota *quota_open(const QuotaOptions *options, Error *err) MUST_CHECK;
void quota_close(Quota *quota); /* NULL is fine */
DEFINE_AUTO(Quota, quota_close)

/* What a call holds. Filled by quota_take(); lives where the call does. */
typedef struct QuotaPlace {
    QuotaOwner owner;
    QuotaMeet meets[QUOTA_LIMITS];
    const Limit *limits[QUOTA_LIMITS];
    int64_t mosts[QUOTA_LIMITS];                   /* the vendor's figures */
    char parts[QUOTA_LIMITS][2 * LIMIT_PART_SIZE]; /* names of limits that have parts */
    size_t n;
    char id[128];
    int64_t ledger_ms; /* when it was taken, by the ledger's clock; 0: only from the own share */
    int64_t since_ms;  /* by ours */
} QuotaPlace;

/* Waits in the fiber until the call may be made. False: ERROR_QUOTA, or what `stopped` says. */
bool quota_take(Quota *quota, const SourceJob *job, const HttpRequest *request, QuotaPlace *place,
                Error *err) MUST_CHECK;
/* The call has ended: gives its places back and takes in what the answer (NULL: there was none) says of the limits. */
void quota_give(Quota *quota, QuotaPlace *place, const HttpResponse *response);

/* The vendor refused for its limits without saying which: the tenant's calls wait for so long. */
void quota_shut(Quota *quota, const SourceJob *job, int64_t ms);
