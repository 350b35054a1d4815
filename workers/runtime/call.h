/*
 * Call: one request to the vendor, the only way in which a source reaches the network.
 */
#pragma once
#include "workers/runtime/source.h"

/* Waits for a place in the vendor's limits, sends the request, signed with the job's credential as bearer, and notes
 * what the answer says of the limits. Failures as http_send(); ERROR_QUOTA with retry_after_ms when no place comes free
 * soon, and ERROR_CANCELLED or ERROR_LOST when the work ends while it waits. */
bool call_send(const SourceJob *job, const HttpRequest *request, Arena *arena, HttpResponse *response,
               Error *err) MUST_CHECK;

/* The vendor refused for a limit in a way that only the source understands (no 429 with Retry-After): the tenant's
 * calls, of all workers, wait for so long. */
void call_throttled(const SourceJob *job, int64_t retry_after_ms);
