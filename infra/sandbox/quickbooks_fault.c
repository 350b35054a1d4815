/* The vendor's faults, and what those by command spoil. */
#include "infra/sandbox/quickbooks_call.h"
#include "lib/clock.h"
#include <stdio.h>

void qb_put_now(QbCall *call)
{
    char time[40];
    quickbooks_time(time, call->render.business, call->render.now);
    /* "2026-05-05T05:15:25.311-07:00": thousandths come before the offset. */
    json_put_text(&call->render.json, "time",
                  arena_format(call->request->arena, "%.19s.%03d%s", time, (int)(clock_wall_ms() % 1000), time + 19));
}

bool qb_fail(QbCall *call, int status, const char *type, const char *code, const char *message, const char *element,
             const char *detail)
{
    text_clear(call->response->body);
    call->render.json = (JsonWriter){.out = call->response->body};
    JsonWriter *json = &call->render.json;
    json_open(json, NULL, '{');
    json_open(json, "Fault", '{');
    json_open(json, "Error", '[');
    json_open(json, NULL, '{');
    json_put_text(json, "Message", message);
    json_put_text(json, "Detail", detail);
    json_put_text(json, "code", code);
    if (element)
        json_put_text(json, "element", element);
    json_close(json, '}');
    json_close(json, ']');
    json_put_text(json, "type", type);
    json_close(json, '}');
    qb_put_now(call);
    json_close(json, '}');
    call->response->status = status;
    return false;
}

bool qb_parse_error(QbCall *call, const char *word, size_t at)
{
    return qb_fail(
        call, 400, "ValidationFault", "4000", "Error parsing query", NULL,
        arena_format(call->request->arena,
                     "QueryParserError: Encountered \" \"%s\" at line 1, column %zu.\nWas expecting one of:\n"
                     "    <IDENTIFIER> ...\n    ",
                     word, at + 1));
}

bool qb_not_found(QbCall *call)
{
    return qb_fail(call, 400, "ValidationFault", "610", "Object Not Found", "",
                   "Object Not Found : Something you're trying to use has been made inactive. Check the fields with "
                   "accounts, customers, items, vendors or employees.");
}

bool qb_throttled(QbCall *call, int status)
{
    return qb_fail(
        call, status, "SERVICE", "3001",
        arena_format(call->request->arena, "message=ThrottleExceeded; errorCode=003001; statusCode=%d", status), NULL,
        "The request limit was reached.  Try again later");
}

bool qb_refuse(Response *response, int64_t now, int status, const char *type, const char *code, const char *message,
               const char *detail)
{
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_text(&json, "warnings", NULL);
    json_put_text(&json, "intuitObject", NULL);
    json_open(&json, "fault", '{');
    json_open(&json, "error", '[');
    json_open(&json, NULL, '{');
    json_put_text(&json, "message", message);
    json_put_text(&json, "detail", detail);
    json_put_text(&json, "code", code);
    json_put_text(&json, "element", NULL);
    json_close(&json, '}');
    json_close(&json, ']');
    json_put_text(&json, "type", type);
    json_close(&json, '}');
    json_put_text(&json, "report", NULL);
    json_put_integer(&json, "time", now * 1000);
    json_close(&json, '}');
    response->status = status;
    return false;
}

/* A record's amount, text or word, and the object's own id, which stands behind "sparse"; its lines have others. */
const StruckForm qb_struck = {
    .amount = {{"TotalAmt", "Amount", "CurrentBalance", "UnitPrice", "Balance", "RateValue"}, .last = true},
    .text = {{"DisplayName", "PrivateNote", "DocNumber", "Name"},                           .last = true},
    .word = {{"Classification", "POStatus", "PaymentType", "Type", "PayType"},              .last = true},
    .unknown = "\"SandboxUnheardOf\"",
    .id_name = "Id",
    .id_behind = "\"sparse\":false,",
    .malformed = "{\"QueryResponse\":{\"Invoice\":[{\"Id\":}],,\"maxResults\":nope}",
    .huge = "{\"QueryResponse\":{},\"padding\":\"",
};
