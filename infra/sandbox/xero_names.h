/*
 * Xero names: how Xero calls what is in the books: the GUIDs of its objects, the payments and allocations that one
 * settlement of ours is to Xero, its way with stamps, prices and rates. Rendering and truth share this and nothing
 * else.
 */
#pragma once
#include "infra/sandbox/books.h"
#include "infra/sandbox/gate.h"

/* Things with a GUID beyond the kinds of the books. */
enum {
    XERO_ORGANISATION = BOOK_KINDS,
    XERO_CONNECTION,
    XERO_LINE,         /* of documents, by its place in books->lines */
    XERO_CASH,         /* Payment, of receivables: see xero_part_number()   */
    XERO_ALLOCATION,   /* of a credit note                                  */
    XERO_ON_ACCOUNT,   /* Overpayment, and the BankTransaction of the same id */
    XERO_BATCH,        /* BatchPayment                                      */
    XERO_MOVED,        /* BankTransaction of a transfer: 2 * index + (into) */
    XERO_JOURNAL,      /* by its number */
    XERO_JOURNAL_LINE, /* XERO_JOURNAL_LINES * number + line */
    XERO_REQUEST,
};
enum { XERO_ID_SIZE = GATE_ID_SIZE, XERO_JOURNAL_LINES = 1 << 12 };

/* Lower case, with version and variant of a random one. The tenant's is the organisation's, too. */
const char *xero_id(char out[XERO_ID_SIZE], const Business *business, int thing, int index);
void xero_tenant(const char *account, char id[GATE_ID_SIZE]);

/* What a settlement is to Xero, which pays one document a payment. Credit is spent first, document by document. */
typedef enum XeroPartType { XERO_PART_CASH, XERO_PART_ALLOCATION, XERO_PART_ON_ACCOUNT } XeroPartType;
typedef struct XeroPart {
    XeroPartType type;
    BookKind kind; /* of the document: the one paid; cash on a credit note pays it back */
    int document;  /* -1: on account */
    int credit;    /* ALLOCATION: which credit note or credit of a supplier */
    int64_t amount;
} XeroPart;
enum { XERO_PARTS = 2 * SETTLEMENT_LINKS };
int xero_parts(const Settlement *settlement, XeroPart parts[XERO_PARTS]);

/* The index of a part's GUID; payables have the odd ones. */
int xero_part_number(BookKind kind, int settlement, int part);
/* Payments of one settlement stand in a batch when there are several. */
bool xero_is_batch(const Settlement *settlement);

/* Stamps have milliseconds; equal seconds have equal ones. */
int64_t xero_stamp_ms(int64_t instant);
/* Prices are given to four digits at most, the rest is rounded away: millionths again. */
int64_t xero_price_micros(int64_t price_micros);
/* Units of the currency for one of the main currency, six digits: "1.176471". */
const char *xero_rate(char out[32], int64_t rate_micros);
/* An item's code is not optional to Xero. */
const char *xero_item_code(const BookItem *item);

bool xero_is_bank(const BookAccount *account);
/* Money that comes in, of spendings and receipts: what is paid back is the other way round. */
bool xero_is_income(const Books *books, BookKind kind, int index);
/* Facts of Xero's own about the index-th of a kind: it says a rate of 1 in the main currency; it was matched with a
 * statement. */
bool xero_says_rate(int index);
bool xero_is_reconciled(int index);
/* What a discount takes off a line, in the form that the document writes amounts in. */
int64_t xero_line_discount(const Document *document, const BookLine *line);

/* Xero wants to be told something. */
const char *xero_narration(const BookJournal *journal);
/* Whose journal it is, to Xero: of a settlement, that of its first part. */
const char *xero_source_id(char out[XERO_ID_SIZE], const Books *books, BookKind kind, int index);

#define XERO_NO_TAX "NONE" /* the TaxType of lines without a tax */
/* The last month of the organisation's financial year, 1 to 12. */
int xero_year_end(const Business *business);
/* The first day of the financial year that `day` is in. */
int64_t xero_year_start(const Business *business, int64_t day);
