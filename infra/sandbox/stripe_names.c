#include "infra/sandbox/stripe_names.h"
#include <stdio.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
enum { TAG_LENGTH = 8, CODE_LENGTH = 6 };

/* An odd factor and its inverse modulo 2^32. */
#define SCRAMBLE   0x9E3779B1u
#define UNSCRAMBLE 0x0E8B2F51u
#define ALTERNATE  0x5bd1e995u

static const char *const prefixes[] = {
    [KIND_CUSTOMER] = "cus_", [KIND_PRODUCT] = "prod_", [KIND_PRICE] = "price_", [KIND_TAX_RATE] = "txr_",
    [KIND_LOCATION] = "tml_", [KIND_INVOICE] = "in_",   [KIND_SALE] = "ch_",     [KIND_REFUND] = "re_",
    [KIND_DISPUTE] = "dp_",   [KIND_PAYOUT] = "po_",    [KIND_TRANSFER] = "tr_", [KIND_MOVEMENT] = "txn_",
    [KIND_LINE] = "il_",      [KIND_DISCOUNT] = "di_",  [KIND_FEE] = "fee_",     [KIND_TOPUP] = "tu_",
    [KIND_INTENT] = "pi_",    [KIND_NONE] = "obj_",
};

static void put_base62(char *out, uint64_t value, int length)
{
    for (int i = length - 1; i >= 0; i--, value /= 62)
        out[i] = alphabet[value % 62];
}

/* What is not a card payment is py_, and its refund pyr_; some disputes are older than the prefix dp_. */
static const char *prefix_of(const Business *business, Kind kind, int index)
{
    switch (kind) {
    case KIND_SALE:
        return sale_at(business, index)->method == METHOD_CARD ? "ch_" : "py_";
    case KIND_REFUND:
        return sale_at(business, refund_at(business, index)->sale)->method == METHOD_CARD ? "re_" : "pyr_";
    case KIND_DISPUTE:
        return index % 4 == 3 ? "du_" : "dp_";
    default:
        return prefixes[kind];
    }
}

static void write_id(char out[STRIPE_ID_SIZE], const Business *business, const char *prefix, uint32_t code)
{
    size_t length = strlen(prefix);
    memcpy(out, prefix, length);
    put_base62(out + length, business->seed, TAG_LENGTH);
    put_base62(out + length + TAG_LENGTH, code, CODE_LENGTH);
    out[length + TAG_LENGTH + CODE_LENGTH] = 0;
}

const char *stripe_id(char out[STRIPE_ID_SIZE], const Business *business, Kind kind, int index)
{
    if (kind == KIND_PRODUCT && product_at(business, index)->code)
        snprintf(out, STRIPE_ID_SIZE, "%s", product_at(business, index)->code);
    else
        write_id(out, business, prefix_of(business, kind, index),
                 ((uint32_t)index + (uint32_t)kind) * SCRAMBLE ^ ALTERNATE);
    return out;
}

static int find_code(const Business *business, const char *code)
{
    for (int i = 0; i < n_of(business, KIND_PRODUCT); i++)
        if (product_at(business, i)->code && strcmp(product_at(business, i)->code, code) == 0)
            return i;
    return -1;
}

int stripe_find(const Business *business, Kind kind, const char *id)
{
    uint64_t code = 0;
    size_t length = strlen(id);
    if (length > CODE_LENGTH && length < STRIPE_ID_SIZE) {
        for (const char *c = id + length - CODE_LENGTH; *c; c++) {
            const char *digit = strchr(alphabet, *c);
            code = code * 62 + (uint64_t)(digit ? digit - alphabet : 0);
        }
        uint32_t index = ((uint32_t)code ^ ALTERNATE) * UNSCRAMBLE - (uint32_t)kind;
        char expected[STRIPE_ID_SIZE];
        if (index < (uint32_t)n_of(business, kind) && strcmp(stripe_id(expected, business, kind, (int)index), id) == 0)
            return (int)index;
    }
    return kind == KIND_PRODUCT ? find_code(business, id) : -1;
}

void stripe_account_id(char out[STRIPE_ID_SIZE], const Business *business)
{
    write_id(out, business, "acct_1", (uint32_t)(business->seed >> 32));
}

void stripe_numbered_id(char out[STRIPE_ID_SIZE], const Business *business, const char *prefix, uint32_t number)
{
    write_id(out, business, prefix, number * SCRAMBLE ^ ALTERNATE);
}

const char *stripe_method(Method method)
{
    static const char *const words[METHOD_COUNT] = {
        [METHOD_CARD] = "card",
        [METHOD_TERMINAL] = "card_present",
        [METHOD_TERMINAL_DEBIT] = "interac_present",
        [METHOD_PAYPAL] = "paypal",
        [METHOD_SWISH] = "swish",
        [METHOD_KLARNA] = "klarna",
        [METHOD_SEPA] = "sepa_debit",
        [METHOD_US_BANK] = "us_bank_account",
        [METHOD_BACS] = "bacs_debit",
        [METHOD_LINK] = "link",
        [METHOD_IDEAL] = "ideal",
        [METHOD_BANCONTACT] = "bancontact",
        [METHOD_AFFIRM] = "affirm",
        [METHOD_AFTERPAY] = "afterpay_clearpay",
        [METHOD_APPLE_PAY] = "apple_pay",
        [METHOD_GOOGLE_PAY] = "google_pay",
        [METHOD_NOVEL] = "pay_by_telepathy",
    };
    return words[method];
}

const char *stripe_sale_status(const Sale *sale)
{
    return sale->state == SALE_FAILED ? "failed" : sale->state == SALE_PENDING ? "pending" : "succeeded";
}

static const char *const failures[][2] = {
    {"card_declined",      "Your card was declined."          },
    {"expired_card",       "Your card has expired."           },
    {"insufficient_funds", "Your card has insufficient funds."},
    {"processing_error",   NULL                               },
};

const char *stripe_failure_code(const Sale *sale)
{
    return sale->state == SALE_FAILED ? failures[sale->decline][0] : NULL;
}

const char *stripe_failure_message(const Sale *sale)
{
    return sale->state == SALE_FAILED ? failures[sale->decline][1] : NULL;
}

const char *stripe_refund_status(const Refund *refund)
{
    static const char *const words[] = {
        [REFUND_PAID] = "succeeded", [REFUND_PENDING] = "pending",    [REFUND_NEEDS_ACTION] = "requires_action",
        [REFUND_FAILED] = "failed",  [REFUND_CANCELLED] = "canceled",
    };
    return words[refund->state];
}

const char *stripe_refund_reason(const Refund *refund)
{
    static const char *const words[] = {NULL, "duplicate", "fraudulent", "requested_by_customer"};
    return words[refund->reason];
}

const char *stripe_dispute_status(const Dispute *dispute)
{
    static const char *const words[DISPUTE_STATES] = {
        [DISPUTE_INQUIRY_OPEN] = "warning_needs_response",
        [DISPUTE_INQUIRY_REVIEW] = "warning_under_review",
        [DISPUTE_INQUIRY_CLOSED] = "warning_closed",
        [DISPUTE_OPEN] = "needs_response",
        [DISPUTE_REVIEW] = "under_review",
        [DISPUTE_WON] = "won",
        [DISPUTE_LOST] = "lost",
        [DISPUTE_REFUNDED] = "charge_refunded",
        [DISPUTE_PREVENTED] = "prevented",
    };
    return words[dispute->state];
}

const char *stripe_dispute_reason(const Dispute *dispute)
{
    static const char *const words[] = {
        "fraudulent",           "general",      "duplicate",    "product_not_received", "product_unacceptable",
        "credit_not_processed", "unrecognized", "noncompliant",
    };
    return words[dispute->reason];
}

const char *stripe_payout_status(const Payout *payout)
{
    static const char *const words[] = {
        [PAYOUT_PAID] = "paid",
        [PAYOUT_ON_ITS_WAY] = "in_transit",
        [PAYOUT_FAILED] = "failed",
        [PAYOUT_CANCELLED] = "canceled",
    };
    return words[payout->state];
}

static const struct {
    const char *type, *category;
} movement_words[MOVE_TYPES] = {
    [MOVE_SALE] = {"charge",                 "charge"                 },
    [MOVE_REFUND] = {"refund",                 "refund"                 },
    [MOVE_REFUND_FAILED] = {"refund_failure",         "refund_failure"         },
    [MOVE_DISPUTE] = {"adjustment",             "dispute"                },
    [MOVE_DISPUTE_WON] = {"adjustment",             "dispute_reversal"       },
    [MOVE_PAYOUT] = {"payout",                 "payout"                 },
    [MOVE_PAYOUT_FAILED] = {"payout_failure",         "payout_reversal"        },
    [MOVE_PAYOUT_CANCELLED] = {"payout_cancel",          "payout_reversal"        },
    [MOVE_TRANSFER] = {"transfer",               "transfer"               },
    [MOVE_PROCESSOR_FEE] = {"stripe_fee",             "fee"                    },
    [MOVE_PLATFORM_FEE] = {"application_fee",        "platform_earning"       },
    [MOVE_PLATFORM_FEE_BACK] = {"application_fee_refund", "platform_earning_refund"},
    [MOVE_RESERVE] = {"reserve_transaction",    "other_adjustment"       },
    [MOVE_TOPUP] = {"topup",                  "topup"                  },
};

const char *stripe_movement_type(const Business *business, const Movement *movement)
{
    if (movement->type == MOVE_SALE && sale_at(business, movement->source)->method != METHOD_CARD)
        return "payment";
    if (movement->type == MOVE_REFUND &&
        sale_at(business, refund_at(business, movement->source)->sale)->method != METHOD_CARD)
        return "payment_refund";
    return movement_words[movement->type].type;
}

const char *stripe_movement_category(const Movement *movement)
{
    return movement_words[movement->type].category;
}

bool stripe_movement_pending(const Business *business, const Movement *movement)
{
    return movement->available_on > business->today;
}

const char *stripe_float(char out[32], int64_t value, int digits)
{
    int64_t scale = 1;
    for (int i = 0; i < digits; i++)
        scale *= 10;
    int length = snprintf(out, 32, "%lld.%0*lld", (long long)(value / scale), digits, (long long)(value % scale));
    while (out[length - 1] == '0')
        out[--length] = 0;
    if (out[length - 1] == '.')
        out[--length] = 0;
    return out;
}
