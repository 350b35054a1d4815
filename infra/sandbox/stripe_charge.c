/* Charges, refunds and disputes. */
#include "infra/sandbox/stripe_render.h"
#include <stdio.h>

enum { NESTED = 10 }; /* nested lists hold no more */

static void put_refunds(Render *render, int sale, const char *charge)
{
    JsonWriter *json = &render->json;
    char url[128];
    int n = 0;
    json_open(json, "refunds", '{');
    json_put_text(json, "object", "list");
    json_open(json, "data", '[');
    for (int i = n_of(render->business, KIND_REFUND) - 1; i >= 0 && n <= NESTED; i--) {
        if (refund_at(render->business, i)->sale != sale)
            continue;
        if (n++ < NESTED)
            render_refund(render, NULL, i, NULL);
    }
    json_close(json, ']');
    json_put_boolean(json, "has_more", n > NESTED);
    snprintf(url, sizeof url, "/v1/charges/%s/refunds", charge);
    json_put_text(json, "url", url);
    json_close(json, '}');
}

static void put_card(JsonWriter *json, const char *key, int number, bool present)
{
    static const char *const brands[] = {"visa", "mastercard", "amex"};
    char last4[8];
    snprintf(last4, sizeof last4, "%04d", number * 37 % 10000);
    json_open(json, key, '{');
    put_nulls(json, "amount_authorized");
    json_put_text(json, "brand", brands[number % 3]);
    if (!present) {
        json_open(json, "checks", '{');
        put_nulls(json, "address_line1_check address_postal_code_check");
        json_put_text(json, "cvc_check", "pass");
        json_close(json, '}');
    }
    json_put_text(json, "country", "US");
    json_put_integer(json, "exp_month", 1 + number % 12);
    json_put_integer(json, "exp_year", 2030);
    json_put_text(json, "fingerprint", "AOB934RVNwzk6xtn");
    json_put_text(json, "funding", "credit");
    put_nulls(json, "installments");
    json_put_text(json, "last4", last4);
    put_nulls(json, "mandate");
    json_put_text(json, "network", brands[number % 3]);
    put_nulls(json, "three_d_secure wallet");
    json_close(json, '}');
}

static void put_method(Render *render, int index, const Sale *sale)
{
    JsonWriter *json = &render->json;
    const char *type = stripe_method(sale->method);
    json_open(json, "payment_method_details", '{');
    if (sale->method == METHOD_CARD || sale->method == METHOD_TERMINAL)
        put_card(json, type, index, sale->method == METHOD_TERMINAL);
    else
        put_empty(json, type, "{}");
    json_put_text(json, "type", type);
    json_close(json, '}');
}

static void put_outcome(JsonWriter *json, const Sale *sale)
{
    bool failed = sale->state == SALE_FAILED;
    json_open(json, "outcome", '{');
    put_nulls(json, "advice_code network_advice_code network_decline_code");
    json_put_text(json, "network_status", failed ? "declined_by_network" : "approved_by_network");
    json_put_text(json, "reason", failed ? "generic_decline" : NULL);
    json_put_text(json, "risk_level", "normal");
    json_put_text(json, "seller_message",
                  failed ? "The bank did not return any further details." : "Payment complete.");
    json_put_text(json, "type", failed ? "issuer_declined" : "authorized");
    json_close(json, '}');
}

static void put_billing(JsonWriter *json, int index, const Sale *sale)
{
    Address address = {.country = sale->country, .postal_code = index % 2 ? "97205" : NULL};
    json_open(json, "billing_details", '{');
    put_address(json, "address", &address);
    json_put_text(json, "email", index % 4 ? NULL : "payer@example.com");
    json_put_text(json, "name", sale->payer);
    put_nulls(json, "phone tax_id");
    json_close(json, '}');
}

static void put_tags(Render *render, int index)
{
    Tag tags[SALE_TAGS];
    char room[32];
    int n = sale_tags(render->business, index, tags, room);
    json_open(&render->json, "metadata", '{');
    for (int i = 0; i < n; i++)
        json_put_text(&render->json, tags[i].key, tags[i].value);
    json_close(&render->json, '}');
}

/* Members from "payment_intent" to the end. */
static void put_charge_tail(Render *render, int index, const Sale *sale, const char *id, const Expand *expand)
{
    JsonWriter *json = &render->json;
    char intent[STRIPE_ID_SIZE], method[STRIPE_ID_SIZE], receipt[16], url[128];
    json_put_text(json, "payment_intent", stripe_id(intent, render->business, KIND_INTENT, index));
    stripe_numbered_id(method, render->business, "pm_1", (uint32_t)index);
    json_put_text(json, "payment_method", method);
    put_method(render, index, sale);
    put_nulls(json, "radar_options receipt_email");
    sale_receipt(sale, receipt);
    json_put_text(json, "receipt_number", receipt[0] ? receipt : NULL);
    snprintf(url, sizeof url, "https://pay.stripe.com/receipts/payment/%s", id);
    json_put_text(json, "receipt_url", url);
    json_put_boolean(json, "refunded", sale->amount > 0 && sale->refunded == sale->amount);
    Expand inside;
    if (render->shape == SHAPE_OLD || expanded(expand, "refunds", &inside))
        put_refunds(render, index, id);
    put_nulls(json, "review shipping source source_transfer statement_descriptor statement_descriptor_suffix");
    json_put_text(json, "status", stripe_sale_status(sale));
    put_nulls(json, "transfer_data transfer_group");
}

void render_charge(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Sale *sale = sale_at(render->business, index);
    char id[STRIPE_ID_SIZE];
    bool took = sale->state == SALE_PAID;
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_SALE, index));
    json_put_text(json, "object", "charge");
    json_put_integer(json, "amount", sale->amount);
    json_put_integer(json, "amount_captured", took ? sale->amount : 0);
    json_put_integer(json, "amount_refunded", sale->refunded);
    put_nulls(json, "application application_fee application_fee_amount");
    put_reference(render, "balance_transaction", KIND_MOVEMENT, sale->movement, expand);
    put_billing(json, index, sale);
    json_put_text(json, "calculated_statement_descriptor", "SANDBOX");
    json_put_boolean(json, "captured", sale->state == SALE_PAID || sale->state == SALE_PENDING);
    json_put_integer(json, "created", sale->item.created);
    json_put_text(json, "currency", sale->currency->code);
    put_reference(render, "customer", KIND_CUSTOMER, sale->customer, expand);
    json_put_text(json, "description", sale->description);
    put_nulls(json, "destination");
    put_reference(render, "dispute", KIND_DISPUTE, sale->dispute, expand);
    json_put_boolean(json, "disputed", sale->dispute >= 0);
    put_nulls(json, "failure_balance_transaction");
    json_put_text(json, "failure_code", stripe_failure_code(sale));
    json_put_text(json, "failure_message", stripe_failure_message(sale));
    put_empty(json, "fraud_details", "{}");
    if (render->shape != SHAPE_BASIL)
        put_reference(render, "invoice", KIND_INVOICE, sale->invoice, expand);
    json_put_boolean(json, "livemode", render->account->live);
    put_tags(render, index);
    put_nulls(json, "on_behalf_of order");
    put_outcome(json, sale);
    json_put_boolean(json, "paid", sale->state == SALE_PAID || sale->state == SALE_AUTHORIZED);
    put_charge_tail(render, index, sale, id, expand);
    json_close(json, '}');
}

void render_refund(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Refund *refund = refund_at(render->business, index);
    const Sale *sale = sale_at(render->business, refund->sale);
    char id[STRIPE_ID_SIZE], intent[STRIPE_ID_SIZE];
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_REFUND, index));
    json_put_text(json, "object", "refund");
    json_put_integer(json, "amount", refund->amount);
    put_reference(render, "balance_transaction", KIND_MOVEMENT, refund->movement, expand);
    put_reference(render, "charge", KIND_SALE, refund->sale, expand);
    json_put_integer(json, "created", refund->item.created);
    json_put_text(json, "currency", sale->currency->code);
    json_open(json, "destination_details", '{');
    put_empty(json, stripe_method(sale->method), "{}");
    json_put_text(json, "type", stripe_method(sale->method));
    json_close(json, '}');
    if (refund->state == REFUND_FAILED) {
        put_reference(render, "failure_balance_transaction", KIND_MOVEMENT, refund->failure, expand);
        json_put_text(json, "failure_reason", "expired_or_canceled_card");
    }
    put_empty(json, "metadata", "{}");
    json_put_text(json, "payment_intent", stripe_id(intent, render->business, KIND_INTENT, refund->sale));
    json_put_text(json, "reason", stripe_refund_reason(refund));
    put_nulls(json, "receipt_number source_transfer_reversal");
    json_put_text(json, "status", stripe_refund_status(refund));
    put_nulls(json, "transfer_reversal");
    json_close(json, '}');
}

static void put_evidence(Render *render, const Dispute *dispute)
{
    JsonWriter *json = &render->json;
    json_open(json, "evidence", '{');
    put_nulls(json, "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure "
                    "cancellation_rebuttal customer_communication");
    json_put_text(json, "customer_email_address", "payer@example.com");
    put_nulls(json, "customer_name customer_purchase_ip customer_signature duplicate_charge_documentation "
                    "duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy "
                    "refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
                    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
                    "uncategorized_file uncategorized_text");
    json_close(json, '}');
    json_open(json, "evidence_details", '{');
    if (dispute->due_by)
        json_put_integer(json, "due_by", dispute->due_by);
    else
        put_nulls(json, "due_by");
    put_flags(json, "has_evidence past_due", false);
    json_put_integer(json, "submission_count", 0);
    json_close(json, '}');
}

void render_dispute(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Dispute *dispute = dispute_at(render->business, index);
    char id[STRIPE_ID_SIZE], intent[STRIPE_ID_SIZE];
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_DISPUTE, index));
    json_put_text(json, "object", "dispute");
    json_put_integer(json, "amount", dispute->amount);
    json_open(json, "balance_transactions", '[');
    if (dispute->withdrawal >= 0)
        render_movement(render, NULL, dispute->withdrawal, NULL);
    if (dispute->reinstatement >= 0)
        render_movement(render, NULL, dispute->reinstatement, NULL);
    json_close(json, ']');
    put_reference(render, "charge", KIND_SALE, dispute->sale, expand);
    json_put_integer(json, "created", dispute->item.created);
    json_put_text(json, "currency", sale_at(render->business, dispute->sale)->currency->code);
    put_empty(json, "enhanced_eligibility_types", "[]");
    put_evidence(render, dispute);
    json_put_boolean(json, "is_charge_refundable", dispute->state < DISPUTE_OPEN);
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "metadata", "{}");
    json_put_text(json, "payment_intent", stripe_id(intent, render->business, KIND_INTENT, dispute->sale));
    json_open(json, "payment_method_details", '{');
    json_open(json, "card", '{');
    json_put_text(json, "brand", "visa");
    json_put_text(json, "case_type", dispute->state < DISPUTE_OPEN ? "inquiry" : "chargeback");
    json_put_text(json, "network_reason_code", "10.4");
    json_close(json, '}');
    json_put_text(json, "type", "card");
    json_close(json, '}');
    json_put_text(json, "reason", stripe_dispute_reason(dispute));
    json_put_text(json, "status", stripe_dispute_status(dispute));
    json_close(json, '}');
}
