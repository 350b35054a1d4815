/* Manual journals, and the journals of all that is posted. */
#include "infra/sandbox/xero_render.h"

static void put_manual_line(Xero *xero, const BookJournal *journal, int i)
{
    const BookAccount *account = account_at(xero->books, journal->lines[i].account);
    json_open(&xero->json, NULL, '{');
    xero_put_some(xero, "Description", journal->lines[i].description);
    json_put_text(&xero->json, "TaxType", XERO_NO_TAX);
    json_put_integer(&xero->json, "TaxAmount", 0);
    xero_put_home(xero, "LineAmount", journal->lines[i].amount);
    xero_put_some(xero, "AccountCode", account->code);
    xero_put_tracking(xero, "Tracking", (const int[2]){journal->lines[i].category, -1}, false);
    xero_put_id(xero, "AccountID", BOOK_ACCOUNT, journal->lines[i].account);
    xero_put_false(xero, "IsBlank");
    json_close(&xero->json, '}');
}

void xero_write_manual_journal(Xero *xero, const XeroRow *row)
{
    const BookJournal *journal = journal_at(xero->books, row->index);
    xero_put_day(xero, "Date", journal->date);
    json_put_text(&xero->json, "Status", row->status);
    json_put_text(&xero->json, "LineAmountTypes", "NoTax");
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    json_put_text(&xero->json, "ManualJournalID", row->id);
    json_put_text(&xero->json, "Narration", xero_narration(journal));
    json_open(&xero->json, "JournalLines", '[');
    for (int i = 0; xero->lines && i < journal->n_lines; i++)
        put_manual_line(xero, journal, i);
    json_close(&xero->json, ']');
    json_put_boolean(&xero->json, "ShowOnCashBasisReports", true);
    xero_put_false(xero, "HasAttachments");
}

static void put_posting(Xero *xero, const XeroPosting *posting, int number)
{
    const BookAccount *account = account_at(xero->books, posting->account);
    json_open(&xero->json, NULL, '{');
    xero_put_id(xero, "JournalLineID", XERO_JOURNAL_LINE, number);
    xero_put_id(xero, "AccountID", BOOK_ACCOUNT, posting->account);
    xero_put_some(xero, "AccountCode", account->code);
    json_put_text(&xero->json, "AccountType", xero_account_type(account->type));
    json_put_text(&xero->json, "AccountName", account->name);
    json_put_text(&xero->json, "Description", "");
    xero_put_home(xero, "NetAmount", posting->amount);
    xero_put_home(xero, "GrossAmount", posting->amount);
    json_put_integer(&xero->json, "TaxAmount", 0);
    xero_put_empty(xero, "TrackingCategories");
    json_close(&xero->json, '}');
}

void xero_write_journal(Xero *xero, const XeroRow *row)
{
    const XeroLedger *ledger = xero->account->xero;
    const XeroJournal *journal = &ledger->journals[row->index];
    char id[XERO_ID_SIZE];
    json_put_text(&xero->json, "JournalID", row->id);
    xero_put_day(xero, "JournalDate", journal->date);
    json_put_integer(&xero->json, "JournalNumber", row->number);
    xero_put_stamp(xero, "CreatedDateUTC", row->stamp_ms);
    json_put_text(&xero->json, "SourceID", xero_source_id(id, xero->books, journal->kind, journal->source));
    json_put_text(&xero->json, "SourceType", row->type);
    json_open(&xero->json, "JournalLines", '[');
    for (int i = 0; i < journal->n; i++)
        put_posting(xero, &ledger->postings[journal->first + i], XERO_JOURNAL_LINES * row->number + i);
    json_close(&xero->json, ']');
}
