/* What can be listed, and by what. */
#include "infra/sandbox/stripe_call.h"
#include <stddef.h>
#include <string.h>

static const char *word_of_payout(const Business *business, const void *item)
{
    (void)business;
    return stripe_payout_status(item);
}

static const char *word_of_movement(const Business *business, const void *item)
{
    return stripe_movement_type(business, item);
}

static const char *word_of_price(const Business *business, const void *item)
{
    (void)business;
    return ((const Price *)item)->interval ? "recurring" : "one_time";
}

static const char *word_of_invoice(const Business *business, const void *item)
{
    return sale_at(business, ((const Invoice *)item)->sale)->state == SALE_PAID ? "paid" : "open";
}

static const char *email_of_customer(const Business *business, const void *item)
{
    (void)business;
    return ((const Customer *)item)->email;
}

static const char *type_of_event(const Business *business, const void *item)
{
    (void)business;
    return ((const StripeEvent *)item)->type;
}

/* An id for the comparison that follows at once. */
static const char *passing_id(const Business *business, Kind kind, int index)
{
    static _Thread_local char id[STRIPE_ID_SIZE];
    return stripe_id(id, business, kind, index);
}

static int place_of(const Business *business, Kind kind, const void *item)
{
    const Shelf *shelf = &business->shelves[kind];
    return (int)((size_t)((const char *)item - shelf->items) / shelf->size);
}

static const char *id_of_product(const Business *business, const void *item)
{
    return passing_id(business, KIND_PRODUCT, place_of(business, KIND_PRODUCT, item));
}

static const char *intent_of_charge(const Business *business, const void *item)
{
    return passing_id(business, KIND_INTENT, place_of(business, KIND_SALE, item));
}

static const char *intent_of_refund(const Business *business, const void *item)
{
    return passing_id(business, KIND_INTENT, ((const Refund *)item)->sale);
}

static const char *intent_of_dispute(const Business *business, const void *item)
{
    return passing_id(business, KIND_INTENT, ((const Dispute *)item)->sale);
}

static const char *source_of_movement(const Business *business, const void *item)
{
    const Movement *movement = item;
    return movement->source_kind == KIND_NONE ? NULL : passing_id(business, movement->source_kind, movement->source);
}

#define CREATED                                                                                                        \
    {                                                                                                                  \
        "created", FILTER_TIME, offsetof(Item, created), KIND_NONE, NULL                                               \
    }
#define UNSET(name)                                                                                                    \
    {                                                                                                                  \
        name, FILTER_UNSET, 0, KIND_NONE, NULL                                                                         \
    }

static const Filter customer_filters[] = {
    CREATED,
    {"email", FILTER_WORD, 0, KIND_NONE, email_of_customer},
    UNSET("test_clock"),
};
static const Filter product_filters[] = {
    CREATED,
    {"active", FILTER_FLAG, offsetof(Product, active), KIND_NONE,       NULL},
    {"ids[]",        FILTER_WORDS,             0,          KIND_NONE,    id_of_product},
    UNSET("shippable"),
    UNSET("url"),
};
static const Filter price_filters[] = {
    CREATED,
    {"active",      FILTER_FLAG, offsetof(Price, active),                     KIND_NONE,  NULL},
    {"currency",             FILTER_CURRENCY,               offsetof(Price,  currency), KIND_NONE, NULL},
    {"product",         FILTER_REFERENCE,                    offsetof(Price,                          product),                             KIND_PRODUCT,      NULL},
    {"type", FILTER_WORD,        0,                      KIND_NONE,                word_of_price         },
    UNSET("lookup_keys[]"),
};
static const Filter tax_rate_filters[] = {
    CREATED,
    {"active",    FILTER_FLAG, offsetof(TaxRate, active),    KIND_NONE, NULL},
    {"inclusive", FILTER_FLAG, offsetof(TaxRate, inclusive), KIND_NONE, NULL},
};
static const Filter invoice_filters[] = {
    CREATED,
    {"customer", FILTER_REFERENCE, offsetof(Invoice, customer), KIND_CUSTOMER,       NULL},
    {"status",          FILTER_WORD,                   0,               KIND_NONE,     word_of_invoice},
    UNSET("collection_method"),
    UNSET("due_date"),
    UNSET("subscription"),
};
static const Filter charge_filters[] = {
    CREATED,
    {"customer", FILTER_REFERENCE, offsetof(Sale, customer), KIND_CUSTOMER, NULL},
    {"payment_intent",          FILTER_WORD,           0,    KIND_NONE,  intent_of_charge  },
    UNSET("transfer_group"),
};
static const Filter refund_filters[] = {
    CREATED,
    {"charge", FILTER_REFERENCE, offsetof(Refund, sale), KIND_SALE,     NULL},
    {"payment_intent",        FILTER_WORD,         0,      KIND_NONE,  intent_of_refund},
};
static const Filter dispute_filters[] = {
    CREATED,
    {"charge", FILTER_REFERENCE, offsetof(Dispute, sale), KIND_SALE,     NULL},
    {"payment_intent",        FILTER_WORD,         0,       KIND_NONE,   intent_of_dispute},
};
static const Filter payout_filters[] = {
    CREATED,
    {"arrival_date", FILTER_TIME, offsetof(Payout, arrival),   KIND_NONE,         NULL},
    {"status",              FILTER_WORD,                  0,         KIND_NONE, word_of_payout},
    UNSET("destination"),
};
static const Filter transfer_filters[] = {
    CREATED,
    UNSET("destination"),
    UNSET("transfer_group"),
};
static const Filter movement_filters[] = {
    CREATED,
    {"currency", FILTER_CURRENCY, offsetof(Movement, currency), KIND_NONE,            NULL},
    {"type",          FILTER_WORD,                    0,                 KIND_NONE,      word_of_movement},
    UNSET("payout"),
    {"source",          FILTER_WORD,                  0,               KIND_NONE,      source_of_movement  },
};
static const Filter event_filters[] = {
    CREATED,
    {"type",    FILTER_WORD,  0, KIND_NONE, type_of_event},
    {"types[]", FILTER_WORDS, 0, KIND_NONE, type_of_event},
    UNSET("delivery_success"),
};

#define FILTERS(list) list, COUNT_OF(list)

const Collection collections[] = {
    {"customers",          "customer",          "customer",              KIND_CUSTOMER,                          render_customer, FILTERS(customer_filters),           "id"                       },
    {"products",           "product",           "product",               KIND_PRODUCT,                           render_product,  FILTERS(product_filters),            "id"                       },
    {"prices",             "price",             "plan",                  KIND_PRICE,                             render_price,    FILTERS(price_filters),              "price"                    },
    {"tax_rates",          "tax_rate",          "tax_rate",              KIND_TAX_RATE,                          render_tax_rate, FILTERS(tax_rate_filters),           "tax_rate"                 },
    {"terminal/locations", "terminal.location", "terminal_location",     KIND_LOCATION,                          render_location, NULL,                                0,
     "location"},
    {"invoices",                    "invoice",                              "invoice",                         KIND_INVOICE,                         render_invoice,    FILTERS(invoice_filters), "id"},
    {"charges",                    "charge",                               "charge",                           KIND_SALE,                           render_charge,       FILTERS(charge_filters),   "id"},
    {"refunds",                    "refund",                               "refund",                           KIND_REFUND,                           render_refund,     FILTERS(refund_filters), "id"},
    {"disputes",                    "dispute",                              "dispute",                         KIND_DISPUTE,                         render_dispute,    FILTERS(dispute_filters), "id"},
    {"payouts",                    "payout",                               "payout",                           KIND_PAYOUT,                           render_payout,     FILTERS(payout_filters), "payout"},
    {"transfers",                    "transfer",                             "transfer",                       KIND_TRANSFER,                       render_transfer,   FILTERS(transfer_filters), "id"},
    {"balance_transactions",                    "balance_transaction",                  "balance_transaction", KIND_MOVEMENT, render_movement,
     FILTERS(movement_filters),                       "id"                                                                                                                                                                    },
    {"events",                    "event",                                "event",                             KIND_NONE,                             render_event,       FILTERS(event_filters),  "id"},
};
const size_t n_collections = COUNT_OF(collections);

const Collection *collection_of_kind(Kind kind)
{
    for (size_t i = 0; i < n_collections; i++)
        if (collections[i].kind == kind)
            return &collections[i];
    return NULL;
}

const Collection *collection_of_path(const char *path)
{
    for (size_t i = 0; i < n_collections; i++)
        if (strcmp(collections[i].path, path) == 0)
            return &collections[i];
    return NULL;
}

static const struct {
    Kind kind;
    const char *name;
    Kind target;
} expandable[] = {
    {KIND_SALE,     "balance_transaction",         KIND_MOVEMENT},
    {KIND_SALE,     "customer",                    KIND_CUSTOMER},
    {KIND_SALE,     "dispute",                     KIND_DISPUTE },
    {KIND_SALE,     "invoice",                     KIND_INVOICE },
    {KIND_SALE,     "refunds",                     KIND_NONE    },
    {KIND_REFUND,   "balance_transaction",         KIND_MOVEMENT},
    {KIND_REFUND,   "charge",                      KIND_SALE    },
    {KIND_REFUND,   "failure_balance_transaction", KIND_MOVEMENT},
    {KIND_DISPUTE,  "charge",                      KIND_SALE    },
    {KIND_PRODUCT,  "default_price",               KIND_PRICE   },
    {KIND_PRICE,    "product",                     KIND_PRODUCT },
    {KIND_INVOICE,  "charge",                      KIND_SALE    },
    {KIND_INVOICE,  "customer",                    KIND_CUSTOMER},
    {KIND_PAYOUT,   "balance_transaction",         KIND_MOVEMENT},
    {KIND_PAYOUT,   "failure_balance_transaction", KIND_MOVEMENT},
    {KIND_TRANSFER, "balance_transaction",         KIND_MOVEMENT},
    {KIND_MOVEMENT, "source",                      KIND_NONE    },
};

bool can_expand(Kind kind, const char *name, Kind *target)
{
    for (size_t i = 0; i < COUNT_OF(expandable); i++) {
        if (expandable[i].kind == kind && strcmp(expandable[i].name, name) == 0) {
            *target = expandable[i].target;
            return true;
        }
    }
    return false;
}
