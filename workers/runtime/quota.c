#include "workers/runtime/quota.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "workers/runtime/quota_meters.h"
#include "workers/runtime/quota_parts.h"
#include <stdlib.h>

enum { IN_PLACE_MS = 15000 /* the longest wait inside a call */, LIFE_SPARE_MS = 5000, JITTER_MS = 20 };

/* ---- Life ---- */

Quota *quota_open(const QuotaOptions *options, Error *err)
{
    Quota *quota = calloc(1, sizeof *quota);
    if (!quota)
        abort();
    quota->options = *options;
    quota->life_ms = options->longest_call_ms + LIFE_SPARE_MS;
    quota->uses = quota_table_new();
    quota_meters_open(options->source->name);
    if (!quota_read_mosts(quota, err) || (options->redis && !(quota->redis = redis_open(options->redis, err)))) {
        quota_close(quota);
        return NULL;
    }
    if (!options->redis)
        quota->away_ms = clock_monotonic_ms() - QUOTA_PATIENCE_MS;
    return quota;
}

static bool looks_no_more(void *context)
{
    return !((Quota *)context)->looking;
}

void quota_close(Quota *quota)
{
    if (!quota)
        return;
    quota->closing = true;
    event_notify_all(&quota->looked);
    if (fiber_running())
        while (quota->looking)
            event_wait(&quota->looks_ended, -1);
    else if (quota->looking)
        loop_run(looks_no_more, quota);
    redis_close(quota->redis);
    quota_table_free(quota->uses);
    free(quota);
}

/* ---- Taking ---- */

static void note_taken(Quota *quota, QuotaPlace *place, int64_t ledger_ms)
{
    place->ledger_ms = ledger_ms;
    place->since_ms = clock_monotonic_ms();
    for (size_t i = 0; i < place->n; i++) {
        const QuotaMeet *met = &place->meets[i];
        quota_uses_add(quota_uses_of(quota, place, i), place->since_ms + quota->life_ms + met->window_ms, met->cost);
        if (ledger_ms > 0)
            quota_meter_limit(met, &place->owner, ledger_ms);
    }
}

/* Without the ledger: how long to wait; 0: taken. */
static int64_t take_share(Quota *quota, bool interactive, QuotaPlace *place, size_t *blocking)
{
    int64_t away_ms = clock_monotonic_ms() - quota->away_ms;
    if (away_ms < QUOTA_PATIENCE_MS)
        return QUOTA_PATIENCE_MS - away_ms;
    int64_t wait_ms = quota_share_wait_ms(quota, place, interactive, blocking);
    if (wait_ms > 0)
        return wait_ms;
    note_taken(quota, place, 0);
    if (quota->redis)
        quota->born_ms = QUOTA_AWAY;
    return 0;
}

static LedgerAnswer ask_ledger(Quota *quota, LedgerAsk *ask, Error *err)
{
    LedgerAnswer answer = ledger_take(quota->redis, ask, err);
    if (answer == LEDGER_FAILED)
        quota_note_away(quota, err);
    else if (quota->born_ms == ask->known_ms) /* no other fiber learnt more meanwhile */
        quota->born_ms = ask->born_ms;
    return answer;
}

/* 0: taken, else how long to wait, and for which limit. */
static int64_t try_once(Quota *quota, bool interactive, QuotaPlace *place, size_t *blocking)
{
    if (quota->away_ms > 0)
        return take_share(quota, interactive, place, blocking);
    Error err = {0};
    LedgerAsk ask = quota_ask(quota, place);
    ask.interactive = interactive;
    LedgerAnswer answer = ask_ledger(quota, &ask, &err);
    if (answer == LEDGER_UNSURE) {
        int64_t wait_ms = quota_share_wait_ms(quota, place, interactive, blocking);
        if (wait_ms > 0)
            return wait_ms;
        ask.sure = true;
        ask.known_ms = quota->born_ms;
        answer = ask_ledger(quota, &ask, &err);
    }
    if (answer == LEDGER_TAKEN)
        note_taken(quota, place, ask.taken_ms);
    else if (answer == LEDGER_WAIT)
        *blocking = ask.blocking;
    return answer == LEDGER_TAKEN ? 0 : answer == LEDGER_WAIT ? (ask.wait_ms > 0 ? ask.wait_ms : 1) : JITTER_MS;
}

/* ---- Waiting ---- */

static int64_t jitter_ms(void)
{
    uint32_t random;
    crypto_random(&random, sizeof random);
    return random % (JITTER_MS + 1);
}

static bool sit_out(const Quota *quota, const SourceJob *job, int64_t wait_ms, Error *err)
{
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    bool away = quota->away_ms > 0;
    for (int64_t left_ms; (left_ms = until_ms - clock_monotonic_ms()) > 0;) {
        if (quota->options.stopped && quota->options.stopped(job, err))
            return false;
        if (away && quota->away_ms == 0)
            break;
        event_wait(quota->options.nudge, left_ms);
    }
    return true;
}

static bool wait_for_place(const Quota *quota, const SourceJob *job, int64_t wait_ms, Error *err)
{
    int unused = 0, *waiting = quota->options.waiting ? quota->options.waiting : &unused;
    ++*waiting;
    bool fine = sit_out(quota, job, wait_ms, err);
    --*waiting;
    return fine;
}

static bool give_up(const QuotaPlace *place, size_t blocking, int64_t wait_ms, Error *err)
{
    error_set(err, ERROR_QUOTA, "all places of %s's limit '%s' are taken; the next is free in %lld s",
              place->owner.source, place->meets[blocking].name, (long long)(wait_ms + 999) / 1000);
    err->retry_after_ms = wait_ms;
    return false;
}

bool quota_take(Quota *quota, const SourceJob *job, const HttpRequest *request, QuotaPlace *place, Error *err)
{
    bool interactive = job->job_class == JOB_INTERACTIVE;
    int64_t started_ms = clock_monotonic_ms(), wait_ms;
    size_t blocking = 0;
    quota_describe(quota, job, request, place);
    if (place->n == 0)
        return true;
    while ((wait_ms = try_once(quota, interactive, place, &blocking)) > 0) {
        if (clock_monotonic_ms() - started_ms + wait_ms > IN_PLACE_MS) {
            quota_meter_parked(place->meets[blocking].name, job->job_class);
            return give_up(place, blocking, wait_ms, err);
        }
        if (!wait_for_place(quota, job, wait_ms + jitter_ms(), err))
            return false;
    }
    if (clock_monotonic_ms() - started_ms > JITTER_MS)
        quota_meter_waited(place->meets[blocking].name, job->job_class, clock_monotonic_ms() - started_ms);
    return true;
}
