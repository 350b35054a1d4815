/*
 * QuickBooks names: how the vendor calls what is in the books: entities and their ids, the company's realm and its
 * clock. Rendering and truth share this and nothing else.
 */
#pragma once
#include "infra/sandbox/books.h"
#include "infra/sandbox/gate.h"
#include "lib/text.h"

typedef enum QbEntity {
    QB_COMPANY_INFO,
    QB_PREFERENCES,
    QB_ACCOUNT,
    QB_CUSTOMER,
    QB_VENDOR,
    QB_ITEM,
    QB_TAX_CODE,
    QB_TAX_RATE,
    QB_TAX_AGENCY,
    QB_CLASS,
    QB_DEPARTMENT,
    QB_PAYMENT_METHOD,
    QB_TERM,
    QB_INVOICE,
    QB_CREDIT_MEMO,
    QB_PAYMENT,
    QB_BILL,
    QB_VENDOR_CREDIT,
    QB_BILL_PAYMENT,
    QB_PURCHASE_ORDER,
    QB_JOURNAL_ENTRY,
    QB_PURCHASE,
    QB_SALES_RECEIPT,
    QB_REFUND_RECEIPT,
    QB_DEPOSIT,
    QB_TRANSFER,
    QB_CARD_PAYMENT, /* of a credit card's debt: queried as CreditCardPayment, answered as CreditCardPaymentTxn */
    QB_ENTITIES,
} QbEntity;

/* A tax rate is one component of a tax: entry * QB_COMPONENTS + component. Other entities have the index of their
 * entry. */
enum { QB_ID_SIZE = 24, QB_COMPONENTS = 2, QB_METHODS = 5 };

/* The realm of an account: "93414…", 16 digits. */
void quickbooks_realm(const char *account, char id[GATE_ID_SIZE]);

/* Which entity an entry of the books is, QB_ENTITIES when QuickBooks has nothing like it (drafts). A contact may be
 * two: that of its customer side here. */
QbEntity quickbooks_entity(const Books *books, BookKind kind, int index);

/* The id of an object. Transactions share one space of numbers, customers and vendors another. */
const char *quickbooks_id(char out[QB_ID_SIZE], QbEntity entity, BookKind kind, int index);
int64_t quickbooks_number(QbEntity entity, BookKind kind, int index);

/* How a payment or receipt was paid, as the object of QB_PAYMENT_METHOD; -1: not said. */
int quickbooks_method(QbEntity entity, int index);
const char *quickbooks_method_name(int method);

/* Instants in the company's own time: "2026-04-08T13:16:17-07:00". */
void quickbooks_time(char out[40], const Business *business, int64_t instant);
int64_t quickbooks_offset(const Business *business, int64_t instant); /* seconds east of UTC */
void quickbooks_day(char out[16], int64_t day);                       /* "2026-04-08" */

bool quickbooks_is_us(const Business *business);
