#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include "workers/xero/mapping.h"
#include <string.h>

static const Trial full = {.full = true};

#define API           "/api.xro/2.0"
#define HEAD          "\"Status\":\"OK\",\"DateTimeUTC\":\"/Date(1777034754042)/\""
#define ANSWER(rows)  "{" HEAD "," rows "}"
#define PAGES(n, all) "\"pagination\":{\"page\":" #n ",\"pageSize\":2,\"pageCount\":" #all ",\"itemCount\":5},"
#define INVOICE(id, ms)                                                                                                \
    "{\"InvoiceID\":\"" id "\",\"Type\":\"ACCREC\",\"UpdatedDateUTC\":\"/Date(" ms "+0000)/\",\"LineItems\":[]}"
/* The scripted http_escape() writes one % for whatever it must encode. */
#define PAGE(list, where, n) API list where "page=" #n "&pageSize=2&order=UpdatedDateUTC%ASC&unitdp=4"
#define RECEIVABLE           "?where=Type%3D%3D%22ACCREC%22&"
#define HEADERS(more)                                                                                                  \
    "Accept: application/json\n" more "xero-tenant-id: 59712f8f-45a3-4d45-a705-5d0c9748317e\naccess_token"

static Page fetch(Arena *arena, const char *data_type, const char *cursor)
{
    Error err = {0};
    Page page = {0};
    ck_assert_msg(script_fetch(&full, data_type, cursor, arena, &page, &err), "%s", err.text);
    return page;
}

/* The ids of a page's rows, one after the other. */
static const char *ids_of(Arena *arena, const Page *page)
{
    const char *ids = "";
    for (size_t i = 0; i < page->n_items; i++)
        ids = arena_format(arena, "%s %s", ids, page->items[i].id_hint);
    return ids;
}

START_TEST(the_next_page_begins_at_the_second_of_the_last_row)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT(
        {200, ANSWER(PAGES(1, 3) "\"Invoices\":[" INVOICE("a", "1776643200100") "," INVOICE("b", "1776643201900") "]")},
        {200, ANSWER(PAGES(1, 2) "\"Invoices\":[" INVOICE("b", "1776643201900") "," INVOICE("c", "1776643205000") "]")},
        {200, ANSWER(PAGES(1, 1) "\"Invoices\":[" INVOICE("c", "1776643205000") "]")});
    Page page = fetch(arena, "invoices", "");
    ck_assert_str_eq(script_asked(0), PAGE("/Invoices", RECEIVABLE, 1));
    ck_assert_str_eq(script_headers(0), HEADERS(""));
    ck_assert_str_eq(ids_of(arena, &page), " a b");
    ck_assert_ptr_eq(page.items[0].mapping, &xero_invoice);
    ck_assert_int_eq(page.source_time_ms, 1777034754042);
    page = fetch(arena, "invoices", page.next);
    ck_assert_str_eq(script_asked(1), PAGE("/Invoices", RECEIVABLE, 1));
    ck_assert_str_eq(script_headers(1), HEADERS("If-Modified-Since: 2026-04-20T00:00:00\n"));
    ck_assert_str_eq(ids_of(arena, &page), " b c");
    page = fetch(arena, "invoices", page.next);
    ck_assert_str_eq(script_headers(2), HEADERS("If-Modified-Since: 2026-04-20T00:00:04\n"));
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(what_shares_a_second_is_told_apart_by_page)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT(
        {200, ANSWER(PAGES(1, 3) "\"Invoices\":[" INVOICE("a", "1776643201100") "," INVOICE("b", "1776643201900") "]")},
        {200, ANSWER(PAGES(1, 3) "\"Invoices\":[" INVOICE("a", "1776643201100") "," INVOICE("b", "1776643201900") "]")},
        {200, ANSWER(PAGES(2, 3) "\"Invoices\":[" INVOICE("c", "1776643201900") "," INVOICE("d", "1776643209900") "]")},
        {200, ANSWER("\"Invoices\":[" INVOICE("d", "1776643209900") "]")});
    Page page = fetch(arena, "invoices", "");
    page = fetch(arena, "invoices", page.next);
    page = fetch(arena, "invoices", page.next);
    ck_assert_str_eq(script_asked(2), PAGE("/Invoices", RECEIVABLE, 2));
    ck_assert_str_eq(script_headers(2), script_headers(1));
    ck_assert_str_eq(ids_of(arena, &page), " c d");
    page = fetch(arena, "invoices", page.next);
    ck_assert_str_eq(script_asked(3), PAGE("/Invoices", RECEIVABLE, 1));
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(an_empty_page_ends_a_list)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"pagination\":{\"page\":1,\"pageSize\":2,\"pageCount\":0,\"itemCount\":0},\"Contacts\":[]")});
    Page page = fetch(arena, "customers", "");
    ck_assert_str_eq(script_asked(0), PAGE("/Contacts", "?includeArchived=true&", 1));
    ck_assert_uint_eq(page.n_items, 0);
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(a_contact_is_what_its_documents_made_it_and_both_before_them)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
#define CONTACTS                                                                                                       \
    ANSWER(                                                                                                            \
        "\"Contacts\":[{\"ContactID\":\"c\",\"IsCustomer\":true,\"IsSupplier\":false},"                                \
        "{\"ContactID\":\"s\",\"IsCustomer\":false,\"IsSupplier\":true},{\"ContactID\":\"n\"},"                        \
        "{\"ContactID\":\"b\",\"IsCustomer\":true,\"IsSupplier\":true}],\"pagination\":{\"page\":1,\"pageCount\":1}")
    SCRIPT({200, CONTACTS}, {200, CONTACTS});
    Page page = fetch(arena, "customers", "");
    ck_assert_str_eq(ids_of(arena, &page), " c n b");
    page = fetch(arena, "suppliers", "");
    ck_assert_str_eq(ids_of(arena, &page), " s n b");
}
END_TEST

START_TEST(lists_of_one_type_follow_each_other_and_payments_are_split)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT(
        {200,
         ANSWER(
             "\"Payments\":[{\"PaymentID\":\"p\",\"PaymentType\":\"ACCRECPAYMENT\"},"
             "{\"PaymentID\":\"q\",\"PaymentType\":\"APCREDITPAYMENT\"}],\"pagination\":{\"page\":1,\"pageCount\":1}")},
        {200, ANSWER("\"CreditNotes\":[{\"CreditNoteID\":\"n\",\"Allocations\":[{\"AllocationID\":\"x\"},{"
                     "\"AllocationID\":\"y\"}]}]")},
        {200, ANSWER("\"Overpayments\":[{\"OverpaymentID\":\"o\",\"Type\":\"SPEND-OVERPAYMENT\",\"Allocations\":[{"
                     "\"AllocationID\":\"z\"}]}]")},
        {200, ANSWER("\"Prepayments\":[]")});
    Page page = fetch(arena, "payments", "");
    ck_assert_str_eq(script_asked(0), PAGE("/Payments", "?", 1));
    ck_assert_str_eq(ids_of(arena, &page), " payment:p");
    page = fetch(arena, "payments", page.next);
    ck_assert_str_eq(script_asked(1), PAGE("/CreditNotes", "?where=Type%3D%3D%22ACCRECCREDIT%22&", 1));
    ck_assert_str_eq(ids_of(arena, &page), " allocation:x allocation:y");
    ck_assert_ptr_eq(page.items[0].mapping, &xero_allocation);
    ck_assert_str_eq(json_text(page.items[0].json, "Of.CreditNoteID"), "n");
    page = fetch(arena, "payments", page.next);
    ck_assert_uint_eq(page.n_items, 0);
    page = fetch(arena, "payments", page.next);
    ck_assert_str_eq(script_asked(3), PAGE("/Prepayments", "?", 1));
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(whole_lists_come_in_one_answer_with_options_as_records)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200,
            ANSWER("\"TrackingCategories\":[{\"TrackingCategoryID\":\"k\",\"Options\":[{\"TrackingOptionID\":\"o\"}]},"
                   "{\"TrackingCategoryID\":\"l\",\"Options\":[]}]")});
    Page page = fetch(arena, "trackingCategories", "");
    ck_assert_str_eq(script_asked(0), API "/TrackingCategories?includeArchived=true");
    ck_assert_str_eq(ids_of(arena, &page), " k o l");
    ck_assert_str_eq(json_text(page.items[1].json, "Of.TrackingCategoryID"), "k");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(journals_are_read_behind_a_number_until_there_are_none_and_manual_ones_left_out)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"ManualJournals\":[{\"ManualJournalID\":\"m\",\"Status\":\"POSTED\"},{\"ManualJournalID\":"
                        "\"d\",\"Status\":\"DRAFT\"}],"
                        "\"pagination\":{\"page\":1,\"pageCount\":1}")},
           {200, ANSWER("\"Journals\":[{\"JournalID\":\"j\",\"JournalNumber\":7,\"SourceType\":\"ACCREC\"},{"
                        "\"JournalID\":\"k\",\"JournalNumber\":9,\"SourceType\":\"MANJOURNAL\"}]")},
           {200, ANSWER("\"Journals\":[]")});
    Page page = fetch(arena, "journalEntries", "");
    ck_assert_str_eq(ids_of(arena, &page), " manualJournal:m");
    page = fetch(arena, "journalEntries", page.next);
    ck_assert_str_eq(script_asked(1), API "/Journals?offset=0");
    ck_assert_str_eq(ids_of(arena, &page), " journal:j");
    page = fetch(arena, "journalEntries", page.next);
    ck_assert_str_eq(script_asked(2), API "/Journals?offset=9");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(without_the_tier_there_are_manual_journals_alone)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"ManualJournals\":[]")},
           {401,
            "{\"Title\":\"Unauthorized\",\"Status\":401,\"Detail\":\"AuthorizationUnsuccessful\",\"Extensions\":{}}"});
    Page page = fetch(arena, "journalEntries", "");
    page = fetch(arena, "journalEntries", page.next);
    ck_assert_uint_eq(page.n_items, 0);
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(what_rows_lack_is_looked_up_once_a_page)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT(
        {200, ANSWER("\"PurchaseOrders\":[{\"PurchaseOrderID\":\"a\",\"LineItems\":[{\"AccountCode\":\"300\","
                     "\"ItemCode\":\"GB9\",\"UnitAmount\":2.50,"
                     "\"Tracking\":[{\"TrackingCategoryID\":\"k\",\"Name\":\"Region\",\"Option\":\"East\"},{"
                     "\"TrackingCategoryID\":\"l\",\"Option\":\"East\"}]}]},"
                     "{\"PurchaseOrderID\":\"b\",\"LineItems\":[{\"AccountCode\":\"999\"}]}],\"pagination\":{\"page\":"
                     "1,\"pageCount\":1}")},
        {200, ANSWER("\"TrackingCategories\":[{\"TrackingCategoryID\":\"k\",\"Options\":[{\"TrackingOptionID\":\"e\","
                     "\"Name\":\"East\"}]},"
                     "{\"TrackingCategoryID\":\"l\",\"Options\":[{\"TrackingOptionID\":\"f\",\"Name\":\"East\"}]}]")},
        {200,
         ANSWER("\"Accounts\":[{\"AccountID\":\"200\",\"Code\":\"200\"},{\"AccountID\":\"acc\",\"Code\":\"300\"}]")},
        {200, ANSWER("\"Items\":[{\"ItemID\":\"i\",\"Code\":\"GB9\",\"Name\":\"Golf balls\"}]")});
    Page page = fetch(arena, "purchaseOrders", "");
    ck_assert_uint_eq(script_n_asked(), 4);
    ck_assert_str_eq(script_asked(1), API "/TrackingCategories?includeArchived=true");
    ck_assert_str_eq(script_asked(2), API "/Accounts");
    ck_assert_str_eq(script_asked(3), API "/Items");
    yyjson_val *line = json_at(page.items[0].json, "LineItems.0");
    ck_assert_str_eq(json_text(line, "AccountID"), "acc");
    ck_assert_str_eq(json_text(line, "Item.ItemID"), "i");
    ck_assert_str_eq(json_text(line, "Tracking.0.TrackingOptionID"), "e");
    ck_assert_str_eq(json_text(line, "Tracking.1.TrackingOptionID"), "f");
    ck_assert_str_eq(json_scalar(line, "UnitAmount"), "2.50"); /* digit by digit */
    ck_assert_ptr_null(json_at(page.items[1].json, "LineItems.0.AccountID"));
}
END_TEST

START_TEST(two_kinds_of_code_are_looked_up_in_one_list)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT(
        {200, ANSWER("\"Items\":[{\"ItemID\":\"i\",\"PurchaseDetails\":{\"COGSAccountCode\":\"310\"},"
                     "\"SalesDetails\":{\"AccountCode\":\"200\"}}]")},
        {200, ANSWER("\"Accounts\":[{\"AccountID\":\"s\",\"Code\":\"200\"},{\"AccountID\":\"p\",\"Code\":\"310\"}]")});
    Page page = fetch(arena, "items", "");
    ck_assert_str_eq(script_asked(0), API "/Items?unitdp=4");
    ck_assert_uint_eq(script_n_asked(), 2);
    ck_assert_str_eq(json_text(page.items[0].json, "PurchaseDetails.AccountID"), "p");
    ck_assert_str_eq(json_text(page.items[0].json, "SalesDetails.AccountID"), "s");
}
END_TEST

START_TEST(accounts_without_a_currency_have_the_organisations)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"Accounts\":[{\"AccountID\":\"a\",\"Type\":\"BANK\",\"CurrencyCode\":\"EUR\"},{\"AccountID\":"
                        "\"b\",\"Type\":\"SALES\"}]")},
           {200, ANSWER("\"Organisations\":[{\"BaseCurrency\":\"NZD\"}]")});
    Page page = fetch(arena, "chartOfAccounts", "");
    ck_assert_str_eq(json_text(page.items[0].json, "CurrencyCode"), "EUR");
    ck_assert_str_eq(json_text(page.items[1].json, "CurrencyCode"), "NZD");
}
END_TEST

START_TEST(a_statement_is_two_years_in_two_calls)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"Organisations\":[{\"OrganisationID\":\"o\",\"BaseCurrency\":\"NZD\"}]")},
           {200, ANSWER("\"Reports\":[{\"Rows\":[]}]")}, {200, ANSWER("\"Reports\":[{\"Rows\":[]}]")},
           {200, ANSWER("\"Organisations\":[{\"OrganisationID\":\"o\",\"BaseCurrency\":\"NZD\"}]")},
           {200, ANSWER("\"Reports\":[{\"Rows\":[]}]")}, {200, ANSWER("\"Reports\":[{\"Rows\":[]}]")});
    Page page = fetch(arena, "balanceSheet", "");
    ck_assert_str_eq(script_asked(1),
                     API "/Reports/BalanceSheet?date=2026-04-30&periods=11&timeframe=MONTH&standardLayout=true");
    ck_assert_str_eq(script_asked(2),
                     API "/Reports/BalanceSheet?date=2025-04-30&periods=11&timeframe=MONTH&standardLayout=true");
    ck_assert_uint_eq(page.n_items, 1);
    ck_assert_ptr_eq(page.items[0].mapping, &xero_balance_sheet);
    page = fetch(arena, "profitAndLoss", "");
    ck_assert_str_eq(
        script_asked(4), API
        "/Reports/ProfitAndLoss?fromDate=2026-04-01&toDate=2026-04-30&periods=11&timeframe=MONTH&standardLayout=true");
    ck_assert_ptr_eq(page.items[0].mapping, &xero_profit_and_loss);
}
END_TEST

START_TEST(a_record_is_asked_for_by_its_entity)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    SCRIPT({200, ANSWER("\"Overpayments\":[{\"OverpaymentID\":\"o\",\"Type\":\"AROVERPAYMENT\"}]")});
    ck_assert_msg(script_lookup("creditNotes", "overpayment:o", arena, &page, &err), "%s", err.text);
    ck_assert_str_eq(script_asked(0), API "/Overpayments/o?unitdp=4");
    ck_assert_str_eq(ids_of(arena, &page), " overpayment:o");
    page = (Page){0};
    SCRIPT({404, "The resource you're looking for cannot be found"});
    ck_assert_msg(script_lookup("invoices", "i/i", arena, &page, &err), "%s", err.text);
    ck_assert_str_eq(script_asked(0), API "/Invoices/i%i?unitdp=4");
    ck_assert_uint_eq(page.n_items, 0);
    /* Allocations are in no list of their own. */
    script_play(NULL, 0);
    ck_assert_msg(script_lookup("payments", "allocation:x", arena, &page, &err), "%s", err.text);
    ck_assert_uint_eq(page.n_items, 0);
}
END_TEST

SUITE("xero pages", the_next_page_begins_at_the_second_of_the_last_row, what_shares_a_second_is_told_apart_by_page,
      an_empty_page_ends_a_list, a_contact_is_what_its_documents_made_it_and_both_before_them,
      lists_of_one_type_follow_each_other_and_payments_are_split,
      whole_lists_come_in_one_answer_with_options_as_records,
      journals_are_read_behind_a_number_until_there_are_none_and_manual_ones_left_out,
      without_the_tier_there_are_manual_journals_alone, what_rows_lack_is_looked_up_once_a_page,
      two_kinds_of_code_are_looked_up_in_one_list, accounts_without_a_currency_have_the_organisations,
      a_statement_is_two_years_in_two_calls, a_record_is_asked_for_by_its_entity)
