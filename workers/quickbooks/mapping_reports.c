#include "workers/quickbooks/mapping.h"
#include "workers/runtime/statement.h"
#include <string.h>

/* Statements: reports of several months side by side, a tree of rows with a cell for each month. Sections go by their
 * group and accounts by their id: titles are the user's. */

/* ---- Months ---- */

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

/* The columns that have a first and a last day. */
static bool months(const MapSite *site, StatementMonth *months, size_t *n, Error *err)
{
    size_t i, j, n_reports, n_columns;
    yyjson_val *report, *column;
    *n = 0;
    yyjson_arr_foreach(site->value, i, n_reports, report)
    {
        yyjson_arr_foreach(json_at(report, "Columns.Column"), j, n_columns, column)
        {
            StatementMonth month = {.rows = json_at(report, "Rows"), .column = j};
            if (!column_date(column, "StartDate", &month.from) || !column_date(column, "EndDate", &month.to))
                continue;
            if (*n == STATEMENT_MONTHS)
                return error_set(err, ERROR_DATA, "there are more than %d months", STATEMENT_MONTHS);
            months[(*n)++] = month;
        }
    }
    return true;
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

static bool is_blank_below(yyjson_val *rows, size_t column)
{
    size_t i, n;
    yyjson_val *row;
    yyjson_arr_foreach(json_at(rows, "Row"), i, n, row)
    {
        if (has_amount(row, "ColData", column) || has_amount(row, "Summary.ColData", column) ||
            has_amount(row, "Header.ColData", column) || !is_blank_below(json_at(row, "Rows"), column))
            return false;
    }
    return true;
}

static bool is_blank(const StatementMonth *month)
{
    return is_blank_below(month->rows, month->column);
}

/* ---- Lines ---- */

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

static bool read_cell(yyjson_val *row, const char *part, size_t column, char out[DECIMAL_SIZE], Error *err)
{
    return map_number_at(cell(row, part, column), "value", out, err) || error_wrap(err, "%s of a report", part);
}

static bool new_line(Arena *arena, yyjson_val *row, const char *names, const char *values, size_t column,
                     AccountingReportLine **line, Error *err)
{
    char value[DECIMAL_SIZE];
    yyjson_val *head = cell(row, names, 0);
    if (!read_cell(row, values, column, value, err))
        return false;
    *line =
        statement_line(arena, map_clean_text(arena, json_at(head, "id")), map_clean_text(arena, json_at(head, "value")),
                       value, yyjson_arr_size(json_at(row, "Rows.Row")) + 1);
    return true;
}

static bool line_of(Arena *arena, yyjson_val *row, size_t column, AccountingReportLine **line, Error *err)
{
    size_t i, n;
    yyjson_val *child;
    bool is_section = json_at(row, "Header") || json_at(row, "Summary");
    const char *names = !is_section ? "ColData" : json_at(row, "Header") ? "Header.ColData" : "Summary.ColData";
    const char *values = is_section && json_at(row, "Summary") ? "Summary.ColData" : names;
    if (!new_line(arena, row, names, values, column, line, err))
        return false;
    /* An account with accounts below it may have been posted to itself. */
    if (values != names && has_amount(row, names, column) &&
        !new_line(arena, row, names, names, column, &(*line)->items[(*line)->n_items++], err))
        return false;
    yyjson_arr_foreach(json_at(row, "Rows.Row"), i, n, child)
    {
        if (!line_of(arena, child, column, &(*line)->items[(*line)->n_items++], err))
            return false;
    }
    return true;
}

static bool put_parts(const MapSite *site, const StatementPart *parts, size_t n, const StatementMonth *month,
                      void *report, Error *err)
{
    for (size_t i = 0; i < n; i++) {
        yyjson_val *row = section(month->rows, parts[i].section);
        if (row && !line_of(site->arena, row, month->column, statement_member(&parts[i], report), err))
            return false;
    }
    return true;
}

/* ---- Balance sheet ---- */

static const StatementPart balance_parts[] = {
    {"TotalAssets", offsetof(AccountingBalanceSheetReport, assets)     },
    {"Liabilities", offsetof(AccountingBalanceSheetReport, liabilities)},
    {"Equity",      offsetof(AccountingBalanceSheetReport, equity)     },
};

static bool balance(const MapSite *site, const StatementMonth *month, AccountingBalanceSheetReport *report, Error *err)
{
    return put_parts(site, balance_parts, COUNT_OF(balance_parts), month, report, err);
}

/* ---- Profit and loss ---- */

static const StatementPart profit_parts[] = {
    {"Income",        offsetof(AccountingProfitAndLossReport, income)        },
    {"COGS",          offsetof(AccountingProfitAndLossReport, cost_of_sales) },
    {"Expenses",      offsetof(AccountingProfitAndLossReport, expenses)      },
    {"OtherIncome",   offsetof(AccountingProfitAndLossReport, other_income)  },
    {"OtherExpenses", offsetof(AccountingProfitAndLossReport, other_expenses)},
};

/* The sum, if the report states it. */
static bool put_sum(const MapSite *site, const StatementMonth *month, const char *group, PbDecimal **sum, Error *err)
{
    char value[DECIMAL_SIZE];
    yyjson_val *row = section(month->rows, group);
    if (row && !read_cell(row, "Summary.ColData", month->column, value, err))
        return false;
    *sum = row ? map_new_decimal(site->arena, value) : NULL;
    return true;
}

static bool profit(const MapSite *site, const StatementMonth *month, AccountingProfitAndLossReport *report, Error *err)
{
    return put_parts(site, profit_parts, COUNT_OF(profit_parts), month, report, err) &&
           put_sum(site, month, "GrossProfit", &report->gross_profit, err) &&
           put_sum(site, month, "NetOperatingIncome", &report->net_operating_profit, err) &&
           put_sum(site, month, "NetOtherIncome", &report->net_other_income, err) &&
           put_sum(site, month, "NetIncome", &report->net_profit, err);
}

/* ---- Both ---- */

static const StatementReader reader = {months, is_blank, balance, profit};

#define ROWS(Message) STATEMENT_ROWS(Message, "realmId", "Reports.0.Header.Currency", reader)

MAP_TABLE(const, qb_balance_sheet, AccountingBalanceSheet, ROWS(AccountingBalanceSheet));

#define BASIS FIELD(AccountingProfitAndLoss, report_basis)
MAP_TABLE(const, qb_profit_and_loss, AccountingProfitAndLoss, ROWS(AccountingProfitAndLoss),
          {"Reports.0.Header.ReportBasis", BASIS, &AS_SAME_WORD, OPTIONAL});
