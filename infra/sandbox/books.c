#include "infra/sandbox/books_internal.h"
#include <stdlib.h>
#include <time.h>

static const size_t sizes[BOOK_KINDS] = {
    [BOOK_ACCOUNT] = sizeof(BookAccount),   [BOOK_TAX] = sizeof(BookTax),
    [BOOK_CATEGORY] = sizeof(BookCategory), [BOOK_CONTACT] = sizeof(BookContact),
    [BOOK_ITEM] = sizeof(BookItem),         [BOOK_INVOICE] = sizeof(Document),
    [BOOK_CREDIT_NOTE] = sizeof(Document),  [BOOK_BILL] = sizeof(Document),
    [BOOK_BILL_CREDIT] = sizeof(Document),  [BOOK_PURCHASE_ORDER] = sizeof(Document),
    [BOOK_SPENDING] = sizeof(Document),     [BOOK_RECEIPT] = sizeof(Document),
    [BOOK_PAYMENT] = sizeof(Settlement),    [BOOK_BILL_PAYMENT] = sizeof(Settlement),
    [BOOK_JOURNAL] = sizeof(BookJournal),   [BOOK_TRANSFER] = sizeof(BookTransfer),
};

const BookSide book_receivables = {BOOK_INVOICE, BOOK_CREDIT_NOTE, BOOK_PAYMENT, ACCOUNT_RECEIVABLE};
const BookSide book_payables = {BOOK_BILL, BOOK_BILL_CREDIT, BOOK_BILL_PAYMENT, ACCOUNT_PAYABLE};

/* The first of a month, a month or two after the business began: what was before is in the opening journal. */
static int64_t opening_day(const Business *business)
{
    time_t start = (time_t)history_start(business) + (time_t)31 * DAY;
    struct tm day;
    gmtime_r(&start, &day);
    return start - start % DAY + (day.tm_mday == 1 ? 0 : (int64_t)(1 - day.tm_mday + 31) * DAY);
}

static int older_first(const void *a, const void *b)
{
    const Entry *one = *(const Entry *const *)a, *other = *(const Entry *const *)b;
    return one->updated < other->updated ? -1 : one->updated > other->updated;
}

/* Sixteen of the order of change share a stamp across each edge of a page of a hundred. */
static void knot_stamps(Books *books, BookKind kind)
{
    int n = n_book(books, kind);
    const Entry **order = arena_alloc(books->arena, (size_t)(n + 1) * sizeof *order);
    for (int i = 0; i < n; i++)
        order[i] = entry_at(books, kind, i);
    qsort(order, (size_t)n, sizeof *order, older_first);
    for (int edge = 100; edge + 8 <= n; edge += 100)
        for (int i = edge - 8; i < edge + 7; i++)
            ((Entry *)(uintptr_t)order[i])->updated = order[edge + 7]->updated;
    if (n > 0 && order[n - 1]->updated > books->newest)
        books->newest = order[n - 1]->updated;
}

Books *books_new(const Business *business)
{
    Books *books = calloc(1, sizeof *books);
    if (!books)
        abort();
    books->business = business;
    books->arena = arena_new(64 * KIB);
    books->opened = opening_day(business);
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        books->shelves[kind].size = sizes[kind];
    BookMaker maker = {.books = books, .business = business};
    make_chart(&maker);
    make_contacts(&maker);
    make_items(&maker);
    make_invoices(&maker);
    make_purchases(&maker);
    make_settlements(&maker, &book_receivables);
    make_settlements(&maker, &book_payables);
    make_journals(&maker);
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        knot_stamps(books, (BookKind)kind);
    return books;
}

void books_free(Books *books)
{
    if (!books)
        return;
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        shelf_free(&books->shelves[kind]);
    free(books->lines);
    arena_free(books->arena);
    free(books);
}

void *book_add(Books *books, BookKind kind, int64_t created)
{
    Entry *entry = shelf_add(&books->shelves[kind]);
    entry->item.created = entry->updated = created;
    return entry;
}

BookLine *book_add_line(Books *books)
{
    if (books->n_lines == books->lines_capacity) {
        books->lines_capacity = books->lines_capacity ? 2 * books->lines_capacity : 256;
        books->lines = realloc(books->lines, (size_t)books->lines_capacity * sizeof(BookLine));
        if (!books->lines)
            abort();
    }
    BookLine *line = &books->lines[books->n_lines++];
    *line = (BookLine){
        .item = -1, .account = -1, .tax = -1, .category = {-1, -1}
    };
    return line;
}

Random book_random(const Books *books, BookKind kind, int number)
{
    return random_of(books->business->seed, 100 + (int)kind, number);
}

int64_t book_rate(const Books *books, const Currency *currency, int64_t day)
{
    if (currency == books->business->main)
        return 1000000;
    Random random = random_of(books->business->seed, 200, (int)(day / DAY));
    int64_t usual = scaled(currency->euro_micros, 1000000, books->business->main->euro_micros);
    return usual + scaled(usual, random_below(&random, 61) - 30, 1000);
}

int book_bank_of(const Books *books, const Currency *currency)
{
    for (int i = 0; i < n_book(books, BOOK_ACCOUNT); i++) {
        const BookAccount *account = account_at(books, i);
        if (account->type == ACCOUNT_BANK && !account->entry.archived &&
            (account->currency ? account->currency : books->business->main) == currency)
            return i;
    }
    return -1;
}

int64_t book_grain(const Currency *currency)
{
    return currency->digits == 3 ? 10 : 1;
}

int64_t book_rounded(int64_t amount, int64_t grain)
{
    return amount - amount % grain;
}

int64_t book_day(int64_t instant)
{
    return instant - instant % DAY;
}

bool is_document(BookKind kind)
{
    return kind >= BOOK_INVOICE && kind <= BOOK_RECEIPT;
}

bool is_settlement(BookKind kind)
{
    return kind == BOOK_PAYMENT || kind == BOOK_BILL_PAYMENT;
}

int books_account_of(const Books *books, AccountType type)
{
    for (int i = 0; i < n_book(books, BOOK_ACCOUNT); i++) {
        const BookAccount *account = account_at(books, i);
        if (account->type == type && !account->entry.archived && !account->entry.item.deleted)
            return i;
    }
    return -1;
}

int tax_total_millis(const BookTax *tax)
{
    int sum = 0;
    for (int i = 0; i < tax->n_components; i++)
        sum += tax->components[i].percent_millis;
    return sum;
}

int tax_effective_millis(const BookTax *tax)
{
    int64_t sum = 0;
    for (int i = 0; i < tax->n_components; i++) {
        int64_t percent = tax->components[i].percent_millis;
        sum += tax->components[i].compound ? scaled(100000 + sum, percent, 100000) : percent;
    }
    return (int)sum;
}

int64_t books_home(const Books *books, int64_t amount, const Currency *currency, int64_t rate_micros)
{
    static const int64_t powers[] = {1, 10, 100, 1000};
    const Currency *home = books->business->main;
    if (currency == home)
        return amount;
    return scaled(amount, rate_micros * powers[home->digits], powers[currency->digits] * 1000000);
}
