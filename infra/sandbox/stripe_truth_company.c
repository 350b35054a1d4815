/* The merchant, its customers and what it offers, in canonical form. */
#include "infra/sandbox/stripe_truth.h"
#include "lib/decimal.h"
#include <stdio.h>
#include <string.h>

static void tell_balance(Truth *truth, const Balance *balance)
{
    json_open(&truth->json, NULL, '{');
    if (balance->has_available)
        tell_amount(truth, "available", balance->available, balance->currency);
    if (balance->has_pending)
        tell_amount(truth, "pending", balance->pending, balance->currency);
    if (balance->has_reserved)
        tell_amount(truth, "reserved", balance->reserved, balance->currency);
    tell_currency(truth, "currency", balance->currency);
    json_close(&truth->json, '}');
}

/* Currencies with available money come first, then those with pending money only. */
static void tell_balances(Truth *truth)
{
    Balance balances[BALANCES];
    int n = business_balances(truth->business, balances);
    if (n == 0)
        return;
    json_open(&truth->json, "accountBalances", '[');
    for (int i = 0; i < n; i++)
        if (balances[i].has_available)
            tell_balance(truth, &balances[i]);
    for (int i = 0; i < n; i++)
        if (!balances[i].has_available)
            tell_balance(truth, &balances[i]);
    json_close(&truth->json, ']');
}

void truth_company(Truth *truth)
{
    const Business *business = truth->business;
    const Country *country = business->country;
    char text[128];
    if (business->seed % 5)
        snprintf(text, sizeof text, "%s Trading", business->name);
    else
        snprintf(text, sizeof text, "%s", business->name);
    json_put_text(&truth->json, "companyName", text);
    json_put_text(&truth->json, "commercePlatformRef", truth->account->id);
    if (truth->account->platform) {
        snprintf(text, sizeof text, "%s Trading GmbH & Co. KG", business->name);
        json_put_text(&truth->json, "companyLegalName", text);
        tell_instant(truth, "createdDate", business->today - (int64_t)600 * 86400);
    }
    if (business->seed % 4 == 0 || business->seed % 4 == 3) {
        Address address = {.line1 = "1 Harbour Road",
                           .city = country->city,
                           .postal_code = country->postal_code,
                           .country = country->alpha2};
        json_open(&truth->json, "addresses", '[');
        tell_address(truth, NULL, "Unknown", &address);
        json_close(&truth->json, ']');
    }
    json_open(&truth->json, "phoneNumbers", '[');
    json_open(&truth->json, NULL, '{');
    snprintf(text, sizeof text, "%s5550100", country->phone);
    json_put_text(&truth->json, "number", text);
    json_put_text(&truth->json, "type", "Primary");
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    json_open(&truth->json, "webLinks", '[');
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "type", "Website");
    snprintf(text, sizeof text, "https://%s.example.com", business->name);
    json_put_text(&truth->json, "url", text);
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    tell_currency(truth, "baseCurrency", business->main);
    tell_balances(truth);
}

void truth_customer(Truth *truth, int index)
{
    const Customer *customer = customer_at(truth->business, index);
    tell_text(truth, "customerName", customer->name);
    tell_text(truth, "emailAddress", customer->email);
    tell_text(truth, "phone", customer->phone);
    tell_currency(truth, "defaultCurrency", customer->currency);
    bool billing = customer->billing && address_says_something(customer->billing);
    bool delivery = customer->delivery && address_says_something(customer->delivery);
    if (billing || delivery) {
        json_open(&truth->json, "addresses", '[');
        if (billing)
            tell_address(truth, NULL, "Billing", customer->billing);
        if (delivery)
            tell_address(truth, NULL, "Delivery", customer->delivery);
        json_close(&truth->json, ']');
    }
    tell_text(truth, "note", customer->note);
    tell_instant(truth, "createdDate", customer->item.created);
}

static void tell_variant(Truth *truth, int index)
{
    const Price *price = price_at(truth->business, index);
    json_open(&truth->json, NULL, '{');
    tell_id(truth, "id", "", KIND_PRICE, index);
    tell_text(truth, "name", price->nickname);
    if (price->tax != TAX_UNSPECIFIED)
        json_put_boolean(&truth->json, "isTaxEnabled", true);
    json_open(&truth->json, "prices", '[');
    json_open(&truth->json, NULL, '{');
    tell_currency(truth, "currency", price->currency);
    if (price->amount)
        tell_minor_text(truth, "unitPrice", price->amount, price->currency);
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    json_put_text(&truth->json, "status", price->active ? "Published" : "Unpublished");
    tell_instant(truth, "createdDate", price->item.created);
    json_close(&truth->json, '}');
}

void truth_product(Truth *truth, int index)
{
    const Product *product = product_at(truth->business, index);
    tell_text(truth, "name", product->name);
    tell_text(truth, "description", product->description);
    bool open = false;
    for (int i = n_of(truth->business, KIND_PRICE) - 1; i >= 0; i--) {
        const Price *price = price_at(truth->business, i);
        if (price->product != index || price->item.deleted)
            continue;
        if (!open)
            json_open(&truth->json, "variants", '[');
        open = true;
        tell_variant(truth, i);
    }
    if (open)
        json_close(&truth->json, ']');
    if (product->tag.key) {
        json_open(&truth->json, "supplementalData", '{');
        json_open(&truth->json, "content", '{');
        json_open(&truth->json, "metadata", '{');
        json_put_text(&truth->json, product->tag.key, product->tag.value);
        json_close(&truth->json, '}');
        json_close(&truth->json, '}');
        json_close(&truth->json, '}');
    }
}

void truth_location(Truth *truth, int index)
{
    const Location *location = location_at(truth->business, index);
    tell_text(truth, "name", location->name);
    tell_address(truth, "address", "Unknown", &location->address);
}

void truth_tax_component(Truth *truth, int index)
{
    const TaxRate *rate = tax_rate_at(truth->business, index);
    char thousandths[32], fraction[DECIMAL_SIZE];
    tell_text(truth, "name", rate->name);
    snprintf(thousandths, sizeof thousandths, "%d", rate->percent_millis);
    if (decimal_multiply(fraction, thousandths, "0.00001"))
        json_put_raw(&truth->json, "rate", fraction, strlen(fraction));
    json_put_boolean(&truth->json, "isCompound", false);
}

const char *truth_method_title(Method method)
{
    static const char *const titles[METHOD_COUNT] = {
        [METHOD_CARD] = "Card",
        [METHOD_TERMINAL] = "Card present",
        [METHOD_PAYPAL] = "PayPal",
        [METHOD_SWISH] = "Swish",
        [METHOD_KLARNA] = "Klarna",
        [METHOD_SEPA] = "SEPA Direct Debit",
        [METHOD_US_BANK] = "US bank account",
        [METHOD_BACS] = "Bacs Direct Debit",
        [METHOD_LINK] = "Link",
        [METHOD_IDEAL] = "iDEAL",
        [METHOD_BANCONTACT] = "Bancontact",
        [METHOD_AFFIRM] = "Affirm",
        [METHOD_AFTERPAY] = "Afterpay / Clearpay",
        [METHOD_APPLE_PAY] = "Apple Pay",
        [METHOD_GOOGLE_PAY] = "Google Pay",
    };
    return titles[method] ? titles[method] : stripe_method(method);
}

void truth_method(Truth *truth, Method method)
{
    json_put_text(&truth->json, "id", stripe_method(method));
    json_put_text(&truth->json, "name", truth_method_title(method));
    json_put_text(&truth->json, "status", truth->business->method_active[method] ? "Active" : "Archived");
}
