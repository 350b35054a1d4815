/* Grants and their tokens: codes, rotation, reuse, death. */
#include "infra/sandbox/gate_parts.h"
#include "infra/sandbox/random.h"
#include "lib/crypto.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_S = 600 };

static GateToken *token_new(GateGrant *grant, TokenKind kind, GateToken *from, int64_t life_s)
{
    static const char *const starts[] = {[TOKEN_CODE] = "cd", [TOKEN_ACCESS] = "at", [TOKEN_REFRESH] = "rt"};
    Gate *gate = grant->vendor->gate;
    GateToken *token = calloc(1, sizeof *token);
    uint8_t bytes[24];
    char hex[2 * sizeof bytes + 1];
    if (!token)
        abort();
    crypto_random(bytes, sizeof bytes);
    text_hex(hex, bytes, sizeof bytes);
    *token = (GateToken){.kind = kind, .grant = grant, .from = from, .issued_ms = gate_now_ms(gate)};
    snprintf(token->text, sizeof token->text, "%s_%.12s_%s", starts[kind], grant->vendor->rules->vendor, hex);
    token->expires_ms = token->issued_ms + 1000 * life_s;
    GateToken **bucket = &gate->buckets[random_seed(token->text) % GATE_BUCKETS];
    token->next = *bucket;
    *bucket = token;
    return token;
}

GateToken *token_find(const GateVendor *vendor, TokenKind kind, const char *text)
{
    GateToken *token = vendor->gate->buckets[random_seed(text) % GATE_BUCKETS];
    while (token && (token->kind != kind || token->grant->vendor != vendor || strcmp(token->text, text) != 0))
        token = token->next;
    return token;
}

void token_count_dead(const GateToken *token)
{
    token->grant->dead_uses++;
    token->grant->vendor->counts.dead_uses[token->kind]++;
}

GateGrant *grant_new(GateVendor *vendor, const GateApp *app, Account *const *accounts, int n_accounts, bool refreshable)
{
    Gate *gate = vendor->gate;
    GateGrant *grant = calloc(1, sizeof *grant);
    if (gate->n_grants == gate->room) {
        gate->room = gate->room ? 2 * gate->room : 64;
        gate->grants = realloc(gate->grants, (size_t)gate->room * sizeof(GateGrant *));
    }
    if (!grant || !gate->grants)
        abort();
    gate->grants[gate->n_grants++] = grant;
    *grant = (GateGrant){.id = gate->n_grants, .vendor = vendor, .app = app, .refreshable = refreshable};
    for (int i = 0; i < n_accounts && i < GRANT_TENANTS; i++) {
        GateUse *use = gate_use(vendor, app, accounts[i]);
        int known = 0;
        while (known < grant->n_tenants && grant->tenants[known].use != use)
            known++;
        if (known < grant->n_tenants)
            continue; /* named twice */
        grant->tenants[grant->n_tenants++].use = use;
        vendor->rules->tenant_id(accounts[i]->name, grant->tenants[known].id);
    }
    return grant;
}

void grant_free(GateGrant *grant)
{
    free(grant->redirect);
    free(grant->challenge);
    free(grant);
}

GateGrant *grant_of(const Gate *gate, const GateVendor *vendor, int64_t id)
{
    GateGrant *grant = id > 0 && id <= gate->n_grants ? gate->grants[id - 1] : NULL;
    return grant && grant->vendor == vendor && grant->begun ? grant : NULL;
}

void grant_put_tenants(const GateGrant *grant, JsonWriter *json, const char *key)
{
    json_open(json, key, '[');
    for (int i = 0; i < grant->n_tenants; i++) {
        json_open(json, NULL, '{');
        json_put_text(json, "id", grant->tenants[i].id);
        json_put_text(json, "name", grant->tenants[i].use->account->name);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void grant_kill(GateGrant *grant, const char *why)
{
    if (!grant->dead)
        grant->dead = why;
}

bool grant_lives(GateGrant *grant)
{
    if (grant->current && grant->current->expires_ms <= gate_now_ms(grant->vendor->gate))
        grant_kill(grant, "its refresh token died unused");
    return !grant->dead;
}

GateToken *grant_code(GateGrant *grant, const char *redirect, const char *challenge)
{
    const GateRules *rules = grant->vendor->rules;
    grant->redirect = strdup(redirect);
    grant->challenge = challenge ? strdup(challenge) : NULL;
    grant->vendor->counts.consents++;
    return token_new(grant, TOKEN_CODE, NULL, rules->code_s ? rules->code_s : CODE_S);
}

/* What is answered for a refresh token, or (NULL) for a consent. */
static void give(GateGrant *grant, GateToken *from, bool replace, GatePair *pair)
{
    const GateRules *rules = grant->vendor->rules;
    if (replace && grant->refreshable)
        grant->current = token_new(grant, TOKEN_REFRESH, from, rules->refresh_idle_s);
    pair->access = token_new(grant, TOKEN_ACCESS, from, rules->access_s);
    pair->refresh = grant->current;
}

void grant_begin(GateGrant *grant, GatePair *pair)
{
    grant->begun = true;
    give(grant, NULL, true, pair);
}

/* RFC 7636, S256. */
static bool verifies(const char *challenge, const char *verifier)
{
    uint8_t hash[32];
    char text[48];
    if (!verifier || strlen(verifier) < 43 || strlen(verifier) > 128)
        return false;
    crypto_sha256(hash, verifier, strlen(verifier));
    text_base64(text, hash, sizeof hash);
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c;
    return strcmp(text, challenge) == 0;
}

bool grant_exchange(GateToken *code, const GateApp *app, const char *redirect, const char *verifier, GatePair *pair)
{
    GateGrant *grant = code->grant;
    int64_t now_ms = gate_now_ms(grant->vendor->gate);
    if (code->used_ms) {
        token_count_dead(code);
        grant_kill(grant, "its code was used twice");
        return false;
    }
    if (grant->dead || code->expires_ms <= now_ms || grant->app != app || strcmp(grant->redirect, redirect) != 0)
        return false;
    if (grant->challenge && !verifies(grant->challenge, verifier))
        return false;
    code->used_ms = now_ms;
    grant_begin(grant, pair);
    return true;
}

/* Whether a refresh token that is no longer current may be sent again. It is dead in any case, but for this. */
static bool in_grace(const GateToken *refresh, int64_t now_ms)
{
    int64_t grace_ms = 1000 * refresh->grant->vendor->rules->grace_s;
    return refresh->used_ms && !refresh->proven && now_ms - refresh->used_ms <= grace_ms && grace_ms > 0;
}

static bool refuse_replaced(GateToken *refresh)
{
    GateGrant *grant = refresh->grant;
    token_count_dead(refresh);
    if (grant->vendor->rules->grace_s > 0 && refresh->used_ms)
        grant_kill(grant, refresh->proven ? "a refresh token was used again after what replaced it"
                                          : "a refresh token was used again after the grace period");
    return false;
}

bool grant_refresh(GateToken *refresh, const GateApp *app, GatePair *pair)
{
    GateGrant *grant = refresh->grant;
    const GateRules *rules = grant->vendor->rules;
    int64_t now_ms = gate_now_ms(grant->vendor->gate);
    if (grant->app != app)
        return false;
    if (!grant_lives(grant)) {
        token_count_dead(refresh);
        return false;
    }
    bool current = refresh == grant->current;
    if (!current && !in_grace(refresh, now_ms))
        return refuse_replaced(refresh);
    if (!refresh->used_ms)
        refresh->used_ms = now_ms;
    if (refresh->from)
        refresh->from->proven = true;
    grant->refreshes++;
    grant->vendor->counts.refreshes++;
    grant->graced += !current;
    grant->vendor->counts.graced += !current;
    give(grant, refresh, now_ms - refresh->issued_ms >= 1000 * rules->rotate_s, pair);
    if (pair->refresh == refresh)
        refresh->expires_ms = now_ms + 1000 * rules->refresh_idle_s;
    return true;
}

void grant_expire(GateVendor *vendor, const GateGrant *grant)
{
    int64_t now_ms = gate_now_ms(vendor->gate);
    for (int i = 0; i < GATE_BUCKETS; i++)
        for (GateToken *token = vendor->gate->buckets[i]; token; token = token->next)
            if (token->kind == TOKEN_ACCESS && token->grant->vendor == vendor && (!grant || token->grant == grant) &&
                token->expires_ms > now_ms)
                token->expires_ms = now_ms;
}
