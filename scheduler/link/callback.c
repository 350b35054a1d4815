/* Back from the vendor: the state is ours, the code becomes tokens, the organisation is the right one: Linked. */
#include "lib/token.h"
#include "scheduler/api/queue.h"
#include "scheduler/link/flow_parts.h"
#include <string.h>

enum { LONGEST_TENANT = 100, LONGEST_CODE = 2048 };

static const struct {
    SessionFound found;
    int status;
    const char *title, *text;
} dead_ends[] = {
    {SESSION_NONE,    400, "This browser has not started here", "Open your link here, and go on from there."            },
    {SESSION_DONE,    200, "You are connected already",         "Nothing was changed. You can close this window."       },
    {SESSION_USED,    410, "This link has been used",           "It has connected an account before. Ask for a new one."},
    {SESSION_STALE,   409, "This page is out of date",
     "If you have started again in another tab, go on there. If not, open your link again."                             },
    {SESSION_EXPIRED, 410, "This took too long",                "You have ten minutes to sign in. Open your link again."},
};

/* Shows why it does not go on; true when it does. */
static bool goes_on(Response *response, SessionFound found, const Error *err)
{
    for (size_t i = 0; i < COUNT_OF(dead_ends); i++)
        if (dead_ends[i].found == found)
            page_stop(response, dead_ends[i].status, dead_ends[i].title, dead_ends[i].text);
    if (found == SESSION_FAILED)
        link_fail(response, err);
    return found == SESSION_GOOD;
}

/* ---- The organisation ---- */

/* The one that the connection belongs to; id "": none yet. False: the response is written. */
static bool linked_tenant(Request *request, Response *response, const Session *session, const OAuthApp *app,
                          OAuthTenant *linked)
{
    AUTO(PGresult) *rows =
        link_query(request, response,
                   "select settings ->> $2 as id, coalesce(settings ->> 'organisation', settings ->> $2) as name from "
                   "control.connection where id = $1",
                   PG_PARAMS(session->connection_id, app->rules.tenant_setting));
    *linked = (OAuthTenant){"", ""};
    if (rows && PQntuples(rows) > 0)
        *linked = (OAuthTenant){arena_text(request->arena, pg_text(rows, 0, "id")),
                                arena_text(request->arena, pg_text(rows, 0, "name"))};
    return rows != NULL;
}

static void refuse_other(Request *request, Response *response, const Session *session, const char *given,
                         const char *linked)
{
    back_answer(request, response, session->connection_id, BACK_FAILED,
                arena_format(request->arena,
                             "You gave access to another organisation (%s) than the one that was connected here before "
                             "(%s). Their books must not be mixed: choose that one, or ask for a new link for this.",
                             given, linked));
}

/* The organisation, once it is stored, is the connection's for good. "organisation" is its name, for people. */
static bool store_tenant(Request *request, Response *response, const Session *session, const OAuthApp *app,
                         const OAuthTenant *tenant)
{
    OAuthTenant linked;
    AUTO(PGresult) *rows = link_query(
        request, response,
        "update control.connection set settings = settings || jsonb_build_object($2::text, $3::text) || case "
        "when $3 = $4::text then '{}' else jsonb_build_object('organisation', $4) end "
        "where id = $1 and coalesce(settings ->> $2, $3) = $3 returning id",
        PG_PARAMS(session->connection_id, app->rules.tenant_setting, tenant->id, tenant->name));
    if (rows && PQntuples(rows) == 0 && linked_tenant(request, response, session, app, &linked))
        refuse_other(request, response, session, tenant->name, linked.name);
    return rows && PQntuples(rows) > 0;
}

static bool store_tokens(Request *request, Response *response, const Session *session, const OAuthApp *app,
                         const OAuthTokens *tokens)
{
    const Api *api = request->context;
    Error err = {0};
    if (token_link(api->pool, api->vault, session->company_id, session->connection_id, tokens,
                   token_refresh_by_ms(&app->rules, tokens->refresh_life_ms), &err))
        return true;
    if (err.kind == ERROR_DATA) /* control.one_ledger() */
        back_answer(request, response, session->connection_id, BACK_FAILED,
                    "Another accounting source was connected in the meantime. Disconnect it first: two ledgers of one "
                    "company would be mixed.");
    else
        link_fail(response, &err);
    return false;
}

/* Settings before the credential: whoever may use the tokens knows whose they are. The link is used up last: if this
 * ends half way, it can be opened again. */
static void finish(Request *request, Response *response, const Session *session, const OAuthApp *app,
                   const OAuthTokens *tokens, const OAuthTenant *tenant)
{
    const Api *api = request->context;
    Error err = {0};
    if (!store_tenant(request, response, session, app, tenant) ||
        !store_tokens(request, response, session, app, tokens))
        return;
    if (!queue_first(request, response, session->company_id, session->connection_id)) {
        page_stop(response, 503, "You are connected", "But the first sync could not begin. Open your link again.");
        return;
    }
    if (!session_finish(api->pool, session, &err)) {
        link_fail(response, &err);
        return;
    }
    log_info("a connection was linked", KV("source", session->source), KV("connection", session->connection_id));
    back_answer(request, response, session->connection_id, BACK_DONE, "Your data is on its way.");
}

static const char *name_all(Arena *arena, const Grant *grant)
{
    AUTO(Text) *names = text_new(NULL);
    for (size_t i = 0; i < grant->n_tenants; i++)
        text_printf(names, "%s%s", i > 0 ? ", " : "", grant->tenants[i].name);
    return arena_text(arena, names->bytes);
}

static void let_choose(Request *request, Response *response, const Session *session, const Grant *grant)
{
    const Api *api = request->context;
    Error err = {0};
    if (session_hold(api->pool, api->vault, session, &grant->tokens, grant->tenants, grant->n_tenants, &err))
        page_go(request, response, "/link/tenant");
    else
        link_fail(response, &err);
}

/* A connection that is linked again takes its own organisation out of the grant. */
static void take_grant(Request *request, Response *response, const Session *session, const OAuthApp *app,
                       const Grant *grant)
{
    OAuthTenant linked;
    if (!linked_tenant(request, response, session, app, &linked))
        return;
    for (size_t i = 0; i < grant->n_tenants; i++)
        if (strcmp(grant->tenants[i].id, linked.id) == 0 || (!*linked.id && grant->n_tenants == 1)) {
            finish(request, response, session, app, &grant->tokens, &grant->tenants[i]);
            return;
        }
    if (grant->n_tenants == 0)
        back_answer(request, response, session->connection_id, BACK_FAILED, "No organisation was chosen there.");
    else if (*linked.id)
        refuse_other(request, response, session, name_all(request->arena, grant), linked.name);
    else
        let_choose(request, response, session, grant);
}

/* ---- The callback ---- */

/* What the redirect names, "" when it names none although it should; NULL when the vendor's redirect never does. */
static const char *named_tenant(const Request *request, const OAuthApp *app)
{
    if (!app->rules.tenant_parameter)
        return NULL;
    const char *tenant = request_query(request, app->rules.tenant_parameter);
    size_t length = tenant ? strlen(tenant) : 0;
    bool good = length > 0 && length <= LONGEST_TENANT &&
                strspn(tenant, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == length;
    return good ? tenant : "";
}

static void exchange(Request *request, Response *response, const Session *session, const OAuthApp *app,
                     const char *code)
{
    Error err = {0};
    Grant grant;
    const char *tenant = named_tenant(request, app);
    if (strlen(code) > LONGEST_CODE || (tenant && !*tenant)) {
        back_answer(request, response, session->connection_id, BACK_FAILED, "The answer was not complete.");
        return;
    }
    if (!vendor_exchange(app, code, link_redirect_uri(request), session->verifier, tenant, request->arena, &grant,
                         &err)) {
        log_warn("a consent came to nothing", KV("source", session->source), KV("connection", session->connection_id),
                 KV_ERROR(&err));
        back_answer(request, response, session->connection_id, BACK_FAILED,
                    "The sign-in could not be completed there. Please try again.");
        return;
    }
    take_grant(request, response, session, app, &grant);
    oauth_tokens_wipe(&grant.tokens);
}

static void go_on(Request *request, Response *response, const Session *session)
{
    const Api *api = request->context;
    const char *code = request_query(request, "code"), *error = request_query(request, "error");
    Error err = {0};
    if (!code) {
        bool denied = error && strcmp(error, "access_denied") == 0;
        back_answer(request, response, session->connection_id, denied ? BACK_CANCELLED : BACK_FAILED,
                    denied ? "You have not given access." : "The sign-in was not completed there.");
        return;
    }
    AUTO(OAuthApp) *app = vendor_app(api->pool, api->vault, session->source, &err);
    if (app)
        exchange(request, response, session, app, code);
    else if (err.kind == ERROR_UNSUPPORTED)
        back_answer(request, response, session->connection_id, BACK_UNSUPPORTED, err.text);
    else
        link_fail(response, &err);
}

void link_callback(Request *request, Response *response)
{
    const Api *api = request->context;
    Session session;
    Error err = {0};
    SessionFound found = session_return(api->pool, api->vault, request_cookie(request, SESSION_COOKIE),
                                        request_query(request, "state"), &session, &err);
    if (goes_on(response, found, &err))
        go_on(request, response, &session);
    session_wipe(&session);
}

/* ---- The choice among several ---- */

static SessionFound find_choice(Request *request, OAuthTenant **tenants, size_t *n, Error *err)
{
    const Api *api = request->context;
    return session_tenants(api->pool, request_cookie(request, SESSION_COOKIE), request->arena, tenants, n, err);
}

void link_tenants(Request *request, Response *response)
{
    OAuthTenant *tenants;
    size_t n;
    Error err = {0};
    SessionFound found = find_choice(request, &tenants, &n, &err);
    if (!goes_on(response, found, &err))
        return;
    page_open(response, 200, "Which organisation?");
    page_form(response, "/link/tenant");
    page_choices(response, "You have given access to several. Choose the one that belongs here.");
    for (size_t i = 0; i < n; i++)
        page_choice(response, "tenant", tenants[i].id, tenants[i].name, i == 0);
    page_choices_end(response);
    page_button(response, "Connect");
    page_form_end(response);
    page_close(response);
}

/* Of the choice, the one that the form names; NULL: the response is written. A form that is sent twice finds the choice
 * made: what has come of it, the page itself says. */
static const OAuthTenant *chosen(Request *request, Response *response)
{
    const char *id = request_form(request, "tenant");
    OAuthTenant *tenants;
    size_t n = 0;
    Error err = {0};
    SessionFound found = find_choice(request, &tenants, &n, &err);
    if (found != SESSION_STALE && !goes_on(response, found, &err))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (id && strcmp(tenants[i].id, id) == 0)
            return &tenants[i];
    page_go(request, response, "/link/tenant");
    return NULL;
}

void link_tenant(Request *request, Response *response)
{
    const Api *api = request->context;
    Session session;
    OAuthTokens tokens = {0};
    Error err = {0};
    const OAuthTenant *tenant = chosen(request, response);
    if (!tenant)
        return;
    SessionFound found = session_choose(api->pool, api->vault, request_cookie(request, SESSION_COOKIE), tenant->id,
                                        &session, &tokens, &err);
    if (goes_on(response, found, &err)) {
        AUTO(OAuthApp) *app = vendor_app(api->pool, api->vault, session.source, &err);
        if (app)
            finish(request, response, &session, app, &tokens, tenant);
        else
            link_fail(response, &err);
    }
    oauth_tokens_wipe(&tokens);
    session_wipe(&session);
}
