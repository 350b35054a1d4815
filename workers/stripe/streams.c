#include "workers/stripe/streams.h"
#include "workers/stripe/compose.h"
#include "workers/stripe/mapping.h"

/* Products cost one call each, for their prices. */
enum { PRODUCTS_A_PAGE = 20 };

/* ---- Objects: path, expand, mapping, prefix, by creation, limit, complete ---- */

static const StripeObject customers[] = {
    {"/v1/customers", NULL, &stripe_customer, "", true, 0, NULL},
};
static const StripeObject products[] = {
    {"/v1/products", NULL, &stripe_product, "", true, PRODUCTS_A_PAGE, stripe_complete_prices},
};
static const StripeObject orders[] = {
    {"/v1/charges", "invoice", &stripe_order, "", true, 0, stripe_complete_lines},
};
static const StripeObject payments[] = {
    {"/v1/charges", NULL, &stripe_charge, "charge:", true, 0, NULL},
    {"/v1/refunds", NULL, &stripe_refund, "refund:", true, 0, NULL},
};
static const StripeObject transactions[] = {
    {"/v1/balance_transactions", NULL, &stripe_transaction, "", true, 0, NULL},
};
static const StripeObject disputes[] = {
    {"/v1/disputes", NULL, &stripe_dispute, "", true, 0, NULL},
};
static const StripeObject locations[] = {
    {"/v1/terminal/locations", NULL, &stripe_location, "", false, 0, NULL},
};
static const StripeObject tax_rates[] = {
    {"/v1/tax_rates", NULL, &stripe_tax_rate, "", true, 0, NULL},
};

/* ---- Events ---- */

static const StripeEvent customer_events[] = {
    {"customer.created", 0, "id"},
    {"customer.updated", 0, "id"},
    {"customer.deleted", 0, "id"},
};
static const StripeEvent product_events[] = {
    {"product.created", 0, "id"     },
    {"product.updated", 0, "id"     },
    {"product.deleted", 0, "id"     },
    {"price.created",   0, "product"},
    {"price.updated",   0, "product"},
    {"price.deleted",   0, "product"},
};
static const StripeEvent order_events[] = {
    {"charge.succeeded", 0, "id"},
    {"charge.failed",    0, "id"},
    {"charge.pending",   0, "id"},
    {"charge.captured",  0, "id"},
    {"charge.updated",   0, "id"},
    {"charge.refunded",  0, "id"},
    {"charge.expired",   0, "id"},
};
static const StripeEvent payment_events[] = {
    {"charge.succeeded", 0, "id"},
    {"charge.failed",    0, "id"},
    {"charge.pending",   0, "id"},
    {"charge.captured",  0, "id"},
    {"charge.updated",   0, "id"},
    {"charge.refunded",  0, "id"},
    {"charge.expired",   0, "id"},
    {"refund.created",   1, "id"},
    {"refund.updated",   1, "id"},
    {"refund.failed",    1, "id"},
};
static const StripeEvent dispute_events[] = {
    {"charge.dispute.created",          0, "id"},
    {"charge.dispute.updated",          0, "id"},
    {"charge.dispute.closed",           0, "id"},
    {"charge.dispute.funds_withdrawn",  0, "id"},
    {"charge.dispute.funds_reinstated", 0, "id"},
};
static const StripeEvent tax_rate_events[] = {
    {"tax_rate.created", 0, "id"},
    {"tax_rate.updated", 0, "id"},
};

/* ---- Streams ---- */

#define LISTS(table)  .objects = (table), .n_objects = COUNT_OF(table)
#define EVENTS(table) .events = (table), .n_events = COUNT_OF(table)

static const StripeStream company_stream = {.read_whole = stripe_read_company};
static const StripeStream customer_stream = {LISTS(customers), EVENTS(customer_events)};
static const StripeStream product_stream = {LISTS(products), EVENTS(product_events)};
static const StripeStream order_stream = {LISTS(orders), EVENTS(order_events)};
static const StripeStream payment_stream = {LISTS(payments), EVENTS(payment_events)};
static const StripeStream transaction_stream = {LISTS(transactions)}; /* they never change */
static const StripeStream dispute_stream = {LISTS(disputes), EVENTS(dispute_events)};
static const StripeStream location_stream = {LISTS(locations)};
static const StripeStream tax_rate_stream = {LISTS(tax_rates), EVENTS(tax_rate_events)};
static const StripeStream payment_method_stream = {.read_whole = stripe_read_payment_methods};

/* Data type, incremental, lookup, details. */
const Stream stripe_streams[] = {
    {"commerce-companyInfo",    false, false, &company_stream       },
    {"commerce-customers",      true,  true,  &customer_stream      },
    {"commerce-products",       true,  true,  &product_stream       },
    {"commerce-orders",         true,  true,  &order_stream         },
    {"commerce-payments",       true,  true,  &payment_stream       },
    {"commerce-transactions",   true,  true,  &transaction_stream   },
    {"commerce-disputes",       true,  true,  &dispute_stream       },
    {"commerce-locations",      false, true,  &location_stream      },
    {"commerce-taxComponents",  true,  true,  &tax_rate_stream      },
    {"commerce-paymentMethods", false, false, &payment_method_stream},
};
const size_t n_stripe_streams = COUNT_OF(stripe_streams);
