#include "infra/sandbox/books.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

#define TODAY 1782864000 /* 2026-07-01 */
#define NOW   (TODAY + 3600)

/* Books of a small business without a foreign currency, unless the name says otherwise. */
typedef struct Fixture {
    Business *business;
    Books *books;
    BookTouched touched[BOOK_TOUCHED];
    int place;
} Fixture;

static Fixture opened(const char *name)
{
    Fixture fixture = {.business = business_new(name, business_small(), TODAY)};
    fixture.books = books_new(fixture.business);
    return fixture;
}

static void closed(Fixture *fixture)
{
    books_free(fixture->books);
    business_free(fixture->business);
}

static int change(Fixture *fixture, BookKind kind, BookChange what, int index)
{
    return books_change(fixture->books, kind, what, index, &fixture->place, NOW, fixture->touched);
}

/* The ledger balances, and control accounts hold what is open, whatever was done. */
static void check_ledger(const Books *books)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    const Posting *postings;
    int n = books_postings(books, arena, &postings);
    int64_t total = 0;
    for (int i = 0; i < n; i++)
        total += postings[i].amount;
    ck_assert_int_eq(total, 0);
    for (int kind = BOOK_INVOICE; kind <= BOOK_RECEIPT; kind++) {
        for (int i = 0; i < n_book(books, kind); i++) {
            const Document *document = document_at(books, kind, i);
            ck_assert(document->open >= 0 && document->open <= document->total);
            ck_assert(!document->entry.voided || document->open == 0);
        }
    }
}

START_TEST(every_kind_can_be_changed_and_is_stamped_later_than_all)
{
    Fixture fixture = opened("acme");
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        int64_t newest = fixture.books->newest;
        fixture.place = 0;
        ck_assert_int_eq(change(&fixture, kind, BOOK_CHANGED, -1), 1);
        ck_assert_int_eq(fixture.touched[0].kind, kind);
        const Entry *entry = entry_at(fixture.books, kind, fixture.touched[0].index);
        ck_assert_int_gt(entry->updated, newest);
        ck_assert_int_ge(entry->updated, NOW);
        ck_assert_int_eq(entry->revision, 1);
        ck_assert_int_eq(fixture.place, fixture.touched[0].index + 1);
    }
    check_ledger(fixture.books);
    closed(&fixture);
}
END_TEST

START_TEST(a_change_is_another_text_each_time)
{
    Fixture fixture = opened("acme");
    ck_assert_int_eq(change(&fixture, BOOK_CONTACT, BOOK_CHANGED, 3), 1);
    const char *first = contact_at(fixture.books, 3)->phone;
    ck_assert_int_eq(change(&fixture, BOOK_CONTACT, BOOK_CHANGED, 3), 1);
    ck_assert_str_ne(first, contact_at(fixture.books, 3)->phone);
    closed(&fixture);
}
END_TEST

START_TEST(every_kind_can_be_created_and_posts_in_balance)
{
    Fixture fixture = opened("bob");
    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        int before = n_book(fixture.books, kind);
        fixture.place = 0;
        int n = change(&fixture, kind, BOOK_CREATED, -1);
        ck_assert_int_ge(n, 1);
        ck_assert_int_eq(n_book(fixture.books, kind), before + 1);
        ck_assert_int_eq(fixture.touched[0].index, before);
        ck_assert_int_eq(n, kind == BOOK_PAYMENT || kind == BOOK_BILL_PAYMENT ? 2 : 1);
        ck_assert_int_ge(entry_at(fixture.books, kind, before)->item.created, NOW);
    }
    check_ledger(fixture.books);
    closed(&fixture);
}
END_TEST

START_TEST(a_created_payment_pays_an_open_invoice_and_a_void_one_opens_it_again)
{
    Fixture fixture = opened("acme");
    ck_assert_int_eq(change(&fixture, BOOK_PAYMENT, BOOK_CREATED, -1), 2);
    int payment = fixture.touched[0].index, invoice = fixture.touched[1].index;
    ck_assert_int_eq(fixture.touched[1].kind, BOOK_INVOICE);
    ck_assert_int_eq(document_at(fixture.books, BOOK_INVOICE, invoice)->state, DOCUMENT_PAID);
    int64_t amount = settlement_at(fixture.books, BOOK_PAYMENT, payment)->amount;
    ck_assert_int_eq(change(&fixture, BOOK_INVOICE, BOOK_VOIDED, invoice), 0); /* it is paid */
    ck_assert_int_eq(change(&fixture, BOOK_PAYMENT, BOOK_VOIDED, payment), 2);
    ck_assert_int_eq(document_at(fixture.books, BOOK_INVOICE, invoice)->open, amount);
    ck_assert_int_eq(document_at(fixture.books, BOOK_INVOICE, invoice)->paid_on, 0);
    ck_assert_int_eq(change(&fixture, BOOK_PAYMENT, BOOK_VOIDED, payment), 0); /* once is enough */
    check_ledger(fixture.books);
    closed(&fixture);
}
END_TEST

START_TEST(a_deleted_payment_opens_what_it_settled)
{
    Fixture fixture = opened("carol");
    for (int i = 0; i < n_book(fixture.books, BOOK_PAYMENT); i++) {
        Settlement before = *settlement_at(fixture.books, BOOK_PAYMENT, i);
        int n = change(&fixture, BOOK_PAYMENT, BOOK_DELETED, i);
        ck_assert_int_eq(n, before.entry.voided ? 0 : 1 + before.n_links);
    }
    for (int i = 0; i < n_book(fixture.books, BOOK_INVOICE); i++) {
        const Document *invoice = document_at(fixture.books, BOOK_INVOICE, i);
        ck_assert_int_eq(invoice->open, invoice->entry.voided ? 0 : invoice->total);
    }
    check_ledger(fixture.books);
    closed(&fixture);
}
END_TEST

START_TEST(what_is_voided_or_deleted_posts_nothing)
{
    Fixture fixture = opened("dave");
    static const BookKind kinds[] = {BOOK_INVOICE,  BOOK_CREDIT_NOTE, BOOK_BILL,    BOOK_BILL_CREDIT,
                                     BOOK_SPENDING, BOOK_RECEIPT,     BOOK_PAYMENT, BOOK_BILL_PAYMENT,
                                     BOOK_JOURNAL,  BOOK_TRANSFER};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        for (BookChange what = BOOK_VOIDED; what <= BOOK_DELETED; what++) {
            AUTO(Arena) *arena = arena_new(64 * KIB);
            const Posting *postings;
            fixture.place = 0;
            ck_assert_int_ge(change(&fixture, kinds[i], what, -1), 1);
            int n = books_postings(fixture.books, arena, &postings);
            for (int j = 0; j < n; j++)
                ck_assert(postings[j].kind != kinds[i] || postings[j].source != fixture.touched[0].index);
        }
    }
    check_ledger(fixture.books);
    closed(&fixture);
}
END_TEST

START_TEST(only_what_nothing_points_to_is_deleted)
{
    Fixture fixture = opened("erin");
    for (BookKind kind = BOOK_ACCOUNT; kind <= BOOK_ITEM; kind++) {
        int n_deleted = 0;
        fixture.place = 0;
        while (change(&fixture, kind, BOOK_DELETED, -1) > 0)
            n_deleted++;
        ck_assert(n_deleted > 0 || kind == BOOK_ITEM);
        ck_assert_int_lt(n_deleted, n_book(fixture.books, kind));
    }
    for (int kind = BOOK_INVOICE; kind <= BOOK_RECEIPT; kind++) {
        for (int i = 0; i < n_book(fixture.books, kind); i++) {
            const Document *document = document_at(fixture.books, kind, i);
            ck_assert(document->contact < 0 || !contact_at(fixture.books, document->contact)->entry.item.deleted);
            for (int j = 0; j < document->n_lines; j++) {
                const BookLine *line = &fixture.books->lines[document->first_line + j];
                ck_assert(line->account < 0 || !account_at(fixture.books, line->account)->entry.item.deleted);
                ck_assert(line->tax < 0 || !tax_at(fixture.books, line->tax)->entry.item.deleted);
                ck_assert(line->item < 0 || !book_item_at(fixture.books, line->item)->entry.item.deleted);
            }
        }
    }
    ck_assert_int_ge(books_account_of(fixture.books, ACCOUNT_RECEIVABLE), 0);
    check_ledger(fixture.books);
    closed(&fixture);
}
END_TEST

START_TEST(lists_can_be_archived_once_and_what_the_ledger_posts_to_never)
{
    Fixture fixture = opened("frank");
    for (BookKind kind = BOOK_ACCOUNT; kind <= BOOK_ITEM; kind++) {
        fixture.place = 0;
        ck_assert_int_eq(change(&fixture, kind, BOOK_ARCHIVED, -1), 1);
        int index = fixture.touched[0].index;
        ck_assert(entry_at(fixture.books, kind, index)->archived);
        ck_assert_int_eq(change(&fixture, kind, BOOK_ARCHIVED, index), 0);
    }
    int control = books_account_of(fixture.books, ACCOUNT_PAYABLE);
    ck_assert_int_eq(change(&fixture, BOOK_ACCOUNT, BOOK_ARCHIVED, control), 0);
    ck_assert_int_eq(change(&fixture, BOOK_INVOICE, BOOK_ARCHIVED, 0), 0);
    closed(&fixture);
}
END_TEST

START_TEST(a_name_that_others_show_is_not_changed)
{
    Fixture fixture = opened("gina");
    int n_used = 0;
    for (int i = 0; i < document_at(fixture.books, BOOK_INVOICE, n_book(fixture.books, BOOK_INVOICE) - 1)->first_line;
         i++) {
        int tax = fixture.books->lines[i].tax;
        if (tax >= 0)
            ck_assert_int_eq(change(&fixture, BOOK_TAX, BOOK_CHANGED, tax), 0);
        n_used += tax >= 0;
    }
    ck_assert_int_gt(n_used, 50);
    closed(&fixture);
}
END_TEST

START_TEST(a_thousand_at_once_have_stamps_of_their_own)
{
    Fixture fixture = opened("hal");
    int64_t before = 0;
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(change(&fixture, BOOK_INVOICE, BOOK_CREATED, -1), 1);
        const Entry *entry = entry_at(fixture.books, BOOK_INVOICE, fixture.touched[0].index);
        ck_assert_int_gt(entry->updated, before);
        before = entry->updated;
    }
    check_ledger(fixture.books);
    closed(&fixture);
}
END_TEST

SUITE("sandbox books changes", every_kind_can_be_changed_and_is_stamped_later_than_all,
      a_change_is_another_text_each_time, every_kind_can_be_created_and_posts_in_balance,
      a_created_payment_pays_an_open_invoice_and_a_void_one_opens_it_again, a_deleted_payment_opens_what_it_settled,
      what_is_voided_or_deleted_posts_nothing, only_what_nothing_points_to_is_deleted,
      lists_can_be_archived_once_and_what_the_ledger_posts_to_never, a_name_that_others_show_is_not_changed,
      a_thousand_at_once_have_stamps_of_their_own)
