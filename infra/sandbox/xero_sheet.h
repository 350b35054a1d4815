/*
 * Xero sheet: what the reports of Xero share: columns of sums by account, cells, titles and parameters.
 */
#pragma once
#include "infra/sandbox/xero_report.h"
#include "lib/clock.h"

#define DAY 86400

enum { SHEET_COLUMNS = 13 };

/* Column 0 is the newest. from 0: since the books were opened. */
typedef struct SheetColumn {
    int64_t from, to;
} SheetColumn;

typedef struct Sheet {
    Xero *xero;
    const Posting *postings;
    int n_postings, n_columns;
    SheetColumn columns[SHEET_COLUMNS];
    int64_t (*sums)[SHEET_COLUMNS]; /* by account, debit positive */
} Sheet;

Sheet sheet_of(Xero *xero);
void sheet_add_up(Sheet *sheet); /* sums, once the columns are set */
/* Earnings between two days; a profit is positive. */
int64_t sheet_earned(const Sheet *sheet, int64_t from, int64_t to);
bool sheet_is_earnings(AccountType type);

extern const char *const sheet_months[12];
CivilDate sheet_civil(int64_t day);
/* The last day of the month that is `months_back` before the day's. */
int64_t sheet_month_end(int64_t day, int months_back);
int64_t sheet_month_start(int64_t day);
/* A day of the query string, where it is there; false: `problem` says what is wrong with it. */
bool sheet_read_day(Request *request, const char *name, int64_t *day, const char **problem);

/* The report's titles and dates; from 0: as at a day. */
void sheet_put_titles(Sheet *sheet, const char *title, int64_t from, int64_t to);
void sheet_open_section(Sheet *sheet, const char *title);
void sheet_close_section(Sheet *sheet);
void sheet_put_cell(Xero *xero, const char *value, const char *account, const char *attribute); /* NULL: no attribute */
/* "1234.50"; whole units of currencies without minor ones have no point. */
const char *sheet_amount_text(const Xero *xero, char out[40], int64_t minor);
