/* Refresh tokens by the two vendors' rules. */
#include "tests/support/suite.h"
#include "tests/unit/sandbox/gate_client.h"
#include <string.h>

enum { MINUTE = 60, DAY = 86400 };

static const char *refreshed(Client *client, const char *vendor, const char *token)
{
    yyjson_val *answer = refresh(client, vendor, token);
    ck_assert_msg(client->status == 200, "%d %s", client->status, client->body->bytes);
    return text_at(answer, "refresh_token");
}

START_TEST(quickbooks_repeats_its_refresh_token_for_a_day_and_then_changes_it)
{
    AUTO(Client) *client = gate_client_new();
    const char *first = text_at(grant(client, "quickbooks"), "refresh_token");
    yyjson_val *answer = refresh(client, "quickbooks", first);
    ck_assert_str_eq(text_at(answer, "refresh_token"), first);
    ck_assert_str_eq(text_at(answer, "expires_in"), "3600");
    ck_assert_str_eq(text_at(answer, "x_refresh_token_expires_in"), "8726400");
    ck_assert_str_eq(text_at(answer, "token_type"), "bearer");
    advance(client, DAY - MINUTE);
    ck_assert_str_eq(refreshed(client, "quickbooks", first), first);
    advance(client, DAY);
    const char *second = refreshed(client, "quickbooks", first);
    ck_assert_str_ne(second, first);
    advance(client, 2 * DAY - MINUTE); /* its own day begins when it was given out */
    ck_assert_str_eq(refreshed(client, "quickbooks", second), second);
    ck_assert_int_eq(of_grant(client, "quickbooks", "refreshes"), 4);
}
END_TEST

START_TEST(an_old_token_of_quickbooks_is_refused_and_counted_and_kills_nothing)
{
    AUTO(Client) *client = gate_client_new();
    const char *first = text_at(grant(client, "quickbooks"), "refresh_token");
    advance(client, DAY);
    const char *second = refreshed(client, "quickbooks", first);
    check_refused(client, refresh(client, "quickbooks", first), 400, "invalid_grant");
    check_refused(client, refresh(client, "quickbooks", first), 400, "invalid_grant");
    ck_assert_int_eq(counter(client, "quickbooks", "dead_refresh_uses"), 2);
    ck_assert_int_eq(of_grant(client, "quickbooks", "dead_uses"), 2);
    ck_assert_str_eq(refreshed(client, "quickbooks", second), second);
    ck_assert_int_eq(of_grant(client, "quickbooks", "alive"), 1);
}
END_TEST

START_TEST(xero_gives_a_new_refresh_token_each_time_and_keeps_the_access_tokens)
{
    AUTO(Client) *client = gate_client_new();
    yyjson_val *granted = grant(client, "xero");
    const char *first = text_at(granted, "refresh_token"), *tenant = text_at(granted, "tenants.0.id");
    yyjson_val *answer = refresh(client, "xero", first);
    ck_assert_str_eq(text_at(answer, "expires_in"), "1800");
    ck_assert_ptr_null(json_at(answer, "x_refresh_token_expires_in"));
    const char *second = text_at(answer, "refresh_token");
    ck_assert_str_ne(second, first);
    ck_assert_str_ne(refreshed(client, "xero", second), second);
    ck_assert_str_eq(enter(client, "xero", tenant, text_at(granted, "access_token")), "open");
    ck_assert_str_eq(enter(client, "xero", tenant, text_at(answer, "access_token")), "open");
    advance(client, 30 * MINUTE);
    ck_assert_str_eq(enter(client, "xero", tenant, text_at(answer, "access_token")), "expired");
    ck_assert_int_eq(counter(client, "xero", "dead_access_uses"), 0);
}
END_TEST

START_TEST(a_lost_answer_of_xero_can_be_asked_for_again_for_half_an_hour)
{
    AUTO(Client) *client = gate_client_new();
    const char *first = text_at(grant(client, "xero"), "refresh_token");
    control(client, "POST", "xero/tokens", "{\"lose_answers\":1}");
    client->extra_header = "Authorization: Basic c2FuZGJveC1hcHA6c2FuZGJveC1zZWNyZXQ=";
    const char *form = arena_format(client->arena, "grant_type=refresh_token&refresh_token=%s", first);
    ck_assert(!control_try(client, "POST", "../xero/oauth/token", form));
    client->extra_header = NULL;
    ck_assert_int_eq(counter(client, "xero", "lost_answers"), 1);
    ck_assert_int_eq(of_grant(client, "xero", "refreshes"), 1); /* it did the work */
    advance(client, 10 * MINUTE);
    refreshed(client, "xero", first);
    advance(client, 29 * MINUTE);
    const char *last = refreshed(client, "xero", first);
    ck_assert_int_eq(of_grant(client, "xero", "in_grace"), 2);
    ck_assert_int_eq(of_grant(client, "xero", "dead_uses"), 0);
    refreshed(client, "xero", last);
    ck_assert_int_eq(of_grant(client, "xero", "alive"), 1);
}
END_TEST

static void check_killed(Client *client, const char *token, const char *heir)
{
    check_refused(client, refresh(client, "xero", token), 400, "invalid_grant");
    ck_assert_int_eq(of_grant(client, "xero", "alive"), 0);
    ck_assert_int_eq(of_grant(client, "xero", "dead_uses"), 1);
    check_refused(client, refresh(client, "xero", heir), 400, "invalid_grant");
    ck_assert_int_eq(counter(client, "xero", "dead_refresh_uses"), 2);
}

START_TEST(past_the_grace_reuse_kills_the_grant)
{
    AUTO(Client) *client = gate_client_new();
    const char *first = text_at(grant(client, "xero"), "refresh_token");
    const char *second = refreshed(client, "xero", first);
    advance(client, 20 * MINUTE);
    second = refreshed(client, "xero", first); /* does not begin the grace anew */
    advance(client, 31 * MINUTE);
    check_killed(client, first, second);
}
END_TEST

START_TEST(reuse_after_the_new_refresh_token_was_used_kills_the_grant)
{
    AUTO(Client) *client = gate_client_new();
    const char *first = text_at(grant(client, "xero"), "refresh_token");
    const char *third = refreshed(client, "xero", refreshed(client, "xero", first));
    check_killed(client, first, third);
}
END_TEST

START_TEST(reuse_after_the_new_access_token_was_used_kills_the_grant)
{
    AUTO(Client) *client = gate_client_new();
    yyjson_val *granted = grant(client, "xero");
    const char *tenant = text_at(granted, "tenants.0.id"), *first = text_at(granted, "refresh_token");
    ck_assert_str_eq(enter(client, "xero", tenant, text_at(granted, "access_token")), "open");
    yyjson_val *answer = refresh(client, "xero", first);
    ck_assert_str_eq(enter(client, "xero", tenant, text_at(answer, "access_token")), "open");
    check_killed(client, first, text_at(answer, "refresh_token"));
    ck_assert_str_eq(enter(client, "xero", tenant, text_at(answer, "access_token")), "revoked");
    ck_assert_int_eq(counter(client, "xero", "dead_access_uses"), 1);
}
END_TEST

START_TEST(what_the_lost_answer_held_is_dead_and_kills_nothing)
{
    AUTO(Client) *client = gate_client_new();
    const char *first = text_at(grant(client, "xero"), "refresh_token");
    const char *lost = refreshed(client, "xero", first), *found = refreshed(client, "xero", first);
    check_refused(client, refresh(client, "xero", lost), 400, "invalid_grant");
    ck_assert_int_eq(of_grant(client, "xero", "dead_uses"), 1);
    ck_assert_int_eq(of_grant(client, "xero", "alive"), 1);
    refreshed(client, "xero", found);
}
END_TEST

START_TEST(refresh_tokens_die_unused)
{
    AUTO(Client) *client = gate_client_new();
    const char *xero = text_at(grant(client, "xero"), "refresh_token");
    const char *first = text_at(grant(client, "quickbooks"), "refresh_token");
    advance(client, 59 * DAY);
    xero = refreshed(client, "xero", xero);
    advance(client, 100 * DAY);
    first = refreshed(client, "quickbooks", first);
    advance(client, (59 + 60) * DAY);
    check_refused(client, refresh(client, "xero", xero), 400, "invalid_grant");
    ck_assert_int_eq(of_grant(client, "xero", "alive"), 0);
    advance(client, 200 * DAY); /* use has put its end off */
    const char *second = refreshed(client, "quickbooks", first);
    ck_assert_str_ne(first, second);
    advance(client, 301 * DAY);
    check_refused(client, refresh(client, "quickbooks", second), 400, "invalid_grant");
}
END_TEST

START_TEST(revoking_kills_the_grant_and_later_uses_are_counted)
{
    AUTO(Client) *client = gate_client_new();
    yyjson_val *by_app = grant(client, "quickbooks"), *by_user = grant(client, "quickbooks");
    const char *tenant = text_at(by_app, "tenants.0.id"), *access = text_at(by_app, "access_token");
    ck_assert_str_eq(enter(client, "quickbooks", tenant, access), "open");
    const char *token = text_at(by_app, "refresh_token");
    ask(client, "quickbooks", "revoke", arena_format(client->arena, "{\"token\":\"%s\"}", token));
    ck_assert_int_eq(client->status, 200);
    ck_assert_str_eq(enter(client, "quickbooks", tenant, access), "revoked");
    check_refused(client, refresh(client, "quickbooks", token), 400, "invalid_grant");
    const char *other = text_at(by_user, "access_token");
    ck_assert_str_eq(enter(client, "quickbooks", tenant, other), "open");
    control(client, "POST", "quickbooks/grants/2/revoke", "{}");
    ck_assert_str_eq(enter(client, "quickbooks", tenant, other), "revoked");
    ck_assert_int_eq(counter(client, "quickbooks", "dead_access_uses"), 2);
    ck_assert_int_eq(counter(client, "quickbooks", "dead_refresh_uses"), 1);
    ask(client, "quickbooks", "revoke", "token=nobodys");
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(access_tokens_can_be_made_to_expire_at_one_instant)
{
    AUTO(Client) *client = gate_client_new();
    yyjson_val *one = grant(client, "xero"), *two = grant(client, "xero");
    const char *tenant = text_at(one, "tenants.0.id");
    const char *access[] = {text_at(one, "access_token"), text_at(two, "access_token")};
    control(client, "POST", "xero/tokens", "{\"expire\":1}");
    ck_assert_str_eq(enter(client, "xero", tenant, access[0]), "expired");
    ck_assert_str_eq(enter(client, "xero", tenant, access[1]), "open");
    control(client, "POST", "xero/tokens", "{\"expire\":\"all\"}");
    ck_assert_str_eq(enter(client, "xero", tenant, access[1]), "expired");
    yyjson_val *answer = refresh(client, "xero", text_at(two, "refresh_token"));
    ck_assert_str_eq(enter(client, "xero", tenant, text_at(answer, "access_token")), "open");
    ck_assert_int_eq(counter(client, "xero", "expired"), 2);
}
END_TEST

START_TEST(only_the_app_itself_gets_tokens)
{
    AUTO(Client) *client = gate_client_new();
    const char *token = text_at(grant(client, "xero"), "refresh_token");
    const char *form = arena_format(client->arena, "grant_type=refresh_token&refresh_token=%s", token);
    check_refused(client, ask_as(client, "c2FuZGJveC1hcHA6d3Jvbmc=", "xero", "token", form), 401, "invalid_client");
    check_refused(client, ask_as(client, "bm9ib2R5OnNhbmRib3gtc2VjcmV0", "xero", "token", form), 401, "invalid_client");
    control(client, "POST", "xero/apps", "{\"client_id\":\"other\",\"client_secret\":\"s p\"}");
    check_refused(client, ask_as(client, "b3RoZXI6cytw", "xero", "token", form), 400, "invalid_grant"); /* other:s+p */
    check_refused(client, ask(client, "xero", "token", "grant_type=password"), 400, "unsupported_grant_type");
    check_refused(client, ask(client, "xero", "token", "grant_type=refresh_token"), 400, "invalid_request");
    check_refused(client, refresh(client, "xero", "rt_xero_unknown"), 400, "invalid_grant");
    check_refused(client, refresh(client, "quickbooks", token), 400, "invalid_grant");
    refreshed(client, "xero", token);
    ck_assert_int_eq(of_grant(client, "xero", "dead_uses"), 0);
}
END_TEST

SUITE("sandbox gate", quickbooks_repeats_its_refresh_token_for_a_day_and_then_changes_it,
      an_old_token_of_quickbooks_is_refused_and_counted_and_kills_nothing,
      xero_gives_a_new_refresh_token_each_time_and_keeps_the_access_tokens,
      a_lost_answer_of_xero_can_be_asked_for_again_for_half_an_hour, past_the_grace_reuse_kills_the_grant,
      reuse_after_the_new_refresh_token_was_used_kills_the_grant,
      reuse_after_the_new_access_token_was_used_kills_the_grant, what_the_lost_answer_held_is_dead_and_kills_nothing,
      refresh_tokens_die_unused, revoking_kills_the_grant_and_later_uses_are_counted,
      access_tokens_can_be_made_to_expire_at_one_instant, only_the_app_itself_gets_tokens)
