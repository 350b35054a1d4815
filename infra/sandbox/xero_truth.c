#include "infra/sandbox/xero_truth.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void write_id(const XeroTruth *truth, char id[LEDGER_ID_SIZE], const char *prefix, int thing, int index)
{
    char guid[XERO_ID_SIZE];
    snprintf(id, LEDGER_ID_SIZE, "%s%s", prefix, xero_id(guid, truth->business, thing, index));
}

void xero_open_named(XeroTruth *truth, const char *id)
{
    truth->start = truth->json.out->length;
    truth->comma = truth->json.comma;
    snprintf(truth->id, sizeof truth->id, "%s", id);
    json_open(&truth->json, id, '{');
    json_put_text(&truth->json, "id", id);
}

void xero_open_record(XeroTruth *truth, const char *prefix, int thing, int index)
{
    char id[LEDGER_ID_SIZE];
    write_id(truth, id, prefix, thing, index);
    xero_open_named(truth, id);
}

void xero_close_record(XeroTruth *truth, int64_t updated, bool deleted)
{
    if (deleted) {
        truth->json.out->length = truth->start;
        truth->json.comma = truth->comma;
        json_put_text(&truth->gone, NULL, truth->id);
        return;
    }
    if (updated)
        xero_tell_instant(truth, "sourceModifiedDate", updated);
    json_open(&truth->json, "metadata", '{');
    json_put_boolean(&truth->json, "isDeleted", false);
    json_close(&truth->json, '}');
    json_close(&truth->json, '}');
}

void xero_tell_gone(XeroTruth *truth, const char *prefix, int thing, int index)
{
    char id[LEDGER_ID_SIZE];
    write_id(truth, id, prefix, thing, index);
    json_put_text(&truth->gone, NULL, id);
}

void xero_tell_text(XeroTruth *truth, const char *key, const char *value)
{
    if (value && *value)
        json_put_text(&truth->json, key, value);
}

void xero_tell_id(XeroTruth *truth, const char *key, const char *prefix, int thing, int index)
{
    char id[LEDGER_ID_SIZE];
    write_id(truth, id, prefix, thing, index);
    json_put_text(&truth->json, key, id);
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

static void truth_of(const Account *account, Text *out)
{
    AUTO(Arena) *arena = arena_new(256 * KIB);
    AUTO(Text) *gone = text_new(NULL);
    Account *own = (Account *)account; /* the truth makes books and journals when nobody has looked yet */
    XeroTruth truth = {.json.out = out,
                       .gone.out = gone,
                       .account = account,
                       .books = account_books(own),
                       .business = account->business,
                       .ledger = xero_ledger_now(own),
                       .arena = arena};
    json_open(&truth.json, NULL, '{');
    json_open(&truth.gone, NULL, '{');
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        json_open(&truth.json, types[i].data_type, '{');
        json_open(&truth.gone, types[i].data_type, '[');
        types[i].tell(&truth);
        json_close(&truth.gone, ']');
        json_close(&truth.json, '}');
    }
    json_close(&truth.gone, '}');
    json_put_raw(&truth.json, "deleted", gone->bytes, gone->length);
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
