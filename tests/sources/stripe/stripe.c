/*
 * What the shared parts of source tests have to know of Stripe.
 */
#include "tests/sources/support/cases.h"
#include "tests/sources/support/script.h"
#include "workers/stripe/mapping.h"
#include "workers/stripe/source.h"
#include "workers/stripe/streams.h"

const CaseMapping case_mappings[] = {
    {"company",        &stripe_company       },
    {"customer",       &stripe_customer      },
    {"product",        &stripe_product       },
    {"order",          &stripe_order         },
    {"charge",         &stripe_charge        },
    {"refund",         &stripe_refund        },
    {"transaction",    &stripe_transaction   },
    {"dispute",        &stripe_dispute       },
    {"location",       &stripe_location      },
    {"tax_rate",       &stripe_tax_rate      },
    {"payment_method", &stripe_payment_method},
};
const size_t n_case_mappings = COUNT_OF(case_mappings);

const char *const case_files[] = {
    "stripe/orders.json",   "stripe/payments.json",  "stripe/refunds.json",         "stripe/transactions.json",
    "stripe/disputes.json", "stripe/customers.json", "stripe/products.json",        "stripe/tax_rates.json",
    "stripe/company.json",  "stripe/locations.json", "stripe/payment_methods.json",
};
const size_t n_case_files = COUNT_OF(case_files);

static char base[] = "https://stripe.test";
static RestState state = {.url = base, .page_size = 100};

const ScriptSource script_source = {
    .base = base,
    .state = &state,
    .credential = "sk_test_secret",
    .streams = stripe_streams,
    .n_streams = &n_stripe_streams,
    .fetch = stripe_fetch,
    .lookup = stripe_lookup,
};
