/* Orders, payments, transactions and disputes in canonical form. */
#include "infra/sandbox/stripe_truth.h"
#include <stdio.h>
#include <string.h>

static const char *sale_status(const Sale *sale)
{
    static const char *const words[] = {
        [SALE_PAID] = "Paid",
        [SALE_AUTHORIZED] = "Authorized",
        [SALE_PENDING] = "Pending",
        [SALE_FAILED] = "Failed",
    };
    return words[sale->state];
}

static const char *payment_type(Method method)
{
    switch (method) {
    case METHOD_CARD:
        return "OnlineCard";
    case METHOD_TERMINAL:
    case METHOD_TERMINAL_DEBIT:
        return "Card";
    case METHOD_PAYPAL:
        return "Paypal";
    case METHOD_SWISH:
        return "Swish";
    default:
        return "Unknown";
    }
}

static const char *alpha3(const char *alpha2)
{
    for (int i = 0; alpha2 && i < n_countries; i++)
        if (strcmp(countries[i].alpha2, alpha2) == 0)
            return countries[i].alpha3;
    return "XXX";
}

/* What an order and its payment keep of the vendor's own words. */
static void tell_extras(Truth *truth, int index, bool with_invoice)
{
    const Sale *sale = sale_at(truth->business, index);
    Tag tags[SALE_TAGS];
    char room[32];
    int n = sale_tags(truth->business, index, tags, room);
    with_invoice = with_invoice && sale->invoice >= 0;
    if (n == 0 && sale->state != SALE_FAILED && !with_invoice)
        return;
    json_open(&truth->json, "supplementalData", '{');
    json_open(&truth->json, "content", '{');
    if (n > 0) {
        json_open(&truth->json, "metadata", '{');
        for (int i = 0; i < n; i++)
            json_put_text(&truth->json, tags[i].key, tags[i].value);
        json_close(&truth->json, '}');
    }
    tell_text(truth, "failure_code", stripe_failure_code(sale));
    tell_text(truth, "failure_message", stripe_failure_message(sale));
    if (with_invoice)
        tell_id(truth, "invoice", "", KIND_INVOICE, sale->invoice);
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
}

static void tell_taxes(Truth *truth, const Line *line, const Currency *currency)
{
    int64_t sum = 0;
    for (int i = 0; i < line->n_taxes; i++)
        sum += line->taxes[i].amount;
    tell_amount(truth, "totalTaxAmount", sum, currency);
    if (line->n_taxes == 0)
        return;
    json_open(&truth->json, "taxes", '[');
    for (int i = 0; i < line->n_taxes; i++) {
        json_open(&truth->json, NULL, '{');
        json_open(&truth->json, "taxComponentRef", '{');
        tell_id(truth, "id", "", KIND_TAX_RATE, line->taxes[i].rate);
        json_close(&truth->json, '}');
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, ']');
}

static void tell_refs(Truth *truth, const Line *line)
{
    const Price *price = price_at(truth->business, line->price);
    json_open(&truth->json, "productRef", '{');
    tell_id(truth, "id", "", KIND_PRODUCT, price->product);
    tell_text(truth, "name", line->description);
    json_close(&truth->json, '}');
    json_open(&truth->json, "productVariantRef", '{');
    tell_id(truth, "id", "", KIND_PRICE, line->price);
    tell_text(truth, "name", price->nickname);
    json_close(&truth->json, '}');
}

static void tell_line(Truth *truth, int index, const Currency *currency)
{
    const Line *line = &truth->business->lines[index];
    int64_t total = line->amount;
    for (int i = 0; i < line->n_taxes; i++)
        if (!tax_rate_at(truth->business, line->taxes[i].rate)->inclusive)
            total += line->taxes[i].amount;
    for (int i = 0; i < line->n_discounts; i++)
        total -= line->discounts[i].amount;
    json_open(&truth->json, NULL, '{');
    tell_id(truth, "id", "", KIND_LINE, index);
    if (line->quantity >= 0)
        json_put_integer(&truth->json, "quantity", line->quantity);
    if (line->price >= 0)
        tell_minor_text(truth, "unitPrice", price_at(truth->business, line->price)->amount, currency);
    tell_amount(truth, "totalAmount", total, currency);
    tell_taxes(truth, line, currency);
    if (line->price >= 0)
        tell_refs(truth, line);
    if (line->n_discounts > 0) {
        json_open(&truth->json, "discountAllocations", '[');
        for (int i = 0; i < line->n_discounts; i++) {
            json_open(&truth->json, NULL, '{');
            tell_id(truth, "name", "", KIND_DISCOUNT, line->discounts[i].discount);
            tell_amount(truth, "totalAmount", line->discounts[i].amount, currency);
            json_close(&truth->json, '}');
        }
        json_close(&truth->json, ']');
    }
    json_close(&truth->json, '}');
}

static void tell_invoice(Truth *truth, const Sale *sale)
{
    const Invoice *invoice = invoice_at(truth->business, sale->invoice);
    if (invoice->taxed)
        tell_amount(truth, "totalTaxAmount", invoice->tax, sale->currency);
    tell_amount(truth, "totalDiscount", invoice->discount, sale->currency);
    json_open(&truth->json, "orderLineItems", '[');
    for (int i = 0; i < invoice->n_lines; i++)
        tell_line(truth, invoice->first_line + i, sale->currency);
    json_close(&truth->json, ']');
}

void truth_order(Truth *truth, int index)
{
    const Sale *sale = sale_at(truth->business, index);
    char receipt[16];
    sale_receipt(sale, receipt);
    tell_text(truth, "orderNumber", receipt);
    json_put_text(&truth->json, "country", alpha3(sale->country));
    tell_currency(truth, "currency", sale->currency);
    tell_amount(truth, "totalAmount", sale->amount - sale->refunded, sale->currency);
    tell_amount(truth, "totalRefund", -sale->refunded, sale->currency);
    if (sale->invoice >= 0)
        tell_invoice(truth, sale);
    if (sale->customer >= 0) {
        json_open(&truth->json, "customerRef", '{');
        tell_id(truth, "id", "", KIND_CUSTOMER, sale->customer);
        tell_text(truth, "name", sale->payer);
        json_close(&truth->json, '}');
    }
    tell_instant(truth, "createdDate", sale->item.created);
    json_open(&truth->json, "payments", '[');
    json_open(&truth->json, NULL, '{');
    tell_id(truth, "id", "", KIND_SALE, index);
    tell_amount(truth, "amount", sale->amount, sale->currency);
    tell_currency(truth, "currency", sale->currency);
    json_put_text(&truth->json, "type", payment_type(sale->method));
    json_put_text(&truth->json, "status", sale_status(sale));
    json_put_text(&truth->json, "paymentProvider", "Stripe");
    tell_instant(truth, "createdDate", sale->item.created);
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    tell_extras(truth, index, true);
}

void truth_charge_payment(Truth *truth, int index)
{
    const Sale *sale = sale_at(truth->business, index);
    tell_amount(truth, "amount", sale->amount, sale->currency);
    tell_currency(truth, "currency", sale->currency);
    json_open(&truth->json, "paymentMethodRef", '{');
    json_put_text(&truth->json, "id", stripe_method(sale->method));
    json_put_text(&truth->json, "name", truth_method_title(sale->method));
    json_close(&truth->json, '}');
    json_put_text(&truth->json, "status", sale_status(sale));
    json_put_text(&truth->json, "paymentProvider", "Stripe");
    tell_instant(truth, "createdDate", sale->item.created);
    tell_extras(truth, index, false);
}

void truth_refund_payment(Truth *truth, int index)
{
    static const char *const words[] = {
        [REFUND_PAID] = "Paid",     [REFUND_PENDING] = "Pending",     [REFUND_NEEDS_ACTION] = "Pending",
        [REFUND_FAILED] = "Failed", [REFUND_CANCELLED] = "Cancelled",
    };
    const Refund *refund = refund_at(truth->business, index);
    const Currency *currency = sale_at(truth->business, refund->sale)->currency;
    tell_amount(truth, "amount", -refund->amount, currency);
    tell_currency(truth, "currency", currency);
    json_put_text(&truth->json, "status", words[refund->state]);
    json_put_text(&truth->json, "paymentProvider", "Stripe");
    tell_instant(truth, "createdDate", refund->item.created);
    json_open(&truth->json, "supplementalData", '{');
    json_open(&truth->json, "content", '{');
    tell_id(truth, "charge", "", KIND_SALE, refund->sale);
    tell_text(truth, "reason", stripe_refund_reason(refund));
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
}

static const struct {
    const char *type, *source_prefix, *source_type;
} movement_truths[MOVE_TYPES] = {
    [MOVE_SALE] = {"Payment",          "charge:", "Payment"},
    [MOVE_REFUND] = {"Refund",           "refund:", "Payment"},
    [MOVE_REFUND_FAILED] = {"Unknown",          "",        "Unknown"},
    [MOVE_DISPUTE] = {"Unknown",          "",        "Unknown"},
    [MOVE_DISPUTE_WON] = {"Unknown",          "",        "Unknown"},
    [MOVE_PAYOUT] = {"Payout",           "",        "Unknown"},
    [MOVE_PAYOUT_FAILED] = {"FailedPayout",     "",        "Unknown"},
    [MOVE_PAYOUT_CANCELLED] = {"FailedPayout",     "",        "Unknown"},
    [MOVE_TRANSFER] = {"Transfer",         "",        "Unknown"},
    [MOVE_PROCESSOR_FEE] = {"PaymentFee",       "",        "Fee"    },
    [MOVE_PLATFORM_FEE] = {"PaymentFee",       "",        "Fee"    },
    [MOVE_PLATFORM_FEE_BACK] = {"PaymentFeeRefund", "",        "Fee"    },
    [MOVE_RESERVE] = {"Unknown",          "",        "Unknown"},
    [MOVE_TOPUP] = {"Unknown",          "",        "Unknown"},
};

void truth_transaction(Truth *truth, int index)
{
    const Movement *movement = movement_at(truth->business, index);
    char rate[32];
    tell_amount(truth, "totalAmount", movement->amount, movement->currency);
    tell_currency(truth, "currency", movement->currency);
    json_put_text(&truth->json, "type", movement_truths[movement->type].type);
    json_put_text(&truth->json, "subType", stripe_movement_type(truth->business, movement));
    if (movement->source_kind != KIND_NONE) {
        json_open(&truth->json, "transactionSourceRef", '{');
        tell_id(truth, "id", movement_truths[movement->type].source_prefix, movement->source_kind, movement->source);
        json_put_text(&truth->json, "type", movement_truths[movement->type].source_type);
        json_close(&truth->json, '}');
    }
    tell_instant(truth, "createdDate", movement->item.created);
    tell_instant(truth, "sourceCreatedDate", movement->item.created);
    json_open(&truth->json, "supplementalData", '{');
    json_open(&truth->json, "content", '{');
    json_put_integer(&truth->json, "fee", movement->fee);
    json_put_integer(&truth->json, "net", movement->amount - movement->fee);
    if (movement->rate_micros) {
        stripe_float(rate, movement->rate_micros, 6);
        json_put_raw(&truth->json, "exchange_rate", rate, strlen(rate));
    }
    json_put_text(&truth->json, "reporting_category", stripe_movement_category(movement));
    json_put_text(&truth->json, "status", stripe_movement_pending(truth->business, movement) ? "pending" : "available");
    json_put_integer(&truth->json, "available_on", movement->available_on);
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
}

void truth_dispute(Truth *truth, int index)
{
    static const char *const words[DISPUTE_STATES] = {
        [DISPUTE_INQUIRY_OPEN] = "InquiryEvidenceRequired",
        [DISPUTE_INQUIRY_REVIEW] = "InquiryProcessing",
        [DISPUTE_INQUIRY_CLOSED] = "InquiryClosed",
        [DISPUTE_OPEN] = "EvidenceRequired",
        [DISPUTE_REVIEW] = "Processing",
        [DISPUTE_WON] = "Won",
        [DISPUTE_LOST] = "Lost",
        [DISPUTE_REFUNDED] = "ChargeRefunded",
        [DISPUTE_PREVENTED] = "Unknown",
    };
    const Dispute *dispute = dispute_at(truth->business, index);
    const Currency *currency = sale_at(truth->business, dispute->sale)->currency;
    json_open(&truth->json, "disputedTransactions", '[');
    json_open(&truth->json, NULL, '{');
    tell_id(truth, "id", "charge:", KIND_SALE, dispute->sale);
    json_put_text(&truth->json, "type", "Payment");
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    tell_amount(truth, "totalAmount", dispute->amount, currency);
    tell_currency(truth, "currency", currency);
    json_put_text(&truth->json, "reason", stripe_dispute_reason(dispute));
    if (dispute->due_by)
        tell_instant(truth, "dueDate", dispute->due_by);
    tell_instant(truth, "createdDate", dispute->item.created);
    json_put_text(&truth->json, "status", words[dispute->state]);
}
