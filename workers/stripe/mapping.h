/*
 * What Stripe's objects mean to us: one root mapping an object. The tables follow Stripe-Version 2025-02-24.acacia.
 * Company, products and payment methods are read from composed objects (compose.h).
 */
#pragma once
#include "workers/runtime/mapping.h"

extern const Mapping stripe_company; /* an account with "balance": {…} */
extern const Mapping stripe_customer;
extern const Mapping stripe_product;     /* a product with "prices": […] */
extern const Mapping stripe_order;       /* a charge with its invoice expanded */
extern const Mapping stripe_charge;      /* the same charge as a payment */
extern const Mapping stripe_refund;      /* a negative payment */
extern const Mapping stripe_transaction; /* a balance transaction */
extern const Mapping stripe_dispute;
extern const Mapping stripe_location;
extern const Mapping stripe_tax_rate;
extern const Mapping stripe_payment_method; /* {"id": "card", "method": {"available": …}} */

/* mapping_bind() for all of them. */
bool stripe_bind(Error *err) MUST_CHECK;
