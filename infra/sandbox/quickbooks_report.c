#include "infra/sandbox/quickbooks_report.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DAY = 86400 };

void qb_amounts_add(QbReport *report, QbAmounts *to, const QbAmounts *what, int sign)
{
    for (int i = 0; i < report->n_columns; i++) {
        to->amount[i] += sign * what->amount[i];
        to->has[i] = to->has[i] || what->has[i];
    }
}

bool qb_amounts_any(const QbReport *report, const QbAmounts *amounts)
{
    for (int i = 0; i < report->n_columns; i++)
        if (amounts->has[i])
            return true;
    return false;
}

void qb_put_cells(QbReport *report, const char *title, const char *id, const QbAmounts *amounts, int sign)
{
    JsonWriter *json = &report->call->render.json;
    json_open(json, "ColData", '[');
    json_open(json, NULL, '{');
    json_put_text(json, "value", title);
    if (id)
        json_put_text(json, "id", id);
    json_close(json, '}');
    for (int i = 0; i < report->n_columns; i++) {
        char minor[32], text[DECIMAL_SIZE] = "";
        if (amounts && amounts->has[i]) {
            snprintf(minor, sizeof minor, "%lld", (long long)(sign * amounts->amount[i]));
            decimal_from_minor_units(text, minor, strlen(minor), report->call->render.business->main->digits);
        }
        json_open(json, NULL, '{');
        json_put_text(json, "value", text);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static int64_t month_end(int64_t day)
{
    CivilDate date = clock_date_of(day / DAY);
    CivilDate next = {date.year + date.month / 12, date.month % 12 + 1, 1};
    return clock_days_of(next) * DAY - DAY;
}

static bool make_columns(QbReport *report)
{
    if (!report->by_month) {
        report->columns[report->n_columns++] = (QbColumn){report->from, report->until, true};
        return true;
    }
    for (int64_t from = report->from; from <= report->until; from = month_end(from) + DAY) {
        if (report->n_columns == QB_COLUMNS - 1)
            return qb_fail(report->call, 400, "SystemFault", "10000",
                           "An application error has occurred while processing your request", NULL,
                           "System Failure Error: the report is too large");
        int64_t end = month_end(from);
        report->columns[report->n_columns++] = (QbColumn){from, end < report->until ? end : report->until, false};
    }
    if (!report->sheet)
        report->columns[report->n_columns++] = (QbColumn){report->from, report->until, true};
    return true;
}

static int64_t year_start(int64_t day)
{
    return clock_days_of((CivilDate){clock_date_of(day / DAY).year, 1, 1}) * DAY;
}

static void add(QbAmounts *amounts, int column, int64_t amount)
{
    amounts->amount[column] += amount;
    amounts->has[column] = true;
}

/* The balance sheet closes the books by itself: profits of earlier years are retained earnings. */
static void add_to_sheet(QbReport *report, const Posting *posting, int column, int retained)
{
    if (posting->date > report->columns[column].until)
        return;
    if (account_at(report->call->render.books, posting->account)->type < ACCOUNT_SALES)
        add(&report->accounts[posting->account], column, posting->amount);
    else if (posting->date >= year_start(report->columns[column].until))
        add(&report->net_income, column, posting->amount);
    else
        add(&report->accounts[retained], column, posting->amount);
}

static void fill(QbReport *report)
{
    const Books *books = report->call->render.books;
    const Posting *postings;
    int n = books_postings(books, report->call->request->arena, &postings);
    int retained = books_account_of(books, ACCOUNT_RETAINED);
    report->accounts = ARENA_ARRAY(report->call->request->arena, QbAmounts, (size_t)n_book(books, BOOK_ACCOUNT));
    for (int i = 0; i < n; i++) {
        for (int column = 0; column < report->n_columns; column++) {
            const QbColumn *window = &report->columns[column];
            if (report->sheet)
                add_to_sheet(report, &postings[i], column, retained);
            else if (postings[i].date >= window->from && postings[i].date <= window->until)
                add(&report->accounts[postings[i].account], column, postings[i].amount);
        }
    }
    report->empty = true;
    for (int i = 0; i < n_book(books, BOOK_ACCOUNT); i++)
        report->empty = report->empty && !qb_amounts_any(report, &report->accounts[i]);
}

static void put_pair(JsonWriter *json, const char *name, const char *value)
{
    json_open(json, NULL, '{');
    json_put_text(json, "Name", name);
    json_put_text(json, "Value", value);
    json_close(json, '}');
}

static void put_header(QbReport *report)
{
    QbRender *render = &report->call->render;
    JsonWriter *json = &render->json;
    char time[40], code[4] = "";
    for (int i = 0; i < 3; i++)
        code[i] = (char)toupper((unsigned char)render->business->main->code[i]);
    quickbooks_time(time, render->business, render->now);
    json_open(json, "Header", '{');
    json_put_text(json, "Time", time);
    json_put_text(json, "ReportName", report->name);
    json_put_text(json, "ReportBasis", "Accrual");
    qb_put_day(render, "StartPeriod", report->from);
    qb_put_day(render, "EndPeriod", report->until);
    json_put_text(json, "SummarizeColumnsBy", report->by_month ? "Month" : "Total");
    json_put_text(json, "Currency", code);
    json_open(json, "Option", '[');
    put_pair(json, "AccountingStandard", "GAAP");
    put_pair(json, "NoReportData", report->empty ? "true" : "false");
    json_close(json, ']');
    json_close(json, '}');
}

static void put_column(QbReport *report, const QbColumn *column)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    JsonWriter *json = &report->call->render.json;
    CivilDate date = clock_date_of(column->from / DAY);
    char title[32], day[16];
    snprintf(title, sizeof title, "%s %d", months[date.month - 1], date.year);
    json_open(json, NULL, '{');
    json_put_text(json, "ColTitle", column->total ? "Total" : title);
    json_put_text(json, "ColType", "Money");
    json_open(json, "MetaData", '[');
    if (!column->total) {
        quickbooks_day(day, column->from);
        put_pair(json, "StartDate", day);
        quickbooks_day(day, column->until);
        put_pair(json, "EndDate", day);
    }
    put_pair(json, "ColKey", column->total ? "total" : title);
    json_close(json, ']');
    json_close(json, '}');
}

static void put_columns(QbReport *report)
{
    JsonWriter *json = &report->call->render.json;
    json_open(json, "Columns", '{');
    json_open(json, "Column", '[');
    json_open(json, NULL, '{');
    json_put_text(json, "ColTitle", "");
    json_put_text(json, "ColType", "Account");
    json_open(json, "MetaData", '[');
    put_pair(json, "ColKey", "account");
    json_close(json, ']');
    json_close(json, '}');
    for (int i = 0; i < report->n_columns; i++)
        put_column(report, &report->columns[i]);
    json_close(json, ']');
    json_close(json, '}');
}

/* Days of the request; what is missing is this calendar year so far. */
static bool read_period(QbReport *report)
{
    Request *request = report->call->request;
    const char *start = request_query(request, "start_date"), *end = request_query(request, "end_date");
    CivilDate from = {0}, until = {0};
    if ((start && !clock_parse_date(start, &from)) || (end && !clock_parse_date(end, &until)))
        return qb_fail(report->call, 400, "ValidationFault", "2170", "Invalid date", "start_date",
                       "Invalid date format, use yyyy-MM-dd");
    report->until = end ? clock_days_of(until) * DAY : report->call->render.now / DAY * DAY;
    report->from = start ? clock_days_of(from) * DAY : year_start(report->until);
    return report->from <= report->until || qb_fail(report->call, 400, "ValidationFault", "2170", "Invalid date",
                                                    "start_date", "The start date is after the end date");
}

void qb_serve_report(QbCall *call, const char *name)
{
    QbReport report = {.call = call, .name = name, .sheet = strcmp(name, "BalanceSheet") == 0};
    const char *by = request_query(call->request, "summarize_column_by");
    const char *method = request_query(call->request, "accounting_method");
    if (!report.sheet && strcmp(name, "ProfitAndLoss") != 0) {
        qb_fail(call, 400, "ValidationFault", "4000", "Unsupported Operation", NULL,
                "This report is not in the sandbox.");
        return;
    }
    if (method && strcmp(method, "Accrual") != 0) {
        qb_fail(call, 400, "ValidationFault", "4000", "Unsupported Operation", NULL,
                "The sandbox reports on accrual basis only.");
        return;
    }
    report.by_month = by && strcmp(by, "Month") == 0;
    if (!read_period(&report) || !make_columns(&report))
        return;
    fill(&report);
    JsonWriter *json = &call->render.json;
    json_open(json, NULL, '{');
    put_header(&report);
    put_columns(&report);
    json_open(json, "Rows", '{');
    if (!report.empty || !report.sheet) {
        json_open(json, "Row", '[');
        (report.sheet ? qb_write_balance_sheet : qb_write_profit_and_loss)(&report);
        json_close(json, ']');
    }
    json_close(json, '}');
    json_close(json, '}');
    call->response->status = 200;
}
