/*
 * Xero ledger: the journals of an organisation as Xero keeps them: numbered, and never changed. What is edited later
 * gets a journal that takes the old one back, and a new one; what is voided or deleted, only the former. The books know
 * nothing of this: each look compares what they post with what was written down last. Changes made between two looks
 * are one change, and what was voided before the first look was never posted.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "infra/sandbox/books.h"

typedef struct XeroPosting {
    int account;
    int64_t amount; /* main currency, debit positive */
} XeroPosting;

typedef struct XeroJournal {
    int64_t created, date; /* created never falls from one to the next */
    BookKind kind;
    int source, first, n; /* first: in postings */
} XeroJournal;

typedef struct XeroLedger {
    bool without_journals; /* the app's tier has no Journals endpoint */
    XeroJournal *journals; /* the i-th has number i + 1 */
    XeroPosting *postings;
    int n_journals, journals_capacity, n_postings, postings_capacity;
    int *last[BOOK_KINDS]; /* the journal that stands for an entry; -1: none */
    int known[BOOK_KINDS], revision;
    bool looked;
} XeroLedger;

/* The account's, made on first use; its lock is held. Freed with the account. */
XeroLedger *xero_ledger(Account *account);
/* The same after a look at the books. */
XeroLedger *xero_ledger_now(Account *account);
void xero_ledger_free(XeroLedger *ledger); /* NULL is fine */
