#include "scheduler/api/answer.h"
#include "lib/log.h"
#include "scheduler/api/api.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CORRELATION "X-Correlation-Id"

/* One id a request, in the answer's header, its body and our log. */
static const char *correlation_of(Request *request, Response *response)
{
    for (int i = 0; i < response->n_headers; i++)
        if (strcmp(response->headers[i].name, CORRELATION) == 0)
            return response->headers[i].value;
    char *id = arena_alloc(request->arena, 37);
    text_uuid(id);
    response_header(response, CORRELATION, id);
    return id;
}

static bool can_be_retried(int status)
{
    return status == 409 || status == 429 || status >= 500;
}

bool answer_error(Request *request, Response *response, int status, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    response->status = status;
    response->content_type = NULL;
    text_clear(response->body);
    JsonWriter writer = {.out = response->body};
    json_open(&writer, NULL, '{');
    json_put_integer(&writer, "statusCode", status);
    json_put_text(&writer, "service", "tributary");
    json_put_text(&writer, "error", text);
    json_put_text(&writer, "correlationId", correlation_of(request, response));
    json_put_text(&writer, "validation", NULL);
    json_put_text(&writer, "canBeRetried", can_be_retried(status) ? "True" : "False");
    json_put_integer(&writer, "detailedErrorCode", 0);
    json_close(&writer, '}');
    return false;
}

bool answer_failure(Request *request, Response *response, const Error *err)
{
    switch (err->kind) {
    case ERROR_TRANSIENT:
    case ERROR_THROTTLED:
        return answer_error(request, response, 503, "%s: try again in a moment", err->text);
    case ERROR_DATA:
        return answer_error(request, response, 400, "%s", err->text);
    default:
        log_error("request failed", KV("method", request->method), KV("path", request->path),
                  KV("correlation", correlation_of(request, response)), KV_ERROR(err));
        return answer_error(request, response, 500, "the server failed; its log says more under this correlationId");
    }
}

PGresult *api_query(Request *request, Response *response, const char *sql, int n_params, const char *const *params)
{
    const Api *api = request->context;
    Error err = {0};
    PGresult *rows = pg_pool_query(api->pool, &err, sql, n_params, params);
    if (!rows)
        answer_failure(request, response, &err);
    return rows;
}

void answer_record(Request *request, Response *response, const PGresult *rows, const char *missing)
{
    if (PQntuples(rows) > 0)
        response_set(response, 200, NULL, pg_text(rows, 0, "record"));
    else
        answer_error(request, response, 404, "%s", missing);
}

void answer_add(Response *response, const char *name, const char *value)
{
    if (response->status != 200)
        return;
    Text *body = response->body; /* an object, which never is empty */
    while (body->length > 0 && body->bytes[--body->length] != '}')
        ;
    JsonWriter writer = {.out = body, .comma = true};
    json_put_text(&writer, name, value);
    json_close(&writer, '}');
}

yyjson_val *request_object(Request *request, Response *response)
{
    Error err = {0};
    if (request->body_length == 0) {
        answer_error(request, response, 400, "a JSON object is needed as the body");
        return NULL;
    }
    yyjson_val *body = json_parse(request->arena, request->body, request->body_length, &err);
    if (body && yyjson_is_obj(body))
        return body;
    answer_error(request, response, 400, "%s", body ? "the body must be a JSON object" : err.text);
    return NULL;
}

static bool no_company(Request *request, Response *response, const char *company_id)
{
    return answer_error(request, response, 404, "there is no company '%.80s'", company_id);
}

bool company_exists(Request *request, Response *response, const char *company_id)
{
    if (!text_is_uuid(company_id))
        return no_company(request, response, company_id);
    AUTO(PGresult) *rows =
        api_query(request, response, "select from control.company where id = $1", PG_PARAMS(company_id));
    if (!rows)
        return false;
    return PQntuples(rows) > 0 || no_company(request, response, company_id);
}

bool connection_exists(Request *request, Response *response, const char *company_id, const char *connection_id)
{
    if (!company_exists(request, response, company_id))
        return false;
    AUTO(PGresult) *rows = NULL;
    if (text_is_uuid(connection_id)) {
        rows = api_query(request, response, "select from control.connection where id = $1 and company_id = $2",
                         PG_PARAMS(connection_id, company_id));
        if (!rows)
            return false;
    }
    return (rows && PQntuples(rows) > 0) ||
           answer_error(request, response, 404, "the company has no connection '%.80s'", connection_id);
}
