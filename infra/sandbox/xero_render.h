/*
 * Xero render: how one object of the books becomes Xero's JSON, members in the order of recorded bodies.
 */
#pragma once
#include "infra/sandbox/xero_ledger.h"
#include "infra/sandbox/xero_names.h"
#include "lib/json.h"

/* The parts of settlements that touch a document, chained: `first` by kind and document, -1: none. */
typedef struct XeroLink {
    BookKind kind; /* of the settlement */
    int settlement, number;
    XeroPart part;
    int next;
} XeroLink;

typedef struct XeroLinks {
    int *first[BOOK_KINDS]; /* of documents that can be settled; as payer, credit notes have theirs here too */
    XeroLink *links;
} XeroLinks;

typedef struct Xero {
    JsonWriter json;
    Account *account;
    const Books *books;
    const Business *business;
    Arena *arena;
    int64_t now;
    bool lines;         /* documents carry their lines */
    bool four_decimals; /* of unit prices; else two */
    bool archived;      /* archived things are shown, too */
    XeroLinks *links;   /* made by xero_links() */
} Xero;

/* One object of an endpoint: what it is made from, and what lists look at. */
typedef struct XeroRow {
    int thing, number; /* make its GUID */
    BookKind kind;     /* BOOK_KINDS: the vendor's own */
    int index, part;   /* part: of a settlement or side of a transfer */
    int64_t stamp_ms;  /* UpdatedDateUTC */
    const char *type, *status;
    bool archived, gone; /* gone: shown to those who ask for deleted ones, where there is such a thing */
    char id[XERO_ID_SIZE];
} XeroRow;

typedef struct XeroRows {
    XeroRow *items;
    int n, capacity;
} XeroRows;

typedef enum XeroPaging {
    XERO_PAGED, /* with `page`; without it all at once, without lines */
    XERO_ALWAYS_PAGED,
    XERO_HUNDREDS, /* pages of 100, no pagination object */
    XERO_WHOLE,
    XERO_OFFSET, /* journals */
} XeroPaging;

typedef struct XeroEndpoint {
    const char *name;            /* "Invoices" */
    const char *operation, *one; /* "/api.xro/2.0/Invoices", "/api.xro/2.0/Invoices/{id}": for counters */
    const char *id;              /* "InvoiceID" */
    const char *type, *status;   /* what its words are called in where; NULL: none */
    XeroPaging paging;
    bool since;          /* heeds If-Modified-Since */
    bool hides_archived; /* without includeArchived */
    void (*rows)(Xero *xero, XeroRows *rows);
    void (*write)(Xero *xero, const XeroRow *row); /* members; the object is open */
} XeroEndpoint;
extern const XeroEndpoint xero_endpoints[];
extern const size_t xero_n_endpoints;

/* A zeroed row with its GUID. */
XeroRow *xero_row(Xero *xero, XeroRows *rows, int thing, int number);
/* One row each for the entries of a kind; those deleted for good only with `deleted`. */
void xero_rows_of(Xero *xero, XeroRows *rows, BookKind kind, bool deleted,
                  void (*fill)(const Xero *xero, XeroRow *row, const Entry *entry));
const XeroLinks *xero_links(Xero *xero);
/* The next link of a document; `link` NULL: the first. Only those that live, unless it is asked for. */
const XeroLink *xero_link_after(Xero *xero, BookKind kind, int document, const XeroLink *link);

typedef void XeroRowsOf(Xero *xero, XeroRows *rows);
typedef void XeroWriter(Xero *xero, const XeroRow *row);
XeroRowsOf xero_organisations, xero_accounts, xero_contacts, xero_items, xero_taxes, xero_trackings, xero_currencies;
XeroRowsOf xero_invoices, xero_credit_notes, xero_orders, xero_bank_transactions, xero_transfers;
XeroRowsOf xero_payments, xero_batches, xero_overpayments, xero_manual_journals, xero_journals, xero_nothing;
XeroWriter xero_write_organisation, xero_write_account, xero_write_contact, xero_write_item, xero_write_tax;
XeroWriter xero_write_tracking, xero_write_currency;
XeroWriter xero_write_invoice, xero_write_credit_note, xero_write_order, xero_write_bank_transaction;
XeroWriter xero_write_transfer, xero_write_payment, xero_write_batch, xero_write_overpayment;
XeroWriter xero_write_manual_journal, xero_write_journal;

/* Parts of objects. */
void xero_put_id(Xero *xero, const char *key, int thing, int index);
void xero_put_some(Xero *xero, const char *key, const char *text); /* NULL is left out */
void xero_put_money(Xero *xero, const char *key, int64_t minor, const Currency *currency);
void xero_put_home(Xero *xero, const char *key, int64_t minor); /* of the main currency */
void xero_put_micros(Xero *xero, const char *key, int64_t micros);
void xero_put_millis(Xero *xero, const char *key, int64_t millis);
void xero_put_price(Xero *xero, const char *key, int64_t price_micros);
void xero_put_currency(Xero *xero, const Currency *currency); /* CurrencyCode */
void xero_put_rate(Xero *xero, int64_t rate_micros);          /* CurrencyRate */
void xero_put_code(Xero *xero, const char *key, const Currency *currency);
void xero_put_stamp(Xero *xero, const char *key, int64_t stamp_ms); /* "/Date(…+0000)/" */
void xero_put_day(Xero *xero, const char *key, int64_t day);        /* without its twin */
void xero_put_days(Xero *xero, const char *key, int64_t day);       /* "DateString" and "Date"; 0 is left out */
void xero_put_empty(Xero *xero, const char *keys);                  /* "A B": empty arrays */
void xero_put_false(Xero *xero, const char *keys);
void xero_put_contact(Xero *xero, int contact); /* "Contact"; -1: left out */
/* id, code and name of an account, under a key; -1: left out */
void xero_put_account(Xero *xero, const char *key, int account, bool code, bool name);
void xero_put_tracking(Xero *xero, const char *key, const int category[2], bool option_id);
const char *xero_account_type(AccountType type);
const char *xero_account_class(AccountType type);
int xero_clearing(const Xero *xero); /* the account of money that is not at a bank yet */

const char *xero_document_status(BookKind kind, const Document *document);
/* Bank transactions that are sides of something else. */
void xero_put_overpaid_cash(Xero *xero, const XeroRow *row);
void xero_put_moved_cash(Xero *xero, const XeroRow *row);
