/*
 * Register: what a source tells about itself in control.source, so that the scheduler knows it by its row alone: its
 * data types, and how its connections are authorised.
 */
#pragma once
#include "workers/runtime/runtime.h"

/* Writes the source's row, as its constant and the operator's options have it now. */
bool register_source(const Runtime *runtime, Error *err) MUST_CHECK;
