#include "infra/sandbox/business_internal.h"

static const struct {
    const char *name, *description, *type, *country, *state;
    int percent_millis;
    bool inclusive, active;
} rates[] = {
    {"VAT",             "Standard rate",                    "vat",       "GB", NULL, 20000, false, true },
    {"Sales Tax",       NULL,                               "sales_tax", "US", "NY", 8875,  false, true },
    {"MwSt.",           "Umsatzsteuer, im Preis enthalten", "vat",       "DE", NULL, 19000, true,  true },
    {"消費税",       NULL,                               "jct",       "JP", NULL, 10000, true,  true },
    {"VAT reduced",     "",                                 "vat",       "CH", NULL, 2600,  false, true },
    {"Zero",            NULL,                               NULL,        NULL, NULL, 0,     false, true },
    {"Old county levy", "No longer charged",                "sales_tax", "US", "TX", 125,   false, false},
};

static const char *const wares[] = {
    "Coffee beans", "Grinder",      "Filter papers ×100", "Kaffeemühle",          "Abonnement Café", "抹茶セット",
    "Gift box 🎁",   "Descaler 5 %", "Barista course",     "Mug \"Good Morning\"", "Hosting",         "API calls",
};

/* Fractions of a cent on purpose: vendors then leave the integer form out. */
static const char *const amounts[] = {"1250",  "999", "4900", "0.25",  "12000",
                                      "150.5", "1",   "349",  "89900", "2.123456789"};
static const char *const nicknames[] = {"Standard", "Größe L", "Per 1,000", "月額"};
static const char *const intervals[] = {"month", "year", "week"};

static void make_price(Business *business, int product, int number, int n_prices)
{
    Random random = random_of(business->seed, KIND_PRICE, product * 1000 + number);
    const char *amount =
        number == 0 ? PICK(&random, ((const char *const[]){"1250", "4900", "349"})) : PICK(&random, amounts);
    bool foreign = number > 0 && business->foreign && number % 2 == 0;
    const Currency *currency = foreign ? business->foreign : business->main;
    if (currency->digits == 3 && product % 2 == 0)
        amount = "1250"; /* three-decimal amounts end in 0 */
    Price *price = shelf_add(&business->shelves[KIND_PRICE]);
    *price = (Price){
        .product = product,
        .currency = currency,
        .amount = number > 0 && number % 7 == 3 ? NULL : amount,
        .nickname = random_percent(&random, 50) ? PICK(&random, nicknames) : NULL,
        .tax = (TaxBehaviour)random_below(&random, 3),
        .active = !(number > 0 && random_percent(&random, 20)),
        .interval = random_percent(&random, 30) ? PICK(&random, intervals) : NULL,
    };
    Product *owner = product_at(business, product);
    /* Prices come after all products, in the products' order, which keeps the shelf sorted. */
    price->item.created = stamp_of(business, product * 4 + (4 * number) / n_prices, business->size.products * 4);
    price->item.deleted = owner->item.deleted;
    if (price->item.created < owner->item.created)
        price->item.created = owner->item.created;
    const Shelf *shelf = &business->shelves[KIND_PRICE];
    if (shelf->count > 1 && price->item.created < price_at(business, shelf->count - 2)->item.created)
        price->item.created = price_at(business, shelf->count - 2)->item.created;
    if (number == 0 && product % 3 != 1)
        owner->default_price = shelf->count - 1;
}

static void make_product(Business *business, int number)
{
    Random random = random_of(business->seed, KIND_PRODUCT, number);
    Product *product = shelf_add(&business->shelves[KIND_PRODUCT]);
    int64_t created = stamp_of(business, number, business->size.products);
    *product = (Product){
        .item = {.created = created, .deleted = number % 30 == 11},
        .updated = created + (history_end(business) - created) / 2 * random_below(&random, 2),
        .code = number % 6 == 2 ? arena_format(business->arena, "plan.basic-%d", number) : NULL,
        .name = number < 12 ? wares[number] : arena_format(business->arena, "%s %d", wares[number % 12], number),
        .description = number % 3 == 0   ? NULL
                       : number % 3 == 1 ? arena_format(business->arena, "%s, as good as ever", wares[number % 12])
                                         : "",
        .active = number % 9 != 5,
        .default_price = -1,
        .tag = { number % 4 == 1 ? "sku" : NULL, arena_format(business->arena,                             "SKU-%04d", number)},
    };
}

void make_goods(Business *business)
{
    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        TaxRate *rate = shelf_add(&business->shelves[KIND_TAX_RATE]);
        *rate = (TaxRate){
            .item = {.created = stamp_of(business, (int)i, (int)COUNT_OF(rates))},
            .name = rates[i].name,
            .description = rates[i].description,
            .type = rates[i].type,
            .country = rates[i].country,
            .state = rates[i].state,
            .percent_millis = rates[i].percent_millis,
            .inclusive = rates[i].inclusive,
            .active = rates[i].active,
        };
    }
    for (int i = 0; i < business->size.products; i++)
        make_product(business, i);
    for (int i = 0; i < business->size.products; i++) {
        /* One has more prices than a default page, and in a large business one has more than the largest. */
        int n_prices = i == 4 ? 12 : i == 20 ? 130 : i == 3 ? 0 : 1 + i % 3;
        for (int j = 0; j < n_prices; j++)
            make_price(business, i, j, n_prices);
    }
}
