#include "workers/xero/source.h"
#include "workers/xero/streams.h"

static const char about_url[] = "where the API is; /api.xro/2.0/… and /connections are added";
static const char about_size[] = "rows asked for in a page, 1000 at most";

static const Option options[] = {
    OAUTH_OPTIONS("xero", "https://login.xero.com/identity/connect/authorize",
                  "https://identity.xero.com/connect/token"),
    {"xero-url",  "https://api.xero.com", about_url, OPTION_TEXT},
    { "xero-page-size", "1000",         about_size,  OPTION_INTEGER, .min = 1, .max = 1000},
};

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS    (24 * 60 * MINUTE_MS)

static const Limit limits[] = {
    {"minute",     LIMIT_TENANT, 60,    MINUTE_MS, "X-MinLimit-Remaining",    "minute"    },
    {"day",        LIMIT_TENANT, 5000,  DAY_MS,    "X-DayLimit-Remaining",    "day"       },
    {"concurrent", LIMIT_TENANT, 5,     0,         NULL,                      "concurrent"},
    {"appminute",  LIMIT_APP,    10000, MINUTE_MS, "X-AppMinLimit-Remaining", "appminute" },
};

/* Apps of before March 2026 may still ask for wider scopes; these granular ones work for all. */
#define READS(what) " accounting." what ".read"
static const char scope[] = "offline_access" READS("settings") READS("contacts") READS("invoices") READS("payments")
    READS("banktransactions") READS("manualjournals") READS("reports.balancesheet") READS("reports.profitandloss");

/* Each refresh answers a new refresh token; the one before may be sent again for half an hour, if the answer was lost.
 */
static const OAuth oauth = {
    .scope = scope,
    .pkce = true,
    .idle_life_ms = 60 * DAY_MS,
    .grace_ms = 30 * MINUTE_MS,
    .tenant_setting = "tenantId",
    .tenants_path = "/connections",
    .tenant_id = "tenantId",
    .tenant_name = "tenantName",
};

int main(int argc, char **argv)
{
    const Source xero = {
        .name = "xero",
        .title = "Xero",
        .source_type = "Accounting",
        .oauth = &oauth,
        .limits = limits,
        .n_limits = COUNT_OF(limits),
        .problem_header = "X-Rate-Limit-Problem",
        .tenant_setting = "tenantId",
        .options = options,
        .n_options = COUNT_OF(options),
        .streams = xero_streams,
        .n_streams = n_xero_streams,
        .state_size = sizeof(RestState),
        .look_back_ms = 5 * MINUTE_MS,
        .open = xero_open,
        .fetch = xero_fetch,
        .lookup = xero_lookup,
        .close = rest_close,
    };
    return worker_main(&xero, argc, argv);
}
