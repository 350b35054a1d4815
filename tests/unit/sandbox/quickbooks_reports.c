/* Reports balance, and say what the books say. */
#include "infra/sandbox/books.h"
#include "lib/decimal.h"
#include "tests/support/suite.h"
#include "tests/unit/sandbox/quickbooks_client.h"
#include <stdio.h>
#include <string.h>

/* The section of a group, wherever it is; NULL. */
static yyjson_val *section(yyjson_val *rows, const char *group)
{
    yyjson_val *row;
    size_t i, n;
    yyjson_arr_foreach(json_at(rows, "Row"), i, n, row)
    {
        const char *found = json_text(row, "group");
        if (found && strcmp(found, group) == 0)
            return row;
        yyjson_val *inner = json_at(row, "Rows") ? section(json_at(row, "Rows"), group) : NULL;
        if (inner)
            return inner;
    }
    return NULL;
}

/* A section's total in a column (0 when it is empty or missing). */
static const char *total(Client *client, yyjson_val *report, const char *group, int column)
{
    yyjson_val *found = section(json_at(report, "Rows"), group);
    const char *cells = json_at(found, "Summary") ? "Summary.ColData" : "ColData";
    const char *value = found ? json_text(found, arena_format(client->arena, "%s.%d.value", cells, column)) : NULL;
    return value && *value ? value : "0";
}

static const char *sum(Client *client, const char *a, const char *b)
{
    char out[DECIMAL_SIZE];
    ck_assert(decimal_add(out, a, b));
    return arena_text(client->arena, out);
}

static const char *difference(Client *client, const char *a, const char *b)
{
    char out[DECIMAL_SIZE];
    ck_assert(decimal_subtract(out, a, b));
    return arena_text(client->arena, out);
}

static yyjson_val *report(Client *client, const char *name, const char *from, const char *until)
{
    yyjson_val *answer = qb_get(
        client, arena_format(client->arena,
                             "reports/%s?start_date=%s&end_date=%s&accounting_method=Accrual&summarize_column_by=Month",
                             name, from, until));
    ck_assert_msg(client->status == 200, "%d: %s", client->status, client->body->bytes);
    ck_assert_str_eq(text_at(answer, "Header.ReportName"), name);
    return answer;
}

START_TEST(assets_are_liabilities_and_equity_at_each_months_end)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *sheet = report(client, "BalanceSheet", "2026-01-01", "2026-06-30");
    ck_assert_uint_eq(length_at(sheet, "Columns.Column"), 7);
    for (int column = 1; column <= 6; column++) {
        const char *assets = total(client, sheet, "TotalAssets", column);
        const char *others =
            sum(client, total(client, sheet, "Liabilities", column), total(client, sheet, "Equity", column));
        ck_assert_msg(decimal_compare(assets, others) == 0, "column %d: %s and %s", column, assets, others);
        ck_assert(!decimal_is_zero(assets));
        ck_assert_int_eq(decimal_compare(total(client, sheet, "TotalLiabilitiesAndEquity", column), others), 0);
    }
}
END_TEST

START_TEST(profit_is_income_less_costs_in_each_column)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *profit = report(client, "ProfitAndLoss", "2026-01-01", "2026-06-30");
    ck_assert_uint_eq(length_at(profit, "Columns.Column"), 8); /* one is the total */
    for (int column = 1; column <= 7; column++) {
        const char *gross =
            difference(client, total(client, profit, "Income", column), total(client, profit, "COGS", column));
        const char *net = difference(client, gross, total(client, profit, "Expenses", column));
        ck_assert_int_eq(decimal_compare(gross, total(client, profit, "GrossProfit", column)), 0);
        ck_assert_int_eq(decimal_compare(net, total(client, profit, "NetOperatingIncome", column)), 0);
        net = sum(client, net, total(client, profit, "OtherIncome", column));
        net = difference(client, net, total(client, profit, "OtherExpenses", column));
        ck_assert_int_eq(decimal_compare(net, total(client, profit, "NetIncome", column)), 0);
    }
    ck_assert(!decimal_is_zero(total(client, profit, "NetIncome", 7)));
}
END_TEST

START_TEST(the_balance_sheet_has_the_profit_of_the_year_and_closes_the_one_before)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *sheet = report(client, "BalanceSheet", "2025-12-01", "2026-03-31");
    yyjson_val *profit = report(client, "ProfitAndLoss", "2026-01-01", "2026-03-31");
    ck_assert_str_eq(total(client, sheet, "NetIncome", 4), total(client, profit, "NetIncome", 4));
    profit = report(client, "ProfitAndLoss", "2026-01-01", "2026-01-31");
    ck_assert_str_eq(total(client, sheet, "NetIncome", 2), total(client, profit, "NetIncome", 1));
    ck_assert_str_ne(total(client, sheet, "NetIncome", 1), total(client, sheet, "NetIncome", 2));
}
END_TEST

/* Account 0 is found by its id; what it holds comes from the books' own function. */
START_TEST(an_accounts_row_is_what_the_books_say_it_holds)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    const Books *books = account_books(world_account(client->world, COMPANY, NULL));
    yyjson_val *sheet = report(client, "BalanceSheet", "2026-05-01", "2026-05-31"), *row;
    yyjson_val *banks = section(json_at(sheet, "Rows"), "BankAccounts");
    size_t i, n;
    int n_checked = 0;
    yyjson_arr_foreach(json_at(banks, "Rows.Row"), i, n, row)
    {
        const char *id = json_text(row, "ColData.0.id");
        if (!id)
            continue;
        char minor[32], held[DECIMAL_SIZE];
        int64_t day = TODAY - (int64_t)31 * 86400; /* 2026-05-31 */
        snprintf(minor, sizeof minor, "%lld", (long long)books_balance(books, atoi(id) - 1, day));
        ck_assert(decimal_from_minor_units(held, minor, strlen(minor), books->business->main->digits));
        ck_assert_str_eq(text_at(row, "ColData.1.value"), held);
        n_checked++;
    }
    ck_assert_int_gt(n_checked, 0);
}
END_TEST

START_TEST(a_period_before_the_books_has_no_data)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *profit = report(client, "ProfitAndLoss", "2011-01-01", "2011-02-28");
    ck_assert_str_eq(text_at(profit, "Header.Option.1.Value"), "true");
    ck_assert_str_eq(total(client, profit, "NetIncome", 1), "0.00");
    report(client, "BalanceSheet", "2011-01-01", "2011-02-28");
    qb_check_fault(client, qb_get(client, "reports/CashFlow"), 400, "4000");
}
END_TEST

SUITE("sandbox quickbooks reports", assets_are_liabilities_and_equity_at_each_months_end,
      profit_is_income_less_costs_in_each_column,
      the_balance_sheet_has_the_profit_of_the_year_and_closes_the_one_before,
      an_accounts_row_is_what_the_books_say_it_holds, a_period_before_the_books_has_no_data)
