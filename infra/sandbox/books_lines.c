/* Lines of documents. The total comes first (a sale has one), and the lines are made to add up to it: all but the last
 * are what they like to be, the last one is the rest. */
#include "infra/sandbox/books_internal.h"

enum { WHOLE = 1000000 };

static const char *const sold_texts[] = {
    "Beratung, pro Stunde", "Installation & set-up", "Livraison express", "お手入れ", "Extended warranty (2 years)",
};
static const char *const bought_texts[] = {
    "Office supplies", "Miete für den Monat", "Diesel, 40 litres", "Hosting – EU", "広告費", "Repairs; see our e-mail",
};
static const char *const remarks[] = {"— As agreed by phone —", "Lieferung frei Haus", "Thank you!\nSecond line"};
/* Fractions on purpose: hours, and thirds that no decimal holds. */
static const int64_t quantities[] = {WHOLE,     WHOLE,   2 * WHOLE, 3 * WHOLE, 10 * WHOLE,
                                     WHOLE / 2, 1750000, 333300,    12250000,  5 * WHOLE};
static const int discounts[] = {0, 0, 0, 0, 5000, 10000, 12500, 33330};

typedef struct LineMaker {
    Books *books;
    Random *random;
    const Document *document;
    bool purchase;
    int64_t grain; /* what amounts are multiples of */
} LineMaker;

static int64_t to_grain(const LineMaker *maker, __int128 numerator, __int128 denominator)
{
    denominator *= maker->grain;
    return (int64_t)((numerator + denominator / 2) / denominator) * maker->grain;
}

/* Quantity times price less discount, in minor units, as every vendor computes it. */
static int64_t line_amount(const LineMaker *maker, const BookLine *line)
{
    static const int64_t powers[] = {1, 10, 100, 1000};
    __int128 product = (__int128)line->quantity_micros * line->price_micros * (100000 - line->discount_millis);
    return to_grain(maker, product * powers[maker->document->currency->digits], (__int128)WHOLE * WHOLE * 100000);
}

static int rate_of_line(const LineMaker *maker, const BookLine *line)
{
    return line->tax < 0 ? 0 : tax_effective_millis(tax_at(maker->books, line->tax));
}

/* Net and tax from the amount as it is written; what the line adds to the document's total. */
static int64_t set_amount(const LineMaker *maker, BookLine *line, int64_t amount)
{
    int rate = rate_of_line(maker, line);
    if (maker->document->form == TAX_FORM_INCLUSIVE) {
        line->tax_amount = to_grain(maker, (__int128)amount * rate, 100000 + rate);
        line->net = amount - line->tax_amount;
    } else {
        line->tax_amount = to_grain(maker, (__int128)amount * rate, 100000);
        line->net = amount;
    }
    return line->net + line->tax_amount;
}

static void set_item(const LineMaker *maker, BookLine *line, int index)
{
    const BookItem *item = book_item_at(maker->books, index);
    if (item->entry.archived || !(maker->purchase ? item->bought : item->sold))
        return;
    line->item = index;
    line->account = !maker->purchase           ? item->income_account
                    : item->type == ITEM_STOCK ? books_account_of(maker->books, ACCOUNT_INVENTORY)
                                               : item->expense_account;
    line->description = maker->purchase ? item->purchase_text : item->sales_text;
    if (!line->description || !*line->description)
        line->description = random_percent(maker->random, 50) ? item->name : NULL;
}

/* What the line is for, how it is taxed and tracked; no amounts yet. */
static BookLine *begin_line(const LineMaker *maker)
{
    BookLine *line = book_add_line(maker->books);
    int n_items = n_book(maker->books, BOOK_ITEM);
    if (n_items > 0 && random_percent(maker->random, maker->purchase ? 40 : 80))
        set_item(maker, line, random_below(maker->random, n_items));
    if (line->item < 0) {
        line->account = book_pick_account(maker->random, maker->purchase ? ACCOUNT_EXPENSE : ACCOUNT_SALES);
        line->description = maker->purchase ? PICK(maker->random, bought_texts) : PICK(maker->random, sold_texts);
    }
    if (maker->document->form != TAX_FORM_NONE && random_percent(maker->random, 90))
        line->tax = book_pick_tax(maker->random, maker->purchase);
    for (int set = 0; set < 2; set++)
        if (random_percent(maker->random, 45))
            line->category[set] = book_pick_category(maker->random, set);
    line->quantity_micros = WHOLE;
    return line;
}

/* A price in whole units with `decimals` kept, from minor units. */
static int64_t price_for(const LineMaker *maker, int64_t minor)
{
    static const int64_t units[] = {WHOLE, WHOLE / 10, WHOLE / 100, WHOLE / 1000};
    return minor * units[maker->document->currency->digits];
}

/* A line of about `share` of the total; what it adds to it. */
static int64_t add_free_line(const LineMaker *maker, int64_t share)
{
    BookLine *line = begin_line(maker);
    line->discount_millis = PICK(maker->random, discounts);
    line->quantity_micros = PICK(maker->random, quantities);
    if (maker->document->form == TAX_FORM_EXCLUSIVE)
        share = scaled(share, 100000, 100000 + rate_of_line(maker, line));
    int64_t price = scaled(price_for(maker, share), WHOLE, line->quantity_micros);
    price = scaled(price, 100000, 100000 - line->discount_millis);
    line->price_micros = price - price % 100; /* four decimals */
    return set_amount(maker, line, line_amount(maker, line));
}

/* The rest as one line; false when no net and its tax make exactly `rest`. */
static bool close_line(const LineMaker *maker, BookLine *line, int64_t rest)
{
    int64_t guess = rest;
    if (maker->document->form == TAX_FORM_EXCLUSIVE)
        guess = to_grain(maker, (__int128)rest * 100000, 100000 + rate_of_line(maker, line));
    for (int step = -1; step <= 1; step++) {
        int64_t amount = guess + (maker->document->form == TAX_FORM_EXCLUSIVE ? step * maker->grain : 0);
        line->price_micros = price_for(maker, amount);
        if (amount > 0 && set_amount(maker, line, amount) == rest)
            return true;
    }
    return false;
}

/* Some rests cannot be had with a tax on top: the least there is of them stands on a line of its own, untaxed. */
static void add_rest(const LineMaker *maker, int64_t rest)
{
    BookLine *line = begin_line(maker);
    if (close_line(maker, line, rest))
        return;
    bool closed = rest > maker->grain && close_line(maker, line, rest - maker->grain);
    if (!closed) {
        line->tax = -1;
        close_line(maker, line, rest);
        return;
    }
    line = begin_line(maker);
    line->item = line->tax = -1;
    line->description = "Rounding";
    close_line(maker, line, maker->grain);
}

static void add_remark(const LineMaker *maker)
{
    BookLine *line = book_add_line(maker->books);
    line->text_only = true;
    line->description = PICK(maker->random, remarks);
}

void make_lines(Books *books, Random *random, Document *document, bool purchase, int n_lines, int64_t total)
{
    int64_t grain = total % book_grain(document->currency) == 0 ? book_grain(document->currency) : 1;
    LineMaker maker = {books, random, document, purchase, grain};
    document->first_line = books->n_lines;
    int64_t rest = total;
    for (int left = n_lines; left > 1 && rest > 100 * left; left--) {
        rest -= add_free_line(&maker, rest / left * (60 + random_below(random, 35)) / 100);
        if (left == n_lines && random_percent(random, 15))
            add_remark(&maker);
    }
    add_rest(&maker, rest);
    document->n_lines = books->n_lines - document->first_line;
    document->total = total;
    document->tax = 0;
    for (int i = 0; i < document->n_lines; i++)
        document->tax += books->lines[document->first_line + i].tax_amount;
    document->net = total - document->tax;
}
