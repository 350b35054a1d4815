#include "workers/runtime/quota_start.h"
#include "workers/runtime/quota.h"
#include "workers/runtime/slice.h"
#include <stdio.h>

/* Those that went silent less than two minutes ago count too: what they used still counts at the vendor. */
static bool count_fleet(void *context, QuotaFleet *fleet, Error *err)
{
    const Runtime *runtime = context;
    AUTO(PGresult) *row =
        pg_pool_query(runtime->pg, err,
                      "select count(*) as n, count(*) filter (where incarnation < $2) as rank from control.worker"
                      " where source = $1 and (incarnation = $2 or beat_at > now() - interval '2 minutes')",
                      PG_PARAMS(runtime->source->name, PG_INT(beat_incarnation(runtime->beat))));
    if (!row)
        return false;
    *fleet = (QuotaFleet){pg_integer(row, 0, "n"), pg_integer(row, 0, "rank")};
    return true;
}

/* The app's id, where the source has the option of it. */
static const char *client_id(const Runtime *runtime)
{
    char name[64];
    snprintf(name, sizeof name, "%.40s-client-id", runtime->source->name);
    for (size_t i = 0; i < runtime->source->n_options; i++)
        if (strcmp(runtime->source->options[i].name, name) == 0)
            return config_text(runtime->config, name);
    return NULL;
}

bool quota_start(Runtime *runtime, Error *err)
{
    if (runtime->source->n_limits == 0)
        return true;
    const QuotaOptions options = {
        .source = runtime->source,
        .redis = config_text(runtime->config, "redis"),
        .environment = runtime->environment,
        .app = client_id(runtime),
        .granted = config_text(runtime->config, "limits"),
        .longest_call_ms = config_integer(runtime->config, "http-timeout"),
        .nudge = &runtime->nudge,
        .waiting = &runtime->waiting,
        .stopped = slice_job_stopped,
        .fleet = count_fleet,
        .context = runtime,
    };
    runtime->quota = quota_open(&options, err);
    return runtime->quota != NULL;
}
