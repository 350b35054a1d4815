/*
 * Truth: a business in the canonical JSON form, as a perfect reader of its Stripe account has it. Made from the
 * business, never from the rendering, and with tables of its own.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "infra/sandbox/stripe_names.h"
#include "lib/json.h"

typedef struct Truth {
    JsonWriter json;
    const Account *account;
    const Business *business;
} Truth;

/* Write the members of one record; the object is open. */
void truth_company(Truth *truth);
void truth_customer(Truth *truth, int index);
void truth_product(Truth *truth, int index);
void truth_location(Truth *truth, int index);
void truth_tax_component(Truth *truth, int index);
void truth_method(Truth *truth, Method method);
void truth_order(Truth *truth, int sale);
void truth_charge_payment(Truth *truth, int sale);
void truth_refund_payment(Truth *truth, int refund);
void truth_transaction(Truth *truth, int movement);
void truth_dispute(Truth *truth, int index);

void tell_text(Truth *truth, const char *key, const char *value); /* empty and NULL are left out */
void tell_id(Truth *truth, const char *key, const char *prefix, Kind kind, int index);
void tell_currency(Truth *truth, const char *key, const Currency *currency); /* NULL is left out */
void tell_amount(Truth *truth, const char *key, int64_t minor, const Currency *currency);
void tell_minor_text(Truth *truth, const char *key, const char *minor, const Currency *currency);
void tell_instant(Truth *truth, const char *key, int64_t seconds);
void tell_address(Truth *truth, const char *key, const char *type, const Address *address);
bool address_says_something(const Address *address);
const char *truth_method_title(Method method);
