/* The vendor's faults, and those by command: on single records, and on the whole answer. */
#include "infra/sandbox/quickbooks_call.h"
#include "lib/clock.h"
#include <stdio.h>
#include <string.h>

enum { HUGE_BODY = 50 * 1024 * 1024 };

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

const Fault *qb_fault(const QbCall *call, FaultKind kind)
{
    for (int i = 0; i < call->n_faults; i++)
        if (call->faults[i].kind == kind)
            return &call->faults[i];
    return NULL;
}

bool qb_hidden(const QbCall *call, const char *id)
{
    const Fault *hide = qb_fault(call, FAULT_HIDE);
    for (int i = 0; hide && i < hide->n_ids; i++)
        if (strcmp(hide->ids[i], id) == 0)
            return true;
    return false;
}

/* Puts `with` in the place of the scalar value of a member, the last one of that name at or after `start`. */
static void replace_member(Text *text, const char *name, size_t start, const char *with)
{
    char quoted[48];
    const char *found = NULL;
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    for (const char *c = strstr(text->bytes + start, quoted); c; c = strstr(c + 1, quoted))
        if (c[strlen(quoted)] != '{' && c[strlen(quoted)] != '[')
            found = c + strlen(quoted);
    if (!found)
        return;
    const char *end = found;
    if (*end == '"')
        for (end++; *end && *end != '"'; end++)
            end += *end == '\\' && end[1];
    end += *end == '"' ? 1 : strcspn(end, ",}]");
    AUTO(Text) *tail = text_new(end);
    text->length = (size_t)(found - text->bytes);
    text->bytes[text->length] = 0;
    text_puts(text, with);
    text_add(text, tail->bytes, tail->length);
}

/* The object's own id stands behind "sparse"; its lines have others. */
static void remove_id(Text *text, size_t start)
{
    static const char before[] = "\"sparse\":false,";
    const char *found = strstr(text->bytes + start, before);
    if (!found)
        return;
    const char *id = found + sizeof before - 1;
    AUTO(Text) *tail = text_new(id + strcspn(id, ",") + 1);
    text->length = (size_t)(id - text->bytes);
    text->bytes[text->length] = 0;
    text_add(text, tail->bytes, tail->length);
}

/* A record's amount, text or word, by the first of these that it has. */
static const char *const amounts[] = {"TotalAmt", "Amount", "CurrentBalance", "UnitPrice", "Balance", "RateValue"};
static const char *const texts[] = {"DisplayName", "PrivateNote", "DocNumber", "Name"};
static const char *const words[] = {"Classification", "POStatus", "PaymentType", "Type", "PayType"};

static void spoil_first(Text *text, const char *const *names, size_t n, size_t start, const char *with)
{
    for (size_t i = 0; i < n; i++) {
        char quoted[48];
        snprintf(quoted, sizeof quoted, "\"%s\":", names[i]);
        if (strstr(text->bytes + start, quoted)) {
            replace_member(text, names[i], start, with);
            return;
        }
    }
}

static void spoil(Text *text, FaultKind kind, size_t start)
{
    switch (kind) {
    case FAULT_MISSING_ID:
        remove_id(text, start);
        break;
    case FAULT_BAD_AMOUNT:
        spoil_first(text, amounts, COUNT_OF(amounts), start, "\"twelve\"");
        break;
    case FAULT_BAD_TEXT:
        spoil_first(text, texts, COUNT_OF(texts), start, "\"before\\u0000after\"");
        break;
    case FAULT_BAD_UTF8:
        spoil_first(text, texts, COUNT_OF(texts), start, "\"caf\xC3(\xFF\"");
        break;
    default:
        spoil_first(text, words, COUNT_OF(words), start, "\"SandboxUnheardOf\"");
        break;
    }
}

void qb_spoil_record(QbCall *call, const char *id, size_t start)
{
    for (int i = 0; i < call->n_faults; i++) {
        Fault *fault = &call->faults[i];
        if (!fault_of_record(fault->kind) || fault->n_ids < 0)
            continue;
        bool meant = fault->n_ids == 0;
        for (int j = 0; j < fault->n_ids; j++)
            meant = meant || strcmp(fault->ids[j], id) == 0;
        if (!meant)
            continue;
        spoil(call->response->body, fault->kind, start);
        if (fault->n_ids == 0)
            fault->n_ids = -1; /* the first record only */
    }
}

static void make_huge(Text *body)
{
    static const char block[] = "a piece of fifty megabytes that somebody's proxy has put here; ";
    text_set(body, "{\"QueryResponse\":{},\"padding\":\"");
    while (body->length < HUGE_BODY)
        text_add(body, block, sizeof block - 1);
    text_puts(body, "\"}");
}

void qb_spoil_answer(QbCall *call)
{
    Response *response = call->response;
    for (int i = 0; i < call->n_faults; i++) {
        switch (call->faults[i].kind) {
        case FAULT_TRUNCATE:
            response->body->length /= 2;
            response->body->bytes[response->body->length] = 0;
            break;
        case FAULT_MALFORMED:
            text_set(response->body, "{\"QueryResponse\":{\"Invoice\":[{\"Id\":}],,\"maxResults\":nope}");
            break;
        case FAULT_HUGE:
            make_huge(response->body);
            break;
        case FAULT_CUT:
            response->abort_after = (int64_t)response->body->length / 2;
            break;
        default:
            break;
        }
    }
}
