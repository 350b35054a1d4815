/*
 * Compose: records that take more than one call. What belongs together is written as one JSON object, so that a table
 * can map it like any other.
 */
#pragma once
#include "workers/stripe/stripe.h"

/* Puts "prices", all of them, into a product. */
bool stripe_complete_prices(Rest *rest, yyjson_val **product, Error *err) MUST_CHECK;
/* Reads the further lines of a charge's invoice, of which a list shows ten. */
bool stripe_complete_lines(Rest *rest, yyjson_val **charge, Error *err) MUST_CHECK;

/* The whole stream in one page. */
bool stripe_read_company(Rest *rest, Error *err) MUST_CHECK;
bool stripe_read_payment_methods(Rest *rest, Error *err) MUST_CHECK;
