/* Trial balance. */
#include "infra/sandbox/xero_sheet.h"
#include <stdio.h>

enum { MONTH, YEAR, ALL };

/* Debit and credit of two spans, four cells; an account of the balance sheet holds all that it ever got. */
static void put_trial_row(Sheet *sheet, const char *title, const char *account, const int64_t amounts[2], bool debit)
{
    char text[40];
    json_open(&sheet->xero->json, NULL, '{');
    json_put_text(&sheet->xero->json, "RowType", account ? "Row" : "SummaryRow");
    json_open(&sheet->xero->json, "Cells", '[');
    sheet_put_cell(sheet->xero, title, account, "account");
    for (int i = 0; i < 4; i++) {
        bool shown = !account || debit == (i % 2 == 0);
        const char *value = shown ? sheet_amount_text(sheet->xero, text, amounts[i / 2]) : "";
        sheet_put_cell(sheet->xero, value, account, "account");
    }
    json_close(&sheet->xero->json, ']');
    json_close(&sheet->xero->json, '}');
}

typedef struct TrialGroup {
    const char *title;
    AccountType first, last;
    bool debit;
} TrialGroup;

static void put_trial_group(Sheet *sheet, const TrialGroup *group, int64_t totals[2])
{
    sheet_open_section(sheet, group->title);
    for (int i = 0; i < n_book(sheet->xero->books, BOOK_ACCOUNT); i++) {
        const BookAccount *account = account_at(sheet->xero->books, i);
        if (account->type < group->first || account->type > group->last)
            continue;
        int64_t sign = group->debit ? 1 : -1;
        int64_t amounts[2] = {sign * sheet->sums[i][MONTH],
                              sign * sheet->sums[i][sheet_is_earnings(account->type) ? YEAR : ALL]};
        if (account->type == ACCOUNT_RETAINED)
            amounts[1] += sheet_earned(sheet, 0, sheet->columns[YEAR].from - DAY);
        if (!amounts[0] && !amounts[1])
            continue;
        char title[256], id[XERO_ID_SIZE];
        snprintf(title, sizeof title, account->code ? "%s (%s)" : "%s", account->name, account->code);
        put_trial_row(sheet, title, xero_id(id, sheet->xero->business, BOOK_ACCOUNT, i), amounts, group->debit);
        for (int c = 0; c < 2; c++)
            totals[c] += group->debit ? amounts[c] : 0;
    }
    sheet_close_section(sheet);
}

bool xero_write_trial_balance(Xero *xero, Request *request, const char **problem)
{
    static const TrialGroup groups[] = {
        {"Revenue",     ACCOUNT_SALES,         ACCOUNT_OTHER_INCOME,  false},
        {"Expenses",    ACCOUNT_COST_OF_SALES, ACCOUNT_OTHER_EXPENSE, true },
        {"Assets",      ACCOUNT_BANK,          ACCOUNT_FIXED,         true },
        {"Liabilities", ACCOUNT_PAYABLE,       ACCOUNT_LOAN,          false},
        {"Equity",      ACCOUNT_EQUITY,        ACCOUNT_RETAINED,      false},
    };
    static const char *const titles[] = {"Account", "Debit", "Credit", "YTD Debit", "YTD Credit"};
    Sheet sheet = sheet_of(xero);
    int64_t date = xero->now - xero->now % DAY, totals[2] = {0};
    if (!sheet_read_day(request, "date", &date, problem))
        return false;
    sheet.n_columns = 3;
    sheet.columns[MONTH] = (SheetColumn){sheet_month_start(date), date};
    sheet.columns[YEAR] = (SheetColumn){xero_year_start(xero->business, date), date};
    sheet.columns[ALL] = (SheetColumn){0, date};
    sheet_add_up(&sheet);
    sheet_put_titles(&sheet, "Trial Balance", 0, date);
    json_open(&xero->json, "Rows", '[');
    json_open(&xero->json, NULL, '{');
    json_put_text(&xero->json, "RowType", "Header");
    json_open(&xero->json, "Cells", '[');
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        sheet_put_cell(xero, titles[i], NULL, NULL);
    json_close(&xero->json, ']');
    json_close(&xero->json, '}');
    for (size_t i = 0; i < COUNT_OF(groups); i++)
        put_trial_group(&sheet, &groups[i], totals);
    sheet_open_section(&sheet, "");
    put_trial_row(&sheet, "Total", NULL, totals, true);
    sheet_close_section(&sheet);
    json_close(&xero->json, ']');
    return true;
}
