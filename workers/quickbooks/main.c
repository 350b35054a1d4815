#include "workers/quickbooks/source.h"
#include "workers/quickbooks/streams.h"

static const char about_url[] =
    "where the API is; Intuit's sandbox companies: https://sandbox-quickbooks.api.intuit.com";
static const char about_size[] = "rows asked for in a page, 1000 at most";

static const Option options[] = {
    OAUTH_OPTIONS("quickbooks", "https://appcenter.intuit.com/connect/oauth2",
                  "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
    {"quickbooks-url", "https://quickbooks.api.intuit.com", about_url, OPTION_TEXT},
    { "quickbooks-page-size", "1000",                           about_size,  OPTION_INTEGER, .min = 2, .max = 1000},
};

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS    (24 * 60 * MINUTE_MS)

/* Intuit documents no window; a moving one has held where a fixed one did not. */
static const Limit limits[] = {
    {"minute",     LIMIT_TENANT, 500, MINUTE_MS},
    {"concurrent", LIMIT_TENANT, 10,  0        },
};

/* The refresh token changes about once a day; until then each answer repeats it. Unused it lives for 101 days. */
static const OAuth oauth = {
    .scope = "com.intuit.quickbooks.accounting",
    .idle_life_ms = 100 * DAY_MS,
    .tenant_setting = "realmId",
    .tenant_parameter = "realmId",
};

int main(int argc, char **argv)
{
    const Source quickbooks = {
        .name = "quickbooks",
        .title = "QuickBooks Online",
        .source_type = "Accounting",
        .oauth = &oauth,
        .limits = limits,
        .n_limits = COUNT_OF(limits),
        .tenant_setting = "realmId",
        .options = options,
        .n_options = COUNT_OF(options),
        .streams = quickbooks_streams,
        .n_streams = n_quickbooks_streams,
        .state_size = sizeof(RestState),
        .look_back_ms = 5 * MINUTE_MS,
        .changes_kept_ms = 29 * DAY_MS, /* CDC looks back 30 days */
        .open = quickbooks_open,
        .fetch = quickbooks_fetch,
        .lookup = quickbooks_lookup,
        .close = rest_close,
    };
    return worker_main(&quickbooks, argc, argv);
}
