#include "lib/clock.h"
#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/parts.h"
#include <string.h>

/* Statements: reports of several months side by side, a tree of rows with a cell for each month, become a tree for each
 * month. Sections go by their group and accounts by their id: titles are the user's. */

/* ---- The table ---- */

/* One column of a report that is a month. */
typedef struct Month {
    yyjson_val *rows;
    size_t column;
    CivilDate from, to;
} Month;

static bool column_date(yyjson_val *column, const char *name, CivilDate *date)
{
    size_t i, n;
    yyjson_val *pair;
    yyjson_arr_foreach(json_at(column, "MetaData"), i, n, pair)
    {
        const char *key = json_text(pair, "Name"), *value = json_text(pair, "Value");
        if (key && value && strcmp(key, name) == 0)
            return clock_parse_date(value, date);
    }
    return false;
}

static yyjson_val *cell(yyjson_val *row, const char *part, size_t column)
{
    return yyjson_arr_get(json_at(row, part), column);
}

static bool has_amount(yyjson_val *row, const char *part, size_t column)
{
    char number[DECIMAL_SIZE];
    return map_number(json_at(cell(row, part, column), "value"), false, number) && !decimal_is_zero(number);
}

static bool is_blank(yyjson_val *rows, size_t column)
{
    size_t i, n;
    yyjson_val *row;
    yyjson_arr_foreach(json_at(rows, "Row"), i, n, row)
    {
        if (has_amount(row, "ColData", column) || has_amount(row, "Summary.ColData", column) ||
            has_amount(row, "Header.ColData", column) || !is_blank(json_at(row, "Rows"), column))
            return false;
    }
    return true;
}

/* The next month from *report and *column on. Those before the first with an amount are left out: the business did not
 * keep its books here yet. */
static bool next_month(yyjson_val *reports, size_t *report, size_t *column, bool begun, Month *month)
{
    for (; *report < yyjson_arr_size(reports); ++*report, *column = 0) {
        yyjson_val *body = yyjson_arr_get(reports, *report), *columns = json_at(body, "Columns.Column");
        while (*column < yyjson_arr_size(columns)) {
            *month = (Month){.rows = json_at(body, "Rows"), .column = (*column)++};
            yyjson_val *head = yyjson_arr_get(columns, month->column);
            if (column_date(head, "StartDate", &month->from) && column_date(head, "EndDate", &month->to) &&
                (begun || !is_blank(month->rows, month->column)))
                return true;
        }
    }
    return false;
}

static yyjson_val *section(yyjson_val *rows, const char *group)
{
    size_t i, n;
    yyjson_val *row;
    yyjson_arr_foreach(json_at(rows, "Row"), i, n, row)
    {
        yyjson_val *found =
            yyjson_equals_str(json_at(row, "group"), group) ? row : section(json_at(row, "Rows"), group);
        if (found)
            return found;
    }
    return NULL;
}

/* ---- Lines ---- */

static bool read_cell(const MapSite *site, yyjson_val *row, const char *part, size_t column, PbDecimal **value,
                      Error *err)
{
    char number[DECIMAL_SIZE];
    yyjson_val *at = cell(row, part, column);
    if (!qb_number(at, "value", number, err))
        return error_wrap(err, "%s of a report", part);
    *value = map_new_decimal(site->arena, number);
    return true;
}

static bool new_line(const MapSite *site, yyjson_val *row, const char *names, const char *values, size_t column,
                     AccountingReportLine **line, Error *err)
{
    yyjson_val *head = cell(row, names, 0);
    const char *id = map_clean_text(site->arena, json_at(head, "id"));
    const char *name = map_clean_text(site->arena, json_at(head, "value"));
    *line = ARENA_NEW(site->arena, AccountingReportLine);
    **line = (AccountingReportLine)PB_INIT(AccountingReportLine);
    if (id)
        (*line)->account_id = (char *)(uintptr_t)id;
    if (name)
        (*line)->name = (char *)(uintptr_t)name;
    return read_cell(site, row, values, column, &(*line)->value, err);
}

static bool line_of(const MapSite *site, yyjson_val *row, size_t column, AccountingReportLine **line, Error *err)
{
    size_t i, n;
    yyjson_val *child, *children = json_at(row, "Rows.Row");
    bool is_section = json_at(row, "Header") || json_at(row, "Summary");
    const char *names = !is_section ? "ColData" : json_at(row, "Header") ? "Header.ColData" : "Summary.ColData";
    const char *values = is_section && json_at(row, "Summary") ? "Summary.ColData" : names;
    if (!new_line(site, row, names, values, column, line, err))
        return false;
    (*line)->items = ARENA_ARRAY(site->arena, AccountingReportLine *, yyjson_arr_size(children) + 1);
    /* An account with accounts below it may have been posted to itself. */
    if (values != names && has_amount(row, names, column) &&
        !new_line(site, row, names, names, column, &(*line)->items[(*line)->n_items++], err))
        return false;
    yyjson_arr_foreach(children, i, n, child)
    {
        if (!line_of(site, child, column, &(*line)->items[(*line)->n_items++], err))
            return false;
    }
    return true;
}

typedef struct Part {
    const char *group;
    size_t offset;
} Part;

static bool put_parts(const MapSite *site, const Part *parts, size_t n, const Month *month, void *report, Error *err)
{
    for (size_t i = 0; i < n; i++) {
        yyjson_val *row = section(month->rows, parts[i].group);
        AccountingReportLine **line = (AccountingReportLine **)(void *)((char *)report + parts[i].offset);
        if (row && !line_of(site, row, month->column, line, err))
            return false;
    }
    return true;
}

static PbDate *date_of(const MapSite *site, CivilDate day)
{
    PbDate *date = ARENA_NEW(site->arena, PbDate);
    *date = (PbDate)PB_INIT(PbDate);
    date->year = day.year;
    date->month = day.month;
    date->day = day.day;
    return date;
}

static const char *value_of(const AccountingReportLine *line)
{
    return line ? line->value->value : "0";
}

/* ---- Balance sheet ---- */

static const Part balance_parts[] = {
    {"TotalAssets", offsetof(AccountingBalanceSheetReport, assets)     },
    {"Liabilities", offsetof(AccountingBalanceSheetReport, liabilities)},
    {"Equity",      offsetof(AccountingBalanceSheetReport, equity)     },
};

static bool balance_of(const MapSite *site, const Month *month, ProtobufCMessage *message, Error *err)
{
    AccountingBalanceSheetReport *report = (void *)message;
    char net[DECIMAL_SIZE];
    report->date = date_of(site, month->to);
    if (!put_parts(site, balance_parts, COUNT_OF(balance_parts), month, report, err))
        return false;
    if (!decimal_subtract(net, value_of(report->assets), value_of(report->liabilities)))
        return error_set(err, ERROR_DATA, "the net assets have too many digits");
    report->net_assets = map_new_decimal(site->arena, net);
    return true;
}

/* ---- Profit and loss ---- */

static const Part profit_parts[] = {
    {"Income",        offsetof(AccountingProfitAndLossReport, income)        },
    {"COGS",          offsetof(AccountingProfitAndLossReport, cost_of_sales) },
    {"Expenses",      offsetof(AccountingProfitAndLossReport, expenses)      },
    {"OtherIncome",   offsetof(AccountingProfitAndLossReport, other_income)  },
    {"OtherExpenses", offsetof(AccountingProfitAndLossReport, other_expenses)},
};

/* The sum that the report states; where it leaves it out, as `a` minus `b`. */
static bool put_sum(const MapSite *site, const Month *month, const char *group, const char *a, const char *b,
                    PbDecimal **sum, Error *err)
{
    char difference[DECIMAL_SIZE];
    yyjson_val *row = section(month->rows, group);
    if (row)
        return read_cell(site, row, "Summary.ColData", month->column, sum, err);
    if (!decimal_subtract(difference, a, b))
        return error_set(err, ERROR_DATA, "%s has too many digits", group);
    *sum = map_new_decimal(site->arena, difference);
    return true;
}

static bool profit_of(const MapSite *site, const Month *month, ProtobufCMessage *message, Error *err)
{
    AccountingProfitAndLossReport *report = (void *)message;
    char loss[DECIMAL_SIZE];
    report->from_date = date_of(site, month->from);
    report->to_date = date_of(site, month->to);
    return put_parts(site, profit_parts, COUNT_OF(profit_parts), month, report, err) &&
           put_sum(site, month, "GrossProfit", value_of(report->income), value_of(report->cost_of_sales),
                   &report->gross_profit, err) &&
           put_sum(site, month, "NetOperatingIncome", report->gross_profit->value, value_of(report->expenses),
                   &report->net_operating_profit, err) &&
           put_sum(site, month, "NetOtherIncome", value_of(report->other_income), value_of(report->other_expenses),
                   &report->net_other_income, err) &&
           decimal_negate(loss, report->net_other_income->value) &&
           put_sum(site, month, "NetIncome", report->net_operating_profit->value, loss, &report->net_profit, err);
}

/* ---- Both ---- */

typedef bool (*Statement)(const MapSite *site, const Month *month, ProtobufCMessage *report, Error *err);

static MapResult map_months(const MapSite *site, Error *err)
{
    size_t report = 0, column = 0, n = 0;
    Month month;
    Statement of = site->field->descriptor == PB_DESCRIPTOR(AccountingBalanceSheetReport) ? balance_of : profit_of;
    for (; next_month(site->value, &report, &column, n > 0, &month); n++) {
        ProtobufCMessage *message = map_new_message(site);
        if (!of(site, &month, message, err))
            return MAP_FAILED;
        map_put_message(site, message);
    }
    return n > 0 ? MAP_READ : MAP_ABSENT;
}

static MapResult map_month_at(const MapSite *site, Error *err)
{
    size_t report = 0, column = 0;
    Month month, last;
    bool found = next_month(site->value, &report, &column, false, &month);
    (void)err;
    if (!found)
        return MAP_ABSENT;
    while (site->row->as->n_argument && next_month(site->value, &report, &column, true, &last))
        month = last;
    month.from.day = 1;
    map_put_message(site, &date_of(site, month.from)->base);
    return MAP_READ;
}
#define FIRST_MONTH AS_CUSTOM(map_month_at, "tributary.v1.Date")
#define LAST_MONTH                                                                                                     \
    MAP_CONVERSION("last month", map_month_at, .type = PROTOBUF_C_TYPE_MESSAGE, .message = "tributary.v1.Date",        \
                   .n_argument = 1)

#define STATEMENT_ROWS(Message)                                                                                        \
    {"realmId", FIELD(Message, id), &AS_TEXT, REQUIRED},                                                               \
        {"Reports.0.Header.Currency", FIELD(Message, currency), &AS_UPPER, OPTIONAL},                                  \
        {"Reports", FIELD(Message, most_recent_available_month), LAST_MONTH, OPTIONAL},                                \
        {"Reports", FIELD(Message, earliest_available_month), FIRST_MONTH, OPTIONAL},                                  \
    {                                                                                                                  \
        "Reports", FIELD(Message, reports), AS_CUSTOM_LIST(map_months, NULL), OPTIONAL                                 \
    }

static const Word basis_words[] = {
    {"Accrual", ACCOUNTING_PROFIT_AND_LOSS_REPORT_BASIS_ACCRUAL},
    {"Cash",    ACCOUNTING_PROFIT_AND_LOSS_REPORT_BASIS_CASH   },
};

static const MapRow balance_sheet_rows[] = {STATEMENT_ROWS(AccountingBalanceSheet)};
const Mapping qb_balance_sheet = MAPPING(AccountingBalanceSheet, balance_sheet_rows);

#define BASIS FIELD(AccountingProfitAndLoss, report_basis)
static const MapRow profit_and_loss_rows[] = {
    STATEMENT_ROWS(AccountingProfitAndLoss),
    {"Reports.0.Header.ReportBasis", BASIS, AS_WORDS(basis_words), OPTIONAL},
};
const Mapping qb_profit_and_loss = MAPPING(AccountingProfitAndLoss, profit_and_loss_rows);
