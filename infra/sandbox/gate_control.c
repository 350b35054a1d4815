/* Control of the gates: apps, consents out of band, what goes wrong on command, and what was counted. */
#include "infra/sandbox/control.h"
#include "infra/sandbox/gate_parts.h"
#include <stdlib.h>
#include <string.h>

GateVendor *gate_of_path(Request *request, Response *response)
{
    const GateRules *rules = gate_rules_of(request->params[0]);
    if (rules)
        return gate_vendor(gate_lock(request->context), rules);
    control_fail(response, 404, "no such vendor");
    return NULL;
}

/* {"client_id", "client_secret", "redirect_uris": […]}; one that is there gets more redirects and the new secret. */
void gate_control_apps(Request *request, Response *response)
{
    yyjson_val *body = control_body(request, response), *each,
               *redirects = body ? json_at(body, "redirect_uris") : NULL;
    GateVendor *vendor = body ? gate_of_path(request, response) : NULL;
    if (!vendor)
        return;
    const char *id = json_text(body, "client_id"), *secret = json_text(body, "client_secret");
    if (id && secret) {
        GateApp *app = app_find(vendor, id);
        app = app ? app : app_new(vendor, id, secret);
        free(app->secret);
        app->secret = strdup(secret);
        size_t i, n;
        yyjson_arr_foreach(redirects, i, n, each)
        {
            if (yyjson_is_str(each) && app->n_redirects < APP_REDIRECTS)
                app->redirects[app->n_redirects++] = strdup(yyjson_get_str(each));
        }
        control_done(response);
    } else {
        control_fail(response, 400, "client_id and client_secret are missing");
    }
    gate_unlock(vendor->gate);
}

/* "account" or "accounts" of the body; how many names. */
static int read_names(yyjson_val *body, const char *names[GRANT_TENANTS])
{
    yyjson_val *each;
    size_t i, count;
    int n = 0;
    if (json_text(body, "account"))
        names[n++] = json_text(body, "account");
    yyjson_arr_foreach(json_at(body, "accounts"), i, count, each)
    {
        if (yyjson_is_str(each) && n < GRANT_TENANTS)
            names[n++] = yyjson_get_str(each);
    }
    return n;
}

static void put_granted(const GateGrant *grant, const GatePair *pair, Response *response)
{
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_integer(&json, "grant", grant->id);
    json_put_text(&json, "refresh_token", pair->refresh->text);
    json_put_text(&json, "access_token", pair->access->text);
    json_put_integer(&json, "expires_in", grant->vendor->rules->access_s);
    grant_put_tenants(grant, &json, "tenants");
    json_close(&json, '}');
    response->status = 200;
}

/* {"account": name} or {"accounts": […]}, "client_id" ("sandbox-app"): a consent without a browser. */
void gate_control_grant(Request *request, Response *response)
{
    const char *names[GRANT_TENANTS], *bad;
    Account *accounts[GRANT_TENANTS];
    yyjson_val *body = control_body(request, response);
    int n = body ? read_names(body, names) : 0;
    if (!body)
        return;
    if (n == 0 || gate_accounts(request->context, names, n, accounts, &bad) < 0) {
        control_fail(response, 400, "account or accounts: names have letters, digits, '-' and single '_'");
        return;
    }
    GateVendor *vendor = gate_of_path(request, response);
    if (!vendor)
        return;
    const char *client = json_text(body, "client_id");
    const GateApp *app = app_find(vendor, client ? client : "sandbox-app");
    if (!app) {
        control_fail(response, 400, "client_id: no such app");
    } else if (n > 1 && !vendor->rules->many) {
        control_fail(response, 400, "accounts: one consent opens one company here");
    } else {
        GatePair pair;
        GateGrant *grant = grant_new(vendor, app, accounts, n, true);
        grant_begin(grant, &pair);
        put_granted(grant, &pair, response);
    }
    gate_unlock(vendor->gate);
}

static void put_grant(GateGrant *grant, JsonWriter *json)
{
    json_open(json, NULL, '{');
    json_put_integer(json, "grant", grant->id);
    json_put_text(json, "client_id", grant->app->id);
    grant_put_tenants(grant, json, "tenants");
    json_put_boolean(json, "alive", grant_lives(grant));
    json_put_text(json, "dead", grant->dead);
    json_put_integer(json, "refreshes", grant->refreshes);
    json_put_integer(json, "in_grace", grant->graced);
    json_put_integer(json, "dead_uses", grant->dead_uses);
    json_close(json, '}');
}

void gate_control_grants(Request *request, Response *response)
{
    GateVendor *vendor = gate_of_path(request, response);
    if (!vendor)
        return;
    Gate *gate = vendor->gate;
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '[');
    for (int id = 1; id <= gate->n_grants; id++)
        if (grant_of(gate, vendor, id))
            put_grant(grant_of(gate, vendor, id), &json);
    json_close(&json, ']');
    response->status = 200;
    gate_unlock(gate);
}

void gate_control_revoke(Request *request, Response *response)
{
    GateVendor *vendor = gate_of_path(request, response);
    if (!vendor)
        return;
    GateGrant *grant = grant_of(vendor->gate, vendor, strtoll(request->params[1], NULL, 10));
    if (grant) {
        grant_kill(grant, "its user revoked it");
        control_done(response);
    } else {
        control_fail(response, 404, "no such grant");
    }
    gate_unlock(vendor->gate);
}

/* {"expire": "all" | grant}, {"delay_ms": n}, {"lose_answers": n}; several at once are fine. */
void gate_control_tokens(Request *request, Response *response)
{
    yyjson_val *body = control_body(request, response);
    GateVendor *vendor = body ? gate_of_path(request, response) : NULL;
    if (!vendor)
        return;
    const char *expire = json_scalar(body, "expire");
    bool all = expire && strcmp(expire, "all") == 0;
    const GateGrant *grant = expire && !all ? grant_of(vendor->gate, vendor, strtoll(expire, NULL, 10)) : NULL;
    if (expire && !all && !grant) {
        control_fail(response, 404, "expire: \"all\", or the number of a grant");
    } else {
        if (expire)
            grant_expire(vendor, grant);
        vendor->delay_ms = json_integer(body, "delay_ms", vendor->delay_ms);
        vendor->lose_answers = (int)json_integer(body, "lose_answers", vendor->lose_answers);
        control_done(response);
    }
    gate_unlock(vendor->gate);
}

/* {"on": bool, "minute": n, …}: by the names of the vendor's limits; what is missing is as documented. */
void gate_control_limits(Request *request, Response *response)
{
    yyjson_val *body = control_body(request, response);
    GateVendor *vendor = body ? gate_of_path(request, response) : NULL;
    if (!vendor)
        return;
    int most[GATE_LIMITS] = {0};
    const GateRules *rules = vendor->rules;
    for (int i = 0; i < rules->n_limits; i++)
        most[i] = (int)json_integer(body, rules->limits[i].name, rules->limits[i].most);
    gate_set_limits(vendor, json_boolean(body, "on", true), most);
    control_done(response);
    gate_unlock(vendor->gate);
}
