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
    {SESSION_STALE,   409, "Another tab has taken over",        "Go on in the tab that you opened last."                },
    {SESSION_EXPIRED, 410, "This took too long",                "You have ten minutes to sign in. Open your link again."},
};

/* Shows why it does not go on; true when it does. */
static bool goes_on(Request *request, Response *response, SessionFound found, const Error *err)
{
    for (size_t i = 0; i < COUNT_OF(dead_ends); i++)
        if (dead_ends[i].found == found)
            page_stop(request, response, dead_ends[i].status, dead_ends[i].title, dead_ends[i].text);
    if (found == SESSION_FAILED)
        link_fail(request, response, err);
    return found == SESSION_GOOD;
}

/* ---- The organisation ---- */

/* The one that the connection belongs to, "" for none yet; NULL: the response is written. */
static const char *linked_tenant(Request *request, Response *response, const Session *session, const OAuthApp *app)
{
    AUTO(PGresult) *rows =
        api_query(request, response, "select settings ->> $2 as tenant from control.connection where id = $1",
                  PG_PARAMS(session->connection_id, app->rules.tenant_setting));
    return rows ? arena_text(request->arena, PQntuples(rows) > 0 ? pg_text(rows, 0, "tenant") : "") : NULL;
}

static void refuse_other(Request *request, Response *response, const Session *session)
{
    back_answer(
        request, response, session->connection_id, BACK_FAILED,
        "This is another organisation than the one that was connected here before. Its books must not be mixed: "
        "sign in to the first one, or ask for a link of its own.");
}

static bool store_tenant(Request *request, Response *response, const Session *session, const OAuthApp *app,
                         const char *tenant)
{
    AUTO(PGresult) *rows = api_query(
        request, response,
        "update control.connection set settings = settings || jsonb_build_object($2::text, $3::text) where id = "
        "$1 and coalesce(settings ->> $2, $3) = $3 returning id",
        PG_PARAMS(session->connection_id, app->rules.tenant_setting, tenant));
    if (rows && PQntuples(rows) == 0)
        refuse_other(request, response, session);
    return rows && PQntuples(rows) > 0;
}

/* Settings before the credential: whoever may use the tokens knows whose they are. */
static void finish(Request *request, Response *response, const Session *session, const OAuthApp *app,
                   const OAuthTokens *tokens, const char *tenant)
{
    const Api *api = request->context;
    Error err = {0};
    if (!store_tenant(request, response, session, app, tenant))
        return;
    if (!token_link(api->pool, api->vault, session->company_id, session->connection_id, tokens,
                    token_refresh_by_ms(&app->rules, tokens->refresh_life_ms), &err) ||
        !session_finish(api->pool, session, &err)) {
        link_fail(request, response, &err);
        return;
    }
    if (queue_first(request, response, session->company_id, session->connection_id))
        back_answer(request, response, session->connection_id, BACK_DONE, "Your data is on its way.");
}

static void let_choose(Request *request, Response *response, const Session *session, const Grant *grant)
{
    const Api *api = request->context;
    Error err = {0};
    if (!session_hold(api->pool, api->vault, session, &grant->tokens, grant->tenants, grant->n_tenants, &err)) {
        link_fail(request, response, &err);
        return;
    }
    page_open(request, response, 200, "Which organisation?", "");
    page_text(response, "You have given access to several. Choose the one that belongs here.");
    page_form(response, "/link/tenant");
    for (size_t i = 0; i < grant->n_tenants; i++)
        page_choice(response, "tenant", grant->tenants[i].id, grant->tenants[i].name, i == 0);
    page_button(response, NULL, NULL, "Connect");
    page_form_end(response);
    page_close(response);
}

/* A connection that is linked again takes its own organisation out of the grant. */
static void take_grant(Request *request, Response *response, const Session *session, const OAuthApp *app,
                       const Grant *grant)
{
    const char *linked = linked_tenant(request, response, session, app);
    if (!linked)
        return;
    for (size_t i = 0; i < grant->n_tenants; i++)
        if (strcmp(grant->tenants[i].id, linked) == 0 || (!*linked && grant->n_tenants == 1)) {
            finish(request, response, session, app, &grant->tokens, grant->tenants[i].id);
            return;
        }
    if (grant->n_tenants == 0)
        back_answer(request, response, session->connection_id, BACK_FAILED, "No organisation was chosen there.");
    else if (*linked)
        refuse_other(request, response, session);
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
        link_fail(request, response, &err);
}

void link_callback(Request *request, Response *response)
{
    const Api *api = request->context;
    Session session;
    Error err = {0};
    SessionFound found = session_return(api->pool, api->vault, request_cookie(request, SESSION_COOKIE),
                                        request_query(request, "state"), &session, &err);
    if (goes_on(request, response, found, &err))
        go_on(request, response, &session);
    session_wipe(&session);
}

void link_tenant(Request *request, Response *response)
{
    const Api *api = request->context;
    const char *tenant = request_form(request, "tenant");
    Session session;
    OAuthTokens tokens = {0};
    Error err = {0};
    SessionFound found = session_choose(api->pool, api->vault, request_cookie(request, SESSION_COOKIE),
                                        tenant ? tenant : "", &session, &tokens, &err);
    if (goes_on(request, response, found, &err)) {
        AUTO(OAuthApp) *app = vendor_app(api->pool, api->vault, session.source, &err);
        if (app)
            finish(request, response, &session, app, &tokens, tenant);
        else
            link_fail(request, response, &err);
    }
    oauth_tokens_wipe(&tokens);
    session_wipe(&session);
}
