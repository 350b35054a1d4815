#include "lib/clock.h"
#include "lib/text.h"
#include "workers/xero/mapping.h"
#include "workers/xero/parts.h"
#include "workers/xero/xero.h"
#include <stdio.h>
#include <string.h>

/* Statements: reports with a column for each month, the newest first, become a tree of lines for each month, the oldest
 * first. Accounts go by their id and sections by their titles in the standard layout. */

enum { REPORTS = 2, COLUMNS = 12, MONTHS = REPORTS * COLUMNS };

/* ---- Months ---- */

static int64_t month_start(int year, int months)
{
    int month = year * 12 + months;
    return clock_days_of((CivilDate){month / 12, month % 12 + 1, 1});
}

typedef struct Month {
    CivilDate first, last;
} Month;

/* The month `back` months before that of a day. */
static Month month_before(CivilDate day, int back)
{
    int64_t start = month_start(day.year, day.month - 1 - back), next = month_start(day.year, day.month - back);
    return (Month){clock_date_of(start), clock_date_of(next - 1)};
}

/* ---- Reading ---- */

static const char *report_path(Rest *rest, const char *report, Month month)
{
    char first[16], last[16];
    snprintf(first, sizeof first, "%04d-%02d-%02d", month.first.year, month.first.month, month.first.day);
    snprintf(last, sizeof last, "%04d-%02d-%02d", month.last.year, month.last.month, month.last.day);
    return arena_format(rest->arena, "%s?%s%s%s%s&periods=%d&timeframe=MONTH&standardLayout=true", report,
                        strstr(report, "Balance") ? "date=" : "fromDate=", strstr(report, "Balance") ? "" : first,
                        strstr(report, "Balance") ? "" : "&toDate=", last, COLUMNS - 1);
}

static bool write_statement(Rest *rest, yyjson_val *organisation, CivilDate today, Text *json, Error *err)
{
    const XeroStream *stream = rest->job->stream->details;
    JsonWriter writer = {.out = json};
    yyjson_val *body;
    json_open(&writer, NULL, '{');
    json_put_value(&writer, "OrganisationID", json_at(organisation, "OrganisationID"));
    json_put_value(&writer, "BaseCurrency", json_at(organisation, "BaseCurrency"));
    json_put_text(&writer, "Until", arena_format(rest->arena, "%04d-%02d-%02d", today.year, today.month, today.day));
    json_open(&writer, "Reports", '[');
    for (int i = 0; i < REPORTS; i++) {
        const char *path = report_path(rest, stream->report, month_before(today, i * COLUMNS));
        if (xero_get(rest, path, 0, &body, err) != REST_FOUND)
            return false;
        json_put_value(&writer, NULL, json_at(body, "Reports.0"));
    }
    json_close(&writer, ']');
    json_close(&writer, '}');
    return true;
}

static bool add_record(Rest *rest, const Mapping *mapping, yyjson_val *json)
{
    rest_reserve(rest, 1);
    rest_add(rest, (PageItem){.mapping = mapping, .json = json});
    return true;
}

bool xero_read_company(Rest *rest, Error *err)
{
    yyjson_val *body;
    return xero_get(rest, "/Organisation", 0, &body, err) == REST_FOUND && add_record(rest, &xero_company, body);
}

bool xero_read_statement(Rest *rest, Error *err)
{
    const XeroStream *stream = rest->job->stream->details;
    AUTO(Text) *json = text_new(NULL);
    yyjson_val *body;
    if (xero_get(rest, "/Organisation", 0, &body, err) != REST_FOUND)
        return false;
    CivilDate today = clock_date_of(rest->page->source_time_ms / ((int64_t)24 * 60 * 60 * 1000));
    if (!write_statement(rest, json_at(body, "Organisations.0"), today, json, err))
        return false;
    yyjson_val *record = json_parse(rest->arena, json->bytes, json->length, err);
    return record && add_record(rest, stream->mapping, record);
}

/* ---- One column ---- */

typedef struct Column {
    const MapSite *site;
    yyjson_val *rows;
    size_t cell; /* 1 is the newest month */
    Error *err;
} Column;

static yyjson_val *cell(yyjson_val *row, size_t i)
{
    return yyjson_arr_get(json_at(row, "Cells"), i);
}

static bool amount_of(const Column *column, yyjson_val *row, char amount[DECIMAL_SIZE])
{
    yyjson_val *value = json_at(cell(row, column->cell), "Value");
    strcpy(amount, "0");
    return !value || yyjson_get_len(value) == 0 || map_number(value, false, amount) ||
           error_set(column->err, ERROR_DATA, "a cell of the report is no number");
}

static bool is_row(yyjson_val *row)
{
    return yyjson_equals_str(json_at(row, "RowType"), "Row");
}

static bool is_blank(const Column *column)
{
    size_t i, j, n, m;
    yyjson_val *section, *row;
    char amount[DECIMAL_SIZE];
    yyjson_arr_foreach(column->rows, i, n, section)
    {
        yyjson_arr_foreach(json_at(section, "Rows"), j, m, row)
        {
            if (is_row(row) && (!amount_of(column, row, amount) || !decimal_is_zero(amount)))
                return false;
        }
    }
    return true;
}

/* Columns are told apart by their place: one that is headed as another month must not pass for it. */
static bool is_headed(const Column *column, CivilDate last)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const char *title = json_text(cell(yyjson_arr_get_first(column->rows), column->cell), "Value");
    const char *day = arena_format(column->site->arena, "%d %s ", last.day, names[last.month - 1]);
    return (title && text_starts_with(title, day)) ||
           error_set(column->err, ERROR_DATA, "column %zu of the report is not headed '%s'", column->cell, day);
}

/* ---- Lines ---- */

static const char *trimmed(const Column *column, yyjson_val *text)
{
    const char *clean = map_clean_text(column->site->arena, text);
    return clean ? clean + strspn(clean, " ") : "";
}

static AccountingReportLine *new_line(const Column *column, const char *name, size_t room)
{
    AccountingReportLine *line = ARENA_NEW(column->site->arena, AccountingReportLine);
    *line = (AccountingReportLine)PB_INIT(AccountingReportLine);
    line->name = arena_text(column->site->arena, name);
    line->value = map_new_decimal(column->site->arena, "0");
    line->items = ARENA_ARRAY(column->site->arena, AccountingReportLine *, room + 1);
    return line;
}

static bool add_line(const Column *column, AccountingReportLine *line, AccountingReportLine *item)
{
    char sum[DECIMAL_SIZE];
    line->items[line->n_items++] = item;
    if (!decimal_add(sum, line->value->value, item->value->value))
        return error_set(column->err, ERROR_DATA, "a sum of the report has too many digits");
    line->value = map_new_decimal(column->site->arena, sum);
    return true;
}

/* Grouped accounts have a word and computed rows have zeros in place of an account's id. */
static const char *account_of(const Column *column, yyjson_val *row)
{
    yyjson_val *attribute = json_at(cell(row, 0), "Attributes.0");
    const char *id = map_clean_text(column->site->arena, json_at(attribute, "Value"));
    bool account = id && yyjson_equals_str(json_at(attribute, "Id"), "account") && strlen(id) == 36;
    return account && strspn(id, "0-") < 36 ? id : NULL;
}

static bool section_line(const Column *column, yyjson_val *section, AccountingReportLine **line)
{
    size_t i, n;
    yyjson_val *row, *rows = json_at(section, "Rows");
    char amount[DECIMAL_SIZE];
    *line = new_line(column, trimmed(column, json_at(section, "Title")), yyjson_arr_size(rows));
    yyjson_arr_foreach(rows, i, n, row)
    {
        if (!is_row(row))
            continue;
        if (!amount_of(column, row, amount))
            return false;
        AccountingReportLine *item = new_line(column, trimmed(column, json_at(cell(row, 0), "Value")), 0);
        const char *account = account_of(column, row);
        item->value = map_new_decimal(column->site->arena, amount);
        if (account)
            item->account_id = arena_text(column->site->arena, account);
        if (!add_line(column, *line, item))
            return false;
    }
    return true;
}

/* Which member a section belongs to, by a part of its title; the first that fits. */
typedef struct Part {
    const char *title;
    size_t offset;
} Part;

static AccountingReportLine **member_of(const Part *parts, size_t n, const char *title, void *report)
{
    for (size_t i = 0; i < n; i++)
        if (strcasestr(title, parts[i].title))
            return (AccountingReportLine **)(void *)((char *)report + parts[i].offset);
    return NULL;
}

static const char *value_of(const AccountingReportLine *line)
{
    return line ? line->value->value : "0";
}

static PbDecimal *difference(const Column *column, const char *a, const char *b)
{
    char result[DECIMAL_SIZE];
    if (decimal_subtract(result, a, b))
        return map_new_decimal(column->site->arena, result);
    error_set(column->err, ERROR_DATA, "a sum of the report has too many digits");
    return NULL;
}

static PbDate *new_date(const Column *column, CivilDate civil)
{
    PbDate *date = ARENA_NEW(column->site->arena, PbDate);
    *date = (PbDate)PB_INIT(PbDate);
    date->year = civil.year;
    date->month = civil.month;
    date->day = civil.day;
    return date;
}

/* ---- Balance sheet: a title without rows opens a part, sections with rows belong to it; totals have no title ---- */

static const Part balance_parts[] = {
    {"Assets",      offsetof(AccountingBalanceSheetReport, assets)     },
    {"Liabilities", offsetof(AccountingBalanceSheetReport, liabilities)},
    {"Equity",      offsetof(AccountingBalanceSheetReport, equity)     },
};

static bool balance_of(const Column *column, Month month, ProtobufCMessage *message)
{
    AccountingBalanceSheetReport *report = (void *)message;
    AccountingReportLine **part = NULL, *line;
    size_t i, n;
    yyjson_val *section;
    report->date = new_date(column, month.last);
    yyjson_arr_foreach(column->rows, i, n, section)
    {
        const char *title = trimmed(column, json_at(section, "Title"));
        bool opens = yyjson_arr_size(json_at(section, "Rows")) == 0 || strcmp(title, "Equity") == 0;
        if (!*title)
            continue;
        if (!section_line(column, section, &line))
            return false;
        if (opens && (part = member_of(balance_parts, COUNT_OF(balance_parts), title, report))) {
            line->items = line->n_items ? line->items : new_line(column, "", n)->items;
            *part = line;
        } else if (part && *part && !add_line(column, *part, line)) {
            return false;
        }
    }
    report->net_assets = difference(column, value_of(report->assets), value_of(report->liabilities));
    return report->net_assets != NULL;
}

/* ---- Profit and loss ---- */

static const Part profit_parts[] = {
    {"Cost of Sales", offsetof(AccountingProfitAndLossReport, cost_of_sales) },
    {"Other Income",  offsetof(AccountingProfitAndLossReport, other_income)  },
    {"Other Expense", offsetof(AccountingProfitAndLossReport, other_expenses)},
    {"Expense",       offsetof(AccountingProfitAndLossReport, expenses)      },
    {"Income",        offsetof(AccountingProfitAndLossReport, income)        },
    {"Revenue",       offsetof(AccountingProfitAndLossReport, income)        },
};

static bool profit_of(const Column *column, Month month, ProtobufCMessage *message)
{
    AccountingProfitAndLossReport *report = (void *)message;
    size_t i, n;
    yyjson_val *section;
    report->from_date = new_date(column, month.first);
    report->to_date = new_date(column, month.last);
    yyjson_arr_foreach(column->rows, i, n, section)
    {
        const char *title = trimmed(column, json_at(section, "Title"));
        AccountingReportLine **member = member_of(profit_parts, COUNT_OF(profit_parts), title, report);
        if (member && !section_line(column, section, member))
            return false;
    }
    report->gross_profit = difference(column, value_of(report->income), value_of(report->cost_of_sales));
    report->net_other_income = difference(column, value_of(report->other_income), value_of(report->other_expenses));
    if (!report->gross_profit || !report->net_other_income)
        return false;
    report->net_operating_profit = difference(column, report->gross_profit->value, value_of(report->expenses));
    char loss[DECIMAL_SIZE];
    if (!report->net_operating_profit || !decimal_negate(loss, report->net_other_income->value))
        return false;
    report->net_profit = difference(column, report->net_operating_profit->value, loss);
    return report->net_profit != NULL;
}

/* ---- Both ---- */

/* The column of a month; false when the report has none. */
static bool column_of(const MapSite *site, int back, Column *column, Error *err)
{
    yyjson_val *report = yyjson_arr_get(json_at(site->record, "Reports"), (size_t)(back / COLUMNS));
    *column = (Column){site, json_at(report, "Rows"), (size_t)(back % COLUMNS) + 1, err};
    return column->rows && cell(yyjson_arr_get_first(column->rows), column->cell);
}

/* How many months there are, from the first that says anything: the business did not keep its books here before. What
 * is no number is no blank either, and fails when its month is read. */
static int months_of(const MapSite *site)
{
    Error unread = {0};
    Column column;
    int n = MONTHS;
    while (n > 0 && (!column_of(site, n - 1, &column, &unread) || is_blank(&column)))
        n--;
    return n;
}

static bool until(const MapSite *site, CivilDate *day, Error *err)
{
    const char *text = json_text(site->record, "Until");
    return (text && clock_parse_date(text, day)) || error_set(err, ERROR_DATA, "Until is no date");
}

static MapResult map_months(const MapSite *site, Error *err)
{
    CivilDate today;
    Column column;
    bool balance = site->field->descriptor == PB_DESCRIPTOR(AccountingBalanceSheetReport);
    int n = months_of(site);
    if (!until(site, &today, err))
        return MAP_FAILED;
    for (int back = n - 1; back >= 0; back--) {
        Month month = month_before(today, back);
        ProtobufCMessage *message = map_new_message(site);
        if (!column_of(site, back, &column, err) || !is_headed(&column, month.last) ||
            !(balance ? balance_of : profit_of)(&column, month, message))
            return MAP_FAILED;
        map_put_message(site, message);
    }
    return n > 0 ? MAP_READ : MAP_ABSENT;
}

static MapResult map_month(const MapSite *site, Error *err)
{
    CivilDate today;
    int n = months_of(site);
    if (n == 0 || !until(site, &today, err))
        return n == 0 ? MAP_ABSENT : MAP_FAILED;
    const Column column = {.site = site};
    map_put_message(site, &new_date(&column, month_before(today, site->row->as->n_argument ? n - 1 : 0).first)->base);
    return MAP_READ;
}
#define MONTH(earliest)                                                                                                \
    MAP_CONVERSION("month", map_month, .type = PROTOBUF_C_TYPE_MESSAGE, .message = "tributary.v1.Date",                \
                   .n_argument = (earliest))

#define STATEMENT_ROWS(Message)                                                                                        \
    {"OrganisationID", FIELD(Message, id), &AS_TEXT, REQUIRED},                                                        \
        {"BaseCurrency", FIELD(Message, currency), &AS_UPPER, OPTIONAL},                                               \
        {"Reports", FIELD(Message, most_recent_available_month), MONTH(0), OPTIONAL},                                  \
        {"Reports", FIELD(Message, earliest_available_month), MONTH(1), OPTIONAL},                                     \
    {                                                                                                                  \
        "Reports", FIELD(Message, reports), AS_CUSTOM_LIST(map_months, NULL), OPTIONAL                                 \
    }

static const MapRow balance_sheet_rows[] = {STATEMENT_ROWS(AccountingBalanceSheet)};
const Mapping xero_balance_sheet = MAPPING(AccountingBalanceSheet, balance_sheet_rows);

#define BASIS   FIELD(AccountingProfitAndLoss, report_basis)
#define ACCRUAL AS_CONSTANT_ENUM(ACCOUNTING_PROFIT_AND_LOSS_REPORT_BASIS_ACCRUAL)
static const MapRow profit_and_loss_rows[] = {
    STATEMENT_ROWS(AccountingProfitAndLoss),
    {".", BASIS, ACCRUAL, OPTIONAL},
};
const Mapping xero_profit_and_loss = MAPPING(AccountingProfitAndLoss, profit_and_loss_rows);
