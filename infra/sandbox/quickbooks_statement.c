/* The rows of the balance sheet and of profit and loss. */
#include "infra/sandbox/quickbooks_report.h"
#include "lib/auto.h"
#include <ctype.h>
#include <string.h>

#define NO_TYPE ACCOUNT_TYPES

/* A section, in the order of the report: those of a greater depth behind it are inside. */
typedef struct Section {
    int depth;
    const char *group, *title;
    AccountType first, second; /* accounts of these; NO_TYPE: none */
    bool always;               /* also without a row */
} Section;

static const Section sheet_sections[] = {
    {0, "TotalAssets",               "ASSETS",                    NO_TYPE,            NO_TYPE,           true },
    {1, "CurrentAssets",             "Current Assets",            NO_TYPE,            NO_TYPE,           false},
    {2, "BankAccounts",              "Bank Accounts",             ACCOUNT_BANK,       NO_TYPE,           false},
    {2, "AR",                        "Accounts Receivable",       ACCOUNT_RECEIVABLE, NO_TYPE,           false},
    {2, "OtherCurrentAssets",        "Other Current Assets",      ACCOUNT_CLEARING,   ACCOUNT_INVENTORY, false},
    {1, "FixedAssets",               "Fixed Assets",              ACCOUNT_FIXED,      NO_TYPE,           false},
    {0, "TotalLiabilitiesAndEquity", "LIABILITIES AND EQUITY",    NO_TYPE,            NO_TYPE,           true },
    {1, "Liabilities",               "Liabilities",               NO_TYPE,            NO_TYPE,           true },
    {2, "CurrentLiabilities",        "Current Liabilities",       NO_TYPE,            NO_TYPE,           false},
    {3, "AP",                        "Accounts Payable",          ACCOUNT_PAYABLE,    NO_TYPE,           false},
    {3, "CreditCards",               "Credit Cards",              ACCOUNT_CARD,       NO_TYPE,           false},
    {3, "OtherCurrentLiabilities",   "Other Current Liabilities", ACCOUNT_TAX,        NO_TYPE,           false},
    {2, "LongTermLiabilities",       "Long-Term Liabilities",     ACCOUNT_LOAN,       NO_TYPE,           false},
    {1, "Equity",                    "Equity",                    ACCOUNT_EQUITY,     ACCOUNT_RETAINED,  true },
};

static const Section profit_sections[] = {
    {0, "Income",        "Income",             ACCOUNT_SALES,         NO_TYPE, true },
    {0, "COGS",          "Cost of Goods Sold", ACCOUNT_COST_OF_SALES, NO_TYPE, false},
    {0, "Expenses",      "Expenses",           ACCOUNT_EXPENSE,       NO_TYPE, true },
    {0, "OtherIncome",   "Other Income",       ACCOUNT_OTHER_INCOME,  NO_TYPE, false},
    {0, "OtherExpenses", "Other Expenses",     ACCOUNT_OTHER_EXPENSE, NO_TYPE, false},
};
enum { INCOME, COGS, EXPENSES, OTHER_INCOME, OTHER_EXPENSES };

/* Assets and expenses are shown as debits, all else as credits. */
static int sign_of(AccountType type)
{
    return type <= ACCOUNT_FIXED ? (type == ACCOUNT_CARD ? -1 : 1) : type >= ACCOUNT_COST_OF_SALES ? 1 : -1;
}

static bool is_in(const Section *section, AccountType type)
{
    return type == section->first || type == section->second;
}

/* A sub-account of another type than its parent stands by itself. */
static int parent_of(const QbReport *report, int index)
{
    const BookAccount *account = account_at(report->call->render.books, index);
    if (account->parent < 0 || account_at(report->call->render.books, account->parent)->type != account->type)
        return -1;
    return account->parent;
}

/* An account with all below it. */
static QbAmounts family(QbReport *report, int index)
{
    QbAmounts sum = report->accounts[index];
    for (int i = 0; i < n_book(report->call->render.books, BOOK_ACCOUNT); i++)
        if (parent_of(report, i) == index)
            qb_amounts_add(report, &sum, &report->accounts[i], 1);
    return sum;
}

static QbAmounts own_total(QbReport *report, const Section *section)
{
    QbAmounts sum = {0};
    for (int i = 0; i < n_book(report->call->render.books, BOOK_ACCOUNT); i++)
        if (is_in(section, account_at(report->call->render.books, i)->type))
            qb_amounts_add(report, &sum, &report->accounts[i], 1);
    if (section->second == ACCOUNT_RETAINED)
        qb_amounts_add(report, &sum, &report->net_income, 1);
    return sum;
}

/* Sections inside take part; all within one of them have the same sign but on the other side of the sheet. */
static QbAmounts total_of(QbReport *report, const Section *section, const Section *end)
{
    QbAmounts sum = own_total(report, section);
    for (const Section *inner = section + 1; inner < end && inner->depth > section->depth; inner++) {
        QbAmounts part = own_total(report, inner);
        qb_amounts_add(report, &sum, &part, 1);
    }
    return sum;
}

static void put_account(QbReport *report, int index, int sign)
{
    QbRender *render = &report->call->render;
    JsonWriter *json = &render->json;
    const char *name = account_at(render->books, index)->name;
    char id[QB_ID_SIZE];
    QbAmounts whole = family(report, index);
    bool has_children = false;
    for (int i = 0; i < n_book(render->books, BOOK_ACCOUNT); i++)
        has_children = has_children || (parent_of(report, i) == index && qb_amounts_any(report, &report->accounts[i]));
    quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, index);
    json_open(json, NULL, '{');
    if (has_children) {
        json_open(json, "Header", '{');
        qb_put_cells(report, name, id, &report->accounts[index], sign);
        json_close(json, '}');
        json_open(json, "Rows", '{');
        json_open(json, "Row", '[');
        for (int i = 0; i < n_book(render->books, BOOK_ACCOUNT); i++)
            if (parent_of(report, i) == index && qb_amounts_any(report, &report->accounts[i]))
                put_account(report, i, sign);
        json_close(json, ']');
        json_close(json, '}');
        json_open(json, "Summary", '{');
        qb_put_cells(report, arena_format(render->arena, "Total %s", name), NULL, &whole, sign);
        json_close(json, '}');
    } else {
        qb_put_cells(report, name, id, &report->accounts[index], sign);
    }
    json_put_text(json, "type", has_children ? "Section" : "Data");
    json_close(json, '}');
}

static void put_net_income(QbReport *report)
{
    JsonWriter *json = &report->call->render.json;
    if (!qb_amounts_any(report, &report->net_income))
        return;
    json_open(json, NULL, '{');
    qb_put_cells(report, "Net Income", NULL, &report->net_income, -1);
    json_put_text(json, "type", "Data");
    json_put_text(json, "group", "NetIncome");
    json_close(json, '}');
}

static void put_accounts(QbReport *report, const Section *section)
{
    const Books *books = report->call->render.books;
    for (int i = 0; i < n_book(books, BOOK_ACCOUNT); i++) {
        AccountType type = account_at(books, i)->type;
        QbAmounts whole = family(report, i);
        if (is_in(section, type) && parent_of(report, i) < 0 && qb_amounts_any(report, &whole))
            put_account(report, i, sign_of(type));
    }
    if (section->second == ACCOUNT_RETAINED)
        put_net_income(report);
}

static const char *total_title(QbReport *report, const Section *section)
{
    bool loud = isupper((unsigned char)section->title[1]);
    return arena_format(report->call->request->arena, "%s %s", loud ? "TOTAL" : "Total", section->title);
}

/* Writes the section and those inside; the one behind them. */
static const Section *put_section(QbReport *report, const Section *section, const Section *end, int sign)
{
    JsonWriter *json = &report->call->render.json;
    QbAmounts total = total_of(report, section, end);
    bool any = qb_amounts_any(report, &total);
    const Section *inner = section + 1;
    if (!any && !section->always) {
        while (inner < end && inner->depth > section->depth)
            inner++;
        return inner;
    }
    json_open(json, NULL, '{');
    json_open(json, "Header", '{');
    qb_put_cells(report, section->title, NULL, NULL, sign);
    json_close(json, '}');
    if (any) {
        json_open(json, "Rows", '{');
        json_open(json, "Row", '[');
        put_accounts(report, section);
    }
    while (inner < end && inner->depth > section->depth)
        inner = put_section(report, inner, end, sign);
    if (any) {
        json_close(json, ']');
        json_close(json, '}');
    }
    json_open(json, "Summary", '{');
    qb_put_cells(report, total_title(report, section), NULL, any ? &total : NULL, sign);
    json_close(json, '}');
    json_put_text(json, "type", "Section");
    json_put_text(json, "group", section->group);
    json_close(json, '}');
    return inner;
}

void qb_write_balance_sheet(QbReport *report)
{
    const Section *end = sheet_sections + COUNT_OF(sheet_sections), *at = sheet_sections;
    at = put_section(report, at, end, 1);
    put_section(report, at, end, -1);
}

static void put_result(QbReport *report, const char *group, const char *title, const QbAmounts *amounts)
{
    JsonWriter *json = &report->call->render.json;
    QbAmounts always = *amounts;
    for (int i = 0; i < report->n_columns; i++)
        always.has[i] = true;
    json_open(json, NULL, '{');
    json_open(json, "Summary", '{');
    qb_put_cells(report, title, NULL, &always, -1);
    json_close(json, '}');
    json_put_text(json, "type", "Section");
    json_put_text(json, "group", group);
    json_close(json, '}');
}

void qb_write_profit_and_loss(QbReport *report)
{
    QbAmounts totals[COUNT_OF(profit_sections)], result = {0}, other = {0};
    for (size_t i = 0; i < COUNT_OF(profit_sections); i++)
        totals[i] = own_total(report, &profit_sections[i]);
    for (int i = 0; i < (int)COUNT_OF(profit_sections); i++) {
        bool income = i == INCOME || i == OTHER_INCOME;
        put_section(report, &profit_sections[i], &profit_sections[i] + 1, income ? -1 : 1);
        qb_amounts_add(report, i <= EXPENSES ? &result : &other, &totals[i], 1);
        if (i == COGS)
            put_result(report, "GrossProfit", "Gross Profit", &result);
        if (i == EXPENSES)
            put_result(report, "NetOperatingIncome", "Net Operating Income", &result);
    }
    if (qb_amounts_any(report, &other))
        put_result(report, "NetOtherIncome", "Net Other Income", &other);
    qb_amounts_add(report, &result, &other, 1);
    put_result(report, "NetIncome", "Net Income", &result);
}
