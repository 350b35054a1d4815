/*
 * Answer: how the API says no, in the reference product's shape, and the statements that handlers run. Everything here
 * that fails has written the response already: the handler only returns.
 */
#pragma once
#include "lib/httpd.h"
#include "lib/json.h"
#include "lib/pg.h"

/* Writes {statusCode, service, error, correlationId, validation, canBeRetried, detailedErrorCode}. Returns false. */
bool answer_error(Request *request, Response *response, int status, const char *format, ...) PRINTF_LIKE(4, 5);

/* An Error as an answer: 503 what may go through later, 400 a value that Postgres refuses, else 500; logs the last. */
bool answer_failure(Request *request, Response *response, const Error *err);

/* One statement on a connection of the pool. NULL: the response is written. */
PGresult *api_query(Request *request, Response *response, const char *sql, int n_params,
                    const char *const *params) MUST_CHECK;

/* The first row's column "record" as the whole answer; 404 with `missing` when there is no row. */
void answer_record(Request *request, Response *response, const PGresult *rows, const char *missing);

/* Adds a member to the object that is the answer; nothing where the answer is an error. */
void answer_add(Response *response, const char *name, const char *value);

/* The body as a JSON object, or 400. */
yyjson_val *request_object(Request *request, Response *response) MUST_CHECK;

/* Is it the UUID of a company? 404 or 503 if not. A connection must be the company's. */
bool company_exists(Request *request, Response *response, const char *company_id) MUST_CHECK;
bool connection_exists(Request *request, Response *response, const char *company_id,
                       const char *connection_id) MUST_CHECK;

/* Texts of instants as the API has them. */
#define INSTANT(column) "to_char(" column " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
