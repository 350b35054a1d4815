/* Invoices, credit notes, purchase orders and bank transactions. */
#include "infra/sandbox/xero_render.h"

static bool is_dead(const Entry *entry)
{
    return entry->voided || entry->item.deleted;
}

const char *xero_document_status(BookKind kind, const Document *document)
{
    bool order = kind == BOOK_PURCHASE_ORDER;
    if (document->entry.item.deleted || (document->entry.voided && order))
        return "DELETED";
    if (document->entry.voided)
        return "VOIDED";
    switch (document->state) {
    case DOCUMENT_DRAFT:
        return document->date / 86400 % 3 ? "DRAFT" : "SUBMITTED";
    case DOCUMENT_PAID:
        return order ? "BILLED" : "PAID";
    case DOCUMENT_CLOSED:
        return "BILLED";
    default:
        return "AUTHORISED";
    }
}

static const char *form_of(TaxForm form)
{
    return form == TAX_FORM_INCLUSIVE ? "Inclusive" : form == TAX_FORM_NONE ? "NoTax" : "Exclusive";
}

static void put_item(Xero *xero, int index)
{
    const BookItem *item = book_item_at(xero->books, index);
    json_open(&xero->json, "Item", '{');
    xero_put_id(xero, "ItemID", BOOK_ITEM, index);
    json_put_text(&xero->json, "Name", item->name);
    json_put_text(&xero->json, "Code", xero_item_code(item));
    json_close(&xero->json, '}');
}

static void put_line(Xero *xero, const Document *document, int index)
{
    const BookLine *line = &xero->books->lines[index];
    const Currency *currency = document->currency;
    json_open(&xero->json, NULL, '{');
    if (line->item >= 0)
        json_put_text(&xero->json, "ItemCode", xero_item_code(book_item_at(xero->books, line->item)));
    xero_put_some(xero, "Description", line->description);
    if (!line->text_only) {
        xero_put_price(xero, "UnitAmount", line->price_micros);
        json_put_text(&xero->json, "TaxType", line->tax < 0 ? XERO_NO_TAX : tax_at(xero->books, line->tax)->code);
        xero_put_money(xero, "TaxAmount", line->tax_amount, currency);
        xero_put_money(xero, "LineAmount", line->net + (document->form == TAX_FORM_INCLUSIVE ? line->tax_amount : 0),
                       currency);
        if (line->discount_millis)
            xero_put_millis(xero, "DiscountRate", line->discount_millis);
        if (line->account >= 0)
            xero_put_some(xero, "AccountCode", account_at(xero->books, line->account)->code);
    }
    if (line->item >= 0)
        put_item(xero, line->item);
    xero_put_tracking(xero, "Tracking", line->category, false);
    if (!line->text_only)
        xero_put_micros(xero, "Quantity", line->quantity_micros);
    xero_put_id(xero, "LineItemID", XERO_LINE, index);
    if (!line->text_only && line->account >= 0)
        xero_put_id(xero, "AccountID", BOOK_ACCOUNT, line->account);
    json_close(&xero->json, '}');
}

static void put_lines(Xero *xero, const Document *document)
{
    json_put_text(&xero->json, "LineAmountTypes", form_of(document->form));
    json_open(&xero->json, "LineItems", '[');
    for (int i = 0; xero->lines && i < document->n_lines; i++)
        put_line(xero, document, document->first_line + i);
    json_close(&xero->json, ']');
    xero_put_money(xero, "SubTotal", document->net, document->currency);
    xero_put_money(xero, "TotalTax", document->tax, document->currency);
    xero_put_money(xero, "Total", document->total, document->currency);
}

static void put_rate(Xero *xero, const Document *document, int index)
{
    if (document->currency != xero->business->main)
        xero_put_rate(xero, document->rate_micros);
    else if (xero_says_rate(index))
        json_put_integer(&xero->json, "CurrencyRate", 1);
}

typedef struct Settled {
    int64_t cash, credit;
} Settled;

static Settled settled(Xero *xero, BookKind kind, int index)
{
    Settled sums = {0};
    for (const XeroLink *link = NULL; (link = xero_link_after(xero, kind, index, link));)
        *(link->part.type == XERO_PART_CASH ? &sums.cash : &sums.credit) += link->part.amount;
    return sums;
}

static void put_payments(Xero *xero, BookKind kind, int index, const Currency *currency)
{
    json_open(&xero->json, "Payments", '[');
    for (const XeroLink *link = NULL; (link = xero_link_after(xero, kind, index, link));) {
        const Settlement *settlement = settlement_at(xero->books, link->kind, link->settlement);
        if (link->part.type != XERO_PART_CASH)
            continue;
        json_open(&xero->json, NULL, '{');
        xero_put_id(xero, "PaymentID", XERO_CASH, link->number);
        xero_put_day(xero, "Date", settlement->date);
        xero_put_money(xero, "Amount", link->part.amount, currency);
        xero_put_some(xero, "Reference", settlement->reference);
        xero_put_false(xero, "HasAccount HasValidationErrors");
        json_close(&xero->json, '}');
    }
    json_close(&xero->json, ']');
}

static void put_applied_credits(Xero *xero, BookKind kind, int index, const Currency *currency)
{
    BookKind credit_kind = kind == BOOK_INVOICE ? BOOK_CREDIT_NOTE : BOOK_BILL_CREDIT;
    json_open(&xero->json, "CreditNotes", '[');
    for (const XeroLink *link = NULL; (link = xero_link_after(xero, kind, index, link));) {
        if (link->part.type != XERO_PART_ALLOCATION)
            continue;
        const Document *credit = document_at(xero->books, credit_kind, link->part.credit);
        json_open(&xero->json, NULL, '{');
        xero_put_id(xero, "CreditNoteID", credit_kind, link->part.credit);
        xero_put_some(xero, "CreditNoteNumber", credit->number);
        xero_put_id(xero, "ID", credit_kind, link->part.credit);
        xero_put_false(xero, "HasErrors");
        xero_put_empty(xero, "InvoiceAddresses");
        xero_put_money(xero, "AppliedAmount", link->part.amount, currency);
        xero_put_days(xero, "Date", credit->date);
        xero_put_empty(xero, "LineItems");
        xero_put_money(xero, "Total", credit->total, currency);
        json_close(&xero->json, '}');
    }
    json_close(&xero->json, ']');
}

/* What an invoice and a credit note have from their contact on. */
static void put_body(Xero *xero, const XeroRow *row, const Document *document)
{
    xero_put_contact(xero, document->contact);
    xero_put_days(xero, "Date", document->date);
    if (row->kind == BOOK_INVOICE || row->kind == BOOK_BILL)
        xero_put_days(xero, "DueDate", document->due);
    json_put_text(&xero->json, "Status", row->status);
    put_lines(xero, document);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_currency(xero, document->currency);
    put_rate(xero, document, row->index);
    if (document->paid_on && !is_dead(&document->entry))
        xero_put_day(xero, "FullyPaidOnDate", document->paid_on);
}

static int64_t total_discount(const Xero *xero, const Document *document)
{
    int64_t sum = 0;
    for (int i = 0; i < document->n_lines; i++)
        sum += xero_line_discount(document, &xero->books->lines[document->first_line + i]);
    return sum;
}

void xero_write_invoice(Xero *xero, const XeroRow *row)
{
    const Document *document = document_at(xero->books, row->kind, row->index);
    bool dead = is_dead(&document->entry);
    Settled sums = settled(xero, row->kind, row->index);
    int64_t discount = total_discount(xero, document);
    json_put_text(&xero->json, "Type", row->type);
    json_put_text(&xero->json, "InvoiceID", row->id);
    json_put_text(&xero->json, "InvoiceNumber", document->number ? document->number : "");
    json_put_text(&xero->json, "Reference", document->memo ? document->memo : "");
    put_payments(xero, row->kind, row->index, document->currency);
    put_applied_credits(xero, row->kind, row->index, document->currency);
    xero_put_empty(xero, "Prepayments Overpayments");
    xero_put_money(xero, "AmountDue", dead ? 0 : document->total - sums.cash - sums.credit, document->currency);
    xero_put_money(xero, "AmountPaid", sums.cash, document->currency);
    xero_put_money(xero, "AmountCredited", sums.credit, document->currency);
    json_put_boolean(&xero->json, "IsDiscounted", discount > 0);
    if (discount)
        xero_put_money(xero, "TotalDiscount", discount, document->currency);
    xero_put_false(xero, "HasAttachments");
    xero_put_empty(xero, "InvoiceAddresses");
    xero_put_false(xero, "HasErrors");
    if (row->kind == BOOK_INVOICE)
        json_put_boolean(&xero->json, "SentToContact", document->state != DOCUMENT_DRAFT);
    xero_put_empty(xero, "InvoicePaymentServices");
    put_body(xero, row, document);
}

static void put_allocations(Xero *xero, const XeroRow *row, const Currency *currency)
{
    BookKind kind = row->kind == BOOK_CREDIT_NOTE ? BOOK_INVOICE : BOOK_BILL;
    json_open(&xero->json, "Allocations", '[');
    for (const XeroLink *link = NULL; (link = xero_link_after(xero, row->kind, row->index, link));) {
        if (link->part.type != XERO_PART_ALLOCATION)
            continue;
        json_open(&xero->json, NULL, '{');
        xero_put_id(xero, "AllocationID", XERO_ALLOCATION, link->number);
        xero_put_money(xero, "Amount", link->part.amount, currency);
        xero_put_day(xero, "Date", settlement_at(xero->books, link->kind, link->settlement)->date);
        json_open(&xero->json, "Invoice", '{');
        xero_put_id(xero, "InvoiceID", kind, link->part.document);
        xero_put_some(xero, "InvoiceNumber", document_at(xero->books, kind, link->part.document)->number);
        xero_put_empty(xero, "Payments CreditNotes Prepayments Overpayments");
        xero_put_false(xero, "IsDiscounted");
        xero_put_empty(xero, "InvoiceAddresses");
        xero_put_false(xero, "HasErrors");
        xero_put_empty(xero, "InvoicePaymentServices LineItems");
        json_close(&xero->json, '}');
        json_close(&xero->json, '}');
    }
    json_close(&xero->json, ']');
}

void xero_write_credit_note(Xero *xero, const XeroRow *row)
{
    const Document *document = document_at(xero->books, row->kind, row->index);
    Settled sums = settled(xero, row->kind, row->index);
    int64_t left = is_dead(&document->entry) ? 0 : document->total - sums.cash - sums.credit;
    json_put_text(&xero->json, "CreditNoteID", row->id);
    xero_put_some(xero, "CreditNoteNumber", document->number);
    put_payments(xero, row->kind, row->index, document->currency);
    json_put_text(&xero->json, "ID", row->id);
    xero_put_false(xero, "HasErrors");
    xero_put_empty(xero, "InvoiceAddresses");
    json_put_text(&xero->json, "Type", row->type);
    json_put_text(&xero->json, "Reference", document->memo ? document->memo : "");
    xero_put_money(xero, "RemainingCredit", left, document->currency);
    put_allocations(xero, row, document->currency);
    xero_put_false(xero, "HasAttachments");
    put_body(xero, row, document);
}

void xero_write_order(Xero *xero, const XeroRow *row)
{
    const Document *document = document_at(xero->books, row->kind, row->index);
    json_put_text(&xero->json, "PurchaseOrderID", row->id);
    xero_put_some(xero, "PurchaseOrderNumber", document->number);
    xero_put_days(xero, "Date", document->date);
    xero_put_days(xero, "DeliveryDate", document->due);
    xero_put_some(xero, "DeliveryInstructions", document->note);
    xero_put_false(xero, "HasErrors IsDiscounted");
    xero_put_some(xero, "Reference", document->memo);
    json_put_text(&xero->json, "Type", row->type);
    xero_put_rate(xero, document->rate_micros);
    xero_put_currency(xero, document->currency);
    xero_put_contact(xero, document->contact);
    json_put_text(&xero->json, "Status", row->status);
    put_lines(xero, document);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_false(xero, "HasAttachments");
}

static void put_cash_document(Xero *xero, const XeroRow *row)
{
    const Document *document = document_at(xero->books, row->kind, row->index);
    json_put_text(&xero->json, "BankTransactionID", row->id);
    xero_put_account(xero, "BankAccount", document->account, true, true);
    json_put_text(&xero->json, "Type", row->type);
    xero_put_some(xero, "Reference", document->number);
    json_put_boolean(&xero->json, "IsReconciled", xero_is_reconciled(row->index) && !is_dead(&document->entry));
    xero_put_false(xero, "HasAttachments");
    if (document->contact < 0 && row->index % 2)
        json_put_raw(&xero->json, "Contact", "{}", 2);
    xero_put_contact(xero, document->contact);
    xero_put_days(xero, "Date", document->date);
    json_put_text(&xero->json, "Status", row->status);
    put_lines(xero, document);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_currency(xero, document->currency);
    put_rate(xero, document, row->index);
}

void xero_write_bank_transaction(Xero *xero, const XeroRow *row)
{
    if (row->thing == XERO_ON_ACCOUNT)
        xero_put_overpaid_cash(xero, row);
    else if (row->thing == XERO_MOVED)
        xero_put_moved_cash(xero, row);
    else
        put_cash_document(xero, row);
}
