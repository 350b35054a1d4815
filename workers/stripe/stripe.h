/*
 * Stripe: one call to the vendor. URL, pinned version, credential and account go out; what comes back is JSON, or an
 * Error that says what to do, with Stripe's own type, code, message and Request-Id in its text and never the key.
 */
#pragma once
#include "lib/text.h"
#include "workers/runtime/source.h"

/* The last version before basil: charges still name their invoice, invoices their tax and lines their price. */
#define STRIPE_VERSION "2025-02-24.acacia"

/* The source's state, one a process. */
typedef struct Stripe {
    char *url; /* without a slash at its end; owned */
    int64_t page_size;
} Stripe;

/* What one fetch or lookup works with. */
typedef struct StripeCall {
    const SourceJob *job;
    const Stripe *stripe;
    Arena *arena;
    Page *page;        /* counts bytes, keeps the time of the first answer */
    int64_t waited_ms; /* for limits, so far */
} StripeCall;

typedef enum StripeAnswer {
    STRIPE_FAILED,
    STRIPE_FOUND,
    STRIPE_MISSING, /* resource_missing: the object, or the one after which to go on, does not exist (any more) */
} StripeAnswer;

/* GET `target`, "/v1/charges?limit=100". FOUND: *body is an object, on the arena. FAILED and MISSING set err. Short
 * limits are waited for here, at most 8 s a fetch: a page that needs fifty calls would else start anew at the first
 * refusal and never end. */
StripeAnswer stripe_get(StripeCall *call, const char *target, yyjson_val **body, Error *err) MUST_CHECK;

/* Adds "?key=value" or "&key=value", the value percent-encoded. */
void stripe_query(Text *target, StripeCall *call, const char *key, const char *value);
void stripe_query_integer(Text *target, StripeCall *call, const char *key, int64_t value);

/* The id of an object; NULL when it has none that can stand in a URL (at most 255 characters, Stripe's own bound). */
const char *stripe_id(yyjson_val *object);
