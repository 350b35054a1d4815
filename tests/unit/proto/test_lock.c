#include "lib/arena.h"
#include "proto/lock.h"
#include "tests/support/suite.h"
#include <string.h>

/* Tests run from the top of the clone. */
#define LOCK "proto/fields.lock"

static char *lock_text(Arena *arena)
{
    FILE *file = fopen(LOCK, "r");
    ck_assert_msg(file != NULL, "%s is missing", LOCK);
    char *text = arena_zalloc(arena, MIB);
    size_t n = fread(text, 1, MIB - 1, file);
    fclose(file);
    ck_assert_uint_lt(n, MIB - 1);
    return text;
}

/* The text with one occurrence of `old` replaced: what the lock would say had the .proto been another. */
static char *doctored(Arena *arena, const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    ck_assert_msg(at != NULL, "the lock lacks '%s'", old);
    return arena_format(arena, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static size_t problems(Arena *arena, const char *text, char **report)
{
    char *bytes = NULL;
    size_t n_bytes = 0;
    FILE *stream = open_memstream(&bytes, &n_bytes);
    size_t n = lock_check(text, stream);
    fclose(stream);
    *report = arena_text(arena, bytes);
    free(bytes);
    return n;
}

static bool updated(Arena *arena, const char *text, char **fresh)
{
    char *bytes = NULL;
    size_t n_bytes = 0;
    FILE *out = open_memstream(&bytes, &n_bytes), *report = fopen("/dev/null", "w");
    bool fine = lock_update(text, out, report);
    fclose(report);
    fclose(out);
    *fresh = arena_text(arena, bytes);
    free(bytes);
    return fine;
}

START_TEST(the_messages_are_as_locked)
{
    AUTO(Arena) *arena = arena_new(MIB);
    char *report;
    size_t n = problems(arena, lock_text(arena), &report);
    ck_assert_msg(n == 0, "run proto-lock update, or undo the change:\n%s", report);
}
END_TEST

START_TEST(a_change_that_breaks_readers_is_refused)
{
    static const struct {
        const char *was, *is, *reason;
    } cases[] = {
        {"v1.Order 5 order_number string",        "v1.Order 5 number string",
         "was number string, must not become order_number"                                                                         },
        {"v1.Order 5 order_number string",        "v1.Order 5 order_number int64",            "was order_number int64"             },
        {"v1.Order 5 order_number string",        "v1.Order 5 order_number string[]",         "was order_number string[]"          },
        {"v1.Order 5 order_number string",        "v1.Order 55 order_number string",          "had number 55, must not return as 5"},
        {"v1.Order 5 order_number string",        "v1.Order 5 order_number retired",          "retired as order_number"            },
        {"v1.Payment.Status 3 STATUS_PAID value", "v1.Payment.Status 3 STATUS_SETTLED value", "was STATUS_SETTLED"                 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(Arena) *arena = arena_new(MIB);
        char *text = doctored(arena, lock_text(arena), cases[i].was, cases[i].is);
        char *report, *fresh;
        ck_assert_uint_ge(problems(arena, text, &report), 1);
        ck_assert_msg(strstr(report, cases[i].reason) != NULL, "'%s' lacks '%s'", report, cases[i].reason);
        ck_assert(!updated(arena, text, &fresh));
        ck_assert_str_eq(fresh, "");
    }
}
END_TEST

START_TEST(a_field_that_is_gone_must_be_retired)
{
    AUTO(Arena) *arena = arena_new(MIB);
    char *text = arena_format(arena, "%stributary.commerce.v1.Order 99 colour string\n", lock_text(arena));
    char *report, *fresh;
    ck_assert_uint_eq(problems(arena, text, &report), 1);
    ck_assert_ptr_nonnull(strstr(report, "Order 99: colour is gone without being retired"));
    ck_assert(updated(arena, text, &fresh));
    ck_assert_ptr_nonnull(strstr(fresh, "tributary.commerce.v1.Order 99 colour retired\n"));
    ck_assert_uint_eq(problems(arena, fresh, &report), 0);
    char *again;
    ck_assert(updated(arena, fresh, &again));
    ck_assert_str_eq(again, fresh);
}
END_TEST

START_TEST(a_new_field_must_be_locked)
{
    AUTO(Arena) *arena = arena_new(MIB);
    const char *locked = lock_text(arena);
    char *text = doctored(arena, locked, "tributary.commerce.v1.Order 5 order_number string\n", "");
    char *report, *fresh;
    ck_assert_uint_eq(problems(arena, text, &report), 1);
    ck_assert_ptr_nonnull(strstr(report, "Order 5: order_number is not locked"));
    ck_assert(updated(arena, text, &fresh));
    ck_assert_str_eq(fresh, locked);
}
END_TEST

START_TEST(a_retired_name_does_not_return_under_another_number)
{
    AUTO(Arena) *arena = arena_new(MIB);
    char *text = arena_format(arena, "%stributary.commerce.v1.Order 99 order_number retired\n", lock_text(arena));
    char *report;
    ck_assert_uint_eq(problems(arena, text, &report), 1);
    ck_assert_ptr_nonnull(strstr(report, "had number 99, must not return as 5"));
}
END_TEST

START_TEST(a_line_that_cannot_be_read_is_reported)
{
    AUTO(Arena) *arena = arena_new(MIB);
    char *text = arena_format(arena, "%s<<<<<<< HEAD\n", lock_text(arena));
    char *report;
    ck_assert_uint_eq(problems(arena, text, &report), 1);
    ck_assert_ptr_nonnull(strstr(report, "not a line of a lock: <<<<<<< HEAD"));
}
END_TEST

SUITE("proto lock", the_messages_are_as_locked, a_change_that_breaks_readers_is_refused,
      a_field_that_is_gone_must_be_retired, a_new_field_must_be_locked,
      a_retired_name_does_not_return_under_another_number, a_line_that_cannot_be_read_is_reported)
