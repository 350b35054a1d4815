/*
 * Text: a growable byte string, always NUL-terminated; and the checks for text from outside.
 */
#pragma once
#include "lib/auto.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Text {
    char *bytes; /* never NULL, bytes[length] == 0 */
    size_t length, capacity;
} Text;

/* A copy of `start` (NULL: empty). Never NULL. */
Text *text_new(const char *start);
void text_free(Text *text);
DEFINE_AUTO(Text, text_free)

void text_clear(Text *text); /* keeps the memory */
void text_set(Text *text, const char *value);
void text_add(Text *text, const char *bytes, size_t length);
void text_puts(Text *text, const char *value);
void text_putc(Text *text, char c);
void text_printf(Text *text, const char *format, ...) PRINTF_LIKE(2, 3);
/* Appends `value` as a JSON string with quotes; bad UTF-8 becomes U+FFFD. */
void text_put_json(Text *text, const char *value, size_t length);

bool text_starts_with(const char *text, const char *prefix);
bool text_equals_ignoring_case(const char *a, const char *b);

/* Length of the longest valid UTF-8 prefix; equals `length` when all of it is valid. NUL counts as valid. */
size_t text_valid_utf8(const char *bytes, size_t length);

/* Copies into `out` (room for 3 * length + 1), dropping NUL and C0 controls other than tab, line feed and carriage
 * return (Postgres refuses NUL, terminals the rest) and replacing each bad UTF-8 byte by U+FFFD. Returns the length. */
size_t text_clean(char *out, const char *bytes, size_t length);

/* Hexadecimal or base64 (standard alphabet, padded) of bytes; out needs 2n+1 or 4*ceil(n/3)+1. */
void text_hex(char *out, const void *bytes, size_t length);
void text_base64(char *out, const void *bytes, size_t length);
/* 0 to 15; -1: no hexadecimal digit. */
int text_hex_digit(char c);
/* Decodes base64 into out (room for 3*length/4); the size, or -1 when it is malformed. */
long text_unbase64(void *out, const char *base64, size_t length);

/* A random (version 4) UUID as text, 36 characters and NUL. */
void text_uuid(char out[37]);
bool text_is_uuid(const char *text);
/* The 16 bytes of a UUID's text; false when it is none. */
bool text_uuid_bytes(const char *text, uint8_t out[16]);
