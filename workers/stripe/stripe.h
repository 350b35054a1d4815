/*
 * Stripe: what is its own about a call: the pinned version, the account that a platform's key acts for, what its
 * refusals mean.
 */
#pragma once
#include "workers/runtime/rest.h"

/* The last version before basil: charges still name their invoice, invoices their tax and lines their price. */
#define STRIPE_VERSION "2025-02-24.acacia"

/* Refusals: AUTH (dead key, account that left the platform), PERMISSION (restricted key), UNSUPPORTED (no such path),
 * THROTTLED, TRANSIENT, DATA (Stripe says that a retry is pointless), INTERNAL (a request that we should not have
 * made); MISSING for resource_missing. */
extern const RestVendor stripe_vendor;

int64_t stripe_page_size(const Rest *rest);

/* The id of an object; NULL when it has none that can stand in a URL (at most 255 characters, Stripe's own bound, of
 * UTF-8 without controls). */
const char *stripe_id(yyjson_val *object);
