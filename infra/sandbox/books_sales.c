/* Invoices of the sales, credit notes of their refunds, and income that had no invoice. */
#include "infra/sandbox/books_internal.h"
#include <stdlib.h>
#include <string.h>

static const int terms[] = {0, 14, 30};

/* Sales that were never paid, in turn: a draft, a void one, and what is still owed. */
static void fail_invoice(Document *invoice, int turn)
{
    if (turn % 4 == 0) {
        invoice->state = DOCUMENT_DRAFT;
    } else if (turn % 4 == 1) {
        invoice->entry.voided = true;
        invoice->entry.updated += DAY / 4;
        invoice->open = 0;
    }
}

static int lines_of_invoice(Random *random, int number)
{
    return number % 40 == 20 ? 30 + random_below(random, 30) : 1 + random_below(random, 4);
}

static void make_invoice_of(BookMaker *maker, int sale_index, int *n_unpaid)
{
    const Sale *sale = sale_at(maker->business, sale_index);
    Books *books = maker->books;
    Random random = book_random(books, BOOK_INVOICE, sale_index);
    int index = n_book(books, BOOK_INVOICE);
    Document *invoice = begin_document(books, BOOK_INVOICE, &random, sale->item.created, sale->currency);
    invoice->number = arena_format(books->arena, "INV-%05d", sale_index + 1);
    invoice->contact = sale->customer >= 0 ? maker->contact_of[sale->customer] : maker->walk_in;
    invoice->due = invoice->date + (int64_t)PICK(&random, terms) * DAY;
    invoice->source = sale_index;
    finish_document(books, BOOK_INVOICE, &random, index, lines_of_invoice(&random, index), sale->amount);
    if (sale->state != SALE_PAID)
        fail_invoice(document_at(books, BOOK_INVOICE, index), (*n_unpaid)++);
}

/* A credit note that is still to be made; they come from two lists and go on the shelf by date. */
typedef struct Credit {
    int64_t created, total;
    int invoice;
} Credit;

static int by_date(const void *a, const void *b)
{
    const Credit *one = a, *other = b;
    if (one->created != other->created)
        return one->created < other->created ? -1 : 1;
    return one->invoice - other->invoice;
}

static void make_credit_note(BookMaker *maker, const Credit *credit, int number)
{
    Books *books = maker->books;
    const Document *invoice = document_at(books, BOOK_INVOICE, credit->invoice);
    Random random = book_random(books, BOOK_CREDIT_NOTE, number);
    int index = n_book(books, BOOK_CREDIT_NOTE);
    Document *note = begin_document(books, BOOK_CREDIT_NOTE, &random, credit->created, invoice->currency);
    note->number = arena_format(books->arena, "CN-%04d", number + 1);
    note->contact = invoice->contact;
    note->source = credit->invoice;
    finish_document(books, BOOK_CREDIT_NOTE, &random, index, 1 + random_below(&random, 2), credit->total);
    note = document_at(books, BOOK_CREDIT_NOTE, index);
    if (number % 12 == 9)
        note->state = DOCUMENT_DRAFT;
    if (number % 12 == 5) {
        note->entry.voided = true;
        note->open = 0;
    }
}

/* Every eighth invoice is credited for a part, a few days later; so is one that was refunded, the first time. */
static void make_credit_notes(BookMaker *maker)
{
    Books *books = maker->books;
    int n_invoices = n_book(books, BOOK_INVOICE), n = 0;
    Credit *credits = ARENA_ARRAY(books->arena, Credit, (size_t)(n_invoices + n_of(maker->business, KIND_REFUND) + 1));
    int *invoice_of = ARENA_ARRAY(books->arena, int, (size_t)n_of(maker->business, KIND_SALE));
    for (int i = 0; i < n_invoices; i++) {
        const Document *invoice = document_at(books, BOOK_INVOICE, i);
        invoice_of[invoice->source] = i + 1;
        int64_t created = invoice->entry.item.created + (int64_t)(2 + i % 5) * DAY;
        if (book_is_credited(i) && invoice->state == DOCUMENT_OPEN && !invoice->entry.voided &&
            created <= history_end(maker->business))
            credits[n++] = (Credit){created, book_rounded(invoice->total / 4, book_grain(invoice->currency)), i};
    }
    for (int i = 0; i < n_of(maker->business, KIND_REFUND); i++) {
        const Refund *refund = refund_at(maker->business, i);
        int invoice = invoice_of[refund->sale] - 1;
        if (invoice < 0 || refund->state != REFUND_PAID || refund->item.created > history_end(maker->business))
            continue;
        credits[n++] = (Credit){refund->item.created, refund->amount, invoice};
        invoice_of[refund->sale] = 0;
    }
    qsort(credits, (size_t)n, sizeof *credits, by_date);
    int made = 0;
    for (int i = 0; i < n; i++)
        if (credits[i].total > 0)
            make_credit_note(maker, &credits[i], made++);
}

/* The first one is what the owner put in when the books were opened. */
static void make_capital(BookMaker *maker, const Currency *currency, int64_t created)
{
    static const int64_t whole[] = {5000000, 50000000, 5000000, 50000000};
    Books *books = maker->books;
    Random random = book_random(books, BOOK_RECEIPT, -1);
    int index = n_book(books, BOOK_RECEIPT);
    Document *receipt = begin_document(books, BOOK_RECEIPT, &random, created, currency);
    receipt->form = TAX_FORM_NONE;
    receipt->account = book_bank_of(books, currency);
    receipt->note = "Capital paid in";
    finish_document(books, BOOK_RECEIPT, &random, index, 1, whole[currency->digits]);
    BookLine *line = &books->lines[document_at(books, BOOK_RECEIPT, index)->first_line];
    line->item = -1;
    line->account = books_account_of(books, ACCOUNT_EQUITY);
    line->description = "Capital";
}

static void make_receipt(BookMaker *maker, int number, int64_t created)
{
    Books *books = maker->books;
    Random random = book_random(books, BOOK_RECEIPT, number);
    const Currency *foreign = maker->business->foreign;
    const Currency *currency = foreign && number % 4 == 3 ? foreign : maker->business->main;
    int index = n_book(books, BOOK_RECEIPT);
    Document *receipt = begin_document(books, BOOK_RECEIPT, &random, created, currency);
    receipt->number = number % 3 == 2 ? NULL : arena_format(books->arena, "SR-%04d", number + 1);
    receipt->contact = number % 4 == 1 ? -1 : maker->walk_in;
    receipt->account = book_bank_of(books, currency);
    receipt->refund = number % 5 == 4;
    int64_t total = (500 + random_below(&random, 20000)) * book_grain(currency);
    finish_document(books, BOOK_RECEIPT, &random, index, 1 + random_below(&random, 3), total);
    document_at(books, BOOK_RECEIPT, index)->entry.voided = number % 20 == 7;
}

static void make_receipts(BookMaker *maker)
{
    int count = n_book(maker->books, BOOK_INVOICE) / 10 + 8;
    int64_t opened = maker->books->opened;
    int64_t step = (history_end(maker->business) - opened - DAY) / count;
    make_capital(maker, maker->business->main, opened + DAY / 3);
    if (maker->business->foreign)
        make_capital(maker, maker->business->foreign, opened + DAY / 3);
    for (int i = 0; i < count; i++)
        make_receipt(maker, i, opened + DAY + step * (i - i % 2));
}

void make_invoices(BookMaker *maker)
{
    int n_unpaid = 0;
    for (int i = 0; i < n_of(maker->business, KIND_SALE); i++) {
        const Sale *sale = sale_at(maker->business, i);
        if (sale->item.created >= maker->books->opened && sale->item.created <= history_end(maker->business))
            make_invoice_of(maker, i, &n_unpaid);
    }
    make_credit_notes(maker);
    make_receipts(maker);
}
