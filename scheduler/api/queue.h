/*
 * Queue: datasets for what is to be read.
 */
#pragma once
#include "scheduler/api/api.h"

/* What a connection that was just linked reads at once: its source's types that are fetched on first link. False: the
 * response is written. */
bool queue_first(Request *request, Response *response, const char *company_id, const char *connection_id) MUST_CHECK;
