#include "lib/error.h"
#include "lib/text.h"
#include "tests/support/suite.h"
#include <string.h>

START_TEST(text_grows_outermost_first)
{
    Error err = {0};
    ck_assert(!error_set(&err, ERROR_THROTTLED, "GET /v1/invoices: %d", 429));
    err.retry_after_ms = 1500;
    ck_assert(!error_wrap(&err, "invoices after '%s'", "in_0007"));
    ck_assert_str_eq(err.text, "invoices after 'in_0007': GET /v1/invoices: 429");
    ck_assert_int_eq(err.kind, ERROR_THROTTLED);
    ck_assert_int_eq(err.retry_after_ms, 1500);
    ck_assert_ptr_nonnull(strstr(err.where, "error.c:"));
}
END_TEST

START_TEST(a_new_error_forgets_the_old_one)
{
    Error err = {0};
    error_set(&err, ERROR_THROTTLED, "first");
    err.retry_after_ms = 1500;
    error_set(&err, ERROR_DATA, "after %s", err.text);
    ck_assert_str_eq(err.text, "after first");
    ck_assert_int_eq(err.retry_after_ms, 0);
}
END_TEST

START_TEST(long_texts_are_cut_and_keep_the_outermost_context)
{
    Error err = {0};
    char longer[1000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    error_set(&err, ERROR_DATA, "%s", longer);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    error_wrap(&err, "page 7");
    ck_assert_int_eq(strncmp(err.text, "page 7: xxx", 11), 0);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    error_wrap(&err, "%s", longer);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
}
END_TEST

START_TEST(whatever_it_quotes_it_is_utf8)
{
    Error err = {0};
    char cut[400];
    error_set(&err, ERROR_DATA, "'%.2s' and '%s' \x1b[2J", "\xC3\xBC\xC3\xBC", "\xFF");
    ck_assert_str_eq(err.text, "'\xC3\xBC' and '\xEF\xBF\xBD' [2J");
    for (size_t n = 300; n < 330; n++) {
        memset(cut, 'x', n);
        strcpy(cut + n, "\xF0\x9F\x92\xB6\xF0\x9F\x92\xB6");
        error_set(&err, ERROR_DATA, "%s", cut);
        ck_assert_uint_eq(text_valid_utf8(err.text, strlen(err.text)), strlen(err.text));
        error_wrap(&err, "page %zu", n);
        ck_assert_uint_eq(text_valid_utf8(err.text, strlen(err.text)), strlen(err.text));
    }
}
END_TEST

START_TEST(nobody_has_to_listen)
{
    ck_assert(!error_set(NULL, ERROR_DATA, "nobody"));
    ck_assert(!error_wrap(NULL, "listens"));
}
END_TEST

START_TEST(what_passes_by_itself_may_be_tried_again)
{
    for (ErrorKind kind = ERROR_NONE; kind <= ERROR_INTERNAL; kind++) {
        bool wanted = kind == ERROR_THROTTLED || kind == ERROR_QUOTA || kind == ERROR_TRANSIENT;
        ck_assert_int_eq(error_is_retriable(&(Error){.kind = kind}), wanted);
        ck_assert_str_ne(error_kind_name(kind), "unknown");
    }
    ck_assert_str_eq(error_kind_name((ErrorKind)99), "unknown");
}
END_TEST

SUITE("error", text_grows_outermost_first, a_new_error_forgets_the_old_one,
      long_texts_are_cut_and_keep_the_outermost_context, whatever_it_quotes_it_is_utf8, nobody_has_to_listen,
      what_passes_by_itself_may_be_tried_again)
