/* One more of a kind, made after one that is there: with a name of its own, of today. */
#include "infra/sandbox/books_internal.h"
#include <string.h>

static bool is_model(const Entry *entry)
{
    return !entry->item.deleted && !entry->archived && !entry->voided;
}

static bool copy_account(Books *books, BookAccount *account)
{
    if (account->type != ACCOUNT_EXPENSE && account->type != ACCOUNT_SALES)
        return false;
    account->name = book_numbered(books, "Neues Konto");
    account->code = arena_format(books->arena, "9%03d", books->revision);
    return true;
}

static bool copy_tax(Books *books, BookTax *tax)
{
    tax->name = book_numbered(books, "Municipal levy");
    tax->code = arena_format(books->arena, "TAX9%02d", books->revision);
    return true;
}

static bool copy_category(Books *books, BookCategory *category)
{
    if (category->parent < 0)
        return false;
    category->name = book_numbered(books, "Filiale");
    return true;
}

static bool copy_contact(Books *books, BookContact *contact)
{
    contact->name = book_numbered(books, "Nouveau contact");
    contact->email = arena_format(books->arena, "new%d@example.com", books->revision);
    contact->first_name = contact->last_name = NULL;
    contact->source = -1;
    return true;
}

static bool copy_item(Books *books, BookItem *item)
{
    item->name = book_numbered(books, "Novelty");
    item->code = arena_format(books->arena, "NEW-%04d", books->revision);
    return true;
}

static bool copy_document(Books *books, BookKind kind, Document *document, int64_t now)
{
    if (document->state == DOCUMENT_DRAFT)
        return false;
    int first_line = document->first_line;
    document->first_line = books->n_lines;
    for (int i = 0; i < document->n_lines; i++) {
        BookLine line = books->lines[first_line + i];
        *book_add_line(books) = line;
    }
    document->number = book_numbered(books, "N");
    document->due = document->due ? book_day(now) + 14 * DAY : 0;
    document->date = book_day(now);
    document->source = -1;
    bool at_once = kind == BOOK_SPENDING || kind == BOOK_RECEIPT;
    document->state = at_once ? DOCUMENT_PAID : DOCUMENT_OPEN;
    document->open = at_once ? 0 : document->total;
    document->paid_on = at_once ? document->date : 0;
    return true;
}

/* Pays the first document that is open, whole. */
static bool copy_settlement(Books *books, BookKind kind, Settlement *settlement, int64_t now)
{
    const BookSide *side = kind == BOOK_PAYMENT ? &book_receivables : &book_payables;
    for (int i = 0; i < n_book(books, side->document); i++) {
        const Document *document = document_at(books, side->document, i);
        if (!is_model(&document->entry) || document->state == DOCUMENT_DRAFT || document->open <= 0)
            continue;
        *settlement = (Settlement){
            .entry = settlement->entry,
            .contact = document->contact,
            .account = book_bank_of(books, document->currency),
            .reference = book_numbered(books, "Paid"),
            .date = book_day(now),
            .currency = document->currency,
            .rate_micros = book_rate(books, document->currency, book_day(now)),
            .amount = document->open,
            .n_links = 1,
            .links = {{side->document, i, document->open}},
        };
        return true;
    }
    return false;
}

static bool copy_journal(Books *books, BookJournal *journal, int64_t now)
{
    if (journal->draft)
        return false;
    journal->number = book_numbered(books, "MJ");
    journal->date = book_day(now);
    return true;
}

static bool copy_transfer(Books *books, BookTransfer *transfer, int64_t now)
{
    transfer->note = book_numbered(books, "Moved");
    transfer->date = book_day(now);
    return true;
}

/* Makes the copy its own; false: nothing like this can be made. */
static bool make_own(Books *books, BookKind kind, void *copy, int64_t now)
{
    switch (kind) {
    case BOOK_ACCOUNT:
        return copy_account(books, copy);
    case BOOK_TAX:
        return copy_tax(books, copy);
    case BOOK_CATEGORY:
        return copy_category(books, copy);
    case BOOK_CONTACT:
        return copy_contact(books, copy);
    case BOOK_ITEM:
        return copy_item(books, copy);
    case BOOK_JOURNAL:
        return copy_journal(books, copy, now);
    case BOOK_TRANSFER:
        return copy_transfer(books, copy, now);
    case BOOK_PAYMENT:
    case BOOK_BILL_PAYMENT:
        return copy_settlement(books, kind, copy, now);
    default:
        return copy_document(books, kind, copy, now);
    }
}

int book_copy(Books *books, BookKind kind, int model, int64_t now)
{
    Shelf *shelf = &books->shelves[kind];
    if (!is_model(entry_at(books, kind, model)))
        return -1;
    char copy[sizeof(BookJournal) + sizeof(BookContact) + sizeof(Settlement)] __attribute__((aligned(16)));
    memcpy(copy, shelf_at(shelf, model), shelf->size);
    ((Entry *)copy)->revision = 0;
    if (!make_own(books, kind, copy, now))
        return -1;
    int64_t newest = entry_at(books, kind, shelf->count - 1)->item.created;
    memcpy(shelf_add(shelf), copy, shelf->size);
    Entry *entry = entry_at(books, kind, shelf->count - 1);
    entry->item.created = now > newest ? now : newest;
    return shelf->count - 1;
}

const char *book_numbered(Books *books, const char *text)
{
    return arena_format(books->arena, "%s %d", text, ++books->revision);
}
