/*
 * Stripe's names for what a business has: ids and words. Ids carry an account's tag and a scrambled index, so they look
 * like Stripe's, need no table, and say nothing about order.
 */
#pragma once
#include "infra/sandbox/business.h"

enum { STRIPE_ID_SIZE = 64 };

/* Writes the id of the index-th object of a kind. */
const char *stripe_id(char out[STRIPE_ID_SIZE], const Business *business, Kind kind, int index);
/* The index that an id of this kind means, deleted or not; -1 when this business has none such. */
int stripe_find(const Business *business, Kind kind, const char *id);
void stripe_account_id(char out[STRIPE_ID_SIZE], const Business *business);
/* An id out of a number of its own: events, requests. */
void stripe_numbered_id(char out[STRIPE_ID_SIZE], const Business *business, const char *prefix, uint32_t number);

const char *stripe_method(Method method);             /* "card" */
const char *stripe_sale_status(const Sale *sale);     /* "succeeded" */
const char *stripe_failure_code(const Sale *sale);    /* NULL unless it failed */
const char *stripe_failure_message(const Sale *sale); /* NULL unless it failed */
const char *stripe_refund_status(const Refund *refund);
const char *stripe_refund_reason(const Refund *refund); /* NULL: none */
const char *stripe_dispute_status(const Dispute *dispute);
const char *stripe_dispute_reason(const Dispute *dispute);
const char *stripe_payout_status(const Payout *payout);
const char *stripe_movement_type(const Business *business, const Movement *movement);
const char *stripe_movement_category(const Movement *movement);
bool stripe_movement_pending(const Business *business, const Movement *movement);

/* Thousandths or millionths as Stripe prints floats: "8.875", "20", "0.006685". */
const char *stripe_float(char out[32], int64_t value, int digits);
