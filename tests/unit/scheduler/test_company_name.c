#include "scheduler/api/company_name.h"
#include "tests/support/suite.h"
#include <string.h>

static const struct {
    const char *given;
    size_t length;
    const char *kept;
} names[] = {
    {"Acme Ltd",                       8,  "Acme Ltd"                      },
    {"O'Neil & Sons - R@d., really?!", 30, "O'Neil & Sons - R@d., really?!"},
    {"<b>Acme</b>; DROP TABLE",        23, "bAcmeb DROP TABLE"             },
    {"  Acme  ",                       8,  "Acme"                          },
    {"Müller 日本 Ω",              18, "Müller 日本 Ω"             },
    {"A\0B",                           3,  "AB"                            },
    {"smile 😀",                     10, "smile"                         },
    {"<>;",                            3,  ""                              },
    {"",                               0,  ""                              },
};

START_TEST(a_name_keeps_what_is_allowed_and_drops_the_rest)
{
    AUTO(Text) *clean = company_name_clean(names[_i].given, names[_i].length);
    ck_assert_str_eq(clean->bytes, names[_i].kept);
    ck_assert_uint_eq(clean->length, strlen(names[_i].kept));
}
END_TEST

START_TEST(bad_utf8_ends_the_name)
{
    AUTO(Text) *clean = company_name_clean("Acme\xff\xfe Ltd", 10);
    ck_assert_str_eq(clean->bytes, "Acme");
}
END_TEST

Suite *suite_under_test(void)
{
    Suite *suite = suite_create("company name");
    TCase *tests = tcase_create("company name");
    tcase_add_loop_test(tests, a_name_keeps_what_is_allowed_and_drops_the_rest, 0, (int)(sizeof names / sizeof *names));
    tcase_add_test(tests, bad_utf8_ends_the_name);
    suite_add_tcase(suite, tests);
    return suite;
}
