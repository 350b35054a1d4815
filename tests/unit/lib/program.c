#include "lib/program.h"
#include "lib/fiber.h"
#include "tests/unit/lib/http_client.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const OptionGroup groups[] = {
    {config_common, COUNT_OF(config_common)},
};
static const ConfigProgram description = {
    .name = "tester", .summary = "Tests.", .usage = "[options]", .groups = groups, .n_groups = COUNT_OF(groups)};

static void get_own(Request *request, Response *response)
{
    response_set(response, 200, "text/plain", request->context);
}

static bool refuse_all(Request *request, const Route *route, Response *response)
{
    (void)request;
    (void)route;
    response_set(response, 401, "text/plain", "no");
    return false;
}

static const Route own_routes[] = {
    {"GET", "/own", get_own, 0},
};

/* Starts a program in this process, which a test has for itself (Check forks), or shares one test after the other. */
static void start(Program *program, bool guarded)
{
    Error err = {0};
    char *argv[] = {(char *)(uintptr_t) "tester", (char *)(uintptr_t) "--log-level=error", NULL};
    loop_open();
    ck_assert_msg(program_start(program, &description, 2, argv, &err), "%s", err.text);
    HttpdOptions routes = {.routes = own_routes,
                           .n_routes = COUNT_OF(own_routes),
                           .context = (void *)(uintptr_t) "own",
                           .before = guarded ? refuse_all : NULL};
    ck_assert_msg(program_serve(program, &routes, &err), "%s", err.text);
}

static void end(Program *program)
{
    ck_assert_int_eq(program_end(program, NULL), 0);
    loop_close();
}

START_TEST(ready_says_why_not_and_then_that_it_is)
{
    Program program = {0};
    start(&program, false);
    int port = httpd_port(program.health);
    Answer answer = http_get(port, "/readyz");
    ck_assert_int_eq(answer.status, 503);
    program_ready(false, "waiting for Postgres");
    answer = http_get(port, "/readyz");
    ck_assert_int_eq(answer.status, 503);
    ck_assert_str_eq(answer.body, "waiting for Postgres\n");
    program_ready(true, NULL);
    ck_assert_int_eq(http_get(port, "/readyz").status, 200);
    end(&program);
}
END_TEST

START_TEST(the_owners_guard_does_not_stand_before_health)
{
    Program program = {0};
    start(&program, true);
    int port = httpd_port(program.health);
    ck_assert_int_eq(http_get(port, "/own").status, 401);
    ck_assert_int_eq(http_get(port, "/healthz").status, 200);
    Answer answer = http_get(port, "/metrics");
    ck_assert_int_eq(answer.status, 200);
    ck_assert_ptr_nonnull(strstr(answer.body, "process_resident_memory_bytes "));
    end(&program);
}
END_TEST

typedef struct Call {
    int port;
    const char *path;
    Answer answer;
    atomic_bool done;
    Loop *loop;
} Call;

static void *call_in_thread(void *context)
{
    Call *call = context;
    call->answer = http_get(call->port, call->path);
    atomic_store(&call->done, true);
    loop_wake(call->loop);
    return NULL;
}

static bool call_is_done(void *context)
{
    program_turned();
    return atomic_load(&((Call *)context)->done);
}

/* A loop without fibers has nothing to run for. */
static void idle(void *argument)
{
    (void)argument;
    fiber_sleep_ms(3600 * 1000);
}

START_TEST(health_follows_the_turns_of_the_loop)
{
    Program program = {0};
    start(&program, false);
    pthread_t thread;
    Call call = {.port = httpd_port(program.health), .path = "/healthz", .loop = loop_current()};
    ck_assert_int_eq(pthread_create(&thread, NULL, call_in_thread, &call), 0);
    fiber_spawn("idle", idle, NULL);
    loop_run(call_is_done, &call);
    pthread_join(thread, NULL);
    ck_assert_int_eq(call.answer.status, 200);
    /* Now nobody runs the loop. */
    ck_assert_int_eq(http_get(call.port, "/healthz").status, 503);
    end(&program);
}
END_TEST

static bool is_stopping(void *context)
{
    return ((Program *)context)->stopping;
}

static void raise_term(void *argument)
{
    (void)argument;
    kill(getpid(), SIGTERM);
}

START_TEST(a_signal_ends_the_loop_and_readiness)
{
    Program program = {0};
    start(&program, false);
    program_ready(true, NULL);
    fiber_spawn("raise", raise_term, NULL);
    loop_run(is_stopping, &program);
    ck_assert(program.stopping);
    ck_assert_int_eq(http_get(httpd_port(program.health), "/readyz").status, 503);
    end(&program);
}
END_TEST

START_TEST(a_second_signal_ends_the_process_at_once)
{
    pid_t child = fork();
    if (child == 0) {
        Program program = {0};
        start(&program, false);
        raise(SIGTERM);
        raise(SIGINT);
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 130);
}
END_TEST

START_TEST(the_exit_code_says_what_kind_of_error_it_was)
{
    static const struct {
        ErrorKind kind;
        int code;
    } cases[] = {
        {ERROR_NONE,      0 },
        {ERROR_CONFIG,    78},
        {ERROR_TRANSIENT, 1 },
        {ERROR_INTERNAL,  1 }
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Program program = {0};
        Error err = {.kind = cases[i].kind, .where = "test"};
        start(&program, false);
        ck_assert_int_eq(program_end(&program, &err), cases[i].code);
        loop_close();
    }
}
END_TEST

START_TEST(no_core_is_dumped)
{
    Program program = {0};
    struct rlimit core;
    start(&program, false);
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
    ck_assert_uint_eq(core.rlim_max, 0);
    end(&program);
}
END_TEST

SUITE("program", ready_says_why_not_and_then_that_it_is, the_owners_guard_does_not_stand_before_health,
      health_follows_the_turns_of_the_loop, a_signal_ends_the_loop_and_readiness,
      a_second_signal_ends_the_process_at_once, the_exit_code_says_what_kind_of_error_it_was, no_core_is_dumped)
