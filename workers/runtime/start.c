#include "workers/runtime/start.h"
#include "lib/environment.h"
#include "lib/log.h"
#include "proto/job.h"
#include "workers/runtime/letters.h"
#include "workers/runtime/meters.h"
#include "workers/runtime/quota.h"
#include "workers/runtime/quota_start.h"
#include "workers/runtime/register.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_LINGER_MS = 20, CONNECT_MS = 10000 };

static bool open_source(Runtime *runtime, Error *err)
{
    const Source *source = runtime->source;
    static const char *const needed[] = {"postgres", "kafka-brokers"};
    if (!config_require(runtime->config, needed, COUNT_OF(needed), err))
        return false;
    runtime->pg = pg_pool_new(config_text(runtime->config, "postgres"), runtime->program,
                              (int)config_integer(runtime->config, "pg-connections"));
    runtime->vault = vault_open(runtime->config, runtime->pg, err);
    if (!runtime->vault)
        return false;
    if (source->oauth && !(runtime->app = oauth_app_of(runtime->config, source->name, source->oauth, err)))
        return false;
    runtime->state = calloc(1, source->state_size + 1);
    if (!runtime->state)
        abort();
    return source->open(runtime->state, runtime->config, err) || error_wrap(err, "%s", runtime->program);
}

/* ---- Services ---- */

static bool check_environment(const Runtime *runtime, Error *err)
{
    Pg *pg = pg_take(runtime->pg, err);
    bool fine = pg && environment_check(pg, runtime->environment, err);
    pg_give(runtime->pg, pg);
    return fine;
}

static bool check_topics(const Runtime *runtime, Error *err)
{
    char names[N_JOB_CLASSES + 1][JOB_NAME_SIZE];
    const char *topics[N_JOB_CLASSES + 2] = {[N_JOB_CLASSES + 1] = LETTERS_RECORDS};
    for (int c = 0; c < N_JOB_CLASSES; c++)
        job_topic(names[c], runtime->source->name, (JobClass)c);
    job_dead_letter_topic(names[N_JOB_CLASSES], runtime->source->name);
    for (int i = 0; i <= N_JOB_CLASSES; i++)
        topics[i] = names[i];
    return kafka_partitions(runtime->config, topics, COUNT_OF(topics), NULL, err);
}

static bool wait_for_redis(Runtime *runtime, Error *err)
{
    const char *url = config_text(runtime->config, "redis");
    if (!url)
        return true;
    runtime->redis = redis_open(url, err);
    return runtime->redis && redis_wait_ready(runtime->redis, &runtime->stopping, err);
}

bool start_runtime(Runtime *runtime, const Program *program, const Source *source, Error *err)
{
    runtime->source = source;
    runtime->config = program->config;
    runtime->environment = program->environment;
    snprintf(runtime->program, sizeof runtime->program, "worker-%s", source->name);
    meters_open(source->name);
    runtime->room.size = config_integer(runtime->config, "page-memory");
    if (!open_source(runtime, err))
        return false;
    const char *postgres = config_text(runtime->config, "postgres");
    program_ready(false, "waiting for Postgres");
    if (!pg_wait_ready(postgres, runtime->program, &runtime->stopping, err))
        return false;
    if (!check_environment(runtime, err))
        return false;
    program_ready(false, "waiting for Redis");
    if (!wait_for_redis(runtime, err))
        return false;
    program_ready(false, "waiting for Kafka");
    return kafka_wait_ready(runtime->config, &runtime->stopping, err) && check_topics(runtime, err);
}

/* ---- Work ---- */

static bool open_http(Runtime *runtime, Error *err)
{
    const HttpOptions options = {
        .max_body = config_integer(runtime->config, "http-max-body"),
        .connect_ms = CONNECT_MS,
        .total_ms = config_integer(runtime->config, "http-timeout"),
        .max_host_connections = (int)config_integer(runtime->config, "http-connections"),
        .user_agent = "tributary/" TRIBUTARY_VERSION,
    };
    runtime->http = http_open(&options, err);
    return runtime->http != NULL;
}

static int64_t lease_owner(void *beat)
{
    return beat_incarnation(beat);
}

static void open_tokens(Runtime *runtime)
{
    if (!runtime->app)
        return;
    runtime->tokens = tokens_open(&(TokensOptions){.environment = runtime->environment,
                                                   .pool = runtime->pg,
                                                   .vault = runtime->vault,
                                                   .redis = runtime->redis,
                                                   .incarnation = lease_owner,
                                                   .context = runtime->beat});
}

bool start_work(Runtime *runtime, Error *err)
{
    if (!register_source(runtime, err) || !open_http(runtime, err))
        return false;
    runtime->beat = beat_open(&(BeatOptions){.postgres = config_text(runtime->config, "postgres"),
                                             .program = runtime->program,
                                             .source = runtime->source->name,
                                             .nudge = &runtime->nudge},
                              err);
    if (!runtime->beat)
        return false;
    open_tokens(runtime);
    if (!quota_start(runtime, err))
        return false;
    runtime->records = producer_open(runtime->config, runtime->program, RECORDS_LINGER_MS, err);
    runtime->jobs = runtime->records ? producer_open(runtime->config, runtime->program, 0, err) : NULL;
    return runtime->jobs != NULL;
}

void start_undo(Runtime *runtime)
{
    producer_close(TAKE(runtime->records));
    producer_close(TAKE(runtime->jobs));
    quota_close(TAKE(runtime->quota));
    tokens_close(TAKE(runtime->tokens));
    beat_close(TAKE(runtime->beat));
    http_close(TAKE(runtime->http));
    redis_close(TAKE(runtime->redis));
    if (runtime->state)
        runtime->source->close(runtime->state);
    free(TAKE(runtime->state));
    oauth_app_free(TAKE(runtime->app));
    vault_close(TAKE(runtime->vault));
    pg_pool_free(TAKE(runtime->pg));
}
