/*
 * Books: the accounting side of a synthetic business, made from what it sold: a chart of accounts, contacts, items,
 * taxes, tracking categories, documents, settlements, and the postings of all of them, which always balance. No vendor
 * is in here: quickbooks_*.c and xero_*.c render it, each with a truth of its own.
 *
 * Amounts are integers in minor units of their currency; days are the seconds of 00:00 UTC; indices are -1 for none.
 * An entry keeps its index for life. Not thread-safe: the account that holds the business has the lock.
 */
#pragma once
#include "infra/sandbox/business.h"

typedef enum BookKind {
    BOOK_ACCOUNT,  /* ledger accounts, bank accounts and credit cards among them */
    BOOK_TAX,      /* tax codes, each of one or two components */
    BOOK_CATEGORY, /* tracking: two sets ("Region", "Department"), each a tree of one level */
    BOOK_CONTACT,  /* customers and suppliers; a few are both */
    BOOK_ITEM,
    BOOK_INVOICE,        /* Document */
    BOOK_CREDIT_NOTE,    /* Document */
    BOOK_BILL,           /* Document */
    BOOK_BILL_CREDIT,    /* Document */
    BOOK_PURCHASE_ORDER, /* Document */
    BOOK_SPENDING,       /* Document paid at once: direct cost; `refund`: money back from a supplier */
    BOOK_RECEIPT,        /* Document paid at once: direct income; `refund`: money back to a customer */
    BOOK_PAYMENT,        /* Settlement of receivables */
    BOOK_BILL_PAYMENT,   /* Settlement of payables */
    BOOK_JOURNAL,        /* manual journal */
    BOOK_TRANSFER,
    BOOK_KINDS,
} BookKind;

/* The first member of every entry. An entry that changes gets a later `updated` and one more `revision`. */
typedef struct Entry {
    Item item;       /* created (an instant); deleted: gone from the vendor for good */
    int64_t updated; /* an instant, never before created */
    int revision;    /* 0 at first */
    bool archived;   /* lists: inactive; documents: never */
    bool voided;     /* documents, settlements, journals, transfers: amounts no longer count */
} Entry;

typedef enum AccountType {
    ACCOUNT_BANK,
    ACCOUNT_CARD,
    ACCOUNT_RECEIVABLE,
    ACCOUNT_CLEARING, /* undeposited funds: payments whose bank account is not known yet */
    ACCOUNT_INVENTORY,
    ACCOUNT_FIXED,
    ACCOUNT_PAYABLE,
    ACCOUNT_TAX, /* liability */
    ACCOUNT_LOAN,
    ACCOUNT_EQUITY,
    ACCOUNT_RETAINED, /* equity: profits of earlier years */
    ACCOUNT_SALES,
    ACCOUNT_OTHER_INCOME,
    ACCOUNT_COST_OF_SALES,
    ACCOUNT_EXPENSE,
    ACCOUNT_OTHER_EXPENSE,
    ACCOUNT_TYPES,
} AccountType;

typedef struct BookAccount {
    Entry entry;
    AccountType type;
    const char *code; /* "200"; NULL: numbering is off for it */
    const char *name, *description /* NULL */;
    int parent;                     /* -1; at most one level */
    const Currency *currency;       /* banks and cards; NULL: the main one */
    const char *number, *sort_code; /* banks; NULL: unknown */
} BookAccount;

typedef struct BookTax {
    Entry entry;
    const char *name; /* "20% VAT on income" */
    const char *code; /* "OUTPUT2": short, unique */
    bool sales, purchases;
    int n_components;
    struct {
        const char *name;
        int percent_millis; /* thousandths of a percent */
        bool compound;      /* on the amount with the components before it */
    } components[2];
} BookTax;

typedef struct BookCategory {
    Entry entry;
    const char *name;
    int set;    /* 0 or 1 */
    int parent; /* -1: it is the set's root ("Region"), which documents do not point to */
} BookCategory;

typedef struct BookContact {
    Entry entry;
    bool customer, supplier;
    int source; /* customers: index in the business's KIND_CUSTOMER (same name, e-mail, currency); -1 */
    const char *name, *first_name, *last_name, *email, *phone, *mobile, *tax_number,
        *account_number;      /* NULL: none; name never, and unique */
    const Currency *currency; /* NULL: the main one */
    const Address *billing, *delivery;
} BookContact;

typedef enum ItemType { ITEM_SERVICE, ITEM_GOODS, ITEM_STOCK } ItemType; /* goods are not counted, stock is */
typedef struct BookItem {
    Entry entry;
    ItemType type;
    const char *name, *code, *sales_text, *purchase_text; /* texts NULL: none */
    bool sold, bought;
    int64_t price_micros, cost_micros; /* of a unit of the main currency; -1: none */
    int income_account, expense_account, sales_tax, purchase_tax;
    int64_t on_hand; /* stock, whole units */
} BookItem;

typedef struct BookLine {
    int item, account, tax, category[2]; /* account never -1 but on text lines; tax -1: out of scope */
    const char *description;             /* NULL */
    int64_t quantity_micros;             /* millionths of a unit */
    int64_t price_micros;                /* millionths of a whole unit of the document's currency, before discount */
    int discount_millis;                 /* thousandths of a percent of the line; 0: none */
    int64_t net, tax_amount; /* after discount; gross = net + tax_amount whatever the document says of tax */
    bool text_only;          /* no amounts at all */
} BookLine;

typedef enum DocumentState {
    DOCUMENT_DRAFT,
    DOCUMENT_OPEN,
    DOCUMENT_PART_PAID,
    DOCUMENT_PAID,
    DOCUMENT_CLOSED /* orders */
} DocumentState;
typedef enum TaxForm {
    TAX_FORM_EXCLUSIVE,
    TAX_FORM_INCLUSIVE,
    TAX_FORM_NONE
} TaxForm; /* how line amounts are written */

typedef struct Document {
    Entry entry;             /* voided: state keeps its word, open is 0 */
    const char *number;      /* NULL: none; of bills free text that may repeat */
    const char *note, *memo; /* private, and for the other side; NULL */
    int contact;             /* -1: none (spendings and receipts only) */
    int64_t date, due;       /* due 0: none */
    const Currency *currency;
    int64_t rate_micros; /* units of the main currency for one of `currency`, in millionths; 1000000 in the main one */
    TaxForm form;
    int first_line, n_lines; /* in books->lines */
    int64_t net, tax, total, open;
    DocumentState state;
    int64_t paid_on; /* the day open became 0; 0: it is not */
    int account;     /* spendings and receipts: bank or card */
    bool refund;     /* spendings and receipts: the other way round; amounts stay positive */
    int source; /* invoices: the sale it is for (KIND_SALE); credit notes: the invoice or -1; bills: purchase order or
                   -1 */
} Document;

enum { SETTLEMENT_LINKS = 4 };
typedef struct Settlement {
    Entry entry;
    int contact, account; /* account -1: undeposited (ACCOUNT_CLEARING) */
    const char *reference, *note;
    int64_t date;
    const Currency *currency;    /* of all that it settles */
    int64_t rate_micros, amount; /* cash; 0: credit against documents only */
    int64_t unapplied;           /* part of amount: on account */
    int n_links;
    struct {
        BookKind kind; /* BOOK_INVOICE, BOOK_CREDIT_NOTE, BOOK_BILL, BOOK_BILL_CREDIT */
        int document;
        int64_t amount; /* positive */
    } links[SETTLEMENT_LINKS];
} Settlement;

enum { JOURNAL_LINES = 6 };
typedef struct BookJournal {
    Entry entry;
    const char *number, *note;
    int64_t date;
    bool draft; /* posts nothing */
    int n_lines;
    struct {
        int account, category, contact;
        int64_t amount; /* main currency, debit positive; they add up to 0 */
        const char *description;
    } lines[JOURNAL_LINES];
} BookJournal;

typedef struct BookTransfer {
    Entry entry;
    int from, to; /* banks and cards of the main currency */
    int64_t date, amount;
    const char *note;
} BookTransfer;

typedef struct Books {
    const Business *business;
    Shelf shelves[BOOK_KINDS];
    BookLine *lines;
    int n_lines, lines_capacity;
    int64_t opened; /* the first day that anything is posted on */
    int64_t newest; /* the latest `updated` of all entries */
    int revision;   /* counts changes, so that each is different */
    Arena *arena;
} Books;

/* Made from the business: each paid sale that is not older than the books has an invoice of the same total, date,
 * currency and customer, and a payment; both outlive each other as in life: a few sales are part-paid, late, in draft,
 * refunded by credit note. About as many bills as a fifth of the invoices, and some of everything else, also of a small
 * business. */
Books *books_new(const Business *business);
void books_free(Books *books);
DEFINE_AUTO(Books, books_free)

#define BOOK_AT(books, T, kind, index) ((T *)shelf_at(&(books)->shelves[kind], (index)))
#define account_at(b, i)               BOOK_AT(b, BookAccount, BOOK_ACCOUNT, i)
#define tax_at(b, i)                   BOOK_AT(b, BookTax, BOOK_TAX, i)
#define category_at(b, i)              BOOK_AT(b, BookCategory, BOOK_CATEGORY, i)
#define contact_at(b, i)               BOOK_AT(b, BookContact, BOOK_CONTACT, i)
#define book_item_at(b, i)             BOOK_AT(b, BookItem, BOOK_ITEM, i)
#define document_at(b, kind, i)        BOOK_AT(b, Document, kind, i)
#define settlement_at(b, kind, i)      BOOK_AT(b, Settlement, kind, i)
#define journal_at(b, i)               BOOK_AT(b, BookJournal, BOOK_JOURNAL, i)
#define book_transfer_at(b, i)         BOOK_AT(b, BookTransfer, BOOK_TRANSFER, i)
#define entry_at(b, kind, i)           BOOK_AT(b, Entry, kind, i)
#define n_book(b, kind)                ((b)->shelves[kind].count)

/* The first account of a type that is not archived; -1. */
int books_account_of(const Books *books, AccountType type);
/* Percent of a tax in thousandths: plain sum, and with compounding. */
int tax_total_millis(const BookTax *tax);
int tax_effective_millis(const BookTax *tax);
/* A document's amount in the main currency's minor units, rounded half away from zero. */
int64_t books_home(const Books *books, int64_t amount, const Currency *currency, int64_t rate_micros);

/* ---- The ledger ---- */

/* One posting. Those of one source add up to zero; whatever is voided, deleted, in draft or an order posts nothing.
 * Rounding of foreign documents goes to the control account's posting, exchange differences of settlements to
 * ACCOUNT_OTHER_INCOME. */
typedef struct Posting {
    int64_t date;
    int account;
    int64_t amount; /* main currency, debit positive */
    BookKind kind;
    int source;
} Posting;

/* All postings, by date, then kind and source; the number. On the arena. */
int books_postings(const Books *books, Arena *arena, const Posting **postings);
/* What an account holds at the end of `day`, debit positive; income and expense accounts since the books were opened.
 */
int64_t books_balance(const Books *books, int account, int64_t day);

/* ---- Changes, by command ---- */

typedef enum BookChange {
    BOOK_CHANGED, /* a text that every vendor shows differs */
    BOOK_VOIDED,  /* documents, settlements, journals, transfers; what they settled is open again */
    BOOK_DELETED, /* gone for good; only what nothing else points to */
    BOOK_CREATED, /* one more of the kind, like the others */
    BOOK_ARCHIVED,
} BookChange;

/* Everything that differs afterwards, the thing itself first: a void payment opens its invoice. */
typedef struct BookTouched {
    BookKind kind;
    int index;
} BookTouched;
enum { BOOK_TOUCHED = 12 };

/* Changes entry `index` of the kind, or (-1) the first that can, from *place on, and moves *place behind it. `now`: the
 * vendor's clock; it becomes `updated` of all that is touched (one second later than any before it, so that stamps
 * differ). Returns how many were touched, 0 when it cannot be. */
int books_change(Books *books, BookKind kind, BookChange change, int index, int *place, int64_t now,
                 BookTouched touched[BOOK_TOUCHED]);
