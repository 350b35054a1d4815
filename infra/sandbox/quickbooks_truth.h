/*
 * QuickBooks truth: the books in the canonical JSON form, as a perfect reader of QuickBooks has them. Made from the
 * books, never from the rendering, and with tables of its own; only names and ids are shared.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "infra/sandbox/quickbooks_names.h"
#include "lib/json.h"

typedef struct QbTruth {
    JsonWriter json;
    const Account *account;
    const Books *books;
    const Business *business;
    Arena *arena;
    const int64_t *balances; /* of accounts, debit positive */
    bool us;
} QbTruth;

/* Write the members of one record; the object is open and has its id. */
typedef void QbTell(QbTruth *truth, int index);
QbTell qb_truth_account, qb_truth_bank_account, qb_truth_customer, qb_truth_supplier, qb_truth_item, qb_truth_tax,
    qb_truth_category, qb_truth_method;
QbTell qb_truth_invoice, qb_truth_credit_note, qb_truth_bill, qb_truth_bill_credit, qb_truth_order, qb_truth_cost,
    qb_truth_income;
QbTell qb_truth_payment, qb_truth_bill_payment, qb_truth_journal, qb_truth_transfer;
void qb_truth_company(QbTruth *truth);
void qb_truth_statements(QbTruth *truth, const char *realm); /* both types, as members */

/* {"customers":{id:record},…,"deleted":{type:[ids]}} */
void quickbooks_truth(const Account *account, Text *out);

/* Parts. What is NULL or empty, and index -1, is left out. */
void qb_tell_text(QbTruth *truth, const char *key, const char *value);
void qb_tell_currency(QbTruth *truth, const char *key, const Currency *currency); /* NULL: the main one */
void qb_tell_rate(QbTruth *truth, const Currency *currency, int64_t rate_micros);
void qb_tell_amount(QbTruth *truth, const char *key, int64_t minor, const Currency *currency);
void qb_tell_scaled(QbTruth *truth, const char *key, int64_t value, int digits); /* of 10^-digits */
void qb_tell_micros(QbTruth *truth, const char *key, int64_t micros);
void qb_tell_day(QbTruth *truth, const char *key, int64_t day);
void qb_tell_instant(QbTruth *truth, const char *key, int64_t seconds);
void qb_tell_account(QbTruth *truth, const char *key, int index);
void qb_tell_contact(QbTruth *truth, const char *key, const char *name_key, QbEntity entity, int index);
void qb_tell_tail(QbTruth *truth, const Entry *entry);                          /* sourceModifiedDate, metadata */
void qb_tell_address(QbTruth *truth, const char *type, const Address *address); /* an element of a list */
/* The note as the vendor shows it: it says of voided things that they are. */
const char *qb_shown_note(QbTruth *truth, const Entry *entry, const char *note);
const char *qb_account_name(QbTruth *truth, int index); /* "Parent:Child" */

/* The supplement opens when the first member needs it: `open` starts false. */
JsonWriter *qb_supplement(QbTruth *truth, bool *open);
void qb_supplement_text(QbTruth *truth, bool *open, const char *key, const char *value);
void qb_supplement_ref(QbTruth *truth, bool *open, const char *key, const char *value, const char *name);
void qb_supplement_end(QbTruth *truth, bool open);
