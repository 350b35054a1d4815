#include "lib/clock.h"
#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include "workers/quickbooks/mapping.h"
#include <string.h>

static const Trial full = {.full = true};

#define REALM   "/v3/company/4620816365/"
#define VERSION "&minorversion=75"
#define ROW(id) "{\"Id\":\"" id "\"}"
#define ROWS(e, rows)                                                                                                  \
    "{\"QueryResponse\":{\"" e "\":[" rows "],\"startPosition\":1},\"time\":\"2026-05-05T03:28:39.892-07:00\"}"
#define EMPTY "{\"QueryResponse\":{},\"time\":\"2026-05-05T03:28:39.892-07:00\"}"
/* The scripted http_escape() writes one % for whatever it must encode. */
#define QUERY(what, start)                                                                                             \
    REALM "query?query=SELECT%*%FROM%" what "%ORDERBY%Id%STARTPOSITION%" start "%MAXRESULTS%3" VERSION

static Page fetch(Arena *arena, const char *data_type, const char *cursor)
{
    Error err = {0};
    Page page = {0};
    ck_assert_msg(script_fetch(&full, data_type, cursor, arena, &page, &err), "%s", err.text);
    return page;
}

static void refuse(const Trial *trial, const char *data_type, ErrorKind kind, const char *text)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    ck_assert(!script_fetch(trial, data_type, "", arena, &page, &err));
    ck_assert_int_eq(err.kind, kind);
    ck_assert_msg(strstr(err.text, text) != NULL, "'%s' does not say '%s'", err.text, text);
}

/* The ids of a page's rows, one after the other. */
static const char *ids_of(Arena *arena, const Page *page)
{
    const char *ids = "";
    for (size_t i = 0; i < page->n_items; i++)
        ids = arena_format(arena, "%s %s%s", ids, page->items[i].json ? "" : "-",
                           page->items[i].json ? page->items[i].id_hint : page->items[i].deleted_id);
    return ids;
}

START_TEST(each_page_begins_with_the_last_row_of_the_one_before)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ROWS("Invoice", ROW("1") "," ROW("2") "," ROW("9"))},
           {200, ROWS("Invoice", ROW("9") "," ROW("10") "," ROW("11"))}, {200, ROWS("Invoice", ROW("11"))});
    Page page = fetch(arena, "invoices", "");
    ck_assert_str_eq(script_asked(0), QUERY("Invoice", "1"));
    ck_assert_str_eq(script_headers(0), "Accept: application/json\naccess_token");
    ck_assert_str_eq(ids_of(arena, &page), " 1 2 9");
    ck_assert_ptr_eq(page.items[0].mapping, &qb_invoice);
    ck_assert_int_eq(page.source_time_ms, 1754193906000);
    page = fetch(arena, "invoices", page.next);
    ck_assert_str_eq(script_asked(1), QUERY("Invoice", "3"));
    ck_assert_str_eq(ids_of(arena, &page), " 10 11");
    page = fetch(arena, "invoices", page.next);
    ck_assert_str_eq(script_asked(2), QUERY("Invoice", "5"));
    ck_assert_str_eq(ids_of(arena, &page), "");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(an_empty_page_has_no_member_for_its_rows)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, EMPTY});
    Page page = fetch(arena, "journalEntries", "");
    ck_assert_uint_eq(page.n_items, 0);
    ck_assert_ptr_null(page.next);
}
END_TEST

/* Row 2 is deleted while the list is read, so all others move one place to the left and the page at 3 begins with 10.
 */
START_TEST(rows_that_moved_out_of_sight_are_found_again)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ROWS("Bill", ROW("1") "," ROW("2") "," ROW("9"))},
           {200, ROWS("Bill", ROW("10") "," ROW("11") "," ROW("12"))},
           {200, ROWS("Bill", ROW("1") "," ROW("9") "," ROW("10"))},
           {200, ROWS("Bill", ROW("10") "," ROW("11") "," ROW("12"))}, {200, ROWS("Bill", ROW("12"))});
    Page page = fetch(arena, "bills", "");
    page = fetch(arena, "bills", page.next);
    ck_assert_str_eq(ids_of(arena, &page), "");
    page = fetch(arena, "bills", page.next);
    ck_assert_str_eq(script_asked(2), QUERY("Bill", "1"));
    ck_assert_str_eq(ids_of(arena, &page), " 10");
    page = fetch(arena, "bills", page.next);
    ck_assert_str_eq(script_asked(3), QUERY("Bill", "3"));
    ck_assert_str_eq(ids_of(arena, &page), " 11 12");
    page = fetch(arena, "bills", page.next);
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(when_the_last_row_itself_was_deleted_the_list_begins_again)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ROWS("Bill", ROW("1") "," ROW("2") "," ROW("9"))}, {200, EMPTY},
           {200, ROWS("Bill", ROW("1") "," ROW("2"))});
    Page page = fetch(arena, "bills", "");
    page = fetch(arena, "bills", page.next);
    ck_assert_str_eq(ids_of(arena, &page), "");
    page = fetch(arena, "bills", page.next);
    ck_assert_str_eq(ids_of(arena, &page), " 1 2");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(a_list_that_stands_still_is_not_read_for_ever)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    SCRIPT({200, ROWS("Bill", ROW("1") "," ROW("2") "," ROW("9"))},
           {200, ROWS("Bill", ROW("1") "," ROW("2") "," ROW("9"))}, {200, ROWS("Bill", "{},{},{}")});
    Page page = fetch(arena, "bills", "");
    ck_assert(!script_fetch(&full, "bills", page.next, arena, &page, &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_str_eq(err.text, "query of Bill: the page from 3 on brings nothing new");
    ck_assert(!script_fetch(&full, "bills", "", arena, &page, &err));
}
END_TEST

START_TEST(lists_are_asked_for_what_is_inactive_too)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, EMPTY}, {200, EMPTY});
    fetch(arena, "customers", "");
    ck_assert_str_eq(script_asked(0), QUERY("Customer%WHERE%Active%IN%(true,false)", "1"));
    fetch(arena, "bankAccounts", "");
    ck_assert_str_eq(script_asked(1),
                     QUERY("Account%WHERE%AccountType%IN%('Bank','Credit%Card')%AND%Active%IN%(true,false)", "1"));
}
END_TEST

START_TEST(entities_of_one_type_are_read_one_after_the_other)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ROWS("SalesReceipt", ROW("1"))}, {200, EMPTY},
           {200, ROWS("Deposit", "{\"Id\":\"4\",\"Line\":[{\"LinkedTxn\":[{\"TxnId\":\"1\"}]}]},"
                                 "{\"Id\":\"5\",\"Line\":[{\"Amount\":1}]}")});
    Page page = fetch(arena, "directIncomes", "");
    ck_assert_str_eq(ids_of(arena, &page), " salesReceipt:1");
    page = fetch(arena, "directIncomes", page.next);
    ck_assert_str_eq(script_asked(1), QUERY("RefundReceipt", "1"));
    page = fetch(arena, "directIncomes", page.next);
    ck_assert_str_eq(ids_of(arena, &page), " deposit:5");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(card_payments_are_called_otherwise_in_the_answer)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ROWS("CreditCardPaymentTxn", ROW("30"))});
    Page page = fetch(arena, "transfers", "{\"entity\":1,\"start\":0}");
    ck_assert_str_eq(script_asked(0), QUERY("CreditCardPayment", "1"));
    ck_assert_str_eq(ids_of(arena, &page), " creditCardPayment:30");
}
END_TEST

START_TEST(groups_of_items_are_no_items)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ROWS("Item", "{\"Id\":\"1\",\"Type\":\"Category\"}," ROW("2"))});
    Page page = fetch(arena, "items", "");
    ck_assert_str_eq(ids_of(arena, &page), " 2");
}
END_TEST

static const ProtobufCMessage *map_item(Arena *arena, const Page *page, size_t i)
{
    Error err = {0};
    const ProtobufCMessage *message = mapping_apply(page->items[i].mapping, page->items[i].json, arena, &err);
    ck_assert_msg(message != NULL, "%s", err.text);
    return message;
}

START_TEST(company_and_preferences_are_one_record)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, "{\"CompanyInfo\":{\"CompanyName\":\"Bakery\"},\"time\":\"2026-05-05T03:28:39.892-07:00\"}"},
           {200, ROWS("Preferences", "{\"CurrencyPrefs\":{\"HomeCurrency\":{\"value\":\"USD\"}}}")});
    Page page = fetch(arena, "company", "");
    ck_assert_str_eq(script_asked(0), REALM "companyinfo/4620816365?minorversion=75");
    ck_assert_str_eq(script_asked(1), QUERY("Preferences", "1"));
    const AccountingCompany *company = (const void *)map_item(arena, &page, 0);
    ck_assert_str_eq(company->company_name, "Bakery");
    ck_assert_str_eq(company->base_currency, "USD");
    ck_assert_str_eq(company->id, "4620816365");
}
END_TEST

START_TEST(tax_codes_are_joined_to_rates_and_agencies)
{
    static const char code[] =
        "{\"Id\":\"3\",\"SalesTaxRateList\":{\"TaxRateDetail\":["
        "{\"TaxRateRef\":{\"value\":\"2\"},\"TaxOrder\":1},{\"TaxRateRef\":{\"value\":\"1\"},\"TaxOrder\":0},"
        "{\"TaxRateRef\":{\"value\":\"9\",\"name\":\"Lost\"},\"TaxOrder\":2}]}},"
        "{\"Id\":\"4\",\"PurchaseTaxRateList\":{\"TaxRateDetail\":[{\"TaxRateRef\":{\"value\":\"1\"}}]}}";
    AUTO(Arena) *arena = arena_new(64 * KIB);
    AUTO(Text) *codes = text_new(NULL);
    text_printf(codes, ROWS("TaxCode", "%s"), code);
    SCRIPT({200, codes->bytes}, {200, ROWS("TaxCode", "{\"Id\":\"8\",\"Active\":false}")},
           {200, ROWS("TaxRate", "{\"Id\":\"1\",\"Name\":\"State\",\"RateValue\":7.1,\"AgencyRef\":{\"value\":\"5\"}},"
                                 "{\"Id\":\"2\",\"Name\":\"City\",\"RateValue\":2,\"AgencyRef\":{\"value\":\"5\"}}")},
           {200, ROWS("TaxAgency", "{\"Id\":\"5\",\"DisplayName\":\"Revenue\"}")});
    Page page = fetch(arena, "taxRates", "");
    ck_assert_str_eq(script_asked(0), QUERY("TaxCode", "1"));
    ck_assert_str_eq(script_asked(1), QUERY("TaxCode%WHERE%Active%=%false", "1"));
    ck_assert_str_eq(script_asked(2), QUERY("TaxRate%WHERE%Active%IN%(true,false)", "1"));
    ck_assert_str_eq(script_asked(3), QUERY("TaxAgency", "1"));
    ck_assert_str_eq(ids_of(arena, &page), " 3 4 8");
    const AccountingTaxRate *rate = (const void *)map_item(arena, &page, 0);
    ck_assert_uint_eq(rate->n_components, 3);
    ck_assert_str_eq(rate->components[0]->name, "State");
    ck_assert_str_eq(rate->components[1]->name, "City");
    ck_assert_ptr_null(rate->total_tax_rate); /* of a rate that is not there */
    ck_assert_str_eq(rate->supplemental_data->json, "{\"Agencies\":[\"Revenue\"]}");
    rate = (const void *)map_item(arena, &page, 1);
    ck_assert_str_eq(rate->total_tax_rate->value, "7.1");
}
END_TEST

START_TEST(a_category_knows_whether_others_are_below_it)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ROWS("Class", ROW("1") "," ROW("2") ",{\"Id\":\"3\",\"ParentRef\":{\"value\":\"1\"}}")},
           {200, ROWS("Class",
                      "{\"Id\":\"3\",\"ParentRef\":{\"value\":\"1\"}},{\"Id\":\"4\",\"ParentRef\":{\"value\":\"2\"}}")},
           {200, ROWS("Department", ROW("1"))});
    Page page = fetch(arena, "trackingCategories", "");
    ck_assert_uint_eq(page.n_items, 5);
    static const bool parents[] = {true, true, false, false, false};
    for (size_t i = 0; i < COUNT_OF(parents); i++) {
        const AccountingTrackingCategory *category = (const void *)map_item(arena, &page, i);
        ck_assert_int_eq(category->has_children->value, parents[i]);
    }
    ck_assert_str_eq(((const AccountingTrackingCategory *)(const void *)map_item(arena, &page, 4))->id, "department:1");
}
END_TEST

START_TEST(statements_are_asked_for_by_half_years)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    clock_set_wall_ms(1772323200000); /* 2026-03-01 */
    SCRIPT({200, "{\"Header\":{\"Currency\":\"USD\"}}"}, {200, "{}"}, {200, "{}"}, {200, "{}"});
    Page page = fetch(arena, "profitAndLoss", "");
    clock_set_wall_ms(0);
#define REPORT(from, to)                                                                                               \
    REALM "reports/ProfitAndLoss?start_date=" from "&end_date=" to                                                     \
          "&accounting_method=Accrual&summarize_column_by=Month" VERSION
    ck_assert_str_eq(script_asked(0), REPORT("2024-04-01", "2024-09-30"));
    ck_assert_str_eq(script_asked(1), REPORT("2024-10-01", "2025-03-31"));
    ck_assert_str_eq(script_asked(2), REPORT("2025-04-01", "2025-09-30"));
    ck_assert_str_eq(script_asked(3), REPORT("2025-10-01", "2026-03-31"));
    ck_assert_uint_eq(page.n_items, 1);
    ck_assert_str_eq(((const AccountingProfitAndLoss *)(const void *)map_item(arena, &page, 0))->currency, "USD");
}
END_TEST

START_TEST(a_connection_without_its_company_is_refused)
{
    static const Trial none = {.full = true, .settings = "{}"},
                       crooked = {.full = true, .settings = "{\"realmId\":\"1/../2\"}"};
    SCRIPT({0});
    refuse(&none, "bills", ERROR_DATA, "realmId is no company");
    refuse(&crooked, "company", ERROR_DATA, "realmId is no company");
    refuse(&crooked, "balanceSheet", ERROR_DATA, "realmId is no company");
    ck_assert_uint_eq(script_n_asked(), 0);
}
END_TEST

START_TEST(an_answer_that_is_no_list_is_refused)
{
    SCRIPT({200, "{\"time\":\"x\"}"}, {200, ROWS("Bill", "") "]"}, {200, "{\"QueryResponse\":{\"Bill\":{}}}"},
           {200, "{\"QueryResponse\":{\"Bill\":[{\"Id\":"});
    refuse(&full, "bills", ERROR_DATA, "query of Bill: the answer has no rows and is not empty");
    refuse(&full, "bills", ERROR_DATA, "200");
    refuse(&full, "bills", ERROR_DATA, "query of Bill");
    refuse(&full, "bills", ERROR_TRANSIENT, "GET /v3/company/4620816365/query");
}
END_TEST

SUITE("quickbooks pages", each_page_begins_with_the_last_row_of_the_one_before,
      an_empty_page_has_no_member_for_its_rows, rows_that_moved_out_of_sight_are_found_again,
      when_the_last_row_itself_was_deleted_the_list_begins_again, a_list_that_stands_still_is_not_read_for_ever,
      lists_are_asked_for_what_is_inactive_too, entities_of_one_type_are_read_one_after_the_other,
      card_payments_are_called_otherwise_in_the_answer, groups_of_items_are_no_items,
      company_and_preferences_are_one_record, tax_codes_are_joined_to_rates_and_agencies,
      a_category_knows_whether_others_are_below_it, statements_are_asked_for_by_half_years,
      a_connection_without_its_company_is_refused, an_answer_that_is_no_list_is_refused)
