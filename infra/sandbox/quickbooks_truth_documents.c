/* Documents in canonical form. What is voided has no amounts any more. */
#include "infra/sandbox/quickbooks_truth_lines.h"
#include <stdio.h>
#include <string.h>

static void tell_totals(QbTruth *truth, const Document *document, const char *tax_key, int sign)
{
    int64_t counts = document->entry.voided ? 0 : sign;
    qb_tell_amount(truth, "subTotal", counts * (document->total - document->tax), document->currency);
    qb_tell_amount(truth, tax_key, counts * document->tax, document->currency);
    qb_tell_amount(truth, "totalAmount", counts * document->total, document->currency);
}

static void tell_discount(QbTruth *truth, const Document *document, bool always)
{
    int percent = document->entry.voided ? 0 : qb_discount_below(truth, document);
    int64_t sum = 0;
    for (int i = 0; percent && i < document->n_lines; i++) {
        const BookLine *line = &truth->books->lines[document->first_line + i];
        sum += line->text_only ? 0 : qb_full_amount(document, line) - line->net;
    }
    qb_tell_amount(truth, "totalDiscount", sum, document->currency);
    if (percent || always)
        qb_tell_micros(truth, "discountPercentage", (int64_t)percent * 1000);
}

static const char *status_of(const Document *document, const char *untouched)
{
    if (document->entry.voided)
        return "Void";
    if (document->open == 0)
        return "Paid";
    return document->open < document->total ? "PartiallyPaid" : untouched;
}

static int64_t open_of(const Document *document)
{
    return document->entry.voided ? 0 : document->open;
}

static void tell_currency(QbTruth *truth, const Document *document)
{
    qb_tell_currency(truth, "currency", document->currency);
    qb_tell_rate(truth, document->currency, document->rate_micros);
}

/* What sales forms keep in the supplement. */
static void tell_sales_extras(QbTruth *truth, const Document *document, bool mailed, int method)
{
    static const char *const forms[] = {
        [TAX_FORM_EXCLUSIVE] = "TaxExcluded", [TAX_FORM_INCLUSIVE] = "TaxInclusive", [TAX_FORM_NONE] = "NotApplicable"};
    bool open = false;
    char id[QB_ID_SIZE];
    qb_supplement_text(truth, &open, "PrivateNote", qb_shown_note(truth, &document->entry, document->note));
    qb_supplement_text(truth, &open, "EmailStatus", mailed ? "NotSet" : NULL);
    if (method >= 0)
        qb_supplement_ref(truth, &open, "PaymentMethodRef", quickbooks_id(id, QB_PAYMENT_METHOD, BOOK_KINDS, method),
                          quickbooks_method_name(method));
    qb_supplement_text(truth, &open, "GlobalTaxCalculation", truth->us ? NULL : forms[document->form]);
    qb_supplement_end(truth, open);
}

static void tell_purchase_extras(QbTruth *truth, const Document *document, const char *payment_type)
{
    static const char *const forms[] = {
        [TAX_FORM_EXCLUSIVE] = "TaxExcluded", [TAX_FORM_INCLUSIVE] = "TaxInclusive", [TAX_FORM_NONE] = "NotApplicable"};
    bool open = false;
    qb_supplement_text(truth, &open, "PaymentType", payment_type);
    qb_supplement_text(truth, &open, "GlobalTaxCalculation", truth->us ? NULL : forms[document->form]);
    qb_supplement_end(truth, open);
}

static void tell_due(QbTruth *truth, const char *key, const Document *document)
{
    if (document->due)
        qb_tell_day(truth, key, document->due);
}

void qb_truth_invoice(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_INVOICE, index);
    const QbStyle style = {.sales = true, .tracks = QB_TRACKS_OBJECT};
    qb_tell_text(truth, "invoiceNumber", document->number);
    qb_tell_contact(truth, "customerRef", "companyName", QB_CUSTOMER, document->contact);
    qb_tell_day(truth, "issueDate", document->date);
    tell_due(truth, "dueDate", document);
    tell_currency(truth, document);
    qb_tell_lines(truth, document, &style);
    tell_discount(truth, document, false);
    tell_totals(truth, document, "totalTaxAmount", 1);
    qb_tell_amount(truth, "amountDue", open_of(document), document->currency);
    json_put_text(&truth->json, "status", status_of(document, "Submitted"));
    qb_tell_text(truth, "note", document->memo);
    tell_sales_extras(truth, document, true, -1);
    qb_tell_tail(truth, &document->entry);
}

void qb_truth_credit_note(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_CREDIT_NOTE, index);
    const QbStyle style = {.sales = true, .tracks = QB_TRACKS_OBJECT};
    qb_tell_text(truth, "creditNoteNumber", document->number);
    qb_tell_contact(truth, "customerRef", "companyName", QB_CUSTOMER, document->contact);
    tell_discount(truth, document, true);
    tell_totals(truth, document, "totalTaxAmount", 1);
    qb_tell_amount(truth, "remainingCredit", open_of(document), document->currency);
    json_put_text(&truth->json, "status", status_of(document, "Submitted"));
    qb_tell_day(truth, "issueDate", document->date);
    tell_currency(truth, document);
    qb_tell_text(truth, "note", document->memo);
    qb_tell_lines(truth, document, &style);
    tell_sales_extras(truth, document, true, -1);
    qb_tell_tail(truth, &document->entry);
}

/* Orders that are drafts are not in QuickBooks, nor are those that were deleted. */
static void tell_order_of(QbTruth *truth, const Document *bill)
{
    char id[QB_ID_SIZE];
    if (bill->source < 0 || document_at(truth->books, BOOK_PURCHASE_ORDER, bill->source)->state == DOCUMENT_DRAFT ||
        entry_at(truth->books, BOOK_PURCHASE_ORDER, bill->source)->item.deleted)
        return;
    json_open(&truth->json, "purchaseOrderRefs", '[');
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "id", quickbooks_id(id, QB_PURCHASE_ORDER, BOOK_PURCHASE_ORDER, bill->source));
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
}

void qb_truth_bill(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_BILL, index);
    const QbStyle style = {.numbered = true, .tracks = QB_TRACKS_OBJECT};
    qb_tell_text(truth, "reference", document->number);
    qb_tell_contact(truth, "supplierRef", "supplierName", QB_VENDOR, document->contact);
    tell_order_of(truth, document);
    qb_tell_day(truth, "issueDate", document->date);
    tell_due(truth, "dueDate", document);
    tell_currency(truth, document);
    json_put_text(&truth->json, "status", status_of(document, "Open"));
    qb_tell_lines(truth, document, &style);
    tell_totals(truth, document, "taxAmount", 1);
    qb_tell_amount(truth, "amountDue", open_of(document), document->currency);
    qb_tell_text(truth, "note", qb_shown_note(truth, &document->entry, document->note));
    tell_purchase_extras(truth, document, NULL);
    qb_tell_tail(truth, &document->entry);
}

void qb_truth_bill_credit(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_BILL_CREDIT, index);
    const QbStyle style = {.tracks = QB_TRACKS_OBJECT};
    qb_tell_text(truth, "billCreditNoteNumber", document->number);
    qb_tell_contact(truth, "supplierRef", "supplierName", QB_VENDOR, document->contact);
    tell_totals(truth, document, "totalTaxAmount", 1);
    json_put_integer(&truth->json, "totalDiscount", 0);
    json_put_integer(&truth->json, "discountPercentage", 0);
    qb_tell_amount(truth, "remainingCredit", open_of(document), document->currency);
    json_put_text(&truth->json, "status", status_of(document, "Submitted"));
    qb_tell_day(truth, "issueDate", document->date);
    tell_currency(truth, document);
    qb_tell_text(truth, "note", qb_shown_note(truth, &document->entry, document->note));
    qb_tell_lines(truth, document, &style);
    tell_purchase_extras(truth, document, NULL);
    qb_tell_tail(truth, &document->entry);
}

void qb_truth_order(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_PURCHASE_ORDER, index);
    const QbStyle style = {.numbered = true, .tracks = QB_TRACKS_REFS};
    const char *status = document->entry.voided ? "Void" : document->state == DOCUMENT_CLOSED ? "Closed" : "Open";
    const char *note = qb_shown_note(truth, &document->entry, document->note);
    qb_tell_text(truth, "purchaseOrderNumber", document->number);
    qb_tell_day(truth, "issueDate", document->date);
    tell_due(truth, "paymentDueDate", document);
    qb_tell_text(truth, "note", document->memo && *document->memo ? document->memo : note);
    qb_tell_contact(truth, "supplierRef", "supplierName", QB_VENDOR, document->contact);
    json_put_text(&truth->json, "status", status);
    tell_currency(truth, document);
    qb_tell_lines(truth, document, &style);
    json_put_integer(&truth->json, "totalDiscount", 0);
    tell_totals(truth, document, "totalTaxAmount", 1);
    qb_tell_tail(truth, &document->entry);
}

/* The payment that a document paid at once is. */
static void tell_allocation(QbTruth *truth, const Document *document, const char *id, const char *reference, int sign)
{
    int64_t total = document->entry.voided ? 0 : sign * document->total;
    json_open(&truth->json, "paymentAllocations", '[');
    json_open(&truth->json, NULL, '{');
    json_open(&truth->json, "payment", '{');
    json_put_text(&truth->json, "id", id);
    qb_tell_text(truth, "reference", reference);
    qb_tell_account(truth, "accountRef", document->account);
    tell_currency(truth, document);
    qb_tell_day(truth, "paidOnDate", document->date);
    qb_tell_amount(truth, "totalAmount", total, document->currency);
    json_close(&truth->json, '}');
    json_open(&truth->json, "allocation", '{');
    tell_currency(truth, document);
    qb_tell_day(truth, "allocatedOnDate", document->date);
    qb_tell_amount(truth, "totalAmount", total, document->currency);
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
}

void qb_truth_cost(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_SPENDING, index);
    const QbStyle style = {.negative = document->refund, .tracks = QB_TRACKS_RECORDS};
    bool card = account_at(truth->books, document->account)->type == ACCOUNT_CARD;
    bool supplier = document->contact >= 0 && contact_at(truth->books, document->contact)->supplier;
    char id[QB_ID_SIZE];
    quickbooks_id(id, QB_PURCHASE, BOOK_SPENDING, index);
    qb_tell_text(truth, "reference", document->number);
    qb_tell_text(truth, "note", qb_shown_note(truth, &document->entry, document->note));
    qb_tell_contact(truth, "contactRef", NULL, supplier ? QB_VENDOR : QB_CUSTOMER, document->contact);
    qb_tell_day(truth, "issueDate", document->date);
    tell_currency(truth, document);
    tell_allocation(truth, document, id, document->number, document->refund ? -1 : 1);
    tell_totals(truth, document, "taxAmount", document->refund ? -1 : 1);
    qb_tell_lines(truth, document, &style);
    tell_purchase_extras(truth, document, card ? "CreditCard" : index % 2 ? "Check" : "Cash");
    qb_tell_tail(truth, &document->entry);
}

void qb_truth_income(QbTruth *truth, int index)
{
    static const char *const prefixes[QB_ENTITIES] = {
        [QB_SALES_RECEIPT] = "salesReceipt:", [QB_REFUND_RECEIPT] = "refundReceipt:", [QB_DEPOSIT] = "deposit:"};
    const Document *document = document_at(truth->books, BOOK_RECEIPT, index);
    QbEntity entity = quickbooks_entity(truth->books, BOOK_RECEIPT, index);
    bool deposit = entity == QB_DEPOSIT;
    const QbStyle style = {
        .sales = !deposit, .negative = document->refund, .deposit = deposit, .tracks = QB_TRACKS_REFS};
    char id[QB_ID_SIZE], whole[QB_ID_SIZE + 16];
    snprintf(whole, sizeof whole, "%s%s", prefixes[entity], quickbooks_id(id, entity, BOOK_RECEIPT, index));
    if (!deposit)
        qb_tell_text(truth, "reference", document->number);
    qb_tell_text(truth, "note", deposit ? qb_shown_note(truth, &document->entry, document->note) : document->memo);
    qb_tell_contact(truth, "contactRef", NULL, QB_CUSTOMER, document->contact);
    qb_tell_day(truth, "issueDate", document->date);
    tell_currency(truth, document);
    tell_allocation(truth, document, whole, NULL, document->refund ? -1 : 1);
    tell_totals(truth, document, "taxAmount", document->refund ? -1 : 1);
    qb_tell_lines(truth, document, &style);
    if (!deposit)
        tell_sales_extras(truth, document, false, quickbooks_method(entity, index));
    qb_tell_tail(truth, &document->entry);
}
