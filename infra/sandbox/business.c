#include "infra/sandbox/business.h"
#include "infra/sandbox/business_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t sizes[KIND_COUNT] = {
    [KIND_CUSTOMER] = sizeof(Customer), [KIND_PRODUCT] = sizeof(Product),   [KIND_PRICE] = sizeof(Price),
    [KIND_TAX_RATE] = sizeof(TaxRate),  [KIND_LOCATION] = sizeof(Location), [KIND_INVOICE] = sizeof(Invoice),
    [KIND_SALE] = sizeof(Sale),         [KIND_REFUND] = sizeof(Refund),     [KIND_DISPUTE] = sizeof(Dispute),
    [KIND_PAYOUT] = sizeof(Payout),     [KIND_TRANSFER] = sizeof(Transfer), [KIND_MOVEMENT] = sizeof(Movement),
};

/* Where a merchant is, what it charges in, and what else it may take. Currencies with no minor unit, with three digits
 * and with one that is only pretended each have their merchants. */
static const struct Profile {
    const char *country, *currency, *foreign;
    bool foreign_kept;
} profiles[] = {
    {"US", "usd", NULL,  false},
    {"GB", "gbp", "eur", true },
    {"DE", "eur", NULL,  false},
    {"US", "usd", "jpy", false},
    {"JP", "jpy", "usd", true },
    {"KW", "kwd", NULL,  false},
    {"IE", "eur", "isk", false},
    {"US", "usd", "kwd", false},
};

BusinessSize business_small(void)
{
    return (BusinessSize){.customers = 40, .products = 12, .sales = 150};
}

BusinessSize business_large(void)
{
    return (BusinessSize){.customers = 2500, .products = 240, .sales = 7000};
}

static BusinessSize completed(BusinessSize size)
{
    BusinessSize small = business_small();
    return (BusinessSize){
        .customers = size.customers ? size.customers : small.customers,
        .products = size.products ? size.products : small.products,
        .sales = size.sales ? size.sales : small.sales,
    };
}

static const Country *country_of(const char *alpha2)
{
    for (int i = 0; i < n_countries; i++)
        if (strcmp(countries[i].alpha2, alpha2) == 0)
            return &countries[i];
    abort();
}

Business *business_new(const char *name, BusinessSize size, int64_t today)
{
    Business *business = calloc(1, sizeof *business);
    if (!business)
        abort();
    business->arena = arena_new(64 * KIB);
    business->name = arena_text(business->arena, name);
    business->seed = random_mix(random_seed(name));
    business->size = completed(size);
    business->today = today - today % DAY;
    const struct Profile *profile = &profiles[business->seed % COUNT_OF(profiles)];
    business->country = country_of(profile->country);
    business->main = currency_of(profile->currency);
    business->foreign = profile->foreign ? currency_of(profile->foreign) : NULL;
    business->foreign_kept = profile->foreign_kept;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        business->shelves[kind].size = sizes[kind];
    for (int method = 0; method < METHOD_COUNT; method++)
        business->method_active[method] = method == METHOD_CARD || (business->seed >> (method + 8)) % 3 != 0;
    make_people(business);
    make_goods(business);
    make_sales(business);
    make_claims(business);
    make_ledger(business);
    return business;
}

void business_free(Business *business)
{
    if (!business)
        return;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        shelf_free(&business->shelves[kind]);
    free(business->lines);
    arena_free(business->arena);
    free(business);
}

int64_t history_start(const Business *business)
{
    return business->today - (int64_t)548 * DAY;
}

int64_t history_end(const Business *business)
{
    return business->today - DAY - 1;
}

int64_t stamp_of(const Business *business, int number, int count)
{
    /* Sixteen in a row share a stamp: more than a default page, and across the edge of a page of a hundred. */
    if (number / 16 % 4 == 3)
        number -= number % 16;
    int64_t slot = (history_end(business) - history_start(business)) / (count + 1);
    Random random = random_of(business->seed, KIND_NONE, number);
    return history_start(business) + number * slot + (int64_t)(random_next(&random) % (uint64_t)(slot ? slot : 1));
}

int64_t scaled(int64_t amount, int64_t numerator, int64_t denominator)
{
    __int128 product = (__int128)amount * numerator;
    __int128 half = denominator / 2;
    return (int64_t)((product < 0 ? product - half : product + half) / denominator);
}

int sale_tags(const Business *business, int sale, Tag tags[SALE_TAGS], char room[32])
{
    static const char *const channels[] = {"web", "Ladengeschäft", "téléphone", "紹介"};
    int n = 0;
    if (sale % 3 == 0) {
        snprintf(room, 32, "SO-%06d", sale);
        tags[n++] = (Tag){"order_reference", room};
        tags[n++] = (Tag){"channel", channels[sale / 3 % (int)COUNT_OF(channels)]};
    }
    if (sale_at(business, sale)->remark)
        tags[n++] = (Tag){"remark", sale_at(business, sale)->remark};
    return n;
}

void sale_receipt(const Sale *sale, char out[16])
{
    out[0] = 0;
    if (sale->receipt)
        snprintf(out, 16, "%04u-%04u", sale->receipt / 10000 % 10000, sale->receipt % 10000);
}
