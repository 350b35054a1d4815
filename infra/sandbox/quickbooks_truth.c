#include "infra/sandbox/quickbooks_truth.h"
#include "infra/sandbox/ledger_vendor.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

void qb_tell_text(QbTruth *truth, const char *key, const char *value)
{
    if (value && *value)
        json_put_text(&truth->json, key, value);
}

void qb_tell_currency(QbTruth *truth, const char *key, const Currency *currency)
{
    const char *code = currency ? currency->code : truth->business->main->code;
    char upper[4] = "";
    for (int i = 0; i < 3; i++)
        upper[i] = (char)toupper((unsigned char)code[i]);
    json_put_text(&truth->json, key, upper);
}

void qb_tell_scaled(QbTruth *truth, const char *key, int64_t value, int digits)
{
    char text[32], decimal[DECIMAL_SIZE];
    snprintf(text, sizeof text, "%lld", (long long)value);
    if (decimal_from_minor_units(decimal, text, strlen(text), digits))
        json_put_raw(&truth->json, key, decimal, strlen(decimal));
}

void qb_tell_amount(QbTruth *truth, const char *key, int64_t minor, const Currency *currency)
{
    qb_tell_scaled(truth, key, minor, currency ? currency->digits : truth->business->main->digits);
}

void qb_tell_micros(QbTruth *truth, const char *key, int64_t micros)
{
    qb_tell_scaled(truth, key, micros, 6);
}

void qb_tell_rate(QbTruth *truth, const Currency *currency, int64_t rate_micros)
{
    if (currency && currency != truth->business->main)
        qb_tell_micros(truth, "currencyRate", rate_micros);
}

void qb_tell_day(QbTruth *truth, const char *key, int64_t day)
{
    char text[16];
    quickbooks_day(text, day);
    json_put_text(&truth->json, key, text);
}

void qb_tell_instant(QbTruth *truth, const char *key, int64_t seconds)
{
    char text[36];
    clock_format_instant(text, seconds, 0);
    json_put_text(&truth->json, key, text);
}

const char *qb_account_name(QbTruth *truth, int index)
{
    const BookAccount *account = account_at(truth->books, index);
    return account->parent < 0
               ? account->name
               : arena_format(truth->arena, "%s:%s", account_at(truth->books, account->parent)->name, account->name);
}

void qb_tell_account(QbTruth *truth, const char *key, int index)
{
    char id[QB_ID_SIZE];
    if (index < 0)
        return;
    json_open(&truth->json, key, '{');
    json_put_text(&truth->json, "id", quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, index));
    json_put_text(&truth->json, "name", qb_account_name(truth, index));
    json_close(&truth->json, '}');
}

void qb_tell_contact(QbTruth *truth, const char *key, const char *name_key, QbEntity entity, int index)
{
    char id[QB_ID_SIZE];
    if (index < 0)
        return;
    json_open(&truth->json, key, '{');
    json_put_text(&truth->json, "id", quickbooks_id(id, entity, BOOK_CONTACT, index));
    if (name_key)
        json_put_text(&truth->json, name_key, contact_at(truth->books, index)->name);
    else
        json_put_text(&truth->json, "dataType", entity == QB_VENDOR ? "suppliers" : "customers");
    json_close(&truth->json, '}');
}

void qb_tell_tail(QbTruth *truth, const Entry *entry)
{
    qb_tell_instant(truth, "sourceModifiedDate", entry ? entry->updated : truth->books->opened - (int64_t)30 * 86400);
    json_open(&truth->json, "metadata", '{');
    json_put_boolean(&truth->json, "isDeleted", false);
    json_close(&truth->json, '}');
}

void qb_tell_address(QbTruth *truth, const char *type, const Address *address)
{
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "type", type);
    qb_tell_text(truth, "line1", address->line1);
    qb_tell_text(truth, "line2", address->line2);
    qb_tell_text(truth, "city", address->city);
    qb_tell_text(truth, "region", address->region);
    qb_tell_text(truth, "country", address->country);
    qb_tell_text(truth, "postalCode", address->postal_code);
    json_close(&truth->json, '}');
}

const char *qb_shown_note(QbTruth *truth, const Entry *entry, const char *note)
{
    if (!entry->voided)
        return note;
    return note && *note ? arena_format(truth->arena, "Voided - %s", note) : "Voided";
}

JsonWriter *qb_supplement(QbTruth *truth, bool *open)
{
    if (!*open) {
        json_open(&truth->json, "supplementalData", '{');
        json_open(&truth->json, "content", '{');
    }
    *open = true;
    return &truth->json;
}

void qb_supplement_text(QbTruth *truth, bool *open, const char *key, const char *value)
{
    if (value && *value)
        json_put_text(qb_supplement(truth, open), key, value);
}

void qb_supplement_ref(QbTruth *truth, bool *open, const char *key, const char *value, const char *name)
{
    JsonWriter *json = qb_supplement(truth, open);
    json_open(json, key, '{');
    json_put_text(json, "value", value);
    if (name)
        json_put_text(json, "name", name);
    json_close(json, '}');
}

void qb_supplement_end(QbTruth *truth, bool open)
{
    if (open) {
        json_close(&truth->json, '}');
        json_close(&truth->json, '}');
    }
}

/* ---- All records ---- */

static const struct Shelved {
    const char *data_type;
    BookKind kind;
    QbEntity entity; /* QB_ENTITIES: what the entry is */
    QbTell *tell;
} shelved[] = {
    {"chartOfAccounts",    BOOK_ACCOUNT,        QB_ACCOUNT,  qb_truth_account     },
    {"bankAccounts",       BOOK_ACCOUNT,        QB_ACCOUNT,  qb_truth_bank_account},
    {"customers",          BOOK_CONTACT,        QB_CUSTOMER, qb_truth_customer    },
    {"suppliers",          BOOK_CONTACT,        QB_VENDOR,   qb_truth_supplier    },
    {"items",              BOOK_ITEM,           QB_ENTITIES, qb_truth_item        },
    {"taxRates",           BOOK_TAX,            QB_ENTITIES, qb_truth_tax         },
    {"trackingCategories", BOOK_CATEGORY,       QB_ENTITIES, qb_truth_category    },
    {"invoices",           BOOK_INVOICE,        QB_ENTITIES, qb_truth_invoice     },
    {"creditNotes",        BOOK_CREDIT_NOTE,    QB_ENTITIES, qb_truth_credit_note },
    {"bills",              BOOK_BILL,           QB_ENTITIES, qb_truth_bill        },
    {"billCreditNotes",    BOOK_BILL_CREDIT,    QB_ENTITIES, qb_truth_bill_credit },
    {"purchaseOrders",     BOOK_PURCHASE_ORDER, QB_ENTITIES, qb_truth_order       },
    {"payments",           BOOK_PAYMENT,        QB_ENTITIES, qb_truth_payment     },
    {"billPayments",       BOOK_BILL_PAYMENT,   QB_ENTITIES, qb_truth_bill_payment},
    {"journalEntries",     BOOK_JOURNAL,        QB_ENTITIES, qb_truth_journal     },
    {"directCosts",        BOOK_SPENDING,       QB_ENTITIES, qb_truth_cost        },
    {"directIncomes",      BOOK_RECEIPT,        QB_ENTITIES, qb_truth_income      },
    {"transfers",          BOOK_TRANSFER,       QB_ENTITIES, qb_truth_transfer    },
};

/* Is the entry in this list of records? */
static bool belongs(const Books *books, const struct Shelved *list, int index)
{
    AccountType type = list->kind == BOOK_ACCOUNT ? account_at(books, index)->type : ACCOUNT_TYPES;
    if (list->tell == qb_truth_bank_account)
        return type == ACCOUNT_BANK || type == ACCOUNT_CARD;
    if (list->entity == QB_CUSTOMER)
        return contact_at(books, index)->customer;
    if (list->entity == QB_VENDOR)
        return contact_at(books, index)->supplier;
    return quickbooks_entity(books, list->kind, index) != QB_ENTITIES;
}

/* What tells entities of one data type apart. */
static const char *prefix_of(QbEntity entity)
{
    static const char *const prefixes[QB_ENTITIES] = {
        [QB_CLASS] = "class:",
        [QB_DEPARTMENT] = "department:",
        [QB_SALES_RECEIPT] = "salesReceipt:",
        [QB_REFUND_RECEIPT] = "refundReceipt:",
        [QB_DEPOSIT] = "deposit:",
        [QB_TRANSFER] = "transfer:",
        [QB_CARD_PAYMENT] = "creditCardPayment:",
    };
    return prefixes[entity] ? prefixes[entity] : "";
}

static void id_of(char out[LEDGER_ID_SIZE], const Books *books, const struct Shelved *list, int index)
{
    char id[QB_ID_SIZE];
    QbEntity entity = list->entity == QB_ENTITIES ? quickbooks_entity(books, list->kind, index) : list->entity;
    snprintf(out, LEDGER_ID_SIZE, "%s%s", prefix_of(entity), quickbooks_id(id, entity, list->kind, index));
}

static void tell_record(QbTruth *truth, const char *id, int index, QbTell *tell)
{
    json_open(&truth->json, id, '{');
    json_put_text(&truth->json, "id", id);
    tell(truth, index);
    json_close(&truth->json, '}');
}

static void tell_list(QbTruth *truth, const struct Shelved *list)
{
    char id[LEDGER_ID_SIZE];
    json_open(&truth->json, list->data_type, '{');
    for (int i = 0; i < n_book(truth->books, list->kind); i++) {
        if (entry_at(truth->books, list->kind, i)->item.deleted || !belongs(truth->books, list, i))
            continue;
        id_of(id, truth->books, list, i);
        tell_record(truth, id, i, list->tell);
    }
    /* Companies in the United States have two codes more, which say only whether a line is taxed. */
    if (list->kind == BOOK_TAX && truth->us) {
        tell_record(truth, "TAX", -1, list->tell);
        tell_record(truth, "NON", -2, list->tell);
    }
    json_close(&truth->json, '}');
}

static void tell_methods(QbTruth *truth)
{
    char id[QB_ID_SIZE];
    json_open(&truth->json, "paymentMethods", '{');
    for (int i = 0; i < QB_METHODS; i++)
        tell_record(truth, quickbooks_id(id, QB_PAYMENT_METHOD, BOOK_KINDS, i), i, qb_truth_method);
    json_close(&truth->json, '}');
}

static void tell_deleted(QbTruth *truth)
{
    char id[LEDGER_ID_SIZE];
    json_open(&truth->json, "deleted", '{');
    for (size_t i = 0; i < COUNT_OF(shelved); i++) {
        json_open(&truth->json, shelved[i].data_type, '[');
        for (int j = 0; j < n_book(truth->books, shelved[i].kind); j++) {
            if (!entry_at(truth->books, shelved[i].kind, j)->item.deleted || !belongs(truth->books, &shelved[i], j))
                continue;
            id_of(id, truth->books, &shelved[i], j);
            json_put_text(&truth->json, NULL, id);
        }
        json_close(&truth->json, ']');
    }
    json_close(&truth->json, '}');
}

static const int64_t *sum_postings(QbTruth *truth)
{
    const Posting *postings;
    int n = books_postings(truth->books, truth->arena, &postings);
    int64_t *sums = ARENA_ARRAY(truth->arena, int64_t, (size_t)n_book(truth->books, BOOK_ACCOUNT) + 1);
    for (int i = 0; i < n; i++)
        sums[postings[i].account] += postings[i].amount;
    return sums;
}

void quickbooks_truth(const Account *account, Text *out)
{
    AUTO(Arena) *arena = arena_new(256 * KIB);
    char realm[GATE_ID_SIZE];
    QbTruth truth = {.json.out = out,
                     .account = account,
                     .books = account->books,
                     .business = account->business,
                     .arena = arena,
                     .us = quickbooks_is_us(account->business)};
    truth.balances = sum_postings(&truth);
    quickbooks_realm(account->name, realm);
    json_open(&truth.json, NULL, '{');
    json_open(&truth.json, "company", '{');
    json_open(&truth.json, realm, '{');
    qb_truth_company(&truth);
    json_close(&truth.json, '}');
    json_close(&truth.json, '}');
    for (size_t i = 0; i < COUNT_OF(shelved); i++)
        tell_list(&truth, &shelved[i]);
    tell_methods(&truth);
    qb_truth_statements(&truth, realm);
    tell_deleted(&truth);
    json_close(&truth.json, '}');
}

/* ---- The vendor, as the control endpoints see it ---- */

static int records_of(const Account *account, BookKind kind, int index, LedgerRecord *records, int room)
{
    int n = 0;
    for (size_t i = 0; i < COUNT_OF(shelved) && n < room; i++) {
        if (shelved[i].kind != kind || !belongs(account->books, &shelved[i], index))
            continue;
        records[n].data_type = shelved[i].data_type;
        id_of(records[n++].id, account->books, &shelved[i], index);
    }
    return n;
}

const LedgerVendor quickbooks_vendor = {.name = "quickbooks", .records = records_of, .truth = quickbooks_truth};
