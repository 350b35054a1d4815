#include "infra/sandbox/xero.h"
#include "infra/sandbox/control.h"
#include "infra/sandbox/xero_call.h"
#include "lib/clock.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define API "/api.xro/2.0/"

enum { MINUTE_MS = 60000, DAY_MS = 86400000 };

const GateRules xero_gate = {
    .vendor = "xero",
    .title = "Xero",
    .access_s = 1800,
    .refresh_idle_s = (int64_t)60 * 86400,
    .rotate_s = 0,
    .grace_s = 1800,
    .pkce = true,
    .many = true,
    .tenant_id = xero_tenant,
    .limits = {{"minute", GATE_TENANT, 60, MINUTE_MS},
               {"day", GATE_TENANT, 5000, DAY_MS},
               {"concurrent", GATE_TENANT, 5, 0},
               {"appminute", GATE_APP, 10000, MINUTE_MS}},
    .n_limits = 4,
    .code_s = 300,
    .refresh_scope = "offline_access",
};

static const char *const left_headers[GATE_LIMITS] = {"X-MinLimit-Remaining", "X-DayLimit-Remaining", NULL,
                                                      "X-AppMinLimit-Remaining"};

/* A number for each request, as a GUID. */
static const char *request_id(Request *request)
{
    static uint32_t requests;
    static const Business nobody;
    char *id = arena_alloc(request->arena, XERO_ID_SIZE);
    return xero_id(id, &nobody, XERO_REQUEST, (int)__atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED));
}

static void refuse(Request *request, Response *response, int status, const char *detail, bool lower)
{
    static const char *const names[2][4] = {
        {"Title", "Status", "Detail", "Instance"},
        {"title", "status", "detail", "instance"}
    };
    text_clear(response->body);
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_text(&json, names[lower][0], status == 403 ? "Forbidden" : "Unauthorized");
    json_put_integer(&json, names[lower][1], status);
    json_put_text(&json, names[lower][2], detail);
    json_put_text(&json, names[lower][3], request_id(request));
    if (!lower)
        json_put_raw(&json, "Extensions", "{}", 2);
    json_close(&json, '}');
    response->status = status;
}

void xero_unauthorised(Request *request, Response *response, const char *detail)
{
    refuse(request, response, 401, detail, false);
}

void xero_forbidden(Request *request, Response *response)
{
    refuse(request, response, 403, "AuthenticationUnsuccessful", true);
}

void xero_not_found(Response *response)
{
    response_set(response, 404, "text/plain; charset=utf-8", "The resource you're looking for cannot be found");
}

void xero_invalid(XeroCall *call, int number, const char *type, const char *message)
{
    text_clear(call->response->body);
    JsonWriter json = {.out = call->response->body};
    json_open(&json, NULL, '{');
    json_put_integer(&json, "ErrorNumber", number);
    json_put_text(&json, "Type", type);
    json_put_text(&json, "Message", message);
    json_close(&json, '}');
    call->response->status = 400;
}

void xero_put_envelope(XeroCall *call)
{
    char stamp[48];
    json_put_text(&call->xero.json, "Id", request_id(call->request));
    json_put_text(&call->xero.json, "Status", "OK");
    json_put_text(&call->xero.json, "ProviderName", "Sandbox");
    snprintf(stamp, sizeof stamp, "/Date(%lld)/", (long long)call->xero.now * 1000);
    json_put_text(&call->xero.json, "DateTimeUTC", stamp);
}

/* ---- What stands before the books ---- */

static void answer_expired(Request *request, Response *response, int64_t now)
{
    char detail[96];
    CivilDate date = clock_date_of(now / 86400);
    int second = (int)(now % 86400);
    snprintf(detail, sizeof detail, "TokenExpired: token expired at %02d/%02d/%04d %02d:%02d:%02d", date.month,
             date.day, date.year, second / 3600, second / 60 % 60, second % 60);
    xero_unauthorised(request, response, detail);
}

static void answer_limit(Request *request, Response *response, const char *problem, int64_t retry_after_s)
{
    response_header(response, "Retry-After", arena_format(request->arena, "%lld", (long long)retry_after_s));
    response_header(response, "X-Rate-Limit-Problem", problem);
    text_clear(response->body);
    response->status = 429;
}

static void put_left(Request *request, Response *response, const GatePass *pass)
{
    for (int i = 0; i < xero_gate.n_limits; i++)
        if (left_headers[i])
            response_header(response, left_headers[i], arena_format(request->arena, "%lld", (long long)pass->left[i]));
}

/* Anybody but who is let in; false when the answer is written. */
static bool admitted(World *world, Request *request, Response *response, const GatePass *pass)
{
    switch (pass->verdict) {
    case GATE_OPEN:
        put_left(request, response, pass);
        return true;
    case GATE_OVER_LIMIT:
        put_left(request, response, pass);
        answer_limit(request, response, pass->limit->name, pass->retry_after_s);
        return false;
    case GATE_EXPIRED:
        answer_expired(request, response, world_now(world));
        return false;
    case GATE_WRONG_TENANT:
        xero_forbidden(request, response);
        return false;
    default:
        xero_unauthorised(request, response, "AuthenticationUnsuccessful");
        return false;
    }
}

/* Faults that answer in place of Xero. */
static bool struck_down(XeroCall *call)
{
    static const char offline[] = "<!DOCTYPE html><html><head><title>503</title></head><body><h1>The organisation is "
                                  "currently offline</h1></body></html>";
    const Fault *fault = struck_fault(&call->struck, FAULT_STATUS);
    if (fault && fault->body) {
        bool page = *fault->body == '<';
        response_set(call->response, fault->status, page ? "text/html" : "application/json", fault->body);
    } else if (fault && fault->status >= 500) {
        response_set(call->response, fault->status, "text/html; charset=utf-8", offline);
    } else if (fault && fault->status == 404) {
        xero_not_found(call->response);
    } else if (fault) {
        refuse(call->request, call->response, fault->status, "AuthenticationUnsuccessful", false);
    } else if ((fault = struck_fault(&call->struck, FAULT_RATE_LIMIT))) {
        /* Whoever has to wait longer than the minute's window has used up the day. */
        int64_t wait_s = fault->delay_ms / 1000;
        answer_limit(call->request, call->response, wait_s > 60 ? "day" : "minute", wait_s > 0 ? wait_s : 1);
    } else {
        return false;
    }
    return true;
}

static const XeroEndpoint *endpoint_of(const char *path, char id[64])
{
    size_t length = strcspn(path, "/");
    for (size_t i = 0; i < xero_n_endpoints; i++) {
        if (strlen(xero_endpoints[i].name) != length || strncmp(xero_endpoints[i].name, path, length) != 0)
            continue;
        snprintf(id, 64, "%s", path[length] ? path + length + 1 : "");
        return &xero_endpoints[i];
    }
    return NULL;
}

static const XeroReport *report_of(const char *path)
{
    for (size_t i = 0; i < xero_n_reports; i++)
        if (strcmp(xero_reports[i].operation + strlen(API), path) == 0)
            return &xero_reports[i];
    return NULL;
}

/* XML is what Xero speaks to those who do not ask for JSON. */
static bool asks_for_json(Request *request)
{
    const char *accept = request_header(request, "Accept");
    return accept && strstr(accept, "application/json");
}

static void answer(XeroCall *call, const char *path)
{
    char id[64] = "", full[256];
    const XeroReport *report = report_of(path);
    const XeroEndpoint *endpoint = report ? NULL : endpoint_of(path, id);
    counters_request(&call->account->counters, report     ? report->operation
                                               : endpoint ? (*id ? endpoint->one : endpoint->operation)
                                                          : "(unknown)");
    snprintf(full, sizeof full, API "%s", path);
    struck_by(&call->struck, call->world, call->account, full);
    if (struck_down(call))
        return;
    if (!asks_for_json(call->request))
        response_set(call->response, 200, "text/xml; charset=utf-8",
                     "<Response><Status>OK</Status><ProviderName>Sandbox</ProviderName></Response>");
    else if (endpoint && endpoint->paging == XERO_OFFSET && xero_ledger(call->account)->without_journals)
        xero_unauthorised(call->request, call->response, "AuthorizationUnsuccessful");
    else if (report)
        xero_serve_report(call, report);
    else if (endpoint && *id)
        xero_serve_one(call, endpoint, id);
    else if (endpoint)
        xero_serve_list(call, endpoint);
    else
        xero_not_found(call->response);
}

static void count_over_limit(Account *account)
{
    pthread_mutex_lock(&account->lock);
    counters_request(&account->counters, "(over the limit)");
    account->counters.over_limit++;
    counters_status(&account->counters, 429);
    pthread_mutex_unlock(&account->lock);
}

static void serve_books(XeroCall *call, const char *path)
{
    Account *account = call->account;
    pthread_mutex_lock(&account->lock);
    call->xero = (Xero){.json.out = call->response->body,
                        .account = account,
                        .books = account_books(account),
                        .business = account->business,
                        .arena = call->request->arena,
                        .now = world_now(call->world)};
    const char *decimals = request_query(call->request, "unitdp");
    call->xero.four_decimals = decimals && strcmp(decimals, "4") == 0;
    answer(call, path);
    struck_spoil_answer(&call->struck, call->response, &xero_struck);
    counters_status(&account->counters, call->response->status);
    pthread_mutex_unlock(&account->lock);
    struck_wait_in_flight(&call->struck, call->response);
}

static void serve_api(Request *request, Response *response)
{
    World *world = request->context;
    GatePass pass;
    gate_enter(world, &xero_gate, request, request_header(request, "xero-tenant-id"), &pass);
    world_date(request->context, request, response);
    response_header(response, "Xero-Correlation-Id", request_id(request));
    if (admitted(world, request, response, &pass)) {
        XeroCall call = {.world = world, .account = pass.account, .request = request, .response = response};
        serve_books(&call, request->params[0] ? request->params[0] : "");
    } else if (pass.verdict == GATE_OVER_LIMIT) {
        count_over_limit(pass.account);
    }
    gate_leave(world, &xero_gate, &pass);
}

/* {"tier": "advanced"}, or any other, which has no journals. */
static void set_tier(Request *request, Response *response)
{
    yyjson_val *body = control_body(request, response);
    Account *account = body ? control_account(request, response) : NULL;
    const char *tier = body ? json_text(body, "tier") : NULL;
    if (!account)
        return;
    if (!tier) {
        control_fail(response, 400, "tier is missing");
        return;
    }
    pthread_mutex_lock(&account->lock);
    xero_ledger(account)->without_journals = strcmp(tier, "advanced") != 0;
    pthread_mutex_unlock(&account->lock);
    control_done(response);
}

const Route xero_routes[] = {
    {"GET",    XERO_BASE API "{path*}",            serve_api,              0},
    {"GET",    XERO_BASE "/connections",           xero_get_connections,   0},
    {"DELETE", XERO_BASE "/connections/{id}",      xero_delete_connection, 0},
    {"POST",   "/control/xero/{account}/tier",     set_tier,               0},
    {"POST",   "/control/xero/{account}/faults",   control_add_faults,     0},
    {"GET",    "/control/xero/{account}/faults",   control_get_faults,     0},
    {"DELETE", "/control/xero/{account}/faults",   control_clear_faults,   0},
    {"GET",    "/control/xero/{account}/requests", control_get_requests,   0},
    {"DELETE", "/control/xero/{account}/requests", control_clear_requests, 0},
};
const size_t n_xero_routes = COUNT_OF(xero_routes);
