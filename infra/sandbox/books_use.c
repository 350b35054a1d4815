/* What points to what: only what nothing points to can be deleted, or renamed without changing others. */
#include "infra/sandbox/books_internal.h"

static bool there(const Entry *entry)
{
    return !entry->item.deleted;
}

static bool line_uses(const BookLine *line, BookKind kind, int index)
{
    switch (kind) {
    case BOOK_ACCOUNT:
        return line->account == index;
    case BOOK_TAX:
        return line->tax == index;
    case BOOK_ITEM:
        return line->item == index;
    case BOOK_CATEGORY:
        return line->category[0] == index || line->category[1] == index;
    default:
        return false;
    }
}

static bool document_uses(const Books *books, BookKind of, const Document *document, BookKind kind, int index)
{
    if ((kind == BOOK_CONTACT && document->contact == index) || (kind == BOOK_ACCOUNT && document->account == index))
        return true;
    BookKind source = of == BOOK_CREDIT_NOTE   ? BOOK_INVOICE
                      : of == BOOK_BILL_CREDIT ? BOOK_BILL
                      : of == BOOK_BILL        ? BOOK_PURCHASE_ORDER
                                               : BOOK_KINDS;
    if (kind == source && document->source == index)
        return true;
    for (int i = 0; i < document->n_lines; i++)
        if (line_uses(&books->lines[document->first_line + i], kind, index))
            return true;
    return false;
}

static bool settlement_uses(const Settlement *settlement, BookKind kind, int index)
{
    if ((kind == BOOK_CONTACT && settlement->contact == index) ||
        (kind == BOOK_ACCOUNT && settlement->account == index))
        return true;
    for (int i = 0; i < settlement->n_links; i++)
        if (settlement->links[i].kind == kind && settlement->links[i].document == index)
            return true;
    return false;
}

static bool journal_uses(const BookJournal *journal, BookKind kind, int index)
{
    for (int i = 0; i < journal->n_lines; i++)
        if ((kind == BOOK_ACCOUNT && journal->lines[i].account == index) ||
            (kind == BOOK_CATEGORY && journal->lines[i].category == index) ||
            (kind == BOOK_CONTACT && journal->lines[i].contact == index))
            return true;
    return false;
}

static bool item_uses(const BookItem *item, BookKind kind, int index)
{
    return (kind == BOOK_ACCOUNT && (item->income_account == index || item->expense_account == index)) ||
           (kind == BOOK_TAX && (item->sales_tax == index || item->purchase_tax == index));
}

static bool list_uses(const Books *books, BookKind of, int i, BookKind kind, int index)
{
    return (of == BOOK_ACCOUNT && kind == of && account_at(books, i)->parent == index) ||
           (of == BOOK_CATEGORY && kind == of && category_at(books, i)->parent == index) ||
           (of == BOOK_ITEM && item_uses(book_item_at(books, i), kind, index)) ||
           (of == BOOK_JOURNAL && journal_uses(journal_at(books, i), kind, index)) ||
           (of == BOOK_TRANSFER && kind == BOOK_ACCOUNT &&
            (book_transfer_at(books, i)->from == index || book_transfer_at(books, i)->to == index));
}

bool book_is_used(const Books *books, BookKind kind, int index)
{
    /* The ledger posts to the first account of each type without being told. */
    if (kind == BOOK_ACCOUNT && books_account_of(books, account_at(books, index)->type) == index)
        return true;
    for (BookKind of = 0; of < BOOK_KINDS; of++) {
        for (int i = 0; i < n_book(books, of); i++) {
            if (!there(entry_at(books, of, i)))
                continue;
            bool uses = is_document(of)     ? document_uses(books, of, document_at(books, of, i), kind, index)
                        : is_settlement(of) ? settlement_uses(settlement_at(books, of, i), kind, index)
                                            : list_uses(books, of, i, kind, index);
            if (uses)
                return true;
        }
    }
    return false;
}

bool book_is_settled(const Books *books, BookKind kind, int index)
{
    for (BookKind of = BOOK_PAYMENT; of <= BOOK_BILL_PAYMENT; of++) {
        for (int i = 0; i < n_book(books, of); i++) {
            const Settlement *settlement = settlement_at(books, of, i);
            bool counts = !settlement->entry.item.deleted && !settlement->entry.voided;
            for (int j = 0; counts && j < settlement->n_links; j++)
                if (settlement->links[j].kind == kind && settlement->links[j].document == index)
                    return true;
        }
    }
    return false;
}
