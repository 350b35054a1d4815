/*
 * Balance sheet and profit and loss, in canonical form: 24 months up to this one, oldest first. A reader asks for
 * twelve at a time, and Xero leaves out accounts that hold nothing in any of them.
 */
#include "infra/sandbox/xero_truth.h"
#include "lib/clock.h"
#include <string.h>

#define DAY 86400

enum { MONTHS = 24, BLOCK = 12 };

typedef int64_t Row[MONTHS]; /* 0 is the oldest month */

typedef struct Statement {
    XeroTruth *truth;
    int64_t starts[MONTHS + 1]; /* of months; the last one is the first day after */
    Row *moved, *held;          /* by account, debit positive: within a month, at its end */
    Row earlier, earned;        /* profits of years before the month's, and of its own up to then */
} Statement;

static int64_t month_start(int64_t instant, int months_back)
{
    CivilDate date = clock_date_of(instant / DAY);
    int month = date.year * 12 + date.month - 1 - months_back;
    return clock_days_of((CivilDate){month / 12, month % 12 + 1, 1}) * DAY;
}

static int month_of(const Statement *statement, int64_t day)
{
    int month = 0;
    if (day < statement->starts[0])
        return -1;
    while (month < MONTHS && day >= statement->starts[month + 1])
        month++;
    return month;
}

/* A posting is in the balance of its month and of all after it. */
static void post(Statement *statement, const Posting *posting)
{
    const XeroTruth *truth = statement->truth;
    bool earns = account_at(truth->books, posting->account)->type >= ACCOUNT_SALES;
    int month = month_of(statement, posting->date);
    if (month >= 0 && month < MONTHS)
        statement->moved[posting->account][month] += posting->amount;
    for (int m = month < 0 ? 0 : month; m < MONTHS; m++) {
        statement->held[posting->account][m] += posting->amount;
        int64_t year = xero_year_start(truth->business, statement->starts[m + 1] - DAY);
        if (earns)
            (posting->date < year ? statement->earlier : statement->earned)[m] -= posting->amount;
    }
}

static Statement *statement_of(XeroTruth *truth)
{
    Statement *statement = ARENA_NEW(truth->arena, Statement);
    size_t n_accounts = (size_t)n_book(truth->books, BOOK_ACCOUNT);
    const Posting *postings;
    int64_t now = world_now(truth->account->world);
    statement->truth = truth;
    statement->moved = arena_zalloc(truth->arena, (n_accounts + 1) * sizeof(Row));
    statement->held = arena_zalloc(truth->arena, (n_accounts + 1) * sizeof(Row));
    for (int m = 0; m <= MONTHS; m++)
        statement->starts[m] = month_start(now, MONTHS - 1 - m);
    int n = books_postings(truth->books, truth->arena, &postings);
    for (int i = 0; i < n; i++)
        post(statement, &postings[i]);
    return statement;
}

/* Does the row say anything in the twelve months that are read with this one? */
static bool shown(const Row row, int month)
{
    int first = month / BLOCK * BLOCK;
    for (int m = first; m < first + BLOCK; m++)
        if (row[m])
            return true;
    return false;
}

static void open_line(XeroTruth *truth, const char *key, const char *name, int64_t value)
{
    json_open(&truth->json, key, '{');
    json_put_text(&truth->json, "name", name);
    xero_tell_amount(truth, "value", value, truth->business->main);
}

static void tell_account_line(XeroTruth *truth, int account, int64_t value)
{
    json_open(&truth->json, NULL, '{');
    xero_tell_id(truth, "accountId", "", BOOK_ACCOUNT, account);
    json_put_text(&truth->json, "name", account_at(truth->books, account)->name);
    xero_tell_amount(truth, "value", value, truth->business->main);
    json_close(&truth->json, '}');
}

typedef struct Group {
    const char *name;
    AccountType first, last;
    int sign;
} Group;

static bool in_group(const XeroTruth *truth, const Group *group, int account)
{
    AccountType type = account_at(truth->books, account)->type;
    return type >= group->first && type <= group->last;
}

static int64_t group_sum(const XeroTruth *truth, const Group *group, Row *rows, int month)
{
    int64_t sum = 0;
    for (int i = 0; i < n_book(truth->books, BOOK_ACCOUNT); i++)
        if (in_group(truth, group, i))
            sum += group->sign * rows[i][month];
    return sum;
}

static void tell_accounts_of(XeroTruth *truth, const Group *group, Row *rows, int month)
{
    for (int i = 0; i < n_book(truth->books, BOOK_ACCOUNT); i++)
        if (in_group(truth, group, i) && shown(rows[i], month))
            tell_account_line(truth, i, group->sign * rows[i][month]);
}

static bool any_shown(const XeroTruth *truth, const Group *group, Row *rows, int month)
{
    for (int i = 0; i < n_book(truth->books, BOOK_ACCOUNT); i++)
        if (in_group(truth, group, i) && shown(rows[i], month))
            return true;
    return false;
}

static int64_t tell_group(XeroTruth *truth, const char *key, const Group *group, Row *rows, int month)
{
    int64_t sum = group_sum(truth, group, rows, month);
    open_line(truth, key, group->name, sum);
    if (any_shown(truth, group, rows, month)) {
        json_open(&truth->json, "items", '[');
        tell_accounts_of(truth, group, rows, month);
        json_close(&truth->json, ']');
    }
    json_close(&truth->json, '}');
    return sum;
}

static int64_t tell_groups(XeroTruth *truth, const char *key, const char *name, const Group *groups, int n, Row *rows,
                           int month)
{
    int64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += group_sum(truth, &groups[i], rows, month);
    open_line(truth, key, name, sum);
    json_open(&truth->json, "items", '[');
    for (int i = 0; i < n; i++)
        tell_group(truth, NULL, &groups[i], rows, month);
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
    return sum;
}

/* The first month that says anything; MONTHS: none does. */
static int first_month(const Statement *statement, Row *rows)
{
    for (int m = 0; m < MONTHS; m++) {
        if (statement->earlier[m] && rows == statement->held)
            return m;
        for (int i = 0; i < n_book(statement->truth->books, BOOK_ACCOUNT); i++)
            if (rows[i][m] &&
                (rows == statement->held || account_at(statement->truth->books, i)->type >= ACCOUNT_SALES))
                return m;
    }
    return MONTHS;
}

static void tell_head(Statement *statement, int first, bool basis)
{
    XeroTruth *truth = statement->truth;
    char id[XERO_ID_SIZE];
    json_open(&truth->json, xero_id(id, truth->business, XERO_ORGANISATION, 0), '{');
    xero_tell_currency(truth, "currency", truth->business->main);
    if (basis)
        json_put_text(&truth->json, "reportBasis", "Accrual");
    if (first < MONTHS) {
        xero_tell_day(truth, "mostRecentAvailableMonth", statement->starts[MONTHS - 1]);
        xero_tell_day(truth, "earliestAvailableMonth", statement->starts[first]);
    }
    json_open(&truth->json, "reports", '[');
}

static void tell_foot(XeroTruth *truth)
{
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
}

/* ---- Balance sheet ---- */

static void tell_equity(Statement *statement, int month)
{
    static const Group owned = {"Equity", ACCOUNT_EQUITY, ACCOUNT_EQUITY, -1};
    XeroTruth *truth = statement->truth;
    int account = books_account_of(truth->books, ACCOUNT_RETAINED);
    Row retained;
    for (int m = 0; m < MONTHS; m++)
        retained[m] = statement->earlier[m] - statement->held[account][m];
    open_line(truth, "equity", owned.name,
              group_sum(truth, &owned, statement->held, month) + statement->earned[month] + retained[month]);
    json_open(&truth->json, "items", '[');
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "name", "Current Year Earnings");
    xero_tell_amount(truth, "value", statement->earned[month], truth->business->main);
    json_close(&truth->json, '}');
    tell_accounts_of(truth, &owned, statement->held, month);
    if (shown(retained, month))
        tell_account_line(truth, account, retained[month]);
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
}

void xero_tell_balance_sheet(XeroTruth *truth)
{
    static const Group assets[] = {
        {"Bank",           ACCOUNT_BANK,       ACCOUNT_CARD,      1},
        {"Current Assets", ACCOUNT_RECEIVABLE, ACCOUNT_INVENTORY, 1},
        {"Fixed Assets",   ACCOUNT_FIXED,      ACCOUNT_FIXED,     1},
    };
    static const Group liabilities[] = {
        {"Current Liabilities",     ACCOUNT_PAYABLE, ACCOUNT_TAX,  -1},
        {"Non-current Liabilities", ACCOUNT_LOAN,    ACCOUNT_LOAN, -1},
    };
    Statement *statement = statement_of(truth);
    int first = first_month(statement, statement->held);
    tell_head(statement, first, false);
    for (int m = first; m < MONTHS; m++) {
        json_open(&truth->json, NULL, '{');
        xero_tell_day(truth, "date", statement->starts[m + 1] - DAY);
        int64_t owned = tell_groups(truth, "assets", "Assets", assets, COUNT_OF(assets), statement->held, m);
        int64_t owed =
            tell_groups(truth, "liabilities", "Liabilities", liabilities, COUNT_OF(liabilities), statement->held, m);
        tell_equity(statement, m);
        xero_tell_amount(truth, "netAssets", owned - owed, truth->business->main);
        json_close(&truth->json, '}');
    }
    tell_foot(truth);
}

/* ---- Profit and loss ---- */

void xero_tell_profit_and_loss(XeroTruth *truth)
{
    static const Group income = {"Income", ACCOUNT_SALES, ACCOUNT_SALES, -1};
    static const Group cost = {"Less Cost of Sales", ACCOUNT_COST_OF_SALES, ACCOUNT_COST_OF_SALES, 1};
    static const Group other = {"Plus Other Income", ACCOUNT_OTHER_INCOME, ACCOUNT_OTHER_INCOME, -1};
    static const Group expenses = {"Less Operating Expenses", ACCOUNT_EXPENSE, ACCOUNT_OTHER_EXPENSE, 1};
    Statement *statement = statement_of(truth);
    const Currency *currency = truth->business->main;
    int first = first_month(statement, statement->moved);
    tell_head(statement, first, true);
    for (int m = first; m < MONTHS; m++) {
        json_open(&truth->json, NULL, '{');
        xero_tell_day(truth, "fromDate", statement->starts[m]);
        xero_tell_day(truth, "toDate", statement->starts[m + 1] - DAY);
        int64_t sold = tell_group(truth, "income", &income, statement->moved, m);
        int64_t gross = sold - tell_group(truth, "costOfSales", &cost, statement->moved, m);
        int64_t operating = gross - tell_group(truth, "expenses", &expenses, statement->moved, m);
        int64_t more = tell_group(truth, "otherIncome", &other, statement->moved, m);
        xero_tell_amount(truth, "grossProfit", gross, currency);
        xero_tell_amount(truth, "netOperatingProfit", operating, currency);
        xero_tell_amount(truth, "netOtherIncome", more, currency);
        xero_tell_amount(truth, "netProfit", operating + more, currency);
        json_close(&truth->json, '}');
    }
    tell_foot(truth);
}
