#include "workers/runtime/statement.h"
#include "workers/xero/mapping.h"
#include "workers/xero/xero.h"
#include <string.h>

/* Statements: reports with a column for each month, the newest first. Accounts go by their id and sections by their
 * titles in the standard layout. */

enum { COLUMNS = 12, REPORTS = STATEMENT_MONTHS / COLUMNS, DAY_MS = 24 * 60 * 60 * 1000 };

/* ---- Months ---- */

/* The month `back` months before that of a day. */
static StatementMonth month_before(CivilDate day, int back)
{
    int64_t next = clock_days_of(statement_month_start(day, 1 - back));
    return (StatementMonth){.from = statement_month_start(day, -back), .to = clock_date_of(next - 1)};
}

/* ---- Reading ---- */

static const char *iso(Arena *arena, CivilDate day)
{
    return arena_format(arena, "%04d-%02d-%02d", day.year, day.month, day.day);
}

static const char *report_path(Rest *rest, const char *report, StatementMonth month)
{
    AUTO(Text) *path = text_new(report);
    bool balance = strstr(report, "Balance") != NULL;
    if (!balance)
        rest_query(path, rest, "fromDate", iso(rest->arena, month.from));
    rest_query(path, rest, balance ? "date" : "toDate", iso(rest->arena, month.to));
    rest_query_integer(path, rest, "periods", COLUMNS - 1);
    text_puts(path, "&timeframe=MONTH&standardLayout=true");
    return arena_copy(rest->arena, path->bytes, path->length);
}

bool xero_read_statement(Rest *rest, Error *err)
{
    const XeroStream *stream = rest->job->stream->details;
    AUTO(Text) *json = text_new(NULL);
    JsonWriter writer = {.out = json};
    yyjson_val *body;
    if (xero_get(rest, "/Organisation", 0, &body, err) != REST_FOUND)
        return false;
    CivilDate today = clock_date_of(rest->page->source_time_ms / DAY_MS);
    json_open(&writer, NULL, '{');
    json_put_value(&writer, "OrganisationID", json_at(body, "Organisations.0.OrganisationID"));
    json_put_value(&writer, "BaseCurrency", json_at(body, "Organisations.0.BaseCurrency"));
    json_put_text(&writer, "Until", iso(rest->arena, today));
    json_open(&writer, "Reports", '[');
    for (int i = 0; i < REPORTS; i++) {
        const char *path = report_path(rest, stream->report, month_before(today, i * COLUMNS));
        if (xero_get(rest, path, 0, &body, err) != REST_FOUND)
            return false;
        json_put_value(&writer, NULL, json_at(body, "Reports.0"));
    }
    json_close(&writer, ']');
    return rest_add_written(rest, &writer, stream->mapping, NULL, err);
}

bool xero_read_company(Rest *rest, Error *err)
{
    yyjson_val *body;
    if (xero_get(rest, "/Organisation", 0, &body, err) != REST_FOUND)
        return false;
    rest_add(rest, (PageItem){.mapping = &xero_company, .json = body});
    return true;
}

/* ---- Columns: 1 is the newest month ---- */

static yyjson_val *cell(yyjson_val *row, size_t i)
{
    return yyjson_arr_get(json_at(row, "Cells"), i);
}

static yyjson_val *head_of(const StatementMonth *month)
{
    return cell(yyjson_arr_get_first(month->rows), month->column);
}

/* All that have a column, back from the day on which they were asked for. */
static bool months(const MapSite *site, StatementMonth *months, size_t *n, Error *err)
{
    CivilDate today;
    const char *until = json_text(site->record, "Until");
    *n = 0;
    if (!until || !clock_parse_date(until, &today))
        return error_set(err, ERROR_DATA, "Until is no date");
    for (int back = STATEMENT_MONTHS - 1; back >= 0; back--) {
        yyjson_val *report = yyjson_arr_get(site->value, (size_t)(back / COLUMNS));
        StatementMonth month = month_before(today, back);
        month.rows = json_at(report, "Rows");
        month.column = (size_t)(back % COLUMNS) + 1;
        if (*n > 0 || head_of(&month))
            months[(*n)++] = month;
    }
    return true;
}

static bool amount_of(const StatementMonth *month, yyjson_val *row, char amount[DECIMAL_SIZE], Error *err)
{
    return map_number_at(cell(row, month->column), "Value", amount, err) || error_wrap(err, "a cell of the report");
}

static bool is_row(yyjson_val *row)
{
    return yyjson_equals_str(json_at(row, "RowType"), "Row");
}

/* What is no number is no blank either, and fails when its month is read. */
static bool is_blank(const StatementMonth *month)
{
    size_t i, j, n, m;
    yyjson_val *section, *row;
    char amount[DECIMAL_SIZE];
    Error unread = {0};
    yyjson_arr_foreach(month->rows, i, n, section)
    {
        yyjson_arr_foreach(json_at(section, "Rows"), j, m, row)
        {
            if (is_row(row) && (!amount_of(month, row, amount, &unread) || !decimal_is_zero(amount)))
                return false;
        }
    }
    return true;
}

/* Columns are told apart by their place: one that is headed as another month must not pass for it. */
static bool is_headed(const MapSite *site, const StatementMonth *month, Error *err)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const char *title = json_text(head_of(month), "Value");
    const char *day = arena_format(site->arena, "%d %s ", month->to.day, names[month->to.month - 1]);
    return (title && text_starts_with(title, day)) ||
           error_set(err, ERROR_DATA, "column %zu of the report is not headed '%s'", month->column, day);
}

/* ---- Lines ---- */

static const char *trimmed(Arena *arena, yyjson_val *text)
{
    const char *clean = map_clean_text(arena, text);
    return clean ? clean + strspn(clean, " ") : "";
}

static bool add_line(Arena *arena, AccountingReportLine *line, AccountingReportLine *item, Error *err)
{
    char sum[DECIMAL_SIZE];
    line->items[line->n_items++] = item;
    if (!decimal_add(sum, line->value->value, item->value->value))
        return error_set(err, ERROR_DATA, "a sum of the report has too many digits");
    line->value = map_new_decimal(arena, sum);
    return true;
}

/* Grouped accounts have a word and computed rows have zeros in place of an account's id. */
static const char *account_of(Arena *arena, yyjson_val *row)
{
    yyjson_val *attribute = json_at(cell(row, 0), "Attributes.0");
    const char *id = map_clean_text(arena, json_at(attribute, "Value"));
    bool account = id && yyjson_equals_str(json_at(attribute, "Id"), "account") && strlen(id) == 36;
    return account && strspn(id, "0-") < 36 ? id : NULL;
}

/* `room`: for lines besides its own. */
static bool section_line(Arena *arena, const StatementMonth *month, yyjson_val *section, size_t room,
                         AccountingReportLine **line, Error *err)
{
    size_t i, n;
    yyjson_val *row, *rows = json_at(section, "Rows");
    char amount[DECIMAL_SIZE];
    *line = statement_line(arena, NULL, trimmed(arena, json_at(section, "Title")), "0", yyjson_arr_size(rows) + room);
    yyjson_arr_foreach(rows, i, n, row)
    {
        if (!is_row(row))
            continue;
        if (!amount_of(month, row, amount, err))
            return false;
        const char *name = trimmed(arena, json_at(cell(row, 0), "Value"));
        if (!add_line(arena, *line, statement_line(arena, account_of(arena, row), name, amount, 0), err))
            return false;
    }
    return true;
}

/* The member to which a section belongs, by a part of its title; the first that fits. */
static AccountingReportLine **member_of(const StatementPart *parts, size_t n, const char *title, void *report)
{
    for (size_t i = 0; i < n; i++)
        if (strcasestr(title, parts[i].section))
            return statement_member(&parts[i], report);
    return NULL;
}

/* ---- Balance sheet: a title without rows opens a part, sections with rows belong to it; totals have no title ---- */

static const StatementPart balance_parts[] = {
    {"Assets",      offsetof(AccountingBalanceSheetReport, assets)     },
    {"Liabilities", offsetof(AccountingBalanceSheetReport, liabilities)},
    {"Equity",      offsetof(AccountingBalanceSheetReport, equity)     },
};

static bool balance(const MapSite *site, const StatementMonth *month, AccountingBalanceSheetReport *report, Error *err)
{
    AccountingReportLine **part = NULL, *line;
    size_t i, n;
    yyjson_val *section;
    if (!is_headed(site, month, err))
        return false;
    yyjson_arr_foreach(month->rows, i, n, section)
    {
        const char *title = trimmed(site->arena, json_at(section, "Title"));
        bool opens = yyjson_arr_size(json_at(section, "Rows")) == 0 || strcmp(title, "Equity") == 0;
        if (!*title)
            continue;
        if (!section_line(site->arena, month, section, opens ? n : 0, &line, err))
            return false;
        if (opens && (part = member_of(balance_parts, COUNT_OF(balance_parts), title, report)))
            *part = line;
        else if (part && *part && !add_line(site->arena, *part, line, err))
            return false;
    }
    return true;
}

/* ---- Profit and loss ---- */

static const StatementPart profit_parts[] = {
    {"Cost of Sales", offsetof(AccountingProfitAndLossReport, cost_of_sales) },
    {"Other Income",  offsetof(AccountingProfitAndLossReport, other_income)  },
    {"Other Expense", offsetof(AccountingProfitAndLossReport, other_expenses)},
    {"Expense",       offsetof(AccountingProfitAndLossReport, expenses)      },
    {"Income",        offsetof(AccountingProfitAndLossReport, income)        },
    {"Revenue",       offsetof(AccountingProfitAndLossReport, income)        },
};

static bool profit(const MapSite *site, const StatementMonth *month, AccountingProfitAndLossReport *report, Error *err)
{
    size_t i, n;
    yyjson_val *section;
    if (!is_headed(site, month, err))
        return false;
    yyjson_arr_foreach(month->rows, i, n, section)
    {
        const char *title = trimmed(site->arena, json_at(section, "Title"));
        AccountingReportLine **member = member_of(profit_parts, COUNT_OF(profit_parts), title, report);
        if (member && !section_line(site->arena, month, section, 0, member, err))
            return false;
    }
    return true;
}

/* ---- Both ---- */

static const StatementReader reader = {months, is_blank, balance, profit};

#define ROWS(Message) STATEMENT_ROWS(Message, "OrganisationID", "BaseCurrency", reader)

MAP_TABLE(const, xero_balance_sheet, AccountingBalanceSheet, ROWS(AccountingBalanceSheet));

#define BASIS   FIELD(AccountingProfitAndLoss, report_basis)
#define ACCRUAL AS_CONSTANT_ENUM(ACCOUNTING_PROFIT_AND_LOSS_REPORT_BASIS_ACCRUAL)
MAP_TABLE(const, xero_profit_and_loss, AccountingProfitAndLoss, ROWS(AccountingProfitAndLoss),
          {".", BASIS, ACCRUAL, OPTIONAL});
