#include "workers/runtime/emit.h"
#include "tests/support/suite.h"
#include <string.h>

START_TEST(the_version_header_is_three_decimals)
{
    char version[VERSION_SIZE];
    emit_version(version, 1, 0, 42);
    ck_assert_str_eq(version, "1.0.42");
    emit_version(version, 2, 1764000000123, 9000000000000000000);
    ck_assert_str_eq(version, "2.1764000000123.9000000000000000000");
}
END_TEST

START_TEST(the_largest_version_fits_its_room)
{
    char version[VERSION_SIZE];
    emit_version(version, INT64_MIN, INT64_MIN, INT64_MIN);
    ck_assert_str_eq(version, "-9223372036854775808.-9223372036854775808.-9223372036854775808");
}
END_TEST

START_TEST(array_elements_are_quoted)
{
    AUTO(Text) *array = text_new(NULL);
    emit_array_add(array, "in_1");
    emit_array_add(array, "a\"b\\c,{d}");
    emit_array_add(array, "");
    ck_assert_str_eq(array->bytes, "\"in_1\",\"a\\\"b\\\\c,{d}\",\"\"");
}
END_TEST

SUITE("runtime emit", the_version_header_is_three_decimals, the_largest_version_fits_its_room,
      array_elements_are_quoted)
