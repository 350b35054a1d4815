#include "infra/sandbox/xero_names.h"
#include "lib/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void write_guid(char out[XERO_ID_SIZE], uint64_t high, uint64_t low)
{
    high = (high & ~(uint64_t)0xF000) | 0x4000;
    low = (low & ~((uint64_t)3 << 62)) | (uint64_t)2 << 62;
    snprintf(out, XERO_ID_SIZE, "%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
             high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFu);
}

static void guid_of(char out[XERO_ID_SIZE], uint64_t seed, int thing, int index)
{
    Random random = random_of(seed ^ random_seed("xero"), thing, index);
    uint64_t high = random_next(&random);
    write_guid(out, high, random_next(&random));
}

const char *xero_id(char out[XERO_ID_SIZE], const Business *business, int thing, int index)
{
    guid_of(out, business->seed, thing, index);
    return out;
}

void xero_tenant(const char *account, char id[GATE_ID_SIZE])
{
    guid_of(id, random_mix(random_seed(account)), XERO_ORGANISATION, 0);
}

int xero_parts(const Settlement *settlement, XeroPart parts[XERO_PARTS])
{
    int64_t left[SETTLEMENT_LINKS];
    int n = 0;
    for (int i = 0; i < settlement->n_links; i++)
        left[i] = settlement->links[i].amount;
    for (int i = 0; i < settlement->n_links; i++) {
        BookKind kind = settlement->links[i].kind;
        BookKind credit = kind == BOOK_INVOICE ? BOOK_CREDIT_NOTE : BOOK_BILL_CREDIT;
        if (kind != BOOK_INVOICE && kind != BOOK_BILL)
            continue;
        for (int j = 0; j < settlement->n_links && left[i] > 0; j++) {
            int64_t amount = left[j] < left[i] ? left[j] : left[i];
            if (settlement->links[j].kind != credit || amount == 0)
                continue;
            left[i] -= amount;
            left[j] -= amount;
            parts[n++] = (XeroPart){XERO_PART_ALLOCATION, kind, settlement->links[i].document,
                                    settlement->links[j].document, amount};
        }
    }
    for (int i = 0; i < settlement->n_links; i++)
        if (left[i] > 0)
            parts[n++] =
                (XeroPart){XERO_PART_CASH, settlement->links[i].kind, settlement->links[i].document, -1, left[i]};
    if (settlement->unapplied > 0)
        parts[n++] = (XeroPart){XERO_PART_ON_ACCOUNT, BOOK_KINDS, -1, -1, settlement->unapplied};
    return n;
}

int xero_part_number(BookKind kind, int settlement, int part)
{
    return (settlement * XERO_PARTS + part) * 2 + (kind == BOOK_BILL_PAYMENT);
}

bool xero_is_batch(const Settlement *settlement)
{
    XeroPart parts[XERO_PARTS];
    int n = xero_parts(settlement, parts), n_cash = 0;
    for (int i = 0; i < n; i++)
        n_cash += parts[i].type == XERO_PART_CASH;
    return n_cash > 1;
}

int64_t xero_stamp_ms(int64_t instant)
{
    return instant * 1000 + instant * 7919 % 1000;
}

int64_t xero_price_micros(int64_t price_micros)
{
    return (price_micros + (price_micros < 0 ? -50 : 50)) / 100 * 100;
}

const char *xero_rate(char out[32], int64_t rate_micros)
{
    /* A millionth of 1/rate, rounded half up: rates are positive. */
    int64_t micros = (int64_t)(((__int128)2 * 1000000 * 1000000 / rate_micros + 1) / 2);
    snprintf(out, 32, "%" PRId64 ".%06" PRId64, micros / 1000000, micros % 1000000);
    return out;
}

const char *xero_item_code(const BookItem *item)
{
    return item->code ? item->code : item->name;
}

int xero_year_end(const Business *business)
{
    static const int months[] = {12, 3, 6};
    return months[business->seed / 16 % 3];
}

int64_t xero_year_start(const Business *business, int64_t day)
{
    CivilDate date = clock_date_of(day / 86400);
    int last = xero_year_end(business);
    int year = date.month > last ? date.year : date.year - 1;
    CivilDate start = last == 12 ? (CivilDate){year + 1, 1, 1} : (CivilDate){year, last + 1, 1};
    return clock_days_of(start) * 86400;
}

bool xero_says_rate(int index)
{
    return index % 3 == 0;
}

bool xero_is_reconciled(int index)
{
    return index % 4 != 3;
}

int64_t xero_line_discount(const Document *document, const BookLine *line)
{
    if (line->text_only || line->discount_millis == 0)
        return 0;
    int64_t scale = 1;
    for (int i = 0; i < document->currency->digits; i++)
        scale *= 10;
    __int128 full = (__int128)line->quantity_micros * line->price_micros * scale;
    int64_t before = (int64_t)((full + (__int128)500000 * 1000000) / ((__int128)1000000 * 1000000));
    return before - line->net - (document->form == TAX_FORM_INCLUSIVE ? line->tax_amount : 0);
}

const char *xero_narration(const BookJournal *journal)
{
    return journal->note ? journal->note : journal->number ? journal->number : "Journal";
}

const char *xero_source_id(char out[XERO_ID_SIZE], const Books *books, BookKind kind, int index)
{
    static const int things[] = {XERO_CASH, XERO_ALLOCATION, XERO_ON_ACCOUNT};
    XeroPart parts[XERO_PARTS];
    if (kind != BOOK_PAYMENT && kind != BOOK_BILL_PAYMENT)
        return xero_id(out, books->business, kind, index);
    xero_parts(settlement_at(books, kind, index), parts);
    return xero_id(out, books->business, things[parts[0].type], xero_part_number(kind, index, 0));
}

bool xero_is_bank(const BookAccount *account)
{
    return account->type == ACCOUNT_BANK || account->type == ACCOUNT_CARD;
}

bool xero_is_income(const Books *books, BookKind kind, int index)
{
    return (kind == BOOK_RECEIPT) != document_at(books, kind, index)->refund;
}
