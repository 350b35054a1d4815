/*
 * QuickBooks report: what accounts moved or held in the columns of a report, and how its rows are written.
 */
#pragma once
#include "infra/sandbox/quickbooks_call.h"

enum { QB_COLUMNS = 40 };

typedef struct QbColumn {
    int64_t from, until; /* days, both included */
    bool total;          /* of all columns before it */
} QbColumn;

/* A row's amounts, debit positive; a column that nothing was posted for has no amount, which is not 0. */
typedef struct QbAmounts {
    int64_t amount[QB_COLUMNS];
    bool has[QB_COLUMNS];
} QbAmounts;

typedef struct QbReport {
    QbCall *call;
    const char *name;
    int64_t from, until;
    bool by_month, sheet; /* sheet: balances at the end of each column */
    QbColumn columns[QB_COLUMNS];
    int n_columns;
    QbAmounts *accounts;  /* by account of the books */
    QbAmounts net_income; /* of the year so far, for the balance sheet */
    bool empty;           /* nothing was posted at all */
} QbReport;

void qb_amounts_add(QbReport *report, QbAmounts *to, const QbAmounts *what, int sign);
bool qb_amounts_any(const QbReport *report, const QbAmounts *amounts);

/* [{"value":title,"id":id},{"value":"1.00"},…]; amounts NULL: all empty. `sign` -1 turns credits positive. */
void qb_put_cells(QbReport *report, const char *title, const char *id, const QbAmounts *amounts, int sign);

/* The rows of both statements; the object "Rows" is open as an array "Row". */
void qb_write_balance_sheet(QbReport *report);
void qb_write_profit_and_loss(QbReport *report);
