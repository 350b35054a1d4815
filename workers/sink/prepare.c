#include "lib/fiber.h"
#include "lib/kafka.h"
#include "lib/log.h"
#include "lib/pg.h"
#include "proto/tables.h"
#include "workers/sink/letters.h"
#include "workers/sink/sink.h"
#include <string.h>

static bool check_environment(Pg *pg, const char *environment, Error *err)
{
    AUTO(PGresult) *meta = pg_query(pg, err, "select environment from control.meta", 0, NULL);
    if (!meta && (strcmp(pg_sqlstate(pg), "42P01") == 0 || strcmp(pg_sqlstate(pg), "3F000") == 0))
        return error_set(err, ERROR_CONFIG, "the database has no control schema: run 'tributary migrate' first");
    if (!meta)
        return false;
    if (PQntuples(meta) == 0)
        return error_set(err, ERROR_CONFIG, "the database belongs to no environment: run 'tributary migrate' first");
    const char *theirs = pg_text(meta, 0, "environment");
    return strcmp(theirs, environment) == 0 ||
           error_set(err, ERROR_CONFIG, "the database belongs to environment '%.60s', this sink to '%.60s'", theirs,
                     environment);
}

static bool prepare_postgres(const Program *program, Error *err)
{
    const char *conninfo = config_text(program->config, "postgres");
    AUTO(Pg) *pg = pg_connect(conninfo, "sink", err);
    return pg && check_environment(pg, program->environment, err) && tables_migrate(pg, err);
}

static bool has_topic(const struct rd_kafka_metadata *metadata, const char *name)
{
    for (int i = 0; i < metadata->topic_cnt; i++)
        if (strcmp(metadata->topics[i].topic, name) == 0)
            return true;
    return false;
}

static bool check_topics(const struct rd_kafka_metadata *metadata, Error *err)
{
    for (size_t i = 0; i < n_data_types; i++)
        if (!has_topic(metadata, data_types[i].topic))
            return error_set(err, ERROR_CONFIG, "topic %s does not exist: run 'tributary migrate' first",
                             data_types[i].topic);
    return has_topic(metadata, LETTERS_TOPIC) ||
           error_set(err, ERROR_CONFIG, "topic " LETTERS_TOPIC " does not exist: run 'tributary migrate' first");
}

DEFINE_AUTO(rd_kafka_conf_t, rd_kafka_conf_destroy)
DEFINE_AUTO(rd_kafka_t, rd_kafka_destroy)

static bool prepare_kafka(const Program *program, Error *err)
{
    enum { TIMEOUT_MS = 10000 };
    char reason[200];
    AUTO(rd_kafka_conf_t) *conf = kafka_conf(program->config, "sink-start", err);
    if (!conf)
        return false;
    AUTO(rd_kafka_t) *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (!client)
        return error_set(err, ERROR_CONFIG, "kafka: %s", reason);
    (void)TAKE(conf);
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, NULL, &metadata, TIMEOUT_MS);
    if (code)
        return kafka_error(err, code, "metadata");
    bool complete = check_topics(metadata, err);
    rd_kafka_metadata_destroy(metadata);
    return complete;
}

static bool prepare_once(const Program *program, const bool *stop, Error *err)
{
    return pg_wait_ready(config_text(program->config, "postgres"), "sink", stop, err) &&
           kafka_wait_ready(program->config, stop, err) && prepare_postgres(program, err) &&
           prepare_kafka(program, err);
}

bool sink_prepare(const Program *program, const bool *stop, Error *err)
{
    enum { PAUSE_MS = 1000 };
    while (!prepare_once(program, stop, err)) {
        if (!error_is_retriable(err) || *stop)
            return false;
        log_warn("not ready yet", KV_ERROR(err));
        fiber_sleep_ms(PAUSE_MS);
        *err = (Error){0};
    }
    return true;
}
