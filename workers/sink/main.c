#include "lib/fiber.h"
#include "workers/sink/sink.h"
#include <malloc.h>

static const Option options[] = {
    {"sink-batch-rows",  "10000", "store a batch at so many records",                     OPTION_INTEGER,  false, 1, 1000000},
    {"sink-batch-bytes", "8MiB",  "store a batch at so many bytes; memory grows with it", OPTION_BYTES,    false, 1,
     1 << 28                                                                                                                },
    {"sink-batch-wait",  "250ms", "store a batch after this time at the latest",          OPTION_DURATION, false, 1, 60000  },
    {"sink-connections", "2",     "Postgres sessions that store side by side",            OPTION_INTEGER,  false, 1, 8      },
};

typedef struct Main {
    Program program;
    bool stop, ended;
    Error error;
} Main;

static void run(void *argument)
{
    Main *self = argument;
    program_ready(false, "waiting for Postgres and Kafka");
    if (sink_prepare(&self->program, &self->stop, &self->error)) {
        AUTO(Sink) *sink = sink_new(&self->program, &self->stop);
        program_ready(true, NULL);
        if (!sink_run(sink, &self->error))
            program_ready(false, "an operator must act, see the log");
    }
    self->ended = true;
}

static bool done(void *argument)
{
    Main *self = argument;
    program_turned();
    self->stop = self->stop || self->program.stopping;
    return self->ended;
}

int main(int argc, char **argv)
{
    static Main self;
    const OptionGroup groups[] = {
        {config_common, n_config_common  },
        {options,       COUNT_OF(options)},
    };
    const ConfigProgram description = {.name = "sink",
                                       .summary = "Stores the records of Kafka's record topics in Postgres.",
                                       .usage = "[options]",
                                       .groups = groups,
                                       .n_groups = COUNT_OF(groups)};
    /* Batches come and go by the mebibyte; freed, they shall go back to the system rather than lie between the threads'
     * heaps. */
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    loop_open();
    if (program_start(&self.program, &description, argc, argv, &self.error) &&
        program_serve(&self.program, NULL, &self.error)) {
        fiber_spawn("sink", run, &self);
        loop_run(done, &self);
    }
    /* Stopped while it waited for a service: that is what was asked for. */
    if (self.error.kind == ERROR_CANCELLED)
        self.error = (Error){0};
    loop_close();
    return program_end(&self.program, &self.error);
}
