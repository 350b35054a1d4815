#include "tests/support/suite.h"
#include "tests/unit/sandbox/client.h"
#include <string.h>

static void add_fault(Client *client, const char *fault)
{
    control(client, "POST", "stripe/acme/faults", fault);
    ck_assert_msg(client->status == 200, "%s", client->body->bytes);
}

static void clear_faults(Client *client)
{
    control(client, "DELETE", "stripe/acme/faults", NULL);
}

START_TEST(a_status_strikes_its_path_after_and_for_as_often_as_it_says)
{
    AUTO(Client) *client = client_new();
    add_fault(client, "{\"status\":503,\"path\":\"/v1/charges\",\"after\":1,\"times\":2}");
    static const int expected[] = {200, 503, 503, 200};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        get(client, ACME, "charges?limit=1");
        ck_assert_int_eq(client->status, expected[i]);
        get(client, ACME, "customers?limit=1");
        ck_assert_int_eq(client->status, 200);
    }
    yyjson_val *faults = control(client, "GET", "stripe/acme/faults", NULL);
    ck_assert_str_eq(text_at(faults, "0.strikes"), "2");
}
END_TEST

START_TEST(a_status_can_have_a_body_and_strike_every_account)
{
    AUTO(Client) *client = client_new();
    control(client, "POST", "stripe/*/faults", "{\"status\":502,\"body\":\"<html>bad gateway</html>\"}");
    ck_assert_ptr_null(get(client, ACME, "charges"));
    ck_assert_int_eq(client->status, 502);
    ck_assert_str_eq(client->body->bytes, "<html>bad gateway</html>");
    get(client, "sk_test_sandbox_other", "charges");
    ck_assert_int_eq(client->status, 502);
    control(client, "DELETE", "stripe/*/faults", NULL);
    get(client, ACME, "charges");
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(a_lock_timeout_lacks_the_header_that_a_rate_limit_has)
{
    AUTO(Client) *client = client_new();
    add_fault(client, "[{\"kind\":\"rate_limit\",\"times\":1},{\"kind\":\"lock_timeout\",\"after\":1}]");
    check_error(client, get(client, ACME, "charges"), 429, "rate_limit");
    ck_assert_ptr_nonnull(header_of(client, "Stripe-Rate-Limited-Reason"));
    check_error(client, get(client, ACME, "charges"), 429, "lock_timeout");
    ck_assert_ptr_null(header_of(client, "Stripe-Rate-Limited-Reason"));
}
END_TEST

START_TEST(bodies_break_off_or_are_no_json)
{
    AUTO(Client) *client = client_new();
    size_t whole = get(client, ACME, "charges") ? client->body->length : 0;
    add_fault(client, "{\"kind\":\"truncate\"}");
    ck_assert_ptr_null(get(client, ACME, "charges")); /* a complete answer, as HTTP has it */
    ck_assert_uint_eq(client->body->length, whole / 2);
    clear_faults(client);
    add_fault(client, "{\"kind\":\"malformed\"}");
    ck_assert_ptr_null(get(client, ACME, "charges"));
    clear_faults(client);
    add_fault(client, "{\"kind\":\"cut\"}");
    ck_assert(!client_try(client, ACME, "charges"));
    clear_faults(client);
    ck_assert_ptr_nonnull(get(client, ACME, "charges"));
}
END_TEST

START_TEST(a_huge_body_has_fifty_megabytes)
{
    AUTO(Client) *client = client_new();
    add_fault(client, "{\"kind\":\"huge\"}");
    ck_assert(client_try(client, ACME, "charges"));
    ck_assert_uint_ge(client->body->length, 50 * MIB);
}
END_TEST

START_TEST(a_slow_answer_is_late_and_right)
{
    AUTO(Client) *client = client_new();
    double seconds = 0;
    add_fault(client, "{\"kind\":\"slow\",\"delay_ms\":300}");
    ck_assert_uint_eq(length_at(get(client, ACME, "charges"), "data"), 10);
    curl_easy_getinfo(client->curl, CURLINFO_TOTAL_TIME, &seconds);
    ck_assert_double_ge(seconds, 0.29);
}
END_TEST

START_TEST(a_hanging_answer_holds_up_nobody_else)
{
    AUTO(Client) *client = client_new();
    add_fault(client, "{\"kind\":\"hang\",\"path\":\"/v1/charges\"}");
    client->timeout_ms = 200;
    ck_assert(!client_try(client, ACME, "charges"));
    ck_assert_int_eq(client->result, CURLE_OPERATION_TIMEDOUT);
    client->timeout_ms = 10000;
    ck_assert_uint_eq(length_at(get(client, ACME, "customers"), "data"), 10);
}
END_TEST

START_TEST(a_repeated_cursor_never_ends)
{
    AUTO(Client) *client = client_new();
    add_fault(client, "{\"kind\":\"repeat_cursor\",\"path\":\"/v1/charges\"}");
    const char *last = text_at(get(client, ACME, "charges?limit=5"), "data.4.id");
    yyjson_val *next = get(client, ACME, arena_format(client->arena, "charges?limit=5&starting_after=%s", last));
    ck_assert(json_boolean(next, "has_more", false));
    size_t n = length_at(next, "data");
    ck_assert_str_eq(text_at(yyjson_arr_get(json_at(next, "data"), n - 1), "id"), last);
}
END_TEST

START_TEST(lists_can_be_empty_skip_a_page_or_hide_what_lives)
{
    AUTO(Client) *client = client_new();
    yyjson_val *right = get(client, ACME, "charges?limit=10");
    add_fault(client, "{\"kind\":\"empty_more\",\"times\":1}");
    yyjson_val *page = get(client, ACME, "charges?limit=10");
    ck_assert_uint_eq(length_at(page, "data"), 0);
    ck_assert(json_boolean(page, "has_more", false));
    add_fault(client, "{\"kind\":\"skip_page\",\"times\":1}");
    page = get(client, ACME, "charges?limit=5");
    ck_assert_str_eq(text_at(page, "data.0.id"), text_at(right, "data.5.id"));
    const char *hidden = text_at(right, "data.1.id");
    add_fault(client, arena_format(client->arena, "{\"kind\":\"hide\",\"ids\":[\"%s\"]}", hidden));
    page = get(client, ACME, "charges?limit=9");
    ck_assert_str_eq(text_at(page, "data.1.id"), text_at(right, "data.2.id"));
    get(client, ACME, arena_format(client->arena, "charges/%s", hidden));
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(records_are_spoilt_one_at_a_time)
{
    static const struct {
        const char *kind, *path, *member, *value;
    } spoilt[] = {
        {"bad_amount",   "charges?limit=3",              "amount",              "twelve"            },
        {"bad_amount",   "prices?limit=3",               "unit_amount_decimal", "twelve"            },
        {"unknown_enum", "charges?limit=3",              "status",              "sandbox_unheard_of"},
        {"unknown_enum", "disputes?limit=3",             "status",              "sandbox_unheard_of"},
        {"unknown_enum", "balance_transactions?limit=3", "type",                "sandbox_unheard_of"},
        {"bad_text",     "customers?limit=3",            "name",                "before"            }, /* up to the NUL */
    };
    AUTO(Client) *client = client_new();
    for (size_t i = 0; i < COUNT_OF(spoilt); i++) {
        yyjson_val *right = get(client, ACME, spoilt[i].path);
        add_fault(client, arena_format(client->arena, "{\"kind\":\"%s\"}", spoilt[i].kind));
        yyjson_val *page = get(client, ACME, spoilt[i].path);
        yyjson_val *first = json_at(page, "data.0"), *second = json_at(page, "data.1");
        ck_assert_str_eq(text_at(first, spoilt[i].member), spoilt[i].value);
        ck_assert_str_eq(text_at(first, "id"), text_at(right, "data.0.id"));
        ck_assert(yyjson_equals(second, json_at(right, "data.1")));
        clear_faults(client);
    }
}
END_TEST

START_TEST(a_record_can_lose_its_id_by_name)
{
    AUTO(Client) *client = client_new();
    yyjson_val *right = get(client, ACME, "products?limit=3");
    const char *id = text_at(right, "data.1.id");
    add_fault(client, arena_format(client->arena, "{\"kind\":\"missing_id\",\"ids\":[\"%s\"]}", id));
    yyjson_val *page = get(client, ACME, "products?limit=3");
    ck_assert_ptr_null(json_at(page, "data.1.id"));
    ck_assert_str_eq(text_at(page, "data.1.name"), text_at(right, "data.1.name"));
    ck_assert_str_eq(text_at(page, "data.2.id"), text_at(right, "data.2.id"));
}
END_TEST

START_TEST(a_text_can_hold_bytes_that_are_no_utf8)
{
    AUTO(Client) *client = client_new();
    add_fault(client, "{\"kind\":\"bad_utf8\"}");
    client_try(client, ACME, "customers?limit=1");
    ck_assert_uint_lt(text_valid_utf8(client->body->bytes, client->body->length), client->body->length);
}
END_TEST

START_TEST(a_fault_that_nobody_knows_is_refused)
{
    AUTO(Client) *client = client_new();
    control(client, "POST", "stripe/acme/faults", "{\"kind\":\"meteor\"}");
    ck_assert_int_eq(client->status, 400);
    control(client, "POST", "stripe/acme/faults", "{\"path\":\"/v1\"}");
    ck_assert_int_eq(client->status, 400);
    control(client, "POST", "stripe/acme/faults", "{\"kind\":");
    ck_assert_int_eq(client->status, 400);
}
END_TEST

SUITE("sandbox faults", a_status_strikes_its_path_after_and_for_as_often_as_it_says,
      a_status_can_have_a_body_and_strike_every_account, a_lock_timeout_lacks_the_header_that_a_rate_limit_has,
      bodies_break_off_or_are_no_json, a_huge_body_has_fifty_megabytes, a_slow_answer_is_late_and_right,
      a_hanging_answer_holds_up_nobody_else, a_repeated_cursor_never_ends,
      lists_can_be_empty_skip_a_page_or_hide_what_lives, records_are_spoilt_one_at_a_time,
      a_record_can_lose_its_id_by_name, a_text_can_hold_bytes_that_are_no_utf8, a_fault_that_nobody_knows_is_refused)
