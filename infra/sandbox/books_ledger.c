/* The ledger: what each entry posts. Nothing of it is kept: it is derived anew, so that it cannot disagree. */
#include "infra/sandbox/books_internal.h"
#include <stdlib.h>

typedef struct Poster {
    const Books *books;
    void (*take)(void *context, const Posting *posting);
    void *context;
    Posting next; /* date, kind and source of what is being posted */
    int64_t sum;  /* of its postings so far */
    int accounts[ACCOUNT_TYPES];
} Poster;

static void post(Poster *poster, int account, int64_t amount)
{
    if (amount == 0)
        return;
    poster->next.account = account;
    poster->next.amount = amount;
    poster->sum += amount;
    poster->take(poster->context, &poster->next);
}

static void begin(Poster *poster, BookKind kind, int source, int64_t date)
{
    poster->next = (Posting){.date = date, .kind = kind, .source = source};
    poster->sum = 0;
}

static bool posts(const Entry *entry)
{
    return !entry->voided && !entry->item.deleted;
}

static void post_document(Poster *poster, BookKind kind, int index)
{
    const Document *document = document_at(poster->books, kind, index);
    if (!posts(&document->entry) || document->state == DOCUMENT_DRAFT)
        return;
    /* Debit of the lines is positive: costs, and income that was taken back. */
    bool debit = (kind == BOOK_BILL || kind == BOOK_SPENDING || kind == BOOK_CREDIT_NOTE) != document->refund;
    int sign = debit ? 1 : -1;
    int control = kind == BOOK_INVOICE || kind == BOOK_CREDIT_NOTE ? poster->accounts[ACCOUNT_RECEIVABLE]
                  : kind == BOOK_BILL || kind == BOOK_BILL_CREDIT  ? poster->accounts[ACCOUNT_PAYABLE]
                                                                   : document->account;
    begin(poster, kind, index, document->date);
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &poster->books->lines[document->first_line + i];
        if (!line->text_only)
            post(poster, line->account,
                 sign * books_home(poster->books, line->net, document->currency, document->rate_micros));
    }
    post(poster, poster->accounts[ACCOUNT_TAX],
         sign * books_home(poster->books, document->tax, document->currency, document->rate_micros));
    post(poster, control, -poster->sum);
}

static void post_settlement(Poster *poster, BookKind kind, int index)
{
    const Books *books = poster->books;
    const Settlement *settlement = settlement_at(books, kind, index);
    if (!posts(&settlement->entry))
        return;
    const BookSide *side = kind == BOOK_PAYMENT ? &book_receivables : &book_payables;
    int sign = kind == BOOK_PAYMENT ? 1 : -1, control = poster->accounts[side->control];
    int account = settlement->account >= 0 ? settlement->account : poster->accounts[ACCOUNT_CLEARING];
    begin(poster, kind, index, settlement->date);
    post(poster, account, sign * books_home(books, settlement->amount, settlement->currency, settlement->rate_micros));
    for (int i = 0; i < settlement->n_links; i++) {
        const Document *document = document_at(books, settlement->links[i].kind, settlement->links[i].document);
        int64_t amount = books_home(books, settlement->links[i].amount, document->currency, document->rate_micros);
        post(poster, control, settlement->links[i].kind == side->document ? -sign * amount : sign * amount);
    }
    post(poster, control,
         -sign * books_home(books, settlement->unapplied, settlement->currency, settlement->rate_micros));
    post(poster, poster->accounts[ACCOUNT_OTHER_INCOME], -poster->sum);
}

static void post_journal(Poster *poster, int index)
{
    const BookJournal *journal = journal_at(poster->books, index);
    if (!posts(&journal->entry) || journal->draft)
        return;
    begin(poster, BOOK_JOURNAL, index, journal->date);
    for (int i = 0; i < journal->n_lines; i++)
        post(poster, journal->lines[i].account, journal->lines[i].amount);
}

static void post_transfer(Poster *poster, int index)
{
    const BookTransfer *transfer = book_transfer_at(poster->books, index);
    if (!posts(&transfer->entry))
        return;
    begin(poster, BOOK_TRANSFER, index, transfer->date);
    post(poster, transfer->to, transfer->amount);
    post(poster, transfer->from, -transfer->amount);
}

static void post_all(const Books *books, void (*take)(void *context, const Posting *posting), void *context)
{
    Poster poster = {.books = books, .take = take, .context = context};
    for (int type = 0; type < ACCOUNT_TYPES; type++)
        poster.accounts[type] = books_account_of(books, (AccountType)type);
    for (BookKind kind = BOOK_INVOICE; kind < BOOK_KINDS; kind++) {
        for (int i = 0; i < n_book(books, kind) && kind != BOOK_PURCHASE_ORDER; i++) {
            if (is_document(kind))
                post_document(&poster, kind, i);
            else if (is_settlement(kind))
                post_settlement(&poster, kind, i);
            else if (kind == BOOK_JOURNAL)
                post_journal(&poster, i);
            else
                post_transfer(&poster, i);
        }
    }
}

/* With its place, so that the order is the same whatever qsort() does with equals. */
typedef struct Placed {
    Posting posting;
    int place;
} Placed;

typedef struct Postings {
    Placed *all; /* NULL: only counted */
    int n;
} Postings;

static void keep(void *context, const Posting *posting)
{
    Postings *postings = context;
    if (postings->all)
        postings->all[postings->n] = (Placed){*posting, postings->n};
    postings->n++;
}

static int by_date(const void *a, const void *b)
{
    const Placed *one = a, *other = b;
    if (one->posting.date != other->posting.date)
        return one->posting.date < other->posting.date ? -1 : 1;
    return one->place - other->place;
}

int books_postings(const Books *books, Arena *arena, const Posting **postings)
{
    Postings found = {0};
    post_all(books, keep, &found);
    size_t n = (size_t)found.n;
    found = (Postings){.all = ARENA_ARRAY(arena, Placed, n)};
    post_all(books, keep, &found);
    qsort(found.all, n, sizeof *found.all, by_date);
    Posting *sorted = ARENA_ARRAY(arena, Posting, n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = found.all[i].posting;
    *postings = sorted;
    return (int)n;
}

typedef struct Sum {
    int account;
    int64_t day, amount;
} Sum;

static void add_up(void *context, const Posting *posting)
{
    Sum *sum = context;
    if (posting->account == sum->account && posting->date <= sum->day)
        sum->amount += posting->amount;
}

int64_t books_balance(const Books *books, int account, int64_t day)
{
    Sum sum = {.account = account, .day = day};
    post_all(books, add_up, &sum);
    return sum.amount;
}
