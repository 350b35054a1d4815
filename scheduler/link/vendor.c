#include "scheduler/link/vendor.h"
#include "lib/fiber.h"

enum { MAX_BODY = 1024 * 1024, CONNECT_MS = 10000, TOTAL_MS = 30000, CONNECTIONS = 2 };

OAuthApp *vendor_app(PgPool *pool, Vault *vault, const char *source, Error *err)
{
    char context[128];
    AUTO(PGresult) *rows = pg_pool_query(
        pool, err, "select oauth, client_secret from control.source where name = $1 and oauth is not null",
        PG_PARAMS(source));
    if (!rows)
        return NULL;
    if (PQntuples(rows) == 0) {
        error_set(err, ERROR_UNSUPPORTED, "%s cannot be authorised in the browser here", source);
        return NULL;
    }
    snprintf(context, sizeof context, "source/%s/client-secret", source);
    Secret *secret = vault_unseal(vault, NULL, context, pg_text(rows, 0, "client_secret"), err);
    return secret ? oauth_app_read(source, pg_text(rows, 0, "oauth"), secret, err) : NULL;
}

typedef struct Work {
    const OAuthApp *app;
    const char *code, *redirect_uri, *tenant;
    const Secret *verifier;
    Arena *arena;
    Grant *grant;
    Error *err;
    bool fine, ended;
} Work;

static bool exchange(Work *work, Http *http)
{
    Grant *grant = work->grant;
    const char *verifier = work->verifier ? secret_reveal(work->verifier) : NULL;
    if (!oauth_exchange(http, work->app, work->code, work->redirect_uri, verifier, &grant->tokens, work->err))
        return false;
    if (!work->tenant)
        return oauth_tenants(http, work->app, grant->tokens.access, work->arena, &grant->tenants, &grant->n_tenants,
                             work->err);
    grant->tenants = ARENA_NEW(work->arena, OAuthTenant);
    grant->tenants[0] = (OAuthTenant){work->tenant, work->tenant};
    grant->n_tenants = 1;
    return true;
}

static void run(void *argument)
{
    static const HttpOptions options = {.max_body = MAX_BODY,
                                        .connect_ms = CONNECT_MS,
                                        .total_ms = TOTAL_MS,
                                        .max_host_connections = CONNECTIONS,
                                        .user_agent = "tributary/" TRIBUTARY_VERSION};
    Work *work = argument;
    Http *http = http_open(&options, work->err);
    work->fine = http && exchange(work, http);
    http_close(http);
    work->ended = true;
}

static bool has_ended(void *argument)
{
    return ((const Work *)argument)->ended;
}

bool vendor_exchange(const OAuthApp *app, const char *code, const char *redirect_uri, const Secret *verifier,
                     const char *tenant, Arena *arena, Grant *grant, Error *err)
{
    Work work = {.app = app,
                 .code = code,
                 .redirect_uri = redirect_uri,
                 .tenant = tenant,
                 .verifier = verifier,
                 .arena = arena,
                 .grant = grant,
                 .err = err};
    *grant = (Grant){0};
    loop_open();
    fiber_spawn("link", run, &work);
    loop_run(has_ended, &work);
    loop_close();
    if (!work.fine)
        oauth_tokens_wipe(&grant->tokens);
    return work.fine;
}
