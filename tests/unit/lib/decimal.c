#include "lib/decimal.h"
#include "lib/auto.h"
#include "tests/support/suite.h"
#include <string.h>

#define NINES_38 "99999999999999999999999999999999999999"

static const struct Reading {
    const char *text, *canonical; /* NULL: refused */
} readings[] = {
    {"0",                       "0"                                       },
    {"-0",                      "0"                                       },
    {"-0.00",                   "0.00"                                    },
    {"12.50",                   "12.50"                                   },
    {" 12.50\n",                "12.50"                                   },
    {"+1",                      "1"                                       },
    {"-7",                      "-7"                                      },
    {"0012.5",                  "12.5"                                    },
    {"1e3",                     "1000"                                    },
    {"1E-2",                    "0.01"                                    },
    {"1.5e+3",                  "1500"                                    },
    {"12.50e1",                 "125.0"                                   },
    {"1.25e1",                  "12.5"                                    },
    {"-1.25E-3",                "-0.00125"                                },
    {"0e999999",                "0"                                       },
    {NINES_38,                  NINES_38                                  },
    {"-" NINES_38,              "-" NINES_38                              },
    {"0." NINES_38,             "0." NINES_38                             },
    {"1e37",                    "10000000000000000000000000000000000000"  },
    {"1e-38",                   "0.00000000000000000000000000000000000001"},
    {NINES_38 "e-38",           "0." NINES_38                             },
    {NINES_38 "0",              NULL                                      },
    {NINES_38 ".1",             NULL                                      },
    {"1e38",                    NULL                                      },
    {"1e-39",                   NULL                                      },
    {"1e99999999999999999999",  NULL                                      },
    {"1e-99999999999999999999", NULL                                      },
    {"",                        NULL                                      },
    {" ",                       NULL                                      },
    {"-",                       NULL                                      },
    {".5",                      NULL                                      },
    {"5.",                      NULL                                      },
    {"1.e3",                    NULL                                      },
    {"1e",                      NULL                                      },
    {"1e+",                     NULL                                      },
    {"--1",                     NULL                                      },
    {"1 2",                     NULL                                      },
    {"1,5",                     NULL                                      },
    {"0x10",                    NULL                                      },
    {"12,345.00",               NULL                                      },
    {"NaN",                     NULL                                      },
    {"Infinity",                NULL                                      },
    {"12.5.0",                  NULL                                      },
    {"1e2.5",                   NULL                                      },
};

START_TEST(numbers_are_read_exactly_or_refused)
{
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        char out[DECIMAL_SIZE];
        bool read = decimal_parse(out, readings[i].text, strlen(readings[i].text));
        ck_assert_msg(read == (readings[i].canonical != NULL), "'%s'", readings[i].text);
        if (read)
            ck_assert_str_eq(out, readings[i].canonical);
    }
}
END_TEST

START_TEST(the_length_ends_the_number_and_a_nul_is_none)
{
    char out[DECIMAL_SIZE];
    ck_assert(decimal_parse(out, "12345", 3));
    ck_assert_str_eq(out, "123");
    ck_assert(!decimal_parse(out,
                             "12\0"
                             "3",
                             4));
}
END_TEST

START_TEST(minor_units_get_their_point)
{
    static const struct {
        const char *integer;
        int scale;
        const char *decimal;
    } cases[] = {
        {"129907", 2,  "1299.07"    },
        {"5",      2,  "0.05"       },
        {"-5",     2,  "-0.05"      },
        {"0",      2,  "0.00"       },
        {"500",    0,  "500"        },
        {"1",      3,  "0.001"      },
        {"129907", 9,  "0.000129907"},
        {"12.5",   2,  NULL         },
        {"",       2,  NULL         },
        {"abc",    2,  NULL         },
        {"1",      10, NULL         },
        {"1",      -1, NULL         }
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[DECIMAL_SIZE];
        bool done = decimal_from_minor_units(out, cases[i].integer, strlen(cases[i].integer), cases[i].scale);
        ck_assert_msg(done == (cases[i].decimal != NULL), "%s", cases[i].integer);
        if (done)
            ck_assert_str_eq(out, cases[i].decimal);
    }
}
END_TEST

typedef bool (*Operation)(char out[DECIMAL_SIZE], const char *a, const char *b);

static void check(Operation operation, const char *a, const char *b, const char *expected)
{
    char out[DECIMAL_SIZE] = "";
    bool done = operation(out, a, b);
    ck_assert_msg(done == (expected != NULL), "%s and %s: %s", a, b, out);
    if (done)
        ck_assert_str_eq(out, expected);
}

START_TEST(sums_keep_the_larger_scale)
{
    check(decimal_add, "0.1", "0.20", "0.30");
    check(decimal_add, "-0.05", "0.05", "0.00");
    check(decimal_add, "1", "-2.5", "-1.5");
    check(decimal_subtract, "1.00", "1", "0.00");
    check(decimal_subtract, "-1", "-3", "2");
    check(decimal_add, NINES_38, "1", NULL);
    check(decimal_add, NINES_38, "0.1", NULL);
    check(decimal_add, "1", "x", NULL);
}
END_TEST

START_TEST(products_have_both_scales)
{
    check(decimal_multiply, "12.50", "0.2", "2.500");
    check(decimal_multiply, "-3", "0.00", "0.00");
    check(decimal_multiply, "-1.5", "-2", "3.0");
    check(decimal_multiply, "9999999999999999999", "9999999999999999999", "99999999999999999980000000000000000001");
    check(decimal_multiply, NINES_38, "2", NULL);
    check(decimal_multiply, NINES_38, NINES_38, NULL);
    check(decimal_multiply, "0.00000000000000000001", "0.0000000000000000001", NULL);
}
END_TEST

static void check_division(const char *a, const char *b, int scale, const char *expected)
{
    char out[DECIMAL_SIZE] = "";
    bool done = decimal_divide(out, a, b, scale);
    ck_assert_msg(done == (expected != NULL), "%s / %s: %s", a, b, out);
    if (done)
        ck_assert_str_eq(out, expected);
}

START_TEST(quotients_round_half_away_from_zero)
{
    check_division("1", "3", 4, "0.3333");
    check_division("2", "3", 4, "0.6667");
    check_division("1", "8", 2, "0.13");
    check_division("-1", "8", 2, "-0.13");
    check_division("1.2345", "1", 3, "1.235");
    check_division("1.2344", "1", 3, "1.234");
    check_division("1.5", "1", 0, "2");
    check_division("0.4", "1", 0, "0");
    check_division("-0.4", "1", 0, "0");
    check_division("10.00", "0.25", 0, "40");
    check_division(NINES_38, NINES_38, 2, "1.00");
    check_division("1", NINES_38, 38, "0.00000000000000000000000000000000000001");
    check_division("0." NINES_38, "1", 0, "1");
    check_division("1", "0.00", 2, NULL);
    check_division(NINES_38, "0.1", 0, NULL);
}
END_TEST

START_TEST(comparison_is_by_value)
{
    ck_assert_int_eq(decimal_compare("1", "1.00"), 0);
    ck_assert_int_eq(decimal_compare("0.00", "0"), 0);
    ck_assert_int_eq(decimal_compare("-1", "1"), -1);
    ck_assert_int_eq(decimal_compare("-1", "-2"), 1);
    ck_assert_int_eq(decimal_compare("0", "-0.01"), 1);
    ck_assert_int_eq(decimal_compare("9", "10"), -1);
    ck_assert_int_eq(decimal_compare(NINES_38, "0." NINES_38), 1);
    ck_assert_int_eq(decimal_compare("x", "-1"), -1);
    ck_assert(decimal_is_zero("0.00"));
    ck_assert(!decimal_is_zero("0.01"));
    ck_assert(!decimal_is_zero("x"));
}
END_TEST

START_TEST(a_negated_zero_has_no_sign)
{
    char out[DECIMAL_SIZE];
    ck_assert(decimal_negate(out, "0.00"));
    ck_assert_str_eq(out, "0.00");
    ck_assert(decimal_negate(out, "12.50"));
    ck_assert_str_eq(out, "-12.50");
    ck_assert(decimal_negate(out, "-12.50"));
    ck_assert_str_eq(out, "12.50");
}
END_TEST

SUITE("decimal", numbers_are_read_exactly_or_refused, the_length_ends_the_number_and_a_nul_is_none,
      minor_units_get_their_point, sums_keep_the_larger_scale, products_have_both_scales,
      quotients_round_half_away_from_zero, comparison_is_by_value, a_negated_zero_has_no_sign)
