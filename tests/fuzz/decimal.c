/* Decimals. Input: a number, another one, a scale; one a line. */
#include "lib/decimal.h"
#include "lib/json.h"
#include "tests/fuzz/fuzz.h"
#include "workers/sink/encode.h"
#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return decimal_compare(a, b) == 0;
}

/* What was accepted is in the one form that everybody reads. */
static void is_canonical(const char number[DECIMAL_SIZE])
{
    char again[DECIMAL_SIZE];
    Error err = {0};
    AUTO(Text) *encoded = text_new(NULL);
    AUTO(Arena) *arena = arena_new(KIB);
    HOLDS(strlen(number) < DECIMAL_SIZE);
    HOLDS(decimal_parse(again, number, strlen(number)) && strcmp(again, number) == 0);
    HOLDS(encode_decimal(encoded, number, &err));
    HOLDS(yyjson_is_raw(json_parse(arena, number, strlen(number), &err)));
    HOLDS(decimal_is_zero(number) == same(number, "0"));
    HOLDS(strncmp(number, "-0", 3) != 0);
}

static void can_be_added(const char *a, const char *b)
{
    char sum[DECIMAL_SIZE], other[DECIMAL_SIZE], back[DECIMAL_SIZE];
    bool fits = decimal_add(sum, a, b);
    HOLDS(decimal_add(other, b, a) == fits);
    if (!fits)
        return;
    is_canonical(sum);
    HOLDS(strcmp(sum, other) == 0);
    HOLDS(!decimal_subtract(back, sum, b) || same(back, a));
    HOLDS(decimal_negate(other, b) && decimal_subtract(back, a, other) && strcmp(back, sum) == 0);
}

static void can_be_multiplied(const char *a, const char *b)
{
    char product[DECIMAL_SIZE], other[DECIMAL_SIZE];
    bool fits = decimal_multiply(product, a, b);
    HOLDS(decimal_multiply(other, b, a) == fits);
    if (!fits)
        return;
    is_canonical(product);
    HOLDS(strcmp(product, other) == 0);
    HOLDS((decimal_is_zero(a) || decimal_is_zero(b)) == decimal_is_zero(product));
}

/* The quotient is off by at most half of its last place: |a - q * b| * 2 <= |b| * 10^-scale. */
static void can_be_divided(const char *a, const char *b, int scale)
{
    char quotient[DECIMAL_SIZE], product[DECIMAL_SIZE], rest[DECIMAL_SIZE], place[DECIMAL_SIZE], bound[DECIMAL_SIZE];
    if (decimal_is_zero(b)) {
        HOLDS(!decimal_divide(quotient, a, b, scale));
        return;
    }
    if (!decimal_divide(quotient, a, b, scale))
        return;
    is_canonical(quotient);
    snprintf(place, sizeof place, "1e-%d", scale);
    if (!decimal_multiply(product, quotient, b) || !decimal_subtract(rest, a, product) ||
        !decimal_add(rest, rest, rest) || !decimal_multiply(bound, b, place))
        return; /* past 38 digits */
    HOLDS(decimal_compare(rest + (*rest == '-'), bound + (*bound == '-')) <= 0);
}

static void is_count_of_minor_units(const char *text, int scale)
{
    char number[DECIMAL_SIZE], power[DECIMAL_SIZE], back[DECIMAL_SIZE];
    if (!decimal_from_minor_units(number, text, strlen(text), scale))
        return;
    is_canonical(number);
    snprintf(power, sizeof power, "1e%d", scale);
    HOLDS(!decimal_multiply(back, number, power) || same(back, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(KIB);
    FuzzInput input = {(const char *)bytes, length};
    const char *left = fuzz_line(&input, arena), *right = fuzz_line(&input, arena);
    int scale = (int)(strtoul(fuzz_line(&input, arena), NULL, 10) % 40);
    char a[DECIMAL_SIZE], b[DECIMAL_SIZE];
    is_count_of_minor_units(left, scale);
    bool both = decimal_parse(a, left, strlen(left));
    both = decimal_parse(b, right, strlen(right)) && both;
    HOLDS(decimal_compare(left, right) == -decimal_compare(right, left));
    if (!both)
        return 0;
    is_canonical(a);
    is_canonical(b);
    can_be_added(a, b);
    can_be_multiplied(a, b);
    can_be_divided(a, b, scale);
    return 0;
}
