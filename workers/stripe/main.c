#include "workers/stripe/source.h"
#include "workers/stripe/streams.h"

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

int main(int argc, char **argv)
{
    const Source stripe = {
        .name = "stripe",
        .title = "Stripe",
        .source_type = "Commerce",
        .options = options,
        .n_options = COUNT_OF(options),
        .streams = stripe_streams,
        .n_streams = n_stripe_streams,
        .state_size = sizeof(Stripe),
        .look_back_ms = LOOK_BACK_MS,
        .changes_kept_ms = (int64_t)EVENTS_KEPT_DAYS * DAY_MS,
        .open = stripe_open,
        .fetch = stripe_fetch,
        .lookup = stripe_lookup,
        .close = stripe_close,
    };
    return worker_main(&stripe, argc, argv);
}
