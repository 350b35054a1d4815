#include "scheduler/api/company_name.h"
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

static locale_t unicode;

static void open_locale(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* The character at `text`, which is valid UTF-8, and its length. */
static wint_t decode(const char *text, size_t *length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    *length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    wint_t c = *length == 1 ? bytes[0] : bytes[0] & (0xffu >> (*length + 1));
    for (size_t i = 1; i < *length; i++)
        c = c << 6 | (bytes[i] & 0x3f);
    return c;
}

static bool is_allowed(wint_t c)
{
    if (c < 0x80 && c > 0 && strchr(" -'&@.,?!", (int)c))
        return true;
    return unicode ? iswalnum_l(c, unicode) : iswalnum(c);
}

Text *company_name_clean(const char *name, size_t length)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_locale);
    Text *clean = text_new(NULL);
    size_t end = text_valid_utf8(name, length), n;
    for (size_t at = 0; at < end; at += n) {
        wint_t c = decode(name + at, &n);
        if (is_allowed(c) && !(c == ' ' && clean->length == 0))
            text_add(clean, name + at, n);
    }
    while (clean->length > 0 && clean->bytes[clean->length - 1] == ' ')
        clean->bytes[--clean->length] = 0;
    return clean;
}
