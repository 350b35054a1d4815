/*
 * What the runtime calls of this source; see workers/runtime/source.h.
 */
#pragma once
#include "workers/stripe/stripe.h"

bool stripe_open(void *state, const Config *config, Error *err) MUST_CHECK;
bool stripe_fetch(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err) MUST_CHECK;
bool stripe_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err);
