#include "scheduler/link/flow.h"
#include "lib/http.h"
#include "scheduler/link/flow_parts.h"

/* For who loads the address again that a form was sent to. */
static void start_again(Request *request, Response *response)
{
    page_go(request, response,
            arena_format(request->arena, "/link/%s", http_escape(request->arena, request->params[0])));
}

const Route link_routes[] = {
    {"GET",  "/link/style.css",     page_style,    ROLE_NONE},
    {"GET",  "/link/callback",      link_callback, ROLE_NONE},
    {"GET",  "/link/tenant",        link_tenants,  ROLE_NONE},
    {"POST", "/link/tenant",        link_tenant,   ROLE_NONE},
    {"GET",  "/link/{token}",       link_open,     ROLE_NONE},
    {"GET",  "/link/{token}/start", start_again,   ROLE_NONE},
    {"POST", "/link/{token}/start", link_start,    ROLE_NONE},
};
const size_t n_link_routes = COUNT_OF(link_routes);

const char *link_redirect_uri(Request *request)
{
    const Api *api = request->context;
    return arena_format(request->arena, "%s/link/callback", api->public_url);
}

/* Not api_query(), which answers JSON and logs the path: that is the link here. */
PGresult *link_query(Request *request, Response *response, const char *sql, int n_params, const char *const *params)
{
    const Api *api = request->context;
    Error err = {0};
    PGresult *rows = pg_pool_query(api->pool, &err, sql, n_params, params);
    if (!rows)
        link_fail(response, &err);
    return rows;
}

void link_fail(Response *response, const Error *err)
{
    log_error("Link cannot go on", KV_ERROR(err));
    page_stop(response, 503, "Please try again", "We could not go on just now. Open your link again in a minute.");
}

const char *flow_link_url(Request *request, Response *response, const char *company_id, const char *connection_id)
{
    const Api *api = request->context;
    Error err = {0};
    AUTO(Text) *url = text_new(NULL);
    if (link_write(api->vault, api->public_url, company_id, connection_id, url, &err))
        return arena_text(request->arena, url->bytes);
    answer_failure(request, response, &err);
    return NULL;
}
