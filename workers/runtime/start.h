/*
 * Start: everything a worker needs before its first job, in the order in which it can fail: configuration, services,
 * the right environment, topics; and its row among the living.
 */
#pragma once
#include "lib/program.h"
#include "workers/runtime/runtime.h"

/* Configuration and services. Waits for those that do not answer yet, until runtime->stopping (ERROR_CANCELLED). */
bool start_runtime(Runtime *runtime, const Program *program, const Source *source, Error *err) MUST_CHECK;
/* Registers the source and the incarnation, opens HTTP and the producers. */
bool start_work(Runtime *runtime, Error *err) MUST_CHECK;
/* Gives back what there is, in a fiber or outside loop_run(). */
void start_undo(Runtime *runtime);
