/* Invoices, bills, credit notes, orders, direct costs and incomes, in canonical form. */
#include "infra/sandbox/xero_truth.h"
#include <string.h>

static bool is_dead(const Entry *entry)
{
    return entry->voided || entry->item.deleted;
}

/* ---- Lines ---- */

static void tell_option(XeroTruth *truth, int category)
{
    json_open(&truth->json, NULL, '{');
    xero_tell_id(truth, "id", "", BOOK_CATEGORY, category);
    json_put_text(&truth->json, "name", category_at(truth->books, category)->name);
    json_close(&truth->json, '}');
}

static void tell_option_refs(XeroTruth *truth, const char *key, const BookLine *line)
{
    json_open(&truth->json, key, '[');
    for (int i = 0; i < 2; i++)
        if (line->category[i] >= 0)
            tell_option(truth, line->category[i]);
    json_close(&truth->json, ']');
}

/* Of documents that are settled later: the long form. */
static void tell_tracking(XeroTruth *truth, const BookLine *line)
{
    json_open(&truth->json, "tracking", '{');
    tell_option_refs(truth, "categoryRefs", line);
    json_put_text(&truth->json, "isBilledTo", "NotApplicable");
    json_put_text(&truth->json, "isRebilledTo", "NotApplicable");
    json_close(&truth->json, '}');
}

static void tell_record_refs(XeroTruth *truth, const BookLine *line)
{
    json_open(&truth->json, "tracking", '{');
    json_open(&truth->json, "recordRefs", '[');
    for (int i = 0; i < 2; i++) {
        if (line->category[i] < 0)
            continue;
        json_open(&truth->json, NULL, '{');
        xero_tell_id(truth, "id", "", BOOK_CATEGORY, line->category[i]);
        json_put_text(&truth->json, "dataType", "trackingCategories");
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
}

typedef enum Tracking { TRACKING_LONG, TRACKING_RECORDS, TRACKING_REFS } Tracking;

static void tell_line_tracking(XeroTruth *truth, const BookLine *line, Tracking tracking)
{
    if (line->category[0] < 0 && line->category[1] < 0)
        return;
    if (tracking == TRACKING_LONG)
        tell_tracking(truth, line);
    else if (tracking == TRACKING_RECORDS)
        tell_record_refs(truth, line);
    else
        tell_option_refs(truth, "trackingCategoryRefs", line);
}

static void tell_line(XeroTruth *truth, const Document *document, const BookLine *line, Tracking tracking)
{
    const Currency *currency = document->currency;
    json_open(&truth->json, NULL, '{');
    xero_tell_text(truth, "description", line->description);
    xero_tell_scaled(truth, "unitAmount", line->text_only ? 0 : xero_price_micros(line->price_micros), 6);
    xero_tell_scaled(truth, "quantity", line->text_only ? 1000000 : line->quantity_micros, 6);
    if (!line->text_only && line->discount_millis)
        xero_tell_scaled(truth, "discountPercentage", line->discount_millis, 3);
    xero_tell_amount(truth, "subTotal", line->text_only ? 0 : line->net, currency);
    xero_tell_amount(truth, "taxAmount", line->text_only ? 0 : line->tax_amount, currency);
    xero_tell_amount(truth, "totalAmount", line->text_only ? 0 : line->net + line->tax_amount, currency);
    if (!line->text_only) {
        xero_tell_account(truth, "accountRef", line->account, false);
        json_open(&truth->json, "taxRateRef", '{');
        json_put_text(&truth->json, "id", line->tax < 0 ? XERO_NO_TAX : tax_at(truth->books, line->tax)->code);
        json_close(&truth->json, '}');
    }
    if (line->item >= 0) {
        json_open(&truth->json, "itemRef", '{');
        xero_tell_id(truth, "id", "", BOOK_ITEM, line->item);
        json_put_text(&truth->json, "name", book_item_at(truth->books, line->item)->name);
        json_close(&truth->json, '}');
    }
    tell_line_tracking(truth, line, tracking);
    json_close(&truth->json, '}');
}

static void tell_lines(XeroTruth *truth, const Document *document, Tracking tracking)
{
    json_open(&truth->json, "lineItems", '[');
    for (int i = 0; i < document->n_lines; i++)
        tell_line(truth, document, &truth->books->lines[document->first_line + i], tracking);
    json_close(&truth->json, ']');
}

static int64_t discount_of(const XeroTruth *truth, const Document *document)
{
    int64_t sum = 0;
    for (int i = 0; i < document->n_lines; i++)
        sum += xero_line_discount(document, &truth->books->lines[document->first_line + i]);
    return sum;
}

/* ---- What is owed ---- */

/* `open` is what they call a document of which nothing is settled. */
static const char *status_of(const Document *document, int64_t left, const char *open)
{
    if (is_dead(&document->entry))
        return "Void";
    if (document->state == DOCUMENT_DRAFT)
        return "Draft";
    if (document->state == DOCUMENT_PAID)
        return "Paid";
    return left == document->total ? open : "PartiallyPaid";
}

/* What is left of a document; drafts are owed in full, though nobody has been asked yet. */
static int64_t left_of(const Document *document)
{
    if (is_dead(&document->entry))
        return 0;
    return document->state == DOCUMENT_DRAFT ? document->total : document->open;
}

static void tell_money(XeroTruth *truth, const Document *document, int index)
{
    xero_tell_currency(truth, "currency", document->currency);
    xero_tell_rate(truth, document->currency, document->rate_micros, xero_says_rate(index));
}

static void tell_sums(XeroTruth *truth, const Document *document, const char *tax_key)
{
    xero_tell_amount(truth, "subTotal", document->net, document->currency);
    xero_tell_amount(truth, tax_key, document->tax, document->currency);
    xero_tell_amount(truth, "totalAmount", document->total, document->currency);
}

static void tell_invoice(XeroTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_INVOICE, index);
    int64_t left = left_of(document);
    xero_open_record(truth, "", BOOK_INVOICE, index);
    xero_tell_text(truth, "invoiceNumber", document->number);
    xero_tell_contact(truth, "customerRef", "companyName", document->contact);
    xero_tell_day(truth, "issueDate", document->date);
    xero_tell_day(truth, "dueDate", document->due);
    if (!is_dead(&document->entry))
        xero_tell_day(truth, "paidOnDate", document->paid_on);
    tell_money(truth, document, index);
    tell_lines(truth, document, TRACKING_LONG);
    xero_tell_amount(truth, "totalDiscount", discount_of(truth, document), document->currency);
    tell_sums(truth, document, "totalTaxAmount");
    xero_tell_amount(truth, "amountDue", left, document->currency);
    json_put_text(&truth->json, "status", status_of(document, left, "Submitted"));
    xero_tell_text(truth, "note", document->memo);
    xero_close_record(truth, document->entry.updated, document->entry.item.deleted);
}

void xero_tell_invoices(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_INVOICE); i++)
        tell_invoice(truth, i);
}

static void tell_bill(XeroTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_BILL, index);
    int64_t left = left_of(document);
    xero_open_record(truth, "", BOOK_BILL, index);
    xero_tell_text(truth, "reference", document->number);
    xero_tell_contact(truth, "supplierRef", "supplierName", document->contact);
    xero_tell_day(truth, "issueDate", document->date);
    xero_tell_day(truth, "dueDate", document->due);
    tell_money(truth, document, index);
    json_put_text(&truth->json, "status", status_of(document, left, "Open"));
    tell_lines(truth, document, TRACKING_LONG);
    tell_sums(truth, document, "taxAmount");
    xero_tell_amount(truth, "amountDue", left, document->currency);
    xero_tell_text(truth, "note", document->memo);
    xero_close_record(truth, document->entry.updated, document->entry.item.deleted);
}

void xero_tell_bills(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_BILL); i++)
        tell_bill(truth, i);
}

/* ---- Credit ---- */

/* When credit was last spent on something; 0: never. */
static int64_t *allocation_days(XeroTruth *truth, BookKind credit)
{
    BookKind kind = credit == BOOK_CREDIT_NOTE ? BOOK_PAYMENT : BOOK_BILL_PAYMENT;
    int64_t *days = ARENA_ARRAY(truth->arena, int64_t, (size_t)n_book(truth->books, credit) + 1);
    XeroPart parts[XERO_PARTS];
    for (int i = 0; i < n_book(truth->books, kind); i++) {
        const Settlement *settlement = settlement_at(truth->books, kind, i);
        int n = is_dead(&settlement->entry) ? 0 : xero_parts(settlement, parts);
        for (int j = 0; j < n; j++)
            if (parts[j].type == XERO_PART_ALLOCATION && settlement->date > days[parts[j].credit])
                days[parts[j].credit] = settlement->date;
    }
    return days;
}

static void tell_credit(XeroTruth *truth, BookKind kind, int index, int64_t allocated)
{
    const Document *document = document_at(truth->books, kind, index);
    bool sale = kind == BOOK_CREDIT_NOTE;
    int64_t left = left_of(document);
    xero_open_record(truth, "creditNote:", kind, index);
    xero_tell_text(truth, sale ? "creditNoteNumber" : "billCreditNoteNumber", document->number);
    xero_tell_contact(truth, sale ? "customerRef" : "supplierRef", sale ? "companyName" : "supplierName",
                      document->contact);
    xero_tell_amount(truth, "totalDiscount", 0, document->currency);
    tell_sums(truth, document, "totalTaxAmount");
    xero_tell_scaled(truth, "discountPercentage", 0, 0);
    xero_tell_amount(truth, "remainingCredit", left, document->currency);
    json_put_text(&truth->json, "status", status_of(document, left, "Submitted"));
    xero_tell_day(truth, "issueDate", document->date);
    xero_tell_day(truth, "allocatedOnDate", allocated);
    tell_money(truth, document, index);
    xero_tell_text(truth, "note", document->memo);
    tell_lines(truth, document, TRACKING_LONG);
    xero_close_record(truth, document->entry.updated, document->entry.item.deleted);
}

/* Money on account is credit, too: nothing of it is spent here. */
static void tell_overpayment(XeroTruth *truth, BookKind kind, int index, int number, int64_t amount)
{
    const Settlement *settlement = settlement_at(truth->books, kind, index);
    const Currency *currency = settlement->currency;
    bool sale = kind == BOOK_PAYMENT, dead = is_dead(&settlement->entry);
    int account = books_account_of(truth->books, sale ? ACCOUNT_RECEIVABLE : ACCOUNT_PAYABLE);
    xero_open_record(truth, "overpayment:", XERO_ON_ACCOUNT, number);
    xero_tell_contact(truth, sale ? "customerRef" : "supplierRef", sale ? "companyName" : "supplierName",
                      settlement->contact);
    xero_tell_amount(truth, "totalAmount", amount, currency);
    xero_tell_amount(truth, "totalDiscount", 0, currency);
    xero_tell_amount(truth, "subTotal", amount, currency);
    xero_tell_amount(truth, "totalTaxAmount", 0, currency);
    xero_tell_scaled(truth, "discountPercentage", 0, 0);
    xero_tell_amount(truth, "remainingCredit", dead ? 0 : amount, currency);
    json_put_text(&truth->json, "status", dead ? "Void" : "Submitted");
    xero_tell_day(truth, "issueDate", settlement->date);
    xero_tell_currency(truth, "currency", currency);
    xero_tell_rate(truth, currency, settlement->rate_micros, false);
    xero_tell_text(truth, "note", settlement->reference);
    json_open(&truth->json, "lineItems", '[');
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "description", "Overpayment");
    xero_tell_amount(truth, "unitAmount", amount, currency);
    xero_tell_scaled(truth, "quantity", 1, 0);
    xero_tell_amount(truth, "subTotal", amount, currency);
    xero_tell_amount(truth, "taxAmount", 0, currency);
    xero_tell_amount(truth, "totalAmount", amount, currency);
    xero_tell_account(truth, "accountRef", account, false);
    json_open(&truth->json, "taxRateRef", '{');
    json_put_text(&truth->json, "id", XERO_NO_TAX);
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    xero_close_record(truth, settlement->entry.updated, false);
}

static void tell_overpayments(XeroTruth *truth, BookKind kind)
{
    XeroPart parts[XERO_PARTS];
    for (int i = 0; i < n_book(truth->books, kind); i++) {
        int n = xero_parts(settlement_at(truth->books, kind, i), parts);
        for (int j = 0; j < n; j++)
            if (parts[j].type == XERO_PART_ON_ACCOUNT)
                tell_overpayment(truth, kind, i, xero_part_number(kind, i, j), parts[j].amount);
    }
}

static void tell_credits(XeroTruth *truth, BookKind kind)
{
    const int64_t *days = allocation_days(truth, kind);
    for (int i = 0; i < n_book(truth->books, kind); i++)
        tell_credit(truth, kind, i, days[i]);
    tell_overpayments(truth, kind == BOOK_CREDIT_NOTE ? BOOK_PAYMENT : BOOK_BILL_PAYMENT);
}

void xero_tell_credit_notes(XeroTruth *truth)
{
    tell_credits(truth, BOOK_CREDIT_NOTE);
}

void xero_tell_bill_credits(XeroTruth *truth)
{
    tell_credits(truth, BOOK_BILL_CREDIT);
}

/* ---- Orders, and what is paid at once ---- */

static const char *order_status(const Document *document)
{
    if (is_dead(&document->entry))
        return "Void";
    if (document->state == DOCUMENT_DRAFT)
        return "Draft";
    return document->state == DOCUMENT_CLOSED || document->state == DOCUMENT_PAID ? "Closed" : "Open";
}

void xero_tell_orders(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_PURCHASE_ORDER); i++) {
        const Document *document = document_at(truth->books, BOOK_PURCHASE_ORDER, i);
        xero_open_record(truth, "", BOOK_PURCHASE_ORDER, i);
        xero_tell_text(truth, "purchaseOrderNumber", document->number);
        xero_tell_day(truth, "issueDate", document->date);
        xero_tell_day(truth, "deliveryDate", document->due);
        xero_tell_text(truth, "note", document->memo);
        xero_tell_contact(truth, "supplierRef", "supplierName", document->contact);
        json_put_text(&truth->json, "status", order_status(document));
        xero_tell_currency(truth, "currency", document->currency);
        xero_tell_rate(truth, document->currency, document->rate_micros, true);
        tell_lines(truth, document, TRACKING_REFS);
        xero_tell_amount(truth, "totalDiscount", 0, document->currency);
        tell_sums(truth, document, "totalTaxAmount");
        /* Xero knows no void order: it deletes it. */
        xero_close_record(truth, document->entry.updated, is_dead(&document->entry));
    }
}

static void tell_paid_at_once(XeroTruth *truth, BookKind kind, int index)
{
    const Document *document = document_at(truth->books, kind, index);
    bool says = xero_says_rate(index), income = xero_is_income(truth->books, kind, index);
    xero_open_record(truth, "", kind, index);
    xero_tell_text(truth, "reference", document->number);
    xero_tell_contact_ref(truth, document->contact, income ? "customers" : "suppliers");
    xero_tell_day(truth, "issueDate", document->date);
    tell_money(truth, document, index);
    json_open(&truth->json, "paymentAllocations", '[');
    json_open(&truth->json, NULL, '{');
    json_open(&truth->json, "payment", '{');
    xero_tell_id(truth, "id", "", kind, index);
    xero_tell_text(truth, "reference", document->number);
    xero_tell_account(truth, "accountRef", document->account, true);
    xero_tell_currency(truth, "currency", document->currency);
    xero_tell_rate(truth, document->currency, document->rate_micros, says);
    xero_tell_day(truth, "paidOnDate", document->date);
    xero_tell_amount(truth, "totalAmount", document->total, document->currency);
    json_close(&truth->json, '}');
    json_open(&truth->json, "allocation", '{');
    xero_tell_currency(truth, "currency", document->currency);
    xero_tell_rate(truth, document->currency, document->rate_micros, says);
    xero_tell_day(truth, "allocatedOnDate", document->date);
    xero_tell_amount(truth, "totalAmount", document->total, document->currency);
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    tell_sums(truth, document, "taxAmount");
    tell_lines(truth, document, income ? TRACKING_REFS : TRACKING_RECORDS);
    /* Nor void money. */
    xero_close_record(truth, document->entry.updated, is_dead(&document->entry));
}

static void tell_all_paid_at_once(XeroTruth *truth, bool income)
{
    static const BookKind kinds[] = {BOOK_SPENDING, BOOK_RECEIPT};
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (int i = 0; i < n_book(truth->books, kinds[k]); i++)
            if (xero_is_income(truth->books, kinds[k], i) == income)
                tell_paid_at_once(truth, kinds[k], i);
}

void xero_tell_costs(XeroTruth *truth)
{
    tell_all_paid_at_once(truth, false);
}

void xero_tell_incomes(XeroTruth *truth)
{
    tell_all_paid_at_once(truth, true);
}
