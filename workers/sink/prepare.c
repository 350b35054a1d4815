#include "lib/environment.h"
#include "lib/fiber.h"
#include "lib/kafka.h"
#include "lib/log.h"
#include "lib/pg.h"
#include "proto/tables.h"
#include "workers/sink/letters.h"
#include "workers/sink/sink.h"

enum { PAUSE_MS = 1000 };

static bool prepare_postgres(const Program *program, Error *err)
{
    const char *conninfo = config_text(program->config, "postgres");
    AUTO(Pg) *pg = pg_connect(conninfo, "sink", err);
    return pg && environment_check(pg, program->environment, err) && tables_migrate(pg, err);
}

static bool prepare_kafka(const Program *program, Error *err)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    const char **topics = ARENA_ARRAY(arena, const char *, n_data_types + 1);
    topics[n_data_types] = LETTERS_TOPIC;
    for (size_t i = 0; i < n_data_types; i++)
        topics[i] = data_types[i].topic;
    return kafka_partitions(program->config, topics, n_data_types + 1, NULL, err);
}

static bool prepare_once(const Program *program, const bool *stop, Error *err)
{
    return pg_wait_ready(config_text(program->config, "postgres"), "sink", stop, err) &&
           kafka_wait_ready(program->config, stop, err) && prepare_postgres(program, err) &&
           prepare_kafka(program, err);
}

bool sink_prepare(const Program *program, const bool *stop, Error *err)
{
    static const char *const needed[] = {"postgres", "kafka-brokers"};
    if (!config_require(program->config, needed, COUNT_OF(needed), err))
        return false;
    while (!prepare_once(program, stop, err)) {
        if (!error_is_retriable(err) || *stop)
            return false;
        log_warn("not ready yet", KV_ERROR(err));
        fiber_sleep_ms(PAUSE_MS);
        *err = (Error){0};
    }
    return true;
}
