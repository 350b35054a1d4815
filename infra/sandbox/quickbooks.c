#include "infra/sandbox/quickbooks.h"
#include "infra/sandbox/control.h"
#include "infra/sandbox/quickbooks_call.h"
#include "lib/clock.h"
#include <string.h>
#include <strings.h>
#include <time.h>

const GateRules quickbooks_gate = {
    .vendor = "quickbooks",
    .title = "QuickBooks Online",
    .access_s = 3600,
    .refresh_idle_s = 8726400,
    .rotate_s = 86400,
    .tenant_parameter = "realmId",
    .tenant_id = quickbooks_realm,
    .idle_name = "x_refresh_token_expires_in",
    .limits = {{"minute", GATE_TENANT, 500, 60000}, {"concurrent", GATE_TENANT, 10, 0}},
    .n_limits = 2,
};

/* What a request is for. */
typedef struct Target {
    enum { FOR_NOTHING, FOR_QUERY, FOR_CHANGES, FOR_REPORT, FOR_OBJECT } what;
    QbEntity entity;
    QbQuery query;
    const char *rest; /* id or report */
} Target;

static bool find_query(QbCall *call, Target *target)
{
    bool posted = strcmp(call->request->method, "POST") == 0;
    const char *text = posted ? call->request->body : request_query(call->request, "query");
    if (!text || !*text)
        return qb_fail(call, 400, "ValidationFault", "2020",
                       "Required param missing, need to supply the required value for the API", "query",
                       "Required parameter query is missing in the request");
    target->what = FOR_QUERY;
    call->operation = "(no query)";
    if (!qb_query_parse(call, text, &target->query))
        return false;
    target->entity = target->query.entity;
    call->operation = qb_entities[target->entity].name;
    return true;
}

/* "invoice/130" */
static bool find_object(QbCall *call, const char *path, Target *target)
{
    size_t length = strcspn(path, "/");
    target->entity = path[length] ? qb_entity_named(path, length) : QB_ENTITIES;
    if (target->entity == QB_ENTITIES)
        return qb_fail(call, 400, "ValidationFault", "4000", "Unsupported Operation", NULL,
                       "Operation is not supported.");
    target->what = FOR_OBJECT;
    target->rest = path + length + 1;
    call->operation = "/{entity}/{id}";
    return true;
}

static bool find_target(QbCall *call, const char *path, Target *target)
{
    call->operation = "/(unknown)";
    if (strcmp(path, "query") == 0)
        return find_query(call, target);
    if (strcmp(path, "cdc") == 0) {
        target->what = FOR_CHANGES;
        call->operation = "/cdc";
        return true;
    }
    if (text_starts_with(path, "reports/")) {
        target->what = FOR_REPORT;
        target->rest = path + strlen("reports/");
        call->operation = "/reports";
        return true;
    }
    return find_object(call, path, target);
}

/* Faults that answer in place of the vendor. */
static bool struck_down(QbCall *call)
{
    const Fault *fault = struck_fault(&call->struck, FAULT_STATUS);
    if (fault && fault->body)
        response_set(call->response, fault->status, "application/json", fault->body);
    else if (fault)
        qb_fail(call, fault->status, fault->status < 500 ? "ValidationFault" : "SystemFault", "10000",
                "An application error has occurred while processing your request", NULL,
                "System Failure Error: the sandbox was told to fail");
    else if (struck_fault(&call->struck, FAULT_RATE_LIMIT))
        qb_throttled(call, 429);
    else if (struck_fault(&call->struck, FAULT_LOCK_TIMEOUT))
        qb_throttled(call, 403); /* as in older traffic */
    else
        return false;
    return true;
}

bool qb_permitted(QbCall *call, QbEntity entity)
{
    for (int i = 0; i < call->account->n_denied; i++)
        if (strcasecmp(call->account->denied[i], qb_entities[entity].name) == 0)
            return qb_fail(call, 403, "AuthorizationFault", "5020", "Permission Denied Error", "",
                           "Permission Denied Error : You do not have permission to access this information.");
    return true;
}

static void dispatch(QbCall *call, const Target *target)
{
    if ((target->what == FOR_QUERY || target->what == FOR_OBJECT) && !qb_permitted(call, target->entity))
        return;
    switch (target->what) {
    case FOR_QUERY:
        qb_serve_query(call, &target->query);
        break;
    case FOR_CHANGES:
        qb_serve_changes(call);
        break;
    case FOR_REPORT:
        qb_serve_report(call, target->rest);
        break;
    default:
        qb_serve_object(call, target->entity, target->rest);
    }
}

/* Without the header the answer is XML, which nobody here reads. */
static bool wants_json(QbCall *call)
{
    const char *accept = request_header(call->request, "Accept");
    if (accept && strstr(accept, "json"))
        return true;
    response_set(call->response, 200, "application/xml",
                 "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
                 "<IntuitResponse xmlns=\"http://schema.intuit.com/finance/v3\"><QueryResponse/></IntuitResponse>");
    return false;
}

/* Faults know queries as "/query/Invoice". */
static void strike(QbCall *call, const Target *target)
{
    const char *path =
        target->what == FOR_QUERY ? arena_format(call->request->arena, "/query/%s", call->operation) : call->operation;
    struck_by(&call->struck, call->world, call->account, path);
}

/* With the account's lock held. */
static void answer(QbCall *call)
{
    Account *account = call->account;
    Target target = {0};
    call->render = (QbRender){.json.out = call->response->body,
                              .account = account,
                              .books = account_books(account),
                              .business = account->business,
                              .arena = call->request->arena,
                              .now = world_now(call->world),
                              .us = quickbooks_is_us(account->business)};
    /* Only queries are posted. */
    bool found = find_target(call, call->request->params[1] ? call->request->params[1] : "query", &target);
    counters_request(&account->counters, call->operation);
    strike(call, &target);
    if (!struck_down(call) && found && wants_json(call))
        dispatch(call, &target);
    struck_spoil_answer(&call->struck, call->response, &qb_struck);
    counters_status(&account->counters, call->response->status);
}

static void serve_over_limit(QbCall *call)
{
    pthread_mutex_lock(&call->account->lock);
    call->render = (QbRender){.business = call->account->business, .now = world_now(call->world)};
    qb_throttled(call, 429);
    counters_request(&call->account->counters, "(over the limit)");
    call->account->counters.over_limit++;
    call->account->counters.by_status[429]++;
    pthread_mutex_unlock(&call->account->lock);
}

static void serve_open(QbCall *call)
{
    pthread_mutex_lock(&call->account->lock);
    answer(call);
    pthread_mutex_unlock(&call->account->lock);
    struck_wait_in_flight(&call->struck, call->response);
}

/* "1-6659c1a2-0000002f0000000000000000": every answer has one. */
static void name_call(Request *request, Response *response)
{
    static uint32_t calls;
    uint32_t number = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    response_header(
        response, "intuit_tid",
        arena_format(request->arena, "1-%08x-%08x0000000000000000", (uint32_t)(clock_wall_ms() / 1000), number));
    world_date(request->context, request, response);
    response_header(response, "QBO-Version", "1990.141");
}

static void quickbooks_serve(Request *request, Response *response)
{
    static const char expired[] = "message=AuthenticationFailed; errorCode=003200; statusCode=401";
    static const char foreign[] = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403";
    World *world = request->context;
    GatePass pass;
    name_call(request, response);
    gate_enter(world, &quickbooks_gate, request, request->params[0], &pass);
    QbCall call = {.world = world, .account = pass.account, .request = request, .response = response};
    switch (pass.verdict) {
    case GATE_OPEN:
        serve_open(&call);
        break;
    case GATE_OVER_LIMIT:
        serve_over_limit(&call);
        break;
    case GATE_WRONG_TENANT:
        qb_refuse(response, world_now(world), 403, "SERVICE", "3100", foreign, NULL);
        break;
    default:
        qb_refuse(response, world_now(world), 401, "AUTHENTICATION", "3200", expired,
                  pass.verdict == GATE_NO_TOKEN ? "Malformed bearer token: too short or too long" : "Token expired");
    }
    gate_leave(world, &quickbooks_gate, &pass);
}

const Route quickbooks_routes[] = {
    {"GET",    QUICKBOOKS_BASE "/v3/company/{realmId}/{path*}", quickbooks_serve,        0},
    {"POST",   QUICKBOOKS_BASE "/v3/company/{realmId}/query",   quickbooks_serve,        0},
    {"POST",   "/control/quickbooks/{account}/permissions",     control_set_permissions, 0},
    {"POST",   "/control/quickbooks/{account}/faults",          control_add_faults,      0},
    {"GET",    "/control/quickbooks/{account}/faults",          control_get_faults,      0},
    {"DELETE", "/control/quickbooks/{account}/faults",          control_clear_faults,    0},
    {"GET",    "/control/quickbooks/{account}/requests",        control_get_requests,    0},
    {"DELETE", "/control/quickbooks/{account}/requests",        control_clear_requests,  0},
};
const size_t n_quickbooks_routes = COUNT_OF(quickbooks_routes);
