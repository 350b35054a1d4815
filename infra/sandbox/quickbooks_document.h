/*
 * QuickBooks document: parts that sales and purchases share. Amounts as they are before a void; what is voided is
 * written as zeros.
 */
#pragma once
#include "infra/sandbox/quickbooks_render.h"

/* What lines with tax included say beside the amount without; the United States know no such thing. */
bool qb_inclusive(const QbRender *render, const Document *document);
/* The price of a unit in millionths, as it was entered. What was entered with tax is shown without, and then, as where
 * forms know no discounts, after discount. */
int64_t qb_line_price(const Document *document, const BookLine *line, bool discounts);
/* Before discount, where that is shown. */
int64_t qb_line_full_amount(const Document *document, const BookLine *line);

/* The tax that a document in the United States is of: that of its first taxed line; -1. And its place: that of its
 * first line with one. */
int qb_document_tax(const Books *books, const Document *document);
int qb_document_category(const Books *books, const Document *document);

/* Id, SyncToken and the like, number, day, department, currency, note. */
void qb_put_head(QbRender *render, QbEntity entity, BookKind kind, int index);
void qb_put_tax_code(QbRender *render, const Document *document, const BookLine *line);
void qb_put_calculation(QbRender *render, const Document *document);
void qb_put_tax_detail(QbRender *render, const Document *document);
void qb_put_totals(QbRender *render, const Document *document);
void qb_put_note(QbRender *render, const Entry *entry, const char *note);
void qb_put_linked(QbRender *render, const char *type, QbEntity entity, BookKind kind, int index);
/* LinkedTxn: what settles the document, and the order a bill is for. */
void qb_put_links(QbRender *render, BookKind kind, int index);
/* A name and a value as they leak out of Intuit's Java. */
void qb_put_leaked(QbRender *render, const char *name, const char *value);
int64_t qb_amount(const Entry *entry, int64_t amount); /* 0 once it is voided */
