/* Payments, journal entries, transfers. */
#include "infra/sandbox/quickbooks_document.h"
#include <stdio.h>
#include <string.h>

void qb_put_leaked(QbRender *render, const char *name, const char *value)
{
    JsonWriter *json = &render->json;
    json_open(json, NULL, '{');
    json_put_text(json, "name", "{http://schema.intuit.com/finance/v3}NameValue");
    json_put_text(json, "declaredType", "com.intuit.schema.finance.v3.NameValue");
    json_put_text(json, "scope", "javax.xml.bind.JAXBElement$GlobalScope");
    json_open(json, "value", '{');
    json_put_text(json, "Name", name);
    json_put_text(json, "Value", value);
    json_close(json, '}');
    json_put_boolean(json, "nil", false);
    json_put_boolean(json, "globalScope", true);
    json_put_boolean(json, "typeSubstituted", false);
    json_close(json, '}');
}

static const struct {
    BookKind kind;
    QbEntity entity;
    const char *type;
} linkable[] = {
    {BOOK_INVOICE,     QB_INVOICE,       "Invoice"     },
    {BOOK_CREDIT_NOTE, QB_CREDIT_MEMO,   "CreditMemo"  },
    {BOOK_BILL,        QB_BILL,          "Bill"        },
    {BOOK_BILL_CREDIT, QB_VENDOR_CREDIT, "VendorCredit"},
};

static void put_leaks(QbRender *render, QbEntity entity, BookKind kind, int index)
{
    const Document *document = document_at(render->books, kind, index);
    char id[QB_ID_SIZE];
    json_open(&render->json, "LineEx", '{');
    json_open(&render->json, "any", '[');
    qb_put_leaked(render, "txnId", quickbooks_id(id, entity, kind, index));
    if (document->number)
        qb_put_leaked(render, "txnReferenceNumber", document->number);
    json_close(&render->json, ']');
    json_close(&render->json, '}');
}

/* A line for each document; amounts are positive whatever they do to it. */
static void put_settled(QbRender *render, const Settlement *settlement, bool leaks)
{
    json_open(&render->json, "Line", '[');
    for (int i = 0; i < settlement->n_links && !settlement->entry.voided; i++) {
        size_t j = 0;
        while (linkable[j].kind != settlement->links[i].kind)
            j++;
        int document = settlement->links[i].document;
        json_open(&render->json, NULL, '{');
        qb_put_money(render, "Amount", settlement->links[i].amount, settlement->currency);
        json_open(&render->json, "LinkedTxn", '[');
        qb_put_linked(render, linkable[j].type, linkable[j].entity, linkable[j].kind, document);
        json_close(&render->json, ']');
        if (leaks)
            put_leaks(render, linkable[j].entity, linkable[j].kind, document);
        json_close(&render->json, '}');
    }
    json_close(&render->json, ']');
}

static void put_settlement_head(QbRender *render, QbEntity entity, const Settlement *settlement, int index)
{
    const char *note = settlement->note;
    qb_put_identity(render, entity, index, &settlement->entry);
    if (entity == QB_BILL_PAYMENT)
        qb_put_some(render, "DocNumber", settlement->reference);
    qb_put_day(render, "TxnDate", settlement->date);
    qb_put_currency(render, settlement->currency, settlement->rate_micros);
    if (entity == QB_PAYMENT && settlement->amount == 0 && !note)
        note = "Created by QB Online to link credits to charges.";
    qb_put_note(render, &settlement->entry, note);
}

void qb_payment(QbRender *render, int index)
{
    const Settlement *payment = settlement_at(render->books, BOOK_PAYMENT, index);
    char id[QB_ID_SIZE];
    int method = quickbooks_method(QB_PAYMENT, index);
    qb_put_ref(render, "CustomerRef", QB_CUSTOMER, BOOK_CONTACT, payment->contact);
    /* Money that waits to be paid in: the account is named without its name. */
    if (payment->account >= 0)
        qb_put_ref(render, "DepositToAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, payment->account);
    else if (payment->amount != 0)
        qb_put_named(render, "DepositToAccountRef",
                     quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, books_account_of(render->books, ACCOUNT_CLEARING)),
                     NULL);
    if (method >= 0 && payment->amount != 0)
        qb_put_named(render, "PaymentMethodRef", qb_row_id(id, QB_PAYMENT_METHOD, method), NULL);
    qb_put_some(render, "PaymentRefNum", payment->reference);
    qb_put_money(render, "TotalAmt", qb_amount(&payment->entry, payment->amount), payment->currency);
    qb_put_money(render, "UnappliedAmt", qb_amount(&payment->entry, payment->unapplied), payment->currency);
    json_put_boolean(&render->json, "ProcessPayment", false);
    put_settlement_head(render, QB_PAYMENT, payment, index);
    put_settled(render, payment, true);
}

void qb_bill_payment(QbRender *render, int index)
{
    const Settlement *payment = settlement_at(render->books, BOOK_BILL_PAYMENT, index);
    JsonWriter *json = &render->json;
    bool card = payment->account >= 0 && account_at(render->books, payment->account)->type == ACCOUNT_CARD;
    qb_put_ref(render, "VendorRef", QB_VENDOR, BOOK_CONTACT, payment->contact);
    json_put_text(json, "PayType", card ? "CreditCard" : "Check");
    json_open(json, card ? "CreditCardPayment" : "CheckPayment", '{');
    qb_put_ref(render, card ? "CCAccountRef" : "BankAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, payment->account);
    if (!card)
        json_put_text(json, "PrintStatus", "NotSet");
    json_close(json, '}');
    qb_put_money(render, "TotalAmt", qb_amount(&payment->entry, payment->amount), payment->currency);
    put_settlement_head(render, QB_BILL_PAYMENT, payment, index);
    put_settled(render, payment, false);
}

static void put_journal_line(QbRender *render, const BookJournal *journal, int number)
{
    JsonWriter *json = &render->json;
    char id[QB_ID_SIZE];
    int64_t amount = qb_amount(&journal->entry, journal->lines[number].amount);
    int category = journal->lines[number].category, contact = journal->lines[number].contact;
    json_open(json, NULL, '{');
    snprintf(id, sizeof id, "%d", number); /* from "0" on, as in no other entity */
    json_put_text(json, "Id", id);
    qb_put_some(render, "Description", journal->lines[number].description);
    qb_put_home(render, "Amount", amount < 0 ? -amount : amount);
    json_put_text(json, "DetailType", "JournalEntryLineDetail");
    json_open(json, "JournalEntryLineDetail", '{');
    json_put_text(json, "PostingType", journal->lines[number].amount < 0 ? "Credit" : "Debit");
    if (contact >= 0) {
        bool customer = contact_at(render->books, contact)->customer;
        json_open(json, "Entity", '{');
        json_put_text(json, "Type", customer ? "Customer" : "Vendor");
        qb_put_ref(render, "EntityRef", customer ? QB_CUSTOMER : QB_VENDOR, BOOK_CONTACT, contact);
        json_close(json, '}');
    }
    qb_put_ref(render, "AccountRef", QB_ACCOUNT, BOOK_ACCOUNT, journal->lines[number].account);
    if (category >= 0) {
        QbEntity entity = quickbooks_entity(render->books, BOOK_CATEGORY, category);
        qb_put_ref(render, entity == QB_CLASS ? "ClassRef" : "DepartmentRef", entity, BOOK_CATEGORY, category);
    }
    json_close(json, '}');
    json_open(json, "CustomExtensions", '[');
    json_close(json, ']');
    json_close(json, '}');
}

void qb_journal_entry(QbRender *render, int index)
{
    const BookJournal *journal = journal_at(render->books, index);
    JsonWriter *json = &render->json;
    json_put_boolean(json, "Adjustment", false);
    json_put_integer(json, "TotalAmt", 0);
    qb_put_identity(render, QB_JOURNAL_ENTRY, index, &journal->entry);
    qb_put_some(render, "DocNumber", journal->number);
    qb_put_day(render, "TxnDate", journal->date);
    qb_put_currency(render, NULL, 0);
    qb_put_note(render, &journal->entry, journal->note);
    json_open(json, "Line", '[');
    for (int i = 0; i < journal->n_lines; i++)
        put_journal_line(render, journal, i);
    json_close(json, ']');
    json_open(json, "TxnTaxDetail", '{');
    json_close(json, '}');
}

static void put_moved(QbRender *render, QbEntity entity, int index)
{
    const BookTransfer *transfer = book_transfer_at(render->books, index);
    qb_put_home(render, "Amount", qb_amount(&transfer->entry, transfer->amount));
    qb_put_identity(render, entity, index, &transfer->entry);
    qb_put_day(render, "TxnDate", transfer->date);
    qb_put_currency(render, NULL, 0);
    qb_put_note(render, &transfer->entry, transfer->note);
}

void qb_transfer(QbRender *render, int index)
{
    const BookTransfer *transfer = book_transfer_at(render->books, index);
    qb_put_ref(render, "FromAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, transfer->from);
    qb_put_ref(render, "ToAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, transfer->to);
    put_moved(render, QB_TRANSFER, index);
}

void qb_card_payment(QbRender *render, int index)
{
    const BookTransfer *transfer = book_transfer_at(render->books, index);
    qb_put_ref(render, "CreditCardAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, transfer->to);
    qb_put_ref(render, "BankAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, transfer->from);
    put_moved(render, QB_CARD_PAYMENT, index);
}
