#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include "workers/xero/mapping.h"
#include <string.h>

static const Trial since = {.since_ms = 1754193906789};

#define ANSWER(rows) "{\"DateTimeUTC\":\"/Date(1777034754042)/\"," rows "}"

static Page fetch(Arena *arena, const char *data_type, const char *cursor)
{
    Error err = {0};
    Page page = {0};
    ck_assert_msg(script_fetch(&since, data_type, cursor, arena, &page, &err), "%s", err.text);
    return page;
}

/* Whether the header names a moment, in whole seconds and without a zone. */
static bool asked_since(size_t i, const char *moment)
{
    const char *header = strstr(script_headers(i), "If-Modified-Since: ");
    return header && strncmp(header + strlen("If-Modified-Since: "), moment, strlen(moment)) == 0 &&
           header[strlen("If-Modified-Since: ") + strlen(moment)] == '\n';
}

START_TEST(each_list_of_a_type_is_asked_for_what_changed)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"CreditNotes\":[]")}, {200, ANSWER("\"Overpayments\":[]")}, {304, ""});
    Page page = fetch(arena, "creditNotes", "");
    page = fetch(arena, "creditNotes", page.next);
    page = fetch(arena, "creditNotes", page.next);
    ck_assert_ptr_null(page.next);
    ck_assert_uint_eq(script_n_asked(), 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert(asked_since(i, "2025-08-03T04:05:06"));
}
END_TEST

START_TEST(deleted_and_void_rows_come_as_rows)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"BankTransactions\":[{\"BankTransactionID\":\"a\",\"Status\":\"DELETED\"}]")});
    Page page = fetch(arena, "directCosts", "");
    ck_assert_uint_eq(page.n_items, 1);
    ck_assert_ptr_eq(page.items[0].mapping, &xero_direct_cost);
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(journals_keep_the_moment_while_their_number_grows)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, ANSWER("\"ManualJournals\":[]")},
           {200, ANSWER("\"Journals\":[{\"JournalID\":\"j\",\"JournalNumber\":7,\"SourceType\":\"ACCREC\"}]")},
           {200, ANSWER("\"Journals\":[]")});
    Page page = fetch(arena, "journalEntries", "");
    page = fetch(arena, "journalEntries", page.next);
    page = fetch(arena, "journalEntries", page.next);
    ck_assert_str_eq(script_asked(2), "/api.xro/2.0/Journals?offset=7");
    ck_assert(asked_since(2, "2025-08-03T04:05:06"));
}
END_TEST

/* What became of the first page of changed credit notes, behind payments that did not change. */
static bool starts_over(const char *note)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    const char *notes = arena_format(arena, "{\"CreditNotes\":[%s]}", note);
    const ScriptAnswer answers[] = {
        {200, ANSWER("\"Payments\":[]")},
        {200, notes                    }
    };
    script_play(answers, 2);
    Page page = fetch(arena, "payments", "");
    ck_assert(!page.start_over);
    return fetch(arena, "payments", page.next).start_over;
}

START_TEST(credit_that_is_left_may_have_been_taken_back_so_payments_start_over)
{
    ck_assert(starts_over("{\"Status\":\"AUTHORISED\",\"RemainingCredit\":5.0,\"Allocations\":[]}"));
    ck_assert(starts_over("{\"Status\":\"VOIDED\",\"RemainingCredit\":0}"));
    ck_assert(
        !starts_over("{\"Status\":\"PAID\",\"RemainingCredit\":0.00,\"Allocations\":[{\"AllocationID\":\"x\"}]}"));
    ck_assert(!starts_over("{\"Status\":\"DRAFT\",\"RemainingCredit\":5.0}"));
}
END_TEST

SUITE("xero changes", each_list_of_a_type_is_asked_for_what_changed, deleted_and_void_rows_come_as_rows,
      journals_keep_the_moment_while_their_number_grows,
      credit_that_is_left_may_have_been_taken_back_so_payments_start_over)
