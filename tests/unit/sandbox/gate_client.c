#include "tests/unit/sandbox/gate_client.h"
#include "infra/sandbox/gate.h"
#include "infra/sandbox/sandbox.h"
#include "tests/support/suite.h"
#include <string.h>

enum { STAYING = 32 };
static GatePass staying[STAYING];
static int n_staying;

static const GateRules *rules_of(const Request *request)
{
    return strcmp(request->params[0], "xero") == 0 ? &xero_gate : &quickbooks_gate;
}

static void put_pass(const GateRules *rules, const GatePass *pass, Response *response)
{
    static const char *const verdicts[] = {"open", "no token", "expired", "revoked", "wrong tenant"};
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_text(&json, "verdict", pass->limit ? pass->limit->name : verdicts[pass->verdict]);
    json_put_integer(&json, "retry_after", pass->retry_after_s);
    json_put_text(&json, "account", pass->account ? pass->account->name : NULL);
    json_open(&json, "left", '[');
    for (int i = 0; i < rules->n_limits; i++)
        json_put_integer(&json, NULL, pass->left[i]);
    json_close(&json, ']');
    json_close(&json, '}');
    response->status = 200;
}

static void serve(Request *request, Response *response)
{
    GatePass pass;
    const GateRules *rules = rules_of(request);
    gate_enter(request->context, rules, request, strcmp(request->params[1], "-") == 0 ? NULL : request->params[1],
               &pass);
    put_pass(rules, &pass, response);
    if (request_query(request, "stay") && n_staying < STAYING)
        staying[n_staying++] = pass;
    else
        gate_leave(request->context, rules, &pass);
}

static void serve_tenants(Request *request, Response *response)
{
    JsonWriter json = {.out = response->body};
    bool open = gate_tenants(request->context, rules_of(request), request, &json);
    response->status = open ? 200 : 401;
}

static void serve_disconnect(Request *request, Response *response)
{
    bool found = gate_disconnect(request->context, rules_of(request), request, request->params[1]);
    response->status = found ? 204 : 404;
}

static const Route test_routes[] = {
    {"GET",    "/test/{vendor}",          serve_tenants,    0},
    {"GET",    "/test/{vendor}/{tenant}", serve,            0},
    {"DELETE", "/test/{vendor}/{tenant}", serve_disconnect, 0},
};

Client *gate_client_new(void)
{
    static Route routes[100];
    Error err = {0};
    HttpdOptions options;
    Client *client = client_new();
    httpd_stop(client->httpd);
    sandbox_options(client->world, &options);
    ck_assert_uint_le(options.n_routes + COUNT_OF(test_routes), COUNT_OF(routes));
    memcpy(routes, test_routes, sizeof test_routes);
    memcpy(routes + COUNT_OF(test_routes), options.routes, options.n_routes * sizeof *routes);
    options.routes = routes;
    options.n_routes += COUNT_OF(test_routes);
    options.listen = "127.0.0.1:0";
    client->httpd = httpd_start(&options, &err);
    ck_assert_msg(client->httpd != NULL, "%s", err.text);
    client->version = NULL;
    n_staying = 0;
    return client;
}

void advance(Client *client, int64_t seconds)
{
    control(client, "POST", "clock", arena_format(client->arena, "{\"offset_seconds\":%lld}", (long long)seconds));
    ck_assert_int_eq(client->status, 200);
}

yyjson_val *grant(Client *client, const char *vendor)
{
    yyjson_val *granted =
        control(client, "POST", arena_format(client->arena, "%s/grants", vendor), "{\"account\":\"acme\"}");
    ck_assert_int_eq(client->status, 200);
    return granted;
}

yyjson_val *ask_as(Client *client, const char *basic, const char *vendor, const char *what, const char *form)
{
    client->extra_header = arena_format(client->arena, "Authorization: Basic %s", basic);
    yyjson_val *answer = control(client, "POST", arena_format(client->arena, "../%s/oauth/%s", vendor, what), form);
    client->extra_header = NULL;
    return answer;
}

yyjson_val *ask(Client *client, const char *vendor, const char *what, const char *form)
{
    return ask_as(client, "c2FuZGJveC1hcHA6c2FuZGJveC1zZWNyZXQ=", vendor, what, form);
}

yyjson_val *refresh(Client *client, const char *vendor, const char *token)
{
    return ask(client, vendor, "token",
               arena_format(client->arena, "grant_type=refresh_token&refresh_token=%s", token));
}

void check_refused(Client *client, yyjson_val *answer, int status, const char *error)
{
    ck_assert_msg(client->status == status, "%d, not %d: %s", client->status, status, client->body->bytes);
    ck_assert_str_eq(text_at(answer, "error"), error);
}

static const char *pass(Client *client, const char *path, const char *access)
{
    client->extra_header = access ? arena_format(client->arena, "Authorization: Bearer %s", access) : NULL;
    yyjson_val *answer = control(client, "GET", path, NULL);
    client->extra_header = NULL;
    return text_at(answer, "verdict");
}

const char *enter(Client *client, const char *vendor, const char *tenant, const char *access)
{
    return pass(client, arena_format(client->arena, "../test/%s/%s", vendor, tenant), access);
}

const char *enter_and_stay(Client *client, const char *vendor, const char *tenant, const char *access)
{
    return pass(client, arena_format(client->arena, "../test/%s/%s?stay=1", vendor, tenant), access);
}

void leave(Client *client, int n)
{
    ck_assert_int_le(n, n_staying);
    while (n-- > 0)
        gate_leave(client->world, &xero_gate, &staying[--n_staying]);
}

yyjson_val *last_pass(Client *client)
{
    Error err = {0};
    return json_parse(client->arena, client->body->bytes, client->body->length, &err);
}

int64_t counter(Client *client, const char *vendor, const char *path)
{
    yyjson_val *counters = control(client, "GET", arena_format(client->arena, "%s/counters", vendor), NULL);
    ck_assert_msg(json_at(counters, path) != NULL, "%s is missing", path);
    return json_integer(counters, path, -1);
}

int64_t of_grant(Client *client, const char *vendor, const char *path)
{
    yyjson_val *grants = control(client, "GET", arena_format(client->arena, "%s/grants", vendor), NULL);
    yyjson_val *value = json_at(grants, arena_format(client->arena, "0.%s", path));
    ck_assert_msg(value != NULL, "%s is missing", path);
    return yyjson_is_bool(value) ? yyjson_get_bool(value) : json_integer(value, ".", -1);
}
