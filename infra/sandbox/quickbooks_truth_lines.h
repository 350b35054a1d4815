/*
 * QuickBooks truth lines: the lines of documents in canonical form, and what they have in common with the totals.
 */
#pragma once
#include "infra/sandbox/quickbooks_truth.h"

/* How a data type tells its lines. */
typedef enum QbTracks { QB_TRACKS_OBJECT, QB_TRACKS_RECORDS, QB_TRACKS_REFS } QbTracks;

typedef struct QbStyle {
    bool sales;    /* items have accounts, and discounts are shown */
    bool numbered; /* lineNumber */
    bool negative; /* money that went the other way */
    bool deposit;  /* lines are amounts and nothing else */
    QbTracks tracks;
} QbStyle;

void qb_tell_lines(QbTruth *truth, const Document *document, const QbStyle *style);

/* One discount for all lines stands below them and not in them: thousandths of a percent; 0: there is none. */
int qb_discount_below(const QbTruth *truth, const Document *document);
/* Price times quantity, before discount. */
int64_t qb_full_amount(const Document *document, const BookLine *line);
