/* Payments, batches of them, overpayments and transfers. */
#include "infra/sandbox/xero_render.h"

static bool is_dead(const Entry *entry)
{
    return entry->voided || entry->item.deleted;
}

static const Settlement *settlement_of(const Xero *xero, const XeroRow *row, XeroPart *part)
{
    XeroPart parts[XERO_PARTS];
    const Settlement *settlement = settlement_at(xero->books, row->kind, row->index);
    xero_parts(settlement, parts);
    *part = parts[row->part];
    return settlement;
}

static int paid_by(const Xero *xero, const Settlement *settlement)
{
    return settlement->account >= 0 ? settlement->account : xero_clearing(xero);
}

/* In the currency of the bank account. */
static void put_bank_amount(Xero *xero, const Settlement *settlement, int64_t amount)
{
    const BookAccount *account = account_at(xero->books, paid_by(xero, settlement));
    const Currency *currency = account->currency ? account->currency : xero->business->main;
    if (currency == settlement->currency)
        xero_put_money(xero, "BankAmount", amount, currency);
    else
        xero_put_home(xero, "BankAmount",
                      books_home(xero->books, amount, settlement->currency, settlement->rate_micros));
}

static void put_batch(Xero *xero, const XeroRow *row, const Settlement *settlement)
{
    if (!xero_is_batch(settlement))
        return;
    int number = xero_part_number(row->kind, row->index, 0);
    xero_put_id(xero, "BatchPaymentID", XERO_BATCH, number);
    json_open(&xero->json, "BatchPayment", '{');
    xero_put_account(xero, "Account", paid_by(xero, settlement), false, false);
    xero_put_id(xero, "BatchPaymentID", XERO_BATCH, number);
    xero_put_days(xero, "Date", settlement->date);
    json_put_text(&xero->json, "Type", row->kind == BOOK_PAYMENT ? "RECBATCH" : "PAYBATCH");
    json_put_text(&xero->json, "Status", row->status);
    xero_put_money(xero, "TotalAmount", settlement->amount - settlement->unapplied, settlement->currency);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_false(xero, "IsReconciled");
    json_close(&xero->json, '}');
}

/* The document paid, in outline. */
static void put_paid(Xero *xero, const XeroPart *part)
{
    const Document *document = document_at(xero->books, part->kind, part->document);
    bool credit = part->kind == BOOK_CREDIT_NOTE || part->kind == BOOK_BILL_CREDIT;
    bool sale = part->kind == BOOK_INVOICE || part->kind == BOOK_CREDIT_NOTE;
    json_open(&xero->json, credit ? "CreditNote" : "Invoice", '{');
    if (!credit)
        json_put_text(&xero->json, "Type", sale ? "ACCREC" : "ACCPAY");
    xero_put_id(xero, credit ? "CreditNoteID" : "InvoiceID", part->kind, part->document);
    xero_put_some(xero, credit ? "CreditNoteNumber" : "InvoiceNumber", document->number);
    if (!credit)
        xero_put_empty(xero, "Payments CreditNotes Prepayments Overpayments");
    xero_put_false(xero, "IsDiscounted");
    xero_put_empty(xero, "InvoiceAddresses");
    xero_put_false(xero, "HasErrors");
    xero_put_empty(xero, "InvoicePaymentServices");
    xero_put_contact(xero, document->contact);
    xero_put_empty(xero, "LineItems");
    xero_put_currency(xero, document->currency);
    json_close(&xero->json, '}');
}

/* 0 is Xero's way to say that nobody set a rate. */
static void put_payment_rate(Xero *xero, const Settlement *settlement, int index)
{
    if (settlement->currency != xero->business->main)
        xero_put_rate(xero, settlement->rate_micros);
    else
        json_put_integer(&xero->json, "CurrencyRate", xero_says_rate(index));
}

void xero_write_payment(Xero *xero, const XeroRow *row)
{
    XeroPart part;
    const Settlement *settlement = settlement_of(xero, row, &part);
    json_put_text(&xero->json, "PaymentID", row->id);
    put_batch(xero, row, settlement);
    xero_put_day(xero, "Date", settlement->date);
    put_bank_amount(xero, settlement, part.amount);
    xero_put_money(xero, "Amount", part.amount, settlement->currency);
    xero_put_some(xero, "Reference", settlement->reference);
    put_payment_rate(xero, settlement, row->index);
    json_put_text(&xero->json, "PaymentType", row->type);
    json_put_text(&xero->json, "Status", row->status);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    json_put_boolean(&xero->json, "HasAccount", true);
    json_put_boolean(&xero->json, "IsReconciled", xero_is_reconciled(row->index) && !is_dead(&settlement->entry));
    xero_put_account(xero, "Account", paid_by(xero, settlement), true, false);
    put_paid(xero, &part);
    xero_put_false(xero, "HasValidationErrors");
}

static void put_batch_payment(Xero *xero, const XeroRow *row, const Settlement *settlement, const XeroPart *part,
                              int number)
{
    json_open(&xero->json, NULL, '{');
    json_open(&xero->json, "Invoice", '{');
    xero_put_id(xero, "InvoiceID", part->kind, part->document);
    xero_put_currency(xero, settlement->currency);
    xero_put_empty(xero, "Payments CreditNotes Prepayments Overpayments");
    xero_put_false(xero, "HasErrors IsDiscounted");
    xero_put_empty(xero, "LineItems");
    json_close(&xero->json, '}');
    xero_put_id(xero, "PaymentID", XERO_CASH, xero_part_number(row->kind, row->index, number));
    xero_put_money(xero, "Amount", part->amount, settlement->currency);
    put_bank_amount(xero, settlement, part->amount);
    json_close(&xero->json, '}');
}

void xero_write_batch(Xero *xero, const XeroRow *row)
{
    XeroPart parts[XERO_PARTS];
    const Settlement *settlement = settlement_at(xero->books, row->kind, row->index);
    int n = xero_parts(settlement, parts);
    xero_put_account(xero, "Account", paid_by(xero, settlement), false, false);
    xero_put_some(xero, "Reference", settlement->reference);
    json_put_text(&xero->json, "BatchPaymentID", row->id);
    xero_put_days(xero, "Date", settlement->date);
    json_open(&xero->json, "Payments", '[');
    for (int i = 0; i < n; i++)
        if (parts[i].type == XERO_PART_CASH)
            put_batch_payment(xero, row, settlement, &parts[i], i);
    json_close(&xero->json, ']');
    json_put_text(&xero->json, "Type", row->type);
    json_put_text(&xero->json, "Status", row->status);
    xero_put_money(xero, "TotalAmount", settlement->amount - settlement->unapplied, settlement->currency);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_false(xero, "IsReconciled");
}

static void put_totals(Xero *xero, int64_t amount, const Currency *currency)
{
    xero_put_money(xero, "SubTotal", amount, currency);
    json_put_integer(&xero->json, "TotalTax", 0);
    xero_put_money(xero, "Total", amount, currency);
}

static void put_rate(Xero *xero, const Settlement *settlement)
{
    if (settlement->currency != xero->business->main)
        xero_put_rate(xero, settlement->rate_micros);
}

/* The money stays on the control account, whose line has no tax. */
static void put_overpaid_line(Xero *xero, const XeroRow *row, const Settlement *settlement, int64_t amount)
{
    AccountType control = row->kind == BOOK_PAYMENT ? ACCOUNT_RECEIVABLE : ACCOUNT_PAYABLE;
    int account = books_account_of(xero->books, control);
    json_put_text(&xero->json, "LineAmountTypes", "NoTax");
    json_open(&xero->json, "LineItems", '[');
    if (xero->lines) {
        json_open(&xero->json, NULL, '{');
        json_put_text(&xero->json, "Description", "Overpayment");
        xero_put_money(xero, "UnitAmount", amount, settlement->currency);
        json_put_text(&xero->json, "TaxType", XERO_NO_TAX);
        json_put_integer(&xero->json, "TaxAmount", 0);
        xero_put_money(xero, "LineAmount", amount, settlement->currency);
        xero_put_some(xero, "AccountCode", account_at(xero->books, account)->code);
        xero_put_empty(xero, "Tracking");
        json_put_integer(&xero->json, "Quantity", 1);
        xero_put_id(xero, "AccountID", BOOK_ACCOUNT, account);
        json_close(&xero->json, '}');
    }
    json_close(&xero->json, ']');
}

/* What an overpayment and the money that it came with have in common. */
static void put_overpaid_rest(Xero *xero, const XeroRow *row, const Settlement *settlement, int64_t amount)
{
    xero_put_false(xero, "HasAttachments");
    xero_put_contact(xero, settlement->contact);
    xero_put_days(xero, "Date", settlement->date);
    json_put_text(&xero->json, "Status", row->status);
    put_overpaid_line(xero, row, settlement, amount);
    put_totals(xero, amount, settlement->currency);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_currency(xero, settlement->currency);
    put_rate(xero, settlement);
}

void xero_write_overpayment(Xero *xero, const XeroRow *row)
{
    XeroPart part;
    const Settlement *settlement = settlement_of(xero, row, &part);
    json_put_text(&xero->json, "OverpaymentID", row->id);
    json_put_text(&xero->json, "ID", row->id);
    json_put_text(&xero->json, "Type", row->type);
    xero_put_some(xero, "Reference", settlement->reference);
    xero_put_money(xero, "RemainingCredit", is_dead(&settlement->entry) ? 0 : part.amount, settlement->currency);
    xero_put_empty(xero, "Allocations Payments");
    put_overpaid_rest(xero, row, settlement, part.amount);
}

void xero_put_overpaid_cash(Xero *xero, const XeroRow *row)
{
    XeroPart part;
    const Settlement *settlement = settlement_of(xero, row, &part);
    json_put_text(&xero->json, "BankTransactionID", row->id);
    json_put_text(&xero->json, "OverpaymentID", row->id);
    xero_put_account(xero, "BankAccount", paid_by(xero, settlement), true, true);
    json_put_text(&xero->json, "Type", row->type);
    xero_put_some(xero, "Reference", settlement->reference);
    json_put_boolean(&xero->json, "IsReconciled", xero_is_reconciled(row->index) && !is_dead(&settlement->entry));
    put_overpaid_rest(xero, row, settlement, part.amount);
}

void xero_put_moved_cash(Xero *xero, const XeroRow *row)
{
    const BookTransfer *transfer = book_transfer_at(xero->books, row->index);
    json_put_text(&xero->json, "BankTransactionID", row->id);
    xero_put_account(xero, "BankAccount", row->part ? transfer->to : transfer->from, true, true);
    json_put_text(&xero->json, "Type", row->type);
    xero_put_some(xero, "Reference", transfer->note);
    json_put_boolean(&xero->json, "IsReconciled",
                     xero_is_reconciled(row->index + row->part) && !is_dead(&transfer->entry));
    xero_put_false(xero, "HasAttachments");
    xero_put_days(xero, "Date", transfer->date);
    json_put_text(&xero->json, "Status", row->status);
    json_put_text(&xero->json, "LineAmountTypes", "NoTax");
    xero_put_empty(xero, "LineItems");
    put_totals(xero, transfer->amount, xero->business->main);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_currency(xero, xero->business->main);
}

void xero_write_transfer(Xero *xero, const XeroRow *row)
{
    const BookTransfer *transfer = book_transfer_at(xero->books, row->index);
    bool alive = !is_dead(&transfer->entry);
    json_put_text(&xero->json, "BankTransferID", row->id);
    xero_put_stamp(xero, "CreatedDateUTC", xero_stamp_ms(transfer->entry.item.created));
    xero_put_days(xero, "Date", transfer->date);
    json_put_text(&xero->json, "Status", row->status);
    xero_put_account(xero, "FromBankAccount", transfer->from, false, true);
    xero_put_account(xero, "ToBankAccount", transfer->to, false, true);
    xero_put_home(xero, "Amount", transfer->amount);
    xero_put_id(xero, "FromBankTransactionID", XERO_MOVED, 2 * row->index);
    xero_put_id(xero, "ToBankTransactionID", XERO_MOVED, 2 * row->index + 1);
    json_put_boolean(&xero->json, "FromIsReconciled", alive && xero_is_reconciled(row->index));
    json_put_boolean(&xero->json, "ToIsReconciled", alive && xero_is_reconciled(row->index + 1));
    json_put_text(&xero->json, "Reference", transfer->note ? transfer->note : "");
    xero_put_false(xero, "HasAttachments");
    json_put_integer(&xero->json, "CurrencyRate", 1);
}
