/*
 * QuickBooks render: how one object of the books becomes Intuit's JSON, members in the order of recorded bodies. Each
 * renderer writes the members of its object, which is open.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "infra/sandbox/quickbooks_names.h"
#include "lib/json.h"

typedef struct QbRender {
    JsonWriter json;
    const Account *account;
    const Books *books;
    const Business *business;
    Arena *arena;
    int64_t now;
    bool us;
    const int64_t *balances; /* of accounts today, debit positive; made by qb_balances() */
} QbRender;

/* `index`: as an object of the entity, see QB_COMPONENTS. */
typedef void QbRenderer(QbRender *render, int index);

typedef enum QbTrait {
    QB_LIST = 1,    /* it can be inactive, and queries leave those out */
    QB_COUNTS = 2,  /* its pages say totalCount */
    QB_CHANGES = 4, /* change data capture has it */
} QbTrait;

typedef struct QbEntityType {
    const char *name; /* in queries: "Invoice" */
    BookKind kind;    /* BOOK_KINDS: made by the vendor, not from the books */
    int parts;        /* objects an entry of the books; of the vendor's own: objects */
    unsigned traits;
    QbRenderer *render;
} QbEntityType;
extern const QbEntityType qb_entities[QB_ENTITIES];

/* Tax codes of every company in the United States that are no objects of anything: lines say only whether they are
 * taxed. */
enum { QB_TAXABLE = -1, QB_NOT_TAXABLE = -2 };

/* What queries look at in an object. */
typedef struct QbRow {
    int index;
    int64_t number, created, updated, date;
    const char *name, *word; /* the name it is sorted by; its AccountType; "" */
    bool active, deleted;
} QbRow;

/* All objects of an entity, deleted ones too, in no order to rely on; the number. On the render's arena. */
int qb_rows(QbRender *render, QbEntity entity, QbRow **rows);
/* The id of an object, and which object has an id; -1: none that lives. */
const char *qb_row_id(char out[QB_ID_SIZE], QbEntity entity, int index);
const char *qb_answered_as(QbEntity entity);               /* the key in answers */
QbEntity qb_entity_named(const char *name, size_t length); /* in any case; QB_ENTITIES: none */
/* Writes {…} under the key, NULL inside arrays. */
void qb_write(QbRender *render, const char *key, QbEntity entity, int index);

/* Parts of objects. Amounts are written without needless zeros. */
void qb_put_money(QbRender *render, const char *key, int64_t minor, const Currency *currency);
void qb_put_home(QbRender *render, const char *key, int64_t minor);
void qb_put_micros(QbRender *render, const char *key, int64_t micros);
void qb_put_day(QbRender *render, const char *key, int64_t day);
void qb_put_some(QbRender *render, const char *key, const char *text); /* NULL and empty are left out */
void qb_put_named(QbRender *render, const char *key, const char *value, const char *name);
void qb_put_ref(QbRender *render, const char *key, QbEntity entity, BookKind kind, int index); /* -1: left out */
void qb_put_currency(QbRender *render, const Currency *currency, int64_t rate_micros);
/* domain, sparse, Id, SyncToken, MetaData */
void qb_put_identity(QbRender *render, QbEntity entity, int index, const Entry *entry);
void qb_put_address(QbRender *render, const char *key, const Address *address, int64_t number);
const char *qb_name_of(QbRender *render, BookKind kind, int index); /* as references give it */
const int64_t *qb_balances(QbRender *render);
int64_t qb_first_day(const QbRender *render); /* when Intuit set the company up */

/* Renderers by file. */
QbRenderer qb_company_info, qb_preferences;
QbRenderer qb_account, qb_customer, qb_vendor, qb_item, qb_category, qb_payment_method, qb_term;
QbRenderer qb_tax_code, qb_tax_rate, qb_tax_agency;
QbRenderer qb_invoice, qb_credit_memo, qb_sales_receipt, qb_refund_receipt, qb_deposit;
QbRenderer qb_bill, qb_vendor_credit, qb_purchase_order, qb_purchase;
QbRenderer qb_payment, qb_bill_payment, qb_journal_entry, qb_transfer, qb_card_payment;

/* The vendor's word for the type of a ledger account: "Accounts Receivable". */
const char *qb_account_type(AccountType type);
