#include "infra/sandbox/control.h"
#include "infra/sandbox/stripe.h"
#include "lib/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void control_fail(Response *response, int status, const char *message)
{
    text_clear(response->body);
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_text(&json, "error", message);
    json_close(&json, '}');
    response->status = status;
}

void control_done(Response *response)
{
    response_set(response, 200, "application/json", "{\"done\":true}");
}

yyjson_val *control_body(Request *request, Response *response)
{
    Error err = {0};
    const char *bytes = request->body_length ? request->body : "{}";
    yyjson_val *body = json_parse(request->arena, bytes, strlen(bytes), &err);
    if (!body)
        control_fail(response, 400, err.text);
    return body;
}

bool control_names_all(const Request *request)
{
    return strcmp(request->params[0], "*") == 0;
}

Account *control_account(Request *request, Response *response)
{
    Account *account = world_account(request->context, request->params[0], NULL);
    if (!account)
        control_fail(response, 404, "no such account: create it with POST, or call the API with its key");
    return account;
}

static void put_account(JsonWriter *json, Account *account)
{
    static const struct {
        const char *name;
        Kind kind;
    } counted[] = {
        {"customers",            KIND_CUSTOMER},
        {"products",             KIND_PRODUCT },
        {"prices",               KIND_PRICE   },
        {"tax_rates",            KIND_TAX_RATE},
        {"locations",            KIND_LOCATION},
        {"invoices",             KIND_INVOICE },
        {"charges",              KIND_SALE    },
        {"refunds",              KIND_REFUND  },
        {"disputes",             KIND_DISPUTE },
        {"payouts",              KIND_PAYOUT  },
        {"transfers",            KIND_TRANSFER},
        {"balance_transactions", KIND_MOVEMENT},
    };
    const Business *business = account->business;
    pthread_mutex_lock(&account->lock);
    json_open(json, NULL, '{');
    json_put_text(json, "name", account->name);
    json_put_text(json, "id", account->id);
    json_put_text(json, "version", account->version);
    json_put_text(json, "currency", business->main->code);
    json_put_text(json, "foreign_currency", business->foreign ? business->foreign->code : NULL);
    json_put_text(json, "platform", account->platform ? account->platform->name : NULL);
    json_open(json, "objects", '{');
    for (size_t i = 0; i < COUNT_OF(counted); i++)
        json_put_integer(json, counted[i].name, n_of(business, counted[i].kind));
    json_put_integer(json, "events", account->events.count);
    json_close(json, '}');
    json_close(json, '}');
    pthread_mutex_unlock(&account->lock);
}

static void get_account(Request *request, Response *response)
{
    Account *account = control_account(request, response);
    if (!account)
        return;
    JsonWriter json = {.out = response->body};
    put_account(&json, account);
    response->status = 200;
}

static void put_each(void *context, Account *account)
{
    put_account(context, account);
}

static void get_accounts(Request *request, Response *response)
{
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '[');
    world_each(request->context, put_each, &json);
    json_close(&json, ']');
    response->status = 200;
}

/* {"size": "large"} and {"charges": n, "customers": n, "products": n, "pages": n}, as the words of a key. */
static bool read_size(yyjson_val *body, BusinessSize *size)
{
    static const char *const counted[] = {"pages", "charges", "customers", "products"};
    const char *word = json_text(body, "size");
    if (word && !size_parse(word, size))
        return false;
    for (size_t i = 0; i < COUNT_OF(counted); i++) {
        char text[48];
        const char *n = json_scalar(body, counted[i]);
        snprintf(text, sizeof text, "%s%s", counted[i], n ? n : "");
        if (n && !size_parse(text, size))
            return false;
    }
    return true;
}

Account *control_make_account(Request *request, Response *response, const char *name)
{
    Key key;
    BusinessSize size = {0};
    yyjson_val *body = control_body(request, response);
    if (!body)
        return NULL;
    const char *as_key = arena_format(request->arena, "sk_test_sandbox_%s", name);
    if (!key_parse(as_key, &key) || strcmp(key.name, name) != 0) {
        control_fail(response, 400, "a name has letters, digits, '-' and single '_'");
        return NULL;
    }
    if (!read_size(body, &size)) {
        control_fail(response, 400, "size is small or large; pages, charges, customers and products are counts");
        return NULL;
    }
    return world_account(request->context, key.name, &size);
}

static void post_account(Request *request, Response *response)
{
    if (control_make_account(request, response, request->params[0]))
        get_account(request, response);
}

static void get_truth(Request *request, Response *response)
{
    Account *account = control_account(request, response);
    if (!account)
        return;
    pthread_mutex_lock(&account->lock);
    stripe_truth(account, response->body);
    pthread_mutex_unlock(&account->lock);
    response->status = 200;
}

/* {"account": name}: this account, a platform, acts for that one from now on; "connected": false ends it. */
static void post_connect(Request *request, Response *response)
{
    Account *platform = control_account(request, response);
    yyjson_val *body = platform ? control_body(request, response) : NULL;
    if (!body)
        return;
    BusinessSize size = {0};
    const char *name = json_text(body, "account");
    if (!name) {
        control_fail(response, 400, "account is missing: the name of the account to connect");
        return;
    }
    Account *account = world_account(request->context, name, &size);
    __atomic_store_n(&account->platform, json_boolean(body, "connected", true) ? platform : NULL, __ATOMIC_RELEASE);
    JsonWriter json = {.out = response->body};
    put_account(&json, account);
    response->status = 200;
}

static void get_keys(Request *request, Response *response)
{
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_integer(&json, "calls_by_unknown_keys", world_unknown_keys(request->context));
    json_close(&json, '}');
    response->status = 200;
}

/* {"revoke": key, "expired": bool} */
static void post_keys(Request *request, Response *response)
{
    yyjson_val *body = control_body(request, response);
    if (!body)
        return;
    const char *key = json_text(body, "revoke");
    if (!key) {
        control_fail(response, 400, "revoke is missing: the whole key");
        return;
    }
    world_kill_key(request->context, key, json_boolean(body, "expired", false));
    control_done(response);
}

/* {"offset_seconds": n}: the vendors' clock is that much ahead. */
static void post_clock(Request *request, Response *response)
{
    World *world = request->context;
    yyjson_val *body = control_body(request, response);
    if (!body)
        return;
    __atomic_store_n(&world->clock_offset, json_integer(body, "offset_seconds", 0), __ATOMIC_RELAXED);
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_integer(&json, "now", world_now(world));
    json_close(&json, '}');
    response->status = 200;
}

static void post_reset(Request *request, Response *response)
{
    world_reset(request->context);
    control_done(response);
}

const Route control_routes[] = {
    {"GET",    "/control/stripe",                       get_accounts,            0},
    {"GET",    "/control/stripe/{account}",             get_account,             0},
    {"POST",   "/control/stripe/{account}",             post_account,            0},
    {"GET",    "/control/stripe/{account}/truth",       get_truth,               0},
    {"POST",   "/control/stripe/{account}/change",      control_change,          0},
    {"POST",   "/control/stripe/{account}/create",      control_create,          0},
    {"POST",   "/control/stripe/{account}/delete",      control_delete,          0},
    {"POST",   "/control/stripe/{account}/faults",      control_add_faults,      0},
    {"GET",    "/control/stripe/{account}/faults",      control_get_faults,      0},
    {"DELETE", "/control/stripe/{account}/faults",      control_clear_faults,    0},
    {"POST",   "/control/stripe/{account}/limits",      control_set_limits,      0},
    {"POST",   "/control/stripe/{account}/permissions", control_set_permissions, 0},
    {"POST",   "/control/stripe/{account}/connect",     post_connect,            0},
    {"GET",    "/control/stripe/{account}/requests",    control_get_requests,    0},
    {"DELETE", "/control/stripe/{account}/requests",    control_clear_requests,  0},
    {"GET",    "/control/keys",                         get_keys,                0},
    {"POST",   "/control/keys",                         post_keys,               0},
    {"POST",   "/control/clock",                        post_clock,              0},
    {"POST",   "/control/reset",                        post_reset,              0},
};
const size_t n_control_routes = COUNT_OF(control_routes);
