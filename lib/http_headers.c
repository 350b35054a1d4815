#include "lib/http_headers.h"
#include "lib/text.h"
#include <ctype.h>
#include <curl/curl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HEAD = 256 * 1024, DAY_MS = 24 * 60 * 60 * 1000 };

static void trim(const char **bytes, size_t *length)
{
    while (*length > 0 && isspace((unsigned char)**bytes)) {
        (*bytes)++;
        (*length)--;
    }
    while (*length > 0 && isspace((unsigned char)(*bytes)[*length - 1]))
        (*length)--;
}

bool http_headers_line(HttpHeaders *headers, Arena *arena, const char *line, size_t length)
{
    headers->bytes += length;
    if (headers->bytes > MAX_HEAD)
        return false;
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        headers->first = NULL;
        return true;
    }
    const char *colon = memchr(line, ':', length);
    if (!colon)
        return true;
    const char *name = line, *value = colon + 1;
    size_t n_name = (size_t)(colon - line), n_value = length - n_name - 1;
    trim(&name, &n_name);
    trim(&value, &n_value);
    HttpHeader *header = ARENA_NEW(arena, HttpHeader);
    *header = (HttpHeader){arena_copy(arena, name, n_name), arena_copy(arena, value, n_value), headers->first};
    headers->first = header;
    return true;
}

const char *http_headers_find(const HttpHeaders *headers, const char *name)
{
    for (const HttpHeader *header = headers->first; header; header = header->next)
        if (text_equals_ignoring_case(header->name, name))
            return header->value;
    return NULL;
}

/* curl reads a year of any length. */
int64_t http_date_ms(const char *value)
{
    static const time_t end = 253402300800; /* of the year 9999 */
    time_t when = curl_getdate(value, NULL);
    return when >= 0 && when < end ? (int64_t)when * 1000 : -1;
}

int64_t http_retry_after(const char *value, int64_t now_ms)
{
    int64_t wait_ms;
    if (isdigit((unsigned char)*value)) {
        char *end;
        double seconds = strtod(value, &end);
        if (*end || !isfinite(seconds))
            return -1;
        wait_ms = seconds * 1000 < DAY_MS ? (int64_t)(seconds * 1000) : DAY_MS;
    } else {
        int64_t when_ms = http_date_ms(value);
        if (when_ms < 0)
            return -1;
        wait_ms = when_ms - now_ms;
    }
    return wait_ms < 0 ? 0 : wait_ms > DAY_MS ? DAY_MS : wait_ms;
}
