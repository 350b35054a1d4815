/* What Xero refuses, and what it says of its limits. */
#include "tests/support/suite.h"
#include "tests/unit/sandbox/xero_client.h"
#include <string.h>

START_TEST(who_may_not_ask_is_told_why_in_the_shapes_that_were_recorded)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    Client *client = xero->client;
    const char *access = xero->access, *tenant = xero->tenant;
    xero->access = "nonsense";
    yyjson_val *answer = xero_try(xero, "GET", "Invoices?page=1");
    ck_assert_int_eq(client->status, 401);
    ck_assert_str_eq(text_at(answer, "Title"), "Unauthorized");
    ck_assert_str_eq(text_at(answer, "Detail"), "AuthenticationUnsuccessful");
    xero->access = access;
    xero->tenant = NULL;
    answer = xero_try(xero, "GET", "Invoices?page=1");
    ck_assert_int_eq(client->status, 403);
    ck_assert_str_eq(text_at(answer, "title"), "Forbidden");
    ck_assert_str_eq(text_at(answer, "detail"), "AuthenticationUnsuccessful");
    xero->tenant = "5e2974a2-097d-4f3b-bfd5-605d78c4a282";
    xero_try(xero, "GET", "Invoices?page=1");
    ck_assert_int_eq(client->status, 403);
    xero->tenant = tenant;
    xero_control(xero, "POST", "xero/tokens", "{\"expire\":\"all\"}");
    answer = xero_try(xero, "GET", "Invoices?page=1");
    ck_assert_int_eq(client->status, 401);
    ck_assert(strncmp(text_at(answer, "Detail"), "TokenExpired: token expired at ", 31) == 0);
}
END_TEST

START_TEST(journals_are_for_the_advanced_tier_only)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    xero_get(xero, "Journals");
    xero_control(xero, "POST", "xero/acme/tier", "{\"tier\":\"core\"}");
    yyjson_val *answer = xero_try(xero, "GET", "Journals?offset=0");
    ck_assert_int_eq(xero->client->status, 401);
    ck_assert_str_eq(text_at(answer, "Detail"), "AuthorizationUnsuccessful");
    xero_get(xero, "ManualJournals?page=1");
    xero_control(xero, "POST", "xero/acme/tier", "{\"tier\":\"advanced\"}");
    xero_get(xero, "Journals?offset=0");
}
END_TEST

START_TEST(xml_comes_to_those_who_do_not_ask_for_json)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    xero->accept = NULL;
    ck_assert_ptr_null(xero_try(xero, "GET", "Invoices?page=1"));
    ck_assert_int_eq(xero->client->status, 200);
    ck_assert(strncmp(xero->client->body->bytes, "<Response>", 10) == 0);
    ck_assert(strstr(header_of(xero->client, "Content-Type"), "xml") != NULL);
}
END_TEST

START_TEST(what_is_not_there_is_plain_text)
{
    static const char *const paths[] = {"Invoices/5e2974a2-097d-4f3b-bfd5-605d78c4a282", "Nonsense",
                                        "Reports/Nonsense"};
    AUTO(XeroClient) *xero = xero_client_new("acme");
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        ck_assert_ptr_null(xero_try(xero, "GET", paths[i]));
        ck_assert_int_eq(xero->client->status, 404);
        ck_assert(strstr(header_of(xero->client, "Content-Type"), "text/plain") != NULL);
    }
}
END_TEST

START_TEST(each_answer_says_what_is_left_and_a_refusal_what_is_used_up)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    Client *client = xero->client;
    xero_control(xero, "POST", "xero/limits", "{\"on\":true,\"minute\":3}");
    for (int left = 2; left >= 0; left--) {
        xero_get(xero, "Organisation");
        ck_assert_str_eq(header_of(client, "X-MinLimit-Remaining"), arena_format(client->arena, "%d", left));
        ck_assert_ptr_nonnull(header_of(client, "X-DayLimit-Remaining"));
        ck_assert_ptr_nonnull(header_of(client, "X-AppMinLimit-Remaining"));
    }
    xero_try(xero, "GET", "Organisation");
    ck_assert_int_eq(client->status, 429);
    ck_assert_str_eq(header_of(client, "X-Rate-Limit-Problem"), "minute");
    long wait = strtol(header_of(client, "Retry-After"), NULL, 10);
    ck_assert_int_gt(wait, 0);
    ck_assert_int_le(wait, 60);
    control(client, "POST", "clock", "{\"offset_seconds\":61}");
    xero_get(xero, "Organisation");
}
END_TEST

START_TEST(faults_look_like_those_of_xero)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    Client *client = xero->client;
    xero_get(xero, "Organisation");
    control(client, "POST", "xero/acme/faults",
            "[{\"kind\":\"status\",\"status\":503,\"path\":\"/api.xro/2.0/Invoices\",\"times\":1}]");
    ck_assert_int_eq(client->status, 200);
    ck_assert_ptr_null(xero_try(xero, "GET", "Invoices?page=1"));
    ck_assert_int_eq(client->status, 503);
    ck_assert(strstr(client->body->bytes, "<html>") != NULL);
    xero_get(xero, "Invoices?page=1");
    control(client, "POST", "xero/acme/faults",
            "[{\"kind\":\"rate_limit\",\"delay_ms\":7200000,\"path\":\"/api.xro/2.0/Items\",\"times\":1}]");
    xero_try(xero, "GET", "Items");
    ck_assert_int_eq(client->status, 429);
    ck_assert_str_eq(header_of(client, "X-Rate-Limit-Problem"), "day");
    ck_assert_str_eq(header_of(client, "Retry-After"), "7200");
    control(client, "POST", "xero/acme/faults",
            "[{\"kind\":\"missing_id\",\"path\":\"/api.xro/2.0/Items\",\"times\":1}]");
    yyjson_val *list = xero_list(xero, "Items", "");
    ck_assert_ptr_null(json_at(yyjson_arr_get_first(list), "ItemID"));
    ck_assert_ptr_nonnull(json_at(yyjson_arr_get_last(list), "ItemID"));
}
END_TEST

START_TEST(a_consent_names_its_organisations_until_they_are_disconnected)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    yyjson_val *connections = xero_get(xero, "/connections");
    ck_assert_uint_eq(yyjson_arr_size(connections), 1);
    yyjson_val *one = yyjson_arr_get_first(connections);
    ck_assert_str_eq(text_at(one, "tenantId"), xero->tenant);
    ck_assert_str_eq(text_at(one, "tenantType"), "ORGANISATION");
    yyjson_val *organisation = xero_get(xero, "Organisation");
    ck_assert_str_eq(text_at(one, "tenantName"), text_at(organisation, "Organisations.0.Name"));
    ck_assert_str_eq(text_at(organisation, "Organisations.0.OrganisationID"), xero->tenant);
    const char *path = arena_format(xero->client->arena, "/connections/%s", text_at(one, "id"));
    xero_try(xero, "DELETE", path);
    ck_assert_int_eq(xero->client->status, 204);
    xero_try(xero, "DELETE", path);
    ck_assert_int_eq(xero->client->status, 404);
    xero_try(xero, "GET", "Organisation");
    ck_assert_int_eq(xero->client->status, 403);
}
END_TEST

SUITE("sandbox xero refusals", who_may_not_ask_is_told_why_in_the_shapes_that_were_recorded,
      journals_are_for_the_advanced_tier_only, xml_comes_to_those_who_do_not_ask_for_json,
      what_is_not_there_is_plain_text, each_answer_says_what_is_left_and_a_refusal_what_is_used_up,
      faults_look_like_those_of_xero, a_consent_names_its_organisations_until_they_are_disconnected)
