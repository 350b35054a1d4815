#include "lib/text.h"
#include <string.h>

/* The bytes of the valid sequence at `bytes`, or 0. Overlong forms, surrogates and everything past U+10FFFF are bad. */
static size_t sequence(const unsigned char *bytes, size_t length)
{
    unsigned char first = bytes[0], low = 0x80, high = 0xBF;
    size_t n;
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        n = 2;
    else if (first >= 0xE0 && first <= 0xEF)
        n = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        n = 4;
    else
        return 0;
    if (n > length)
        return 0;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xBF)
            return 0;
    return n;
}

size_t text_valid_utf8(const char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        uint64_t eight;
        if (length - done >= sizeof eight) {
            memcpy(&eight, bytes + done, sizeof eight);
            if (!(eight & 0x8080808080808080u)) {
                done += sizeof eight;
                continue;
            }
        }
        size_t n = sequence((const unsigned char *)bytes + done, length - done);
        if (n == 0)
            break;
        done += n;
    }
    return done;
}

static bool is_unwanted(unsigned char byte)
{
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

size_t text_clean(char *out, const char *bytes, size_t length)
{
    size_t written = 0;
    for (size_t i = 0; i < length;) {
        size_t n = sequence((const unsigned char *)bytes + i, length - i);
        if (n == 0) {
            memcpy(out + written, "\xEF\xBF\xBD", 3);
            written += 3;
            i++;
            continue;
        }
        if (!is_unwanted((unsigned char)bytes[i])) {
            memcpy(out + written, bytes + i, n);
            written += n;
        }
        i += n;
    }
    out[written] = 0;
    return written;
}
