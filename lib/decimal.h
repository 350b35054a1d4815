/*
 * Decimal: exact decimal numbers as text, the only form money has here. Canonical form: optional '-', digits without
 * leading zeros, optional '.' and fraction as given (trailing zeros are kept: "10.00" stays). No exponent in the
 * output, no "-0". At most 38 digits, of which up to 38 stand after the point; everything outside is refused, never
 * rounded in silence.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { DECIMAL_SIZE = 48 }; /* room for any canonical decimal and its NUL */

/* Reads JSON-style numbers, also "1e3", "+1", " 12.50 " and "1E-2"; false when it is no number or does not fit. */
bool decimal_parse(char out[DECIMAL_SIZE], const char *text, size_t length);

/* An integer count of minor units ("129907", scale 2) as decimal ("1299.07"). Scale 0..9. False when not an integer. */
bool decimal_from_minor_units(char out[DECIMAL_SIZE], const char *integer, size_t length, int scale);

/* Arithmetic on decimals; the result keeps the larger scale (multiply: the sum of both). False on overflow, and when an
 * operand is no decimal. */
bool decimal_add(char out[DECIMAL_SIZE], const char *a, const char *b);
bool decimal_subtract(char out[DECIMAL_SIZE], const char *a, const char *b);
bool decimal_multiply(char out[DECIMAL_SIZE], const char *a, const char *b);
/* Rounds half away from zero to `scale` digits after the point. False on division by zero. */
bool decimal_divide(char out[DECIMAL_SIZE], const char *a, const char *b, int scale);
bool decimal_negate(char out[DECIMAL_SIZE], const char *a);
int decimal_compare(const char *a, const char *b); /* -1, 0, 1 by value; what is no decimal comes first */
bool decimal_is_zero(const char *a);
