#include "lib/http_headers.h"
#include "lib/arena.h"
#include "lib/http.h"
#include "tests/support/suite.h"

START_TEST(a_retry_after_is_seconds_or_a_date)
{
    const int64_t now_ms = INT64_C(1445412480000), day_ms = 24 * 3600 * 1000;
    ck_assert_int_eq(http_retry_after("0", now_ms), 0);
    ck_assert_int_eq(http_retry_after("30", now_ms), 30000);
    ck_assert_int_eq(http_retry_after("0.5", now_ms), 500);
    ck_assert_int_eq(http_retry_after("999999999999999999999", now_ms), day_ms);
    ck_assert_int_eq(http_retry_after("Wed, 21 Oct 2015 07:28:10 GMT", now_ms), 10000);
    ck_assert_int_eq(http_retry_after("Wednesday, 21-Oct-15 07:28:10 GMT", now_ms), 10000);
    ck_assert_int_eq(http_retry_after("Wed Oct 21 07:28:10 2015", now_ms), 10000);
    ck_assert_int_eq(http_retry_after("Wed, 21 Oct 2015 07:27:00 GMT", now_ms), 0);
    ck_assert_int_eq(http_retry_after("Fri, 21 Oct 2095 07:28:00 GMT", now_ms), day_ms);
    ck_assert_int_eq(http_retry_after("soon", now_ms), -1);
    ck_assert_int_eq(http_retry_after("12 apples", now_ms), -1);
    ck_assert_int_eq(http_retry_after("-5", now_ms), -1);
}
END_TEST

START_TEST(an_endless_head_is_refused)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    HttpHeaders headers = {0};
    int lines = 0;
    while (http_headers_line(&headers, arena, "X-Filler: 0123456789012345678901234567890\r\n", 43))
        ck_assert_int_lt(lines++, 10000);
    ck_assert_int_gt(lines, 5000);
}
END_TEST

START_TEST(query_values_are_escaped)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    ck_assert_str_eq(http_escape(arena, "data.customer"), "data.customer");
    ck_assert_str_eq(http_escape(arena, "a b&c=d/é%"), "a%20b%26c%3Dd%2F%C3%A9%25");
}
END_TEST

SUITE("runtime http headers", a_retry_after_is_seconds_or_a_date, an_endless_head_is_refused, query_values_are_escaped)
