/* The way through the browser: consent, codes, PKCE. */
#include "tests/support/suite.h"
#include "tests/unit/sandbox/gate_client.h"
#include <string.h>

#define ESCAPED_CALLBACK "http%3A%2F%2F127.0.0.1%3A9999%2Fcallback"
#define ASKED            "response_type=code&client_id=sandbox-app&redirect_uri=" ESCAPED_CALLBACK
#define XERO             ASKED "&scope=accounting.settings.read+offline_access&state=s1"
#define QUICKBOOKS       ASKED "&scope=com.intuit.quickbooks.accounting&state=s1"
/* RFC 7636, appendix B. */
#define VERIFIER  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define PKCE      "&code_challenge=" CHALLENGE "&code_challenge_method=S256"

static yyjson_val *show(Client *client, const char *vendor, const char *query)
{
    return control(client, "GET", arena_format(client->arena, "../%s/oauth/authorize?%s", vendor, query), NULL);
}

/* Where the vendor sends the browser after a choice; "" when it stays. */
static const char *decide(Client *client, const char *vendor, const char *asked, const char *choice)
{
    control(client, "POST", arena_format(client->arena, "../%s/oauth/authorize", vendor),
            arena_format(client->arena, "%s&%s", asked, choice));
    const char *location = header_of(client, "Location");
    ck_assert_int_eq(client->status == 302, location != NULL);
    return location ? location : "";
}

static const char *parameter(Client *client, const char *location, const char *name)
{
    const char *found = strstr(location, arena_format(client->arena, "%s=", name));
    ck_assert_msg(found != NULL, "%s is missing in %s", name, location);
    found += strlen(name) + 1;
    return arena_copy(client->arena, found, strcspn(found, "&"));
}

static const char *code_of(Client *client, const char *vendor, const char *asked)
{
    return parameter(client, decide(client, vendor, asked, "account=acme&decision=allow"), "code");
}

static yyjson_val *exchange(Client *client, const char *vendor, const char *code, const char *more)
{
    const char *form = arena_format(client->arena, "grant_type=authorization_code&code=%s&redirect_uri=%s%s", code,
                                    ESCAPED_CALLBACK, more);
    return ask(client, vendor, "token", form);
}

START_TEST(the_page_says_who_asks_for_what_and_lists_the_accounts)
{
    AUTO(Client) *client = gate_client_new();
    get(client, ACME, "account");
    get(client, "sk_test_sandbox_zeta", "account");
    show(client, "quickbooks", QUICKBOOKS "%22%3E%3Cscript%3E");
    ck_assert_int_eq(client->status, 200);
    ck_assert_str_eq(header_of(client, "Content-Type"), "text/html; charset=utf-8");
    const char *page = client->body->bytes;
    ck_assert_ptr_nonnull(strstr(page, "<strong>sandbox-app</strong>"));
    ck_assert_ptr_nonnull(strstr(page, "com.intuit.quickbooks.accounting"));
    ck_assert_ptr_nonnull(strstr(page, "type=\"radio\" name=\"account\" value=\"acme\""));
    ck_assert_ptr_nonnull(strstr(page, "value=\"zeta\""));
    ck_assert_ptr_nonnull(strstr(page, "QuickBooks"));
    ck_assert_ptr_null(strstr(page, "<script"));
    show(client, "xero", XERO);
    ck_assert_ptr_nonnull(strstr(client->body->bytes, "type=\"checkbox\" name=\"account\" value=\"acme\""));
}
END_TEST

START_TEST(consent_at_quickbooks_names_the_company)
{
    AUTO(Client) *client = gate_client_new();
    const char *location = decide(client, "quickbooks", QUICKBOOKS, "account=acme&other=fresh__small&decision=allow");
    ck_assert_ptr_eq(strstr(location, CALLBACK "?"), location);
    ck_assert_str_eq(parameter(client, location, "state"), "s1");
    const char *realm = parameter(client, location, "realmId");
    yyjson_val *tokens = exchange(client, "quickbooks", parameter(client, location, "code"), "");
    ck_assert_int_eq(client->status, 200);
    ck_assert_str_eq(enter(client, "quickbooks", realm, text_at(tokens, "access_token")), "open");
    ck_assert_str_eq(text_at(last_pass(client), "account"), "fresh"); /* what was typed wins */
    refresh(client, "quickbooks", text_at(tokens, "refresh_token"));
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(consent_at_xero_can_open_several_organisations)
{
    AUTO(Client) *client = gate_client_new();
    const char *location = decide(client, "xero", XERO, "account=acme&account=shop&other=acme&decision=allow");
    ck_assert_ptr_null(strstr(location, "realmId"));
    yyjson_val *tokens = exchange(client, "xero", parameter(client, location, "code"), "");
    client->extra_header = arena_format(client->arena, "Authorization: Bearer %s", text_at(tokens, "access_token"));
    ck_assert_uint_eq(yyjson_arr_size(control(client, "GET", "../test/xero", NULL)), 2);
}
END_TEST

START_TEST(whoever_denies_is_sent_back_with_the_reason)
{
    AUTO(Client) *client = gate_client_new();
    const char *location = decide(client, "xero", XERO, "account=acme&decision=deny");
    ck_assert_str_eq(location, CALLBACK "?error=access_denied&state=s1");
    ck_assert_str_eq(decide(client, "xero", XERO, "decision=allow"), ""); /* nothing chosen: the page again */
    ck_assert_ptr_nonnull(strstr(client->body->bytes, "Choose one first."));
    ck_assert_str_eq(decide(client, "xero", XERO, "other=no%20name&decision=allow"), "");
    ck_assert_int_eq(counter(client, "xero", "consents"), 0);
}
END_TEST

START_TEST(nobody_is_sent_to_an_address_that_is_not_registered)
{
    AUTO(Client) *client = gate_client_new();
    control(client, "POST", "xero/apps",
            "{\"client_id\":\"app\",\"client_secret\":\"x\",\"redirect_uris\":[\"https://app.example/cb\"]}");
    static const char *const refused[] = {
        "client_id=nobody&redirect_uri=" ESCAPED_CALLBACK,
        "client_id=sandbox-app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
        "client_id=sandbox-app&redirect_uri=http%3A%2F%2F127.0.0.1%3A80.evil.example%2F",
        "client_id=sandbox-app",
        "client_id=app&redirect_uri=" ESCAPED_CALLBACK,
        "client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%2Fmore",
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const char *query = arena_format(client->arena, "response_type=code&scope=a&state=s&%s", refused[i]);
        show(client, "xero", query);
        ck_assert_msg(client->status == 400, "%s: %d", query, client->status);
        ck_assert_str_eq(decide(client, "xero", query, "account=acme&decision=allow"), "");
    }
    show(client, "xero",
         "response_type=code&scope=a&state=s&client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(a_request_that_lacks_something_is_sent_back)
{
    AUTO(Client) *client = gate_client_new();
    static const struct {
        const char *query, *error;
    } faulty[] = {
        {ASKED "&scope=a",                                                                              "invalid_request"},
        {ASKED "&state=s",                                                                              "invalid_scope"  },
        {"client_id=sandbox-app&scope=a&state=s&redirect_uri=" ESCAPED_CALLBACK "&response_type=token",
         "unsupported_response_type"                                                                                     },
        {XERO "&code_challenge=" CHALLENGE,                                                             "invalid_request"},
        {XERO "&code_challenge=" VERIFIER "&code_challenge_method=plain",                               "invalid_request"},
    };
    for (size_t i = 0; i < COUNT_OF(faulty); i++) {
        show(client, "xero", faulty[i].query);
        ck_assert_int_eq(client->status, 302);
        ck_assert_str_eq(parameter(client, header_of(client, "Location"), "error"), faulty[i].error);
    }
}
END_TEST

START_TEST(a_challenge_wants_its_verifier)
{
    AUTO(Client) *client = gate_client_new();
    const char *code = code_of(client, "xero", XERO PKCE);
    check_refused(client, exchange(client, "xero", code, ""), 400, "invalid_grant");
    check_refused(client, exchange(client, "xero", code, "&code_verifier=" CHALLENGE), 400, "invalid_grant");
    exchange(client, "xero", code, "&code_verifier=" VERIFIER);
    ck_assert_int_eq(client->status, 200);
}
END_TEST

START_TEST(a_code_works_once_and_its_second_use_kills_the_grant)
{
    AUTO(Client) *client = gate_client_new();
    const char *code = code_of(client, "xero", XERO);
    yyjson_val *tokens = exchange(client, "xero", code, "");
    check_refused(client, exchange(client, "xero", code, ""), 400, "invalid_grant");
    ck_assert_int_eq(counter(client, "xero", "dead_code_uses"), 1);
    ck_assert_int_eq(of_grant(client, "xero", "alive"), 0);
    check_refused(client, refresh(client, "xero", text_at(tokens, "refresh_token")), 400, "invalid_grant");
}
END_TEST

START_TEST(a_code_is_for_one_app_and_one_address_and_a_short_time)
{
    AUTO(Client) *client = gate_client_new();
    control(client, "POST", "xero/apps", "{\"client_id\":\"other\",\"client_secret\":\"s p\"}");
    const char *code = code_of(client, "xero", XERO), *early = code_of(client, "quickbooks", QUICKBOOKS);
    const char *form =
        arena_format(client->arena, "grant_type=authorization_code&code=%s&redirect_uri=%s", code, ESCAPED_CALLBACK);
    check_refused(client, ask_as(client, "b3RoZXI6cytw", "xero", "token", form), 400, "invalid_grant");
    check_refused(client, ask(client, "xero", "token", arena_format(client->arena, "%s2", form)), 400, "invalid_grant");
    advance(client, 5 * 60);
    check_refused(client, exchange(client, "xero", code, ""), 400, "invalid_grant");
    exchange(client, "quickbooks", early, "");
    ck_assert_int_eq(client->status, 200);
    const char *late = code_of(client, "quickbooks", QUICKBOOKS);
    advance(client, 15 * 60 + 1);
    check_refused(client, exchange(client, "quickbooks", late, ""), 400, "invalid_grant");
}
END_TEST

START_TEST(xero_gives_refresh_tokens_only_to_who_asked_for_them)
{
    AUTO(Client) *client = gate_client_new();
    const char *code = code_of(client, "xero", ASKED "&scope=accounting.settings.read&state=s");
    yyjson_val *tokens = exchange(client, "xero", code, "");
    ck_assert_int_eq(client->status, 200);
    ck_assert_ptr_null(json_at(tokens, "refresh_token"));
    ck_assert_ptr_nonnull(json_at(tokens, "access_token"));
}
END_TEST

SUITE("sandbox gate consent", the_page_says_who_asks_for_what_and_lists_the_accounts,
      consent_at_quickbooks_names_the_company, consent_at_xero_can_open_several_organisations,
      whoever_denies_is_sent_back_with_the_reason, nobody_is_sent_to_an_address_that_is_not_registered,
      a_request_that_lacks_something_is_sent_back, a_challenge_wants_its_verifier,
      a_code_works_once_and_its_second_use_kills_the_grant, a_code_is_for_one_app_and_one_address_and_a_short_time,
      xero_gives_refresh_tokens_only_to_who_asked_for_them)
