#include "infra/sandbox/books.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

#define TODAY 1782864000 /* 2026-07-01 */

static const char *const names[] = {"acme", "bob",   "carol", "dave", "erin",  "frank", "gina",  "hal",  "ivy", "jack",
                                    "kim",  "laura", "mia",   "nils", "oscar", "petra", "quinn", "rosa", "sam", "tess"};

/* Checked by the million: Check's own macros send a message each time. */
#define HOLDS(claim)                                                                                                   \
    do {                                                                                                               \
        if (!(claim))                                                                                                  \
            ck_abort_msg("not so: %s", #claim);                                                                        \
    } while (0)

typedef void Check(const Books *books);

static void check_all(Check *check)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AUTO(Business) *small = business_new(names[i], business_small(), TODAY);
        AUTO(Books) *books = books_new(small);
        check(books);
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AUTO(Business) *large = business_new(names[i], business_large(), TODAY);
        AUTO(Books) *books = books_new(large);
        check(books);
    }
}

static bool is_posted(const Entry *entry)
{
    return !entry->voided && !entry->item.deleted;
}

static void check_postings(const Books *books)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    const Posting *postings;
    int n = books_postings(books, arena, &postings);
    int64_t *sums[BOOK_KINDS], total = 0, before = books->opened;
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        sums[kind] = ARENA_ARRAY(arena, int64_t, (size_t)n_book(books, kind));
    HOLDS(n > 500);
    for (int i = 0; i < n; i++) {
        HOLDS(postings[i].date >= before);
        before = postings[i].date;
        HOLDS(postings[i].account >= 0 && postings[i].account < n_book(books, BOOK_ACCOUNT));
        HOLDS(is_posted(entry_at(books, postings[i].kind, postings[i].source)));
        sums[postings[i].kind][postings[i].source] += postings[i].amount;
        total += postings[i].amount;
    }
    HOLDS(total == 0);
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        for (int i = 0; i < n_book(books, kind); i++)
            HOLDS(sums[kind][i] == 0);
    HOLDS(postings[0].date == books->opened);
}

START_TEST(postings_balance_for_every_source_and_in_total)
{
    check_all(check_postings);
}
END_TEST

static const int64_t powers[] = {1, 10, 100, 1000};

static int64_t rounded(__int128 numerator, __int128 denominator)
{
    return (int64_t)((numerator + denominator / 2) / denominator);
}

/* The amount as it is written must be quantity times price less discount, at the two decimals that ledgers have. */
static void check_line(const Books *books, const Document *document, const BookLine *line)
{
    int64_t unit = document->total % 10 == 0 && document->currency->digits == 3 ? 10 : 1;
    int64_t written = document->form == TAX_FORM_INCLUSIVE ? line->net + line->tax_amount : line->net;
    __int128 exact = (__int128)line->quantity_micros * line->price_micros * (100000 - line->discount_millis) *
                     powers[document->currency->digits];
    HOLDS(written == rounded(exact, (__int128)100000000000000000 * unit) * unit);
    int64_t rate = line->tax < 0 ? 0 : tax_effective_millis(tax_at(books, line->tax));
    __int128 taxed = (__int128)line->net * rate;
    if (document->form == TAX_FORM_INCLUSIVE)
        HOLDS(line->tax_amount == rounded((__int128)written * rate, (100000 + rate) * unit) * unit);
    else
        HOLDS(line->tax_amount == rounded(taxed, 100000 * unit) * unit);
    if (document->form == TAX_FORM_NONE)
        HOLDS(line->tax == -1);
    HOLDS(line->price_micros % 100 == 0);
    HOLDS(line->account >= 0);
}

static void check_document(const Books *books, const Document *document)
{
    int64_t net = 0, tax = 0;
    HOLDS(document->n_lines > 0);
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &books->lines[document->first_line + i];
        net += line->net;
        tax += line->tax_amount;
        if (!line->text_only)
            check_line(books, document, line);
    }
    HOLDS(document->net == net);
    HOLDS(document->tax == tax);
    HOLDS(document->total == net + tax);
    HOLDS(document->total > 0);
    HOLDS(document->rate_micros > 0);
    HOLDS(document->date >= books->opened);
}

static void check_documents(const Books *books)
{
    for (int kind = BOOK_INVOICE; kind <= BOOK_RECEIPT; kind++)
        for (int i = 0; i < n_book(books, kind); i++)
            check_document(books, document_at(books, kind, i));
}

START_TEST(documents_add_up_and_lines_are_quantity_times_price_less_discount_and_tax)
{
    check_all(check_documents);
}
END_TEST

static int64_t *settled_of(const Books *books, Arena *arena, BookKind kind)
{
    int64_t *settled = ARENA_ARRAY(arena, int64_t, (size_t)n_book(books, kind));
    for (int of = BOOK_PAYMENT; of <= BOOK_BILL_PAYMENT; of++)
        for (int i = 0; i < n_book(books, of); i++)
            for (int j = 0; is_posted(entry_at(books, of, i)) && j < settlement_at(books, of, i)->n_links; j++)
                if (settlement_at(books, of, i)->links[j].kind == kind)
                    settled[settlement_at(books, of, i)->links[j].document] +=
                        settlement_at(books, of, i)->links[j].amount;
    return settled;
}

static void check_open(const Books *books)
{
    static const BookKind kinds[] = {BOOK_INVOICE, BOOK_CREDIT_NOTE, BOOK_BILL, BOOK_BILL_CREDIT};
    AUTO(Arena) *arena = arena_new(64 * KIB);
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        const int64_t *settled = settled_of(books, arena, kinds[k]);
        for (int i = 0; i < n_book(books, kinds[k]); i++) {
            const Document *document = document_at(books, kinds[k], i);
            int64_t open = document->entry.voided ? 0 : document->total - settled[i];
            HOLDS(document->open == open);
            HOLDS(open >= 0);
            HOLDS((document->paid_on != 0) == (document->state == DOCUMENT_PAID));
            if (!document->entry.voided && document->state != DOCUMENT_DRAFT)
                HOLDS(document->state == (open == 0                 ? DOCUMENT_PAID
                                          : open == document->total ? DOCUMENT_OPEN
                                                                    : DOCUMENT_PART_PAID));
        }
    }
    for (int kind = BOOK_PAYMENT; kind <= BOOK_BILL_PAYMENT; kind++) {
        for (int i = 0; i < n_book(books, kind); i++) {
            const Settlement *settlement = settlement_at(books, kind, i);
            int64_t used = settlement->unapplied;
            for (int j = 0; j < settlement->n_links; j++) {
                BookKind to = settlement->links[j].kind;
                const Document *document = document_at(books, to, settlement->links[j].document);
                used +=
                    to == BOOK_INVOICE || to == BOOK_BILL ? settlement->links[j].amount : -settlement->links[j].amount;
                HOLDS(document->currency == settlement->currency);
                HOLDS(document->contact == settlement->contact);
                HOLDS(settlement->date >= document->date);
            }
            HOLDS(settlement->amount == used);
        }
    }
}

START_TEST(what_is_settled_and_what_is_open_make_the_total)
{
    check_all(check_open);
}
END_TEST

static int64_t owed(const Books *books, BookKind document, BookKind credit, BookKind settlement)
{
    int64_t sum = 0;
    for (int i = 0; i < n_book(books, document); i++)
        if (document_at(books, document, i)->state != DOCUMENT_DRAFT)
            sum += document_at(books, document, i)->open;
    for (int i = 0; i < n_book(books, credit); i++)
        if (document_at(books, credit, i)->state != DOCUMENT_DRAFT)
            sum -= document_at(books, credit, i)->open;
    for (int i = 0; i < n_book(books, settlement); i++)
        if (is_posted(entry_at(books, settlement, i)))
            sum -= settlement_at(books, settlement, i)->unapplied;
    return sum;
}

static void check_control_accounts(const Books *books)
{
    if (books->business->foreign)
        return;
    int receivable = books_account_of(books, ACCOUNT_RECEIVABLE), payable = books_account_of(books, ACCOUNT_PAYABLE);
    HOLDS(books_balance(books, receivable, TODAY) == owed(books, BOOK_INVOICE, BOOK_CREDIT_NOTE, BOOK_PAYMENT));
    HOLDS(-books_balance(books, payable, TODAY) == owed(books, BOOK_BILL, BOOK_BILL_CREDIT, BOOK_BILL_PAYMENT));
}

START_TEST(control_accounts_hold_what_is_open)
{
    check_all(check_control_accounts);
}
END_TEST

static void check_sales(const Books *books)
{
    const Business *business = books->business;
    int n_expected = 0, n_found = 0;
    for (int i = 0; i < n_of(business, KIND_SALE); i++)
        n_expected += sale_at(business, i)->state == SALE_PAID && sale_at(business, i)->item.created >= books->opened;
    for (int i = 0; i < n_book(books, BOOK_INVOICE); i++) {
        const Document *invoice = document_at(books, BOOK_INVOICE, i);
        const Sale *sale = sale_at(business, invoice->source);
        HOLDS(invoice->total == sale->amount);
        HOLDS(invoice->currency == sale->currency);
        HOLDS(contact_at(books, invoice->contact)->source == sale->customer);
        HOLDS(invoice->date == sale->item.created - sale->item.created % 86400);
        if (sale->state != SALE_PAID)
            continue;
        HOLDS(!invoice->entry.voided && invoice->state != DOCUMENT_DRAFT);
        n_found++;
    }
    HOLDS(n_found == n_expected);
    HOLDS(n_found > 80);
}

START_TEST(every_paid_sale_since_the_opening_has_one_invoice_of_its_total)
{
    check_all(check_sales);
}
END_TEST

static void check_order(const Books *books)
{
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        int64_t before = TODAY - (int64_t)600 * 86400;
        HOLDS(n_book(books, kind) > 0);
        for (int i = 0; i < n_book(books, kind); i++) {
            const Entry *entry = entry_at(books, kind, i);
            HOLDS(entry->item.created >= before);
            HOLDS(entry->updated >= entry->item.created);
            HOLDS(entry->updated < TODAY);
            before = entry->item.created;
        }
    }
    for (int i = 0; i < n_book(books, BOOK_CONTACT) && n_book(books, BOOK_CONTACT) < 100; i++)
        for (int j = 0; j < i; j++)
            ck_assert_str_ne(contact_at(books, i)->name, contact_at(books, j)->name);
}

START_TEST(shelves_are_in_order_of_time_and_names_are_unique)
{
    check_all(check_order);
}
END_TEST

/* How often each awkward thing is there. */
typedef struct Awkward {
    int drafts, voids, text_only, discounts, fractions, compound, forms[3], foreign, allocations, part_paid, joint,
        on_account, refunds, both, archived, two_components;
} Awkward;

static void count_documents(const Books *books, BookKind kind, Awkward *found)
{
    for (int i = 0; i < n_book(books, kind); i++) {
        const Document *document = document_at(books, kind, i);
        found->drafts += document->state == DOCUMENT_DRAFT;
        found->part_paid += document->state == DOCUMENT_PART_PAID;
        found->voids += document->entry.voided;
        found->refunds += document->refund;
        found->forms[document->form]++;
        found->foreign += document->currency != books->business->main;
        for (int j = 0; j < document->n_lines; j++) {
            const BookLine *line = &books->lines[document->first_line + j];
            found->text_only += line->text_only;
            found->discounts += line->discount_millis > 0;
            found->fractions += line->quantity_micros % 1000000 != 0 && line->price_micros % 10000 != 0;
            found->compound += line->tax >= 0 && tax_at(books, line->tax)->components[1].compound;
            found->two_components += line->tax >= 0 && tax_at(books, line->tax)->n_components == 2;
        }
    }
}

static void count_settlements(const Books *books, BookKind kind, Awkward *found)
{
    for (int i = 0; i < n_book(books, kind); i++) {
        const Settlement *settlement = settlement_at(books, kind, i);
        found->allocations += settlement->amount == 0;
        found->on_account += settlement->unapplied > 0;
        found->joint += settlement->n_links > 1 && settlement->links[1].kind == settlement->links[0].kind;
        found->voids += settlement->entry.voided;
    }
}

START_TEST(what_is_awkward_is_in_every_small_business)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AUTO(Business) *business = business_new(names[i], business_small(), TODAY);
        AUTO(Books) *books = books_new(business);
        Awkward found = {0};
        for (int kind = BOOK_INVOICE; kind <= BOOK_RECEIPT; kind++)
            count_documents(books, kind, &found);
        count_settlements(books, BOOK_PAYMENT, &found);
        count_settlements(books, BOOK_BILL_PAYMENT, &found);
        for (int j = 0; j < n_book(books, BOOK_CONTACT); j++) {
            found.both += contact_at(books, j)->customer && contact_at(books, j)->supplier;
            found.archived += contact_at(books, j)->entry.archived;
        }
        const int counts[] = {found.drafts,   found.voids,         found.text_only,  found.discounts, found.fractions,
                              found.compound, found.forms[0],      found.forms[1],   found.forms[2],  found.allocations,
                              found.joint,    found.refunds,       found.on_account, found.part_paid, found.both,
                              found.archived, found.two_components};
        for (size_t j = 0; j < COUNT_OF(counts); j++)
            ck_assert_msg(counts[j] > 0, "%s lacks the awkward thing number %zu", names[i], j);
        ck_assert_int_eq(found.foreign > 0, business->foreign != NULL);
    }
}
END_TEST

START_TEST(stamps_are_equal_across_the_edge_of_a_page)
{
    AUTO(Business) *business = business_new("acme", business_large(), TODAY);
    AUTO(Books) *books = books_new(business);
    int n = n_book(books, BOOK_INVOICE), most = 0;
    for (int i = 0; i < n; i++) {
        int before = 0, same = 0;
        for (int j = 0; j < n; j++) {
            before += entry_at(books, BOOK_INVOICE, j)->updated < entry_at(books, BOOK_INVOICE, i)->updated;
            same += entry_at(books, BOOK_INVOICE, j)->updated == entry_at(books, BOOK_INVOICE, i)->updated;
        }
        if (before < 1000 && before + same > 1000)
            most = same;
    }
    ck_assert_int_ge(most, 8);
}
END_TEST

START_TEST(the_same_business_makes_the_same_books)
{
    AUTO(Business) *one = business_new("hal", business_small(), TODAY);
    AUTO(Business) *other = business_new("hal", business_small(), TODAY + 7200);
    AUTO(Books) *books = books_new(one);
    AUTO(Books) *same = books_new(other);
    AUTO(Arena) *arena = arena_new(64 * KIB);
    const Posting *postings, *again;
    int n = books_postings(books, arena, &postings);
    ck_assert_int_eq(n, books_postings(same, arena, &again));
    for (int i = 0; i < n; i++) {
        ck_assert_int_eq(postings[i].amount, again[i].amount);
        ck_assert_int_eq(postings[i].account, again[i].account);
        ck_assert_int_eq(postings[i].date, again[i].date);
    }
    for (int i = 0; i < n_book(books, BOOK_CONTACT); i++)
        ck_assert_str_eq(contact_at(books, i)->name, contact_at(same, i)->name);
}
END_TEST

START_TEST(percentages_add_up_and_compound)
{
    BookTax tax = {
        .n_components = 2, .components = {{"GST", 5000, false}, {"PST", 10000, true}}
    };
    ck_assert_int_eq(tax_total_millis(&tax), 15000);
    ck_assert_int_eq(tax_effective_millis(&tax), 15500);
    tax.components[1].compound = false;
    ck_assert_int_eq(tax_effective_millis(&tax), 15000);
}
END_TEST

SUITE("sandbox books", postings_balance_for_every_source_and_in_total,
      documents_add_up_and_lines_are_quantity_times_price_less_discount_and_tax,
      what_is_settled_and_what_is_open_make_the_total, control_accounts_hold_what_is_open,
      every_paid_sale_since_the_opening_has_one_invoice_of_its_total, shelves_are_in_order_of_time_and_names_are_unique,
      what_is_awkward_is_in_every_small_business, stamps_are_equal_across_the_edge_of_a_page,
      the_same_business_makes_the_same_books, percentages_add_up_and_compound)
