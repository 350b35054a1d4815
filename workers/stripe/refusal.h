/*
 * Refusal: what an answer other than 200 means.
 */
#pragma once
#include "workers/stripe/stripe.h"

/* Sets err: AUTH (dead key, account that left the platform), PERMISSION (restricted key), UNSUPPORTED (no such path),
 * THROTTLED (with retry_after_ms), TRANSIENT, DATA (Stripe says that a retry is pointless), INTERNAL (a request that we
 * should not have made). `attempt` counts from 0 and doubles the wait. Returns MISSING for resource_missing, else
 * FAILED. */
StripeAnswer stripe_refusal(StripeCall *call, const HttpResponse *response, const char *target, int attempt,
                            Error *err);
