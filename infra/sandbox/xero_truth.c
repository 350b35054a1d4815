#include "infra/sandbox/xero_truth.h"
#include "infra/sandbox/ledger_vendor.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void xero_open_record(XeroTruth *truth, const char *prefix, int thing, int index)
{
    char id[XERO_ID_SIZE], whole[LEDGER_ID_SIZE];
    snprintf(whole, sizeof whole, "%s%s", prefix, xero_id(id, truth->business, thing, index));
    json_open(&truth->json, whole, '{');
    json_put_text(&truth->json, "id", whole);
}

void xero_close_record(XeroTruth *truth, int64_t updated, bool deleted)
{
    if (updated)
        xero_tell_instant(truth, "sourceModifiedDate", updated);
    json_open(&truth->json, "metadata", '{');
    json_put_boolean(&truth->json, "isDeleted", deleted);
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
}

void xero_tell_text(XeroTruth *truth, const char *key, const char *value)
{
    if (value && *value)
        json_put_text(&truth->json, key, value);
}

void xero_tell_id(XeroTruth *truth, const char *key, const char *prefix, int thing, int index)
{
    char id[XERO_ID_SIZE], whole[LEDGER_ID_SIZE];
    snprintf(whole, sizeof whole, "%s%s", prefix, xero_id(id, truth->business, thing, index));
    json_put_text(&truth->json, key, whole);
}

void xero_tell_currency(XeroTruth *truth, const char *key, const Currency *currency)
{
    char code[4] = "";
    for (int i = 0; currency && i < 3; i++)
        code[i] = (char)toupper((unsigned char)currency->code[i]);
    xero_tell_text(truth, key, code);
}

void xero_tell_scaled(XeroTruth *truth, const char *key, int64_t value, int digits)
{
    char text[32], decimal[DECIMAL_SIZE];
    snprintf(text, sizeof text, "%" PRId64, value);
    if (decimal_from_minor_units(decimal, text, strlen(text), digits))
        json_put_raw(&truth->json, key, decimal, strlen(decimal));
}

void xero_tell_amount(XeroTruth *truth, const char *key, int64_t minor, const Currency *currency)
{
    xero_tell_scaled(truth, key, minor, currency->digits);
}

void xero_tell_day(XeroTruth *truth, const char *key, int64_t day)
{
    char text[36];
    clock_format_instant(text, day, 0);
    text[10] = 0;
    if (day)
        json_put_text(&truth->json, key, text);
}

void xero_tell_instant(XeroTruth *truth, const char *key, int64_t instant)
{
    char text[36];
    int64_t ms = xero_stamp_ms(instant);
    clock_format_instant(text, ms / 1000, (int32_t)(ms % 1000) * 1000000);
    json_put_text(&truth->json, key, text);
}

void xero_tell_rate(XeroTruth *truth, const Currency *currency, int64_t rate_micros, bool says)
{
    char given[32], rate[DECIMAL_SIZE];
    if (currency == truth->business->main && says)
        json_put_raw(&truth->json, "currencyRate", "1", 1);
    else if (currency != truth->business->main && decimal_divide(rate, "1", xero_rate(given, rate_micros), 9))
        json_put_raw(&truth->json, "currencyRate", rate, strlen(rate));
}

void xero_tell_account(XeroTruth *truth, const char *key, int account, bool name)
{
    if (account < 0)
        return;
    json_open(&truth->json, key, '{');
    xero_tell_id(truth, "id", "", BOOK_ACCOUNT, account);
    if (name)
        json_put_text(&truth->json, "name", account_at(truth->books, account)->name);
    json_close(&truth->json, '}');
}

void xero_tell_contact(XeroTruth *truth, const char *key, const char *name_key, int contact)
{
    if (contact < 0)
        return;
    json_open(&truth->json, key, '{');
    xero_tell_id(truth, "id", "", BOOK_CONTACT, contact);
    json_put_text(&truth->json, name_key, contact_at(truth->books, contact)->name);
    json_close(&truth->json, '}');
}

void xero_tell_contact_ref(XeroTruth *truth, int contact, const char *data_type)
{
    if (contact < 0)
        return;
    json_open(&truth->json, "contactRef", '{');
    xero_tell_id(truth, "id", "", BOOK_CONTACT, contact);
    json_put_text(&truth->json, "dataType", data_type);
    json_close(&truth->json, '}');
}

/* ---- All records ---- */

static const struct {
    const char *data_type;
    XeroTell *tell;
} types[] = {
    {"company",            xero_tell_company        },
    {"chartOfAccounts",    xero_tell_accounts       },
    {"bankAccounts",       xero_tell_bank_accounts  },
    {"customers",          xero_tell_customers      },
    {"suppliers",          xero_tell_suppliers      },
    {"items",              xero_tell_items          },
    {"taxRates",           xero_tell_taxes          },
    {"trackingCategories", xero_tell_categories     },
    {"invoices",           xero_tell_invoices       },
    {"bills",              xero_tell_bills          },
    {"creditNotes",        xero_tell_credit_notes   },
    {"billCreditNotes",    xero_tell_bill_credits   },
    {"purchaseOrders",     xero_tell_orders         },
    {"payments",           xero_tell_payments       },
    {"billPayments",       xero_tell_bill_payments  },
    {"directCosts",        xero_tell_costs          },
    {"directIncomes",      xero_tell_incomes        },
    {"transfers",          xero_tell_transfers      },
    {"journalEntries",     xero_tell_journals       },
    {"balanceSheet",       xero_tell_balance_sheet  },
    {"profitAndLoss",      xero_tell_profit_and_loss},
};

/* Allocations that were taken back. */
static void tell_vanished_allocations(XeroTruth *truth, const char *data_type, BookKind kind)
{
    XeroPart parts[XERO_PARTS];
    json_open(&truth->json, data_type, '[');
    for (int i = 0; i < n_book(truth->books, kind); i++) {
        const Settlement *settlement = settlement_at(truth->books, kind, i);
        bool dead = settlement->entry.voided || settlement->entry.item.deleted;
        int n = dead ? xero_parts(settlement, parts) : 0;
        for (int j = 0; j < n; j++)
            if (parts[j].type == XERO_PART_ALLOCATION)
                xero_tell_id(truth, NULL, "allocation:", XERO_ALLOCATION, xero_part_number(kind, i, j));
    }
    json_close(&truth->json, ']');
}

/* What vanishes without trace; documents stay, marked. */
static void tell_deleted(XeroTruth *truth)
{
    static const struct {
        const char *data_type;
        BookKind kind;
    } lists[] = {
        {"chartOfAccounts",    BOOK_ACCOUNT },
        {"customers",          BOOK_CONTACT },
        {"suppliers",          BOOK_CONTACT },
        {"items",              BOOK_ITEM    },
        {"trackingCategories", BOOK_CATEGORY},
    };
    json_open(&truth->json, "deleted", '{');
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        json_open(&truth->json, lists[i].data_type, '[');
        for (int j = 0; j < n_book(truth->books, lists[i].kind); j++)
            if (entry_at(truth->books, lists[i].kind, j)->item.deleted)
                xero_tell_id(truth, NULL, "", lists[i].kind, j);
        json_close(&truth->json, ']');
    }
    tell_vanished_allocations(truth, "payments", BOOK_PAYMENT);
    tell_vanished_allocations(truth, "billPayments", BOOK_BILL_PAYMENT);
    json_close(&truth->json, '}');
}

static void truth_of(const Account *account, Text *out)
{
    AUTO(Arena) *arena = arena_new(256 * KIB);
    Account *own = (Account *)account; /* the truth makes books and journals when nobody has looked yet */
    XeroTruth truth = {.json.out = out,
                       .account = account,
                       .books = account_books(own),
                       .business = account->business,
                       .ledger = xero_ledger_now(own),
                       .arena = arena};
    json_open(&truth.json, NULL, '{');
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        json_open(&truth.json, types[i].data_type, '{');
        types[i].tell(&truth);
        json_close(&truth.json, '}');
    }
    tell_deleted(&truth);
    json_close(&truth.json, '}');
}

/* ---- Names of records ---- */

typedef struct Room {
    const Business *business;
    LedgerRecord *records;
    int n, room;
} Room;

static void add(Room *room, const char *data_type, const char *prefix, int thing, int index)
{
    char id[XERO_ID_SIZE];
    if (room->n == room->room)
        return;
    LedgerRecord *record = &room->records[room->n++];
    record->data_type = data_type;
    snprintf(record->id, sizeof record->id, "%s%s", prefix, xero_id(id, room->business, thing, index));
}

static void add_contact(Room *room, const BookContact *contact, int index)
{
    if (contact->customer || !contact->supplier)
        add(room, "customers", "", BOOK_CONTACT, index);
    if (contact->supplier || !contact->customer)
        add(room, "suppliers", "", BOOK_CONTACT, index);
}

static void add_settlement(Room *room, const Settlement *settlement, BookKind kind, int index)
{
    static const int things[] = {XERO_CASH, XERO_ALLOCATION, XERO_ON_ACCOUNT};
    static const char *const prefixes[] = {"payment:", "allocation:", "overpayment:"};
    XeroPart parts[XERO_PARTS];
    bool sale = kind == BOOK_PAYMENT;
    int n = xero_parts(settlement, parts);
    for (int i = 0; i < n; i++) {
        XeroPartType type = parts[i].type;
        const char *data_type = type == XERO_PART_ON_ACCOUNT ? (sale ? "creditNotes" : "billCreditNotes")
                                : sale                       ? "payments"
                                                             : "billPayments";
        add(room, data_type, prefixes[type], things[type], xero_part_number(kind, index, i));
    }
}

static int records_of(const Account *account, BookKind kind, int index, LedgerRecord *records, int room)
{
    static const struct {
        const char *data_type, *prefix;
    } plain[BOOK_KINDS] = {
        [BOOK_ACCOUNT] = {"chartOfAccounts",    ""              },
        [BOOK_CATEGORY] = {"trackingCategories", ""              },
        [BOOK_ITEM] = {"items",              ""              },
        [BOOK_INVOICE] = {"invoices",           ""              },
        [BOOK_CREDIT_NOTE] = {"creditNotes",        "creditNote:"   },
        [BOOK_BILL] = {"bills",              ""              },
        [BOOK_BILL_CREDIT] = {"billCreditNotes",    "creditNote:"   },
        [BOOK_PURCHASE_ORDER] = {"purchaseOrders",     ""              },
        [BOOK_JOURNAL] = {"journalEntries",     "manualJournal:"},
        [BOOK_TRANSFER] = {"transfers",          ""              },
    };
    const Books *books = account_books((Account *)account);
    Room added = {account->business, records, 0, room};
    switch (kind) {
    case BOOK_CONTACT:
        add_contact(&added, contact_at(books, index), index);
        break;
    case BOOK_TAX:
        added.n = 1;
        records[0].data_type = "taxRates";
        snprintf(records[0].id, sizeof records[0].id, "%s", tax_at(books, index)->code);
        break;
    case BOOK_SPENDING:
    case BOOK_RECEIPT:
        add(&added, xero_is_income(books, kind, index) ? "directIncomes" : "directCosts", "", kind, index);
        break;
    case BOOK_PAYMENT:
    case BOOK_BILL_PAYMENT:
        add_settlement(&added, settlement_at(books, kind, index), kind, index);
        break;
    default:
        add(&added, plain[kind].data_type, plain[kind].prefix, kind, index);
        if (kind == BOOK_ACCOUNT && xero_is_bank(account_at(books, index)))
            add(&added, "bankAccounts", "", kind, index);
    }
    return added.n;
}

const LedgerVendor xero_vendor = {"xero", records_of, truth_of};
