/* Rules of vendors that no renderer defines yet; a renderer's own win. */
#include "infra/sandbox/gate.h"
#include "infra/sandbox/random.h"
#include <stdio.h>

static void realm_of(const char *account, char id[GATE_ID_SIZE])
{
    snprintf(id, GATE_ID_SIZE, "91%014llu", (unsigned long long)(random_seed(account) % 100000000000000u));
}

static void guid_of(const char *account, char id[GATE_ID_SIZE])
{
    unsigned long long a = random_seed(account), b = random_mix(a);
    snprintf(id, GATE_ID_SIZE, "%08llx-%04llx-4%03llx-8%03llx-%012llx", a >> 32, a >> 16 & 0xFFFF, a & 0xFFF,
             b >> 48 & 0xFFF, b & 0xFFFFFFFFFFFF);
}

__attribute__((weak)) const GateRules quickbooks_gate = {
    .vendor = "quickbooks",
    .title = "QuickBooks",
    .access_s = 3600,
    .refresh_idle_s = 8726400,
    .rotate_s = 86400,
    .tenant_parameter = "realmId",
    .tenant_id = realm_of,
    .limits = {{"minute", GATE_TENANT, 500, 60000}, {"concurrent", GATE_TENANT, 10, 0}},
    .n_limits = 2,
    .idle_name = "x_refresh_token_expires_in",
};

__attribute__((weak)) const GateRules xero_gate = {
    .vendor = "xero",
    .title = "Xero",
    .access_s = 1800,
    .refresh_idle_s = 60 * 86400,
    .grace_s = 1800,
    .pkce = true,
    .many = true,
    .tenant_id = guid_of,
    .limits = {{"minute", GATE_TENANT, 60, 60000},
               {"day", GATE_TENANT, 5000, 86400000},
               {"appminute", GATE_APP, 10000, 60000},
               {"concurrent", GATE_TENANT, 5, 0}},
    .n_limits = 4,
    .code_s = 300,
    .refresh_scope = "offline_access",
};
