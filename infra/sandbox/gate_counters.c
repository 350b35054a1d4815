/* What the gates have counted. */
#include "infra/sandbox/control.h"
#include "infra/sandbox/gate_parts.h"

static const struct {
    const char *name;
    size_t offset;
} counted[] = {
    {"requests",          offsetof(GateCounts, requests)                },
    {"opened",            offsetof(GateCounts, opened)                  },
    {"no_token",          offsetof(GateCounts, no_token)                },
    {"expired",           offsetof(GateCounts, expired)                 },
    {"revoked",           offsetof(GateCounts, revoked)                 },
    {"wrong_tenant",      offsetof(GateCounts, wrong_tenant)            },
    {"over_limit",        offsetof(GateCounts, over_limit)              },
    {"consents",          offsetof(GateCounts, consents)                },
    {"refreshes",         offsetof(GateCounts, refreshes)               },
    {"in_grace",          offsetof(GateCounts, graced)                  },
    {"refused",           offsetof(GateCounts, refused)                 },
    {"lost_answers",      offsetof(GateCounts, lost_answers)            },
    {"dead_access_uses",  offsetof(GateCounts, dead_uses[TOKEN_ACCESS]) },
    {"dead_refresh_uses", offsetof(GateCounts, dead_uses[TOKEN_REFRESH])},
    {"dead_code_uses",    offsetof(GateCounts, dead_uses[TOKEN_CODE])   },
};

static void put_by_limit(JsonWriter *json, const char *key, const GateUse *use, const GateRules *rules,
                         const int64_t figures[GATE_LIMITS])
{
    json_open(json, key, '{');
    for (int i = 0; i < rules->n_limits; i++)
        if ((rules->limits[i].scope == GATE_APP) == (use->account == NULL))
            json_put_integer(json, rules->limits[i].name, figures[i]);
    json_close(json, '}');
}

/* Of organisations, or of apps. */
static void put_uses(JsonWriter *json, const char *key, const GateVendor *vendor, bool of_apps)
{
    json_open(json, key, '[');
    for (const GateUse *use = vendor->uses; use; use = use->next) {
        if ((use->account == NULL) != of_apps)
            continue;
        json_open(json, NULL, '{');
        if (use->account)
            json_put_text(json, "account", use->account->name);
        json_put_text(json, "client_id", use->app->id);
        json_put_integer(json, "requests", use->requests);
        json_put_integer(json, "in_flight", use->in_flight);
        put_by_limit(json, "most", use, vendor->rules, use->most);
        put_by_limit(json, "over_limit", use, vendor->rules, use->over);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void gate_control_counters(Request *request, Response *response)
{
    const GateVendor *vendor = gate_of_path(request, response);
    if (!vendor)
        return;
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '{');
    for (size_t i = 0; i < COUNT_OF(counted); i++)
        json_put_integer(&json, counted[i].name, *(const int64_t *)((const char *)&vendor->counts + counted[i].offset));
    put_uses(&json, "tenants", vendor, false);
    put_uses(&json, "apps", vendor, true);
    json_close(&json, '}');
    response->status = 200;
    gate_unlock(vendor->gate);
}

/* Zeroes everything but what is in flight, the grants' own figures too. */
void gate_control_clear(Request *request, Response *response)
{
    GateVendor *vendor = gate_of_path(request, response);
    if (!vendor)
        return;
    vendor->counts = (GateCounts){0};
    for (GateUse *use = vendor->uses; use; use = use->next) {
        use->requests = 0;
        for (int i = 0; i < GATE_LIMITS; i++)
            use->over[i] = use->most[i] = 0;
    }
    const Gate *gate = vendor->gate;
    for (int i = 0; i < gate->n_grants; i++)
        if (gate->grants[i]->vendor == vendor)
            gate->grants[i]->refreshes = gate->grants[i]->graced = gate->grants[i]->dead_uses = 0;
    control_done(response);
    gate_unlock(vendor->gate);
}
