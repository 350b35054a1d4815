#include "lib/program.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/wipe.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_SIGNALLED_TWICE = 130, EXIT_BAD_CONFIG = 78, HEALTH_MS = 3000, LARGEST_REQUEST = 64 * 1024 };

/* Signal handlers and HTTP handlers get no argument of ours, so this is one a process. */
static struct {
    Program *program;
    Loop *loop;
    atomic_ulong turns;
    atomic_bool ready;
    _Atomic(const char *) reason;
    Route *routes; /* ours, then the owner's */
    bool (*owner_before)(Request *request, const Route *route, Response *response);
} self = {.reason = "starting"};

static void on_signal(int number)
{
    (void)number;
    if (self.program->stopping)
        _exit(EXIT_SIGNALLED_TWICE);
    self.program->stopping = 1;
    if (self.loop)
        loop_wake(self.loop);
}

static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Memory holds tokens: no core file, no ptrace by others. */
static void forbid_dumps(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    prctl(PR_SET_DUMPABLE, 0);
}

static int64_t raise_nofile(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return -1;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
    return (int64_t)files.rlim_cur;
}

/* The place of the option's value among `words`. */
static bool read_word(const Config *config, const char *option, const char *const *words, int n, const char *accepted,
                      int *place, Error *err)
{
    const char *text = config_text(config, option);
    for (*place = 0; *place < n; (*place)++)
        if (strcasecmp(text, words[*place]) == 0)
            return true;
    return error_set(err, ERROR_CONFIG, "%s: '%.40s' will not do: write %s", option, text, accepted);
}

static bool open_log(const Config *config, const char *program, Error *err)
{
    static const char *const levels[] = {"debug", "info", "warn", "error"}, *const formats[] = {"logfmt", "json"};
    int level, format;
    log_open(program, LOG_INFO, LOG_LOGFMT);
    if (!read_word(config, "log-level", levels, COUNT_OF(levels), "debug, info, warn or error", &level, err) ||
        !read_word(config, "log-format", formats, COUNT_OF(formats), "logfmt or json", &format, err))
        return false;
    log_open(program, (LogLevel)level, (LogFormat)format);
    return true;
}

bool program_start(Program *program, const ConfigProgram *description, int argc, char **argv, Error *err)
{
    int first_operand;
    wipe_openssl();
    (void)wipe_curl(); /* http_open() asks again, and says so */
    forbid_dumps();
    self.program = program;
    self.loop = loop_current();
    program->config = config_load(description, argc, argv, &first_operand);
    program->environment = config_text(program->config, "environment");
    if (!open_log(program->config, description->name, err))
        return false;
    catch_signals();
    log_info("started", KV("version", TRIBUTARY_VERSION), KV("environment", program->environment), KV("pid", getpid()),
             KV("max_files", raise_nofile()));
    return true;
}

/* Does the loop turn? It is woken, because an idle one sleeps with good reason. */
static bool loop_turns(void)
{
    unsigned long before = atomic_load(&self.turns);
    if (before == 0 || !self.loop)
        return true;
    int64_t until_ms = clock_monotonic_ms() + HEALTH_MS;
    loop_wake(self.loop);
    while (atomic_load(&self.turns) == before) {
        if (clock_monotonic_ms() > until_ms)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 5 * 1000 * 1000}, NULL);
    }
    return true;
}

static void get_health(Request *request, Response *response)
{
    (void)request;
    if (loop_turns())
        response_set(response, 200, "text/plain", "alive\n");
    else
        response_set(response, 503, "text/plain", "the loop has not turned for three seconds\n");
}

static void get_ready(Request *request, Response *response)
{
    (void)request;
    if (atomic_load(&self.ready) && !self.program->stopping) {
        response_set(response, 200, "text/plain", "ready\n");
        return;
    }
    response_set(response, 503, "text/plain", self.program->stopping ? "stopping" : atomic_load(&self.reason));
    text_putc(response->body, '\n');
}

static void get_metrics(Request *request, Response *response)
{
    (void)request;
    response_set(response, 200, "text/plain; version=0.0.4; charset=utf-8", "");
    metrics_render(response->body);
}

static const Route own_routes[] = {
    {"GET", "/healthz", get_health,  0},
    {"GET", "/readyz",  get_ready,   0},
    {"GET", "/metrics", get_metrics, 0},
};

static bool before(Request *request, const Route *route, Response *response)
{
    bool own = route < self.routes + COUNT_OF(own_routes);
    return own || !self.owner_before || self.owner_before(request, route, response);
}

bool program_serve(Program *program, const HttpdOptions *routes, Error *err)
{
    HttpdOptions options = routes ? *routes : (HttpdOptions){.max_body = LARGEST_REQUEST};
    if (!options.listen)
        options.listen = config_text(program->config, "http-listen");
    Route *all = calloc(COUNT_OF(own_routes) + options.n_routes, sizeof *all);
    if (!all)
        abort();
    memcpy(all, own_routes, sizeof own_routes);
    if (options.n_routes > 0)
        memcpy(all + COUNT_OF(own_routes), options.routes, options.n_routes * sizeof *all);
    self.routes = all;
    self.owner_before = options.before;
    options.routes = all;
    options.n_routes += COUNT_OF(own_routes);
    options.before = before;
    program->health = httpd_start(&options, err);
    if (!program->health)
        return error_wrap(err, "http-listen");
    log_info("listening", KV("address", options.listen), KV("port", httpd_port(program->health)));
    return true;
}

void program_turned(void)
{
    atomic_fetch_add_explicit(&self.turns, 1, memory_order_relaxed);
}

void program_ready(bool ready, const char *reason)
{
    atomic_store(&self.reason, reason ? reason : "not ready");
    atomic_store(&self.ready, ready);
}

int program_end(Program *program, const Error *err)
{
    ErrorKind kind = err ? err->kind : ERROR_NONE;
    program_ready(false, "stopping");
    httpd_stop(TAKE(program->health));
    free(TAKE(self.routes));
    if (kind == ERROR_NONE)
        log_info("stopped");
    else
        log_error("stopped by an error", KV_ERROR(err));
    config_free(TAKE(program->config));
    program->environment = NULL;
    return kind == ERROR_NONE ? EXIT_SUCCESS : kind == ERROR_CONFIG ? EXIT_BAD_CONFIG : EXIT_FAILURE;
}
