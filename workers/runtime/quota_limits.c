#include "workers/runtime/quota_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_MS = 60 * 60 * 1000 };

/* ---- The figures ---- */

static bool grant(Quota *quota, const char *name, int length, int64_t most, Error *err)
{
    const Source *source = quota->options.source;
    for (size_t i = 0; i < source->n_limits; i++)
        if (strlen(source->limits[i].name) == (size_t)length &&
            memcmp(source->limits[i].name, name, (size_t)length) == 0) {
            quota->mosts[i] = most;
            return true;
        }
    return error_set(err, ERROR_CONFIG, "limits: %s has no limit '%.*s'", source->name, length, name);
}

bool quota_read_mosts(Quota *quota, Error *err)
{
    const Source *source = quota->options.source;
    if (source->n_limits > QUOTA_LIMITS)
        return error_set(err, ERROR_INTERNAL, "%s has %zu limits, at most %d are kept", source->name, source->n_limits,
                         QUOTA_LIMITS);
    for (size_t i = 0; i < source->n_limits; i++)
        quota->mosts[i] = source->limits[i].most;
    for (const char *at = quota->options.granted; at && *at;) {
        int length = (int)strcspn(at, "=");
        char *end = NULL;
        long long most = at[length] ? strtoll(at + length + 1, &end, 10) : 0;
        if (most < 1 || (*end && *end != ','))
            return error_set(err, ERROR_CONFIG, "limits: '%.60s' is not name=number,name=number", at);
        if (!grant(quota, at, length, most, err))
            return false;
        at = *end ? end + 1 : end;
    }
    return true;
}

/* ---- What a call meets ---- */

static void describe(const Quota *quota, const SourceJob *job, QuotaPlace *place)
{
    const Source *source = quota->options.source;
    const char *setting =
        source->tenant_setting && job->settings ? json_text(job->settings, source->tenant_setting) : NULL;
    *place = (QuotaPlace){
        .owner = {.environment = quota->options.environment,
                  .source = source->name,
                  .app = quota->options.app ? quota->options.app : "",
                  .tenant = setting && *setting ? setting : job->connection_id}
    };
    snprintf(place->id, sizeof place->id, "%.50s/%.70s", job->connection_id, job->stream->data_type);
}

static void meet(QuotaPlace *place, const Limit *limit, int64_t most, int64_t cost, bool interactive)
{
    int64_t inside = quota_inside(most, limit->window_ms);
    place->limits[place->n] = limit;
    place->mosts[place->n] = most;
    place->meets[place->n] = (QuotaMeet){
        .name = limit->part ? place->parts[place->n] : limit->name,
        .of_app = limit->scope == LIMIT_APP,
        .most = quota_most(inside, limit->window_ms, interactive),
        .inside = inside,
        .window_ms = limit->window_ms,
        .cost = cost,
        .told = limit->left_header && limit->window_ms >= LONG_MS,
        .seen = -1,
    };
    place->n++;
}

static bool name_part(QuotaPlace *place, const Limit *limit, const HttpRequest *request)
{
    char part[LIMIT_PART_SIZE];
    if (!limit->part)
        return true;
    if (!limit->part(request, part))
        return false;
    snprintf(place->parts[place->n], sizeof place->parts[0], "%.30s/%s", limit->name, part);
    return true;
}

void quota_describe(const Quota *quota, const SourceJob *job, const HttpRequest *request, QuotaPlace *place)
{
    const Source *source = quota->options.source;
    describe(quota, job, place);
    for (size_t i = 0; i < source->n_limits && place->n < QUOTA_LIMITS; i++) {
        const Limit *limit = &source->limits[i];
        int64_t cost = limit->cost ? limit->cost(job, request) : 1;
        if (cost > 0 && (!limit->applies || limit->applies(job)) && name_part(place, limit, request))
            meet(place, limit, quota->mosts[i], cost, job->job_class == JOB_INTERACTIVE);
    }
}

LedgerAsk quota_ask(const Quota *quota, QuotaPlace *place)
{
    return (LedgerAsk){
        .owner = &place->owner,
        .id = place->id,
        .life_ms = quota->life_ms,
        .ahead_ms = quota->options.ahead_ms,
        .known_ms = quota->born_ms,
        .meets = place->meets,
        .n_meets = place->n,
        .taken_ms = place->ledger_ms,
    };
}
