#include "infra/sandbox/quickbooks_names.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include <stdio.h>
#include <string.h>

void quickbooks_realm(const char *account, char id[GATE_ID_SIZE])
{
    snprintf(id, GATE_ID_SIZE, "93414%011llu", (unsigned long long)(random_seed(account) % 100000000000u));
}

bool quickbooks_is_us(const Business *business)
{
    return strcmp(business->country->alpha2, "US") == 0;
}

/* Every other receipt without tax is money that was paid in at the bank with no form of its own. */
static QbEntity receipt_entity(const Books *books, int index)
{
    const Document *receipt = document_at(books, BOOK_RECEIPT, index);
    if (receipt->refund)
        return QB_REFUND_RECEIPT;
    return receipt->tax == 0 && index % 2 == 1 ? QB_DEPOSIT : QB_SALES_RECEIPT;
}

static QbEntity transfer_entity(const Books *books, int index)
{
    const BookTransfer *transfer = book_transfer_at(books, index);
    bool pays_card = account_at(books, transfer->to)->type == ACCOUNT_CARD &&
                     account_at(books, transfer->from)->type == ACCOUNT_BANK;
    return pays_card ? QB_CARD_PAYMENT : QB_TRANSFER;
}

QbEntity quickbooks_entity(const Books *books, BookKind kind, int index)
{
    static const QbEntity entities[BOOK_KINDS] = {
        [BOOK_ACCOUNT] = QB_ACCOUNT,
        [BOOK_TAX] = QB_TAX_CODE,
        [BOOK_ITEM] = QB_ITEM,
        [BOOK_INVOICE] = QB_INVOICE,
        [BOOK_CREDIT_NOTE] = QB_CREDIT_MEMO,
        [BOOK_BILL] = QB_BILL,
        [BOOK_BILL_CREDIT] = QB_VENDOR_CREDIT,
        [BOOK_PURCHASE_ORDER] = QB_PURCHASE_ORDER,
        [BOOK_SPENDING] = QB_PURCHASE,
        [BOOK_PAYMENT] = QB_PAYMENT,
        [BOOK_BILL_PAYMENT] = QB_BILL_PAYMENT,
        [BOOK_JOURNAL] = QB_JOURNAL_ENTRY,
    };
    switch (kind) {
    case BOOK_CATEGORY:
        return category_at(books, index)->set == 0 ? QB_CLASS : QB_DEPARTMENT;
    case BOOK_CONTACT:
        return contact_at(books, index)->customer ? QB_CUSTOMER : QB_VENDOR;
    case BOOK_RECEIPT:
        return receipt_entity(books, index);
    case BOOK_TRANSFER:
        return transfer_entity(books, index);
    case BOOK_JOURNAL:
        return journal_at(books, index)->draft ? QB_ENTITIES : QB_JOURNAL_ENTRY;
    case BOOK_INVOICE:
    case BOOK_CREDIT_NOTE:
    case BOOK_BILL:
    case BOOK_BILL_CREDIT:
    case BOOK_PURCHASE_ORDER:
        return document_at(books, kind, index)->state == DOCUMENT_DRAFT ? QB_ENTITIES : entities[kind];
    default:
        return entities[kind];
    }
}

int64_t quickbooks_number(QbEntity entity, BookKind kind, int index)
{
    switch (entity) {
    case QB_CUSTOMER:
        return 2 * (int64_t)index + 1;
    case QB_VENDOR:
        return 2 * (int64_t)index + 2;
    case QB_CLASS:
    case QB_DEPARTMENT:
        return 5000000000000005251 + index;
    default:
        break;
    }
    int kinds = BOOK_KINDS - BOOK_INVOICE;
    return entity >= QB_INVOICE ? (int64_t)index * kinds + (int)kind - BOOK_INVOICE + 1 : index + 1;
}

const char *quickbooks_id(char out[QB_ID_SIZE], QbEntity entity, BookKind kind, int index)
{
    snprintf(out, QB_ID_SIZE, "%lld", (long long)quickbooks_number(entity, kind, index));
    return out;
}

int quickbooks_method(QbEntity entity, int index)
{
    return index % 4 == 3 ? -1 : (index + (int)entity) % QB_METHODS;
}

const char *quickbooks_method_name(int method)
{
    static const char *const names[QB_METHODS] = {"Cash", "Check", "Visa", "Direct debit", "Gift voucher"};
    return names[method];
}

/* When the clocks change: never, as in the United States, as in the European Union. */
typedef enum Summer { SUMMER_NONE, SUMMER_US, SUMMER_EU } Summer;

static const struct Zone {
    const char *country;
    int minutes; /* east, in winter */
    Summer summer;
} zones[] = {
    {"US", -480, SUMMER_US  },
    {"CA", -300, SUMMER_US  },
    {"GB", 0,    SUMMER_EU  },
    {"IE", 0,    SUMMER_EU  },
    {"DE", 60,   SUMMER_EU  },
    {"FR", 60,   SUMMER_EU  },
    {"NL", 60,   SUMMER_EU  },
    {"SE", 60,   SUMMER_EU  },
    {"PL", 60,   SUMMER_EU  },
    {"CH", 60,   SUMMER_EU  },
    {"GR", 120,  SUMMER_EU  },
    {"JP", 540,  SUMMER_NONE},
    {"KW", 180,  SUMMER_NONE},
    {"IN", 330,  SUMMER_NONE},
    {"AU", 600,  SUMMER_NONE},
    {"BR", -180, SUMMER_NONE},
};

/* 00:00 of the n-th Sunday of a month (n 0: the last), in days. 1970-01-01 was a Thursday. */
static int64_t sunday_of(int year, int month, int n)
{
    int64_t first = clock_days_of((CivilDate){year, month, 1});
    int64_t sunday = first + (10 - first % 7) % 7;
    if (n > 0)
        return sunday + 7 * (int64_t)(n - 1);
    while (clock_date_of(sunday + 7).month == month)
        sunday += 7;
    return sunday;
}

/* `local`: seconds in the zone's winter time. */
static bool is_summer(Summer rule, int64_t instant, int64_t local)
{
    int year = clock_date_of(local / 86400).year;
    if (rule == SUMMER_US)
        return local >= sunday_of(year, 3, 2) * 86400 + 7200 && local < sunday_of(year, 11, 1) * 86400 + 3600;
    return rule == SUMMER_EU && instant >= sunday_of(year, 3, 0) * 86400 + 3600 &&
           instant < sunday_of(year, 10, 0) * 86400 + 3600;
}

int64_t quickbooks_offset(const Business *business, int64_t instant)
{
    for (size_t i = 0; i < COUNT_OF(zones); i++) {
        if (strcmp(zones[i].country, business->country->alpha2) != 0)
            continue;
        int64_t winter = (int64_t)zones[i].minutes * 60;
        return winter + (is_summer(zones[i].summer, instant, instant + winter) ? 3600 : 0);
    }
    return 0;
}

void quickbooks_time(char out[40], const Business *business, int64_t instant)
{
    char text[36];
    int64_t offset = quickbooks_offset(business, instant);
    int minutes = (int)(offset < 0 ? -offset : offset) / 60;
    clock_format_instant(text, instant + offset, 0);
    snprintf(out, 40, "%.19s%c%02d:%02d", text, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void quickbooks_day(char out[16], int64_t day)
{
    char text[36];
    clock_format_instant(text, day, 0);
    snprintf(out, 16, "%.10s", text);
}
