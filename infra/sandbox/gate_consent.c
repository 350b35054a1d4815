/* The consent page: the vendor asks its user whether the app may read the books, and of which organisations. */
#include "infra/sandbox/gate_parts.h"
#include "lib/http.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED_ACCOUNTS = 200, LONGEST_PARAMETER = 2000 };

/* What an app asks for, checked. */
typedef struct Asked {
    const GateRules *rules;
    const char *client, *redirect, *scope, *state, *challenge;
} Asked;

static const char *const asked_parameters[] = {"response_type", "client_id",      "redirect_uri",         "scope",
                                               "state",         "code_challenge", "code_challenge_method"};

static void put_html(Text *out, const char *text)
{
    for (; *text; text++)
        if (strchr("<>&\"'", *text))
            text_printf(out, "&#%d;", *text);
        else
            text_putc(out, *text);
}

static void open_page(Text *out, const char *title)
{
    text_puts(out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    put_html(out, title);
    text_puts(
        out, "</title>\n<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:2rem auto;padding:0 1rem}"
             "label{display:block;padding:.2rem 0}button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}"
             "</style>\n<h1>");
    put_html(out, title);
    text_puts(out, "</h1>\n");
}

/* Whoever cannot be sent back to an app that nobody vouches for sees the reason here. */
static void refuse_page(const GateRules *rules, Response *response, int status, const char *reason)
{
    text_clear(response->body);
    open_page(response->body, rules ? rules->title : "Sandbox");
    text_puts(response->body, "<p role=\"alert\">");
    put_html(response->body, reason);
    text_puts(response->body, "</p>\n");
    response->content_type = "text/html; charset=utf-8";
    response->status = status;
}

static void put_parameter(Text *out, Arena *arena, const char *name, const char *value)
{
    text_printf(out, "%c%s=%s", strchr(out->bytes, '?') ? '&' : '?', name, http_escape(arena, value));
}

/* Back to the app with one parameter more and the state. */
static void send_back(const Asked *asked, Request *request, Response *response, const char *name, const char *value,
                      const char *tenant)
{
    AUTO(Text) *location = text_new(asked->redirect);
    put_parameter(location, request->arena, name, value);
    if (asked->state)
        put_parameter(location, request->arena, "state", asked->state);
    if (tenant)
        put_parameter(location, request->arena, asked->rules->tenant_parameter, tenant);
    text_clear(response->body);
    response_header(response, "Location", arena_text(request->arena, location->bytes));
    response->status = 302;
}

static bool known_app(const Asked *asked, World *world)
{
    Gate *gate = gate_lock(world);
    const GateApp *app = app_find(gate_vendor(gate, asked->rules), asked->client);
    bool known = app && app_redirects_to(app, asked->redirect);
    gate_unlock(gate);
    return known;
}

/* The error that the app gets; NULL: none. */
static const char *fault_of(const Asked *asked, Request *request)
{
    const char *type = form_value(request, "response_type"), *method = form_value(request, "code_challenge_method");
    if (!type || !asked->state || !*asked->state)
        return "invalid_request";
    if (strcmp(type, "code") != 0)
        return "unsupported_response_type";
    if (!asked->scope || !*asked->scope)
        return "invalid_scope";
    return asked->challenge && (!method || strcmp(method, "S256") != 0) ? "invalid_request" : NULL;
}

/* False: the answer is written. */
static bool read_asked(Request *request, Response *response, Asked *asked)
{
    *asked = (Asked){
        .rules = gate_rules_of(request->params[0]),
        .client = form_value(request, "client_id"),
        .redirect = form_value(request, "redirect_uri"),
        .scope = form_value(request, "scope"),
        .state = form_value(request, "state"),
    };
    if (!asked->rules) {
        refuse_page(NULL, response, 404, "There is no such vendor.");
        return false;
    }
    asked->challenge = asked->rules->pkce ? form_value(request, "code_challenge") : NULL;
    if (!asked->client || !asked->redirect || strlen(asked->redirect) > LONGEST_PARAMETER ||
        !known_app(asked, request->context)) {
        refuse_page(asked->rules, response, 400, "The app is unknown, or its redirect address is not registered.");
        return false;
    }
    const char *fault = fault_of(asked, request);
    if (fault)
        send_back(asked, request, response, "error", fault, NULL);
    return !fault;
}

/* The names of the accounts there are, in order. */
typedef struct Names {
    const char *names[LISTED_ACCOUNTS];
    int n;
} Names;

static void add_name(void *context, Account *account)
{
    Names *names = context;
    if (names->n < LISTED_ACCOUNTS)
        names->names[names->n++] = account->name;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_accounts(Text *out, const GateRules *rules, World *world)
{
    Names names = {0};
    world_each(world, add_name, &names);
    qsort(names.names, (size_t)names.n, sizeof *names.names, by_name);
    text_printf(out, "<fieldset><legend>Which %s?</legend>\n", rules->many ? "organisations" : "company");
    for (int i = 0; i < names.n; i++) {
        text_printf(out, "<label><input type=\"%s\" name=\"account\" value=\"", rules->many ? "checkbox" : "radio");
        put_html(out, names.names[i]);
        text_puts(out, "\"> ");
        put_html(out, names.names[i]);
        text_puts(out, "</label>\n");
    }
    text_puts(out, "<label>Another one <input name=\"other\" autocomplete=\"off\"></label>\n</fieldset>\n");
}

static void put_page(const Asked *asked, Request *request, Response *response, const char *problem)
{
    Text *out = response->body;
    text_clear(out);
    open_page(out, arena_format(request->arena, "%s (sandbox)", asked->rules->title));
    if (problem)
        text_printf(out, "<p role=\"alert\">%s</p>\n", problem);
    text_puts(out, "<p>The app <strong>");
    put_html(out, asked->client);
    text_puts(out, "</strong> asks to read your books:</p>\n<p><code>");
    put_html(out, asked->scope);
    text_puts(out, "</code></p>\n<form method=\"post\">\n");
    for (size_t i = 0; i < COUNT_OF(asked_parameters); i++) {
        const char *value = form_value(request, asked_parameters[i]);
        if (!value)
            continue;
        text_printf(out, "<input type=\"hidden\" name=\"%s\" value=\"", asked_parameters[i]);
        put_html(out, value);
        text_puts(out, "\">\n");
    }
    put_accounts(out, asked->rules, request->context);
    text_puts(out, "<p><button name=\"decision\" value=\"allow\">Allow</button>"
                   "<button name=\"decision\" value=\"deny\">Deny</button></p>\n</form>\n");
    response->content_type = "text/html; charset=utf-8";
    response->status = 200;
}

void consent_show(Request *request, Response *response)
{
    Asked asked;
    if (read_asked(request, response, &asked))
        put_page(&asked, request, response, NULL);
}

static void allow(const Asked *asked, Request *request, Response *response, Account *const *accounts, int n_accounts)
{
    const GateRules *rules = asked->rules;
    bool refreshable = !rules->refresh_scope || strstr(asked->scope, rules->refresh_scope);
    Gate *gate = gate_lock(request->context);
    GateVendor *vendor = gate_vendor(gate, rules);
    GateGrant *grant = grant_new(vendor, app_find(vendor, asked->client), accounts, n_accounts, refreshable);
    const GateToken *code = grant_code(grant, asked->redirect, asked->challenge);
    send_back(asked, request, response, "code", code->text, rules->tenant_parameter ? grant->tenants[0].id : NULL);
    gate_unlock(gate);
}

void consent_decide(Request *request, Response *response)
{
    Asked asked;
    if (!read_asked(request, response, &asked))
        return;
    const char *decision = form_value(request, "decision"), *other = form_value(request, "other"), *bad;
    if (!decision || strcmp(decision, "allow") != 0) {
        send_back(&asked, request, response, "error", "access_denied", NULL);
        return;
    }
    const char *names[GRANT_TENANTS];
    Account *accounts[GRANT_TENANTS];
    bool typed = other && *other;
    int n = typed && !asked.rules->many ? 0 : form_values(request, "account", names, GRANT_TENANTS - 1);
    if (typed)
        names[n++] = other;
    if (n == 0)
        put_page(&asked, request, response, "Choose one first.");
    else if (gate_accounts(request->context, names, n, accounts, &bad) < 0)
        put_page(&asked, request, response, "A name has letters, digits, '-' and single '_'.");
    else
        allow(&asked, request, response, accounts, asked.rules->many ? n : 1);
}
