#include "lib/text.h"
#include "lib/json.h"
#include "tests/support/suite.h"
#include <string.h>

START_TEST(texts_grow_and_stay_ended)
{
    AUTO(Text) *text = text_new(NULL);
    ck_assert_str_eq(text->bytes, "");
    for (int i = 0; i < 1000; i++)
        text_printf(text, "%d,", i);
    ck_assert_uint_eq(text->length, strlen(text->bytes));
    ck_assert_uint_eq(text->length, 3890);
    text_set(text, text->bytes + 3885);
    ck_assert_str_eq(text->bytes, ",999,");
    text_clear(text);
    text_puts(text, "a");
    text_putc(text, 'b');
    text_add(text, "cdef", 1);
    ck_assert_str_eq(text->bytes, "abc");
    text_set(text, NULL);
    ck_assert_uint_eq(text->length, 0);
}
END_TEST

static const struct Utf8 {
    const char *bytes;
    size_t valid;
} utf8_cases[] = {
    {"plain ascii, longer than eight", 30},
    {"Z\xC3\xBCrich",                  7 },
    {"\xE2\x82\xAC",                   3 },
    {"\xF0\x9F\x98\x80",               4 },
    {"\xF4\x8F\xBF\xBF",               4 },
    {"\xEE\x80\x80",                   3 },
    {"a\x80",                          1 }, /* continuation alone */
    {"\xC0\xAF",                       0 }, /* overlong */
    {"\xC1\xBF",                       0 },
    {"\xE0\x9F\xBF",                   0 }, /* overlong */
    {"\xF0\x8F\xBF\xBF",               0 }, /* overlong */
    {"\xED\xA0\x80",                   0 }, /* surrogate */
    {"\xF4\x90\x80\x80",               0 }, /* past U+10FFFF */
    {"\xF5\x80\x80\x80",               0 },
    {"ab\xE2\x82",                     2 }, /* cut */
    {"ab\xF0\x9F\x98",                 2 },
    {"12345678\xFF",                   8 },
    {"\xC3(",                          0 },
};

START_TEST(bad_utf8_is_found_where_it_starts)
{
    for (size_t i = 0; i < COUNT_OF(utf8_cases); i++)
        ck_assert_msg(text_valid_utf8(utf8_cases[i].bytes, strlen(utf8_cases[i].bytes)) == utf8_cases[i].valid,
                      "case %zu", i);
    ck_assert_uint_eq(text_valid_utf8("a\0b", 3), 3);
}
END_TEST

static void check_clean(const char *bytes, size_t length, const char *expected)
{
    char out[256];
    size_t n = text_clean(out, bytes, length);
    ck_assert_str_eq(out, expected);
    ck_assert_uint_eq(n, strlen(expected));
}

START_TEST(text_from_outside_loses_nul_controls_and_bad_bytes)
{
    check_clean("a\0b", 3, "ab");
    check_clean("a\x01\x1B[31m\tb\r\n", 11, "a[31m\tb\r\n");
    check_clean("caf\xE9", 4, "caf\xEF\xBF\xBD");
    check_clean("\xE2\x82", 2, "\xEF\xBF\xBD\xEF\xBF\xBD");
    check_clean("\xED\xA0\x80", 3, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    check_clean("Z\xC3\xBCrich", 7, "Z\xC3\xBCrich");
    check_clean("", 0, "");
}
END_TEST

START_TEST(the_room_that_cleaning_asks_for_is_enough)
{
    char bytes[40], out[3 * sizeof bytes + 1];
    memset(bytes, 0xFF, sizeof bytes);
    ck_assert_uint_eq(text_clean(out, bytes, sizeof bytes), 3 * sizeof bytes);
}
END_TEST

START_TEST(json_strings_are_escaped_and_valid)
{
    AUTO(Text) *text = text_new(NULL);
    text_put_json(text, "a\"b\\c\n\t\x01\0d\xFF", 11);
    ck_assert_str_eq(text->bytes, "\"a\\\"b\\\\c\\n\\t\\u0001\\u0000d\xEF\xBF\xBD\"");
}
END_TEST

START_TEST(hexadecimal_and_base64_follow_their_vectors)
{
    static const char *const vectors[][2] = {
        {"",       ""        },
        {"f",      "Zg=="    },
        {"fo",     "Zm8="    },
        {"foo",    "Zm9v"    },
        {"foob",   "Zm9vYg=="},
        {"fooba",  "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"}
    };
    char out[64];
    text_hex(out, "\x00\xAB\xFF", 3);
    ck_assert_str_eq(out, "00abff");
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        text_base64(out, vectors[i][0], strlen(vectors[i][0]));
        ck_assert_str_eq(out, vectors[i][1]);
        long n = text_unbase64(out, vectors[i][1], strlen(vectors[i][1]));
        ck_assert_int_eq(n, (long)strlen(vectors[i][0]));
        ck_assert_mem_eq(out, vectors[i][0], (size_t)n);
    }
}
END_TEST

START_TEST(malformed_base64_is_refused)
{
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm-_"};
    char out[64];
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_msg(text_unbase64(out, bad[i], strlen(bad[i])) == -1, "%s", bad[i]);
    ck_assert_int_eq(text_unbase64(out, "Zg\0=", 4), -1);
}
END_TEST

START_TEST(uuids_are_random_and_of_version_four)
{
    char a[37], b[37];
    uint8_t bytes[16];
    text_uuid(a);
    text_uuid(b);
    ck_assert_str_ne(a, b);
    ck_assert(text_uuid_bytes(a, bytes));
    ck_assert_int_eq(bytes[6] >> 4, 4);
    ck_assert_int_eq(bytes[8] >> 6, 2);
    ck_assert(text_is_uuid("8a210b68-6988-11ed-a1eb-0242ac120002"));
    ck_assert(text_uuid_bytes("8A210B68-6988-11ED-A1EB-0242AC120002", bytes));
    ck_assert_uint_eq(bytes[0], 0x8A);
    ck_assert_uint_eq(bytes[15], 2);
    static const char *const bad[] = {"",
                                      "8a210b68",
                                      "8a210b68-6988-11ed-a1eb-0242ac12000",
                                      "8a210b68-6988-11ed-a1eb-0242ac1200022",
                                      "8a210b68x6988-11ed-a1eb-0242ac120002",
                                      "8a210b68-6988-11ed-a1eb-0242ac12000g"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_msg(!text_is_uuid(bad[i]), "%s", bad[i]);
}
END_TEST

SUITE("text", texts_grow_and_stay_ended, bad_utf8_is_found_where_it_starts,
      text_from_outside_loses_nul_controls_and_bad_bytes, the_room_that_cleaning_asks_for_is_enough,
      json_strings_are_escaped_and_valid, hexadecimal_and_base64_follow_their_vectors, malformed_base64_is_refused,
      uuids_are_random_and_of_version_four)
