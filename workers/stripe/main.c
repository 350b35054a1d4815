#include "workers/stripe/source.h"
#include "workers/stripe/streams.h"
#include <stdio.h>
#include <string.h>

static const Option options[] = {
    {.name = "stripe-url",
     .fallback = "https://api.stripe.com",
     .help = "where Stripe's API is; /v1/… is added",
     .type = OPTION_TEXT},
    { .name = "stripe-page-size",
     .fallback = "100",
     .help = "rows asked for in a page, 100 at most",
     .type = OPTION_INTEGER,
     .min = 1,
     .max = 100},
};

/* Objects become visible up to minutes after their creation stamp; events are kept for 30 days. */
enum { LOOK_BACK_MS = 10 * 60 * 1000, DAY_MS = 24 * 60 * 60 * 1000, EVENTS_KEPT_DAYS = 29 };

/* A key of a sandbox has a quarter of the rate. */
static bool in_test_mode(const SourceJob *job)
{
    return strstr(secret_reveal(job->credential), "_test_") != NULL;
}

static bool in_live_mode(const SourceJob *job)
{
    return !in_test_mode(job);
}

/* "charges", or "charges/" for one by its id: each is an operation. */
static bool operation_of(const HttpRequest *request, char part[LIMIT_PART_SIZE])
{
    const char *path = request->url ? strstr(request->url, "/v1/") : NULL;
    if (!path)
        return false;
    path += strlen("/v1/");
    int collection = (int)strcspn(path, "/?");
    snprintf(part, LIMIT_PART_SIZE, "%.*s%s", collection < 30 ? collection : 30, path,
             path[collection] == '/' ? "/" : "");
    return true;
}

static const Limit limits[] = {
    {.name = "second",    .scope = LIMIT_TENANT, .most = 100, .window_ms = 1000, .applies = in_live_mode},
    {.name = "test",      .scope = LIMIT_TENANT, .most = 25,  .window_ms = 1000, .applies = in_test_mode},
    {.name = "operation", .scope = LIMIT_TENANT, .most = 25,  .window_ms = 1000, .part = operation_of   },
};

int main(int argc, char **argv)
{
    const Source stripe = {
        .name = "stripe",
        .title = "Stripe",
        .source_type = "Commerce",
        .limits = limits,
        .n_limits = COUNT_OF(limits),
        .options = options,
        .n_options = COUNT_OF(options),
        .streams = stripe_streams,
        .n_streams = n_stripe_streams,
        .state_size = sizeof(RestState),
        .look_back_ms = LOOK_BACK_MS,
        .changes_kept_ms = (int64_t)EVENTS_KEPT_DAYS * DAY_MS,
        .open = stripe_open,
        .fetch = stripe_fetch,
        .lookup = stripe_lookup,
        .close = rest_close,
    };
    return worker_main(&stripe, argc, argv);
}
