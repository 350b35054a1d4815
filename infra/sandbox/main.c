#include "infra/sandbox/sandbox.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/program.h"
#include <stdio.h>

static const Option options[] = {
    {"today",  NULL,   "first day of the sandbox, YYYY-MM-DD: history ends the day before (default: today, UTC)",
     OPTION_TEXT                                                                                                                },
    {"limits", "true", "whether vendors' request limits are enforced",                                            OPTION_BOOLEAN},
};

/* The server has threads of its own; the loop is kept for the signals, and a loop without fibers ends. */
static void wait_for_ever(void *context)
{
    event_wait(context, -1);
}

static bool stopping(void *context)
{
    program_turned();
    return ((const Program *)context)->stopping;
}

static bool first_day(const Config *config, int64_t *seconds, Error *err)
{
    const char *today = config_text(config, "today");
    CivilDate date;
    *seconds = clock_wall_ms() / 1000;
    if (!today)
        return true;
    if (!clock_parse_date(today, &date))
        return error_set(err, ERROR_CONFIG, "today: '%s' is no day: write YYYY-MM-DD", today);
    *seconds = clock_days_of(date) * 86400;
    return true;
}

static bool run(Program *program, Error *err)
{
    int64_t today;
    if (!first_day(program->config, &today, err))
        return false;
    LimitRates rates = limit_documented;
    rates.off = !config_boolean(program->config, "limits");
    AUTO(World) *world = world_new(today, rates);
    HttpdOptions server;
    sandbox_options(world, &server);
    if (!program_serve(program, &server, err))
        return false;
    printf("http://127.0.0.1:%d\n", httpd_port(program->health));
    fflush(stdout);
    program_ready(true, NULL);
    Event never = {0};
    fiber_spawn("idle", wait_for_ever, &never);
    loop_run(stopping, program);
    httpd_stop(TAKE(program->health)); /* before the world that its handlers use */
    return true;
}

int main(int argc, char **argv)
{
    const OptionGroup groups[] = {
        {config_common, n_config_common  },
        {options,       COUNT_OF(options)}
    };
    const ConfigProgram description = {
        .name = "sandbox",
        .summary = "Emulates the sources' APIs over one synthetic business, and breaks them on command.",
        .usage = "[options]",
        .groups = groups,
        .n_groups = COUNT_OF(groups),
    };
    Program program = {0};
    Error err = {0};
    loop_open();
    if (program_start(&program, &description, argc, argv, &err))
        run(&program, &err);
    int code = program_end(&program, &err);
    loop_close();
    return code;
}
