/* Payments of invoices and bills, in every way that people pay. */
#include "infra/sandbox/books_internal.h"
#include <stdlib.h>

/* How a document is paid, by its number, unless a credit has a part in it. */
typedef enum Way { WAY_AT_ONCE, WAY_LATE, WAY_IN_PART, WAY_TWICE, WAY_WITH_OTHERS, WAY_TOO_MUCH } Way;
static const Way ways[] = {
    WAY_AT_ONCE, WAY_WITH_OTHERS, WAY_LATE,    WAY_AT_ONCE,  WAY_IN_PART, WAY_AT_ONCE, WAY_WITH_OTHERS,
    WAY_TWICE,   WAY_AT_ONCE,     WAY_AT_ONCE, WAY_TOO_MUCH, WAY_LATE,    WAY_AT_ONCE,
};

enum { CREDITED = 8, JOINT_DAYS = 120 };

bool book_is_credited(int index)
{
    return index % CREDITED == 3;
}

typedef struct Settling {
    BookMaker *maker;
    Books *books;
    const BookSide *side;
    int *credit_of; /* by document: 1 + its credit; 0: none */
    bool *settled;
    Settlement *made;
    int n_made;
} Settling;

static bool counts(const Document *document)
{
    return !document->entry.voided && document->state != DOCUMENT_DRAFT;
}

/* Sales that failed and bills not yet due stay as they are. */
static bool is_paid(const Settling *settling, int index)
{
    const Document *document = document_at(settling->books, settling->side->document, index);
    if (!counts(document))
        return false;
    if (settling->side == &book_receivables)
        return sale_at(settling->maker->business, document->source)->state == SALE_PAID;
    return index % 5 != 2;
}

/* A settlement for the contact of a document; NULL: it would be after the history's end. */
static Settlement *begin_settlement(Settling *settling, const Document *document, int64_t date)
{
    static const char *const references[] = {NULL, "Überweisung", "chq", "ACH", "RF"};
    Books *books = settling->books;
    int number = settling->n_made;
    int64_t created = date + DAY / 2 + number % 3600 / 100;
    if (created > history_end(settling->maker->business))
        return NULL;
    const char *reference = references[number % 5];
    Settlement *settlement = &settling->made[settling->n_made++];
    *settlement = (Settlement){
        .entry = {.item.created = created},
        .contact = document->contact,
        .account = book_bank_of(books, document->currency),
        .reference = reference ? arena_format(books->arena, "%s %d", reference, number + 1) : NULL,
        .note = number % 6 == 4 ? "Received with thanks – quittance" : NULL,
        .date = date,
        .currency = document->currency,
        .rate_micros = book_rate(books, document->currency, date),
    };
    if (settling->side == &book_receivables && number % 7 == 5)
        settlement->account = -1;
    if (settling->side == &book_payables && number % 4 == 3 && document->currency == books->business->main)
        settlement->account = books_account_of(books, ACCOUNT_CARD);
    return settlement;
}

static void link_document(Settlement *settlement, BookKind kind, int index, int64_t amount)
{
    settlement->links[settlement->n_links].kind = kind;
    settlement->links[settlement->n_links].document = index;
    settlement->links[settlement->n_links++].amount = amount;
}

/* Pays an amount of a document in cash. */
static Settlement *pay(Settling *settling, int index, int64_t amount, int64_t date)
{
    const Document *document = document_at(settling->books, settling->side->document, index);
    Settlement *settlement = begin_settlement(settling, document, date);
    if (!settlement)
        return NULL;
    settlement->amount = amount;
    link_document(settlement, settling->side->document, index, amount);
    return settlement;
}

/* Others of the same contact and currency that are paid at once, from soon afterwards. */
static void pay_with_others(Settling *settling, int index)
{
    BookKind kind = settling->side->document;
    const Document *first = document_at(settling->books, kind, index);
    Settlement *settlement = pay(settling, index, first->total, first->date + 2 * DAY);
    if (!settlement)
        return;
    for (int i = index + 1; i < n_book(settling->books, kind) && settlement->n_links < SETTLEMENT_LINKS; i++) {
        const Document *other = document_at(settling->books, kind, i);
        if (other->date > first->date + (int64_t)JOINT_DAYS * DAY)
            return;
        int64_t created = other->date + 3 * DAY;
        if (other->contact != first->contact || other->currency != first->currency || settling->settled[i] ||
            settling->credit_of[i] || !is_paid(settling, i) || created > history_end(settling->maker->business))
            continue;
        settling->settled[i] = true;
        settlement->amount += other->total;
        settlement->date = book_day(created);
        settlement->entry.item.created = settlement->date + DAY / 2;
        settlement->rate_micros = book_rate(settling->books, settlement->currency, settlement->date);
        link_document(settlement, kind, i, other->total);
    }
}

/* The credit and the rest in cash: by turns in one settlement, or first the credit alone. */
static void pay_with_credit(Settling *settling, int index, int credit_index)
{
    const BookSide *side = settling->side;
    const Document *document = document_at(settling->books, side->document, index);
    const Document *credit = document_at(settling->books, side->credit, credit_index);
    int64_t date = credit->date + DAY;
    if (index / CREDITED % 2 == 1) {
        Settlement *settlement = pay(settling, index, document->total, date);
        if (!settlement)
            return;
        settlement->amount -= credit->total;
        link_document(settlement, side->credit, credit_index, credit->total);
        return;
    }
    Settlement *settlement = begin_settlement(settling, document, date);
    if (!settlement)
        return;
    settlement->account = -1;
    link_document(settlement, side->document, index, credit->total);
    link_document(settlement, side->credit, credit_index, credit->total);
    if (index / CREDITED % 4 == 2)
        pay(settling, index, document->total - credit->total, date + 9 * DAY);
}

static void settle(Settling *settling, int index)
{
    const Document *document = document_at(settling->books, settling->side->document, index);
    int64_t total = document->total, date = document->date + (int64_t)(index % 3) * DAY;
    int64_t part = book_rounded(total * 2 / 5, book_grain(document->currency));
    Settlement *settlement;
    if (settling->credit_of[index]) {
        pay_with_credit(settling, index, settling->credit_of[index] - 1);
        return;
    }
    switch (part > 0 ? ways[index % (int)COUNT_OF(ways)] : WAY_AT_ONCE) {
    case WAY_AT_ONCE:
        pay(settling, index, total, date);
        return;
    case WAY_LATE:
        pay(settling, index, total, document->date + 45 * DAY);
        return;
    case WAY_IN_PART:
        pay(settling, index, part, date);
        return;
    case WAY_TWICE:
        pay(settling, index, part, date);
        pay(settling, index, total - part, date + 20 * DAY);
        return;
    case WAY_WITH_OTHERS:
        pay_with_others(settling, index);
        return;
    case WAY_TOO_MUCH:
        settlement = pay(settling, index, total, date);
        if (settlement) {
            settlement->unapplied = 100 * book_grain(document->currency);
            settlement->amount += settlement->unapplied;
        }
        return;
    }
}

/* Which credit each document has; only such that settle it. */
static void find_credits(Settling *settling)
{
    for (int i = 0; i < n_book(settling->books, settling->side->credit); i++) {
        const Document *credit = document_at(settling->books, settling->side->credit, i);
        const Document *document = document_at(settling->books, settling->side->document, credit->source);
        bool fits = book_is_credited(credit->source) && counts(credit) && is_paid(settling, credit->source);
        if (fits && !settling->credit_of[credit->source] && credit->total < document->total)
            settling->credit_of[credit->source] = i + 1;
    }
}

static int by_creation(const void *a, const void *b)
{
    const Settlement *one = a, *other = b;
    if (one->entry.item.created != other->entry.item.created)
        return one->entry.item.created < other->entry.item.created ? -1 : 1;
    return one->links[0].document - other->links[0].document;
}

static void shelve(Settling *settling)
{
    BookKind kind = settling->side->settlement;
    qsort(settling->made, (size_t)settling->n_made, sizeof *settling->made, by_creation);
    for (int i = 0; i < settling->n_made; i++) {
        Settlement *settlement = book_add(settling->books, kind, settling->made[i].entry.item.created);
        *settlement = settling->made[i];
        settlement->entry.updated = settlement->entry.item.created;
        if (i % 40 == 13 && settlement->amount > 0) {
            settlement->entry.voided = true; /* it bounced: what it paid is open */
            settlement->entry.updated += DAY / 3;
        } else {
            book_settle(settling->books, settlement, 1, settlement->entry.item.created);
        }
    }
}

void make_settlements(BookMaker *maker, const BookSide *side)
{
    Books *books = maker->books;
    size_t n = (size_t)n_book(books, side->document);
    Settling settling = {
        .maker = maker,
        .books = books,
        .side = side,
        .credit_of = ARENA_ARRAY(books->arena, int, n),
        .settled = ARENA_ARRAY(books->arena, bool, n),
        .made = ARENA_ARRAY(books->arena, Settlement, 2 * n + 1),
    };
    find_credits(&settling);
    for (int i = 0; i < (int)n; i++)
        if (!settling.settled[i] && is_paid(&settling, i))
            settle(&settling, i);
    shelve(&settling);
}

void book_settle(Books *books, const Settlement *settlement, int direction, int64_t now)
{
    for (int i = 0; i < settlement->n_links; i++) {
        Document *document = document_at(books, settlement->links[i].kind, settlement->links[i].document);
        document->open -= direction * settlement->links[i].amount;
        document->state = document->open == 0                 ? DOCUMENT_PAID
                          : document->open == document->total ? DOCUMENT_OPEN
                                                              : DOCUMENT_PART_PAID;
        document->paid_on = document->open == 0 ? settlement->date : 0;
        if (document->entry.updated < now)
            document->entry.updated = now;
    }
}
