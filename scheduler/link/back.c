#include "scheduler/link/back.h"
#include "lib/http.h"
#include "scheduler/link/flow_parts.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- The operator's list ---- */

/* The length of "https://host:port"; 0 when it is no such URL. A user's name before the host would deceive people. */
static size_t origin_length(const char *url)
{
    size_t scheme = text_starts_with(url, "https://") ? 8 : text_starts_with(url, "http://") ? 7 : 0;
    size_t host = scheme ? strcspn(url + scheme, "/?#") : 0;
    return host > 0 && !memchr(url + scheme, '@', host) ? scheme + host : 0;
}

/* "..", also with dots as "%2e": browsers take such a step before they ask. */
static bool is_step_up(const char *segment, size_t length)
{
    size_t dots = 0;
    for (size_t i = 0; i < length; dots++)
        if (segment[i] == '.')
            i++;
        else if (length - i >= 3 && strncasecmp(segment + i, "%2e", 3) == 0)
            i += 3;
        else
            return false;
    return dots == 2;
}

static bool steps_up(const char *url)
{
    const char *segment = url + origin_length(url), *end = segment + strcspn(segment, "?");
    while (segment < end) {
        size_t length = strcspn(++segment, "/?");
        if (is_step_up(segment, length))
            return true;
        segment += length;
    }
    return false;
}

static bool fits(const char *prefix, size_t length, const char *url)
{
    size_t origin = origin_length(url);
    bool same = origin > 0 && strlen(url) >= length && strncmp(url, prefix, length) == 0;
    if (!same || length < origin) /* "https://good.example" must not allow "https://good.example.evil" */
        return false;
    char next = url[length];
    return url[length - 1] == '/' || next == 0 || next == '/' || next == '?';
}

bool back_allowed(const char *list, const char *url)
{
    for (const char *c = url; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '#' || *c == '\\') /* browsers read '\' as '/' */
            return false;
    while (list && *list) {
        size_t length = strcspn(list, ", ");
        if (length > 0 && fits(list, length, url))
            return !steps_up(url);
        list += length + (list[length] != 0);
    }
    return false;
}

/* ---- Going back ---- */

static const struct {
    BackCode code;
    const char *status_text, *title;
} outcomes[] = {
    {BACK_DONE,        "Connected",    "You are connected"       },
    {BACK_CANCELLED,   "Cancelled",    "Nothing was connected"   },
    {BACK_FAILED,      "Failed",       "This did not work"       },
    {BACK_UNSUPPORTED, "NotSupported", "This cannot be connected"},
};

static const char *status_text_of(BackCode code, const char **title)
{
    size_t i = 0;
    while (i + 1 < COUNT_OF(outcomes) && outcomes[i].code != code)
        i++;
    *title = outcomes[i].title;
    return outcomes[i].status_text;
}

static const char note_sql[] =
    "with noted as (update control.connection k set errors = (select coalesce(jsonb_agg(e), '[]') from (select e from "
    "jsonb_array_elements(k.errors) with ordinality o (e, i) order by i desc limit 19) last) || jsonb_build_array("
    "jsonb_build_object('statusCode', $2::integer, 'statusText', $3::text, 'errorMessage', $4::text, 'erroredOnUtc', "
    "control.instant_text(now()), 'status', 'Active')) where k.id = $1 and $2::integer <> 200 returning k.id), "
    "solved as (update control.connection k set errors = (select coalesce(jsonb_agg(case when e ->> 'status' = "
    "'Active' then e || jsonb_build_object('status', 'Resolved', 'resolvedOnUtc', control.instant_text(now())) else e "
    "end), '[]') from jsonb_array_elements(k.errors) e) where k.id = $1 and $2::integer = 200 returning k.id) "
    "select c.redirect_url, c.id as company, c.name as company_name, k.source, coalesce(s.title, k.source) as title, "
    "coalesce(s.source_type, 'Unknown') as source_type, md5('integration/' || k.source)::uuid as integration, "
    "md5('source/' || k.source)::uuid as source_id from control.connection k "
    "join control.company c on c.id = k.company_id left join control.source s on s.name = k.source where k.id = $1";

static void add(Request *request, Text *url, const char *name, const char *value)
{
    text_printf(url, "%c%s=%s", strchr(url->bytes, '?') ? '&' : '?', name, http_escape(request->arena, value));
}

static void redirect(Request *request, Response *response, const PGresult *row, const char *connection_id,
                     BackCode code, const char *status_text, const char *message)
{
    char number[16];
    AUTO(Text) *url = text_new(pg_text(row, 0, "redirect_url"));
    snprintf(number, sizeof number, "%d", code);
    add(request, url, "companyId", pg_text(row, 0, "company"));
    add(request, url, "connectionId", connection_id);
    add(request, url, "integrationId", pg_text(row, 0, "integration"));
    add(request, url, "sourceId", pg_text(row, 0, "source_id"));
    add(request, url, "platform", pg_text(row, 0, "source"));
    add(request, url, "platformName", pg_text(row, 0, "title"));
    add(request, url, "sourceType", pg_text(row, 0, "source_type"));
    add(request, url, "statusCode", number);
    add(request, url, "statusText", status_text);
    if (code != BACK_DONE)
        add(request, url, "errorMessage", message);
    add(request, url, "data.company.companyName", pg_text(row, 0, "company_name"));
    page_go(request, response, arena_text(request->arena, url->bytes));
}

void back_answer(Request *request, Response *response, const char *connection_id, BackCode code, const char *message)
{
    const Api *api = request->context;
    const char *title, *status_text = status_text_of(code, &title);
    char number[16];
    snprintf(number, sizeof number, "%d", code);
    AUTO(PGresult) *row =
        link_query(request, response, note_sql, PG_PARAMS(connection_id, number, status_text, message));
    if (!row)
        return;
    if (PQntuples(row) > 0 && back_allowed(api->link_redirects, pg_text(row, 0, "redirect_url"))) {
        redirect(request, response, row, connection_id, code, status_text, message);
        return;
    }
    page_open(response, 200, title);
    if (code == BACK_DONE || code == BACK_CANCELLED)
        page_text(response, "%s", message);
    else
        page_alert(response, "%s", message);
    page_text(response, code == BACK_DONE ? "You can close this window."
                                          : "Open your link again to have another try, or close this window.");
    page_close(response);
}
