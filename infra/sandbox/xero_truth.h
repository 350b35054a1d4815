/*
 * Xero truth: the books in the canonical JSON form, as a perfect reader of Xero has them. Made from the books, never
 * from the rendering, and with tables of its own; only names, ids and the split of settlements are shared.
 */
#pragma once
#include "infra/sandbox/ledger_vendor.h"
#include "infra/sandbox/xero_ledger.h"
#include "infra/sandbox/xero_names.h"
#include "lib/json.h"

typedef struct XeroTruth {
    JsonWriter json;
    const Account *account;
    const Books *books;
    const Business *business;
    const XeroLedger *ledger; /* up to date */
    Arena *arena;
    JsonWriter gone; /* ids of the type's records that are deleted */
    size_t start;    /* of the record that is open, */
    bool comma;      /* whether one stands before it, */
    char id[LEDGER_ID_SIZE];
} XeroTruth;

/* Each writes the members of one data type: {id: record, …}; the object is open. */
typedef void XeroTell(XeroTruth *truth);
XeroTell xero_tell_company, xero_tell_accounts, xero_tell_bank_accounts, xero_tell_customers, xero_tell_suppliers,
    xero_tell_items, xero_tell_taxes, xero_tell_categories;
XeroTell xero_tell_invoices, xero_tell_bills, xero_tell_credit_notes, xero_tell_bill_credits, xero_tell_orders,
    xero_tell_costs, xero_tell_incomes;
XeroTell xero_tell_payments, xero_tell_bill_payments, xero_tell_transfers;
XeroTell xero_tell_journals, xero_tell_balance_sheet, xero_tell_profit_and_loss;

/* A record under its id, prefix and GUID, as key and as member. */
void xero_open_record(XeroTruth *truth, const char *prefix, int thing, int index);
void xero_open_named(XeroTruth *truth, const char *id);
/* Its last members: sourceModifiedDate (an instant of the books; 0: none) and metadata. What is deleted is only named
 * among the deleted: what a row says that was deleted later is what its reader saw last. */
void xero_close_record(XeroTruth *truth, int64_t updated, bool deleted);
/* Something that vanished without trace. */
void xero_tell_gone(XeroTruth *truth, const char *prefix, int thing, int index);

/* Parts. NULL and empty texts, and index -1, are left out. */
void xero_tell_text(XeroTruth *truth, const char *key, const char *value);
void xero_tell_id(XeroTruth *truth, const char *key, const char *prefix, int thing, int index);
void xero_tell_currency(XeroTruth *truth, const char *key, const Currency *currency); /* NULL: left out */
void xero_tell_amount(XeroTruth *truth, const char *key, int64_t minor, const Currency *currency);
void xero_tell_scaled(XeroTruth *truth, const char *key, int64_t value, int digits);
void xero_tell_day(XeroTruth *truth, const char *key, int64_t day); /* 0: left out */
void xero_tell_instant(XeroTruth *truth, const char *key, int64_t instant);
/* Main units for one of the currency, nine digits, from what Xero says of it. `says`: also of the main currency. */
void xero_tell_rate(XeroTruth *truth, const Currency *currency, int64_t rate_micros, bool says);
void xero_tell_account(XeroTruth *truth, const char *key, int account, bool name);
void xero_tell_contact(XeroTruth *truth, const char *key, const char *name_key, int contact);
void xero_tell_contact_ref(XeroTruth *truth, int contact, const char *data_type);
