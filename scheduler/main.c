/*
 * scheduler: decides what runs when and answers the API; never touches a source's data.
 */
#include "lib/clock.h"
#include "lib/environment.h"
#include "lib/log.h"
#include "lib/program.h"
#include "proto/data_types.h"
#include "scheduler/api/api.h"
#include "scheduler/control.h"
#include "scheduler/setup/migrations.h"
#include "scheduler/setup/topics.h"
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Option options[] = {
    {"reconcile-after",     "2m",   "after this time without work a slice may have lost its job",               OPTION_DURATION, false, 0,
     0                                                                                                                                              },
    {"reconcile-every",     "15s",  "how often lost jobs are looked for",                                       OPTION_DURATION, false, 100, 3600000},
    {"refresh-idle-tokens", "true", "refresh tokens that would die unused",                                     OPTION_BOOLEAN,  false, 0,   0      },
    {"public-url",          NULL,   "where browsers reach this server; default: http://127.0.0.1 and its port", OPTION_TEXT,     false,
     0,                                                                                                                                      0      },
    {"link-redirects",      NULL,   "where Link may send browsers back to: URL prefixes, comma-separated",      OPTION_TEXT,     false,
     0,                                                                                                                                      0      },
    {"api-connections",     "16",   "connections to Postgres that the API may hold",                            OPTION_INTEGER,  false, 1,   1000   },
};

enum { LAST_ROUND_MS = 10000, RECORD_TYPES = 64, FIBER_CONNECTIONS = 4 };

typedef struct Scheduler {
    Program program;
    Control control;
    Api api;
    int partitions[RECORD_TYPES];
    char public_url[512];
    pthread_t reconciler;
    bool reconciles;
    bool stop, failed;
    Error error; /* of the start */
    int64_t give_up_ms;
} Scheduler;

/* "https://host:port" and nothing behind it but slashes: Link's pages name their own paths from the root. */
static bool is_origin(const char *url)
{
    size_t scheme = text_starts_with(url, "https://") ? 8 : text_starts_with(url, "http://") ? 7 : 0;
    size_t host = scheme ? strcspn(url + scheme, "/?#@ \t") : 0;
    return host > 0 && strspn(url + scheme + host, "/") == strlen(url + scheme + host);
}

/* Without one, the address that works on this machine. Links hold it, so it must not change while they live. */
static bool set_public_url(Scheduler *self, Error *err)
{
    const char *given = config_text(self->program.config, "public-url");
    size_t length = given ? strlen(given) : 0;
    if (given && (!is_origin(given) || length >= sizeof self->public_url))
        return error_set(err, ERROR_CONFIG, "public-url: '%.80s' is not https://host or http://host:port", given);
    while (length > 0 && given[length - 1] == '/')
        length--;
    snprintf(self->public_url, sizeof self->public_url, "%.*s", (int)length, given ? given : "");
    if (!given)
        snprintf(self->public_url, sizeof self->public_url, "http://127.0.0.1:%d", httpd_port(self->program.health));
    self->api.public_url = self->public_url;
    return true;
}

/* The API answers 503 until the rest is there. */
static bool open_api(Scheduler *self, Error *err)
{
    const Config *config = self->program.config;
    static const char *const needed[] = {"postgres", "kafka-brokers"};
    if (!config_require(config, needed, COUNT_OF(needed), err))
        return false;
    self->api.pool =
        pg_pool_new(config_text(config, "postgres"), "scheduler-api", (int)config_integer(config, "api-connections"));
    self->api.vault = vault_open(config, self->api.pool, err);
    if (!self->api.vault)
        return false;
    self->api.partitions = self->partitions;
    self->api.link_redirects = config_text(config, "link-redirects");
    self->api.reconcile_after_ms = config_integer(config, "reconcile-after");
    self->api.reconcile_every_ms = config_integer(config, "reconcile-every");
    const HttpdOptions served = api_options(&self->api);
    return program_serve(&self->program, &served, err) && set_public_url(self, err);
}

static bool check_database(Scheduler *self, Error *err)
{
    AUTO(Pg) *pg = pg_connect(self->control.postgres, "scheduler", err);
    return pg && migrations_check(pg, err) && environment_check(pg, self->program.environment, err);
}

static bool wait_for_services(Scheduler *self, Error *err)
{
    program_ready(false, "waiting for Postgres");
    if (!pg_wait_ready(self->control.postgres, "scheduler", &self->stop, err) || !check_database(self, err))
        return false;
    program_ready(false, "waiting for Kafka");
    return kafka_wait_ready(self->program.config, &self->stop, err) &&
           topics_count_partitions(self->program.config, self->partitions, err);
}

static int64_t lease_owner(void *control)
{
    return atomic_load(&((Control *)control)->incarnation);
}

/* The fibers' own vault and pool: those of the API belong to threads. */
static bool open_tokens(Control *control, Error *err)
{
    const char *redis = config_text(control->config, "redis");
    control->pool = pg_pool_new(control->postgres, "scheduler", FIBER_CONNECTIONS);
    control->vault = vault_open(control->config, control->pool, err);
    if (!control->vault || (redis && !(control->redis = redis_open(redis, err))))
        return false;
    control->tokens = tokens_open(&(TokensOptions){.environment = control->environment,
                                                   .pool = control->pool,
                                                   .vault = control->vault,
                                                   .redis = control->redis,
                                                   .incarnation = lease_owner,
                                                   .context = control});
    return true;
}

static bool start_work(Scheduler *self, Error *err)
{
    Control *control = &self->control;
    if (!open_tokens(control, err))
        return false;
    control->producer = producer_open(control->config, "scheduler", 0, err);
    if (!control->producer)
        return false;
    fiber_spawn("leader", leader_run, control);
    fiber_spawn("due", due_run, control);
    fiber_spawn("outbox", outbox_run, control);
    if (config_boolean(control->config, "refresh-idle-tokens"))
        fiber_spawn("refresh", refresh_run, control);
    self->reconciles = pthread_create(&self->reconciler, NULL, reconcile_run, control) == 0;
    if (!self->reconciles)
        return error_set(err, ERROR_INTERNAL, "cannot start the reconciler's thread");
    atomic_store(&self->api.ready, true);
    program_ready(true, NULL);
    log_info("ready", KV("environment", control->environment));
    return true;
}

/* A fiber, so that a signal ends the waiting and /healthz sees the loop turn. */
static void start(void *argument)
{
    Scheduler *self = argument;
    self->failed = !(wait_for_services(self, &self->error) && start_work(self, &self->error));
    loop_wake(loop_current());
}

/* After SIGTERM a round that has published still marks what it published. */
static bool is_done(void *argument)
{
    Scheduler *self = argument;
    program_turned();
    self->stop = self->program.stopping != 0;
    if (!self->stop)
        return self->failed;
    if (self->give_up_ms == 0)
        self->give_up_ms = clock_monotonic_ms() + LAST_ROUND_MS;
    return self->control.busy == 0 || clock_monotonic_ms() > self->give_up_ms;
}

static void end_work(Scheduler *self)
{
    if (self->reconciles)
        pthread_join(self->reconciler, NULL);
    producer_close(TAKE(self->control.producer));
    for (size_t i = 0; i < N_WORKS; i++)
        pg_free(TAKE(self->control.connections[i]));
    if (self->control.busy == 0) /* else a request is still under way */
        tokens_close(TAKE(self->control.tokens));
    redis_close(TAKE(self->control.redis));
    vault_close(TAKE(self->control.vault));
    pg_pool_free(TAKE(self->control.pool));
    loop_close();
}

static void run(Scheduler *self, Error *err)
{
    const Config *config = self->program.config;
    if (!open_api(self, err))
        return;
    self->control = (Control){.config = config,
                              .environment = self->program.environment,
                              .postgres = config_text(config, "postgres"),
                              .stopping = &self->program.stopping,
                              .reconcile_after_ms = self->api.reconcile_after_ms,
                              .reconcile_every_ms = self->api.reconcile_every_ms};
    fiber_spawn("start", start, self);
    loop_run(is_done, self);
    self->program.stopping = 1; /* the reconciler's thread looks there */
    if (self->failed && self->error.kind != ERROR_CANCELLED)
        *err = self->error;
}

int main(int argc, char **argv)
{
    static Scheduler self;
    Error err = {0};
    OptionGroup all[] = {
        {options,       COUNT_OF(options)},
        {config_common, n_config_common  }
    };
    const ConfigProgram description = {.name = "scheduler",
                                       .summary = "decides what runs when, publishes jobs and serves the HTTP API",
                                       .usage = "[options]",
                                       .groups = all,
                                       .n_groups = COUNT_OF(all)};
    /* Sixteen threads of the API would keep what their largest answers took, each for itself. */
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    loop_open();
    if (program_start(&self.program, &description, argc, argv, &err))
        run(&self, &err);
    end_work(&self);
    int code = program_end(&self.program, &err);
    vault_close(self.api.vault);
    pg_pool_free(self.api.pool);
    return code;
}
