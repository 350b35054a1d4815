/* Purchase orders, bills, bill credits and spendings: what the business buys. */
#include "infra/sandbox/books_internal.h"

static const int terms[] = {7, 14, 30, 60};
static const char *const bill_prefixes[] = {"RE-2025/", "", "INV ", "Faktura nr "};

/* When the n-th of `count` was entered: evenly, two of three at the same second as the one before. */
static int64_t stamp_in_books(const BookMaker *maker, int number, int count)
{
    int64_t from = maker->books->opened + DAY;
    int64_t step = (history_end(maker->business) - from) / (count + 1);
    return from + step * (number - number % 3) + DAY / 2;
}

/* A supplier's currency is its own or the main one. */
static Document *begin_purchase(BookMaker *maker, BookKind kind, Random *random, int64_t created)
{
    int contact = maker->suppliers[random_below(random, maker->n_suppliers)];
    const Currency *currency = contact_at(maker->books, contact)->currency;
    Document *document =
        begin_document(maker->books, kind, random, created, currency ? currency : maker->business->main);
    document->contact = contact;
    return document;
}

static int64_t purchase_total(Random *random, const Currency *currency)
{
    return (1000 + random_below(random, 150000)) * book_grain(currency);
}

static void make_order(BookMaker *maker, int number, int count)
{
    Books *books = maker->books;
    Random random = book_random(books, BOOK_PURCHASE_ORDER, number);
    Document *order = begin_purchase(maker, BOOK_PURCHASE_ORDER, &random, stamp_in_books(maker, number, count));
    int64_t total = purchase_total(&random, order->currency);
    order->number = arena_format(books->arena, "PO-%04d", number + 1);
    order->due = number % 3 == 0 ? 0 : order->date + 10 * DAY;
    if (number % 5 == 3)
        order->state = DOCUMENT_DRAFT;
    order->entry.voided = number % 9 == 7;
    finish_document(books, BOOK_PURCHASE_ORDER, &random, number, 1 + random_below(&random, 4), total);
    if (order->entry.voided)
        order->open = 0;
}

static void make_bill(BookMaker *maker, int number, int count)
{
    Books *books = maker->books;
    Random random = book_random(books, BOOK_BILL, number);
    Document *bill = begin_purchase(maker, BOOK_BILL, &random, stamp_in_books(maker, number, count));
    int64_t total = purchase_total(&random, bill->currency);
    if (number % 7 != 6)
        bill->number = arena_format(books->arena, "%s%d", bill_prefixes[number / 2 % 4], number / 2 + 100);
    bill->due = bill->date + (int64_t)PICK(&random, terms) * DAY;
    finish_document(books, BOOK_BILL, &random, number, 1 + random_below(&random, 4), total);
    if (number % 11 == 8) {
        bill->state = DOCUMENT_DRAFT;
    } else if (number % 11 == 4) {
        bill->entry.voided = true;
        bill->open = 0;
    }
}

/* A bill closes the first open order of its supplier. */
static void close_orders(Books *books)
{
    int n_orders = n_book(books, BOOK_PURCHASE_ORDER);
    for (int i = 0; i < n_book(books, BOOK_BILL); i++) {
        Document *bill = document_at(books, BOOK_BILL, i);
        for (int j = 0; j < n_orders && bill->source < 0 && bill->state == DOCUMENT_OPEN && !bill->entry.voided; j++) {
            Document *order = document_at(books, BOOK_PURCHASE_ORDER, j);
            if (order->contact != bill->contact || order->state != DOCUMENT_OPEN || order->entry.voided ||
                order->entry.item.created > bill->entry.item.created)
                continue;
            bill->source = j;
            order->state = DOCUMENT_CLOSED;
            order->entry.updated = bill->entry.item.created;
        }
    }
}

static void make_bill_credit(BookMaker *maker, int bill_index, int number)
{
    Books *books = maker->books;
    const Document *bill = document_at(books, BOOK_BILL, bill_index);
    Random random = book_random(books, BOOK_BILL_CREDIT, number);
    Document *credit =
        begin_document(books, BOOK_BILL_CREDIT, &random, bill->entry.item.created + 3 * DAY, bill->currency);
    credit->contact = bill->contact;
    credit->number = number % 3 == 1 ? NULL : arena_format(books->arena, "GS-%d", number + 1);
    credit->source = bill_index;
    int64_t total = book_rounded(bill->total / 4, book_grain(bill->currency));
    finish_document(books, BOOK_BILL_CREDIT, &random, number, 1, total);
    if (number % 5 == 3)
        credit->state = DOCUMENT_DRAFT;
    if (number % 5 == 4) {
        credit->entry.voided = true;
        credit->open = 0;
    }
}

static void make_bill_credits(BookMaker *maker)
{
    int number = 0;
    for (int i = 0; i < n_book(maker->books, BOOK_BILL); i++) {
        const Document *bill = document_at(maker->books, BOOK_BILL, i);
        bool late = bill->entry.item.created + 3 * DAY > history_end(maker->business);
        if ((book_is_credited(i) || i % 6 == 5) && bill->state == DOCUMENT_OPEN && !bill->entry.voided && !late)
            make_bill_credit(maker, i, number++);
    }
}

static void make_spending(BookMaker *maker, int number, int count)
{
    Books *books = maker->books;
    Random random = book_random(books, BOOK_SPENDING, number);
    Document *spending = begin_purchase(maker, BOOK_SPENDING, &random, stamp_in_books(maker, number, count));
    bool by_card = number % 3 == 1 && spending->currency == maker->business->main;
    int64_t total = purchase_total(&random, spending->currency) / 10;
    total = book_rounded(total, book_grain(spending->currency)) + book_grain(spending->currency);
    spending->number = number % 4 == 2 ? NULL : arena_format(books->arena, "%d", 5000 + number);
    spending->account = by_card ? books_account_of(books, ACCOUNT_CARD) : book_bank_of(books, spending->currency);
    if (number % 5 == 4)
        spending->contact = -1;
    spending->refund = number % 8 == 6;
    finish_document(books, BOOK_SPENDING, &random, number, 1 + random_below(&random, 3), total);
    document_at(books, BOOK_SPENDING, number)->entry.voided = number % 16 == 11;
}

void make_purchases(BookMaker *maker)
{
    Books *books = maker->books;
    int n_bills = n_book(books, BOOK_INVOICE) / 5 + 8, n_orders = n_bills / 4 + 6;
    for (int i = 0; i < n_orders; i++)
        make_order(maker, i, n_orders);
    for (int i = 0; i < n_bills; i++)
        make_bill(maker, i, n_bills);
    close_orders(books);
    make_bill_credits(maker);
    int n_spendings = n_book(books, BOOK_INVOICE) / 6 + 16;
    for (int i = 0; i < n_spendings; i++)
        make_spending(maker, i, n_spendings);
}
