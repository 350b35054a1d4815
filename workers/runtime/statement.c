#include "workers/runtime/statement.h"

enum { MONTHS_A_YEAR = 12 };

CivilDate statement_month_start(CivilDate day, int months)
{
    int count = day.year * MONTHS_A_YEAR + day.month - 1 + months;
    return (CivilDate){count / MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1, 1};
}

/* ---- Lines ---- */

AccountingReportLine *statement_line(Arena *arena, const char *account_id, const char *name, const char *value,
                                     size_t room)
{
    AccountingReportLine *line = ARENA_NEW(arena, AccountingReportLine);
    *line = (AccountingReportLine)PB_INIT(AccountingReportLine);
    if (account_id)
        line->account_id = (char *)(uintptr_t)account_id;
    if (name)
        line->name = (char *)(uintptr_t)name;
    line->value = map_new_decimal(arena, value);
    line->items = ARENA_ARRAY(arena, AccountingReportLine *, room + 1);
    return line;
}

AccountingReportLine **statement_member(const StatementPart *part, void *report)
{
    return (AccountingReportLine **)(void *)((char *)report + part->offset);
}

/* ---- Sums ---- */

static const char *value_of(const AccountingReportLine *line)
{
    return line ? line->value->value : "0";
}

/* Where the vendor states none: a - b. */
static bool put_difference(const MapSite *site, PbDecimal **sum, const char *a, const char *b, Error *err)
{
    char difference[DECIMAL_SIZE];
    if (*sum)
        return true;
    if (!decimal_subtract(difference, a, b))
        return error_set(err, ERROR_DATA, "a sum of the statement has too many digits");
    *sum = map_new_decimal(site->arena, difference);
    return true;
}

static bool balance_of(const MapSite *site, const StatementMonth *month, AccountingBalanceSheetReport *report,
                       Error *err)
{
    const StatementReader *reader = site->row->as->argument;
    report->date = map_new_date(site->arena, month->to);
    return reader->balance(site, month, report, err) &&
           put_difference(site, &report->net_assets, value_of(report->assets), value_of(report->liabilities), err);
}

static bool profit_of(const MapSite *site, const StatementMonth *month, AccountingProfitAndLossReport *report,
                      Error *err)
{
    const StatementReader *reader = site->row->as->argument;
    char loss[DECIMAL_SIZE];
    report->from_date = map_new_date(site->arena, month->from);
    report->to_date = map_new_date(site->arena, month->to);
    return reader->profit(site, month, report, err) &&
           put_difference(site, &report->gross_profit, value_of(report->income), value_of(report->cost_of_sales),
                          err) &&
           put_difference(site, &report->net_operating_profit, report->gross_profit->value, value_of(report->expenses),
                          err) &&
           put_difference(site, &report->net_other_income, value_of(report->other_income),
                          value_of(report->other_expenses), err) &&
           decimal_negate(loss, report->net_other_income->value) &&
           put_difference(site, &report->net_profit, report->net_operating_profit->value, loss, err);
}

/* ---- Months ---- */

/* Those that count: months[*first …]. */
static bool months_of(const MapSite *site, StatementMonth months[STATEMENT_MONTHS], size_t *first, size_t *n,
                      Error *err)
{
    const StatementReader *reader = site->row->as->argument;
    *first = 0;
    if (!reader->months(site, months, n, err))
        return false;
    while (*first < *n && reader->is_blank(&months[*first]))
        ++*first;
    return true;
}

MapResult map_statement(const MapSite *site, Error *err)
{
    StatementMonth months[STATEMENT_MONTHS];
    size_t first, n;
    bool balance = site->field->descriptor == PB_DESCRIPTOR(AccountingBalanceSheetReport);
    if (!months_of(site, months, &first, &n, err))
        return MAP_FAILED;
    for (size_t i = first; i < n; i++) {
        ProtobufCMessage *message = map_new_message(site);
        if (!(balance ? balance_of(site, &months[i], (void *)message, err)
                      : profit_of(site, &months[i], (void *)message, err)))
            return MAP_FAILED;
        map_put_message(site, message);
    }
    return first < n ? MAP_READ : MAP_ABSENT;
}

MapResult map_statement_month(const MapSite *site, Error *err)
{
    StatementMonth months[STATEMENT_MONTHS];
    size_t first, n;
    if (!months_of(site, months, &first, &n, err))
        return MAP_FAILED;
    if (first == n)
        return MAP_ABSENT;
    CivilDate from = months[site->row->as->n_argument ? n - 1 : first].from;
    map_put_date(site, (CivilDate){from.year, from.month, 1});
    return MAP_READ;
}
