#include "lib/clock.h"
#include "lib/auto.h"
#include "tests/support/suite.h"

static const struct Instant {
    const char *text;
    int64_t seconds;
    int32_t nanos;
} good_instants[] = {
    {"1970-01-01",                        0,            0        },
    {"1970-01-01T00:00:00Z",              0,            0        },
    {"2026-08-03T04:05:06Z",              1785729906,   0        },
    {"2026-08-03T04:05:06",               1785729906,   0        }, /* zone-less is UTC */
    {"2026-08-03 04:05:06.789+00",        1785729906,   789000000}, /* as Postgres prints it */
    {"2026-08-03T06:05:06.5+02:00",       1785729906,   500000000},
    {"2026-08-02T22:35:06-0530",          1785729906,   0        },
    {"2026-08-03T04:05:06.123456789123Z", 1785729906,   123456789},
    {"2024-02-29T23:59:59Z",              1709251199,   0        },
    {"2000-02-29",                        951782400,    0        },
    {"1969-12-31T23:59:59.25Z",           -1,           250000000},
    {"0001-01-01T00:00:00Z",              -62135596800, 0        },
    {"9999-12-31T23:59:59.999999999Z",    253402300799, 999999999},
};

START_TEST(instants_are_read_in_all_their_shapes)
{
    for (size_t i = 0; i < COUNT_OF(good_instants); i++) {
        int64_t seconds = -7;
        int32_t nanos = -7;
        ck_assert_msg(clock_parse_instant(good_instants[i].text, &seconds, &nanos), "%s", good_instants[i].text);
        ck_assert_msg(seconds == good_instants[i].seconds, "%s: %lld", good_instants[i].text, (long long)seconds);
        ck_assert_int_eq(nanos, good_instants[i].nanos);
    }
}
END_TEST

START_TEST(what_is_no_instant_is_refused)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-8-3",
        "2026-13-01",
        "2026-00-01",
        "2026-02-29",
        "1900-02-29",
        "2026-04-31",
        "0000-01-01",
        "2026-08-03T",
        "2026-08-03T04:05",
        "2026-08-03T24:00:00Z",
        "2026-08-03T04:60:00Z",
        "2026-08-03T04:05:60Z",
        "2026-08-03T04:05:06.Z",
        "2026-08-03T04:05:06+",
        "2026-08-03T04:05:06+24:00",
        "2026-08-03T04:05:06+02:60",
        "2026-08-03T04:05:06+02:",
        "2026-08-03T04:05:06ZZ",
        "2026-08-03X04:05:06Z",
        "2026-08-03 ",
        " 2026-08-03",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1785729906",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t seconds = -7;
        int32_t nanos = -7;
        ck_assert_msg(!clock_parse_instant(bad[i], &seconds, &nanos), "'%s'", bad[i]);
        ck_assert_int_eq(seconds, -7);
        ck_assert_int_eq(nanos, -7);
    }
}
END_TEST

START_TEST(instants_print_with_a_fraction_only_when_there_is_one)
{
    char out[36];
    clock_format_instant(out, 1785729906, 0);
    ck_assert_str_eq(out, "2026-08-03T04:05:06Z");
    clock_format_instant(out, 1785729906, 120000000);
    ck_assert_str_eq(out, "2026-08-03T04:05:06.12Z");
    clock_format_instant(out, -1, 1);
    ck_assert_str_eq(out, "1969-12-31T23:59:59.000000001Z");
    clock_format_instant(out, INT64_MAX, 0);
    ck_assert_str_eq(out, "9999-12-31T23:59:59Z");
    clock_format_instant(out, INT64_MIN, 0);
    ck_assert_str_eq(out, "0001-01-01T00:00:00Z");
}
END_TEST

START_TEST(every_day_of_ten_millennia_survives_the_round_trip)
{
    int64_t first = clock_days_of((CivilDate){1, 1, 1}), last = clock_days_of((CivilDate){9999, 12, 31});
    CivilDate before = clock_date_of(first - 1);
    for (int64_t day = first; day <= last; day++) {
        CivilDate date = clock_date_of(day);
        if (!clock_date_valid(date) || clock_days_of(date) != day || (date.day != 1 && date.day != before.day + 1))
            ck_abort_msg("day %lld: %d-%d-%d", (long long)day, date.year, date.month, date.day);
        before = date;
    }
    ck_assert_int_eq(last - first, 3652058);
}
END_TEST

START_TEST(dates_take_nothing_but_a_day)
{
    CivilDate date;
    ck_assert(clock_parse_date("2024-02-29", &date));
    ck_assert(date.year == 2024 && date.month == 2 && date.day == 29);
    ck_assert(!clock_parse_date("2024-02-29T00:00:00Z", &date));
    ck_assert(!clock_parse_date("2023-02-29", &date));
}
END_TEST

START_TEST(tests_own_the_wall_clock_and_nothing_else)
{
    clock_set_wall_ms(1785729906789);
    ck_assert_int_eq(clock_wall_ms(), 1785729906789);
    int64_t before = clock_monotonic_ns();
    ck_assert_int_ge(clock_monotonic_ns(), before);
    clock_set_wall_ms(0);
    ck_assert_int_ne(clock_wall_ms(), 1785729906789);
}
END_TEST

SUITE("clock", instants_are_read_in_all_their_shapes, what_is_no_instant_is_refused,
      instants_print_with_a_fraction_only_when_there_is_one, every_day_of_ten_millennia_survives_the_round_trip,
      dates_take_nothing_but_a_day, tests_own_the_wall_clock_and_nothing_else)
