/* Journals, reports and the truth. */
#include "infra/sandbox/books.h"
#include "lib/decimal.h"
#include "tests/support/suite.h"
#include "tests/unit/sandbox/xero_client.h"
#include <string.h>

/* All journals after `offset`; they are looked at one by one. */
static int64_t each_journal(XeroClient *xero, int64_t offset, void (*look)(yyjson_val *journal))
{
    yyjson_val *list, *each;
    do {
        list = xero_list(xero, "Journals", arena_format(xero->client->arena, "?offset=%lld", (long long)offset));
        size_t i, n;
        ck_assert_uint_le(yyjson_arr_size(list), 100);
        yyjson_arr_foreach(list, i, n, each)
        {
            ck_assert_int_eq(json_integer(each, "JournalNumber", 0), ++offset);
            look(each);
        }
    } while (yyjson_arr_size(list) > 0);
    return offset;
}

static void sums_to_zero(yyjson_val *journal)
{
    char sum[DECIMAL_SIZE] = "0";
    yyjson_val *line;
    size_t i, n;
    yyjson_arr_foreach(json_at(journal, "JournalLines"), i, n, line)
    {
        ck_assert(decimal_add(sum, sum, text_at(line, "NetAmount")));
    }
    ck_assert_uint_ge(n, 2);
    ck_assert_msg(decimal_is_zero(sum), "journal %s: %s", text_at(journal, "JournalNumber"), sum);
}

START_TEST(journals_are_numbered_from_one_and_each_adds_up_to_zero)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    ck_assert_int_gt(each_journal(xero, 0, sums_to_zero), 200);
}
END_TEST

static char taken_back[64];
static int n_back;
static void note_source(yyjson_val *journal)
{
    snprintf(taken_back, sizeof taken_back, "%s", text_at(journal, "SourceID"));
    n_back++;
    sums_to_zero(journal);
}

START_TEST(what_is_voided_is_taken_back_by_a_journal_of_its_own)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    int64_t last = each_journal(xero, 0, sums_to_zero);
    yyjson_val *changed = xero_control(xero, "POST", "xero/acme/void", "{\"type\":\"payments\"}");
    ck_assert_uint_ge(length_at(changed, "changed"), 1);
    n_back = 0;
    ck_assert_int_ge(each_journal(xero, last, note_source), last + 1);
    ck_assert_int_ge(n_back, 1);
    ck_assert(strstr(xero->client->body->bytes, "Journals") != NULL);
    ck_assert_int_eq(each_journal(xero, last + n_back, note_source), last + n_back);
}
END_TEST

/* The value of a row of a report by its title; column 1 is the newest. */
static const char *row_value(yyjson_val *report, const char *title, size_t column)
{
    yyjson_val *section, *row;
    size_t i, n, j, m;
    yyjson_arr_foreach(json_at(report, "Reports.0.Rows"), i, n, section)
    {
        yyjson_arr_foreach(json_at(section, "Rows"), j, m, row)
        {
            if (strcmp(text_at(row, "Cells.0.Value"), title) == 0)
                return json_scalar(yyjson_arr_get(json_at(row, "Cells"), column), "Value");
        }
    }
    ck_abort_msg("the report has no %s", title);
}

START_TEST(a_balance_sheet_balances_in_each_of_its_months)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    yyjson_val *report = xero_get(xero, "Reports/BalanceSheet?date=2026-06-15&periods=11&timeframe=MONTH");
    ck_assert_uint_eq(length_at(report, "Reports.0.Rows.0.Cells"), 13);
    ck_assert_str_eq(text_at(report, "Reports.0.Rows.0.Cells.1.Value"), "30 Jun 2026");
    ck_assert_str_eq(text_at(report, "Reports.0.Rows.0.Cells.2.Value"), "31 May 2026");
    for (size_t column = 1; column <= 12; column++) {
        char net[DECIMAL_SIZE];
        ck_assert(decimal_subtract(net, row_value(report, "Total Assets", column),
                                   row_value(report, "Total Liabilities", column)));
        ck_assert_str_eq(net, row_value(report, "Net Assets", column));
        ck_assert_str_eq(net, row_value(report, "Total Equity", column));
    }
    ck_assert(!decimal_is_zero(row_value(report, "Total Assets", 1)));
}
END_TEST

START_TEST(a_trial_balance_has_as_much_debit_as_credit)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    yyjson_val *report = xero_get(xero, "Reports/TrialBalance?date=2026-06-30"), *section, *row;
    char sums[4][DECIMAL_SIZE] = {"0", "0", "0", "0"};
    size_t i, n, j, m;
    yyjson_arr_foreach(json_at(report, "Reports.0.Rows"), i, n, section)
    {
        yyjson_arr_foreach(json_at(section, "Rows"), j, m, row)
        {
            for (size_t c = 0; c < 4; c++) {
                const char *value = json_scalar(yyjson_arr_get(json_at(row, "Cells"), c + 1), "Value");
                if (strcmp(text_at(row, "RowType"), "Row") == 0 && *value)
                    ck_assert(decimal_add(sums[c], sums[c], value));
            }
        }
    }
    ck_assert_str_eq(sums[0], sums[1]);
    ck_assert_str_eq(sums[2], sums[3]);
    ck_assert_str_eq(sums[2], row_value(report, "Total", 3));
    ck_assert(!decimal_is_zero(sums[2]));
}
END_TEST

START_TEST(profit_is_what_the_sections_of_the_report_leave)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    yyjson_val *report = xero_get(xero, "Reports/ProfitAndLoss?fromDate=2026-06-01&toDate=2026-06-30&periods=11&"
                                        "timeframe=MONTH&standardLayout=true");
    for (size_t column = 1; column <= 12; column++) {
        char left[DECIMAL_SIZE];
        ck_assert(decimal_subtract(left, row_value(report, "Total Income", column),
                                   row_value(report, "Total Cost of Sales", column)));
        ck_assert_str_eq(left, row_value(report, "Gross Profit", column));
        ck_assert(decimal_add(left, left, row_value(report, "Total Other Income", column)));
        ck_assert(decimal_subtract(left, left, row_value(report, "Total Operating Expenses", column)));
        ck_assert_str_eq(left, row_value(report, "Net Profit", column));
    }
    ck_assert(!decimal_is_zero(row_value(report, "Total Income", 1)));
    xero_try(xero, "GET", "Reports/ProfitAndLoss?periods=13");
    ck_assert_int_eq(xero->client->status, 400);
}
END_TEST

static size_t n_listed(XeroClient *xero, const char *endpoint, const char *query)
{
    return yyjson_arr_size(xero_list(xero, endpoint, query));
}

START_TEST(the_truth_has_as_many_records_as_the_lists)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    yyjson_val *truth = xero_control(xero, "GET", "xero/acme/truth", NULL);
#define TOLD(type) (yyjson_obj_size(json_at(truth, type)) + length_at(truth, "deleted." type))
    ck_assert_uint_eq(TOLD("chartOfAccounts"), n_listed(xero, "Accounts", ""));
    ck_assert_uint_eq(TOLD("bankAccounts"), n_listed(xero, "Accounts", "?where=Type==%22BANK%22"));
    ck_assert_uint_eq(TOLD("items"), n_listed(xero, "Items", ""));
    ck_assert_uint_eq(TOLD("taxRates"), n_listed(xero, "TaxRates", ""));
    ck_assert_uint_eq(TOLD("invoices"), n_listed(xero, "Invoices", "?where=Type==%22ACCREC%22"));
    ck_assert_uint_eq(TOLD("bills"), n_listed(xero, "Invoices", "?where=Type==%22ACCPAY%22"));
    ck_assert_uint_eq(TOLD("creditNotes") + TOLD("billCreditNotes"),
                      n_listed(xero, "CreditNotes", "") + n_listed(xero, "Overpayments", ""));
    ck_assert_uint_eq(TOLD("purchaseOrders"), n_listed(xero, "PurchaseOrders", "?pageSize=1000"));
    ck_assert_uint_eq(TOLD("directCosts"), n_listed(xero, "BankTransactions", "?where=Type==%22SPEND%22"));
    ck_assert_uint_eq(TOLD("directIncomes"), n_listed(xero, "BankTransactions", "?where=Type==%22RECEIVE%22"));
    ck_assert_uint_eq(TOLD("transfers"), n_listed(xero, "BankTransfers", "?includeDeleted=true"));
    size_t n_contacts = n_listed(xero, "Contacts", "?includeArchived=true");
    ck_assert_uint_ge(TOLD("customers") + TOLD("suppliers"), n_contacts);
    ck_assert_uint_ge(TOLD("payments") + TOLD("billPayments"), n_listed(xero, "Payments", ""));
#undef TOLD
}
END_TEST

SUITE("sandbox xero ledger", journals_are_numbered_from_one_and_each_adds_up_to_zero,
      what_is_voided_is_taken_back_by_a_journal_of_its_own, a_balance_sheet_balances_in_each_of_its_months,
      a_trial_balance_has_as_much_debit_as_credit, profit_is_what_the_sections_of_the_report_leave,
      the_truth_has_as_many_records_as_the_lists)
