/* What happens to books after they were made. */
#include "infra/sandbox/books_internal.h"

typedef struct Change {
    Books *books;
    BookKind kind;
    int64_t stamp;
    BookTouched *touched;
    int n;
} Change;

static void touch(Change *change, BookKind kind, int index)
{
    Entry *entry = entry_at(change->books, kind, index);
    entry->revision++;
    entry->updated = change->stamp;
    change->touched[change->n++] = (BookTouched){kind, index};
}

/* The settlement does, or no longer does, what it did to its documents. */
static void settle_again(Change *change, int index, int direction)
{
    const Settlement *settlement = settlement_at(change->books, change->kind, index);
    book_settle(change->books, settlement, direction, change->stamp);
    for (int i = 0; i < settlement->n_links; i++)
        touch(change, settlement->links[i].kind, settlement->links[i].document);
}

/* A document's text is that of its first line: not every vendor has notes. */
static bool change_document(Books *books, Document *document)
{
    for (int i = 0; i < document->n_lines; i++) {
        BookLine *line = &books->lines[document->first_line + i];
        if (line->text_only)
            continue;
        line->description = book_numbered(books, "Corrected – berichtigt");
        return true;
    }
    return false;
}

static bool change_text(Books *books, BookKind kind, int index)
{
    /* Others show their names, and would change too. */
    if ((kind == BOOK_TAX || kind == BOOK_CATEGORY) && book_is_used(books, kind, index))
        return false;
    switch (kind) {
    case BOOK_ACCOUNT:
        account_at(books, index)->description = book_numbered(books, "Described anew");
        return true;
    case BOOK_TAX:
        tax_at(books, index)->name = book_numbered(books, "Tax, renamed");
        return true;
    case BOOK_CATEGORY:
        category_at(books, index)->name = book_numbered(books, "Unit, renamed");
        return true;
    case BOOK_CONTACT:
        contact_at(books, index)->phone = book_numbered(books, "+1 555 0100 ext.");
        return true;
    case BOOK_ITEM:
        book_item_at(books, index)->sales_text = book_numbered(books, "New and improved – Ausgabe");
        return true;
    case BOOK_JOURNAL:
        journal_at(books, index)->note = book_numbered(books, "Entry, explained");
        return true;
    case BOOK_TRANSFER:
        book_transfer_at(books, index)->note = book_numbered(books, "Transfer, explained");
        return true;
    case BOOK_PAYMENT:
    case BOOK_BILL_PAYMENT:
        settlement_at(books, kind, index)->reference = book_numbered(books, "Reference");
        return true;
    default:
        return change_document(books, document_at(books, kind, index));
    }
}

static bool do_change(Change *change, int index)
{
    const Entry *entry = entry_at(change->books, change->kind, index);
    if (entry->archived || entry->voided || !change_text(change->books, change->kind, index))
        return false;
    touch(change, change->kind, index);
    return true;
}

static bool can_void(const Books *books, BookKind kind, int index)
{
    if (kind < BOOK_INVOICE || entry_at(books, kind, index)->voided)
        return false;
    if (kind == BOOK_JOURNAL)
        return !journal_at(books, index)->draft;
    if (!is_document(kind))
        return true;
    DocumentState state = document_at(books, kind, index)->state;
    return state != DOCUMENT_DRAFT && state != DOCUMENT_CLOSED && !book_is_settled(books, kind, index);
}

static bool do_void(Change *change, int index)
{
    if (!can_void(change->books, change->kind, index))
        return false;
    touch(change, change->kind, index);
    if (is_settlement(change->kind))
        settle_again(change, index, -1);
    if (is_document(change->kind))
        document_at(change->books, change->kind, index)->open = 0;
    entry_at(change->books, change->kind, index)->voided = true;
    return true;
}

static bool do_delete(Change *change, int index)
{
    /* To some vendors void and deleted is the same: nobody would see a difference. */
    if (entry_at(change->books, change->kind, index)->voided || book_is_used(change->books, change->kind, index))
        return false;
    touch(change, change->kind, index);
    if (is_settlement(change->kind))
        settle_again(change, index, -1);
    entry_at(change->books, change->kind, index)->item.deleted = true;
    return true;
}

static bool do_create(Change *change, int model)
{
    int index = book_copy(change->books, change->kind, model, change->stamp);
    if (index < 0)
        return false;
    touch(change, change->kind, index);
    entry_at(change->books, change->kind, index)->revision = 0;
    if (is_settlement(change->kind))
        settle_again(change, index, 1);
    return true;
}

static bool do_archive(Change *change, int index)
{
    Entry *entry = entry_at(change->books, change->kind, index);
    if (change->kind >= BOOK_INVOICE || entry->archived)
        return false;
    if (change->kind == BOOK_ACCOUNT &&
        books_account_of(change->books, account_at(change->books, index)->type) == index)
        return false; /* the ledger posts to it */
    entry->archived = true;
    touch(change, change->kind, index);
    return true;
}

static bool (*const acts[])(Change *change, int index) = {
    [BOOK_CHANGED] = do_change, [BOOK_VOIDED] = do_void,      [BOOK_DELETED] = do_delete,
    [BOOK_CREATED] = do_create, [BOOK_ARCHIVED] = do_archive,
};

int books_change(Books *books, BookKind kind, BookChange what, int index, int *place, int64_t now,
                 BookTouched touched[BOOK_TOUCHED])
{
    Change change = {
        .books = books,
        .kind = kind,
        .stamp = now > books->newest ? now : books->newest + 1,
        .touched = touched,
    };
    int count = n_book(books, kind);
    /* Of models there are always enough: after the last comes the first. */
    int from = index >= 0 ? index : what == BOOK_CREATED && *place >= count ? 0 : *place;
    int end = index >= 0 ? index + 1 : count;
    for (int i = from; i < end && change.n == 0; i++) {
        if (entry_at(books, kind, i)->item.deleted || !acts[what](&change, i))
            continue;
        books->newest = change.stamp;
        books->revision++;
        if (index < 0)
            *place = i + 1;
    }
    return change.n;
}
