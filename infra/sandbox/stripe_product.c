/* Products, prices, tax rates, and the ways to pay that a merchant switched on. */
#include "infra/sandbox/stripe_render.h"
#include <stdlib.h>
#include <string.h>

void render_product(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Product *product = product_at(render->business, index);
    char id[STRIPE_ID_SIZE];
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_PRODUCT, index));
    json_put_text(json, "object", "product");
    json_put_boolean(json, "active", product->active);
    put_empty(json, "attributes", "[]");
    json_put_integer(json, "created", product->item.created);
    put_reference(render, "default_price", KIND_PRICE, product->default_price, expand);
    json_put_text(json, "description", product->description);
    put_empty(json, "images", "[]");
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "marketing_features", "[]");
    put_tag(json, &product->tag);
    json_put_text(json, "name", product->name);
    put_nulls(json, "package_dimensions shippable statement_descriptor tax_code");
    json_put_text(json, "type", index % 2 ? "service" : "good");
    put_nulls(json, "unit_label");
    json_put_integer(json, "updated", product->updated);
    put_nulls(json, "url");
    json_close(json, '}');
}

static void put_recurring(JsonWriter *json, const char *interval)
{
    if (!interval) {
        put_nulls(json, "recurring");
        return;
    }
    json_open(json, "recurring", '{');
    put_nulls(json, "aggregate_usage");
    json_put_text(json, "interval", interval);
    json_put_integer(json, "interval_count", 1);
    put_nulls(json, "meter trial_period_days");
    json_put_text(json, "usage_type", "licensed");
    json_close(json, '}');
}

void render_price(Render *render, const char *key, int index, const Expand *expand)
{
    static const char *const tax_words[] = {"unspecified", "inclusive", "exclusive"};
    JsonWriter *json = &render->json;
    const Price *price = price_at(render->business, index);
    char id[STRIPE_ID_SIZE];
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_PRICE, index));
    json_put_text(json, "object", "price");
    json_put_boolean(json, "active", price->active);
    json_put_text(json, "billing_scheme", price->amount ? "per_unit" : "tiered");
    json_put_integer(json, "created", price->item.created);
    json_put_text(json, "currency", price->currency->code);
    put_nulls(json, "custom_unit_amount");
    json_put_boolean(json, "livemode", render->account->live);
    put_nulls(json, "lookup_key");
    put_empty(json, "metadata", "{}");
    json_put_text(json, "nickname", price->nickname);
    put_reference(render, "product", KIND_PRODUCT, price->product, expand);
    put_recurring(json, price->interval);
    json_put_text(json, "tax_behavior", tax_words[price->tax]);
    json_put_text(json, "tiers_mode", price->amount ? NULL : "graduated");
    put_nulls(json, "transform_quantity");
    json_put_text(json, "type", price->interval ? "recurring" : "one_time");
    if (price->amount && !strchr(price->amount, '.'))
        json_put_integer(json, "unit_amount", atoll(price->amount));
    else /* finer than the minor unit */
        put_nulls(json, "unit_amount");
    json_put_text(json, "unit_amount_decimal", price->amount);
    json_close(json, '}');
}

void render_tax_rate(Render *render, const char *key, int index, const Expand *expand)
{
    (void)expand;
    JsonWriter *json = &render->json;
    const TaxRate *rate = tax_rate_at(render->business, index);
    char id[STRIPE_ID_SIZE], percent[32];
    stripe_float(percent, rate->percent_millis, 3);
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_TAX_RATE, index));
    json_put_text(json, "object", "tax_rate");
    json_put_boolean(json, "active", rate->active);
    json_put_text(json, "country", rate->country);
    json_put_integer(json, "created", rate->item.created);
    json_put_text(json, "description", rate->description);
    json_put_text(json, "display_name", rate->name);
    put_nulls(json, "effective_percentage flat_amount");
    json_put_boolean(json, "inclusive", rate->inclusive);
    json_put_text(json, "jurisdiction", rate->country);
    json_put_text(json, "jurisdiction_level", rate->state ? "state" : rate->country ? "country" : NULL);
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "metadata", "{}");
    put_number(json, "percentage", percent);
    json_put_text(json, "rate_type", "percentage");
    json_put_text(json, "state", rate->state);
    json_put_text(json, "tax_type", rate->type);
    json_close(json, '}');
}

void methods_id(const Business *business, bool usual, char out[STRIPE_ID_SIZE])
{
    stripe_numbered_id(out, business, "pmc_1", usual ? 1 : 2);
}

void render_methods(Render *render, bool usual)
{
    JsonWriter *json = &render->json;
    char id[STRIPE_ID_SIZE];
    methods_id(render->business, usual, id);
    json_open(json, NULL, '{');
    json_put_text(json, "id", id);
    json_put_text(json, "object", "payment_method_configuration");
    json_put_boolean(json, "active", true);
    put_nulls(json, "application");
    for (int method = 0; method < METHOD_COUNT; method++) {
        if (method == METHOD_TERMINAL || method == METHOD_TERMINAL_DEBIT)
            continue; /* not configured here */
        bool on = usual ? render->business->method_active[method] : method == METHOD_CARD;
        json_open(json, stripe_method((Method)method), '{');
        json_put_boolean(json, "available", on);
        json_open(json, "display_preference", '{');
        put_nulls(json, "overridable");
        json_put_text(json, "preference", on ? "on" : "off");
        json_put_text(json, "value", on ? "on" : "off");
        json_close(json, '}');
        json_close(json, '}');
    }
    json_put_boolean(json, "is_default", usual);
    json_put_boolean(json, "livemode", render->account->live);
    json_put_text(json, "name", usual ? "Default" : "Shop in the cellar");
    put_nulls(json, "parent");
    json_close(json, '}');
}
