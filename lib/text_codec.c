#include "lib/crypto.h"
#include "lib/text.h"
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_hex(char *out, const void *bytes, size_t length)
{
    const uint8_t *in = bytes;
    for (size_t i = 0; i < length; i++) {
        *out++ = hex_digits[in[i] >> 4];
        *out++ = hex_digits[in[i] & 15];
    }
    *out = 0;
}

void text_base64(char *out, const void *bytes, size_t length)
{
    const uint8_t *in = bytes;
    for (size_t i = 0; i < length; i += 3) {
        size_t n = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)in[i] << 16 | (n > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (n > 2 ? in[i + 2] : 0);
        *out++ = base64_digits[group >> 18];
        *out++ = base64_digits[group >> 12 & 63];
        *out++ = n > 1 ? base64_digits[group >> 6 & 63] : '=';
        *out++ = n > 2 ? base64_digits[group & 63] : '=';
    }
    *out = 0;
}

static int base64_value(char c)
{
    const char *found = c ? memchr(base64_digits, c, sizeof base64_digits - 1) : NULL;
    return found ? (int)(found - base64_digits) : -1;
}

long text_unbase64(void *out, const char *base64, size_t length)
{
    uint8_t *to = out;
    if (length % 4 != 0)
        return -1;
    for (size_t i = 0; i < length; i += 4) {
        const char *in = base64 + i;
        bool last = i + 4 == length;
        size_t padding = last && in[3] == '=' ? (in[2] == '=' ? 2 : 1) : 0;
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            int value = k < 4 - padding ? base64_value(in[k]) : 0;
            if (value < 0)
                return -1;
            group = group << 6 | (uint32_t)value;
        }
        /* Bits that no byte uses must be zero, or two texts would decode to the same bytes. */
        if (group & (padding == 2 ? 0xFFFF : padding == 1 ? 0xFF : 0))
            return -1;
        for (size_t k = 0; k < 3 - padding; k++)
            *to++ = (uint8_t)(group >> (16 - 8 * k));
    }
    return to - (uint8_t *)out;
}

static bool is_dash_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

void text_uuid(char out[37])
{
    uint8_t random[16];
    crypto_random(random, sizeof random);
    random[6] = (random[6] & 0x0F) | 0x40;
    random[8] = (random[8] & 0x3F) | 0x80;
    for (size_t i = 0, digit = 0; i < 36; i++) {
        if (is_dash_place(i)) {
            out[i] = '-';
            continue;
        }
        out[i] = hex_digits[digit % 2 ? random[digit / 2] & 15 : random[digit / 2] >> 4];
        digit++;
    }
    out[36] = 0;
}

int text_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool text_is_uuid(const char *text)
{
    uint8_t bytes[16];
    return text_uuid_bytes(text, bytes);
}

bool text_uuid_bytes(const char *text, uint8_t out[16])
{
    size_t digit = 0;
    for (size_t i = 0; i < 36; i++) {
        if (is_dash_place(i)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        int value = text_hex_digit(text[i]);
        if (value < 0)
            return false;
        out[digit / 2] = (uint8_t)(digit % 2 ? out[digit / 2] << 4 | value : value);
        digit++;
    }
    return text[36] == 0;
}
