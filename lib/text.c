#include "lib/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whatever a text has held is wiped when its memory goes: it may have been a secret, on its way in or out. */
static void give_back(char *bytes, size_t capacity)
{
    if (bytes) /* not taken out */
        explicit_bzero(bytes, capacity);
    free(bytes);
}

/* Makes room for `more` bytes and the NUL. */
static void reserve(Text *text, size_t more)
{
    if (more < text->capacity - text->length)
        return;
    size_t needed = text->length + more + 1;
    size_t capacity = text->capacity * 2 > needed ? text->capacity * 2 : needed;
    char *bytes = needed > more ? malloc(capacity) : NULL;
    if (!bytes) {
        fprintf(stderr, "text: no memory for %zu bytes\n", capacity);
        abort();
    }
    memcpy(bytes, text->bytes, text->length + 1);
    give_back(text->bytes, text->capacity);
    text->bytes = bytes;
    text->capacity = capacity;
}

Text *text_new(const char *start)
{
    size_t length = start ? strlen(start) : 0;
    Text *text = malloc(sizeof *text);
    char *bytes = malloc(length + 1);
    if (!text || !bytes)
        abort();
    *text = (Text){.bytes = bytes, .length = length, .capacity = length + 1};
    memcpy(bytes, start ? start : "", length + 1);
    return text;
}

void text_free(Text *text)
{
    if (!text)
        return;
    give_back(text->bytes, text->capacity);
    free(text);
}

void text_clear(Text *text)
{
    text->length = 0;
    text->bytes[0] = 0;
}

void text_set(Text *text, const char *value)
{
    size_t length = value ? strlen(value) : 0;
    /* A value inside our own bytes is allowed: it is no longer than they are, so nothing moves before the copy. */
    if (length >= text->capacity) {
        text->length = 0;
        reserve(text, length);
    }
    memmove(text->bytes, value ? value : "", length);
    text->bytes[length] = 0;
    text->length = length;
}

void text_add(Text *text, const char *bytes, size_t length)
{
    reserve(text, length);
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

void text_puts(Text *text, const char *value)
{
    text_add(text, value, strlen(value));
}

void text_putc(Text *text, char c)
{
    text_add(text, &c, 1);
}

void text_printf(Text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(text->bytes + text->length, text->capacity - text->length, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length >= text->capacity - text->length) {
        reserve(text, (size_t)length);
        vsnprintf(text->bytes + text->length, text->capacity - text->length, format, again);
    }
    va_end(again);
    if (length > 0)
        text->length += (size_t)length;
    text->bytes[text->length] = 0;
}

static void put_json_byte(Text *text, unsigned char byte)
{
    static const char escapes[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
    if (byte < sizeof escapes && escapes[byte])
        text_add(text, (const char[]){'\\', escapes[byte]}, 2);
    else if (byte < 0x20)
        text_printf(text, "\\u%04x", byte);
    else
        text_putc(text, (char)byte);
}

/* How many bytes need no escape. */
static size_t plain_run(const char *bytes, size_t length)
{
    size_t n = 0;
    while (n < length && (unsigned char)bytes[n] >= 0x20 && bytes[n] != '"' && bytes[n] != '\\')
        n++;
    return n;
}

void text_put_json(Text *text, const char *value, size_t length)
{
    reserve(text, length + 2);
    text_putc(text, '"');
    while (length > 0) {
        size_t valid = text_valid_utf8(value, length);
        for (size_t i = 0; i < valid;) {
            size_t plain = plain_run(value + i, valid - i);
            text_add(text, value + i, plain);
            i += plain;
            if (i < valid)
                put_json_byte(text, (unsigned char)value[i++]);
        }
        value += valid;
        length -= valid;
        if (length > 0) {
            text_puts(text, "\xEF\xBF\xBD");
            value++;
            length--;
        }
    }
    text_putc(text, '"');
}

bool text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_equals_ignoring_case(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}
