/*
 * Jobs: a fiber for each message that may run, and what its end means for the message.
 */
#pragma once
#include "workers/runtime/intake.h"
#include "workers/runtime/runtime.h"

typedef struct Jobs {
    Runtime *runtime;
    Intake *intake;
} Jobs;

/* Starts whatever may run now. */
void jobs_dispatch(Jobs *jobs);
