/*
 * Suite: one Check program a file. Define suite_under_test(); tests/support/main.c runs it. CK_FORK=no (sanitizer runs)
 * makes the exit status the sanitizer's verdict too.
 */
#pragma once
#include <check.h>
#include <stdlib.h>

Suite *suite_under_test(void);

/* A suite of one case from a list of tests. */
#define SUITE(name, ...)                                                                                               \
    Suite *suite_under_test(void)                                                                                      \
    {                                                                                                                  \
        Suite *suite = suite_create(name);                                                                             \
        TCase *tests = tcase_create(name);                                                                             \
        const TTest *const all[] = {__VA_ARGS__};                                                                      \
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)                                                          \
            tcase_add_test(tests, all[i]);                                                                             \
        tcase_set_timeout(tests, 60);                                                                                  \
        suite_add_tcase(suite, tests);                                                                                 \
        return suite;                                                                                                  \
    }
