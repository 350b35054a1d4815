/* The chart of accounts, the taxes and the tracking categories. What a table marks as idle is used by nothing, so that
 * it can be renamed and deleted by command. */
#include "infra/sandbox/books_internal.h"
#include <ctype.h>
#include <string.h>

static const struct ChartRow {
    AccountType type;
    const char *code, *name, *description;
    const char *parent, *number, *sort_code; /* parent: a code */
    bool archived, idle;
} chart[] = {
    {ACCOUNT_BANK,          "090", "Business current account",         "Day to day",                    NULL,  "12345678",   "20-30-40", false, false},
    {ACCOUNT_BANK,          NULL,  "Card takings",                     NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_BANK,          "091", "Rücklagen – Tagesgeld",         "",                              NULL,  "0532013000", "37040044", false, false},
    {ACCOUNT_BANK,          "099", "Closed account",                   "Closed when the branch did",    NULL,  "00000001",   "11-22-33", true,  true },
    {ACCOUNT_CARD,          "095", "Company card",                     NULL,                            NULL,  "4444",       NULL,       false, false},
    {ACCOUNT_RECEIVABLE,    "610", "Accounts receivable",              "What customers owe",            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_CLEARING,      "615", "Undeposited funds",                NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_INVENTORY,     "630", "Stock on hand",                    NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_FIXED,         "710", "Equipment",                        "Machines & <furniture>",        NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_FIXED,         "711", "Equipment, depreciation",          NULL,                            "710", NULL,         NULL,       false, false},
    {ACCOUNT_PAYABLE,       "800", "Accounts payable",                 NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_TAX,           "820", "Sales tax",                        "Due to the office",             NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_LOAN,          "900", "Bank loan",                        NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EQUITY,        "950", "Owner's capital",                  NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_RETAINED,      "960", "Retained earnings",                NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_SALES,         "200", "Sales",                            "What is sold",                  NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_SALES,         "201", "Sales, wholesale “Größe L”", NULL,                            "200", NULL,         NULL,       false, false},
    {ACCOUNT_SALES,         "202", "売上 オンライン",           NULL,                            "200", NULL,         NULL,       false, false},
    {ACCOUNT_OTHER_INCOME,  "270", "Interest and exchange gains",      NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_OTHER_INCOME,  "271", "Grants",                           "None so far",                   NULL,  NULL,         NULL,       false, true },
    {ACCOUNT_COST_OF_SALES, "310", "Cost of goods sold",               NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_COST_OF_SALES, "311", "Fret et douane",                   "",                              "310", NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "400", "Advertising",                      NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "404", "Bank fees",                        "Charges of banks & processors", NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "429", "General expenses",                 NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "445", "Light, power, heating",            NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "469", "Rent",                             NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "477", "Wages and salaries",               NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "485", "Subscriptions",                    NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "493", "Travel",                           NULL,                            NULL,  NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "494", "Travel abroad – déplacements",  NULL,                            "493", NULL,         NULL,       false, false},
    {ACCOUNT_EXPENSE,       "481", "Old cost centre",                  "Do not use",                    NULL,  NULL,         NULL,       true,  true },
    {ACCOUNT_EXPENSE,       "498", "Reserved",                         NULL,                            NULL,  NULL,         NULL,       false, true },
    {ACCOUNT_EXPENSE,       "499", "Suspense",                         NULL,                            NULL,  NULL,         NULL,       false, true },
    {ACCOUNT_OTHER_EXPENSE, "500", "Fines and penalties",              NULL,                            NULL,  NULL,         NULL,       false, false},
};

typedef struct TaxPart {
    const char *name;
    int percent_millis;
    bool compound;
} TaxPart;

/* The first two rows are named after what is usual in the business's country. */
static const struct TaxRow {
    const char *name, *code;
    bool sales, purchases, archived, idle;
    int n_components;
    TaxPart components[2];
} taxes[] = {
    {"Tax on sales",           "OUTPUT2",  true,  false, false, false, 1, {{"VAT", 20000, false}}                        },
    {"Tax on purchases",       "INPUT2",   false, true,  false, false, 1, {{"VAT", 20000, false}}                        },
    {"Reduced tax",            "RROUTPUT", true,  true,  false, false, 1, {{"VAT réduite", 5500, false}}                },
    {"Zero rated",             "ZERO",     true,  true,  false, false, 1, {{"Zero", 0, false}}                           },
    {"City and state",         "TAX001",   true,  true,  false, false, 2, {{"State", 4000, false}, {"City", 4875, false}}},
    {"Federal and provincial", "TAX002",   true,  true,  false, false, 2, {{"GST", 5000, false}, {"PST", 10000, true}}   },
    {"Old rate",               "OLD",      true,  true,  true,  true,  1, {{"VAT 17.5", 17500, false}}                   },
    {"Luxury tax",             "TAX003",   true,  false, false, true,  1, {{"Luxury", 33333, false}}                     },
    {"Excise",                 "TAX004",   true,  true,  false, true,  1, {{"Excise", 1500, false}}                      },
};

static const struct CountryTax {
    const char *alpha2, *name;
    int percent_millis;
} country_taxes[] = {
    {"GB", "VAT",       20000},
    {"DE", "USt",       19000},
    {"IE", "VAT",       23000},
    {"JP", "消費税", 10000},
    {"KW", "VAT",       5000 },
    {"US", "Sales tax", 8875 },
};

static const struct CategoryRow {
    const char *name;
    int set;
    bool root, archived, idle;
} categories[] = {
    {"Region",         0, true,  false, false},
    {"North",          0, false, false, false},
    {"Süd",           0, false, false, false},
    {"東",            0, false, false, false},
    {"Moon",           0, false, false, true },
    {"Department",     1, true,  false, false},
    {"Sales & Co",     1, false, false, false},
    {"Werkstatt",      1, false, false, false},
    {"Abolished unit", 1, false, true,  true },
    {"Spare unit",     1, false, false, true },
};

static int account_by_code(const Books *books, const char *code)
{
    for (int i = 0; code && i < n_book(books, BOOK_ACCOUNT); i++)
        if (account_at(books, i)->code && strcmp(account_at(books, i)->code, code) == 0)
            return i;
    return -1;
}

static void add_account(Books *books, const struct ChartRow *row, const Currency *currency)
{
    int64_t created = history_start(books->business) + n_book(books, BOOK_ACCOUNT) / 4;
    int parent = account_by_code(books, row->parent);
    BookAccount *account = book_add(books, BOOK_ACCOUNT, created);
    account->entry.archived = row->archived;
    account->type = row->type;
    account->code = row->code;
    account->name = row->name;
    account->description = row->description;
    account->parent = parent;
    account->currency = currency;
    account->number = row->number;
    account->sort_code = row->sort_code;
}

static void make_accounts(Books *books)
{
    for (size_t i = 0; i < COUNT_OF(chart); i++)
        add_account(books, &chart[i], NULL);
    const Currency *foreign = books->business->foreign;
    if (!foreign)
        return;
    char code[4] = {(char)toupper(foreign->code[0]), (char)toupper(foreign->code[1]), (char)toupper(foreign->code[2])};
    struct ChartRow row = {.type = ACCOUNT_BANK, .code = "092", .number = "IE29 9311 5212 3456 78"};
    row.name = arena_format(books->arena, "%s account", code);
    add_account(books, &row, foreign);
}

static const struct CountryTax *tax_of_country(const char *alpha2)
{
    size_t i = 0;
    while (i + 1 < COUNT_OF(country_taxes) && strcmp(country_taxes[i].alpha2, alpha2) != 0)
        i++;
    return &country_taxes[i];
}

static void make_taxes(Books *books)
{
    const struct CountryTax *usual = tax_of_country(books->business->country->alpha2);
    for (size_t i = 0; i < COUNT_OF(taxes); i++) {
        const struct TaxRow *row = &taxes[i];
        BookTax *tax = book_add(books, BOOK_TAX, history_start(books->business) + (int64_t)i / 3);
        tax->entry.archived = row->archived;
        tax->name =
            i < 2 ? arena_format(books->arena, "%s on %s", usual->name, i == 0 ? "income" : "expenses") : row->name;
        tax->code = row->code;
        tax->sales = row->sales;
        tax->purchases = row->purchases;
        tax->n_components = row->n_components;
        for (int j = 0; j < row->n_components; j++) {
            tax->components[j].name = i < 2 ? usual->name : row->components[j].name;
            tax->components[j].percent_millis = i < 2 ? usual->percent_millis : row->components[j].percent_millis;
            tax->components[j].compound = row->components[j].compound;
        }
    }
}

static void make_categories(Books *books)
{
    int root = -1;
    for (size_t i = 0; i < COUNT_OF(categories); i++) {
        BookCategory *category = book_add(books, BOOK_CATEGORY, history_start(books->business) + (int64_t)i);
        category->entry.archived = categories[i].archived;
        category->name = categories[i].name;
        category->set = categories[i].set;
        category->parent = categories[i].root ? -1 : root;
        root = categories[i].root ? (int)i : root;
    }
}

void make_chart(BookMaker *maker)
{
    make_accounts(maker->books);
    make_taxes(maker->books);
    make_categories(maker->books);
}

int book_pick_tax(Random *random, bool purchase)
{
    int fitting[COUNT_OF(taxes)], n = 0;
    for (size_t i = 0; i < COUNT_OF(taxes); i++)
        if (!taxes[i].idle && (purchase ? taxes[i].purchases : taxes[i].sales))
            fitting[n++] = (int)i;
    return fitting[random_below(random, n)];
}

int book_pick_category(Random *random, int set)
{
    int fitting[COUNT_OF(categories)], n = 0;
    for (size_t i = 0; i < COUNT_OF(categories); i++)
        if (!categories[i].idle && !categories[i].root && categories[i].set == set)
            fitting[n++] = (int)i;
    return fitting[random_below(random, n)];
}

int book_pick_account(Random *random, AccountType type)
{
    int fitting[COUNT_OF(chart)], n = 0;
    for (size_t i = 0; i < COUNT_OF(chart); i++)
        if (chart[i].type == type && !chart[i].idle)
            fitting[n++] = (int)i;
    return fitting[random_below(random, n)];
}
