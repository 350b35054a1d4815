/*
 * Worker: main() of every source's program. Starts, serves jobs until SIGTERM or SIGINT, drains, leaves.
 */
#include "lib/clock.h"
#include "lib/log.h"
#include "workers/runtime/jobs.h"
#include "workers/runtime/options.h"
#include "workers/runtime/start.h"
#include <stdio.h>
#include <unistd.h>

enum { TICK_MS = 100, METER_MS = 1000 };

typedef struct Worker {
    const Source *source;
    Program program;
    Runtime runtime;
    Jobs jobs;
    Error error;
    bool ended;
} Worker;

static void serve(Worker *worker)
{
    int64_t metered_ms = 0;
    while (!worker->runtime.stopping) {
        if (!intake_serve(worker->jobs.intake, TICK_MS, &worker->error))
            return;
        jobs_dispatch(&worker->jobs);
        if (clock_monotonic_ms() - metered_ms >= METER_MS) {
            metered_ms = clock_monotonic_ms();
            intake_meter(worker->jobs.intake, worker->runtime.room.used);
        }
    }
}

/* Running slices end at their next page, and their offsets are committed. One that hangs longer is left as a crash
 * would leave it: this worker's row is deleted, so another one may take the slice at once. */
static bool drain(Worker *worker)
{
    Runtime *runtime = &worker->runtime;
    int64_t until_ms = clock_monotonic_ms() + config_integer(runtime->config, "drain-time");
    log_info("draining", KV("running", intake_running(worker->jobs.intake)));
    runtime->draining = true;
    beat_drain(runtime->beat);
    event_notify_all(&runtime->nudge);
    while (intake_running(worker->jobs.intake) > 0 && clock_monotonic_ms() < until_ms) {
        Error ignored = {0};
        (void)!intake_serve(worker->jobs.intake, TICK_MS, &ignored);
    }
    int left = intake_running(worker->jobs.intake);
    if (left > 0)
        log_warn("slices did not end in time and are left to others", KV("running", left));
    intake_close(TAKE(worker->jobs.intake));
    return left == 0;
}

static bool open_intake(Worker *worker)
{
    Runtime *runtime = &worker->runtime;
    const IntakeOptions options = {
        .source = runtime->source->name,
        .environment = runtime->environment,
        .max_running = (int)config_integer(runtime->config, "slices-in-flight"),
        .waiting = &runtime->waiting,
        .per_connection = (int)config_integer(runtime->config, "slices-per-connection"),
    };
    worker->jobs = (Jobs){runtime, intake_open(runtime->config, &options, &worker->error)};
    return worker->jobs.intake != NULL;
}

static void work(Worker *worker)
{
    program_ready(true, NULL);
    log_info("ready", KV("incarnation", beat_incarnation(worker->runtime.beat)));
    serve(worker);
    if (drain(worker))
        return;
    /* The fibers of what is left still use what the end would free. */
    beat_close(TAKE(worker->runtime.beat));
    _exit(program_end(&worker->program, &worker->error));
}

static void live(void *argument)
{
    Worker *worker = argument;
    Runtime *runtime = &worker->runtime;
    if (start_runtime(runtime, &worker->program, worker->source, &worker->error) &&
        start_work(runtime, &worker->error) && open_intake(worker))
        work(worker);
    start_undo(runtime);
    worker->ended = true;
}

static bool has_ended(void *context)
{
    Worker *worker = context;
    program_turned();
    worker->runtime.stopping = worker->program.stopping != 0;
    return worker->ended;
}

int worker_main(const Source *source, int argc, char **argv)
{
    char name[64], summary[160];
    snprintf(name, sizeof name, "worker-%s", source->name);
    snprintf(summary, sizeof summary, "fetches what %s knows, as canonical records into Kafka", source->name);
    const OptionGroup groups[] = {
        {config_common,   n_config_common  },
        {worker_options,  n_worker_options },
        {source->options, source->n_options}
    };
    const ConfigProgram description = {
        .name = name, .summary = summary, .usage = "[options]", .groups = groups, .n_groups = COUNT_OF(groups)};
    Worker worker = {.source = source};
    loop_open();
    if (program_start(&worker.program, &description, argc, argv, &worker.error) &&
        program_serve(&worker.program, NULL, &worker.error)) {
        fiber_spawn("worker", live, &worker);
        loop_run(has_ended, &worker);
    }
    if (worker.error.kind == ERROR_CANCELLED) /* told to stop while it waited for a service */
        worker.error = (Error){0};
    loop_close();
    return program_end(&worker.program, &worker.error);
}
