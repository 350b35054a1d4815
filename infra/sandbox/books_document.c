#include "infra/sandbox/books_internal.h"

static const char *const notes[] = {NULL, "Ordered by phone ☎", "", "Bitte pünktlich zahlen", NULL};
static const char *const memos[] = {NULL, "Danke für Ihren Auftrag", "Thank you for your business.", NULL};

Document *begin_document(Books *books, BookKind kind, Random *random, int64_t created, const Currency *currency)
{
    Document *document = book_add(books, kind, created);
    document->date = book_day(created);
    document->currency = currency;
    document->rate_micros = book_rate(books, currency, document->date);
    document->form = (TaxForm)random_below(random, 3);
    document->note = PICK(random, notes);
    document->memo = PICK(random, memos);
    document->contact = document->account = document->source = -1;
    document->state = DOCUMENT_OPEN;
    return document;
}

void finish_document(Books *books, BookKind kind, Random *random, int index, int n_lines, int64_t total)
{
    bool purchase = kind >= BOOK_BILL && kind <= BOOK_SPENDING;
    Document *document = document_at(books, kind, index);
    make_lines(books, random, document, purchase, n_lines, total);
    document->open = total;
    if (kind == BOOK_RECEIPT || kind == BOOK_SPENDING) {
        document->open = 0;
        document->state = DOCUMENT_PAID;
        document->paid_on = document->date;
    }
}
