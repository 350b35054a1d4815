/* Faults at work: on single records, and on the whole answer. */
#include "infra/sandbox/stripe_call.h"
#include <stdio.h>
#include <string.h>

enum { HUGE_BODY = 50 * 1024 * 1024 };

const Fault *call_fault(const Call *call, FaultKind kind)
{
    for (int i = 0; i < call->n_faults; i++)
        if (call->faults[i].kind == kind)
            return &call->faults[i];
    return NULL;
}

static void replace(Text *text, size_t from, size_t until, const char *with, size_t length)
{
    AUTO(Text) *tail = text_new(NULL);
    text_add(tail, text->bytes + until, text->length - until);
    text->length = from;
    text_add(text, with, length);
    text_add(text, tail->bytes, tail->length);
}

/* The end of the JSON value at `at`, which is a scalar. */
static size_t value_end(const Text *text, size_t at)
{
    const char *bytes = text->bytes;
    if (bytes[at] != '"')
        return at + strcspn(bytes + at, ",}]");
    for (at++; bytes[at] && bytes[at] != '"'; at++)
        at += bytes[at] == '\\' && bytes[at + 1];
    return at + 1;
}

/* Replaces the value of the first of `names` ("a|b") that occurs at or after `start` with a scalar. */
static bool replace_value(Text *text, size_t start, const char *const *names, size_t n, const char *with, size_t length)
{
    for (size_t i = 0; i < n; i++) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\":", names[i]);
        const char *found = strstr(text->bytes + start, quoted);
        if (!found)
            continue;
        size_t at = (size_t)(found - text->bytes) + strlen(quoted);
        if (text->bytes[at] == '{' || text->bytes[at] == '[')
            continue;
        replace(text, at, value_end(text, at), with, length);
        return true;
    }
    return false;
}

static const char *const amount_names[] = {"amount", "unit_amount_decimal", "percentage"};
static const char *const text_names[] = {"name", "display_name", "nickname", "reason", "description"};
static const char bad_amount[] = "\"twelve\"";
static const char nul_text[] = "\"before\\u0000after\"";
static const char bad_utf8[] = "\"caf\xC3(\xFF\"";
static const char unknown_word[] = "\"sandbox_unheard_of\"";
#define WITH(literal) literal, sizeof literal - 1

static void remove_id(Text *text, const char *id, size_t start)
{
    char member[STRIPE_ID_SIZE + 16];
    snprintf(member, sizeof member, "\"id\":\"%s\",", id);
    const char *found = strstr(text->bytes + start, member);
    if (!found)
        return;
    size_t at = (size_t)(found - text->bytes);
    replace(text, at, at + strlen(member), "", 0);
}

/* A balance transaction is told by its type; everything else by its status, which comes after those of what it
 * contains. */
static void spoil_enum(Text *text, size_t start)
{
    if (strstr(text->bytes + start, "\"reporting_category\":") &&
        !strstr(text->bytes + start, "\"balance_transactions\":")) {
        replace_value(text, start, (const char *const[]){"type"}, 1, WITH(unknown_word));
        return;
    }
    size_t last = start;
    for (const char *c = strstr(text->bytes + start, "\"status\":"); c; c = strstr(c + 1, "\"status\":"))
        last = (size_t)(c - text->bytes);
    replace_value(text, last, (const char *const[]){"status"}, 1, WITH(unknown_word));
}

static void spoil(Text *text, FaultKind kind, const char *id, size_t start)
{
    switch (kind) {
    case FAULT_MISSING_ID:
        remove_id(text, id, start);
        break;
    case FAULT_BAD_AMOUNT:
        replace_value(text, start, amount_names, COUNT_OF(amount_names), WITH(bad_amount));
        break;
    case FAULT_BAD_TEXT:
        replace_value(text, start, text_names, COUNT_OF(text_names), WITH(nul_text));
        break;
    case FAULT_BAD_UTF8:
        replace_value(text, start, text_names, COUNT_OF(text_names), WITH(bad_utf8));
        break;
    default:
        spoil_enum(text, start);
        break;
    }
}

void spoil_record(Call *call, const char *id, size_t start)
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
        spoil(call->response->body, fault->kind, id, start);
        if (fault->n_ids == 0)
            fault->n_ids = -1; /* the first record only */
    }
}

static void make_huge(Text *body)
{
    static const char block[] = "a piece of fifty megabytes that somebody's proxy has put here; ";
    text_set(body, "{\"object\":\"list\",\"data\":[],\"has_more\":false,\"padding\":\"");
    while (body->length < HUGE_BODY)
        text_add(body, block, sizeof block - 1);
    text_puts(body, "\"}");
}

void spoil_answer(Call *call)
{
    Response *response = call->response;
    for (int i = 0; i < call->n_faults; i++) {
        const Fault *fault = &call->faults[i];
        switch (fault->kind) {
        case FAULT_TRUNCATE:
            response->body->length /= 2;
            response->body->bytes[response->body->length] = 0;
            break;
        case FAULT_MALFORMED:
            text_set(response->body, "{\"object\":\"list\",\"data\":[{\"id\":}],,\"has_more\":nope}");
            break;
        case FAULT_HUGE:
            make_huge(response->body);
            break;
        case FAULT_CUT:
            response->abort_after = (int64_t)response->body->length / 2;
            break;
        case FAULT_HANG:
        case FAULT_SLOW:
            response->delay_ms = fault->delay_ms;
            break;
        default:
            break;
        }
    }
}
