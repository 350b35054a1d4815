#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include <string.h>

static const Trial full = {.full = true};

static Error refused_by(ScriptAnswer answer)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    script_play(&answer, 1);
    ck_assert(!script_fetch(&full, "purchaseOrders", "", arena, &page, &err));
    return err;
}

#define FAULT(code, message, detail, type)                                                                             \
    "{\"Fault\":{\"Error\":[{\"Message\":\"" message "\",\"Detail\":\"" detail "\",\"code\":\"" code                   \
    "\",\"element\":\"\"}],\"type\":\"" type "\"},\"time\":\"2026-03-14T11:32:27.043-07:00\"}"
#define GATEWAY(code, message)                                                                                         \
    "{\"fault\":{\"error\":[{\"message\":\"" message "\",\"detail\":\"\",\"code\":\"" code                             \
    "\"}],\"type\":\"AUTHENTICATION\"},\"time\":1489516347043}"

static const struct {
    ScriptAnswer answer;
    ErrorKind kind;
} refusals[] = {
    {{401, FAULT("3200", "message=AuthenticationFailed; errorCode=003200", "", "AuthenticationFault")}, ERROR_AUTH       },
    {{401, GATEWAY("3200", "message=Token expired; errorCode=003200; statusCode=401")},                 ERROR_AUTH       },
    {{401, "Unauthorized"},                                                                             ERROR_AUTH       },
    {{403, FAULT("3100", "message=ApplicationAuthorizationFailed", "", "AuthorizationFault")},          ERROR_AUTH       },
    {{403, FAULT("5020", "Permission Denied Error", "purchase orders", "AuthorizationFault")},          ERROR_PERMISSION },
    {{400, FAULT("5020", "Permission Denied Error", "", "ValidationFault")},                            ERROR_PERMISSION },
    {{403, "<html>Forbidden</html>"},                                                                   ERROR_PERMISSION },
    {{404, "<html>Not Found</html>"},                                                                   ERROR_UNSUPPORTED},
    {{400, FAULT("4000", "Error parsing query", "QueryParserError", "ValidationFault")},                ERROR_INTERNAL   },
    {{400, FAULT("2020", "Required param missing", "", "ValidationFault")},                             ERROR_INTERNAL   },
    {{500, FAULT("10000", "An application error has occurred", "", "SystemFault")},                     ERROR_TRANSIENT  },
    {{400, FAULT("10000", "An application error has occurred", "", "SystemFault")},                     ERROR_TRANSIENT  },
    {{503, NULL},                                                                                       ERROR_TRANSIENT  },
};

START_TEST(a_refusal_says_what_to_do_next)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        Error err = refused_by(refusals[i].answer);
        ck_assert_msg(err.kind == refusals[i].kind, "%zu: %s is %s", i, err.text, error_kind_name(err.kind));
    }
}
END_TEST

START_TEST(an_error_names_code_call_and_detail)
{
    Error err =
        refused_by((ScriptAnswer){400, FAULT("4000", "Error parsing query", "Encountered null", "ValidationFault"),
                                  .headers = {"intuit_tid: 1-5e4"}});
    ck_assert_str_eq(err.text, "GET /v3/company/4620816365/query: 400 4000 (intuit_tid 1-5e4): "
                               "Error parsing query: Encountered null");
    err = refused_by((ScriptAnswer){401, GATEWAY("3200", "Token expired")});
    ck_assert_str_eq(err.text, "GET /v3/company/4620816365/query: 401 3200: Token expired");
}
END_TEST

START_TEST(an_object_that_is_missing_where_none_was_asked_for_is_our_mistake)
{
    Error err = refused_by((ScriptAnswer){400, FAULT("610", "Object Not Found", "", "ValidationFault")});
    ck_assert_int_eq(err.kind, ERROR_INTERNAL);
}
END_TEST

START_TEST(too_many_requests_wait_a_minute_whatever_the_status)
{
#define THROTTLED                                                                                                      \
    FAULT("3001", "message=ThrottleExceeded; errorCode=003001; statusCode=429", "Try again later", "SERVICE")
    static const ScriptAnswer answers[] = {
        {429, THROTTLED},
        {403, THROTTLED},
        {429, NULL     }
    };
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        Error err = refused_by(answers[i]);
        ck_assert_int_eq(err.kind, ERROR_THROTTLED);
        ck_assert_int_eq(err.retry_after_ms, 60000);
    }
    Error told = refused_by((ScriptAnswer){429, THROTTLED, .headers = {"Retry-After: 90"}});
    ck_assert_int_eq(told.retry_after_ms, 90000);
    ck_assert_int_eq(script_waited_ms(), 0);
}
END_TEST

START_TEST(an_error_never_repeats_the_token)
{
    Error err = refused_by((ScriptAnswer){401, FAULT("3200", "bad token access_token", "", "AuthenticationFault")});
    ck_assert_ptr_null(strstr(err.text, "access_token"));
}
END_TEST

SUITE("quickbooks refusals", a_refusal_says_what_to_do_next, an_error_names_code_call_and_detail,
      an_object_that_is_missing_where_none_was_asked_for_is_our_mistake,
      too_many_requests_wait_a_minute_whatever_the_status, an_error_never_repeats_the_token)
