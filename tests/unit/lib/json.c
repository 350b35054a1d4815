#include "lib/json.h"
#include "tests/support/suite.h"
#include <string.h>

static yyjson_val *parse(Arena *arena, const char *text)
{
    Error err = {0};
    yyjson_val *value = json_parse(arena, text, strlen(text), &err);
    ck_assert_msg(value != NULL, "%s", err.text);
    return value;
}

static const char page[] =
    "{\"id\":\"in_1\",\"total\":129907,\"rate\":0.10000000000000000555,\"big\":9223372036854775808,"
    "\"paid\":true,\"lines\":{\"data\":[{\"amount\":-5},{\"amount\":7}]},\"none\":null,\"e\":1e3}";

START_TEST(numbers_stay_the_text_they_were)
{
    AUTO(Arena) *arena = arena_new(KIB);
    yyjson_val *root = parse(arena, page);
    ck_assert_str_eq(json_scalar(root, "rate"), "0.10000000000000000555");
    ck_assert_str_eq(json_scalar(root, "big"), "9223372036854775808");
    ck_assert_str_eq(json_scalar(root, "e"), "1e3");
    ck_assert_str_eq(json_scalar(root, "lines.data.0.amount"), "-5");
    ck_assert_str_eq(json_scalar(parse(arena, "42"), "."), "42");
}
END_TEST

START_TEST(paths_reach_into_objects_and_arrays)
{
    AUTO(Arena) *arena = arena_new(KIB);
    yyjson_val *root = parse(arena, page);
    ck_assert_str_eq(json_text(root, "id"), "in_1");
    ck_assert_ptr_eq(json_at(root, "."), root);
    ck_assert_int_eq(json_integer(root, "lines.data.1.amount", 0), 7);
    static const char *const missing[] = {"x",
                                          "id.x",
                                          "none",
                                          "none.x",
                                          "lines.data.2",
                                          "lines.data.x",
                                          "lines.data.",
                                          "lines.x.data",
                                          "lines.data.99999999999999999999",
                                          ""};
    for (size_t i = 0; i < COUNT_OF(missing); i++)
        ck_assert_msg(!json_at(root, missing[i]), "%s", missing[i]);
}
END_TEST

START_TEST(getters_give_the_fallback_for_other_types)
{
    AUTO(Arena) *arena = arena_new(KIB);
    yyjson_val *root = parse(arena, page);
    ck_assert_ptr_null(json_text(root, "total"));
    ck_assert_ptr_null(json_scalar(root, "paid"));
    ck_assert_int_eq(json_integer(root, "total", -1), 129907);
    ck_assert_int_eq(json_integer(root, "big", -1), -1);
    ck_assert_int_eq(json_integer(root, "rate", -1), -1);
    ck_assert_int_eq(json_integer(root, "id", -1), -1);
    ck_assert(json_boolean(root, "paid", false));
    ck_assert(json_boolean(root, "id", true));
}
END_TEST

static void check_refused(const char *bytes, size_t length, const char *said)
{
    AUTO(Arena) *arena = arena_new(KIB);
    Error err = {0};
    ck_assert_ptr_null(json_parse(arena, bytes, length, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_msg(strstr(err.text, said) != NULL, "%s", err.text);
}

START_TEST(malformed_and_truncated_bodies_say_at_which_byte)
{
    check_refused("{\"a\":1,}", 8, "byte 6 of 8");
    check_refused("{\"a\":[1,2", 9, "byte 9 of 9");
    check_refused("", 0, "empty body");
    check_refused("<html>", 6, "byte 0 of 6");
    check_refused("{} x", 4, "byte 3 of 4");
    check_refused("{\"a\":\0}", 7, "byte 5 of 7");
    for (size_t length = 1; length < sizeof page - 1; length++)
        check_refused(page, length, "byte");
}
END_TEST

static char *nested(Arena *arena, size_t depth)
{
    char *text = arena_alloc(arena, 2 * depth + 1);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    text[2 * depth] = 0;
    return text;
}

START_TEST(nesting_is_bounded_at_64_levels)
{
    AUTO(Arena) *arena = arena_new(KIB);
    parse(arena, nested(arena, 64));
    check_refused(nested(arena, 65), 130, "deeper than 64");
    check_refused(nested(arena, 1000000), 2000000, "deeper than 64");
    AUTO(Text) *objects = text_new(NULL);
    for (int i = 0; i < 65; i++)
        text_puts(objects, "{\"a\":");
    text_puts(objects, "1");
    for (int i = 0; i < 65; i++)
        text_putc(objects, '}');
    check_refused(objects->bytes, objects->length, "deeper than 64");
}
END_TEST

START_TEST(bad_utf8_in_a_string_does_not_fail_the_page)
{
    AUTO(Arena) *arena = arena_new(KIB);
    yyjson_val *root = parse(arena, "{\"name\":\"caf\xE9\",\"zero\":\"a\\u0000b\"}");
    ck_assert_str_eq(json_text(root, "name"), "caf\xE9");
    ck_assert_uint_eq(yyjson_get_len(json_at(root, "zero")), 3);
}
END_TEST

START_TEST(what_only_ends_too_early_was_cut)
{
    AUTO(Arena) *arena = arena_new(KIB);
    for (size_t length = 1; length < strlen(page); length++)
        ck_assert_msg(json_is_cut(arena, page, length), "the first %zu bytes", length);
    ck_assert(!json_is_cut(arena, page, strlen(page)));
    ck_assert(!json_is_cut(arena, "[1}", 3));
    ck_assert(!json_is_cut(arena, "{\"a\":1}}", 8));
}
END_TEST

START_TEST(half_of_an_escaped_pair_does_not_fail_the_page)
{
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"[\"cut \\ud83d\"]",                  "cut \xEF\xBF\xBD"                },
        {"[\"\\ude00 first\"]",                "\xEF\xBF\xBD first"              },
        {"[\"\\uD83D\\uD83D\\uDE00\"]",        "\xEF\xBF\xBD\xF0\x9F\x98\x80"    },
        {"[\"\\ud83d\\n\\\\ud83d\"]",          "\xEF\xBF\xBD\n\\ud83d"           },
        {"[\"\\ud83d\\ude00\\ud83d\\u0041\"]", "\xF0\x9F\x98\x80\xEF\xBF\xBD\x41"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(Arena) *arena = arena_new(KIB);
        ck_assert_str_eq(json_text(parse(arena, cases[i].json), "0"), cases[i].text);
    }
    /* What is wrong beside it stays wrong. */
    Error err = {0};
    AUTO(Arena) *arena = arena_new(KIB);
    const char *const bad[] = {"[\"\\ud83d\", \"\\x\"]", "[\"\\ud83d\\", "[\"\\ud83d\\u", "[\"\\ud83"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_ptr_null(json_parse(arena, bad[i], strlen(bad[i]), &err));
}
END_TEST

START_TEST(the_bytes_may_go_after_parsing)
{
    AUTO(Arena) *arena = arena_new(KIB);
    AUTO(Text) *bytes = text_new(page);
    yyjson_val *root = parse(arena, bytes->bytes);
    memset(bytes->bytes, 'x', bytes->length);
    ck_assert_str_eq(json_text(root, "id"), "in_1");
    ck_assert_str_eq(json_scalar(root, "total"), "129907");
}
END_TEST

START_TEST(a_value_is_written_as_it_was_read)
{
    AUTO(Arena) *arena = arena_new(KIB);
    AUTO(Text) *out = text_new(NULL);
    json_write(out, parse(arena, page));
    ck_assert_str_eq(out->bytes, page);
    text_clear(out);
    json_write(out, parse(arena, " [ ] "));
    json_write(out, parse(arena, "{ }"));
    ck_assert_str_eq(out->bytes, "[]{}");
}
END_TEST

START_TEST(the_writer_minds_commas_and_quotes)
{
    AUTO(Text) *out = text_new(NULL);
    JsonWriter writer = {.out = out};
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "name", "a \"b\"");
    json_put_text(&writer, "none", NULL);
    json_open(&writer, "list", '[');
    json_put_integer(&writer, NULL, INT64_MIN);
    json_put_boolean(&writer, NULL, false);
    json_open(&writer, NULL, '{');
    json_close(&writer, '}');
    json_close(&writer, ']');
    json_put_raw(&writer, "amount", "12.50", 5);
    json_close(&writer, '}');
    ck_assert_str_eq(
        out->bytes,
        "{\"name\":\"a \\\"b\\\"\",\"none\":null,\"list\":[-9223372036854775808,false,{}],\"amount\":12.50}");
}
END_TEST

SUITE("json", numbers_stay_the_text_they_were, paths_reach_into_objects_and_arrays,
      getters_give_the_fallback_for_other_types, malformed_and_truncated_bodies_say_at_which_byte,
      nesting_is_bounded_at_64_levels, bad_utf8_in_a_string_does_not_fail_the_page,
      half_of_an_escaped_pair_does_not_fail_the_page, what_only_ends_too_early_was_cut, the_bytes_may_go_after_parsing,
      a_value_is_written_as_it_was_read, the_writer_minds_commas_and_quotes)
