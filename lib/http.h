/*
 * Http: requests on one curl multi handle, a fiber each. HTTP/2 where offered, keep-alive, gzip and br decoded,
 * redirects off, bodies bounded, certificates checked, credentials only to the origin they belong to. What was sent and
 * received is wiped from memory, but for the response on the caller's arena.
 */
#pragma once
#include "lib/arena.h"
#include "lib/error.h"
#include "lib/secret.h"
#include <stdint.h>

typedef struct Http Http;

typedef struct HttpOptions {
    int64_t max_body;             /* 32 MiB; past it ERROR_DATA */
    int64_t connect_ms, total_ms; /* 10 s, 40 s */
    int max_host_connections;     /* 8 */
    const char *user_agent;
} HttpOptions;

Http *http_open(const HttpOptions *options, Error *err) MUST_CHECK;
void http_close(Http *http);
DEFINE_AUTO(Http, http_close)

typedef struct HttpRequest {
    const char *method; /* NULL: GET */
    const char *url;
    const char *const *headers; /* "Name: value", without credentials */
    size_t n_headers;
    const Secret *bearer; /* Authorization: Bearer …; NULL: none */
    const Secret *basic;  /* user:password; NULL: none           */
    const char *body;     /* form or JSON; NULL: none            */
    size_t body_length;
    int64_t timeout_ms; /* 0: the client's total_ms */
} HttpRequest;

typedef struct HttpResponse {
    int status;
    const char *body; /* on the arena, NUL-terminated, length bytes */
    size_t length;
    int64_t date_ms; /* the server's Date, or our clock when it sent none */
    struct HttpHeaders *headers;
} HttpResponse;

/* Waits in the fiber. Any status is a success here: what a 429 means is the source's to say. Failures: ERROR_TRANSIENT
 * (network, TLS hand-shake, time-out, cut body), ERROR_DATA (body too large), ERROR_CONFIG (bad URL, unknown host
 * scheme). Error texts carry method and path without the query. */
bool http_send(Http *http, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err) MUST_CHECK;
const char *http_header(const HttpResponse *response, const char *name); /* NULL when missing */
/* Retry-After in either form, as milliseconds from now; -1 when missing or unreadable; bounded by 24 h. */
int64_t http_retry_after_ms(const HttpResponse *response);
/* Percent-encoding of one query value, on the arena. */
const char *http_escape(Arena *arena, const char *value);
/* Requests in flight, for metrics and budgets. */
int http_in_flight(const Http *http);
