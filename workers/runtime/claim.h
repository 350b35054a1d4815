/*
 * Claim: becoming the owner of one slice of a dataset, the only way to work on it. A claim gets an epoch that is larger
 * than all before it; whoever still holds an older one can change nothing any more.
 */
#pragma once
#include "lib/json.h"
#include "lib/pg.h"
#include "lib/vault.h"
#include "proto/job.h"
#include "workers/runtime/beat.h"
#include "workers/runtime/source.h"

typedef enum ClaimOutcome {
    CLAIM_TAKEN,  /* `claim` is filled: run it                                                      */
    CLAIM_OVER,   /* nothing to do for this message: its offset is done                             */
    CLAIM_DUTY,   /* the publisher of the row's current slice died: publish `slice_no`, then as OVER */
    CLAIM_HELD,   /* somebody alive has it: look again in two seconds                               */
    CLAIM_ALONE,  /* it may have crashed workers: try again when nothing else runs here             */
    CLAIM_FAILED, /* Postgres did not answer: `err`                                                 */
} ClaimOutcome;

/* What a slice needs to know. Texts lie on the arena of claim_take(). */
typedef struct Claim {
    const char *dataset_id, *connection_id, *company_id, *data_type;
    JobClass job_class;
    int32_t slice_no;
    int64_t epoch, generation;
    bool full, sweep, alone;
    const char *cursor;
    int64_t since_ms;                       /* the watermark of an incremental sync, else 0 */
    int64_t failures, alone_crashes;        /* so far                                       */
    int64_t records, dead_letters, deleted; /* of the slices before                         */
    const char *record_topic;
    int32_t record_partition;
    int64_t sweep_doubt;
    const char *connection_status;
    const char *settings; /* JSON                                          */
    const char *sealed;   /* the credential as it lies in the row; NULL: none */
    int64_t credential_version;
} Claim;

typedef struct ClaimRequest {
    const Job *job;
    const Source *source;
    bool may_be_mine;        /* no other fiber here works on the dataset: what this process owns may be taken again */
    bool alone;              /* nothing else runs in this process */
    int64_t *publisher_beat; /* of the message, 0 at first: how a publisher that just died is told from one at work */
} ClaimRequest;

ClaimOutcome claim_take(PgPool *pool, const Beat *beat, const ClaimRequest *request, Arena *arena, Claim *claim,
                        Error *err) MUST_CHECK;

/* Asks whether the dataset is still wanted. False with ERROR_CANCELLED. A Postgres that does not answer takes nothing
 * away: true. */
bool claim_wanted(PgPool *pool, const Claim *claim, Error *err);

/* False with ERROR_AUTH: the connection is not linked (any more), or has no credential. */
bool claim_may_read(const Claim *claim, Error *err) MUST_CHECK;
/* The connection's API key, opened, when it may be read. NULL with ERROR_CONFIG or ERROR_DATA: it does not open. */
Secret *claim_api_key(const Claim *claim, Vault *vault, Error *err) MUST_CHECK;
