/*
 * Ledger vendor: a vendor of accounting data, as the control endpoints see it: how it names what is in the books, and
 * the truth that a perfect reader of it has.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "infra/sandbox/books.h"
#include "lib/json.h"

enum { LEDGER_ID_SIZE = 80 };
typedef struct LedgerRecord {
    const char *data_type; /* static */
    char id[LEDGER_ID_SIZE];
} LedgerRecord;

typedef struct LedgerVendor {
    const char *name; /* "quickbooks", "xero" */
    /* The canonical records that entry `index` of a kind is part of: data type and id of each; the number (a Xero
     * contact is customer and supplier). */
    int (*records)(const Account *account, BookKind kind, int index, LedgerRecord *records, int room);
    /* {"invoices": {id: record}, …, "deleted": {type: [ids]}} in canonical JSON, as stripe_truth(). */
    void (*truth)(const Account *account, Text *out);
} LedgerVendor;

extern const LedgerVendor quickbooks_vendor, xero_vendor;
