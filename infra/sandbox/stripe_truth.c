#include "infra/sandbox/stripe_truth.h"
#include "infra/sandbox/stripe.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

void tell_text(Truth *truth, const char *key, const char *value)
{
    if (value && *value)
        json_put_text(&truth->json, key, value);
}

void tell_id(Truth *truth, const char *key, const char *prefix, Kind kind, int index)
{
    char id[STRIPE_ID_SIZE], whole[STRIPE_ID_SIZE + 16];
    snprintf(whole, sizeof whole, "%s%s", prefix, stripe_id(id, truth->business, kind, index));
    json_put_text(&truth->json, key, whole);
}

void tell_currency(Truth *truth, const char *key, const Currency *currency)
{
    char code[4] = "";
    for (int i = 0; currency && i < 3; i++)
        code[i] = (char)toupper((unsigned char)currency->code[i]);
    tell_text(truth, key, code);
}

void tell_minor_text(Truth *truth, const char *key, const char *minor, const Currency *currency)
{
    static const char *const units[] = {"1", "0.1", "0.01", "0.001"};
    char amount[DECIMAL_SIZE];
    if (decimal_multiply(amount, minor, units[currency->digits]))
        json_put_raw(&truth->json, key, amount, strlen(amount));
}

void tell_amount(Truth *truth, const char *key, int64_t minor, const Currency *currency)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)minor);
    tell_minor_text(truth, key, text, currency);
}

void tell_instant(Truth *truth, const char *key, int64_t seconds)
{
    char text[36];
    clock_format_instant(text, seconds, 0);
    json_put_text(&truth->json, key, text);
}

bool address_says_something(const Address *a)
{
    const char *const parts[] = {a->line1, a->line2, a->city, a->region, a->postal_code, a->country};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i] && *parts[i])
            return true;
    return false;
}

void tell_address(Truth *truth, const char *key, const char *type, const Address *address)
{
    json_open(&truth->json, key, '{');
    json_put_text(&truth->json, "type", type);
    tell_text(truth, "line1", address->line1);
    tell_text(truth, "line2", address->line2);
    tell_text(truth, "city", address->city);
    tell_text(truth, "region", address->region);
    tell_text(truth, "country", address->country);
    tell_text(truth, "postalCode", address->postal_code);
    json_close(&truth->json, '}');
}

/* Opens the record under its id, as member and as key. */
static void tell_record(Truth *truth, const char *prefix, Kind kind, int index, void (*tell)(Truth *, int))
{
    char id[STRIPE_ID_SIZE], whole[STRIPE_ID_SIZE + 16];
    snprintf(whole, sizeof whole, "%s%s", prefix, stripe_id(id, truth->business, kind, index));
    json_open(&truth->json, whole, '{');
    json_put_text(&truth->json, "id", whole);
    tell(truth, index);
    json_close(&truth->json, '}');
}

static const struct {
    const char *data_type, *prefix;
    Kind kind;
    void (*tell)(Truth *truth, int index);
} shelves[] = {
    {"commerce-customers",     "",        KIND_CUSTOMER, truth_customer      },
    {"commerce-products",      "",        KIND_PRODUCT,  truth_product       },
    {"commerce-orders",        "",        KIND_SALE,     truth_order         },
    {"commerce-payments",      "charge:", KIND_SALE,     truth_charge_payment},
    {"commerce-payments",      "refund:", KIND_REFUND,   truth_refund_payment},
    {"commerce-transactions",  "",        KIND_MOVEMENT, truth_transaction   },
    {"commerce-disputes",      "",        KIND_DISPUTE,  truth_dispute       },
    {"commerce-locations",     "",        KIND_LOCATION, truth_location      },
    {"commerce-taxComponents", "",        KIND_TAX_RATE, truth_tax_component },
};

static void tell_shelves(Truth *truth)
{
    for (size_t i = 0; i < COUNT_OF(shelves); i++) {
        bool goes_on = i > 0 && strcmp(shelves[i - 1].data_type, shelves[i].data_type) == 0;
        if (!goes_on) {
            if (i > 0)
                json_close(&truth->json, '}');
            json_open(&truth->json, shelves[i].data_type, '{');
        }
        for (int j = 0; j < n_of(truth->business, shelves[i].kind); j++)
            if (!item_at(truth->business, shelves[i].kind, j)->deleted)
                tell_record(truth, shelves[i].prefix, shelves[i].kind, j, shelves[i].tell);
    }
    json_close(&truth->json, '}');
}

static void tell_methods(Truth *truth)
{
    json_open(&truth->json, "commerce-paymentMethods", '{');
    for (int method = 0; method < METHOD_COUNT; method++) {
        if (method == METHOD_TERMINAL || method == METHOD_TERMINAL_DEBIT)
            continue; /* taken at a reader, not configured */
        json_open(&truth->json, stripe_method((Method)method), '{');
        truth_method(truth, (Method)method);
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, '}');
}

static void tell_deleted(Truth *truth)
{
    static const struct {
        const char *data_type;
        Kind kind;
    } types[] = {
        {"commerce-customers", KIND_CUSTOMER},
        {"commerce-products",  KIND_PRODUCT }
    };
    json_open(&truth->json, "deleted", '{');
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        json_open(&truth->json, types[i].data_type, '[');
        for (int j = 0; j < n_of(truth->business, types[i].kind); j++)
            if (item_at(truth->business, types[i].kind, j)->deleted)
                tell_id(truth, NULL, "", types[i].kind, j);
        json_close(&truth->json, ']');
    }
    json_close(&truth->json, '}');
}

void stripe_truth(const Account *account, Text *out)
{
    Truth truth = {.json.out = out, .account = account, .business = account->business};
    json_open(&truth.json, NULL, '{');
    json_open(&truth.json, "commerce-companyInfo", '{');
    json_open(&truth.json, account->id, '{');
    truth_company(&truth);
    json_close(&truth.json, '}');
    json_close(&truth.json, '}');
    tell_shelves(&truth);
    tell_methods(&truth);
    tell_deleted(&truth);
    json_close(&truth.json, '}');
}
