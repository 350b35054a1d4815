/* Payments, journal entries and transfers in canonical form. */
#include "infra/sandbox/quickbooks_truth.h"
#include <string.h>

static const struct {
    BookKind kind;
    QbEntity entity;
    const char *type;
    int sign; /* of the line: a charge takes money, a credit gives it */
} links[] = {
    {BOOK_INVOICE,     QB_INVOICE,       "Invoice",    1 },
    {BOOK_CREDIT_NOTE, QB_CREDIT_MEMO,   "CreditNote", -1},
    {BOOK_BILL,        QB_BILL,          "Bill",       1 },
    {BOOK_BILL_CREDIT, QB_VENDOR_CREDIT, "CreditNote", -1},
};

static void tell_link(QbTruth *truth, const char *type, const char *id, int64_t amount, const Currency *currency)
{
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "type", type);
    json_put_text(&truth->json, "id", id);
    qb_tell_amount(truth, "amount", amount, currency);
    json_close(&truth->json, '}');
}

static void open_line(QbTruth *truth, const Settlement *settlement, int64_t amount)
{
    json_open(&truth->json, NULL, '{');
    qb_tell_amount(truth, "amount", amount, settlement->currency);
    qb_tell_day(truth, "allocatedOnDate", settlement->date);
    json_open(&truth->json, "links", '[');
}

static void close_line(QbTruth *truth)
{
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
}

/* Cash pays documents one by one, and what is left is on account; without cash, credits and charges make one line of
 * nothing. */
static void tell_settled(QbTruth *truth, const Settlement *settlement, QbEntity party)
{
    int64_t left = settlement->amount;
    char id[QB_ID_SIZE];
    if (settlement->entry.voided || (settlement->n_links == 0 && left == 0))
        return;
    json_open(&truth->json, "lines", '[');
    if (settlement->amount == 0)
        open_line(truth, settlement, 0);
    for (int i = 0; i < settlement->n_links; i++) {
        size_t j = 0;
        while (links[j].kind != settlement->links[i].kind)
            j++;
        int64_t amount = links[j].sign * settlement->links[i].amount;
        quickbooks_id(id, links[j].entity, links[j].kind, settlement->links[i].document);
        if (settlement->amount != 0)
            open_line(truth, settlement, amount);
        tell_link(truth, links[j].type, id, -amount, settlement->currency);
        if (settlement->amount != 0)
            close_line(truth);
        left -= amount;
    }
    if (settlement->amount == 0) {
        close_line(truth);
    } else if (left != 0) {
        open_line(truth, settlement, left);
        tell_link(truth, "PaymentOnAccount", quickbooks_id(id, party, BOOK_CONTACT, settlement->contact), -left,
                  settlement->currency);
        close_line(truth);
    }
    json_close(&truth->json, ']');
}

static void tell_settlement(QbTruth *truth, const Settlement *settlement, QbEntity party, const char *note)
{
    qb_tell_amount(truth, "totalAmount", settlement->entry.voided ? 0 : settlement->amount, settlement->currency);
    qb_tell_currency(truth, "currency", settlement->currency);
    qb_tell_rate(truth, settlement->currency, settlement->rate_micros);
    qb_tell_day(truth, "date", settlement->date);
    qb_tell_text(truth, "note", qb_shown_note(truth, &settlement->entry, note));
    qb_tell_text(truth, "reference", settlement->reference);
    tell_settled(truth, settlement, party);
    qb_tell_tail(truth, &settlement->entry);
}

void qb_truth_payment(QbTruth *truth, int index)
{
    const Settlement *payment = settlement_at(truth->books, BOOK_PAYMENT, index);
    bool cash = payment->amount != 0;
    int method = cash ? quickbooks_method(QB_PAYMENT, index) : -1;
    char id[QB_ID_SIZE];
    qb_tell_contact(truth, "customerRef", "companyName", QB_CUSTOMER, payment->contact);
    if (payment->account >= 0) {
        qb_tell_account(truth, "accountRef", payment->account);
    } else if (cash) { /* undeposited: QuickBooks gives the account without its name */
        int clearing = books_account_of(truth->books, ACCOUNT_CLEARING);
        json_open(&truth->json, "accountRef", '{');
        json_put_text(&truth->json, "id", quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, clearing));
        json_close(&truth->json, '}');
    }
    if (method >= 0) {
        json_open(&truth->json, "paymentMethodRef", '{');
        json_put_text(&truth->json, "id", quickbooks_id(id, QB_PAYMENT_METHOD, BOOK_KINDS, method));
        json_close(&truth->json, '}');
    }
    const char *automatic = "Created by QB Online to link credits to charges.";
    tell_settlement(truth, payment, QB_CUSTOMER, cash || payment->note ? payment->note : automatic);
}

void qb_truth_bill_payment(QbTruth *truth, int index)
{
    const Settlement *payment = settlement_at(truth->books, BOOK_BILL_PAYMENT, index);
    qb_tell_contact(truth, "supplierRef", "supplierName", QB_VENDOR, payment->contact);
    qb_tell_account(truth, "accountRef", payment->account);
    tell_settlement(truth, payment, QB_VENDOR, payment->note);
}

static void tell_journal_category(QbTruth *truth, int index)
{
    const BookCategory *category = category_at(truth->books, index);
    char id[QB_ID_SIZE];
    QbEntity entity = category->set == 0 ? QB_CLASS : QB_DEPARTMENT;
    json_open(&truth->json, "tracking", '{');
    json_open(&truth->json, "recordRefs", '[');
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "id",
                  arena_format(truth->arena, "%s:%s", category->set == 0 ? "class" : "department",
                               quickbooks_id(id, entity, BOOK_CATEGORY, index)));
    json_put_text(&truth->json, "dataType", "trackingCategories");
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
}

static void tell_journal_line(QbTruth *truth, const BookJournal *journal, int number)
{
    int64_t amount = journal->entry.voided ? 0 : journal->lines[number].amount;
    int contact = journal->lines[number].contact;
    json_open(&truth->json, NULL, '{');
    qb_tell_text(truth, "description", journal->lines[number].description);
    qb_tell_amount(truth, "netAmount", amount, NULL);
    qb_tell_currency(truth, "currency", NULL);
    qb_tell_amount(truth, "transactionAmount", amount, NULL);
    qb_tell_currency(truth, "transactionCurrency", NULL);
    qb_tell_account(truth, "accountRef", journal->lines[number].account);
    if (journal->lines[number].category >= 0)
        tell_journal_category(truth, journal->lines[number].category);
    if (contact >= 0)
        qb_tell_contact(truth, "contactRef", NULL,
                        contact_at(truth->books, contact)->customer ? QB_CUSTOMER : QB_VENDOR, contact);
    json_close(&truth->json, '}');
}

void qb_truth_journal(QbTruth *truth, int index)
{
    const BookJournal *journal = journal_at(truth->books, index);
    bool open = false;
    qb_tell_text(truth, "description", qb_shown_note(truth, &journal->entry, journal->note));
    qb_tell_day(truth, "postedOn", journal->date);
    qb_tell_instant(truth, "createdOn", journal->entry.item.created);
    qb_tell_instant(truth, "updatedOn", journal->entry.updated);
    json_open(&truth->json, "journalLines", '[');
    for (int i = 0; i < journal->n_lines; i++)
        tell_journal_line(truth, journal, i);
    json_close(&truth->json, ']');
    qb_supplement_text(truth, &open, "DocNumber", journal->number);
    json_put_boolean(qb_supplement(truth, &open), "Adjustment", false);
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, &journal->entry);
}

static void tell_side(QbTruth *truth, const char *key, int account, int64_t amount)
{
    char id[QB_ID_SIZE];
    json_open(&truth->json, key, '{');
    json_open(&truth->json, "accountRef", '{');
    json_put_text(&truth->json, "id", quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, account));
    json_put_text(&truth->json, "dataType", "chartOfAccounts");
    json_close(&truth->json, '}');
    qb_tell_currency(truth, "currency", NULL);
    qb_tell_amount(truth, "amount", amount, NULL);
    json_close(&truth->json, '}');
}

void qb_truth_transfer(QbTruth *truth, int index)
{
    const BookTransfer *transfer = book_transfer_at(truth->books, index);
    int64_t amount = transfer->entry.voided ? 0 : transfer->amount;
    qb_tell_text(truth, "description", qb_shown_note(truth, &transfer->entry, transfer->note));
    qb_tell_day(truth, "date", transfer->date);
    tell_side(truth, "from", transfer->from, amount);
    tell_side(truth, "to", transfer->to, amount);
    if (transfer->entry.voided)
        json_put_text(&truth->json, "status", "Void");
    qb_tell_tail(truth, &transfer->entry);
}
