/*
 * quota-caller: one worker of a fleet, as far as its calls go. Each line of standard input is a piece of work that
 * calls without end:
 *
 *     tenant class token url think_ms
 *
 * A call that finds no place waits as the scheduler would let it wait, and comes again. Each answered call is a line on
 * standard output: wanted (ms since 1970, before the waits), answered, tenant, class, status.
 */
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/program.h"
#include "workers/runtime/call.h"
#include "workers/runtime/quota.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LIMITS = 8, MOST_WORK = 1024, SCHEDULER_MS = 500, HTTP_CONNECTIONS = 256, RETRY_MS = 200 };

static const Option options[] = {
    {"source",        "xero", "whose limits these are",                                     OPTION_TEXT    },
    {"app",           "",     "the app's id at the vendor",                                 OPTION_TEXT    },
    {"limits",        "",     "name:tenant|app:most:window_ms[:left header[:problem]] …", OPTION_TEXT    },
    {"tenant-header", NULL,   "header of each request that names the tenant",               OPTION_TEXT    },
    {"problem",       NULL,   "header that names the limit of a refusal",                   OPTION_TEXT    },
    {"longest",       "10s",  "time for one answer",                                        OPTION_DURATION},
    {"workers",       "1",    "how many there are; 0: nobody knows",                        OPTION_INTEGER },
    {"rank",          "0",    "how many of them come first",                                OPTION_INTEGER },
    {"ahead",         "0",    "milliseconds added to the ledger's clock",                   OPTION_INTEGER },
};

typedef struct Work {
    char tenant[80], class_name[16], token[512], url[512];
    JobClass job_class;
    int think_ms;
} Work;

typedef struct Caller {
    Program program;
    Error error;
    Limit limits[MOST_LIMITS];
    char *names[MOST_LIMITS];
    Source source;
    Quota *quota;
    Http *http;
    Event nudge;
    Work work[MOST_WORK];
    size_t n_work;
    int n_running;
} Caller;

static Caller caller;

static bool fleet(void *context, QuotaFleet *fleet, Error *err)
{
    const Config *config = context;
    *fleet = (QuotaFleet){config_integer(config, "workers"), config_integer(config, "rank")};
    return fleet->n > 0 || error_set(err, ERROR_TRANSIENT, "nobody knows");
}

static bool stopped(const SourceJob *job, Error *err)
{
    (void)job;
    return caller.program.stopping && !error_set(err, ERROR_CANCELLED, "stopping");
}

/* ---- Options ---- */

static bool read_limit(char *text, Limit *limit)
{
    char *fields[6] = {NULL}, *rest = text;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        fields[i] = strsep(&rest, ":");
    if (!fields[3])
        return false;
    *limit = (Limit){.name = fields[0],
                     .scope = strcmp(fields[1], "app") == 0 ? LIMIT_APP : LIMIT_TENANT,
                     .most = atoll(fields[2]),
                     .window_ms = atoll(fields[3]),
                     .left_header = fields[4] && *fields[4] ? fields[4] : NULL,
                     .problem = fields[5]};
    return true;
}

static bool read_limits(const Config *config, Error *err)
{
    char *text = strdup(config_text(config, "limits")), *rest = text;
    caller.source = (Source){.name = config_text(config, "source"),
                             .limits = caller.limits,
                             .problem_header = config_text(config, "problem")};
    for (char *one; (one = strsep(&rest, " ")) && caller.source.n_limits < MOST_LIMITS;)
        if (!read_limit(one, &caller.limits[caller.source.n_limits++]))
            return error_set(err, ERROR_CONFIG, "a limit is malformed");
    return true;
}

static void read_work(void)
{
    Work *work = caller.work;
    while (caller.n_work < MOST_WORK && scanf("%79s %15s %511s %511s %d", work->tenant, work->class_name, work->token,
                                              work->url, &work->think_ms) == 5)
        if (job_class_by_name(work->class_name, &work->job_class)) {
            caller.n_work++;
            work++;
        }
}

/* ---- Calls ---- */

static bool call(const SourceJob *job, const Work *work, int *status, Error *err)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    HttpResponse response = {0};
    const char *name = config_text(caller.program.config, "tenant-header");
    const char *header = name ? arena_format(arena, "%s: %s", name, work->tenant) : NULL;
    const HttpRequest request = {.url = work->url, .headers = &header, .n_headers = name != NULL};
    if (!call_send(job, &request, arena, &response, err))
        return false;
    *status = response.status;
    return true;
}

static void call_until_answered(const SourceJob *job, const Work *work)
{
    int64_t wanted_ms = clock_wall_ms();
    while (!caller.program.stopping) {
        Error err = {0};
        int status = 0;
        if (call(job, work, &status, &err)) {
            printf("%lld %lld %s %s %d\n", (long long)wanted_ms, (long long)clock_wall_ms(), work->tenant,
                   work->class_name, status);
            fflush(stdout);
            return;
        }
        if (err.kind != ERROR_QUOTA && err.kind != ERROR_CANCELLED)
            log_warn("call failed", KV_ERROR(&err));
        event_wait(&caller.nudge, err.kind == ERROR_QUOTA ? err.retry_after_ms + rand() % SCHEDULER_MS : RETRY_MS);
    }
}

static void work_on(void *argument)
{
    const Work *work = argument;
    char id[64]; /* as in life, each piece of work has its own */
    snprintf(id, sizeof id, "work-%lld-%d", (long long)config_integer(caller.program.config, "rank"),
             (int)(work - caller.work));
    const Stream stream = {.data_type = id};
    AUTO(Secret) *token = secret_new(work->token, strlen(work->token));
    const SourceJob job = {.stream = &stream,
                           .connection_id = work->tenant,
                           .credential = token,
                           .job_class = work->job_class,
                           .http = caller.http,
                           .quota = caller.quota};
    while (!caller.program.stopping) {
        call_until_answered(&job, work);
        event_wait(&caller.nudge, work->think_ms > 0 ? work->think_ms : 1);
    }
    caller.n_running--;
}

/* ---- Life ---- */

static bool start(Error *err)
{
    const Config *config = caller.program.config;
    const HttpOptions http = {.max_body = 32 << 20,
                              .connect_ms = 5000,
                              .total_ms = config_integer(config, "longest"),
                              .max_host_connections = HTTP_CONNECTIONS,
                              .user_agent = "quota-caller"};
    const QuotaOptions quota = {.source = &caller.source,
                                .redis = config_text(config, "redis"),
                                .environment = caller.program.environment,
                                .app = config_text(config, "app"),
                                .longest_call_ms = config_integer(config, "longest"),
                                .ahead_ms = config_integer(config, "ahead"),
                                .nudge = &caller.nudge,
                                .stopped = stopped,
                                .fleet = fleet,
                                .context = (void *)config};
    if (!read_limits(config, err) || !(caller.http = http_open(&http, err)))
        return false;
    caller.quota = quota_open(&quota, err);
    return caller.quota != NULL;
}

static bool has_ended(void *context)
{
    (void)context;
    if (caller.program.stopping)
        event_notify_all(&caller.nudge);
    return caller.n_running == 0;
}

int main(int argc, char **argv)
{
    const OptionGroup groups[] = {
        {config_common, n_config_common  },
        {options,       COUNT_OF(options)},
    };
    const ConfigProgram description = {.name = "quota-caller",
                                       .summary = "calls within limits",
                                       .usage = "[options]",
                                       .groups = groups,
                                       .n_groups = COUNT_OF(groups)};
    loop_open();
    if (program_start(&caller.program, &description, argc, argv, &caller.error) && start(&caller.error)) {
        srand((unsigned)getpid());
        read_work();
        caller.n_running = (int)caller.n_work;
        for (size_t i = 0; i < caller.n_work; i++)
            fiber_spawn("work", work_on, &caller.work[i]);
        loop_run(has_ended, NULL);
    }
    quota_close(caller.quota);
    http_close(caller.http);
    loop_close();
    return program_end(&caller.program, &caller.error);
}
