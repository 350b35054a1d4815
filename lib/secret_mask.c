#include "lib/secret.h"
#include <string.h>
#include <strings.h>

typedef struct Span {
    const char *from, *to; /* both NULL when there is none */
} Span;

/* The password of "scheme://user:password@host": up to the last '@', because people forget to encode theirs. */
static Span uri_password(const char *address)
{
    const char *scheme = strstr(address, "://");
    if (!scheme)
        return (Span){0};
    const char *start = scheme + 3, *query = start + strcspn(start, "?");
    const char *at = memrchr(start, '@', (size_t)(query - start));
    const char *colon = at ? memchr(start, ':', (size_t)(at - start)) : NULL;
    return colon && colon + 1 < at ? (Span){colon + 1, at} : (Span){0};
}

/* The end of a keyword's value: quoted as libpq does it, or up to a blank or the next parameter of a query. */
static const char *value_end(const char *value)
{
    if (*value != '\'')
        return value + strcspn(value, " \t\r\n&");
    for (value++; *value && *value != '\''; value++)
        if (*value == '\\' && value[1])
            value++;
    return *value ? value + 1 : value;
}

/* The value of the next "…password = value". */
static Span keyword_password(const char *text)
{
    static const char keyword[] = "password";
    for (; (text = strcasestr(text, keyword)); text++) {
        const char *at = text + strlen(keyword);
        at += strspn(at, " \t");
        if (*at != '=')
            continue;
        at += 1 + strspn(at + 1, " \t");
        if (value_end(at) > at)
            return (Span){at, value_end(at)};
    }
    return (Span){0};
}

/* Whichever comes first: one may have the other's look in it. */
static Span next_password(const char *address)
{
    Span uri = uri_password(address), keyword = keyword_password(address);
    return !uri.from || (keyword.from && keyword.from < uri.from) ? keyword : uri;
}

void secret_mask(Text *out, const char *address)
{
    Span span = next_password(address);
    while (span.from) {
        text_add(out, address, (size_t)(span.from - address));
        text_puts(out, "****");
        address = span.to;
        span = next_password(address);
    }
    text_puts(out, address);
}

bool secret_is_inside(const char *address)
{
    return next_password(address).from;
}
