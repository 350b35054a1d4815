#include "workers/runtime/retry.h"
#include "tests/support/suite.h"
#include <string.h>

static const int64_t first_ms = 30000;

START_TEST(a_short_wait_is_sat_out_in_the_slice)
{
    const Error err = {.kind = ERROR_THROTTLED, .retry_after_ms = 2000};
    int64_t wait_ms = retry_in_place_ms(&err, 0);
    ck_assert_int_ge(wait_ms, 2000);
    ck_assert_int_le(wait_ms, 2500);
}
END_TEST

START_TEST(more_than_fifteen_seconds_are_not)
{
    const Error err = {.kind = ERROR_THROTTLED, .retry_after_ms = 15001};
    ck_assert_int_eq(retry_in_place_ms(&err, 0), -1);
}
END_TEST

START_TEST(a_page_is_tried_a_few_times_only)
{
    const Error err = {.kind = ERROR_TRANSIENT};
    ck_assert_int_ge(retry_in_place_ms(&err, RETRY_IN_PLACE - 1), 0);
    ck_assert_int_eq(retry_in_place_ms(&err, RETRY_IN_PLACE), -1);
}
END_TEST

START_TEST(what_waiting_cannot_cure_is_not_waited_for)
{
    const ErrorKind kinds[] = {ERROR_AUTH, ERROR_PERMISSION, ERROR_UNSUPPORTED, ERROR_DATA, ERROR_INTERNAL};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const Error err = {.kind = kinds[i]};
        ck_assert_int_eq(retry_in_place_ms(&err, 0), -1);
        ck_assert_int_eq(retry_later_ms(&err, 1, first_ms), -1);
    }
}
END_TEST

START_TEST(jitter_is_full_and_its_bound_doubles)
{
    const Error err = {.kind = ERROR_TRANSIENT};
    for (int failures = 1; failures <= RETRY_FAILURES; failures++) {
        int64_t bound = first_ms << (failures - 1), least = INT64_MAX, most = 0;
        for (int i = 0; i < 2000; i++) {
            int64_t wait_ms = retry_later_ms(&err, failures, first_ms);
            least = wait_ms < least ? wait_ms : least;
            most = wait_ms > most ? wait_ms : most;
        }
        ck_assert_int_ge(least, 0);
        ck_assert_int_lt(least, bound / 10);
        ck_assert_int_le(most, bound);
        ck_assert_int_gt(most, bound - bound / 10);
    }
}
END_TEST

START_TEST(no_wait_is_longer_than_two_hours)
{
    const Error err = {.kind = ERROR_TRANSIENT};
    for (int i = 0; i < 1000; i++)
        ck_assert_int_le(retry_later_ms(&err, RETRY_FAILURES, INT64_C(3600000)), RETRY_LONGEST_MS);
}
END_TEST

START_TEST(the_sources_own_word_counts_more_than_ours)
{
    const Error err = {.kind = ERROR_THROTTLED, .retry_after_ms = 60000};
    int64_t wait_ms = retry_later_ms(&err, 1, first_ms);
    ck_assert_int_ge(wait_ms, 60000);
    ck_assert_int_le(wait_ms, 66000);
}
END_TEST

START_TEST(after_eight_failures_the_dataset_ends)
{
    const Error err = {.kind = ERROR_TRANSIENT};
    ck_assert_int_ge(retry_later_ms(&err, 8, first_ms), 0);
    ck_assert_int_eq(retry_later_ms(&err, 9, first_ms), -1);
}
END_TEST

START_TEST(holding_back_ourselves_is_no_failure_however_often)
{
    const Error err = {.kind = ERROR_QUOTA, .retry_after_ms = 7200000};
    int64_t wait_ms = retry_later_ms(&err, 1000, first_ms);
    ck_assert_int_ge(wait_ms, 7200000);
    ck_assert_int_le(wait_ms, 7200250);
    ck_assert_int_eq(retry_in_place_ms(&(Error){.kind = ERROR_QUOTA, .retry_after_ms = 1}, 0), -1);
}
END_TEST

START_TEST(each_kind_of_error_has_its_status)
{
    static const struct {
        ErrorKind kind;
        const char *status;
    } rows[] = {
        {ERROR_AUTH,        "AuthError"       },
        {ERROR_PERMISSION,  "PermissionsError"},
        {ERROR_UNSUPPORTED, "NotSupported"    },
        {ERROR_THROTTLED,   "RateLimitError"  },
        {ERROR_TRANSIENT,   "FetchError"      },
        {ERROR_DATA,        "FetchError"      },
        {ERROR_INTERNAL,    "InternalError"   },
        {ERROR_CONFIG,      "InternalError"   },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        ck_assert_str_eq(retry_status(&(Error){.kind = rows[i].kind}), rows[i].status);
}
END_TEST

SUITE("runtime retry", a_short_wait_is_sat_out_in_the_slice, more_than_fifteen_seconds_are_not,
      a_page_is_tried_a_few_times_only, what_waiting_cannot_cure_is_not_waited_for,
      jitter_is_full_and_its_bound_doubles, no_wait_is_longer_than_two_hours,
      the_sources_own_word_counts_more_than_ours, after_eight_failures_the_dataset_ends,
      holding_back_ourselves_is_no_failure_however_often, each_kind_of_error_has_its_status)
