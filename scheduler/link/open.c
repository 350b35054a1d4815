/* From a link to the vendor: which source, then its consent. */
#include "scheduler/link/flow_parts.h"
#include <string.h>

/* ---- The link ---- */

static const struct {
    LinkState state;
    int status;
    const char *title, *text;
} bad_links[] = {
    {LINK_BAD,     404, "This link is not complete", "Open it again from the message it came in, or ask for a new one."},
    {LINK_EXPIRED, 410, "This link is too old",      "Links work for one day. Ask for a new one."                      },
    {LINK_USED,    410, "This link has been used",   "It has connected an account before. Ask for a new one."          },
    {LINK_FAILED,  503, "We cannot look this up",    "Please try again in a minute."                                   },
};

static bool read_link(Request *request, Response *response, Link *link)
{
    const Api *api = request->context;
    Error err = {0};
    LinkState state = link_read(api->pool, api->vault, request->params[0], link, &err);
    for (size_t i = 0; i < COUNT_OF(bad_links); i++) {
        if (bad_links[i].state != state)
            continue;
        if (state == LINK_FAILED)
            log_warn("a link could not be read", KV_ERROR(&err));
        page_stop(response, bad_links[i].status, bad_links[i].title, bad_links[i].text);
        return false;
    }
    return true;
}

/* ---- The choice ---- */

/* Sources that can be authorised in the browser, or the link's connection's one. */
static const char choice_sql[] =
    "select c.name as company, s.name as source, s.title, k.status, k.reason "
    "from control.company c left join control.connection k on k.company_id = c.id and k.id = $2 "
    "left join control.source s on s.oauth is not null and s.client_secret is not null and ($2::uuid is null or s.name "
    "= k.source) where c.id = $1 and ($2::uuid is null or k.id is not null) order by s.title";

static void show_many(Response *response, const PGresult *rows)
{
    for (int i = 0; i < PQntuples(rows); i++)
        page_row(response, "source", pg_text(rows, i, "source"), pg_text(rows, i, "title"));
}

static void show_one(Request *request, Response *response, const PGresult *rows)
{
    page_hidden(response, "source", pg_text(rows, 0, "source"));
    page_button(response, arena_format(request->arena, "Continue to %s", pg_text(rows, 0, "title")));
}

static void show_choice(Request *request, Response *response, const PGresult *rows)
{
    bool many = PQntuples(rows) > 1;
    bool again = !pg_is_null(rows, 0, "status") && strcmp(pg_text(rows, 0, "status"), "PendingAuth") != 0;
    page_open(response, 200,
              many ? "Connect your accounts"
                   : arena_format(request->arena, "Connect %s%s", pg_text(rows, 0, "title"), again ? " again" : ""));
    page_text(response, "To connect %s, you sign in there yourself: your password stays with them.",
              pg_text(rows, 0, "company"));
    if (!pg_is_null(rows, 0, "reason"))
        page_text(response, "The access that was given before has ended.");
    page_form(response, arena_format(request->arena, "/link/%s/start", request->params[0]));
    if (many)
        show_many(response, rows);
    else
        show_one(request, response, rows);
    page_form_end(response);
    page_close(response);
}

void link_open(Request *request, Response *response)
{
    Link link;
    if (!read_link(request, response, &link))
        return;
    AUTO(PGresult) *rows = link_query(request, response, choice_sql,
                                      PG_PARAMS(link.company_id, *link.connection_id ? link.connection_id : NULL));
    if (!rows)
        return;
    if (PQntuples(rows) == 0)
        page_stop(response, 404, "This account is gone", "It was deleted. Ask for a new link.");
    else if (pg_is_null(rows, 0, "source"))
        page_stop(response, 501, "There is nothing to connect",
                  "No source is set up here that can be "
                  "connected in the browser.");
    else
        show_choice(request, response, rows);
}

/* ---- The start ---- */

/* The link's connection, or the company's that waits or was cut off, or a new one. A company has one accounting source
 * (P-026): `taken` names it. */
static const char connection_sql[] =
    "with taken as (select coalesce(s.title, k.source) as title from control.connection k join control.source s on "
    " s.name = k.source where k.company_id = $1 and k.status = 'Linked' and s.source_type = 'Accounting' and $3::uuid "
    "is "
    " distinct from k.id and (select source_type from control.source where name = $2) = 'Accounting' limit 1), "
    "old as (select id from control.connection where company_id = $1 and source = $2 and ($3::uuid is null and status "
    " <> 'Linked' or id = $3) order by status = 'PendingAuth', created limit 1), "
    "made as (insert into control.connection (company_id, source, status) select $1, $2, 'PendingAuth' where $3::uuid "
    " is null and not exists (select from old) and not exists (select from taken) returning id) "
    "select (select title from taken) as taken, coalesce((select id from old), (select id from made)) as id";

static const char *connection_for(Request *request, Response *response, const Link *link, const char *source)
{
    AUTO(PGresult) *rows =
        link_query(request, response, connection_sql,
                   PG_PARAMS(link->company_id, source, *link->connection_id ? link->connection_id : NULL));
    if (!rows)
        return NULL;
    if (!pg_is_null(rows, 0, "taken")) {
        page_stop(response, 409, "There is an accounting source already",
                  arena_format(request->arena,
                               "%s is connected. Disconnect it first: two ledgers of one company would be "
                               "mixed.",
                               pg_text(rows, 0, "taken")));
        return NULL;
    }
    if (pg_is_null(rows, 0, "id")) {
        page_stop(response, 404, "This account is gone", "It was deleted. Ask for a new link.");
        return NULL;
    }
    return arena_text(request->arena, pg_text(rows, 0, "id"));
}

static void go_to_vendor(Request *request, Response *response, const OAuthApp *app, const SessionStart *start,
                         const char *challenge)
{
    const Api *api = request->context;
    AUTO(Text) *url = text_new(NULL);
    oauth_authorize_url(app, link_redirect_uri(request), start->state, challenge, url);
    response_header(response, "Set-Cookie",
                    arena_format(request->arena,
                                 SESSION_COOKIE "=%s; Path=/link; HttpOnly; SameSite=Lax; Max-Age=86400%s",
                                 start->cookie, text_starts_with(api->public_url, "https://") ? "; Secure" : ""));
    page_go(request, response, arena_text(request->arena, url->bytes));
}

void link_start(Request *request, Response *response)
{
    const Api *api = request->context;
    const char *source = request_form(request, "source"), *connection;
    char verifier[OAUTH_PKCE_SIZE], challenge[OAUTH_PKCE_SIZE];
    Link link;
    SessionStart start;
    Error err = {0};
    if (!read_link(request, response, &link))
        return;
    AUTO(OAuthApp) *app = vendor_app(api->pool, api->vault, source ? source : "", &err);
    if (!app) {
        bool unknown = err.kind == ERROR_UNSUPPORTED;
        if (!unknown)
            log_error("a source cannot be offered", KV("source", source), KV_ERROR(&err));
        page_stop(response, unknown ? 404 : 503, unknown ? "There is no such source" : "Please try again",
                  unknown ? "Choose one on the page before." : "This source cannot be reached at the moment.");
        return;
    }
    if (!(connection = connection_for(request, response, &link, source)))
        return;
    oauth_pkce(verifier, challenge);
    bool pkce = app->rules.pkce;
    if (session_start(api->pool, api->vault, &link, connection, request_cookie(request, SESSION_COOKIE),
                      pkce ? verifier : NULL, &start, &err))
        go_to_vendor(request, response, app, &start, pkce ? challenge : NULL);
    else
        link_fail(response, &err);
    secret_wipe(verifier, sizeof verifier);
}
