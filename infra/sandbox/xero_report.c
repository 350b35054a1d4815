/* Balance sheet and profit and loss. */
#include "infra/sandbox/xero_sheet.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY "00000000-0000-0000-0000-000000000000" /* the account of earnings */

typedef struct Values {
    int64_t at[SHEET_COLUMNS];
} Values;

static void put_row(Sheet *sheet, const char *type, const char *title, const char *account, const Values *values)
{
    char text[40];
    json_open(&sheet->xero->json, NULL, '{');
    json_put_text(&sheet->xero->json, "RowType", type);
    json_open(&sheet->xero->json, "Cells", '[');
    sheet_put_cell(sheet->xero, title, account, "account");
    for (int c = 0; c < sheet->n_columns; c++)
        sheet_put_cell(sheet->xero, sheet_amount_text(sheet->xero, text, values->at[c]), account, "account");
    json_close(&sheet->xero->json, ']');
    json_close(&sheet->xero->json, '}');
}

static void put_alone(Sheet *sheet, const char *type, const char *title, const Values *values)
{
    sheet_open_section(sheet, "");
    put_row(sheet, type, title, NULL, values);
    sheet_close_section(sheet);
}

static void add_values(Values *sum, const Values *values, int64_t sign)
{
    for (int c = 0; c < SHEET_COLUMNS; c++)
        sum->at[c] += sign * values->at[c];
}

static bool says_something(const Sheet *sheet, const Values *values)
{
    for (int c = 0; c < sheet->n_columns; c++)
        if (values->at[c])
            return true;
    return false;
}

static Values of_account(const Sheet *sheet, int account, int64_t sign)
{
    Values values = {0};
    for (int c = 0; c < sheet->n_columns; c++)
        values.at[c] = sign * sheet->sums[account][c];
    return values;
}

/* The rows of all accounts from one type to another that hold anything; their sum. */
static Values put_accounts(Sheet *sheet, AccountType first, AccountType last, int64_t sign)
{
    Values sum = {0};
    for (int i = 0; i < n_book(sheet->xero->books, BOOK_ACCOUNT); i++) {
        const BookAccount *account = account_at(sheet->xero->books, i);
        Values values = of_account(sheet, i, sign);
        char id[XERO_ID_SIZE];
        if (account->type < first || account->type > last || !says_something(sheet, &values))
            continue;
        put_row(sheet, "Row", account->name, xero_id(id, sheet->xero->business, BOOK_ACCOUNT, i), &values);
        add_values(&sum, &values, 1);
    }
    return sum;
}

static Values put_group(Sheet *sheet, const char *title, AccountType first, AccountType last, int64_t sign,
                        const char *total)
{
    sheet_open_section(sheet, title);
    Values sum = put_accounts(sheet, first, last, sign);
    put_row(sheet, "SummaryRow", total, NULL, &sum);
    sheet_close_section(sheet);
    return sum;
}

/* How many columns more than one; only sheet_months are compared here. */
static bool read_periods(Request *request, int *n_columns, const char **problem)
{
    const char *periods = request_query(request, "periods"), *timeframe = request_query(request, "timeframe");
    *n_columns = 1 + (periods ? atoi(periods) : 0);
    if (*n_columns < 1 || *n_columns > SHEET_COLUMNS)
        *problem = "Periods must be a number from 1 to 12.";
    else if (timeframe && strcmp(timeframe, "MONTH") != 0)
        *problem = "This sandbox compares sheet_months only.";
    else
        return true;
    return false;
}

static void put_header(Sheet *sheet, bool short_year)
{
    char text[32];
    json_open(&sheet->xero->json, NULL, '{');
    json_put_text(&sheet->xero->json, "RowType", "Header");
    json_open(&sheet->xero->json, "Cells", '[');
    sheet_put_cell(sheet->xero, "", NULL, NULL);
    for (int c = 0; c < sheet->n_columns; c++) {
        CivilDate date = sheet_civil(sheet->columns[c].to);
        snprintf(text, sizeof text, "%d %.3s %02d", date.day, sheet_months[date.month - 1],
                 short_year ? date.year % 100 : date.year);
        sheet_put_cell(sheet->xero, text, NULL, NULL);
    }
    json_close(&sheet->xero->json, ']');
    json_close(&sheet->xero->json, '}');
}

/* ---- Balance sheet ---- */

/* Retained earnings hold the years before; this year's have a row of their own. */
static Values put_equity(Sheet *sheet)
{
    Values sum, current = {0}, retained = {0};
    int account = books_account_of(sheet->xero->books, ACCOUNT_RETAINED);
    char id[XERO_ID_SIZE];
    sheet_open_section(sheet, "Equity");
    for (int c = 0; c < sheet->n_columns; c++) {
        int64_t to = sheet->columns[c].to, year = xero_year_start(sheet->xero->business, to);
        current.at[c] = sheet_earned(sheet, year, to);
        retained.at[c] = sheet_earned(sheet, 0, year - DAY) - sheet->sums[account][c];
    }
    put_row(sheet, "Row", "Current Year Earnings", NOBODY, &current);
    sum = put_accounts(sheet, ACCOUNT_EQUITY, ACCOUNT_EQUITY, -1);
    if (says_something(sheet, &retained))
        put_row(sheet, "Row", account_at(sheet->xero->books, account)->name,
                xero_id(id, sheet->xero->business, BOOK_ACCOUNT, account), &retained);
    add_values(&sum, &current, 1);
    add_values(&sum, &retained, 1);
    put_row(sheet, "SummaryRow", "Total Equity", NULL, &sum);
    sheet_close_section(sheet);
    return sum;
}

static bool write_balance_sheet(Xero *xero, Request *request, const char **problem)
{
    Sheet sheet = sheet_of(xero);
    int64_t date = xero->now - xero->now % DAY;
    if (!sheet_read_day(request, "date", &date, problem) || !read_periods(request, &sheet.n_columns, problem))
        return false;
    for (int c = 0; c < sheet.n_columns; c++)
        sheet.columns[c] = (SheetColumn){0, sheet.n_columns > 1 ? sheet_month_end(date, c) : date};
    sheet_add_up(&sheet);
    sheet_put_titles(&sheet, "Balance Sheet", 0, sheet.columns[0].to);
    json_open(&xero->json, "Rows", '[');
    put_header(&sheet, false);
    sheet_open_section(&sheet, "Assets");
    sheet_close_section(&sheet);
    Values assets = put_group(&sheet, "Bank", ACCOUNT_BANK, ACCOUNT_CARD, 1, "Total Bank");
    Values more = put_group(&sheet, "Current Assets", ACCOUNT_RECEIVABLE, ACCOUNT_INVENTORY, 1, "Total Current Assets");
    add_values(&assets, &more, 1);
    more = put_group(&sheet, "Fixed Assets", ACCOUNT_FIXED, ACCOUNT_FIXED, 1, "Total Fixed Assets");
    add_values(&assets, &more, 1);
    put_alone(&sheet, "SummaryRow", "Total Assets", &assets);
    sheet_open_section(&sheet, "Liabilities");
    sheet_close_section(&sheet);
    Values owed =
        put_group(&sheet, "Current Liabilities", ACCOUNT_PAYABLE, ACCOUNT_TAX, -1, "Total Current Liabilities");
    more =
        put_group(&sheet, "Non-current Liabilities", ACCOUNT_LOAN, ACCOUNT_LOAN, -1, "Total Non-current Liabilities");
    add_values(&owed, &more, 1);
    put_alone(&sheet, "SummaryRow", "Total Liabilities", &owed);
    add_values(&assets, &owed, -1);
    put_alone(&sheet, "Row", "Net Assets", &assets);
    put_equity(&sheet);
    json_close(&xero->json, ']');
    return true;
}

/* ---- Profit and loss ---- */

static bool write_profit_and_loss(Xero *xero, Request *request, const char **problem)
{
    Sheet sheet = sheet_of(xero);
    int64_t today = xero->now - xero->now % DAY, from = sheet_month_start(today), to = sheet_month_end(today, 0);
    if (!sheet_read_day(request, "fromDate", &from, problem) || !sheet_read_day(request, "toDate", &to, problem) ||
        !read_periods(request, &sheet.n_columns, problem))
        return false;
    const char *standard = request_query(request, "standardLayout");
    bool plain = standard && strcmp(standard, "true") == 0;
    sheet.columns[0] = (SheetColumn){from, to};
    for (int c = 1; c < sheet.n_columns; c++)
        sheet.columns[c] = (SheetColumn){sheet_month_start(sheet_month_end(to, c)), sheet_month_end(to, c)};
    sheet_add_up(&sheet);
    sheet_put_titles(&sheet, "Profit & Loss", from, to);
    json_open(&xero->json, "Rows", '[');
    put_header(&sheet, true);
    Values profit = put_group(&sheet, plain ? " Income" : " Trading Income", ACCOUNT_SALES, ACCOUNT_SALES, -1,
                              plain ? "Total Income" : "Total Trading Income");
    Values more = put_group(&sheet, " Less Cost of Sales", ACCOUNT_COST_OF_SALES, ACCOUNT_COST_OF_SALES, 1,
                            "Total Cost of Sales");
    add_values(&profit, &more, -1);
    put_alone(&sheet, "Row", "Gross Profit", &profit);
    more =
        put_group(&sheet, " Plus Other Income", ACCOUNT_OTHER_INCOME, ACCOUNT_OTHER_INCOME, -1, "Total Other Income");
    add_values(&profit, &more, 1);
    more = put_group(&sheet, " Less Operating Expenses", ACCOUNT_EXPENSE, ACCOUNT_OTHER_EXPENSE, 1,
                     "Total Operating Expenses");
    add_values(&profit, &more, -1);
    put_alone(&sheet, "Row", "Net Profit", &profit);
    json_close(&xero->json, ']');
    return true;
}

const XeroReport xero_reports[] = {
    {"BalanceSheet",  "Balance Sheet",   write_balance_sheet,      "/api.xro/2.0/Reports/BalanceSheet" },
    {"ProfitAndLoss", "Profit and Loss", write_profit_and_loss,    "/api.xro/2.0/Reports/ProfitAndLoss"},
    {"TrialBalance",  "Trial Balance",   xero_write_trial_balance, "/api.xro/2.0/Reports/TrialBalance" },
};
const size_t xero_n_reports = COUNT_OF(xero_reports);
