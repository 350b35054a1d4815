#include "scheduler/api/listing.h"
#include "scheduler/api/query.h"
#include "tests/support/suite.h"
#include <string.h>

static const QueryName fields[] = {
    {"status",      {QUERY_TEXT, "d.status"}    },
    {"total",       {QUERY_NUMBER, "r.total"}   },
    {"issueDate",   {QUERY_DATE, "r.issue_date"}},
    {"created",     {QUERY_INSTANT, "r.created"}},
    {"meta.isGone", {QUERY_BOOLEAN, "r.is_gone"}},
    {NULL,          {0}                         },
};
static const QueryNames names = {query_name_resolve, fields};

static const struct {
    const char *query, *sql;
} good[] = {
    {"status=Complete",               "((d.status = $1::text))"                                                       },
    {"status != Complete",            "((d.status is distinct from $1::text))"                                        },
    {"status~plet",                   "((strpos(lower(d.status), lower($1::text)) > 0))"                              },
    {"total>=10.5&&total<20",         "((r.total >= $1::numeric and r.total < $2::numeric))"                          },
    {"total=1||total=2&&total=3",     "((r.total = $1::numeric) or (r.total = $2::numeric and r.total = $3::numeric))"},
    {"{total=1||total=2}&&status=x",
     "((((r.total = $1::numeric) or (r.total = $2::numeric)) and d.status = $3::text))"                               },
    {"issueDate>2026-01-31",          "((r.issue_date > $1::date))"                                                   },
    {"created<=2026-01-31T10:00:00Z", "((r.created <= $1::timestamptz))"                                              },
    {"meta.isGone!=true",             "((r.is_gone is distinct from $1::boolean))"                                    },
};

static const struct {
    const char *query, *says;
} bad[] = {
    {"colour=red",                                 "Unresolved property 'colour'" },
    {"total=abc",                                  "'abc' is no value for 'total'"},
    {"total~1",                                    "~ does not go with 'total'"   },
    {"status>A",                                   "> does not go with 'status'"  },
    {"meta.isGone>true",                           "does not go with"             },
    {"issueDate=2026-02-30",                       "'2026-02-30' is no value"     },
    {"meta.isGone=maybe",                          "is no value"                  },
    {"status",                                     "an operator"                  },
    {"=x",                                         "a property is missing"        },
    {"{status=x",                                  "a closing brace"              },
    {"status=x}",                                  "'}' is not understood"        },
    {"status=x&&",                                 "a property is missing"        },
    {"status=\"x",                                 "closing quote"                },
    {"{{{{{{{{{{{{{{{{{status=x}}}}}}}}}}}}}}}}}", "more than 16 braces"          },
};

START_TEST(a_condition_becomes_sql_with_parameters)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    AUTO(Text) *sql = text_new(NULL);
    QueryParams params = {0};
    Error err = {0};
    ck_assert_msg(query_where(sql, good[_i].query, &names, &params, arena, &err), "%s", err.text);
    ck_assert_str_eq(sql->bytes, good[_i].sql);
}
END_TEST

START_TEST(a_bad_condition_says_what_is_wrong)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    AUTO(Text) *sql = text_new(NULL);
    QueryParams params = {0};
    Error err = {0};
    ck_assert(!query_where(sql, bad[_i].query, &names, &params, arena, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_value_never_becomes_sql)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    AUTO(Text) *sql = text_new(NULL);
    QueryParams params = {0};
    Error err = {0};
    ck_assert(query_where(sql, "status=x'; drop table company; --&&status=\"a && b}\"", &names, &params, arena, &err));
    ck_assert_ptr_null(strstr(sql->bytes, "drop"));
    ck_assert_int_eq(params.n, 2);
    ck_assert_str_eq(params.items[0], "x'; drop table company; --");
    ck_assert_str_eq(params.items[1], "a && b}");
}
END_TEST

START_TEST(a_day_is_taken_from_an_instant)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    AUTO(Text) *sql = text_new(NULL);
    QueryParams params = {0};
    Error err = {0};
    ck_assert(query_where(sql, "issueDate>=2026-01-31T10:00:00Z", &names, &params, arena, &err));
    ck_assert_str_eq(params.items[0], "2026-01-31");
}
END_TEST

START_TEST(numbers_of_parameters_go_on_after_those_there)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    AUTO(Text) *sql = text_new(NULL);
    QueryParams params = {.items = {"company"}, .n = 1};
    Error err = {0};
    ck_assert(query_where(sql, "status=x", &names, &params, arena, &err));
    ck_assert_str_eq(sql->bytes, "((d.status = $2::text))");
}
END_TEST

START_TEST(a_query_of_two_kilobytes_is_refused)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    AUTO(Text) *sql = text_new(NULL), *query = text_new("status=");
    while (query->length < QUERY_MAX)
        text_putc(query, 'x');
    QueryParams params = {0};
    Error err = {0};
    ck_assert(!query_where(sql, query->bytes, &names, &params, arena, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "fewer than 2048"));
}
END_TEST

START_TEST(an_order_goes_up_or_down)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    AUTO(Text) *up = text_new(NULL), *down = text_new(NULL);
    Error err = {0};
    ck_assert(query_order(up, "total", &names, arena, &err));
    ck_assert(query_order(down, "-created", &names, arena, &err));
    ck_assert_str_eq(up->bytes, "r.total nulls last");
    ck_assert_str_eq(down->bytes, "r.created desc nulls last");
    ck_assert(!query_order(up, "-colour", &names, arena, &err));
    ck_assert_str_eq(err.text, "Unresolved property 'colour'");
}
END_TEST

Suite *suite_under_test(void)
{
    Suite *suite = suite_create("query");
    TCase *tests = tcase_create("query");
    tcase_add_loop_test(tests, a_condition_becomes_sql_with_parameters, 0, (int)COUNT_OF(good));
    tcase_add_loop_test(tests, a_bad_condition_says_what_is_wrong, 0, (int)COUNT_OF(bad));
    tcase_add_test(tests, a_value_never_becomes_sql);
    tcase_add_test(tests, a_day_is_taken_from_an_instant);
    tcase_add_test(tests, numbers_of_parameters_go_on_after_those_there);
    tcase_add_test(tests, a_query_of_two_kilobytes_is_refused);
    tcase_add_test(tests, an_order_goes_up_or_down);
    suite_add_tcase(suite, tests);
    return suite;
}
