/* What is sold and bought: the business's products as items, with what each is booked to. */
#include "infra/sandbox/books_internal.h"
#include <stdlib.h>
#include <string.h>

/* "2.123456789" minor units as millionths of a whole unit, of which ledgers keep four decimals. */
static int64_t price_of(const Price *price)
{
    static const int64_t powers[] = {1, 10, 100, 1000};
    int64_t digits = 0, scale = powers[price->currency->digits];
    const char *point = strchr(price->amount, '.');
    for (const char *c = price->amount; *c; c++)
        if (*c != '.')
            digits = digits * 10 + (*c - '0');
    for (size_t i = point ? strlen(point + 1) : 0; i > 0; i--)
        scale *= 10;
    return scaled(digits, 10000, scale) * 100;
}

/* The first price of each product in the main currency; NULL: none. */
static const Price **first_prices(BookMaker *maker)
{
    const Business *business = maker->business;
    const Price **first = ARENA_ARRAY(maker->books->arena, const Price *, (size_t)n_of(business, KIND_PRODUCT));
    for (int i = 0; i < n_of(business, KIND_PRICE); i++) {
        const Price *price = price_at(business, i);
        if (!first[price->product] && price->amount && price->currency == business->main)
            first[price->product] = price;
    }
    return first;
}

static void make_item(Books *books, int number, const Price *price)
{
    const Product *product = product_at(books->business, number);
    Random random = book_random(books, BOOK_ITEM, number);
    BookItem *item = book_add(books, BOOK_ITEM, product->item.created);
    ItemType type = (ItemType)(number % 3);
    bool bought = type == ITEM_STOCK || number % 4 == 1;
    item->entry.archived = product->item.deleted;
    item->entry.updated = product->updated;
    item->type = type;
    item->name = product->name;
    item->code = arena_format(books->arena, "SKU-%04d", number);
    item->sales_text = product->description;
    item->purchase_text = bought && number % 2 == 1 ? "Bought by the box; Qualität wie bisher" : NULL;
    item->sold = true;
    item->bought = bought;
    item->price_micros = price ? price_of(price) : -1;
    item->cost_micros = bought && price ? scaled(item->price_micros, 55, 10000) * 100 : -1;
    item->income_account = book_pick_account(&random, ACCOUNT_SALES);
    item->expense_account = !bought ? -1 : book_pick_account(&random, ACCOUNT_COST_OF_SALES);
    item->sales_tax = number % 5 == 4 ? -1 : book_pick_tax(&random, false);
    item->purchase_tax = bought ? book_pick_tax(&random, true) : -1;
    item->on_hand = type == ITEM_STOCK ? 5 + random_below(&random, 200) : 0;
}

void make_items(BookMaker *maker)
{
    const Price **prices = first_prices(maker);
    for (int i = 0; i < n_of(maker->business, KIND_PRODUCT); i++)
        make_item(maker->books, i, prices[i]);
}
