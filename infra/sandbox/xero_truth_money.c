/* Payments, transfers and journals, in canonical form. */
#include "infra/sandbox/xero_truth.h"
#include <stdio.h>

static bool is_dead(const Entry *entry)
{
    return entry->voided || entry->item.deleted;
}

/* ---- Payments ---- */

typedef struct Link {
    const char *type, *prefix;
    BookKind kind;
    int document;
    int64_t amount;
} Link;

static Link link_to(const XeroPart *part, int64_t amount)
{
    bool credit = part->kind == BOOK_CREDIT_NOTE || part->kind == BOOK_BILL_CREDIT;
    return (Link){credit                       ? "CreditNote"
                  : part->kind == BOOK_INVOICE ? "Invoice"
                                               : "Bill",
                  credit ? "creditNote:" : "", part->kind, part->document, amount};
}

static void tell_links(XeroTruth *truth, const Link *links, int n, int64_t amount, const Settlement *settlement)
{
    json_open(&truth->json, "lines", '[');
    json_open(&truth->json, NULL, '{');
    xero_tell_amount(truth, "amount", amount, settlement->currency);
    xero_tell_day(truth, "allocatedOnDate", settlement->date);
    json_open(&truth->json, "links", '[');
    for (int i = 0; i < n; i++) {
        json_open(&truth->json, NULL, '{');
        json_put_text(&truth->json, "type", links[i].type);
        xero_tell_id(truth, "id", links[i].prefix, links[i].kind, links[i].document);
        xero_tell_amount(truth, "amount", links[i].amount, settlement->currency);
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
}

static void tell_payer(XeroTruth *truth, BookKind kind, int contact)
{
    bool sale = kind == BOOK_PAYMENT;
    xero_tell_contact(truth, sale ? "customerRef" : "supplierRef", sale ? "companyName" : "supplierName", contact);
}

/* Money back for a credit note is negative. */
static void tell_cash(XeroTruth *truth, BookKind kind, int index, int number, const XeroPart *part)
{
    const Settlement *settlement = settlement_at(truth->books, kind, index);
    bool back = part->kind == BOOK_CREDIT_NOTE || part->kind == BOOK_BILL_CREDIT;
    int64_t amount = back ? -part->amount : part->amount;
    int account = settlement->account >= 0 ? settlement->account : books_account_of(truth->books, ACCOUNT_CLEARING);
    const Link link = link_to(part, -amount);
    xero_open_record(truth, "payment:", XERO_CASH, number);
    tell_payer(truth, kind, document_at(truth->books, part->kind, part->document)->contact);
    xero_tell_account(truth, "accountRef", account, false);
    xero_tell_amount(truth, "totalAmount", amount, settlement->currency);
    xero_tell_currency(truth, "currency", settlement->currency);
    xero_tell_rate(truth, settlement->currency, settlement->rate_micros, xero_says_rate(index));
    xero_tell_day(truth, "date", settlement->date);
    xero_tell_text(truth, "reference", settlement->reference);
    tell_links(truth, &link, 1, amount, settlement);
    xero_close_record(truth, settlement->entry.updated, is_dead(&settlement->entry));
}

/* Credit spent on a document moves no money. It is read with its credit note, and vanishes when it is taken back. */
static void tell_allocation(XeroTruth *truth, BookKind kind, int index, int number, const XeroPart *part)
{
    const Settlement *settlement = settlement_at(truth->books, kind, index);
    BookKind credit_kind = kind == BOOK_PAYMENT ? BOOK_CREDIT_NOTE : BOOK_BILL_CREDIT;
    const Document *credit = document_at(truth->books, credit_kind, part->credit);
    const Link links[] = {
        link_to(part, -part->amount), {"CreditNote", "creditNote:", credit_kind, part->credit, part->amount}
    };
    xero_open_record(truth, "allocation:", XERO_ALLOCATION, number);
    tell_payer(truth, kind, credit->contact);
    xero_tell_amount(truth, "totalAmount", 0, settlement->currency);
    xero_tell_currency(truth, "currency", credit->currency);
    xero_tell_rate(truth, credit->currency, credit->rate_micros, xero_says_rate(part->credit));
    xero_tell_day(truth, "date", settlement->date);
    tell_links(truth, links, 2, 0, settlement);
    xero_close_record(truth, credit->entry.updated, false);
}

static void tell_settlements(XeroTruth *truth, BookKind kind)
{
    XeroPart parts[XERO_PARTS];
    for (int i = 0; i < n_book(truth->books, kind); i++) {
        const Settlement *settlement = settlement_at(truth->books, kind, i);
        int n = xero_parts(settlement, parts);
        for (int j = 0; j < n; j++) {
            int number = xero_part_number(kind, i, j);
            if (parts[j].type == XERO_PART_CASH)
                tell_cash(truth, kind, i, number, &parts[j]);
            else if (parts[j].type == XERO_PART_ALLOCATION && is_dead(&settlement->entry))
                xero_tell_gone(truth, "allocation:", XERO_ALLOCATION, number);
            else if (parts[j].type == XERO_PART_ALLOCATION)
                tell_allocation(truth, kind, i, number, &parts[j]);
        }
    }
}

void xero_tell_payments(XeroTruth *truth)
{
    tell_settlements(truth, BOOK_PAYMENT);
}

void xero_tell_bill_payments(XeroTruth *truth)
{
    tell_settlements(truth, BOOK_BILL_PAYMENT);
}

/* ---- Transfers ---- */

static void tell_side(XeroTruth *truth, const char *key, int account, int64_t amount)
{
    const Currency *currency = account_at(truth->books, account)->currency;
    json_open(&truth->json, key, '{');
    json_open(&truth->json, "accountRef", '{');
    xero_tell_id(truth, "id", "", BOOK_ACCOUNT, account);
    json_put_text(&truth->json, "dataType", "bankAccounts");
    json_close(&truth->json, '}');
    xero_tell_currency(truth, "currency", currency ? currency : truth->business->main);
    xero_tell_amount(truth, "amount", amount, truth->business->main);
    json_close(&truth->json, '}');
}

void xero_tell_transfers(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_TRANSFER); i++) {
        const BookTransfer *transfer = book_transfer_at(truth->books, i);
        bool dead = is_dead(&transfer->entry), matched = xero_is_reconciled(i) && xero_is_reconciled(i + 1);
        xero_open_record(truth, "", BOOK_TRANSFER, i);
        xero_tell_text(truth, "description", transfer->note);
        xero_tell_day(truth, "date", transfer->date);
        tell_side(truth, "from", transfer->from, transfer->amount);
        tell_side(truth, "to", transfer->to, transfer->amount);
        json_put_text(&truth->json, "status", dead ? "Void" : matched ? "Reconciled" : "Unreconciled");
        xero_close_record(truth, transfer->entry.item.created, dead);
    }
}

/* ---- Journals ---- */

static void tell_manual_line(XeroTruth *truth, const BookJournal *journal, int i)
{
    json_open(&truth->json, NULL, '{');
    xero_tell_text(truth, "description", journal->lines[i].description);
    xero_tell_amount(truth, "netAmount", journal->lines[i].amount, truth->business->main);
    xero_tell_account(truth, "accountRef", journal->lines[i].account, false);
    if (journal->lines[i].category >= 0) {
        json_open(&truth->json, "tracking", '{');
        json_open(&truth->json, "recordRefs", '[');
        json_open(&truth->json, NULL, '{');
        xero_tell_id(truth, "id", "", BOOK_CATEGORY, journal->lines[i].category);
        json_put_text(&truth->json, "dataType", "trackingCategories");
        json_close(&truth->json, '}');
        json_close(&truth->json, ']');
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, '}');
}

static void tell_manual_journal(XeroTruth *truth, int index)
{
    const BookJournal *journal = journal_at(truth->books, index);
    xero_open_record(truth, "manualJournal:", BOOK_JOURNAL, index);
    json_put_text(&truth->json, "description", xero_narration(journal));
    xero_tell_day(truth, "postedOn", journal->date);
    xero_tell_instant(truth, "updatedOn", journal->entry.updated);
    json_open(&truth->json, "journalLines", '[');
    for (int i = 0; i < journal->n_lines; i++)
        tell_manual_line(truth, journal, i);
    json_close(&truth->json, ']');
    /* No status of ours says that it is void. */
    xero_close_record(truth, journal->entry.updated, is_dead(&journal->entry));
}

/* Which record an entry's journal is of; of a settlement, that of its first part. */
static void tell_source(XeroTruth *truth, const XeroJournal *journal)
{
    static const struct {
        const char *data_type, *prefix;
    } words[BOOK_KINDS] = {
        [BOOK_INVOICE] = {"invoices",        ""           },
        [BOOK_CREDIT_NOTE] = {"creditNotes",     "creditNote:"},
        [BOOK_BILL] = {"bills",           ""           },
        [BOOK_BILL_CREDIT] = {"billCreditNotes", "creditNote:"},
        [BOOK_PAYMENT] = {"payments",        "payment:"   },
        [BOOK_BILL_PAYMENT] = {"billPayments",    "payment:"   },
        [BOOK_TRANSFER] = {"transfers",       ""           },
    };
    char id[XERO_ID_SIZE], whole[XERO_ID_SIZE + 16];
    const char *data_type = words[journal->kind].data_type, *prefix = words[journal->kind].prefix;
    if (journal->kind == BOOK_SPENDING || journal->kind == BOOK_RECEIPT) {
        data_type = xero_is_income(truth->books, journal->kind, journal->source) ? "directIncomes" : "directCosts";
        prefix = "";
    }
    snprintf(whole, sizeof whole, "%s%s", prefix, xero_source_id(id, truth->books, journal->kind, journal->source));
    json_open(&truth->json, "recordRef", '{');
    json_put_text(&truth->json, "id", whole);
    json_put_text(&truth->json, "dataType", data_type);
    json_close(&truth->json, '}');
}

static void tell_journal(XeroTruth *truth, int number)
{
    const XeroJournal *journal = &truth->ledger->journals[number - 1];
    xero_open_record(truth, "journal:", XERO_JOURNAL, number);
    xero_tell_day(truth, "postedOn", journal->date);
    xero_tell_instant(truth, "createdOn", journal->created);
    tell_source(truth, journal);
    json_open(&truth->json, "journalLines", '[');
    for (int i = 0; i < journal->n; i++) {
        const XeroPosting *posting = &truth->ledger->postings[journal->first + i];
        json_open(&truth->json, NULL, '{');
        xero_tell_amount(truth, "netAmount", posting->amount, truth->business->main);
        xero_tell_account(truth, "accountRef", posting->account, true);
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, ']');
    xero_close_record(truth, journal->created, false);
}

/* Manual journals are among the journals of all that is posted, too, and are told once; drafts are no entries yet. */
void xero_tell_journals(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_JOURNAL); i++)
        if (!journal_at(truth->books, i)->draft || is_dead(&journal_at(truth->books, i)->entry))
            tell_manual_journal(truth, i);
    for (int i = 0; i < truth->ledger->n_journals && !truth->ledger->without_journals; i++)
        if (truth->ledger->journals[i].kind != BOOK_JOURNAL)
            tell_journal(truth, i + 1);
}
