/* Token and revocation endpoints (RFC 6749, 7009), as far as the sources' pages describe the vendors'. */
#include "infra/sandbox/control.h"
#include "infra/sandbox/gate_parts.h"
#include <string.h>

/* The app that asks; NULL: 401 is written. */
static const GateApp *client_of(const GateVendor *vendor, Request *request, Response *response)
{
    const char *id = "", *secret = "";
    bool sent = form_basic(request, &id, &secret);
    const GateApp *app = sent ? app_find(vendor, id) : NULL;
    if (app && strcmp(app->secret, secret) == 0)
        return app;
    control_fail(response, 401, "invalid_client");
    response_header(response, "WWW-Authenticate", "Basic realm=\"oauth\"");
    return NULL;
}

static const char *by_code(GateVendor *vendor, const GateApp *app, Request *request, GatePair *pair)
{
    const char *text = form_value(request, "code"), *redirect = form_value(request, "redirect_uri");
    if (!text || !redirect)
        return "invalid_request";
    GateToken *code = token_find(vendor, TOKEN_CODE, text);
    bool good = code && grant_exchange(code, app, redirect, form_value(request, "code_verifier"), pair);
    return good ? NULL : "invalid_grant";
}

static const char *by_refresh(GateVendor *vendor, const GateApp *app, Request *request, GatePair *pair)
{
    const char *text = form_value(request, "refresh_token");
    if (!text)
        return "invalid_request";
    GateToken *refresh = token_find(vendor, TOKEN_REFRESH, text);
    bool good = refresh && grant_refresh(refresh, app, pair);
    return good ? NULL : "invalid_grant";
}

static void put_tokens(const GateVendor *vendor, const GatePair *pair, Response *response)
{
    const GateRules *rules = vendor->rules;
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    json_put_text(&json, "access_token", pair->access->text);
    json_put_integer(&json, "expires_in", rules->access_s);
    json_put_text(&json, "token_type", "bearer");
    if (pair->refresh)
        json_put_text(&json, "refresh_token", pair->refresh->text);
    if (pair->refresh && rules->idle_name)
        json_put_integer(&json, rules->idle_name, rules->refresh_idle_s);
    json_close(&json, '}');
    response->status = 200;
}

static void answer_token(GateVendor *vendor, Request *request, Response *response)
{
    static const struct {
        const char *type;
        const char *(*run)(GateVendor *vendor, const GateApp *app, Request *request, GatePair *pair);
    } types[] = {
        {"authorization_code", by_code   },
        {"refresh_token",      by_refresh},
    };
    const char *type = form_value(request, "grant_type"), *error = type ? "unsupported_grant_type" : "invalid_request";
    const GateApp *app = client_of(vendor, request, response);
    if (!app)
        return;
    GatePair pair = {0};
    for (size_t i = 0; i < COUNT_OF(types) && type; i++)
        if (strcmp(types[i].type, type) == 0)
            error = types[i].run(vendor, app, request, &pair);
    if (error) {
        vendor->counts.refused++;
        control_fail(response, 400, error);
    } else {
        put_tokens(vendor, &pair, response);
    }
}

void oauth_token(Request *request, Response *response)
{
    GateVendor *vendor = gate_of_path(request, response);
    if (!vendor)
        return;
    answer_token(vendor, request, response);
    response_header(response, "Cache-Control", "no-store");
    response->delay_ms = vendor->delay_ms;
    if (vendor->lose_answers > 0 && response->status == 200) {
        vendor->lose_answers--;
        vendor->counts.lost_answers++;
        response->abort_after =
            1; /* in mid-answer: before it, clients with a kept connection ask again by themselves */
    }
    gate_unlock(vendor->gate);
}

/* {"token": …} or a form. */
static const char *token_to_revoke(Request *request)
{
    Error err = {0};
    if (request->body[0] != '{')
        return form_value(request, "token");
    yyjson_val *body = json_parse(request->arena, request->body, request->body_length, &err);
    return body ? json_text(body, "token") : NULL;
}

void oauth_revoke(Request *request, Response *response)
{
    GateVendor *vendor = gate_of_path(request, response);
    if (!vendor)
        return;
    const GateApp *app = client_of(vendor, request, response);
    const char *text = app ? token_to_revoke(request) : NULL;
    if (text) {
        GateToken *token = token_find(vendor, TOKEN_REFRESH, text);
        token = token ? token : token_find(vendor, TOKEN_ACCESS, text);
        if (token && token->grant->app == app)
            grant_kill(token->grant, "the app revoked it");
        response->status = 200; /* also for a token that nobody knows: RFC 7009, 2.2 */
    } else if (app) {
        control_fail(response, 400, "invalid_request");
    }
    gate_unlock(vendor->gate);
}
