#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include <string.h>

static const Trial full = {.full = true};

#define REFUSAL(type, code, message)                                                                                   \
    "{\"error\":{\"type\":\"" type "\",\"code\":\"" code "\",\"message\":\"" message "\"}}"
#define EMPTY "{\"object\":\"list\",\"data\":[],\"has_more\":false}"

static Error refuse(const ScriptAnswer *answers, size_t n)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    script_play(answers, n);
    ck_assert(!script_fetch(&full, "commerce-customers", "", arena, &page, &err));
    return err;
}

static const struct {
    ScriptAnswer answer;
    ErrorKind kind;
} refusals[] = {
    {{401, REFUSAL("invalid_request_error", "", "Invalid API Key provided: sk_test_****")},         ERROR_AUTH       },
    {{401, REFUSAL("invalid_request_error", "api_key_expired", "Expired API Key provided")},        ERROR_AUTH       },
    {{403, REFUSAL("invalid_request_error", "", "The provided key does not have the permission")},  ERROR_PERMISSION },
    {{403, REFUSAL("invalid_request_error", "account_invalid", "no access to account 'acct_1'")},   ERROR_AUTH       },
    {{403, REFUSAL("invalid_request_error", "", "Application access may have been revoked.")},      ERROR_AUTH       },
    {{404, REFUSAL("invalid_request_error", "", "Unrecognized request URL")},                       ERROR_UNSUPPORTED},
    {{404, REFUSAL("invalid_request_error", "resource_missing", "no such thing")},                  ERROR_UNSUPPORTED},
    {{400, REFUSAL("invalid_request_error", "parameter_unknown", "Received unknown parameter: x")}, ERROR_INTERNAL   },
    {{402, REFUSAL("card_error", "card_declined", "Your card was declined.")},                      ERROR_INTERNAL   },
    {{409, REFUSAL("idempotency_error", "", "Keys in use")},                                        ERROR_TRANSIENT  },
    {{424, REFUSAL("api_error", "", "External dependency failed")},                                 ERROR_TRANSIENT  },
    {{500, REFUSAL("api_error", "", "Something went wrong")},                                       ERROR_TRANSIENT  },
    {{503, "<html>Service Unavailable</html>"},                                                     ERROR_TRANSIENT  },
    {{500, REFUSAL("api_error", "", "Will not work"), .headers = {"Stripe-Should-Retry: false"}},   ERROR_DATA       },
    {{400, REFUSAL("api_error", "", "Try again"), .headers = {"Stripe-Should-Retry: true"}},        ERROR_TRANSIENT  },
    {{302, "moved"},                                                                                ERROR_INTERNAL   },
    {{0},                                                                                           ERROR_TRANSIENT  },
};

START_TEST(each_refusal_says_what_to_do_next)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        Error err = refuse(&refusals[i].answer, 1);
        ck_assert_msg(err.kind == refusals[i].kind, "%d %s became %s: %s", refusals[i].answer.status,
                      refusals[i].answer.body, error_kind_name(err.kind), err.text);
    }
}
END_TEST

START_TEST(an_error_text_has_all_that_support_asks_for)
{
    const ScriptAnswer answer = {403, REFUSAL("invalid_request_error", "perm", "The key needs 'rak_customer_read'."),
                                 .headers = {"Request-Id: req_42"}};
    Error err = refuse(&answer, 1);
    ck_assert_str_eq(err.text, "GET /v1/customers: 403 invalid_request_error perm (Request-Id req_42): "
                               "The key needs 'rak_customer_read'.");
}
END_TEST

START_TEST(an_error_text_never_has_the_key)
{
    const ScriptAnswer answer = {401, REFUSAL("x", "y", "Key sk_test_secret is bad, sk_test_secret is dead")};
    Error err = refuse(&answer, 1);
    ck_assert_ptr_null(strstr(err.text, "sk_test_secret"));
    ck_assert_ptr_nonnull(strstr(err.text, "Key **** is bad, **** is dead"));
}
END_TEST

START_TEST(a_long_message_is_cut_between_characters)
{
    char body[2000] = "{\"error\":{\"message\":\"x";
    for (int i = 0; i < 300; i++)
        strcat(body, "é");
    strcat(body, "\"}}");
    const ScriptAnswer answer = {500, body};
    Error err = refuse(&answer, 1);
    ck_assert_uint_lt(strlen(err.text), 280);
    ck_assert_uint_eq(text_valid_utf8(err.text, strlen(err.text)), strlen(err.text));
}
END_TEST

/* ---- Limits ---- */

#define LIMITED                                                                                                        \
    {                                                                                                                  \
        429, REFUSAL("invalid_request_error", "rate_limit", "Too many requests")                                       \
    }
#define LOCKED                                                                                                         \
    {                                                                                                                  \
        429, REFUSAL("invalid_request_error", "lock_timeout", "Another request holds the object")                      \
    }

START_TEST(a_short_limit_is_waited_for_in_place)
{
    const ScriptAnswer answers[] = {
        LIMITED, LIMITED, {200, EMPTY}
    };
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    script_play(answers, COUNT_OF(answers));
    ck_assert_msg(script_fetch(&full, "commerce-customers", "", arena, &page, &err), "%s", err.text);
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert_int_eq(script_waited_ms(), 500 + 1000);
}
END_TEST

START_TEST(a_lasting_limit_is_left_to_the_runtime)
{
    const ScriptAnswer answers[] = {LIMITED, LIMITED, LIMITED, LIMITED, LIMITED};
    Error err = refuse(answers, COUNT_OF(answers));
    ck_assert_int_eq(err.kind, ERROR_THROTTLED);
    ck_assert_int_eq(err.retry_after_ms, 5000);
    ck_assert_int_eq(script_waited_ms(), 500 + 1000 + 2000 + 4000);
}
END_TEST

START_TEST(a_locked_object_is_asked_for_again_soon)
{
    const ScriptAnswer answers[] = {LOCKED, LOCKED, LOCKED, {401}};
    Error err = refuse(answers, COUNT_OF(answers));
    ck_assert_int_eq(err.kind, ERROR_AUTH);
    ck_assert_int_eq(script_waited_ms(), 3 * 500);
}
END_TEST

START_TEST(retry_after_is_obeyed)
{
    const ScriptAnswer limited = {429, NULL, .headers = {"Retry-After: 90"}},
                       away = {503, NULL, .headers = {"Retry-After: 30"}};
    Error err = refuse(&limited, 1);
    ck_assert_int_eq(err.kind, ERROR_THROTTLED);
    ck_assert_int_eq(err.retry_after_ms, 90000);
    ck_assert_int_eq(script_waited_ms(), 0);
    err = refuse(&away, 1);
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_int_eq(err.retry_after_ms, 30000);
}
END_TEST

SUITE("stripe refusals", each_refusal_says_what_to_do_next, an_error_text_has_all_that_support_asks_for,
      an_error_text_never_has_the_key, a_long_message_is_cut_between_characters, a_short_limit_is_waited_for_in_place,
      a_lasting_limit_is_left_to_the_runtime, a_locked_object_is_asked_for_again_soon, retry_after_is_obeyed)
