/*
 * Program: what every program does at start and end: configuration, log, no core dumps, signals, nofile limit, the
 * health and metrics server.
 */
#pragma once
#include "lib/config.h"
#include "lib/httpd.h"
#include <signal.h>
#include <stdbool.h>

typedef struct Program {
    Config *config;
    const char *environment;        /* "local", "integration", "production" */
    volatile sig_atomic_t stopping; /* SIGTERM or SIGINT came; a second one ends the process at once, with 130 */
    Httpd *health;
} Program;

/* Loads the configuration (may exit, see config_load), opens the log, sets RLIMIT_CORE 0 and PR_SET_DUMPABLE 0, raises
 * nofile to its hard limit and says it, ignores SIGPIPE, installs the signal handlers. The signal wakes the loop of
 * this thread, if there is one: call loop_open() before. One Program a process; it must outlive program_end(). */
bool program_start(Program *program, const ConfigProgram *description, int argc, char **argv, Error *err) MUST_CHECK;

/* Serves /healthz, /readyz and /metrics at http-listen, and beside them the owner's routes (may be NULL; its `listen`
 * may be NULL for http-listen; `before` sees only its own routes).
 *
 * /healthz wakes the loop and answers 200 when it takes a turn within three seconds, else 503; before the first
 * program_turned() it says only that the process answers. /readyz is 200 after program_ready(true), else 503 with the
 * reason, and 503 once the program is stopping. */
bool program_serve(Program *program, const HttpdOptions *routes, Error *err) MUST_CHECK;
/* Call it once a turn, from loop_run()'s done(). */
void program_turned(void);
void program_ready(bool ready, const char *reason); /* reason: static text, shown by /readyz while not ready */

/* Stops the server and frees it all. Logs the error, if it is one, and returns the exit code: 0, 78 (CONFIG) or 1. */
int program_end(Program *program, const Error *err);
