/*
 * Options: what every worker can be told, beside the common options and its source's own.
 */
#pragma once
#include "lib/config.h"

extern const Option worker_options[];
extern const size_t n_worker_options;
