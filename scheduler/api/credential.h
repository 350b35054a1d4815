/*
 * Credential: how a connection's secret comes into the database: sealed before it leaves the process, bound to its
 * connection and version, never logged and never read back by the API.
 */
#pragma once
#include "lib/httpd.h"
#include "lib/json.h"
#include "lib/secret.h"

/* The secret of {"apiKey": "…"} or {"refreshToken": "…"}, owned by the caller. NULL: the response is written. */
Secret *credential_read(Request *request, Response *response, yyjson_val *credential) MUST_CHECK;

/* The same sealed for a connection's first version, as the text of a bytea on the request's arena. NULL: the response
 * is written. */
const char *credential_seal(Request *request, Response *response, yyjson_val *credential, const char *company_id,
                            const char *connection_id) MUST_CHECK;

/* After this a refresh token that was handed over is used for its own sake: nobody told its age. */
enum { CREDENTIAL_REFRESH_MS = 24 * 60 * 60 * 1000 };
