#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include "workers/stripe/mapping.h"
#include <string.h>

static const Trial full = {.full = true};

/* The JSON of a list: {"object":"list","data":[rows],"has_more":more}. */
#define LIST(rows, more) "{\"object\":\"list\",\"data\":[" rows "],\"has_more\":" #more ",\"url\":\"/v1/x\"}"
#define ROW(id, created) "{\"id\":\"" id "\",\"created\":" #created "}"

/* Fetches and expects success. */
static Page fetch(Arena *arena, const Trial *trial, const char *data_type, const char *cursor)
{
    Error err = {0};
    Page page = {0};
    ck_assert_msg(script_fetch(trial, data_type, cursor, arena, &page, &err), "%s", err.text);
    return page;
}

static Error refuse(Arena *arena, const Trial *trial, const char *data_type, const char *cursor)
{
    Error err = {0};
    Page page = {0};
    ck_assert(!script_fetch(trial, data_type, cursor, arena, &page, &err));
    return err;
}

static void expect_error(Error err, ErrorKind kind, const char *text)
{
    ck_assert_int_eq(err.kind, kind);
    ck_assert_msg(strstr(err.text, text) != NULL, "'%s' does not say '%s'", err.text, text);
}

START_TEST(a_list_is_read_page_by_page_from_the_newest)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(ROW("cus_3", 30) "," ROW("cus_2", 20), true)}, {200, LIST(ROW("cus_1", 10), false)});
    Page first = fetch(arena, &full, "commerce-customers", "");
    ck_assert_str_eq(script_asked(0), "/v1/customers?limit=100");
    ck_assert_uint_eq(first.n_items, 2);
    ck_assert_ptr_eq(first.items[0].mapping, &stripe_customer);
    ck_assert_str_eq(first.items[0].id_hint, "cus_3");
    ck_assert_str_eq(first.items[1].id_hint, "cus_2");
    ck_assert_int_eq(first.source_time_ms, 1754193906000);
    ck_assert_int_eq(first.bytes, (int64_t)strlen(LIST(ROW("cus_3", 30) "," ROW("cus_2", 20), true)));
    Page second = fetch(arena, &full, "commerce-customers", first.next);
    ck_assert_str_eq(script_asked(1), "/v1/customers?limit=100&starting_after=cus_2");
    ck_assert_uint_eq(second.n_items, 1);
    ck_assert_ptr_null(second.next);
}
END_TEST

START_TEST(every_call_carries_version_account_and_key)
{
    static const Trial connect = {.full = true, .settings = "{\"stripeAccount\":\"acct_1\"}"};
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST("", false)}, {200, LIST("", false)});
    fetch(arena, &full, "commerce-disputes", "");
    ck_assert_str_eq(script_headers(0), "Stripe-Version: 2025-02-24.acacia\nsk_test_secret");
    fetch(arena, &connect, "commerce-disputes", "");
    ck_assert_str_eq(script_headers(1), "Stripe-Version: 2025-02-24.acacia\nStripe-Account: acct_1\nsk_test_secret");
}
END_TEST

START_TEST(settings_cannot_smuggle_a_header)
{
    static const Trial crooked = {.full = true, .settings = "{\"stripeAccount\":\"acct_1\\r\\nX: y\"}"};
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({0});
    expect_error(refuse(arena, &crooked, "commerce-disputes", ""), ERROR_DATA, "stripeAccount is no account id");
    ck_assert_uint_eq(script_n_asked(), 0);
}
END_TEST

START_TEST(a_key_that_cannot_be_one_is_not_sent)
{
    static const Trial none = {.full = true, .credential = ""}, broken = {.full = true, .credential = "sk_test_1\n"};
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({0});
    expect_error(refuse(arena, &none, "commerce-disputes", ""), ERROR_AUTH, "no credential");
    expect_error(refuse(arena, &broken, "commerce-disputes", ""), ERROR_AUTH, "line break");
    ck_assert_uint_eq(script_n_asked(), 0);
}
END_TEST

START_TEST(payments_are_charges_and_then_refunds)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(ROW("ch_1", 10), false)}, {200, LIST(ROW("re_1", 20), false)});
    Page charges = fetch(arena, &full, "commerce-payments", "");
    ck_assert_str_eq(script_asked(0), "/v1/charges?limit=100");
    ck_assert_str_eq(charges.items[0].id_hint, "charge:ch_1");
    Page refunds = fetch(arena, &full, "commerce-payments", charges.next);
    ck_assert_str_eq(script_asked(1), "/v1/refunds?limit=100");
    ck_assert_ptr_eq(refunds.items[0].mapping, &stripe_refund);
    ck_assert_str_eq(refunds.items[0].id_hint, "refund:re_1");
    ck_assert_ptr_null(refunds.next);
}
END_TEST

#define GONE                                                                                                           \
    "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"resource_missing\",\"param\":\"starting_after\"}}"

START_TEST(a_deleted_cursor_restarts_at_its_creation)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(ROW("cus_3", 30), true)}, {400, GONE}, {200, LIST(ROW("cus_2", 20), true)},
           {200, LIST("", false)});
    Page page = fetch(arena, &full, "commerce-customers", "");
    page = fetch(arena, &full, "commerce-customers", page.next);
    ck_assert_uint_eq(page.n_items, 0);
    page = fetch(arena, &full, "commerce-customers", page.next);
    ck_assert_str_eq(script_asked(2), "/v1/customers?limit=100&created[lte]=30");
    page = fetch(arena, &full, "commerce-customers", page.next);
    ck_assert_str_eq(script_asked(3), "/v1/customers?limit=100&created[lte]=30&starting_after=cus_2");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(a_deleted_cursor_of_a_list_without_dates_restarts_from_the_beginning)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST("{\"id\":\"tml_2\"}", true)}, {400, GONE}, {200, LIST("{\"id\":\"tml_1\"}", false)});
    Page page = fetch(arena, &full, "commerce-locations", "");
    page = fetch(arena, &full, "commerce-locations", page.next);
    page = fetch(arena, &full, "commerce-locations", page.next);
    ck_assert_str_eq(script_asked(2), "/v1/terminal/locations?limit=100");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(a_page_that_repeats_its_own_cursor_is_an_error)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(ROW("cus_3", 30) "," ROW("cus_2", 20), true)},
           {200, LIST(ROW("cus_3", 30) "," ROW("cus_2", 20), true)});
    Page page = fetch(arena, &full, "commerce-customers", "");
    expect_error(refuse(arena, &full, "commerce-customers", page.next), ERROR_TRANSIENT,
                 "GET /v1/customers: the page after 'cus_2' has that very row again");
}
END_TEST

START_TEST(a_list_that_runs_in_circles_is_an_error)
{
    static const ScriptAnswer circle[] = {
        {200, LIST(ROW("cus_1", 1), true)},
        {200, LIST(ROW("cus_2", 2), true)},
        {200, LIST(ROW("cus_3", 3), true)},
        {200, LIST(ROW("cus_1", 1), true)},
        {200, LIST(ROW("cus_2", 2), true)},
        {200, LIST(ROW("cus_3", 3), true)},
        {200, LIST(ROW("cus_1", 1), true)},
        {200, LIST(ROW("cus_2", 2), true)},
        {200, LIST(ROW("cus_3", 3), true)},
    };
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {.next = ""};
    script_play(circle, COUNT_OF(circle));
    while (page.next && script_fetch(&full, "commerce-customers", page.next, arena, &page, &err))
        ;
    expect_error(err, ERROR_TRANSIENT, "the list runs in circles");
    ck_assert_uint_le(script_n_asked(), 8);
}
END_TEST

START_TEST(an_empty_page_that_promises_more_is_an_error)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST("", true)});
    expect_error(refuse(arena, &full, "commerce-customers", ""), ERROR_TRANSIENT, "empty but says that there is more");
}
END_TEST

START_TEST(rows_without_an_id_are_passed_on_to_be_refused_one_by_one)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST("17,{\"name\":\"x\"},null," ROW("cus_1", 10), false)}, {200, LIST("{\"name\":\"x\"}", true)});
    Page page = fetch(arena, &full, "commerce-customers", "");
    ck_assert_uint_eq(page.n_items, 4);
    for (size_t i = 0; i < 3; i++) {
        Error err = {0};
        ck_assert_ptr_nonnull(page.items[i].json);
        ck_assert_ptr_null(page.items[i].id_hint);
        ck_assert_ptr_null(mapping_apply(page.items[i].mapping, page.items[i].json, arena, &err));
        ck_assert_int_eq(err.kind, ERROR_DATA);
    }
    expect_error(refuse(arena, &full, "commerce-customers", ""), ERROR_TRANSIENT, "has no id to go on from");
}
END_TEST

START_TEST(bodies_that_are_no_list_say_what_is_wrong)
{
    static const struct {
        const char *body;
        ErrorKind kind;
        const char *text;
    } bodies[] = {
        {"{\"object\":\"list\",\"data\":[{\"id\":\"cus_1\"", ERROR_TRANSIENT, "malformed JSON" },
        {"",                                                 ERROR_TRANSIENT, "empty body"     },
        {"<html>busy</html>",                                ERROR_TRANSIENT, "malformed JSON" },
        {"{\"object\":\"list\",,}",                          ERROR_DATA,      "malformed JSON" },
        {"{\"object\":\"list\"}",                            ERROR_DATA,      "it lacks data[]"},
        {"{\"data\":[]}",                                    ERROR_DATA,      "or has_more"    },
        {"{\"data\":{}}",                                    ERROR_DATA,      "it lacks data[]"},
        {"[{}]",                                             ERROR_DATA,      "it lacks data[]"},
    };
    AUTO(Arena) *arena = arena_new(64 * KIB);
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        SCRIPT({200, bodies[i].body, .headers = {"Request-Id: req_7"}});
        Error err = refuse(arena, &full, "commerce-customers", "");
        expect_error(err, bodies[i].kind, bodies[i].text);
        expect_error(err, bodies[i].kind, "GET /v1/customers");
    }
}
END_TEST

START_TEST(a_foreign_cursor_is_refused)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({0});
    expect_error(refuse(arena, &full, "commerce-customers", "cus_1"), ERROR_INTERNAL, "no cursor of ours");
    expect_error(refuse(arena, &full, "commerce-customers", "{\"step\":7}"), ERROR_INTERNAL, "step 7 of 1");
}
END_TEST

/* ---- What a list leaves out ---- */

START_TEST(all_prices_of_a_product_are_read)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(ROW("rope", 10), false)}, {200, LIST("{\"id\":\"price_2\",\"currency\":\"usd\"}", true)},
           {200, LIST("{\"id\":\"price_1\",\"currency\":\"usd\"}", false)});
    Error err = {0};
    Page page = fetch(arena, &full, "commerce-products", "");
    ck_assert_str_eq(script_asked(0), "/v1/products?limit=20");
    ck_assert_str_eq(script_asked(1), "/v1/prices?limit=100&product=rope");
    ck_assert_str_eq(script_asked(2), "/v1/prices?limit=100&product=rope&starting_after=price_2");
    const CommerceProduct *product =
        (const void *)mapping_apply(page.items[0].mapping, page.items[0].json, arena, &err);
    ck_assert_msg(product != NULL, "%s", err.text);
    ck_assert_uint_eq(product->n_variants, 2);
    ck_assert_str_eq(product->variants[0]->id, "price_2");
    ck_assert_str_eq(product->variants[1]->id, "price_1");
}
END_TEST

#define LINE(id) "{\"id\":\"" id "\",\"amount\":5,\"currency\":\"usd\"}"
#define CHARGE(more)                                                                                                   \
    "{\"id\":\"ch_1\",\"amount\":15,\"currency\":\"usd\",\"created\":1,\"invoice\":{\"id\":\"in_1\",\"tax\":3,"        \
    "\"lines\":{\"data\":[" LINE("il_1") "],\"has_more\":" #more "}}}"

START_TEST(lines_past_the_tenth_are_read)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(CHARGE(true), false)}, {200, LIST(LINE("il_1") "," LINE("il_2"), true)},
           {200, LIST(LINE("il_3"), false)});
    Error err = {0};
    Page page = fetch(arena, &full, "commerce-orders", "");
    ck_assert_str_eq(script_asked(0), "/v1/charges?limit=100&expand[]=data.invoice");
    ck_assert_str_eq(script_asked(1), "/v1/invoices/in_1/lines?limit=100");
    ck_assert_str_eq(script_asked(2), "/v1/invoices/in_1/lines?limit=100&starting_after=il_2");
    const CommerceOrder *order = (const void *)mapping_apply(page.items[0].mapping, page.items[0].json, arena, &err);
    ck_assert_msg(order != NULL, "%s", err.text);
    ck_assert_uint_eq(order->n_order_line_items, 3);
    ck_assert_str_eq(order->order_line_items[2]->id, "il_3");
    ck_assert_str_eq(order->total_tax_amount->value, "0.03");
    ck_assert_str_eq(order->total_amount->value, "0.15");
}
END_TEST

START_TEST(ten_lines_or_fewer_cost_no_call)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(CHARGE(false), false)});
    fetch(arena, &full, "commerce-orders", "");
    ck_assert_uint_eq(script_n_asked(), 1);
}
END_TEST

START_TEST(a_nested_list_that_vanished_is_read_again_later)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(CHARGE(true), false)}, {404, GONE});
    expect_error(refuse(arena, &full, "commerce-orders", ""), ERROR_TRANSIENT,
                 "ch_1: GET /v1/invoices/in_1/lines: 404");
}
END_TEST

START_TEST(the_company_is_account_and_balance)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, "{\"id\":\"acct_1\"}"}, {200, "{\"available\":[{\"amount\":5,\"currency\":\"usd\"}]}"});
    Error err = {0};
    Page page = fetch(arena, &full, "commerce-companyInfo", "");
    ck_assert_str_eq(script_asked(0), "/v1/account");
    ck_assert_str_eq(script_asked(1), "/v1/balance");
    ck_assert_uint_eq(page.n_items, 1);
    ck_assert_ptr_null(page.next);
    const CommerceCompanyInfo *company = (const void *)mapping_apply(&stripe_company, page.items[0].json, arena, &err);
    ck_assert_msg(company != NULL, "%s", err.text);
    ck_assert_uint_eq(company->n_account_balances, 1);
}
END_TEST

START_TEST(payment_methods_are_members_of_the_default_configuration)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST("{\"id\":\"pmc_2\",\"is_default\":false,\"zip\":{\"available\":true}}", true)},
           {200, LIST("{\"id\":\"pmc_1\",\"is_default\":true,\"name\":\"Default\",\"card\":{\"available\":true},"
                      "\"klarna\":{\"available\":false},\"odd\":{\"preference\":\"on\"}}",
                      false)});
    Page page = fetch(arena, &full, "commerce-paymentMethods", "");
    ck_assert_str_eq(script_asked(1), "/v1/payment_method_configurations?limit=100&starting_after=pmc_2");
    ck_assert_uint_eq(page.n_items, 2);
    ck_assert_str_eq(page.items[0].id_hint, "card");
    ck_assert_str_eq(page.items[1].id_hint, "klarna");
    SCRIPT({200, LIST("", false)});
    page = fetch(arena, &full, "commerce-paymentMethods", "");
    ck_assert_uint_eq(page.n_items, 0);
}
END_TEST

SUITE("stripe pages", a_list_is_read_page_by_page_from_the_newest, every_call_carries_version_account_and_key,
      settings_cannot_smuggle_a_header, a_key_that_cannot_be_one_is_not_sent, payments_are_charges_and_then_refunds,
      a_deleted_cursor_restarts_at_its_creation, a_deleted_cursor_of_a_list_without_dates_restarts_from_the_beginning,
      a_page_that_repeats_its_own_cursor_is_an_error, a_list_that_runs_in_circles_is_an_error,
      an_empty_page_that_promises_more_is_an_error, rows_without_an_id_are_passed_on_to_be_refused_one_by_one,
      bodies_that_are_no_list_say_what_is_wrong, a_foreign_cursor_is_refused, all_prices_of_a_product_are_read,
      lines_past_the_tenth_are_read, ten_lines_or_fewer_cost_no_call, a_nested_list_that_vanished_is_read_again_later,
      the_company_is_account_and_balance, payment_methods_are_members_of_the_default_configuration)
