/*
 * Balance sheet and profit and loss in canonical form: 24 months that end with the current one. QuickBooks is asked for
 * six months at a time, and leaves an account out of an answer in which nothing was posted to it.
 */
#include "infra/sandbox/quickbooks_truth.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include <string.h>

enum { DAY = 86400, MONTHS = 24, BLOCK = 6 };

typedef struct Months {
    QbTruth *truth;
    int64_t starts[MONTHS + 1]; /* the last one: of the month after */
    int n_accounts;
    /* By account and month, debit positive; `touched`: anything was posted. Before the first month: in *_before. */
    int64_t (*moved)[MONTHS], *moved_before;
    bool (*touched)[MONTHS], *touched_before;
    int retained;
} Months;

static CivilDate month_after(CivilDate date, int n)
{
    int month = date.year * 12 + date.month - 1 + n;
    return (CivilDate){month / 12, month % 12 + 1, 1};
}

static void count_postings(Months *months)
{
    QbTruth *truth = months->truth;
    const Posting *postings;
    int n = books_postings(truth->books, truth->arena, &postings);
    for (int i = 0; i < n; i++) {
        int month = 0, account = postings[i].account;
        while (month < MONTHS && postings[i].date >= months->starts[month + 1])
            month++;
        if (postings[i].date < months->starts[0]) {
            months->moved_before[account] += postings[i].amount;
            months->touched_before[account] = true;
        } else if (month < MONTHS) {
            months->moved[account][month] += postings[i].amount;
            months->touched[account][month] = true;
        }
    }
}

static void months_make(Months *months, QbTruth *truth)
{
    int64_t now = world_now(truth->account->world);
    CivilDate first = month_after(clock_date_of(now / DAY), 1 - MONTHS);
    *months = (Months){.truth = truth,
                       .n_accounts = n_book(truth->books, BOOK_ACCOUNT),
                       .retained = books_account_of(truth->books, ACCOUNT_RETAINED)};
    for (int i = 0; i <= MONTHS; i++)
        months->starts[i] = clock_days_of(month_after(first, i)) * DAY;
    size_t n = (size_t)months->n_accounts;
    months->moved = arena_zalloc(truth->arena, n * sizeof *months->moved);
    months->moved_before = ARENA_ARRAY(truth->arena, int64_t, n);
    months->touched = arena_zalloc(truth->arena, n * sizeof *months->touched);
    months->touched_before = ARENA_ARRAY(truth->arena, bool, n);
    count_postings(months);
}

static AccountType type_of(const Months *months, int account)
{
    return account_at(months->truth->books, account)->type;
}

static int parent_of(const Months *months, int account)
{
    int parent = account_at(months->truth->books, account)->parent;
    return parent >= 0 && type_of(months, parent) == type_of(months, account) ? parent : -1;
}

/* An amount and whether there is any. */
typedef struct Value {
    int64_t amount;
    bool any;
} Value;

static void add(Value *to, Value what)
{
    to->amount += what.amount;
    to->any = to->any || what.any;
}

static Value moved_in(const Months *months, int account, int month)
{
    return (Value){months->moved[account][month], months->touched[account][month]};
}

static Value held_at(const Months *months, int account, int month)
{
    Value value = {months->moved_before[account], months->touched_before[account]};
    for (int i = 0; i <= month; i++)
        add(&value, moved_in(months, account, i));
    return value;
}

/* The month before the financial year of `month` begins, which may be before the first. */
static int last_month_of_last_year(const Months *months, int month)
{
    return month - clock_date_of(months->starts[month] / DAY).month;
}

/* Profit until the end of last year (earlier) or since. Before the first month there are at most 24 months, all of an
 * earlier year once two new years lie between. */
static Value profit(const Months *months, int month, bool earlier)
{
    Value value = {0};
    int edge = last_month_of_last_year(months, month);
    for (int account = 0; account < months->n_accounts; account++) {
        if (type_of(months, account) < ACCOUNT_SALES)
            continue;
        Value whole = held_at(months, account, month);
        Value before = edge >= -1
                           ? (edge >= 0 ? held_at(months, account, edge)
                                        : (Value){months->moved_before[account], months->touched_before[account]})
                           : (Value){0};
        if (earlier) {
            add(&value, before);
        } else {
            whole.amount -= before.amount;
            whole.any = false;
            for (int i = edge < -1 ? -1 : edge + 1; i <= month; i++)
                whole.any = whole.any || (i < 0 ? months->touched_before[account] : months->touched[account][i]);
            add(&value, whole);
        }
    }
    return value;
}

/* What a report shows of an account in a month. */
static Value shown(const Months *months, int account, int month, bool sheet)
{
    if (!sheet)
        return moved_in(months, account, month);
    Value value = held_at(months, account, month);
    if (account == months->retained)
        add(&value, profit(months, month, true));
    return value;
}

/* Does it have a row in the answer that the month is in? */
static bool has_row(const Months *months, int account, int month, bool sheet)
{
    int first = month / BLOCK * BLOCK;
    for (int i = first; i < first + BLOCK; i++)
        if (shown(months, account, i, sheet).any)
            return true;
    return false;
}

static bool has_child_row(const Months *months, int account, int month, bool sheet)
{
    for (int i = 0; i < months->n_accounts; i++)
        if (parent_of(months, i) == account && has_row(months, i, month, sheet))
            return true;
    return false;
}

static void open_row(const Months *months, int account, const char *name, int64_t amount)
{
    QbTruth *truth = months->truth;
    char id[QB_ID_SIZE];
    json_open(&truth->json, NULL, '{');
    if (account >= 0)
        json_put_text(&truth->json, "accountId", quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, account));
    json_put_text(&truth->json, "name", name);
    qb_tell_amount(truth, "value", amount, NULL);
}

static void tell_account_row(const Months *months, int account, int month, bool sheet, int sign)
{
    QbTruth *truth = months->truth;
    const char *name = account_at(truth->books, account)->name;
    Value own = shown(months, account, month, sheet);
    if (!has_child_row(months, account, month, sheet)) {
        open_row(months, account, name, sign * own.amount);
        json_close(&truth->json, '}');
        return;
    }
    int64_t sum = own.amount;
    for (int i = 0; i < months->n_accounts; i++)
        sum += parent_of(months, i) == account ? shown(months, i, month, sheet).amount : 0;
    open_row(months, account, name, sign * sum);
    json_open(&truth->json, "items", '[');
    if (own.any) {
        open_row(months, account, name, sign * own.amount);
        json_close(&truth->json, '}');
    }
    for (int i = 0; i < months->n_accounts; i++)
        if (parent_of(months, i) == account && has_row(months, i, month, sheet))
            tell_account_row(months, i, month, sheet, sign);
    json_close(&truth->json, ']');
    json_close(&truth->json, '}');
}

/* The parts of the statements, in the order of QuickBooks; what is deeper and behind is inside. */
typedef struct Part {
    const char *key; /* of the report; NULL: inside another */
    const char *name;
    int depth;
    AccountType types[2];
    int n_types;
} Part;

static const Part sheet_parts[] = {
    {"assets",      "ASSETS",                    0, {0},                                   0},
    {NULL,          "Current Assets",            1, {0},                                   0},
    {NULL,          "Bank Accounts",             2, {ACCOUNT_BANK},                        1},
    {NULL,          "Accounts Receivable",       2, {ACCOUNT_RECEIVABLE},                  1},
    {NULL,          "Other Current Assets",      2, {ACCOUNT_CLEARING, ACCOUNT_INVENTORY}, 2},
    {NULL,          "Fixed Assets",              1, {ACCOUNT_FIXED},                       1},
    {"liabilities", "Liabilities",               0, {0},                                   0},
    {NULL,          "Current Liabilities",       1, {0},                                   0},
    {NULL,          "Accounts Payable",          2, {ACCOUNT_PAYABLE},                     1},
    {NULL,          "Credit Cards",              2, {ACCOUNT_CARD},                        1},
    {NULL,          "Other Current Liabilities", 2, {ACCOUNT_TAX},                         1},
    {NULL,          "Long-Term Liabilities",     1, {ACCOUNT_LOAN},                        1},
    {"equity",      "Equity",                    0, {ACCOUNT_EQUITY, ACCOUNT_RETAINED},    2},
};
enum { N_SHEET_PARTS = COUNT_OF(sheet_parts) };

static const Part profit_parts[] = {
    {"income",        "Income",             0, {ACCOUNT_SALES},         1},
    {"costOfSales",   "Cost of Goods Sold", 0, {ACCOUNT_COST_OF_SALES}, 1},
    {"expenses",      "Expenses",           0, {ACCOUNT_EXPENSE},       1},
    {"otherIncome",   "Other Income",       0, {ACCOUNT_OTHER_INCOME},  1},
    {"otherExpenses", "Other Expenses",     0, {ACCOUNT_OTHER_EXPENSE}, 1},
};
enum { N_PROFIT_PARTS = COUNT_OF(profit_parts) };

static bool is_of(const Part *part, AccountType type)
{
    return (part->n_types > 0 && part->types[0] == type) || (part->n_types > 1 && part->types[1] == type);
}

static const Part *end_of(const Part *part, const Part *end)
{
    const Part *next = part + 1;
    while (next < end && next->depth > part->depth)
        next++;
    return next;
}

static bool is_equity(const Part *part)
{
    return part->n_types == 2 && part->types[1] == ACCOUNT_RETAINED;
}

static bool profit_has_row(const Months *months, int month)
{
    int first = month / BLOCK * BLOCK;
    for (int i = first; i < first + BLOCK; i++)
        if (profit(months, i, false).any)
            return true;
    return false;
}

static bool part_has_row(const Months *months, const Part *part, const Part *end, int month, bool sheet)
{
    for (const Part *each = part; each < end_of(part, end); each++) {
        if (is_equity(each) && profit_has_row(months, month))
            return true;
        for (int i = 0; i < months->n_accounts; i++)
            if (is_of(each, type_of(months, i)) && has_row(months, i, month, sheet))
                return true;
    }
    return false;
}

static int64_t part_sum(const Months *months, const Part *part, const Part *end, int month, bool sheet)
{
    int64_t sum = 0;
    for (const Part *each = part; each < end_of(part, end); each++) {
        sum += is_equity(each) ? profit(months, month, false).amount : 0;
        for (int i = 0; i < months->n_accounts; i++)
            sum += is_of(each, type_of(months, i)) ? shown(months, i, month, sheet).amount : 0;
    }
    return sum;
}

/* The rows inside a part; its object is open. */
static void tell_part(const Months *months, const Part *part, const Part *end, int month, bool sheet, int sign)
{
    QbTruth *truth = months->truth;
    json_put_text(&truth->json, "name", part->name);
    qb_tell_amount(truth, "value", sign * part_sum(months, part, end, month, sheet), NULL);
    if (!part_has_row(months, part, end, month, sheet))
        return;
    json_open(&truth->json, "items", '[');
    for (int i = 0; i < months->n_accounts; i++) {
        bool here = is_of(part, type_of(months, i)) && parent_of(months, i) < 0;
        if (here && (has_row(months, i, month, sheet) || has_child_row(months, i, month, sheet)))
            tell_account_row(months, i, month, sheet, sign);
    }
    if (is_equity(part) && profit_has_row(months, month)) {
        open_row(months, -1, "Net Income", sign * profit(months, month, false).amount);
        json_close(&truth->json, '}');
    }
    for (const Part *inner = part + 1; inner < end_of(part, end); inner = end_of(inner, end)) {
        if (!part_has_row(months, inner, end, month, sheet))
            continue;
        json_open(&truth->json, NULL, '{');
        tell_part(months, inner, end, month, sheet, sign);
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, ']');
}

static void tell_named_part(const Months *months, const Part *part, const Part *end, int month, bool sheet, int sign)
{
    json_open(&months->truth->json, part->key, '{');
    tell_part(months, part, end, month, sheet, sign);
    json_close(&months->truth->json, '}');
}

static void tell_sheet(const Months *months, int month)
{
    QbTruth *truth = months->truth;
    const Part *end = sheet_parts + N_SHEET_PARTS;
    int64_t net = 0;
    qb_tell_day(truth, "date", months->starts[month + 1] - DAY);
    for (const Part *part = sheet_parts; part < end; part = end_of(part, end)) {
        tell_named_part(months, part, end, month, true, part == sheet_parts ? 1 : -1);
        net += is_equity(part) ? 0 : part_sum(months, part, end, month, true);
    }
    qb_tell_amount(truth, "netAssets", net, NULL);
}

static void tell_profit(const Months *months, int month)
{
    static const int signs[N_PROFIT_PARTS] = {-1, 1, 1, -1, 1};
    QbTruth *truth = months->truth;
    int64_t sums[N_PROFIT_PARTS];
    qb_tell_day(truth, "fromDate", months->starts[month]);
    qb_tell_day(truth, "toDate", months->starts[month + 1] - DAY);
    for (int i = 0; i < N_PROFIT_PARTS; i++) {
        const Part *part = &profit_parts[i];
        bool always = i == 0 || i == 2;
        sums[i] = part_sum(months, part, part + 1, month, false);
        if (always || part_has_row(months, part, part + 1, month, false))
            tell_named_part(months, part, part + 1, month, false, signs[i]);
    }
    qb_tell_amount(truth, "grossProfit", -(sums[0] + sums[1]), NULL);
    qb_tell_amount(truth, "netOperatingProfit", -(sums[0] + sums[1] + sums[2]), NULL);
    qb_tell_amount(truth, "netOtherIncome", -(sums[3] + sums[4]), NULL);
    qb_tell_amount(truth, "netProfit", -(sums[0] + sums[1] + sums[2] + sums[3] + sums[4]), NULL);
}

/* Months before anything happened are left out. */
static int first_month(const Months *months, bool sheet)
{
    for (int month = 0; month < MONTHS; month++)
        for (int i = 0; i < months->n_accounts; i++)
            if (shown(months, i, month, sheet).amount != 0 &&
                (sheet ? type_of(months, i) < ACCOUNT_SALES : type_of(months, i) >= ACCOUNT_SALES))
                return month;
    return MONTHS;
}

static void tell_statement(const Months *months, const char *realm, bool sheet)
{
    QbTruth *truth = months->truth;
    int first = first_month(months, sheet);
    json_open(&truth->json, sheet ? "balanceSheet" : "profitAndLoss", '{');
    json_open(&truth->json, realm, '{');
    qb_tell_currency(truth, "currency", NULL);
    if (!sheet)
        json_put_text(&truth->json, "reportBasis", "Accrual");
    if (first < MONTHS) {
        qb_tell_day(truth, "mostRecentAvailableMonth", months->starts[MONTHS - 1]);
        qb_tell_day(truth, "earliestAvailableMonth", months->starts[first]);
        json_open(&truth->json, "reports", '[');
        for (int month = first; month < MONTHS; month++) {
            json_open(&truth->json, NULL, '{');
            (sheet ? tell_sheet : tell_profit)(months, month);
            json_close(&truth->json, '}');
        }
        json_close(&truth->json, ']');
    }
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
}

void qb_truth_statements(QbTruth *truth, const char *realm)
{
    Months months;
    months_make(&months, truth);
    tell_statement(&months, realm, true);
    tell_statement(&months, realm, false);
}
