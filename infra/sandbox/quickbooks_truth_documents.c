/* Documents in canonical form. What is voided has no amounts any more. */
#include "infra/sandbox/quickbooks_truth.h"
#include "lib/auto.h"
#include <stdio.h>
#include <string.h>

/* How a data type tells its lines. */
typedef enum Tracks { TRACKS_OBJECT, TRACKS_RECORDS, TRACKS_REFS } Tracks;

typedef struct Style {
    bool sales;    /* items have accounts, and discounts are shown */
    bool numbered; /* lineNumber */
    bool negative; /* money that went the other way */
    bool deposit;  /* lines are amounts and nothing else */
    Tracks tracks;
} Style;

static int64_t power_of_ten(int digits)
{
    return digits == 0 ? 1 : 10 * power_of_ten(digits - 1);
}

static int64_t rounded(__int128 value, __int128 by)
{
    return (int64_t)((2 * (value < 0 ? -value : value) + by) / (2 * by)) * (value < 0 ? -1 : 1);
}

static int department_of(const QbTruth *truth, const Document *document)
{
    for (int i = 0; i < document->n_lines; i++) {
        int category = truth->books->lines[document->first_line + i].category[1];
        if (category >= 0)
            return category;
    }
    return -1;
}

/* One discount for all lines stands below them and not in them. */
static int discount_below(const QbTruth *truth, const Document *document)
{
    int common = 0, n = 0;
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &truth->books->lines[document->first_line + i];
        if (line->text_only)
            continue;
        if (n++ > 0 && line->discount_millis != common)
            return 0;
        common = line->discount_millis;
    }
    return document->form == TAX_FORM_INCLUSIVE ? 0 : common;
}

/* Price times quantity. */
static int64_t full_amount(const Document *document, const BookLine *line)
{
    if (line->discount_millis == 0)
        return line->net;
    __int128 micros = (__int128)line->quantity_micros * line->price_micros;
    return rounded(micros * power_of_ten(document->currency->digits), (__int128)1000000 * 1000000);
}

/* QuickBooks has prices without tax only, and discounts on sales only: what it cannot say is in the price. */
static int64_t unit_micros(const Document *document, const BookLine *line, const Style *style)
{
    bool plain = document->form != TAX_FORM_INCLUSIVE && (style->sales || line->discount_millis == 0);
    if (plain)
        return line->price_micros;
    __int128 net = (__int128)line->net * 1000000 * 1000000;
    return rounded(net, (__int128)line->quantity_micros * power_of_ten(document->currency->digits));
}

static void tell_category(QbTruth *truth, int index, bool typed)
{
    const BookCategory *category = category_at(truth->books, index);
    QbEntity entity = category->set == 0 ? QB_CLASS : QB_DEPARTMENT;
    char id[QB_ID_SIZE];
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "id",
                  arena_format(truth->arena, "%s:%s", category->set == 0 ? "class" : "department",
                               quickbooks_id(id, entity, BOOK_CATEGORY, index)));
    if (typed)
        json_put_text(&truth->json, "dataType", "trackingCategories");
    else
        json_put_text(&truth->json, "name", category->name);
    json_close(&truth->json, '}');
}

static void tell_categories(QbTruth *truth, const char *key, int class, int department, bool typed)
{
    json_open(&truth->json, key, '[');
    if (class >= 0)
        tell_category(truth, class, typed);
    if (department >= 0)
        tell_category(truth, department, typed);
    json_close(&truth->json, ']');
}

static void tell_tracking(QbTruth *truth, const Document *document, const BookLine *line, Tracks tracks)
{
    int class = line->text_only ? -1 : line->category[0], department = department_of(truth, document);
    if (class < 0 && department < 0)
        return;
    if (tracks == TRACKS_REFS) {
        tell_categories(truth, "trackingCategoryRefs", class, department, false);
        return;
    }
    json_open(&truth->json, "tracking", '{');
    if (tracks == TRACKS_RECORDS) {
        tell_categories(truth, "recordRefs", class, department, true);
    } else {
        tell_categories(truth, "categoryRefs", class, department, false);
        json_put_text(&truth->json, "isBilledTo", "NotApplicable");
        json_put_text(&truth->json, "isRebilledTo", "NotApplicable");
    }
    json_close(&truth->json, '}');
}

/* QuickBooks says tax of a line only where the price has it in it. */
static void tell_line_amounts(QbTruth *truth, const Document *document, const BookLine *line, int64_t amount, int sign)
{
    const Currency *currency = document->currency;
    bool coded = truth->us ? line->tax_amount != 0 : line->tax >= 0 && document->form != TAX_FORM_NONE;
    bool taxed = coded && document->tax != 0 && !document->entry.voided;
    bool inclusive = document->form == TAX_FORM_INCLUSIVE && !truth->us;
    if (!taxed || !inclusive)
        qb_tell_amount(truth, "subTotal", sign * amount, currency);
    if (!taxed) {
        json_put_integer(&truth->json, "taxAmount", 0);
        qb_tell_amount(truth, "totalAmount", sign * amount, currency);
    } else if (inclusive && line->tax_amount != 0) {
        qb_tell_amount(truth, "subTotal", sign * amount, currency);
        qb_tell_amount(truth, "taxAmount", sign * line->tax_amount, currency);
        qb_tell_amount(truth, "totalAmount", sign * (amount + line->tax_amount), currency);
    } else if (inclusive) {
        qb_tell_amount(truth, "totalAmount", sign * amount, currency);
    }
}

static void tell_line_refs(QbTruth *truth, const Document *document, const BookLine *line, const Style *style)
{
    char id[QB_ID_SIZE];
    if (style->sales || style->deposit || line->item < 0)
        qb_tell_account(truth, "accountRef", line->account);
    const char *code = line->tax_amount != 0 ? "TAX" : "NON";
    bool coded = truth->us || (line->tax >= 0 && document->form != TAX_FORM_NONE);
    if (coded && !style->deposit) {
        json_open(&truth->json, "taxRateRef", '{');
        json_put_text(&truth->json, "id", truth->us ? code : quickbooks_id(id, QB_TAX_CODE, BOOK_TAX, line->tax));
        json_close(&truth->json, '}');
    }
    if (line->item >= 0 && !style->deposit) {
        json_open(&truth->json, "itemRef", '{');
        json_put_text(&truth->json, "id", quickbooks_id(id, QB_ITEM, BOOK_ITEM, line->item));
        json_put_text(&truth->json, "name", book_item_at(truth->books, line->item)->name);
        json_close(&truth->json, '}');
    }
}

static void tell_line_price(QbTruth *truth, const Document *document, const BookLine *line, const Style *style,
                            int64_t amount)
{
    bool counted = !line->text_only && !style->deposit && (style->sales || line->item >= 0);
    int sign = style->negative ? -1 : 1;
    if (counted && document->entry.voided) {
        json_put_integer(&truth->json, "unitAmount", 0);
        json_put_integer(&truth->json, "quantity", 0);
    } else if (counted) {
        qb_tell_micros(truth, "unitAmount", sign * unit_micros(document, line, style));
        qb_tell_micros(truth, "quantity", line->quantity_micros);
    } else {
        qb_tell_amount(truth, "unitAmount", sign * amount, document->currency);
        json_put_integer(&truth->json, "quantity", 1);
    }
}

static void tell_line(QbTruth *truth, const Document *document, int number, const Style *style)
{
    const BookLine *line = &truth->books->lines[document->first_line + number];
    bool below = style->sales && discount_below(truth, document) != 0;
    bool within = style->sales && !below && line->discount_millis && document->form != TAX_FORM_INCLUSIVE;
    int64_t amount = line->text_only || document->entry.voided ? 0 : below ? full_amount(document, line) : line->net;
    json_open(&truth->json, NULL, '{');
    qb_tell_text(truth, "description", line->description);
    tell_line_price(truth, document, line, style, amount);
    if (within && !line->text_only && !document->entry.voided && full_amount(document, line) != line->net) {
        qb_tell_amount(truth, "discountAmount", full_amount(document, line) - line->net, document->currency);
        qb_tell_micros(truth, "discountPercentage", (int64_t)line->discount_millis * 1000);
    }
    if (line->text_only) {
        json_put_integer(&truth->json, "subTotal", 0);
        json_put_integer(&truth->json, "taxAmount", 0);
        json_put_integer(&truth->json, "totalAmount", 0);
    } else {
        tell_line_amounts(truth, document, line, amount, style->negative ? -1 : 1);
        tell_line_refs(truth, document, line, style);
    }
    if (style->numbered)
        json_put_text(&truth->json, "lineNumber", arena_format(truth->arena, "%d", number + 1));
    tell_tracking(truth, document, line, style->tracks);
    json_close(&truth->json, '}');
}

static void tell_lines(QbTruth *truth, const Document *document, const Style *style)
{
    json_open(&truth->json, "lineItems", '[');
    for (int i = 0; i < document->n_lines; i++)
        if (!style->deposit || !truth->books->lines[document->first_line + i].text_only)
            tell_line(truth, document, i, style);
    json_close(&truth->json, ']');
}

static void tell_totals(QbTruth *truth, const Document *document, const char *tax_key, int sign)
{
    int64_t counts = document->entry.voided ? 0 : sign;
    qb_tell_amount(truth, "subTotal", counts * (document->total - document->tax), document->currency);
    qb_tell_amount(truth, tax_key, counts * document->tax, document->currency);
    qb_tell_amount(truth, "totalAmount", counts * document->total, document->currency);
}

static void tell_discount(QbTruth *truth, const Document *document, bool always)
{
    int percent = document->entry.voided ? 0 : discount_below(truth, document);
    int64_t sum = 0;
    for (int i = 0; percent && i < document->n_lines; i++) {
        const BookLine *line = &truth->books->lines[document->first_line + i];
        sum += line->text_only ? 0 : full_amount(document, line) - line->net;
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
    const Style style = {.sales = true, .tracks = TRACKS_OBJECT};
    qb_tell_text(truth, "invoiceNumber", document->number);
    qb_tell_contact(truth, "customerRef", "companyName", QB_CUSTOMER, document->contact);
    qb_tell_day(truth, "issueDate", document->date);
    tell_due(truth, "dueDate", document);
    tell_currency(truth, document);
    tell_lines(truth, document, &style);
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
    const Style style = {.sales = true, .tracks = TRACKS_OBJECT};
    qb_tell_text(truth, "creditNoteNumber", document->number);
    qb_tell_contact(truth, "customerRef", "companyName", QB_CUSTOMER, document->contact);
    tell_discount(truth, document, true);
    tell_totals(truth, document, "totalTaxAmount", 1);
    qb_tell_amount(truth, "remainingCredit", open_of(document), document->currency);
    json_put_text(&truth->json, "status", status_of(document, "Submitted"));
    qb_tell_day(truth, "issueDate", document->date);
    tell_currency(truth, document);
    qb_tell_text(truth, "note", document->memo);
    tell_lines(truth, document, &style);
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
    const Style style = {.numbered = true, .tracks = TRACKS_OBJECT};
    qb_tell_text(truth, "reference", document->number);
    qb_tell_contact(truth, "supplierRef", "supplierName", QB_VENDOR, document->contact);
    tell_order_of(truth, document);
    qb_tell_day(truth, "issueDate", document->date);
    tell_due(truth, "dueDate", document);
    tell_currency(truth, document);
    json_put_text(&truth->json, "status", status_of(document, "Open"));
    tell_lines(truth, document, &style);
    tell_totals(truth, document, "taxAmount", 1);
    qb_tell_amount(truth, "amountDue", open_of(document), document->currency);
    qb_tell_text(truth, "note", qb_shown_note(truth, &document->entry, document->note));
    tell_purchase_extras(truth, document, NULL);
    qb_tell_tail(truth, &document->entry);
}

void qb_truth_bill_credit(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_BILL_CREDIT, index);
    const Style style = {.tracks = TRACKS_OBJECT};
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
    tell_lines(truth, document, &style);
    tell_purchase_extras(truth, document, NULL);
    qb_tell_tail(truth, &document->entry);
}

void qb_truth_order(QbTruth *truth, int index)
{
    const Document *document = document_at(truth->books, BOOK_PURCHASE_ORDER, index);
    const Style style = {.numbered = true, .tracks = TRACKS_REFS};
    const char *status = document->entry.voided ? "Void" : document->state == DOCUMENT_CLOSED ? "Closed" : "Open";
    const char *note = qb_shown_note(truth, &document->entry, document->note);
    qb_tell_text(truth, "purchaseOrderNumber", document->number);
    qb_tell_day(truth, "issueDate", document->date);
    tell_due(truth, "paymentDueDate", document);
    qb_tell_text(truth, "note", document->memo && *document->memo ? document->memo : note);
    qb_tell_contact(truth, "supplierRef", "supplierName", QB_VENDOR, document->contact);
    json_put_text(&truth->json, "status", status);
    tell_currency(truth, document);
    tell_lines(truth, document, &style);
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
    const Style style = {.negative = document->refund, .tracks = TRACKS_RECORDS};
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
    tell_lines(truth, document, &style);
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
    const Style style = {.sales = !deposit, .negative = document->refund, .deposit = deposit, .tracks = TRACKS_REFS};
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
    tell_lines(truth, document, &style);
    if (!deposit)
        tell_sales_extras(truth, document, false, quickbooks_method(entity, index));
    qb_tell_tail(truth, &document->entry);
}
