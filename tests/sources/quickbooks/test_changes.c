#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include "workers/quickbooks/mapping.h"
#include <string.h>

static const Trial since = {.since_ms = 1754193906789};

#define REALM           "/v3/company/4620816365/"
#define ASKED(entities) REALM "cdc?entities=" entities "&changedSince=2025-08-03T04:05:06Z&minorversion=75"
#define CDC(parts)      "{\"CDCResponse\":[{\"QueryResponse\":[" parts "]}],\"time\":\"2025-12-23T12:56:06.196-08:00\"}"
#define PART(e, rows)   "{\"" e "\":[" rows "],\"startPosition\":1,\"maxResults\":2}"
#define GONE(id)                                                                                                       \
    "{\"status\":\"Deleted\",\"domain\":\"QBO\",\"Id\":\"" id                                                          \
    "\",\"MetaData\":{\"LastUpdatedTime\":\"2015-12-23T12:55:50-08:00\"}}"

static Page fetch(Arena *arena, const char *data_type)
{
    Error err = {0};
    Page page = {0};
    ck_assert_msg(script_fetch(&since, data_type, "", arena, &page, &err), "%s", err.text);
    ck_assert_ptr_null(page.next);
    return page;
}

START_TEST(one_call_brings_what_changed_and_what_was_deleted)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, CDC(PART("Invoice", "{\"Id\":\"34\"}," GONE("979")))});
    Page page = fetch(arena, "invoices");
    ck_assert_str_eq(script_asked(0), ASKED("Invoice"));
    ck_assert_uint_eq(page.n_items, 2);
    ck_assert_str_eq(page.items[0].id_hint, "34");
    ck_assert_ptr_eq(page.items[0].mapping, &qb_invoice);
    ck_assert_ptr_null(page.items[1].json);
    ck_assert_str_eq(page.items[1].deleted_id, "979");
    ck_assert(!page.start_over);
}
END_TEST

START_TEST(several_entities_are_one_call_in_whatever_order_the_answer_has)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT(
        {200, CDC("{}," PART("Deposit", "{\"Id\":\"5\",\"Line\":[{\"Amount\":1}]},{\"Id\":\"6\",\"Line\":[]}") "," PART(
                  "SalesReceipt", GONE("1")))});
    Page page = fetch(arena, "directIncomes");
    ck_assert_str_eq(script_asked(0), ASKED("SalesReceipt,RefundReceipt,Deposit"));
    ck_assert_uint_eq(page.n_items, 3);
    ck_assert_str_eq(page.items[0].deleted_id, "salesReceipt:1");
    ck_assert_str_eq(page.items[1].id_hint, "deposit:5");
    /* A deposit of which nothing is income any more may have been a record. */
    ck_assert_str_eq(page.items[2].deleted_id, "deposit:6");
}
END_TEST

START_TEST(nothing_changed)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, CDC("{}")});
    ck_assert_uint_eq(fetch(arena, "customers").n_items, 0);
}
END_TEST

static const char *many(Text *text, const char *entity, int n)
{
    text_printf(text, "{\"CDCResponse\":[{\"QueryResponse\":[{\"%s\":[{\"Id\":\"0\"}", entity);
    for (int i = 1; i < n; i++)
        text_printf(text, ",{\"Id\":\"%d\"}", i);
    text_puts(text, "]}]}]}");
    return text->bytes;
}

START_TEST(a_full_answer_turns_the_sync_into_a_full_one)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    AUTO(Text) *less = text_new(NULL);
    AUTO(Text) *text = text_new(NULL);
    SCRIPT({200, many(less, "Bill", 999)}, {200, many(text, "Bill", 1000)});
    Page page = fetch(arena, "bills");
    ck_assert_uint_eq(page.n_items, 999);
    ck_assert(!page.start_over);
    page = fetch(arena, "bills");
    ck_assert(page.start_over);
    ck_assert_uint_eq(page.n_items, 0);
    ck_assert_uint_eq(script_n_asked(), 2);
}
END_TEST

START_TEST(a_full_answer_of_several_entities_is_split_first)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    AUTO(Text) *text = text_new(NULL);
    many(text, "Transfer", 1000);
    SCRIPT({200, text->bytes}, {200, CDC(PART("Transfer", "{\"Id\":\"1\"}"))}, {200, CDC("{}")}, {200, text->bytes},
           {200, text->bytes});
    Page page = fetch(arena, "transfers");
    ck_assert_str_eq(script_asked(0), ASKED("Transfer,CreditCardPayment"));
    ck_assert_str_eq(script_asked(1), ASKED("Transfer"));
    ck_assert_str_eq(script_asked(2), ASKED("CreditCardPayment"));
    ck_assert_uint_eq(page.n_items, 1);
    ck_assert(!page.start_over);
    page = fetch(arena, "transfers");
    ck_assert(page.start_over);
    ck_assert_uint_eq(script_n_asked(), 5);
}
END_TEST

START_TEST(a_question_that_cdc_refuses_turns_the_sync_into_a_full_one)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    SCRIPT({400, "{\"Fault\":{\"Error\":[{\"Message\":\"changedSince is older than 30 days\",\"code\":\"4002\"}]}}"},
           {503});
    page = fetch(arena, "transfers");
    ck_assert(page.start_over);
    ck_assert(!script_fetch(&since, "transfers", "", arena, &page, &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
}
END_TEST

START_TEST(an_answer_without_changes_that_is_not_empty_is_refused)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    SCRIPT({200, "{\"time\":\"x\"}"});
    ck_assert(!script_fetch(&since, "items", "", arena, &page, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_str_eq(err.text, "changes of Item: the answer has no CDCResponse");
}
END_TEST

START_TEST(one_record_is_asked_for_by_its_id)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page lives = {0}, deleted = {0}, gone = {0}, none = {0};
    SCRIPT({200, "{\"SalesReceipt\":{\"Id\":\"7\"},\"time\":\"x\"}"}, {200, "{\"Invoice\":" GONE("8") "}"},
           {400, "{\"Fault\":{\"Error\":[{\"Message\":\"Object Not Found\",\"code\":\"610\"}]}}"},
           {200, "{\"Account\":{\"Id\":\"1\",\"AccountType\":\"Income\"}}"}, {500});
    ck_assert(script_lookup("directIncomes", "salesReceipt:7", arena, &lives, &err));
    ck_assert_str_eq(script_asked(0), REALM "salesreceipt/7?minorversion=75");
    ck_assert_str_eq(lives.items[0].id_hint, "salesReceipt:7");
    ck_assert(script_lookup("invoices", "8", arena, &deleted, &err));
    ck_assert_str_eq(deleted.items[0].deleted_id, "8");
    ck_assert(script_lookup("customers", "9", arena, &gone, &err));
    ck_assert_uint_eq(gone.n_items, 0);
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert(script_lookup("bankAccounts", "1", arena, &none, &err));
    ck_assert_uint_eq(none.n_items, 0);
    ck_assert(!script_lookup("customers", "9", arena, &none, &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
}
END_TEST

SUITE("quickbooks changes", one_call_brings_what_changed_and_what_was_deleted,
      several_entities_are_one_call_in_whatever_order_the_answer_has, nothing_changed,
      a_full_answer_turns_the_sync_into_a_full_one, a_full_answer_of_several_entities_is_split_first,
      a_question_that_cdc_refuses_turns_the_sync_into_a_full_one,
      an_answer_without_changes_that_is_not_empty_is_refused, one_record_is_asked_for_by_its_id)
