/* Invoices and their lines, in the shapes before and since basil. */
#include "infra/sandbox/stripe_render.h"
#include <stdio.h>

enum { NESTED = 10 };

/* Taxes of a line: the same facts under the older and the newer names. */
static void put_taxes(Render *render, const Line *line)
{
    JsonWriter *json = &render->json;
    bool basil = render->shape == SHAPE_BASIL;
    char id[STRIPE_ID_SIZE];
    json_open(json, basil ? "taxes" : "tax_amounts", '[');
    for (int i = 0; i < line->n_taxes; i++) {
        const TaxRate *rate = tax_rate_at(render->business, line->taxes[i].rate);
        stripe_id(id, render->business, KIND_TAX_RATE, line->taxes[i].rate);
        json_open(json, NULL, '{');
        json_put_integer(json, "amount", line->taxes[i].amount);
        if (basil) {
            json_put_text(json, "tax_behavior", rate->inclusive ? "inclusive" : "exclusive");
            json_open(json, "tax_rate_details", '{');
            json_put_text(json, "tax_rate", id);
            json_close(json, '}');
        } else {
            json_put_boolean(json, "inclusive", rate->inclusive);
            json_put_text(json, "tax_rate", id);
        }
        json_put_text(json, "taxability_reason", "standard_rated");
        json_put_integer(json, "taxable_amount", line->amount);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_price(Render *render, const Line *line)
{
    JsonWriter *json = &render->json;
    if (line->price < 0) {
        put_nulls(json, render->shape == SHAPE_BASIL ? "pricing" : "plan price");
        return;
    }
    if (render->shape != SHAPE_BASIL) {
        put_nulls(json, "plan");
        render_price(render, "price", line->price, NULL);
        return;
    }
    const Price *price = price_at(render->business, line->price);
    char id[STRIPE_ID_SIZE];
    json_open(json, "pricing", '{');
    json_open(json, "price_details", '{');
    json_put_text(json, "price", stripe_id(id, render->business, KIND_PRICE, line->price));
    json_put_text(json, "product", stripe_id(id, render->business, KIND_PRODUCT, price->product));
    json_close(json, '}');
    json_put_text(json, "type", "price_details");
    json_put_text(json, "unit_amount_decimal", price->amount);
    json_close(json, '}');
}

void render_line(Render *render, int index, int invoice)
{
    JsonWriter *json = &render->json;
    const Line *line = &render->business->lines[index];
    const Invoice *owner = invoice_at(render->business, invoice);
    char id[STRIPE_ID_SIZE];
    json_open(json, NULL, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_LINE, index));
    json_put_text(json, "object", "line_item");
    json_put_integer(json, "amount", line->amount);
    json_put_text(json, "currency", render->business->main->code);
    json_put_text(json, "description", line->description);
    json_open(json, "discount_amounts", '[');
    for (int i = 0; i < line->n_discounts; i++) {
        json_open(json, NULL, '{');
        json_put_integer(json, "amount", line->discounts[i].amount);
        json_put_text(json, "discount", stripe_id(id, render->business, KIND_DISCOUNT, line->discounts[i].discount));
        json_close(json, '}');
    }
    json_close(json, ']');
    json_put_boolean(json, "discountable", true);
    put_empty(json, "discounts", "[]");
    json_put_text(json, "invoice", stripe_id(id, render->business, KIND_INVOICE, invoice));
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "metadata", "{}");
    json_open(json, "period", '{');
    json_put_integer(json, "end", owner->item.created);
    json_put_integer(json, "start", owner->item.created);
    json_close(json, '}');
    put_price(render, line);
    if (line->quantity >= 0)
        json_put_integer(json, "quantity", line->quantity);
    else
        put_nulls(json, "quantity");
    put_taxes(render, line);
    if (render->shape != SHAPE_BASIL) {
        json_put_boolean(json, "proration", false);
        put_nulls(json, "subscription");
        put_empty(json, "tax_rates", "[]");
        json_put_text(json, "type", "invoiceitem");
    }
    json_close(json, '}');
}

static void put_lines(Render *render, int index, const char *id)
{
    JsonWriter *json = &render->json;
    const Invoice *invoice = invoice_at(render->business, index);
    char url[128];
    json_open(json, "lines", '{');
    json_put_text(json, "object", "list");
    json_open(json, "data", '[');
    for (int i = 0; i < invoice->n_lines && i < NESTED; i++)
        render_line(render, invoice->first_line + i, index);
    json_close(json, ']');
    json_put_boolean(json, "has_more", invoice->n_lines > NESTED);
    json_put_integer(json, "total_count", invoice->n_lines);
    snprintf(url, sizeof url, "/v1/invoices/%s/lines", id);
    json_put_text(json, "url", url);
    json_close(json, '}');
}

static void put_discounts(Render *render, const Invoice *invoice)
{
    JsonWriter *json = &render->json;
    char id[STRIPE_ID_SIZE];
    json_open(json, "total_discount_amounts", '[');
    for (int i = 0; i < invoice->n_lines; i++) {
        const Line *line = &render->business->lines[invoice->first_line + i];
        for (int j = 0; j < line->n_discounts; j++) {
            json_open(json, NULL, '{');
            json_put_integer(json, "amount", line->discounts[j].amount);
            json_put_text(json, "discount",
                          stripe_id(id, render->business, KIND_DISCOUNT, line->discounts[j].discount));
            json_close(json, '}');
        }
    }
    json_close(json, ']');
}

static void put_links(Render *render, const Invoice *invoice, const Expand *expand)
{
    JsonWriter *json = &render->json;
    char intent[STRIPE_ID_SIZE];
    if (render->shape == SHAPE_BASIL) {
        put_nulls(json, "parent");
        put_empty(json, "total_taxes", "[]");
        return;
    }
    put_reference(render, "charge", KIND_SALE, invoice->sale, expand);
    json_put_boolean(json, "paid", sale_at(render->business, invoice->sale)->state == SALE_PAID);
    json_put_text(json, "payment_intent", stripe_id(intent, render->business, KIND_INTENT, invoice->sale));
    put_nulls(json, "quote subscription");
    if (invoice->taxed)
        json_put_integer(json, "tax", invoice->tax);
    else
        put_nulls(json, "tax");
}

static void put_state(Render *render, const Invoice *invoice)
{
    JsonWriter *json = &render->json;
    bool paid = sale_at(render->business, invoice->sale)->state == SALE_PAID;
    json_put_text(json, "status", paid ? "paid" : "open");
    json_open(json, "status_transitions", '{');
    json_put_integer(json, "finalized_at", invoice->item.created);
    put_nulls(json, "marked_uncollectible_at");
    if (paid)
        json_put_integer(json, "paid_at", invoice->item.created);
    else
        put_nulls(json, "paid_at");
    put_nulls(json, "voided_at");
    json_close(json, '}');
}

static void put_totals(JsonWriter *json, const Invoice *invoice, bool paid)
{
    json_put_integer(json, "amount_due", invoice->total);
    json_put_integer(json, "amount_paid", paid ? invoice->total : 0);
    json_put_integer(json, "amount_remaining", paid ? 0 : invoice->total);
    json_put_integer(json, "subtotal", invoice->subtotal);
    json_put_integer(json, "total", invoice->total);
    json_put_integer(json, "total_excluding_tax", invoice->total - invoice->tax);
    json_put_integer(json, "starting_balance", 0);
    json_put_integer(json, "pre_payment_credit_notes_amount", 0);
    json_put_integer(json, "post_payment_credit_notes_amount", 0);
}

void render_invoice(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Invoice *invoice = invoice_at(render->business, index);
    char id[STRIPE_ID_SIZE], number[32];
    bool paid = sale_at(render->business, invoice->sale)->state == SALE_PAID;
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_INVOICE, index));
    json_put_text(json, "object", "invoice");
    json_put_text(json, "account_country", render->business->country->alpha2);
    json_put_text(json, "account_name", render->business->name);
    json_put_integer(json, "attempt_count", 1);
    put_flags(json, "attempted", true);
    put_flags(json, "auto_advance", false);
    json_put_text(json, "billing_reason", "manual");
    json_put_text(json, "collection_method", "charge_automatically");
    json_put_integer(json, "created", invoice->item.created);
    json_put_text(json, "currency", render->business->main->code);
    put_nulls(json, "custom_fields");
    put_reference(render, "customer", KIND_CUSTOMER, invoice->customer, expand);
    put_nulls(json,
              "customer_address customer_email customer_name customer_phone customer_shipping default_payment_method "
              "description discount due_date ending_balance footer");
    put_empty(json, "discounts", "[]");
    json_put_integer(json, "effective_at", invoice->item.created);
    put_lines(render, index, id);
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "metadata", "{}");
    put_nulls(json, "next_payment_attempt");
    snprintf(number, sizeof number, "SB%04X-%04d", (unsigned)(render->business->seed & 0xFFFF), index + 1);
    json_put_text(json, "number", number);
    json_put_integer(json, "period_end", invoice->item.created);
    json_put_integer(json, "period_start", invoice->item.created);
    put_nulls(json, "receipt_number statement_descriptor");
    put_totals(json, invoice, paid);
    put_links(render, invoice, expand);
    put_discounts(render, invoice);
    put_state(render, invoice);
    json_close(json, '}');
}
