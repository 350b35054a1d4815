/*
 * Call: one request to the vendor, the only way in which a source reaches the network.
 */
#pragma once
#include "workers/runtime/source.h"

/* Sends the request, signed with the job's credential as bearer. Failures as http_send(). */
bool call_send(const SourceJob *job, const HttpRequest *request, Arena *arena, HttpResponse *response,
               Error *err) MUST_CHECK;
