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

#define UNAUTHORISED(detail)                                                                                           \
    "{\"Title\":\"Unauthorized\",\"Status\":401,\"Detail\":\"" detail "\",\"Instance\":\"eac0\"}"
#define INVALID                                                                                                        \
    "{\"ErrorNumber\":10,\"Type\":\"ValidationException\",\"Message\":\"A validation exception occurred\","            \
    "\"Elements\":[{\"ValidationErrors\":[{\"Message\":\"No such order\"}]}]}"

static const struct {
    ScriptAnswer answer;
    ErrorKind kind;
} refusals[] = {
    {{401, UNAUTHORISED("TokenExpired: token expired at 01/23/2020 18:21:16")},                                         ERROR_AUTH      },
    {{401, UNAUTHORISED("AuthenticationUnsuccessful")},                                                                 ERROR_AUTH      },
    {{401, ""},                                                                                                         ERROR_AUTH      },
    {{401, UNAUTHORISED("AuthorizationUnsuccessful")},                                                                  ERROR_PERMISSION},
    {{403, "{\"title\":\"Forbidden\",\"status\":403,\"detail\":\"AuthenticationUnsuccessful\",\"instance\":\"c375\"}"},
     ERROR_PERMISSION                                                                                                                   },
    {{400, INVALID},                                                                                                    ERROR_DATA      },
    {{404, "The resource you're looking for cannot be found"},                                                          ERROR_DATA      },
    {{500, "<html>"},                                                                                                   ERROR_TRANSIENT },
    {{503, "<!DOCTYPE html><h1>The organisation is offline</h1>"},                                                      ERROR_TRANSIENT },
    {{200, "<Response><Status>OK</Status></Response>"},                                                                 ERROR_TRANSIENT },
    {{200, "{\"Status\":\"OK\"}"},                                                                                      ERROR_DATA      },
    {{200, "{\"PurchaseOrders\":[{\"PurchaseOrderID\":"},                                                               ERROR_TRANSIENT },
    {{0},                                                                                                               ERROR_TRANSIENT },
};

START_TEST(a_refusal_says_what_to_do_next)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        Error err = refused_by(refusals[i].answer);
        ck_assert_msg(err.kind == refusals[i].kind, "%zu: %s is %s", i, err.text, error_kind_name(err.kind));
    }
}
END_TEST

START_TEST(an_error_names_call_and_detail)
{
    Error err = refused_by((ScriptAnswer){400, INVALID, .headers = {"Xero-Correlation-Id: 1b-5e4"}});
    ck_assert_str_eq(
        err.text,
        "GET /api.xro/2.0/PurchaseOrders: 400 ValidationException (Xero-Correlation-Id 1b-5e4): No such order");
    err = refused_by((ScriptAnswer){403, "{\"title\":\"Forbidden\",\"detail\":\"AuthenticationUnsuccessful\"}"});
    ck_assert_str_eq(err.text, "GET /api.xro/2.0/PurchaseOrders: 403 Forbidden: AuthenticationUnsuccessful");
}
END_TEST

START_TEST(a_day_that_is_used_up_parks_the_job_for_hours)
{
    Error err = refused_by((ScriptAnswer){
        429, "", .headers = {"Retry-After: 21600", "X-Rate-Limit-Problem: day"}
    });
    ck_assert_int_eq(err.kind, ERROR_THROTTLED);
    ck_assert_int_eq(err.retry_after_ms, 21600000);
    ck_assert_str_eq(err.text, "GET /api.xro/2.0/PurchaseOrders: 429 day");
    ck_assert_int_eq(script_waited_ms(), 0);
    err = refused_by((ScriptAnswer){429, ""});
    ck_assert_int_eq(err.retry_after_ms, 60000);
}
END_TEST

START_TEST(a_short_limit_is_waited_for)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    SCRIPT(
        {
            429, "", .headers = {"Retry-After: 2", "X-Rate-Limit-Problem: concurrent"}
    },
        {200, "{\"PurchaseOrders\":[]}"});
    ck_assert_msg(script_fetch(&full, "purchaseOrders", "", arena, &page, &err), "%s", err.text);
    ck_assert_int_eq(script_waited_ms(), 2000);
}
END_TEST

START_TEST(a_connection_without_an_organisation_asks_nobody)
{
    static const char *const settings[] = {"{}", "{\"tenantId\":\"\"}", "{\"tenantId\":\"a\\nb\"}", "{\"tenantId\":7}"};
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        AUTO(Arena) *arena = arena_new(64 * KIB);
        Error err = {0};
        Page page = {0};
        script_play(NULL, 0);
        ck_assert(!script_fetch(&(Trial){.full = true, .settings = settings[i]}, "items", "", arena, &page, &err));
        ck_assert_int_eq(err.kind, ERROR_DATA);
        ck_assert_msg(strstr(err.text, "tenantId") != NULL, "%s", err.text);
    }
}
END_TEST

START_TEST(a_foreign_cursor_is_refused)
{
    static const char *const cursors[] = {"x", "9 0 0", "1 2"};
    for (size_t i = 0; i < COUNT_OF(cursors); i++) {
        AUTO(Arena) *arena = arena_new(64 * KIB);
        Error err = {0};
        Page page = {0};
        script_play(NULL, 0);
        ck_assert(!script_fetch(&full, "invoices", cursors[i], arena, &page, &err));
        ck_assert_int_eq(err.kind, ERROR_INTERNAL);
    }
}
END_TEST

SUITE("xero refusals", a_refusal_says_what_to_do_next, an_error_names_call_and_detail,
      a_day_that_is_used_up_parks_the_job_for_hours, a_short_limit_is_waited_for,
      a_connection_without_an_organisation_asks_nobody, a_foreign_cursor_is_refused)
