/* Customers, locations, and the account itself. */
#include "infra/sandbox/stripe_render.h"
#include <stdio.h>

void render_customer(Render *render, const char *key, int index, const Expand *expand)
{
    (void)expand;
    JsonWriter *json = &render->json;
    const Customer *customer = customer_at(render->business, index);
    char id[STRIPE_ID_SIZE];
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_CUSTOMER, index));
    json_put_text(json, "object", "customer");
    if (customer->billing)
        put_address(json, "address", customer->billing);
    else
        put_nulls(json, "address");
    json_put_integer(json, "balance", 0);
    json_put_integer(json, "created", customer->item.created);
    json_put_text(json, "currency", customer->currency ? customer->currency->code : NULL);
    put_nulls(json, "default_source");
    json_put_boolean(json, "delinquent", false);
    json_put_text(json, "description", customer->note);
    put_nulls(json, "discount");
    json_put_text(json, "email", customer->email);
    json_put_text(json, "invoice_prefix", id + 6);
    json_open(json, "invoice_settings", '{');
    put_nulls(json, "custom_fields default_payment_method footer rendering_options");
    json_close(json, '}');
    json_put_boolean(json, "livemode", render->account->live);
    put_tag(json, &customer->tag);
    json_put_text(json, "name", customer->name);
    json_put_integer(json, "next_invoice_sequence", 1 + index % 9);
    json_put_text(json, "phone", customer->phone);
    put_empty(json, "preferred_locales", "[]");
    if (customer->delivery) {
        json_open(json, "shipping", '{');
        put_address(json, "address", customer->delivery);
        json_put_text(json, "name", customer->name ? customer->name : "");
        put_nulls(json, "phone");
        json_close(json, '}');
    } else {
        put_nulls(json, "shipping");
    }
    json_put_text(json, "tax_exempt", "none");
    put_nulls(json, "test_clock");
    json_close(json, '}');
}

void render_deleted_customer(Render *render, int index)
{
    char id[STRIPE_ID_SIZE];
    json_put_text(&render->json, "id", stripe_id(id, render->business, KIND_CUSTOMER, index));
    json_put_text(&render->json, "object", "customer");
    json_put_boolean(&render->json, "deleted", true);
}

void render_location(Render *render, const char *key, int index, const Expand *expand)
{
    (void)expand;
    JsonWriter *json = &render->json;
    const Location *location = location_at(render->business, index);
    char id[STRIPE_ID_SIZE];
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_LOCATION, index));
    json_put_text(json, "object", "terminal.location");
    put_address(json, "address", &location->address);
    put_nulls(json, "configuration_overrides");
    json_put_text(json, "display_name", location->name);
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "metadata", "{}");
    json_close(json, '}');
}

static void put_profile(Render *render)
{
    const Business *business = render->business;
    JsonWriter *json = &render->json;
    char text[128];
    json_open(json, "business_profile", '{');
    put_nulls(json, "annual_revenue estimated_worker_count");
    json_put_text(json, "mcc", "5499");
    /* Some merchants never filled in a name: the dashboard's stands in. */
    snprintf(text, sizeof text, "%s Trading", business->name);
    json_put_text(json, "name", business->seed % 5 ? text : NULL);
    put_nulls(json, "product_description");
    if (business->seed % 4 == 1) {
        put_nulls(json, "support_address");
    } else {
        Address address = {.line1 = "1 Harbour Road",
                           .city = business->country->city,
                           .country = business->country->alpha2,
                           .postal_code = business->country->postal_code};
        put_address(json, "support_address", business->seed % 4 == 2 ? NULL : &address);
    }
    json_put_text(json, "support_email", "help@example.com");
    snprintf(text, sizeof text, "%s5550100", business->country->phone);
    json_put_text(json, "support_phone", text);
    put_nulls(json, "support_url");
    snprintf(text, sizeof text, "https://%s.example.com", business->name);
    json_put_text(json, "url", text);
    json_close(json, '}');
}

static void put_settings(Render *render)
{
    JsonWriter *json = &render->json;
    json_open(json, "settings", '{');
    put_empty(json, "bacs_debit_payments", "{}");
    json_open(json, "branding", '{');
    put_nulls(json, "icon logo primary_color secondary_color");
    json_close(json, '}');
    json_open(json, "dashboard", '{');
    json_put_text(json, "display_name", render->business->name);
    json_put_text(json, "timezone", "Etc/UTC");
    json_close(json, '}');
    json_open(json, "payments", '{');
    put_nulls(json, "statement_descriptor statement_descriptor_kana statement_descriptor_kanji");
    json_close(json, '}');
    json_open(json, "payouts", '{');
    json_put_boolean(json, "debit_negative_balances", true);
    json_open(json, "schedule", '{');
    json_put_integer(json, "delay_days", 2);
    json_put_text(json, "interval", "weekly");
    json_put_text(json, "weekly_anchor", "friday");
    json_close(json, '}');
    put_nulls(json, "statement_descriptor");
    json_close(json, '}');
    put_empty(json, "sepa_debit_payments", "{}");
    json_close(json, '}');
}

void render_account(Render *render)
{
    const Business *business = render->business;
    JsonWriter *json = &render->json;
    json_open(json, NULL, '{');
    json_put_text(json, "id", render->account->id);
    json_put_text(json, "object", "account");
    put_profile(render);
    json_put_text(json, "business_type", "company");
    json_open(json, "capabilities", '{');
    json_put_text(json, "card_payments", "active");
    json_put_text(json, "transfers", "active");
    json_close(json, '}');
    json_put_boolean(json, "charges_enabled", true);
    if (!render->own) { /* a merchant's own key sees neither */
        char name[96];
        snprintf(name, sizeof name, "%s Trading GmbH & Co. KG", business->name);
        json_open(json, "company", '{');
        json_put_text(json, "name", name);
        json_put_boolean(json, "tax_id_provided", true);
        json_close(json, '}');
        json_put_integer(json, "created", business->today - (int64_t)600 * 86400);
    }
    json_put_text(json, "country", business->country->alpha2);
    json_put_text(json, "default_currency", business->main->code);
    put_flags(json, "details_submitted payouts_enabled", true);
    json_put_text(json, "email", "owner@example.com");
    put_empty(json, "metadata", "{}");
    put_settings(render);
    json_put_text(json, "type", "standard");
    json_close(json, '}');
}
