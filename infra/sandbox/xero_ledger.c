#include "infra/sandbox/xero_ledger.h"
#include <stdlib.h>
#include <string.h>

/* What the books post for one entry, or (n 0) what they no longer do. */
typedef struct Change {
    BookKind kind;
    int source, first, n;
    int64_t date, created;
} Change;

typedef struct Look {
    XeroLedger *ledger;
    const Books *books;
    const Posting *postings;
    Change *changes;
    int n_changes;
} Look;

static void *grown(void *items, int wanted, int *capacity, size_t size)
{
    if (wanted <= *capacity)
        return items;
    *capacity = 2 * wanted;
    items = realloc(items, (size_t)*capacity * size);
    if (!items)
        abort();
    return items;
}

XeroLedger *xero_ledger(Account *account)
{
    if (!account->xero)
        account->xero = calloc(1, sizeof *account->xero);
    if (!account->xero)
        abort();
    return account->xero;
}

void xero_ledger_free(XeroLedger *ledger)
{
    if (!ledger)
        return;
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        free(ledger->last[kind]);
    free(ledger->journals);
    free(ledger->postings);
    free(ledger);
}

/* Entries that came since the last look have no journal yet. */
static void know_all(XeroLedger *ledger, const Books *books)
{
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        int n = n_book(books, kind), capacity = ledger->known[kind];
        ledger->last[kind] = grown(ledger->last[kind], n, &capacity, sizeof(int));
        for (int i = ledger->known[kind]; i < capacity; i++)
            ledger->last[kind][i] = -1;
        ledger->known[kind] = capacity;
    }
}

static bool stands(const Look *look, const Change *change)
{
    int number = look->ledger->last[change->kind][change->source];
    if (number < 0)
        return change->n == 0;
    const XeroJournal *journal = &look->ledger->journals[number];
    bool same = journal->n == change->n && journal->date == change->date;
    for (int i = 0; same && i < change->n; i++) {
        const XeroPosting *written = &look->ledger->postings[journal->first + i];
        const Posting *posting = &look->postings[change->first + i];
        same = written->account == posting->account && written->amount == posting->amount;
    }
    return same;
}

static void note(Look *look, Change change)
{
    const Entry *entry = entry_at(look->books, change.kind, change.source);
    if (stands(look, &change))
        return;
    change.created = look->ledger->looked ? entry->updated : entry->item.created;
    look->changes[look->n_changes++] = change;
}

/* Entries that have postings; `posted` marks them. */
static void note_posted(Look *look, int n_postings, bool *posted[BOOK_KINDS])
{
    for (int i = 0, next; i < n_postings; i = next) {
        const Posting *first = &look->postings[i];
        for (next = i + 1; next < n_postings && look->postings[next].kind == first->kind &&
                           look->postings[next].source == first->source;
             next++)
            ;
        posted[first->kind][first->source] = true;
        note(look, (Change){first->kind, first->source, i, next - i, first->date, 0});
    }
}

static int by_created(const void *a, const void *b)
{
    const Change *one = a, *two = b;
    if (one->created != two->created)
        return one->created < two->created ? -1 : 1;
    return one->kind != two->kind ? (int)one->kind - (int)two->kind : one->source - two->source;
}

static XeroJournal *write_journal(XeroLedger *ledger, const Change *change, int64_t date, int n)
{
    int64_t before = ledger->n_journals ? ledger->journals[ledger->n_journals - 1].created : 0;
    ledger->journals =
        grown(ledger->journals, ledger->n_journals + 1, &ledger->journals_capacity, sizeof *ledger->journals);
    ledger->postings =
        grown(ledger->postings, ledger->n_postings + n, &ledger->postings_capacity, sizeof *ledger->postings);
    XeroJournal *journal = &ledger->journals[ledger->n_journals++];
    *journal = (XeroJournal){.created = change->created > before ? change->created : before,
                             .date = date,
                             .kind = change->kind,
                             .source = change->source,
                             .first = ledger->n_postings,
                             .n = n};
    ledger->n_postings += n;
    return journal;
}

static void write_change(Look *look, const Change *change)
{
    XeroLedger *ledger = look->ledger;
    int *last = &ledger->last[change->kind][change->source];
    if (*last >= 0) {
        XeroJournal old = ledger->journals[*last];
        XeroJournal *back = write_journal(ledger, change, old.date, old.n);
        for (int i = 0; i < old.n; i++) {
            const XeroPosting *posting = &ledger->postings[old.first + i];
            ledger->postings[back->first + i] = (XeroPosting){posting->account, -posting->amount};
        }
        *last = -1;
    }
    if (change->n == 0)
        return;
    XeroJournal *journal = write_journal(ledger, change, change->date, change->n);
    for (int i = 0; i < change->n; i++) {
        const Posting *posting = &look->postings[change->first + i];
        ledger->postings[journal->first + i] = (XeroPosting){posting->account, posting->amount};
    }
    *last = ledger->n_journals - 1;
}

static void look_at(XeroLedger *ledger, const Books *books, Arena *arena)
{
    Look look = {.ledger = ledger, .books = books};
    bool *posted[BOOK_KINDS];
    int n_entries = 0, n_postings = books_postings(books, arena, &look.postings);
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        posted[kind] = ARENA_ARRAY(arena, bool, (size_t)n_book(books, kind) + 1);
        n_entries += n_book(books, kind);
    }
    look.changes = ARENA_ARRAY(arena, Change, (size_t)n_entries + 1);
    note_posted(&look, n_postings, posted);
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        for (int i = 0; i < n_book(books, kind); i++)
            if (!posted[kind][i])
                note(&look, (Change){.kind = (BookKind)kind, .source = i});
    qsort(look.changes, (size_t)look.n_changes, sizeof *look.changes, by_created);
    for (int i = 0; i < look.n_changes; i++)
        write_change(&look, &look.changes[i]);
}

XeroLedger *xero_ledger_now(Account *account)
{
    XeroLedger *ledger = xero_ledger(account);
    const Books *books = account_books(account);
    if (ledger->looked && ledger->revision == books->revision)
        return ledger;
    AUTO(Arena) *arena = arena_new(256 * KIB);
    know_all(ledger, books);
    look_at(ledger, books, arena);
    ledger->looked = true;
    ledger->revision = books->revision;
    return ledger;
}
