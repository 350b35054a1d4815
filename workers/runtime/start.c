#include "workers/runtime/start.h"
#include "lib/environment.h"
#include "lib/log.h"
#include "lib/redis.h"
#include "proto/job.h"
#include "workers/runtime/letters.h"
#include "workers/runtime/meters.h"
#include "workers/runtime/quota.h"
#include "workers/runtime/quota_start.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_LINGER_MS = 20, CONNECT_MS = 10000 };

static bool open_source(Runtime *runtime, Error *err)
{
    static const char *const needed[] = {"postgres", "kafka-brokers", "master-key-file"};
    if (!config_require(runtime->config, needed, COUNT_OF(needed), err))
        return false;
    runtime->keys = keyring_load(config_text(runtime->config, "master-key-file"), err);
    if (!runtime->keys)
        return false;
    runtime->state = calloc(1, runtime->source->state_size + 1);
    if (!runtime->state)
        abort();
    return runtime->source->open(runtime->state, runtime->config, err) || error_wrap(err, "%s", runtime->program);
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

static bool wait_for_redis(const Runtime *runtime, Error *err)
{
    const char *url = config_text(runtime->config, "redis");
    if (!url)
        return true;
    AUTO(Redis) *redis = redis_open(url, err);
    return redis && redis_wait_ready(redis, &runtime->stopping, err);
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
    runtime->pg = pg_pool_new(postgres, runtime->program, (int)config_integer(runtime->config, "pg-connections"));
    if (!check_environment(runtime, err))
        return false;
    program_ready(false, "waiting for Redis");
    if (!wait_for_redis(runtime, err))
        return false;
    program_ready(false, "waiting for Kafka");
    return kafka_wait_ready(runtime->config, &runtime->stopping, err) && check_topics(runtime, err);
}

/* ---- Work ---- */

static void list_types(const Source *source, bool only_incremental, Text *json)
{
    text_putc(json, '[');
    for (size_t i = 0; i < source->n_streams; i++)
        if (source->streams[i].incremental || !only_incremental)
            text_printf(json, "%s\"%s\"", json->length > 1 ? "," : "", source->streams[i].data_type);
    text_putc(json, ']');
}

/* So that the scheduler knows what the source offers without knowing the source. */
static bool register_source(const Runtime *runtime, Error *err)
{
    AUTO(Text) *all = text_new(NULL), *incremental = text_new(NULL);
    list_types(runtime->source, false, all);
    list_types(runtime->source, true, incremental);
    Pg *pg = pg_take(runtime->pg, err);
    bool fine = pg && pg_execute(pg, err,
                                 "insert into control.source (name, data_types, incremental) values ($1, $2, $3)"
                                 " on conflict (name) do update set data_types = excluded.data_types,"
                                 " incremental = excluded.incremental, seen_at = now()",
                                 PG_PARAMS(runtime->source->name, all->bytes, incremental->bytes)) >= 0;
    pg_give(runtime->pg, pg);
    return fine || error_wrap(err, "register in control.source");
}

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

bool start_work(Runtime *runtime, Error *err)
{
    if (!register_source(runtime, err) || !open_http(runtime, err))
        return false;
    runtime->beat = beat_open(&(BeatOptions){.postgres = config_text(runtime->config, "postgres"),
                                             .program = runtime->program,
                                             .source = runtime->source->name,
                                             .nudge = &runtime->nudge},
                              err);
    if (!runtime->beat || !quota_start(runtime, err))
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
    beat_close(TAKE(runtime->beat));
    http_close(TAKE(runtime->http));
    pg_pool_free(TAKE(runtime->pg));
    if (runtime->state)
        runtime->source->close(runtime->state);
    free(TAKE(runtime->state));
    keyring_free(TAKE(runtime->keys));
}
