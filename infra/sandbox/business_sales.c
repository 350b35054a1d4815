#include "infra/sandbox/business_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const strangers[] = {"Walk-in", "Kim 김민수", "R. Sørensen", "\"Quoted\" Name"};

static Line *add_line(Business *business)
{
    if (business->n_lines == business->lines_capacity) {
        business->lines_capacity = business->lines_capacity ? 2 * business->lines_capacity : 256;
        business->lines = realloc(business->lines, (size_t)business->lines_capacity * sizeof(Line));
        if (!business->lines)
            abort();
    }
    Line *line = &business->lines[business->n_lines++];
    *line = (Line){0};
    return line;
}

/* Quantity times a price that may have a fraction, in minor units. */
static int64_t priced(const char *amount, int64_t quantity)
{
    int64_t digits = 0, scale = 1;
    bool fraction = false;
    for (const char *c = amount; *c; c++) {
        if (*c == '.') {
            fraction = true;
            continue;
        }
        digits = digits * 10 + (*c - '0');
        scale *= fraction ? 10 : 1;
    }
    return scaled(digits, quantity, scale);
}

/* A price in the main currency that is not in tiers, or -1. */
static int sellable_price(const Business *business, Random *random)
{
    for (int attempt = 0; attempt < 20; attempt++) {
        int index = random_below(random, n_of(business, KIND_PRICE));
        const Price *price = price_at(business, index);
        if (price->currency == business->main && price->amount && !price->item.deleted)
            return index;
    }
    return -1;
}

static void discount_line(Random *random, int invoice, Line *line)
{
    line->n_discounts = random_percent(random, 20) ? 1 + random_below(random, LINE_DISCOUNTS) : 0;
    for (int i = 0; i < line->n_discounts; i++) {
        line->discounts[i].discount = invoice * LINE_DISCOUNTS + i;
        line->discounts[i].amount = scaled(line->amount, 5 + random_below(random, 20), 100);
    }
}

static void tax_line(const Business *business, Random *random, int rate, Line *line)
{
    line->n_taxes = random_percent(random, 15) ? LINE_TAXES : 1;
    int64_t base = line->amount;
    for (int i = 0; i < line->n_discounts; i++)
        base -= line->discounts[i].amount;
    for (int i = 0; i < line->n_taxes; i++) {
        line->taxes[i].rate = (rate + i) % n_of(business, KIND_TAX_RATE);
        const TaxRate *tax = tax_rate_at(business, line->taxes[i].rate);
        int64_t percent = tax->percent_millis;
        line->taxes[i].amount = scaled(base, percent, tax->inclusive ? 100000 + percent : 100000);
    }
}

static void make_line(Business *business, Random *random, int invoice, int rate, Line *line)
{
    line->price = random_percent(random, 92) ? sellable_price(business, random) : -1;
    line->quantity = random_percent(random, 8) ? 1000 + random_below(random, 50000) : 1 + random_below(random, 5);
    if (line->price >= 0) {
        const Price *price = price_at(business, line->price);
        line->amount = priced(price->amount, line->quantity);
        if (line->amount < 100) { /* what costs less than a cent is bought by the thousand */
            line->quantity *= 1000;
            line->amount = priced(price->amount, line->quantity);
        }
        line->description = product_at(business, price->product)->name;
    } else {
        line->quantity = random_percent(random, 30) ? -1 : 1;
        line->amount = 1000 + 10 * random_below(random, 900);
        line->description = random_percent(random, 50) ? "Setup, one-off" : NULL;
    }
    discount_line(random, invoice, line);
    if (rate >= 0)
        tax_line(business, random, rate, line);
}

static int lines_of_invoice(int sale, Random *random)
{
    if (sale == 60)
        return 130; /* more than the largest page */
    return sale % 30 == 0 ? 11 + random_below(random, 15) : 1 + random_below(random, 4);
}

int make_invoice(Business *business, int sale, int customer, int64_t created)
{
    Random random = random_of(business->seed, KIND_INVOICE, sale);
    int index = n_of(business, KIND_INVOICE);
    Invoice *invoice = shelf_add(&business->shelves[KIND_INVOICE]);
    *invoice = (Invoice){
        .item.created = created,
        .customer = customer,
        .sale = sale,
        .first_line = business->n_lines,
        .n_lines = lines_of_invoice(sale, &random),
        .taxed = random_percent(&random, 80),
    };
    int rate = invoice->taxed ? random_below(&random, n_of(business, KIND_TAX_RATE)) : -1;
    for (int i = 0; i < invoice->n_lines; i++) {
        Line *line = add_line(business);
        make_line(business, &random, index, rate, line);
        invoice->subtotal += line->amount;
        for (int j = 0; j < line->n_discounts; j++)
            invoice->discount += line->discounts[j].amount;
        for (int j = 0; j < line->n_taxes; j++) {
            invoice->tax += line->taxes[j].amount;
            if (!tax_rate_at(business, line->taxes[j].rate)->inclusive)
                invoice->exclusive_tax += line->taxes[j].amount;
        }
    }
    invoice->total = invoice->subtotal - invoice->discount + invoice->exclusive_tax;
    return index;
}

static Method method_of(Random *random)
{
    int draw = random_below(random, 100);
    if (draw < 62)
        return METHOD_CARD;
    return (Method)(1 + random_below(random, METHOD_COUNT - 1));
}

static SaleState state_of(Random *random, int number)
{
    if (number < SALE_STATES) /* each at least once */
        return (SaleState)number;
    int draw = random_below(random, 100);
    return draw < 5 ? SALE_FAILED : draw < 8 ? SALE_PENDING : draw < 11 ? SALE_AUTHORIZED : SALE_PAID;
}

static void make_sale(Business *business, int number)
{
    Random random = random_of(business->seed, KIND_SALE, number);
    int known = (int)((int64_t)business->size.customers * number / business->size.sales) + 1;
    int customer = random_percent(&random, 80) ? random_below(&random, known) : -1;
    /* Refunded and disputed ones (see make_claims) must have been paid by card. */
    bool claimed = number % 13 == 10 || number == 21;
    bool foreign = business->foreign && !claimed && random_percent(&random, 25);
    int64_t created = stamp_of(business, number, business->size.sales);
    int amount = random_percent(&random, 2) ? 9000000 : 500 + 10 * random_below(&random, 20000);
    Sale sale = {
        .item.created = created,
        .amount = amount,
        .currency = foreign ? business->foreign : business->main,
        .customer = customer,
        .invoice = -1,
        .movement = -1,
        .dispute = -1,
        .method = claimed ? METHOD_CARD : method_of(&random),
        .state = claimed ? SALE_PAID : state_of(&random, number),
        .decline = random_below(&random, 4),
        .receipt = random_percent(&random, 50) ? (uint32_t)(10000000 + number) : 0,
        .payer = customer >= 0 && random_percent(&random, 80) ? customer_at(business, customer)->name
                 : random_percent(&random, 50)                ? PICK(&random, strangers)
                                                              : NULL,
        .country = number % 17 == 3   ? NULL
                   : number % 17 == 8 ? "ZZ"
                                      : countries[random_below(&random, n_countries)].alpha2,
        .description = random_percent(&random, 60) ? "Online order — thank you" : NULL,
    };
    if (number % 3 == 0 && !foreign) {
        sale.invoice = make_invoice(business, number, customer, created);
        sale.amount = invoice_at(business, sale.invoice)->total;
    }
    *(Sale *)shelf_add(&business->shelves[KIND_SALE]) = sale;
}

void make_sales(Business *business)
{
    for (int i = 0; i < business->size.sales; i++)
        make_sale(business, i);
}

int64_t sale_fee(const Sale *sale)
{
    static const int64_t fixed[] = {30, 3, 30, 100};
    return scaled(sale->amount, 29, 1000) + fixed[sale->currency->digits];
}
