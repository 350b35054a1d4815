#include "lib/decimal.h"
#include <stdint.h>
#include <string.h>

typedef unsigned __int128 Wide;

enum { MAX_DIGITS = 38 };

typedef struct Number {
    bool negative;
    Wide digits; /* below 10^38 */
    int scale;   /* 0..38 of them stand after the point */
} Number;

static Wide power_of_ten(int exponent)
{
    Wide power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* 10^38, which no number reaches. A constant, because every digit that is read is held against it. */
static const Wide largest = (Wide)10000000000000000000u * 10000000000000000000u;

static bool fits(Wide digits)
{
    return digits < largest;
}

/* Appends one digit; false past 38. */
static bool push_digit(Number *number, char c)
{
    if (number->digits >= largest / 10)
        return false;
    number->digits = number->digits * 10 + (Wide)(c - '0');
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The sign and digits of an exponent; clamped far outside of what fits. */
static bool read_exponent(const char **at, const char *end, int *exponent)
{
    bool negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+'))
        (*at)++;
    if (*at == end || !is_digit(**at))
        return false;
    int value = 0;
    for (; *at < end && is_digit(**at); (*at)++)
        value = value > 999 ? 999 : value * 10 + (**at - '0');
    *exponent = negative ? -value : value;
    return true;
}

static bool apply_exponent(Number *number, int exponent)
{
    number->scale -= exponent;
    for (; number->scale < 0 && number->digits != 0; number->scale++)
        if (!push_digit(number, '0'))
            return false;
    if (number->scale < 0)
        number->scale = 0;
    return number->scale <= MAX_DIGITS;
}

static bool read_number(Number *number, const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    while (at < end && is_space(*at))
        at++;
    while (end > at && is_space(end[-1]))
        end--;
    *number = (Number){.negative = at < end && *at == '-'};
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end || !is_digit(*at))
        return false;
    for (; at < end && is_digit(*at); at++)
        if (!push_digit(number, *at))
            return false;
    if (at < end && *at == '.') {
        if (++at == end || !is_digit(*at))
            return false;
        for (; at < end && is_digit(*at); at++, number->scale++)
            if (!push_digit(number, *at) || number->scale == MAX_DIGITS)
                return false;
    }
    int exponent = 0;
    if (at < end && (*at == 'e' || *at == 'E') && (at++, !read_exponent(&at, end, &exponent)))
        return false;
    return at == end && apply_exponent(number, exponent);
}

static bool write_number(char out[DECIMAL_SIZE], Number number)
{
    if (!fits(number.digits) || number.scale > MAX_DIGITS)
        return false;
    char reversed[DECIMAL_SIZE];
    int n = 0;
    for (int place = 0; number.digits != 0 || place <= number.scale; place++) {
        if (place == number.scale && place > 0)
            reversed[n++] = '.';
        if (number.digits <= UINT64_MAX) {
            /* Nearly all numbers: dividing 128 bits takes ten times as long. */
            uint64_t digits = (uint64_t)number.digits;
            reversed[n++] = (char)('0' + (int)(digits % 10));
            number.digits = digits / 10;
        } else {
            reversed[n++] = (char)('0' + (int)(number.digits % 10));
            number.digits /= 10;
        }
    }
    bool zero = true;
    for (int i = 0; i < n; i++)
        zero = zero && (reversed[i] == '0' || reversed[i] == '.');
    if (number.negative && !zero)
        *out++ = '-';
    while (n > 0)
        *out++ = reversed[--n];
    *out = 0;
    return true;
}

static bool read_text(Number *number, const char *text)
{
    return read_number(number, text, strlen(text));
}

bool decimal_parse(char out[DECIMAL_SIZE], const char *text, size_t length)
{
    Number number;
    return read_number(&number, text, length) && write_number(out, number);
}

bool decimal_from_minor_units(char out[DECIMAL_SIZE], const char *integer, size_t length, int scale)
{
    Number number;
    if (scale < 0 || scale > 9 || !read_number(&number, integer, length) || number.scale != 0)
        return false;
    number.scale = scale;
    return write_number(out, number);
}

/* Gives both the larger scale; false when one then has too many digits. */
static bool align(Number *a, Number *b)
{
    for (; a->scale < b->scale; a->scale++)
        if (!push_digit(a, '0'))
            return false;
    for (; b->scale < a->scale; b->scale++)
        if (!push_digit(b, '0'))
            return false;
    return true;
}

static bool add(char out[DECIMAL_SIZE], Number a, Number b)
{
    if (!align(&a, &b))
        return false;
    if (a.negative == b.negative) {
        a.digits += b.digits;
    } else if (a.digits >= b.digits) {
        a.digits -= b.digits;
    } else {
        a.digits = b.digits - a.digits;
        a.negative = b.negative;
    }
    return write_number(out, a);
}

bool decimal_add(char out[DECIMAL_SIZE], const char *a, const char *b)
{
    Number x, y;
    return read_text(&x, a) && read_text(&y, b) && add(out, x, y);
}

bool decimal_subtract(char out[DECIMAL_SIZE], const char *a, const char *b)
{
    Number x, y;
    if (!read_text(&x, a) || !read_text(&y, b))
        return false;
    y.negative = !y.negative;
    return add(out, x, y);
}

bool decimal_multiply(char out[DECIMAL_SIZE], const char *a, const char *b)
{
    Number x, y;
    if (!read_text(&x, a) || !read_text(&y, b))
        return false;
    Number product = {.negative = x.negative != y.negative, .scale = x.scale + y.scale};
    return !__builtin_mul_overflow(x.digits, y.digits, &product.digits) && write_number(out, product);
}

/* Rounds away `places` digits of quotient + something below one. */
static Wide round_off(Wide quotient, int places)
{
    if (places > MAX_DIGITS)
        return 0;
    Wide unit = power_of_ten(places);
    return quotient / unit + (quotient % unit >= unit / 2);
}

bool decimal_divide(char out[DECIMAL_SIZE], const char *a, const char *b, int scale)
{
    Number x, y;
    if (scale < 0 || scale > MAX_DIGITS || !read_text(&x, a) || !read_text(&y, b) || y.digits == 0)
        return false;
    Number result = {.negative = x.negative != y.negative, .digits = x.digits / y.digits, .scale = scale};
    Wide rest = x.digits % y.digits;
    int places = scale + y.scale - x.scale; /* that the integer quotient still needs */
    if (places < 0) {
        result.digits = round_off(result.digits, -places);
        return write_number(out, result);
    }
    for (; places > 0; places--) {
        /* rest * 10 may not fit, so it is added up and reduced on the way. */
        int digit = 0;
        Wide ten_rests = 0;
        for (int i = 0; i < 10; i++) {
            ten_rests += rest;
            if (ten_rests >= y.digits) {
                ten_rests -= y.digits;
                digit++;
            }
        }
        rest = ten_rests;
        if (!push_digit(&result, (char)('0' + digit)))
            return false;
    }
    result.digits += rest >= y.digits - rest;
    return write_number(out, result);
}

bool decimal_negate(char out[DECIMAL_SIZE], const char *a)
{
    Number number;
    if (!read_text(&number, a))
        return false;
    number.negative = !number.negative;
    return write_number(out, number);
}

/* By parts, as aligning two numbers of 38 digits may need more than 38. */
static int compare_sizes(Number a, Number b)
{
    Wide unit_a = power_of_ten(a.scale), unit_b = power_of_ten(b.scale);
    Wide whole_a = a.digits / unit_a, whole_b = b.digits / unit_b;
    if (whole_a != whole_b)
        return whole_a < whole_b ? -1 : 1;
    Wide rest_a = a.digits % unit_a * power_of_ten(MAX_DIGITS - a.scale);
    Wide rest_b = b.digits % unit_b * power_of_ten(MAX_DIGITS - b.scale);
    return rest_a == rest_b ? 0 : rest_a < rest_b ? -1 : 1;
}

static int sign(Number number)
{
    return number.digits == 0 ? 0 : number.negative ? -1 : 1;
}

int decimal_compare(const char *a, const char *b)
{
    Number x, y;
    bool is_x = read_text(&x, a), is_y = read_text(&y, b);
    if (!is_x || !is_y)
        return is_x - is_y;
    if (sign(x) != sign(y))
        return sign(x) < sign(y) ? -1 : 1;
    return x.negative ? -compare_sizes(x, y) : compare_sizes(x, y);
}

bool decimal_is_zero(const char *a)
{
    Number number;
    return read_text(&number, a) && number.digits == 0;
}
