#include "infra/sandbox/struck.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

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

/* Where a member of that name with a scalar value has it, from `start` on; 0: there is none. */
static size_t find_value(const Text *text, size_t start, const char *name)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    for (const char *at = text->bytes + start; (at = strstr(at, quoted));) {
        at += strlen(quoted);
        if (*at != '{' && *at != '[')
            return (size_t)(at - text->bytes);
    }
    return 0;
}

static void replace_member(Text *text, size_t start, const StruckMember *member, const char *with, size_t length)
{
    size_t found = 0;
    for (size_t i = 0; i < COUNT_OF(member->names) && member->names[i] && !found; i++) {
        found = find_value(text, start, member->names[i]);
        for (size_t at = found; member->last && at; at = find_value(text, at, member->names[i]))
            found = at;
    }
    if (found)
        replace(text, found, value_end(text, found), with, length);
}

static void remove_id(Text *text, const StruckForm *form, const char *id_name, const char *id, size_t start)
{
    char member[192];
    snprintf(member, sizeof member, "\"%s\":\"%s\",", id_name ? id_name : form->id_name, id);
    const char *from = form->id_behind ? strstr(text->bytes + start, form->id_behind) : text->bytes + start;
    const char *found = from ? strstr(from, member) : NULL;
    if (!found)
        return;
    size_t at = (size_t)(found - text->bytes);
    replace(text, at, at + strlen(member), "", 0);
}

static const char bad_amount[] = "\"twelve\"";
static const char nul_text[] = "\"before\\u0000after\"";
static const char bad_utf8[] = "\"caf\xC3(\xFF\"";
#define WITH(literal) literal, sizeof literal - 1

static void spoil(Text *body, FaultKind kind, const StruckForm *form, const char *id_name, const char *id, size_t start)
{
    switch (kind) {
    case FAULT_MISSING_ID:
        remove_id(body, form, id_name, id, start);
        break;
    case FAULT_BAD_AMOUNT:
        replace_member(body, start, &form->amount, WITH(bad_amount));
        break;
    case FAULT_BAD_TEXT:
        replace_member(body, start, &form->text, WITH(nul_text));
        break;
    case FAULT_BAD_UTF8:
        replace_member(body, start, &form->text, WITH(bad_utf8));
        break;
    default:
        replace_member(body, start, &form->word, form->unknown, strlen(form->unknown));
        break;
    }
}

void struck_spoil_record(Struck *struck, Text *body, const StruckForm *form, const char *id_name, const char *id,
                         size_t start)
{
    for (int i = 0; i < struck->n; i++) {
        Fault *fault = &struck->faults[i];
        if (!fault_of_record(fault->kind) || fault->n_ids < 0 || (fault->n_ids > 0 && !means(fault, id)))
            continue;
        spoil(body, fault->kind, form, id_name, id, start);
        if (fault->n_ids == 0)
            fault->n_ids = -1; /* the first record only */
    }
}

static void make_huge(Text *body, const char *begin)
{
    static const char block[] = "a piece of fifty megabytes that somebody's proxy has put here; ";
    text_set(body, begin);
    while (body->length < HUGE_BODY)
        text_add(body, block, sizeof block - 1);
    text_puts(body, "\"}");
}

void struck_spoil_answer(const Struck *struck, Response *response, const StruckForm *form)
{
    for (int i = 0; i < struck->n; i++) {
        const Fault *fault = &struck->faults[i];
        switch (fault->kind) {
        case FAULT_TRUNCATE:
            response->body->length /= 2;
            response->body->bytes[response->body->length] = 0;
            break;
        case FAULT_MALFORMED:
            text_set(response->body, form->malformed);
            break;
        case FAULT_HUGE:
            make_huge(response->body, form->huge);
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

void struck_wait_in_flight(const Struck *struck, Response *response)
{
    const Fault *slow = struck_fault(struck, FAULT_SLOW), *hang = struck_fault(struck, FAULT_HANG);
    response->delay_ms = hang ? hang->delay_ms : 0;
    if (slow)
        nanosleep(&(struct timespec){slow->delay_ms / 1000, slow->delay_ms % 1000 * 1000000}, NULL);
}
