#include "infra/sandbox/gate_parts.h"
#include "lib/clock.h"
#include <stdlib.h>
#include <string.h>

static const GateRules *const all_rules[GATE_VENDORS] = {&quickbooks_gate, &xero_gate};

static Gate *gate_new(World *world)
{
    Gate *gate = calloc(1, sizeof *gate);
    if (!gate)
        abort();
    pthread_mutex_init(&gate->lock, NULL);
    gate->world = world;
    for (int i = 0; i < GATE_VENDORS; i++) {
        GateVendor *vendor = &gate->vendors[i];
        *vendor = (GateVendor){.rules = all_rules[i], .gate = gate, .off = world->first_rates.off};
        for (int limit = 0; limit < vendor->rules->n_limits; limit++)
            vendor->most[limit] = vendor->rules->limits[limit].most;
        app_new(vendor, "sandbox-app", "sandbox-secret")->loopback = true;
    }
    return gate;
}

Gate *gate_lock(World *world)
{
    pthread_mutex_lock(&world->lock);
    if (!world->gate)
        world->gate = gate_new(world);
    Gate *gate = world->gate;
    pthread_mutex_unlock(&world->lock);
    pthread_mutex_lock(&gate->lock);
    return gate;
}

void gate_unlock(Gate *gate)
{
    pthread_mutex_unlock(&gate->lock);
}

void gate_reset(World *world)
{
    pthread_mutex_lock(&world->lock);
    Gate *gate = TAKE(world->gate);
    if (gate) {
        gate->next = world->retired_gates;
        world->retired_gates = gate;
    }
    pthread_mutex_unlock(&world->lock);
}

static void use_free(GateUse *use)
{
    for (int i = 0; i < GATE_LIMITS; i++)
        free(use->windows[i].stamps);
    free(use);
}

static void app_free(GateApp *app)
{
    for (int i = 0; i < app->n_redirects; i++)
        free(app->redirects[i]);
    free(app->id);
    free(app->secret);
    free(app);
}

static void gate_free(Gate *gate)
{
    for (int i = 0; i < GATE_VENDORS; i++) {
        GateVendor *vendor = &gate->vendors[i];
        for (GateUse *use; (use = vendor->uses); use_free(use))
            vendor->uses = use->next;
        for (GateApp *app; (app = vendor->apps); app_free(app))
            vendor->apps = app->next;
    }
    for (int i = 0; i < GATE_BUCKETS; i++)
        for (GateToken *token; (token = gate->buckets[i]); free(token))
            gate->buckets[i] = token->next;
    for (int i = 0; i < gate->n_grants; i++)
        grant_free(gate->grants[i]);
    free(gate->grants);
    pthread_mutex_destroy(&gate->lock);
    free(gate);
}

void gate_close(World *world)
{
    gate_reset(world);
    for (Gate *gate; (gate = world->retired_gates); gate_free(gate))
        world->retired_gates = gate->next;
}

int64_t gate_now_ms(const Gate *gate)
{
    return clock_wall_ms() + 1000 * __atomic_load_n(&gate->world->clock_offset, __ATOMIC_RELAXED);
}

GateVendor *gate_vendor(Gate *gate, const GateRules *rules)
{
    int i = 0;
    while (gate->vendors[i].rules != rules)
        i++;
    return &gate->vendors[i];
}

const GateRules *gate_rules_of(const char *vendor)
{
    for (size_t i = 0; i < COUNT_OF(all_rules); i++)
        if (strcmp(all_rules[i]->vendor, vendor) == 0)
            return all_rules[i];
    return NULL;
}

/* Who asks for what, as far as the token says; the verdict is OPEN when nothing is wrong so far. */
static GateVerdict verdict_of_token(GateVendor *vendor, const GateToken *token)
{
    GateCounts *counts = &vendor->counts;
    if (!token) {
        counts->no_token++;
        return GATE_NO_TOKEN;
    }
    if (!grant_lives(token->grant)) {
        counts->revoked++;
        token_count_dead(token);
        return GATE_REVOKED;
    }
    if (token->expires_ms <= gate_now_ms(vendor->gate)) {
        counts->expired++;
        return GATE_EXPIRED;
    }
    if (token->from)
        token->from->proven = true;
    return GATE_OPEN;
}

static GateToken *bearer_token(GateVendor *vendor, Request *request)
{
    const char *bearer = form_bearer(request);
    return bearer ? token_find(vendor, TOKEN_ACCESS, bearer) : NULL;
}

static GateUse *use_of_tenant(const GateGrant *grant, const char *tenant)
{
    for (int i = 0; tenant && i < grant->n_tenants; i++)
        if (text_equals_ignoring_case(grant->tenants[i].id, tenant))
            return grant->tenants[i].use;
    return NULL;
}

void gate_enter(World *world, const GateRules *rules, Request *request, const char *tenant, GatePass *pass)
{
    *pass = (GatePass){0};
    Gate *gate = gate_lock(world);
    GateVendor *vendor = gate_vendor(gate, rules);
    GateCounts *counts = &vendor->counts;
    GateToken *token = bearer_token(vendor, request);
    counts->requests++;
    pass->verdict = verdict_of_token(vendor, token);
    if (pass->verdict == GATE_OPEN) {
        GateUse *use = use_of_tenant(token->grant, tenant);
        if (!use) {
            counts->wrong_tenant++;
            pass->verdict = GATE_WRONG_TENANT;
        } else if (limit_enter(vendor, use, pass)) {
            counts->opened++;
        } else {
            counts->over_limit++;
        }
    }
    gate_unlock(gate);
}

void gate_leave(World *world, const GateRules *rules, GatePass *pass)
{
    (void)world; /* it may have another gate by now */
    (void)rules;
    GateUse *use = TAKE(pass->place);
    if (!use)
        return;
    pthread_mutex_lock(&use->gate->lock);
    use->in_flight--;
    use->all->in_flight--;
    pthread_mutex_unlock(&use->gate->lock);
}

bool gate_tenants(World *world, const GateRules *rules, Request *request, JsonWriter *json)
{
    Gate *gate = gate_lock(world);
    GateVendor *vendor = gate_vendor(gate, rules);
    const GateToken *token = bearer_token(vendor, request);
    bool open = verdict_of_token(vendor, token) == GATE_OPEN;
    if (open)
        grant_put_tenants(token->grant, json, NULL);
    gate_unlock(gate);
    return open;
}

bool gate_disconnect(World *world, const GateRules *rules, Request *request, const char *tenant)
{
    Gate *gate = gate_lock(world);
    GateVendor *vendor = gate_vendor(gate, rules);
    const GateToken *token = bearer_token(vendor, request);
    bool found = false;
    if (verdict_of_token(vendor, token) == GATE_OPEN) {
        GateGrant *grant = token->grant;
        int i = 0;
        while (i < grant->n_tenants && !text_equals_ignoring_case(grant->tenants[i].id, tenant))
            i++;
        found = i < grant->n_tenants;
        if (found)
            grant->tenants[i] = grant->tenants[--grant->n_tenants];
    }
    gate_unlock(gate);
    return found;
}

#define OF_VENDOR "/{vendor}/oauth"
#define CONTROL   "/control/{vendor}"

const Route gate_routes[] = {
    {"GET",    OF_VENDOR "/authorize",           consent_show,          0},
    {"POST",   OF_VENDOR "/authorize",           consent_decide,        0},
    {"POST",   OF_VENDOR "/token",               oauth_token,           0},
    {"POST",   OF_VENDOR "/revoke",              oauth_revoke,          0},
    {"POST",   CONTROL "/apps",                  gate_control_apps,     0},
    {"GET",    CONTROL "/grants",                gate_control_grants,   0},
    {"POST",   CONTROL "/grants",                gate_control_grant,    0},
    {"POST",   CONTROL "/grants/{grant}/revoke", gate_control_revoke,   0},
    {"POST",   CONTROL "/tokens",                gate_control_tokens,   0},
    {"POST",   CONTROL "/limits",                gate_control_limits,   0},
    {"GET",    CONTROL "/counters",              gate_control_counters, 0},
    {"DELETE", CONTROL "/counters",              gate_control_clear,    0},
};
const size_t n_gate_routes = COUNT_OF(gate_routes);
