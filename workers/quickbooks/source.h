/*
 * What the runtime calls of this source; see workers/runtime/source.h.
 */
#pragma once
#include "workers/quickbooks/quickbooks.h"

bool quickbooks_open(void *state, const Config *config, Error *err) MUST_CHECK;
bool quickbooks_fetch(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err) MUST_CHECK;
bool quickbooks_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err);
