/* Balance transactions, payouts, transfers and the balance. */
#include "infra/sandbox/stripe_render.h"
#include <stdio.h>

static void put_fees(JsonWriter *json, const Movement *movement)
{
    json_put_integer(json, "fee", movement->fee);
    json_open(json, "fee_details", '[');
    if (movement->fee) {
        json_open(json, NULL, '{');
        json_put_integer(json, "amount", movement->fee);
        put_nulls(json, "application");
        json_put_text(json, "currency", movement->currency->code);
        json_put_text(json, "description", movement->type == MOVE_DISPUTE ? "Dispute fee" : "Stripe processing fees");
        json_put_text(json, "type", "stripe_fee");
        json_close(json, '}');
    }
    json_close(json, ']');
}

void render_movement(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Movement *movement = movement_at(render->business, index);
    char id[STRIPE_ID_SIZE], rate[32];
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_MOVEMENT, index));
    json_put_text(json, "object", "balance_transaction");
    json_put_integer(json, "amount", movement->amount);
    json_put_integer(json, "available_on", movement->available_on);
    json_put_text(json, "balance_type", "payments");
    json_put_integer(json, "created", movement->item.created);
    json_put_text(json, "currency", movement->currency->code);
    json_put_text(json, "description", movement->type == MOVE_PAYOUT ? "STRIPE PAYOUT" : NULL);
    if (movement->rate_micros)
        put_number(json, "exchange_rate", stripe_float(rate, movement->rate_micros, 6));
    else
        put_nulls(json, "exchange_rate");
    put_fees(json, movement);
    json_put_integer(json, "net", movement->amount - movement->fee);
    json_put_text(json, "reporting_category", stripe_movement_category(movement));
    put_reference(render, "source", movement->source_kind, movement->source_kind == KIND_NONE ? -1 : movement->source,
                  expand);
    json_put_text(json, "status", stripe_movement_pending(render->business, movement) ? "pending" : "available");
    json_put_text(json, "type", stripe_movement_type(render->business, movement));
    json_close(json, '}');
}

void render_payout(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Payout *payout = payout_at(render->business, index);
    char id[STRIPE_ID_SIZE], bank[STRIPE_ID_SIZE];
    bool failed = payout->state == PAYOUT_FAILED;
    stripe_numbered_id(bank, render->business, "ba_1", 1);
    json_open(json, key, '{');
    json_put_text(json, "id", stripe_id(id, render->business, KIND_PAYOUT, index));
    json_put_text(json, "object", "payout");
    json_put_integer(json, "amount", payout->amount);
    put_nulls(json, "application_fee application_fee_amount");
    json_put_integer(json, "arrival_date", payout->arrival);
    json_put_boolean(json, "automatic", true);
    put_reference(render, "balance_transaction", KIND_MOVEMENT, payout->movement, expand);
    json_put_integer(json, "created", payout->item.created);
    json_put_text(json, "currency", render->business->main->code);
    json_put_text(json, "description", "STRIPE PAYOUT");
    json_put_text(json, "destination", bank);
    put_reference(render, "failure_balance_transaction", KIND_MOVEMENT, payout->reversal, expand);
    json_put_text(json, "failure_code", failed ? "account_closed" : NULL);
    json_put_text(json, "failure_message", failed ? "The bank account has been closed" : NULL);
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "metadata", "{}");
    json_put_text(json, "method", "standard");
    put_nulls(json, "original_payout payout_method");
    json_put_text(json, "reconciliation_status", "completed");
    put_nulls(json, "reversed_by");
    json_put_text(json, "source_type", "card");
    put_nulls(json, "statement_descriptor");
    json_put_text(json, "status", stripe_payout_status(payout));
    put_nulls(json, "trace_id");
    json_put_text(json, "type", "bank_account");
    json_close(json, '}');
}

void render_transfer(Render *render, const char *key, int index, const Expand *expand)
{
    JsonWriter *json = &render->json;
    const Transfer *transfer = transfer_at(render->business, index);
    char id[STRIPE_ID_SIZE], to[STRIPE_ID_SIZE], url[128];
    stripe_id(id, render->business, KIND_TRANSFER, index);
    stripe_numbered_id(to, render->business, "acct_1", (uint32_t)index + 1);
    json_open(json, key, '{');
    json_put_text(json, "id", id);
    json_put_text(json, "object", "transfer");
    json_put_integer(json, "amount", transfer->amount);
    json_put_integer(json, "amount_reversed", 0);
    put_reference(render, "balance_transaction", KIND_MOVEMENT, transfer->movement, expand);
    json_put_integer(json, "created", transfer->item.created);
    json_put_text(json, "currency", render->business->main->code);
    put_nulls(json, "description");
    json_put_text(json, "destination", to);
    put_nulls(json, "destination_payment");
    json_put_boolean(json, "livemode", render->account->live);
    put_empty(json, "metadata", "{}");
    json_open(json, "reversals", '{');
    json_put_text(json, "object", "list");
    put_empty(json, "data", "[]");
    json_put_boolean(json, "has_more", false);
    snprintf(url, sizeof url, "/v1/transfers/%s/reversals", id);
    json_put_text(json, "url", url);
    json_close(json, '}');
    json_put_boolean(json, "reversed", false);
    put_nulls(json, "source_transaction");
    json_put_text(json, "source_type", "card");
    put_nulls(json, "transfer_group");
    json_close(json, '}');
}

static void put_part(JsonWriter *json, int64_t amount, const Currency *currency)
{
    json_open(json, NULL, '{');
    json_put_integer(json, "amount", amount);
    json_put_text(json, "currency", currency->code);
    json_open(json, "source_types", '{');
    json_put_integer(json, "card", amount);
    json_close(json, '}');
    json_close(json, '}');
}

void render_balance(Render *render)
{
    JsonWriter *json = &render->json;
    Balance balances[BALANCES];
    int n = business_balances(render->business, balances);
    bool reserved = false;
    json_open(json, NULL, '{');
    json_put_text(json, "object", "balance");
    json_open(json, "available", '[');
    for (int i = 0; i < n; i++) {
        reserved = reserved || balances[i].has_reserved;
        if (balances[i].has_available)
            put_part(json, balances[i].available, balances[i].currency);
    }
    json_close(json, ']');
    if (reserved) {
        json_open(json, "connect_reserved", '[');
        for (int i = 0; i < n; i++)
            if (balances[i].has_reserved)
                put_part(json, balances[i].reserved, balances[i].currency);
        json_close(json, ']');
    }
    json_put_boolean(json, "livemode", render->account->live);
    json_open(json, "pending", '[');
    for (int i = 0; i < n; i++)
        if (balances[i].has_pending)
            put_part(json, balances[i].pending, balances[i].currency);
    json_close(json, ']');
    json_close(json, '}');
}
