/*
 * How books are made: each part fills its shelves from the ones before it, in the order of the list below. Everything
 * comes from streams of the business's seed, so that two runs make the same.
 */
#pragma once
#include "infra/sandbox/books.h"
#include "infra/sandbox/business_internal.h"

/* Receivables and payables are the same thing from two ends. */
typedef struct BookSide {
    BookKind document, credit, settlement;
    AccountType control;
} BookSide;
extern const BookSide book_receivables, book_payables;

typedef struct BookMaker {
    Books *books;
    const Business *business;
    int *contact_of; /* by the business's customer */
    int walk_in;     /* the contact of sales without a customer */
    int *suppliers;
    int n_suppliers;
} BookMaker;

void make_chart(BookMaker *maker);    /* accounts, taxes, categories */
void make_contacts(BookMaker *maker); /* and maker's lists of them */
void make_items(BookMaker *maker);
void make_invoices(BookMaker *maker);  /* with credit notes and receipts */
void make_purchases(BookMaker *maker); /* orders, bills, bill credits, spendings */
/* A part of document `index` is taken back by a credit, which settles it. */
bool book_is_credited(int index);
void make_settlements(BookMaker *maker, const BookSide *side);
void make_journals(BookMaker *maker); /* and transfers */

/* A new entry at the shelf's end; `created` as it comes, in order. */
void *book_add(Books *books, BookKind kind, int64_t created);
BookLine *book_add_line(Books *books);
/* A document with everything but contact, number and lines; open. Pointers to others of its kind are void afterwards.
 */
Document *begin_document(Books *books, BookKind kind, Random *random, int64_t created, const Currency *currency);
/* Gives it lines that add up to the total; spendings and receipts are paid with that. */
void finish_document(Books *books, BookKind kind, Random *random, int index, int n_lines, int64_t total);
/* Lines for a document that has contact, currency, form and total: they add up to it; sets net and tax. */
void make_lines(Books *books, Random *random, Document *document, bool purchase, int n_lines, int64_t total);

/* Any that may be used by what is made; of purchases or of sales, of a set, of a type. */
int book_pick_tax(Random *random, bool purchase);
int book_pick_category(Random *random, int set);
int book_pick_account(Random *random, AccountType type);

/* Streams of things that are no Kind of the business. */
Random book_random(const Books *books, BookKind kind, int number);
int64_t book_rate(const Books *books, const Currency *currency, int64_t day);
/* The account that holds money of a currency: a bank. */
int book_bank_of(const Books *books, const Currency *currency);
/* Vendors show two decimals at most: what amounts of a currency are multiples of. */
int64_t book_grain(const Currency *currency);
int64_t book_rounded(int64_t amount, int64_t grain); /* down */
int64_t book_day(int64_t instant);
bool is_document(BookKind kind);
bool is_settlement(BookKind kind);

/* What a settlement does to its documents: 1 settles, -1 opens them again. Stamps them with `now`. */
void book_settle(Books *books, const Settlement *settlement, int direction, int64_t now);

/* Whether anything that is not deleted points to the entry. */
bool book_is_used(const Books *books, BookKind kind, int index);
/* Whether a settlement that counts points to the document. */
bool book_is_settled(const Books *books, BookKind kind, int index);
/* One more like entry `model`; its index, or -1. */
int book_copy(Books *books, BookKind kind, int model, int64_t now);
/* A text that no other entry has. */
const char *book_numbered(Books *books, const char *text);
