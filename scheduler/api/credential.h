/*
 * Credential: how a connection's secret comes into the database: sealed before it leaves the process, bound to its
 * connection and version, never logged and never read back by the API.
 */
#pragma once
#include "lib/httpd.h"
#include "lib/json.h"
#include "lib/pg.h"

/* The secret of {"credential": {"apiKey": "…"}} sealed for `connection_id` and `version`, as hexadecimal text for bytea
 * on the request's arena. NULL: the response is written. */
const char *credential_seal(Request *request, Response *response, yyjson_val *credential, const char *connection_id,
                            int64_t version) MUST_CHECK;
