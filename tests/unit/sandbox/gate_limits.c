/* Who may call, and how often. */
#include "tests/support/suite.h"
#include "tests/unit/sandbox/gate_client.h"
#include <string.h>

typedef struct Shop {
    Client *client;
    const char *vendor, *tenant, *access;
} Shop;

static Shop shop_of(Client *client, const char *vendor, const char *body)
{
    yyjson_val *granted = control(client, "POST", arena_format(client->arena, "%s/grants", vendor), body);
    ck_assert_msg(client->status == 200, "%s", client->body->bytes);
    return (Shop){client, vendor, text_at(granted, "tenants.0.id"), text_at(granted, "access_token")};
}

static const char *call(const Shop *shop)
{
    return enter(shop->client, shop->vendor, shop->tenant, shop->access);
}

/* Exactly `n` requests go through, the next does not, for this limit. */
static void check_room(const Shop *shop, int n, const char *limit)
{
    for (int i = 0; i < n; i++)
        ck_assert_str_eq(call(shop), "open");
    ck_assert_str_eq(call(shop), limit);
}

static void check_retry(Client *client, int64_t least, int64_t most)
{
    int64_t seconds = json_integer(last_pass(client), "retry_after", -1);
    ck_assert_int_ge(seconds, least);
    ck_assert_int_le(seconds, most);
}

static void set_limits(Client *client, const char *vendor, const char *body)
{
    control(client, "POST", arena_format(client->arena, "%s/limits", vendor), body);
    ck_assert_int_eq(client->status, 200);
}

START_TEST(only_a_token_of_the_organisation_opens)
{
    AUTO(Client) *client = gate_client_new();
    Shop shop = shop_of(client, "xero", "{\"accounts\":[\"acme\",\"shop\"]}");
    Shop other = shop_of(client, "xero", "{\"account\":\"other\"}");
    ck_assert_str_eq(call(&shop), "open");
    ck_assert_str_eq(text_at(last_pass(client), "account"), "acme");
    ck_assert_str_eq(enter(client, "xero", other.tenant, shop.access), "wrong tenant");
    ck_assert_str_eq(enter(client, "xero", "-", shop.access), "wrong tenant");
    ck_assert_str_eq(enter(client, "xero", shop.tenant, NULL), "no token");
    ck_assert_str_eq(enter(client, "xero", shop.tenant, "at_xero_made_up"), "no token");
    ck_assert_str_eq(enter(client, "quickbooks", shop.tenant, shop.access), "no token");
    ck_assert_int_eq(counter(client, "xero", "wrong_tenant"), 2);
    ck_assert_int_eq(counter(client, "xero", "no_token"), 2);
    ck_assert_int_eq(counter(client, "xero", "opened"), 1);
}
END_TEST

START_TEST(a_bearer_sees_its_organisations_until_they_are_disconnected)
{
    AUTO(Client) *client = gate_client_new();
    Shop shop = shop_of(client, "xero", "{\"accounts\":[\"acme\",\"shop\"]}");
    client->extra_header = arena_format(client->arena, "Authorization: Bearer %s", shop.access);
    yyjson_val *tenants = control(client, "GET", "../test/xero", NULL);
    ck_assert_uint_eq(yyjson_arr_size(tenants), 2);
    ck_assert_str_eq(text_at(tenants, "0.id"), shop.tenant);
    ck_assert_str_eq(text_at(tenants, "1.name"), "shop");
    control(client, "DELETE", arena_format(client->arena, "../test/xero/%s", shop.tenant), NULL);
    ck_assert_int_eq(client->status, 204);
    ck_assert_uint_eq(yyjson_arr_size(control(client, "GET", "../test/xero", NULL)), 1);
    client->extra_header = NULL;
    ck_assert_str_eq(call(&shop), "wrong tenant");
    control(client, "GET", "../test/xero", NULL);
    ck_assert_int_eq(client->status, 401);
}
END_TEST

START_TEST(a_window_moves_and_is_exact_to_the_request)
{
    AUTO(Client) *client = gate_client_new();
    set_limits(client, "xero", "{}");
    Shop shop = shop_of(client, "xero", "{\"account\":\"acme\"}");
    for (int i = 0; i < 20; i++)
        ck_assert_str_eq(call(&shop), "open");
    ck_assert_str_eq(text_at(last_pass(client), "left.0"), "40");
    advance(client, 30);
    check_room(&shop, 40, "minute");
    check_retry(client, 1, 30);
    advance(client, 60);
    check_room(&shop, 20, "minute"); /* those of the start, and no more */
    check_retry(client, 1, 30);
    advance(client, 90);
    check_room(&shop, 40, "minute");
    ck_assert_int_eq(counter(client, "xero", "over_limit"), 3);
    ck_assert_int_eq(counter(client, "xero", "opened"), 120);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.most.minute"), 60);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.over_limit.minute"), 3);
    ck_assert_int_eq(counter(client, "xero", "apps.0.most.appminute"), 60);
}
END_TEST

START_TEST(quickbooks_lets_five_hundred_through_a_minute)
{
    AUTO(Client) *client = gate_client_new();
    set_limits(client, "quickbooks", "{}");
    Shop shop = shop_of(client, "quickbooks", "{\"account\":\"acme\"}");
    check_room(&shop, 500, "minute");
    advance(client, 60);
    ck_assert_str_eq(call(&shop), "open");
}
END_TEST

START_TEST(of_several_limits_the_one_that_frees_last_is_told)
{
    AUTO(Client) *client = gate_client_new();
    set_limits(client, "xero", "{\"minute\":3,\"day\":5}");
    Shop shop = shop_of(client, "xero", "{\"account\":\"acme\"}");
    check_room(&shop, 3, "minute");
    advance(client, 3600);
    shop = shop_of(client, "xero", "{\"account\":\"acme\"}"); /* its token has expired */
    check_room(&shop, 2, "day");
    check_retry(client, 86400 - 3600 - 60, 86400 - 3600);
    ck_assert_str_eq(text_at(last_pass(client), "left.0"), "1");
    ck_assert_str_eq(text_at(last_pass(client), "left.1"), "0");
    advance(client, 86400);
    shop = shop_of(client, "xero", "{\"account\":\"acme\"}");
    check_room(&shop, 3, "day"); /* those of the start; refused requests took none; the minute is full too */
    check_retry(client, 3600 - 60, 3600);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.over_limit.day"), 2);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.over_limit.minute"), 1);
}
END_TEST

START_TEST(organisations_and_apps_have_limits_of_their_own_and_one_together)
{
    AUTO(Client) *client = gate_client_new();
    set_limits(client, "xero", "{\"minute\":2,\"appminute\":3}");
    control(client, "POST", "xero/apps", "{\"client_id\":\"second\",\"client_secret\":\"x\"}");
    Shop acme = shop_of(client, "xero", "{\"account\":\"acme\"}"),
         same = shop_of(client, "xero", "{\"account\":\"acme\"}");
    Shop shop = shop_of(client, "xero", "{\"account\":\"shop\"}");
    Shop second = shop_of(client, "xero", "{\"account\":\"acme\",\"client_id\":\"second\"}");
    ck_assert_str_eq(call(&acme), "open");
    check_room(&same, 1, "minute"); /* a second grant buys nothing */
    check_room(&shop, 1, "appminute");
    check_room(&second, 2, "minute");
}
END_TEST

START_TEST(requests_in_flight_are_limited_until_they_leave)
{
    AUTO(Client) *client = gate_client_new();
    set_limits(client, "xero", "{}");
    Shop shop = shop_of(client, "xero", "{\"account\":\"acme\"}");
    for (int i = 0; i < 5; i++)
        ck_assert_str_eq(enter_and_stay(client, "xero", shop.tenant, shop.access), "open");
    ck_assert_str_eq(call(&shop), "concurrent");
    check_retry(client, 1, 1);
    leave(client, 1);
    ck_assert_str_eq(call(&shop), "open");
    ck_assert_int_eq(counter(client, "xero", "tenants.0.in_flight"), 4);
    leave(client, 4);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.in_flight"), 0);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.most.concurrent"), 5);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.most.minute"), 6); /* the refused one took no place */
}
END_TEST

START_TEST(limits_can_be_turned_off_and_counters_cleared)
{
    AUTO(Client) *client = gate_client_new();
    Shop shop = shop_of(client, "xero", "{\"account\":\"acme\"}");
    for (int i = 0; i < 70; i++)
        ck_assert_str_eq(call(&shop), "open");
    set_limits(client, "xero", "{\"minute\":1}");
    check_room(&shop, 1, "minute");
    set_limits(client, "xero", "{\"on\":false}");
    ck_assert_str_eq(call(&shop), "open");
    ck_assert_int_eq(counter(client, "xero", "requests"), 73);
    control(client, "DELETE", "xero/counters", NULL);
    ck_assert_int_eq(counter(client, "xero", "requests"), 0);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.requests"), 0);
    ck_assert_int_eq(counter(client, "xero", "tenants.0.over_limit.minute"), 0);
}
END_TEST

START_TEST(a_reset_forgets_grants_and_lets_requests_end)
{
    AUTO(Client) *client = gate_client_new();
    Shop shop = shop_of(client, "xero", "{\"account\":\"acme\"}");
    ck_assert_str_eq(enter_and_stay(client, "xero", shop.tenant, shop.access), "open");
    control(client, "POST", "reset", "{}");
    ck_assert_str_eq(call(&shop), "no token");
    ck_assert_uint_eq(yyjson_arr_size(control(client, "GET", "xero/grants", NULL)), 0);
    leave(client, 1);
    ck_assert_int_eq(counter(client, "xero", "requests"), 1);
}
END_TEST

SUITE("sandbox gate limits", only_a_token_of_the_organisation_opens,
      a_bearer_sees_its_organisations_until_they_are_disconnected, a_window_moves_and_is_exact_to_the_request,
      quickbooks_lets_five_hundred_through_a_minute, of_several_limits_the_one_that_frees_last_is_told,
      organisations_and_apps_have_limits_of_their_own_and_one_together, requests_in_flight_are_limited_until_they_leave,
      limits_can_be_turned_off_and_counters_cleared, a_reset_forgets_grants_and_lets_requests_end)
