#include "lib/pg.h"
#include "proto/tables.h"
#include "scheduler/cli/command.h"
#include "scheduler/setup/migrations.h"
#include "scheduler/setup/topics.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const Option migrate_options[] = {
    {"topic-partitions-jobs",    "48", "partitions of new job topics: the most workers a source can have", OPTION_INTEGER,
     .min = 1, .max = 1000},
    {"topic-partitions-records", "24", "partitions of new record topics: the most sinks there can be",     OPTION_INTEGER,
     .min = 1, .max = 1000},
};

static bool migrate(Cli *cli, Error *err)
{
    const Config *config = cli->config;
    const char *environment = config_text(config, "environment");
    int n_migrations_run = 0;
    TopicsResult topics = {0};
    if (!config_text(config, "postgres") || !config_text(config, "kafka-brokers"))
        return error_set(err, ERROR_CONFIG, "postgres and kafka-brokers are needed: eval \"$(tributary env)\"");
    if (!pg_wait_ready(config_text(config, "postgres"), "tributary", NULL, err) || !kafka_wait_ready(config, NULL, err))
        return false;
    AUTO(Pg) *pg = pg_connect(config_text(config, "postgres"), "tributary", err);
    if (!pg)
        return false;
    pg_set_timeout(pg, 600000); /* a table may be large */
    if (!migrations_apply(pg, environment, &n_migrations_run, err) || !tables_migrate(pg, err) ||
        !topics_make(config, pg, (int)config_integer(config, "topic-partitions-jobs"),
                     (int)config_integer(config, "topic-partitions-records"), &topics, err))
        return false;
    printf("environment %s: %d of %zu migrations run, %zu record tables, %d topics, %d sources\n", environment,
           n_migrations_run, n_migrations, n_data_types, topics.n_topics, topics.n_sources);
    return true;
}

/* The nearest folder above the program that is a clone; NULL when there is none. */
static const char *find_clone(Cli *cli)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    for (path[length > 0 ? length : 0] = 0; *path; *strrchr(path, '/') = 0) {
        const char *script = arena_format(cli->arena, "%s/infra/local/stack", path);
        if (access(script, X_OK) == 0)
            return arena_text(cli->arena, path);
        if (!strchr(path, '/'))
            break;
    }
    return NULL;
}

static const char *find_env(Cli *cli, Error *err)
{
    const char *stack = getenv("TRIBUTARY_STACK"), *local = getenv("TRIBUTARY_LOCAL");
    if (stack && *stack)
        return arena_format(cli->arena, "%s/env", stack);
    if (local && *local)
        return arena_format(cli->arena, "%s/stack/env", local);
    const char *clone = find_clone(cli);
    if (clone)
        return arena_format(cli->arena, "%s/.local/stack/env", clone);
    error_set(err, ERROR_CONFIG, "this program lies in no clone: set TRIBUTARY_STACK to the stack's folder");
    return NULL;
}

/* The addresses of the local stack, for eval. */
static bool env(Cli *cli, Error *err)
{
    const char *path = find_env(cli, err);
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!path)
        return false;
    if (!file)
        return error_set(err, ERROR_CONFIG, "%s: there is no stack here yet: run 'make up'", path);
    char bytes[4096];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        fwrite(bytes, 1, n, stdout);
    fclose(file);
    return true;
}

static const Command commands[] = {
    {"migrate", NULL, "bring Postgres and Kafka to this version",     NEEDS_SERVICES, 0, 0, OPTIONS(migrate_options),
     migrate                                                                                                             },
    {"env",     NULL, "the local stack's addresses as shell exports", NEEDS_NOTHING,  0, 0, NO_OPTIONS,               env},
};
const CommandTable setup_commands = {commands, COUNT_OF(commands)};
