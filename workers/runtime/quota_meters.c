#include "workers/runtime/quota_meters.h"
#include "lib/metrics.h"
#include <stdio.h>

static const double seconds[] = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15};
static Metric wait_seconds = {.name = "tributary_quota_wait_seconds",
                              .help = "Waits for a place, by the limit that was full",
                              .type = METRIC_HISTOGRAM,
                              .bounds = seconds,
                              .n_bounds = COUNT_OF(seconds)};
METRIC(used, "tributary_quota_used", METRIC_GAUGE, "Calls that count in a limit, of all workers");
METRIC(left, "tributary_quota_left", METRIC_GAUGE, "Places that are free");
METRIC(frees, "tributary_quota_frees_seconds", METRIC_GAUGE, "Until the first place that is taken comes free");
METRIC(parked, "tributary_quota_parked_total", METRIC_COUNTER, "Calls given up until a place is free");
METRIC(away, "tributary_quota_own_share", METRIC_GAUGE, "1 while Redis is away and this worker keeps to its share");

enum { LABEL_SIZE = 320 };

static const char *source = "";

void quota_meters_open(const char *name)
{
    source = name;
}

/* A tenant's name comes from outside. */
static void put_tenant(char out[96], const char *tenant)
{
    snprintf(out, 96, "%.90s", tenant);
    for (char *c = out; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ')
            *c = '_';
}

void quota_meter_limit(const QuotaMeet *met, const QuotaOwner *owner, int64_t ledger_now_ms)
{
    char label[LABEL_SIZE], tenant[96];
    put_tenant(tenant, met->of_app ? "" : owner->tenant);
    snprintf(label, sizeof label, "source=\"%.40s\",limit=\"%.40s\",tenant=\"%s\"", source, met->name, tenant);
    metric_set(&used, label, (double)met->used);
    metric_set(&left, label, (double)(met->inside > met->used ? met->inside - met->used : 0));
    metric_set(&frees, label, (double)(met->frees_ms - ledger_now_ms) / 1000);
}

static const char *label_of(char out[LABEL_SIZE], const char *limit, JobClass job_class)
{
    snprintf(out, LABEL_SIZE, "source=\"%.40s\",limit=\"%.40s\",class=\"%s\"", source, limit,
             job_class_name(job_class));
    return out;
}

void quota_meter_waited(const char *limit, JobClass job_class, int64_t ms)
{
    char label[LABEL_SIZE];
    metric_observe(&wait_seconds, label_of(label, limit, job_class), (double)ms / 1000);
}

void quota_meter_parked(const char *limit, JobClass job_class)
{
    char label[LABEL_SIZE];
    metric_add(&parked, label_of(label, limit, job_class), 1);
}

void quota_meter_away(bool is_away)
{
    char label[LABEL_SIZE];
    snprintf(label, sizeof label, "source=\"%.40s\"", source);
    metric_set(&away, label, is_away);
}
