#include "infra/sandbox/xero_sheet.h"
#include <stdio.h>
#include <string.h>

const char *const sheet_months[] = {"January", "February", "March",     "April",   "May",      "June",
                                    "July",    "August",   "September", "October", "November", "December"};

CivilDate sheet_civil(int64_t day)
{
    return clock_date_of(day / DAY);
}

/* The last day of the month that is `months_back` before the day's. */
int64_t sheet_month_end(int64_t day, int months_back)
{
    CivilDate date = sheet_civil(day);
    int month = date.year * 12 + date.month - 1 - months_back + 1;
    return (clock_days_of((CivilDate){month / 12, month % 12 + 1, 1}) - 1) * DAY;
}

int64_t sheet_month_start(int64_t day)
{
    return day - (sheet_civil(day).day - 1) * DAY;
}

void sheet_add_up(Sheet *sheet)
{
    int n = n_book(sheet->xero->books, BOOK_ACCOUNT);
    sheet->sums = arena_zalloc(sheet->xero->arena, (size_t)(n + 1) * sizeof *sheet->sums);
    for (int i = 0; i < sheet->n_postings; i++) {
        const Posting *posting = &sheet->postings[i];
        for (int c = 0; c < sheet->n_columns; c++)
            if (posting->date >= sheet->columns[c].from && posting->date <= sheet->columns[c].to)
                sheet->sums[posting->account][c] += posting->amount;
    }
}

bool sheet_is_earnings(AccountType type)
{
    return type >= ACCOUNT_SALES;
}

/* ---- Cells ---- */

void sheet_put_cell(Xero *xero, const char *value, const char *account, const char *attribute)
{
    json_open(&xero->json, NULL, '{');
    json_put_text(&xero->json, "Value", value);
    if (account) {
        json_open(&xero->json, "Attributes", '[');
        json_open(&xero->json, NULL, '{');
        json_put_text(&xero->json, "Value", account);
        json_put_text(&xero->json, "Id", attribute);
        json_close(&xero->json, '}');
        json_close(&xero->json, ']');
    }
    json_close(&xero->json, '}');
}

/* "1234.50"; whole units of currencies without minor ones have no point. */
const char *sheet_amount_text(const Xero *xero, char out[40], int64_t minor)
{
    int digits = xero->business->main->digits;
    int64_t scale = digits == 0 ? 1 : digits == 2 ? 100 : 1000;
    uint64_t size = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
    int length = snprintf(out, 40, "%s%llu", minor < 0 ? "-" : "", (unsigned long long)(size / (uint64_t)scale));
    if (digits)
        snprintf(out + length, 40 - (size_t)length, ".%0*llu", digits, (unsigned long long)(size % (uint64_t)scale));
    return out;
}

void sheet_open_section(Sheet *sheet, const char *title)
{
    json_open(&sheet->xero->json, NULL, '{');
    json_put_text(&sheet->xero->json, "RowType", "Section");
    json_put_text(&sheet->xero->json, "Title", title);
    json_open(&sheet->xero->json, "Rows", '[');
}

void sheet_close_section(Sheet *sheet)
{
    json_close(&sheet->xero->json, ']');
    json_close(&sheet->xero->json, '}');
}

/* ---- Parameters ---- */

bool sheet_read_day(Request *request, const char *name, int64_t *day, const char **problem)
{
    const char *text = request_query(request, name);
    CivilDate date;
    if (!text)
        return true;
    char head[11];
    snprintf(head, sizeof head, "%s", text);
    if (!clock_parse_date(head, &date)) {
        *problem = "A date must be written as YYYY-MM-DD.";
        return false;
    }
    *day = clock_days_of(date) * DAY;
    return true;
}

static const char *long_day(char out[40], int64_t day)
{
    CivilDate date = sheet_civil(day);
    snprintf(out, 40, "%d %s %d", date.day, sheet_months[date.month - 1], date.year);
    return out;
}

void sheet_put_titles(Sheet *sheet, const char *title, int64_t from, int64_t to)
{
    char name[160], first[40], last[40], span[96];
    snprintf(name, sizeof name, "%s Trading", sheet->xero->business->name);
    json_open(&sheet->xero->json, "ReportTitles", '[');
    json_put_text(&sheet->xero->json, NULL, title);
    json_put_text(&sheet->xero->json, NULL, name);
    if (from)
        snprintf(span, sizeof span, "%s to %s", long_day(first, from), long_day(last, to));
    else
        snprintf(span, sizeof span, "As at %s", long_day(last, to));
    json_put_text(&sheet->xero->json, NULL, span);
    json_close(&sheet->xero->json, ']');
    json_put_text(&sheet->xero->json, "ReportDate", long_day(first, sheet->xero->now));
    char stamp[48];
    snprintf(stamp, sizeof stamp, "/Date(%lld)/", (long long)sheet->xero->now * 1000);
    json_put_text(&sheet->xero->json, "UpdatedDateUTC", stamp);
    xero_put_empty(sheet->xero, "Fields");
}

Sheet sheet_of(Xero *xero)
{
    Sheet sheet = {.xero = xero};
    sheet.n_postings = books_postings(xero->books, xero->arena, &sheet.postings);
    return sheet;
}

/* Earnings between two days; a profit is positive. */
int64_t sheet_earned(const Sheet *sheet, int64_t from, int64_t to)
{
    int64_t sum = 0;
    for (int i = 0; i < sheet->n_postings; i++) {
        const Posting *posting = &sheet->postings[i];
        if (posting->date >= from && posting->date <= to &&
            sheet_is_earnings(account_at(sheet->xero->books, posting->account)->type))
            sum -= posting->amount;
    }
    return sum;
}
