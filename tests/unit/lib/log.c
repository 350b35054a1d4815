#include "lib/log.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/json.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char line[8192];

/* Runs the statement with stderr in a pipe and leaves what it wrote in `line`. */
#define CAPTURE(statement)                                                                                             \
    do {                                                                                                               \
        int ends[2], kept = dup(STDERR_FILENO);                                                                        \
        ck_assert_int_eq(pipe(ends), 0);                                                                               \
        dup2(ends[1], STDERR_FILENO);                                                                                  \
        close(ends[1]);                                                                                                \
        statement;                                                                                                     \
        dup2(kept, STDERR_FILENO);                                                                                     \
        close(kept);                                                                                                   \
        ssize_t n = read(ends[0], line, sizeof line - 1);                                                              \
        close(ends[0]);                                                                                                \
        line[n > 0 ? n : 0] = 0;                                                                                       \
    } while (0)

static void open_at(LogFormat format)
{
    clock_set_wall_ms(1785729906789);
    log_open("test", LOG_INFO, format);
}

START_TEST(logfmt_lines_start_with_time_level_and_program)
{
    open_at(LOG_LOGFMT);
    bool last = true; /* the word alone is an int in C17 */
    CAPTURE(log_info("page produced", KV("records", 100), KV("ms", 1.5), KV("last", last), KV("id", "in_1")));
    ck_assert_str_eq(line, "ts=2026-08-03T04:05:06.789Z level=info program=test msg=\"page produced\" records=100 "
                           "ms=1.5 last=true id=in_1\n");
}
END_TEST

START_TEST(values_are_quoted_and_escaped_when_they_must)
{
    open_at(LOG_LOGFMT);
    const char *none = NULL;
    CAPTURE(log_warn("m", KV("a", ""), KV("b", none), KV("c", "x=\"y\"\nlevel=error"), KV("d", "\x1B[2J\x7F"),
                     KV("e", "caf\xE9"), KV("f", "\xC2\x9B")));
    ck_assert_str_eq(strstr(line, "msg="),
                     "msg=m a=\"\" b=\"\" c=\"x=\\\"y\\\"\\nlevel=error\" d=\"\\u001b[2J\\u007f\" "
                     "e=\"caf\xEF\xBF\xBD\" f=\"\\u009b\"\n");
}
END_TEST

START_TEST(json_lines_are_json)
{
    AUTO(Arena) *arena = arena_new(KIB);
    Error err = {0};
    open_at(LOG_JSON);
    CAPTURE(log_error("it \"broke\"", KV("n", UINT64_MAX), KV("nan", 0.0 / 0.0), KV("text", "a\n\x01\xFF")));
    ck_assert_int_eq(line[strlen(line) - 1], '\n');
    yyjson_val *root = json_parse(arena, line, strlen(line), &err);
    ck_assert_msg(root != NULL, "%s: %s", err.text, line);
    ck_assert_str_eq(json_text(root, "msg"), "it \"broke\"");
    ck_assert_str_eq(json_text(root, "level"), "error");
    ck_assert_str_eq(json_scalar(root, "n"), "18446744073709551615");
    ck_assert_str_eq(json_text(root, "text"), "a\n\x01\xEF\xBF\xBD");
    ck_assert_ptr_null(json_at(root, "nan"));
}
END_TEST

START_TEST(long_values_are_cut_between_characters)
{
    char value[600];
    open_at(LOG_LOGFMT);
    memset(value, 'a', sizeof value);
    memcpy(value + 511, "\xE2\x82\xAC", 3); /* would be cut in its middle */
    value[599] = 0;
    CAPTURE(log_info("m", KV("v", (const char *)value), KV("after", 1)));
    const char *cut = strstr(line, "v=\"");
    ck_assert_ptr_nonnull(cut);
    ck_assert_uint_eq(strspn(cut + 3, "a"), 511);
    ck_assert_str_eq(cut + 3 + 511, "\xE2\x80\xA6\" after=1\n");
}
END_TEST

START_TEST(a_line_that_is_too_long_loses_whole_pairs_and_says_so)
{
    char value[512];
    memset(value, 0x01, sizeof value); /* six bytes each, escaped */
    value[511] = 0;
    const char *v = value;
    for (int format = LOG_LOGFMT; format <= LOG_JSON; format++) {
        open_at((LogFormat)format);
        CAPTURE(log_info("m", KV("first", 1), KV("a", v), KV("b", v), KV("last", 2)));
        ck_assert_uint_le(strlen(line), 4096);
        ck_assert_ptr_nonnull(strstr(line, "first"));
        ck_assert_ptr_nonnull(strstr(line, "last"));
        ck_assert_ptr_nonnull(strstr(line, format == LOG_JSON ? ",\"cut\":true}\n" : " cut=true\n"));
        AUTO(Arena) *arena = arena_new(KIB);
        if (format == LOG_JSON)
            ck_assert_ptr_nonnull(json_parse(arena, line, strlen(line), NULL));
    }
}
END_TEST

START_TEST(bound_pairs_come_first_until_they_are_unbound)
{
    open_at(LOG_LOGFMT);
    const LogPair pairs[] = {KV("source", "stripe"), KV("job", "7f3a")};
    log_bind(pairs, COUNT_OF(pairs));
    CAPTURE(log_info("m", KV("n", 1)));
    ck_assert_ptr_nonnull(strstr(line, "program=test source=stripe job=7f3a msg=m n=1\n"));
    LogBinding binding = log_binding();
    log_bind(NULL, 0);
    CAPTURE(log_info("m"));
    ck_assert_ptr_nonnull(strstr(line, "program=test msg=m\n"));
    log_rebind(binding);
    CAPTURE(log_info("m"));
    ck_assert_ptr_nonnull(strstr(line, "job=7f3a msg=m\n"));
    log_bind(NULL, 0);
}
END_TEST

START_TEST(lines_below_the_level_are_not_written)
{
    open_at(LOG_LOGFMT);
    int evaluated = 0;
    CAPTURE(log_debug("m", KV("n", ++evaluated)));
    ck_assert_str_eq(line, "");
    ck_assert_int_eq(evaluated, 0);
}
END_TEST

START_TEST(an_error_brings_its_pairs)
{
    open_at(LOG_LOGFMT);
    Error err = {0};
    error_set(&err, ERROR_TRANSIENT, "GET /v1/x: 503");
    CAPTURE(log_warn("page failed", KV_ERROR(&err)));
    ck_assert_ptr_nonnull(strstr(line, " kind=transient where=tests/unit/lib/log.c:"));
    ck_assert_ptr_nonnull(strstr(line, " error=\"GET /v1/x: 503\"\n"));
}
END_TEST

SUITE("log", logfmt_lines_start_with_time_level_and_program, values_are_quoted_and_escaped_when_they_must,
      json_lines_are_json, long_values_are_cut_between_characters,
      a_line_that_is_too_long_loses_whole_pairs_and_says_so, bound_pairs_come_first_until_they_are_unbound,
      lines_below_the_level_are_not_written, an_error_brings_its_pairs)
