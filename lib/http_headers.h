/*
 * Http headers: what a response's head says, on the request's arena. Private to the http module.
 */
#pragma once
#include "lib/arena.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct HttpHeader {
    const char *name, *value;
    struct HttpHeader *next;
} HttpHeader;

typedef struct HttpHeaders {
    HttpHeader *first;
    size_t bytes;
} HttpHeaders;

/* Reads one line of the head as it came. A status line forgets what an interim answer (100, 103) said before it. False:
 * the head is too large (256 KiB). */
bool http_headers_line(HttpHeaders *headers, Arena *arena, const char *line, size_t length) MUST_CHECK;
const char *http_headers_find(const HttpHeaders *headers, const char *name);

/* An HTTP date in milliseconds since 1970; -1: unreadable, or of no year from 1970 to 9999. */
int64_t http_date_ms(const char *value);

/* Milliseconds from `now_ms` on that a Retry-After value asks for: seconds (a fraction is allowed) or an HTTP date. -1:
 * unreadable; at most 24 h. */
int64_t http_retry_after(const char *value, int64_t now_ms);
