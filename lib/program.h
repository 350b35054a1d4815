/*
 * Program: what every program does at start and end: configuration, log, no core dumps, signals, nofile limit, the health and
 * metrics server.
 */
#pragma once
#include "lib/config.h"
#include "lib/httpd.h"
#include <stdbool.h>

typedef struct Program {
    Config *config;
    const char *environment; /* "local", "integration", "production" */
    bool stopping;           /* SIGTERM or SIGINT came; a second one ends the process at once */
    Httpd *health;
} Program;

/* Loads the configuration (may exit, see config_load), opens the log, sets RLIMIT_CORE 0 and PR_SET_DUMPABLE 0, raises nofile to its hard limit and says it,
 * ignores SIGPIPE, installs the signal handlers. The signal wakes the loop of the main thread. Call loop_open() before. */
bool program_start(Program *program, const ConfigProgram *description, int argc, char **argv, Error *err) MUST_CHECK;

/* /healthz (alive: 200 while the loop turns), /readyz (200 after program_ready(true), 503 with the reason before and while draining), /metrics.
 * `routes` of the owner are served beside them (may be NULL). */
bool program_serve(Program *program, const HttpdOptions *routes, Error *err) MUST_CHECK;
void program_ready(bool ready, const char *reason); /* reason: static text, shown by /readyz while not ready */

/* Frees it all. Returns the exit code for an Error: 0, 78 (CONFIG) or 1. */
int program_end(Program *program, const Error *err);
