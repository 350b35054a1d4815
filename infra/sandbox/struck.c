#include "infra/sandbox/struck.h"
#include <stdio.h>
#include <string.h>

enum { HUGE_BODY = 50 * 1024 * 1024 };

void struck_by(Struck *struck, World *world, Account *account, const char *path)
{
    struck->n = faults_strike(&account->faults, path, struck->faults, FAULTS_AT_ONCE);
    struck->n += faults_strike(&world->faults, path, struck->faults + struck->n, FAULTS_AT_ONCE);
}

const Fault *struck_fault(const Struck *struck, FaultKind kind)
{
    for (int i = 0; i < struck->n; i++)
        if (struck->faults[i].kind == kind)
            return &struck->faults[i];
    return NULL;
}

static bool means(const Fault *fault, const char *id)
{
    for (int i = 0; i < fault->n_ids; i++)
        if (strcmp(fault->ids[i], id) == 0)
            return true;
    return false;
}

bool struck_hides(const Struck *struck, const char *id)
{
    const Fault *hide = struck_fault(struck, FAULT_HIDE);
    return hide && means(hide, id);
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

/* Where the member's value begins, from `start` on; 0: there is none, or it is no scalar. */
static size_t find_value(const Text *text, size_t start, const char *name)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *found = strstr(text->bytes + start, quoted);
    size_t at = found ? (size_t)(found - text->bytes) + strlen(quoted) : 0;
    return at && text->bytes[at] != '{' && text->bytes[at] != '[' ? at : 0;
}

static void replace_first(Text *text, size_t start, const char *const names[6], const char *with, size_t length)
{
    size_t at = 0;
    for (int i = 0; i < 6 && names[i] && !at; i++)
        at = find_value(text, start, names[i]);
    if (at)
        replace(text, at, value_end(text, at), with, length);
}

static void replace_last(Text *text, size_t start, const char *name, const char *with, size_t length)
{
    size_t last = 0;
    for (size_t at = start; (at = find_value(text, at, name));)
        last = at;
    if (last)
        replace(text, last, value_end(text, last), with, length);
}

static void remove_id(Text *text, const char *id_name, const char *id, size_t start)
{
    char member[192];
    snprintf(member, sizeof member, "\"%s\":\"%s\",", id_name, id);
    const char *found = strstr(text->bytes + start, member);
    if (!found)
        return;
    size_t at = (size_t)(found - text->bytes);
    replace(text, at, at + strlen(member), "", 0);
}

static const char bad_amount[] = "\"twelve\"";
static const char nul_text[] = "\"before\\u0000after\"";
static const char bad_utf8[] = "\"caf\xC3(\xFF\"";
static const char unknown_word[] = "\"sandbox_unheard_of\"";
#define WITH(literal) literal, sizeof literal - 1

void struck_spoil_record(Struck *struck, Text *body, const StruckNames *names, const char *id_name, const char *id,
                         size_t start)
{
    for (int i = 0; i < struck->n; i++) {
        Fault *fault = &struck->faults[i];
        if (!fault_of_record(fault->kind) || fault->n_ids < 0 || (fault->n_ids > 0 && !means(fault, id)))
            continue;
        if (fault->kind == FAULT_MISSING_ID)
            remove_id(body, id_name, id, start);
        else if (fault->kind == FAULT_BAD_AMOUNT)
            replace_first(body, start, names->amounts, WITH(bad_amount));
        else if (fault->kind == FAULT_BAD_TEXT)
            replace_first(body, start, names->texts, WITH(nul_text));
        else if (fault->kind == FAULT_BAD_UTF8)
            replace_first(body, start, names->texts, WITH(bad_utf8));
        else
            replace_last(body, start, names->word, WITH(unknown_word));
        if (fault->n_ids == 0)
            fault->n_ids = -1; /* the first record only */
    }
}

static void make_huge(Text *body)
{
    static const char block[] = "a piece of fifty megabytes that somebody's proxy has put here; ";
    text_set(body, "{\"padding\":\"");
    while (body->length < HUGE_BODY)
        text_add(body, block, sizeof block - 1);
    text_puts(body, "\"}");
}

void struck_spoil_answer(const Struck *struck, Response *response, const StruckNames *names)
{
    for (int i = 0; i < struck->n; i++) {
        const Fault *fault = &struck->faults[i];
        switch (fault->kind) {
        case FAULT_TRUNCATE:
            response->body->length /= 2;
            response->body->bytes[response->body->length] = 0;
            break;
        case FAULT_MALFORMED:
            text_set(response->body, names->malformed);
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
