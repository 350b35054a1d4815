#include "tests/support/suite.h"
#include "tests/unit/sandbox/client.h"
#include <string.h>

START_TEST(only_keys_of_the_sandbox_open_it)
{
    AUTO(Client) *client = client_new();
    check_error(client, get(client, NULL, "charges"), 401, "");
    check_error(client, get(client, "sk_test_somebody", "charges"), 401, "");
    check_error(client, get(client, "pk_test_sandbox_acme", "charges"), 401, "secret_key_required");
    ck_assert_str_eq(text_at(control(client, "GET", "keys", NULL), "calls_by_unknown_keys"), "1");
    get(client, ACME, "charges");
    ck_assert_int_eq(client->status, 200);
    client->extra_header = "Authorization: Basic c2tfdGVzdF9zYW5kYm94X2FjbWU6"; /* the key, a colon, no password */
    get(client, NULL, "charges");
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(a_dead_key_is_refused_counted_and_only_itself)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    control(client, "POST", "keys", "{\"revoke\":\"" ACME "\"}");
    control(client, "POST", "keys", "{\"revoke\":\"sk_live_sandbox_acme\",\"expired\":true}");
    check_error(client, get(client, ACME, "account"), 401, "");
    check_error(client, get(client, "sk_live_sandbox_acme", "account"), 401, "api_key_expired");
    get(client, "sk_test_sandbox_acme__small", "account");
    ck_assert_int_eq(client->status, 200);
    ck_assert_str_eq(text_at(control(client, "GET", "stripe/acme/requests", NULL), "dead_key"), "2");
}
END_TEST

START_TEST(a_restricted_key_lacks_only_what_it_says)
{
    AUTO(Client) *client = client_new();
    yyjson_val *answer = get(client, "rk_test_sandbox_acme__no_disputes", "disputes");
    check_error(client, answer, 403, "");
    ck_assert_ptr_nonnull(strstr(text_at(answer, "error.message"), "'rak_dispute_read'"));
    get(client, "rk_test_sandbox_acme__no_disputes", "charges");
    ck_assert_int_eq(client->status, 200);
    get(client, ACME, "disputes");
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(a_permission_can_be_taken_and_given_back)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "refunds");
    control(client, "POST", "stripe/acme/permissions", "{\"revoke\":[\"refunds\",\"balance\"]}");
    check_error(client, get(client, ACME, "refunds"), 403, "");
    check_error(client, get(client, ACME, "balance"), 403, "");
    control(client, "POST", "stripe/acme/permissions", "{\"grant\":[\"refunds\"]}");
    get(client, ACME, "refunds");
    ck_assert_int_eq(client->status, 200);
    check_error(client, get(client, ACME, "balance"), 403, "");
}
END_TEST

START_TEST(a_platform_reads_connected_accounts_and_no_others)
{
    AUTO(Client) *client = client_new();
    get(client, "sk_test_sandbox_platform", "account");
    const char *id = text_at(control(client, "POST", "stripe/shop", "{}"), "id");
    client->extra_header = arena_format(client->arena, "Stripe-Account: %s", id);
    check_error(client, get(client, "sk_test_sandbox_platform", "account"), 403, "account_invalid");
    control(client, "POST", "stripe/platform/connect", "{\"account\":\"shop\"}");
    yyjson_val *account = get(client, "sk_test_sandbox_platform", "account");
    ck_assert_str_eq(text_at(account, "id"), id);
    ck_assert_ptr_nonnull(json_at(account, "company.name")); /* the platform sees more than the merchant's key */
    client->extra_header = NULL;
    ck_assert_ptr_null(json_at(get(client, "sk_test_sandbox_shop", "account"), "company"));
    control(client, "POST", "stripe/platform/connect", "{\"account\":\"shop\",\"connected\":false}");
    client->extra_header = arena_format(client->arena, "Stripe-Account: %s", id);
    check_error(client, get(client, "sk_test_sandbox_platform", "account"), 403, "account_invalid");
}
END_TEST

/* The account's name decides its version, so that of each is looked for. */
static const char *account_of_version(Client *client, const char *version)
{
    for (int i = 0; i < 40; i++) {
        const char *name = arena_format(client->arena, "shop%d", i);
        yyjson_val *account = control(client, "POST", arena_format(client->arena, "stripe/%s", name), "{}");
        if (strcmp(text_at(account, "version"), version) == 0)
            return name;
    }
    ck_abort_msg("none of forty accounts has version %s", version);
}

START_TEST(the_version_decides_the_shape_and_the_account_decides_without_one)
{
    AUTO(Client) *client = client_new();
    const char *name = account_of_version(client, "2025-03-31.basil");
    const char *key = arena_format(client->arena, "sk_test_sandbox_%s", name);
    yyjson_val *charges = get(client, key, "charges?limit=100");
    ck_assert_ptr_nonnull(strstr(client->body->bytes, "\"invoice\":\"in_"));
    ck_assert_str_eq(header_of(client, "Stripe-Version"), "2025-02-24.acacia");
    client->version = NULL;
    charges = get(client, key, "charges?limit=100");
    ck_assert_uint_gt(length_at(charges, "data"), 0);
    ck_assert_ptr_null(strstr(client->body->bytes, "\"invoice\":"));
    yyjson_val *counted = control(client, "GET", arena_format(client->arena, "stripe/%s/requests", name), NULL);
    ck_assert_str_eq(text_at(counted, "without_version"), "1");
    client->version = "2020-08-27";
    charges = get(client, key, "charges?limit=1");
    ck_assert_ptr_nonnull(json_at(charges, "data.0.refunds.object")); /* part of a charge then */
    client->version = "yesterday";
    check_error(client, get(client, key, "charges"), 400, "");
}
END_TEST

START_TEST(the_limit_of_one_operation_strikes_and_is_counted)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "charges?limit=1");
    control(client, "POST", "stripe/acme/limits", "{\"operation\":1,\"test\":1000}");
    yyjson_val *answer = get(client, ACME, "charges?limit=1");
    for (int i = 0; client->status == 200 && i < 1000; i++)
        answer = get(client, ACME, "charges?limit=1");
    check_error(client, answer, 429, "rate_limit");
    ck_assert_str_eq(header_of(client, "Stripe-Rate-Limited-Reason"), "endpoint-rate");
    get(client, ACME, "customers?limit=1");
    ck_assert_int_eq(client->status, 200);
    ck_assert_str_eq(text_at(control(client, "GET", "stripe/acme/requests", NULL), "over_limit"), "1");
    control(client, "POST", "stripe/*/limits", "{\"on\":false}");
    get(client, ACME, "charges?limit=1");
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(writes_are_refused)
{
    AUTO(Client) *client = client_new();
    control(client, "POST", "../stripe/v1/customers", "name=x");
    ck_assert_int_ge(client->status, 400);
}
END_TEST

START_TEST(a_reset_forgets_accounts_keys_and_faults)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    control(client, "POST", "keys", "{\"revoke\":\"" ACME "\"}");
    control(client, "POST", "stripe/*/faults", "{\"status\":503}");
    control(client, "POST", "stripe/acme/change", "{\"type\":\"customers\"}");
    control(client, "POST", "reset", "{}");
    ck_assert_uint_eq(yyjson_arr_size(control(client, "GET", "stripe", NULL)), 0);
    ck_assert_uint_eq(length_at(get(client, ACME, "events"), "data"), 0);
    ck_assert_int_eq(client->status, 200);
}
END_TEST

SUITE("sandbox access", only_keys_of_the_sandbox_open_it, a_dead_key_is_refused_counted_and_only_itself,
      a_restricted_key_lacks_only_what_it_says, a_permission_can_be_taken_and_given_back,
      a_platform_reads_connected_accounts_and_no_others,
      the_version_decides_the_shape_and_the_account_decides_without_one,
      the_limit_of_one_operation_strikes_and_is_counted, writes_are_refused, a_reset_forgets_accounts_keys_and_faults)
