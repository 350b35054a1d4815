/*
 * Httpd: libmicrohttpd with a route table. Used by every program for /healthz, /readyz, /metrics, by the scheduler for
 * its API and by the sandbox for the vendors' APIs. Handlers run on the server's own threads and may block.
 */
#pragma once
#include "lib/arena.h"
#include "lib/error.h"
#include "lib/text.h"
#include <stddef.h>

typedef struct Request {
    const char *method, *path; /* path without the query, as it came; decoded segment by segment in params */
    const char *params[8];     /* the {…} segments of the route, in order */
    const char *body;          /* NUL-terminated */
    size_t body_length;
    Arena *arena;     /* dies with the request */
    void *context;    /* of the server */
    void *connection; /* libmicrohttpd's, private */
} Request;

typedef struct Response {
    int status;
    const char *content_type; /* default application/json */
    Text *body;               /* starts empty; owned by the server */
    struct ResponseHeader {
        const char *name, *value; /* on the request's arena or static */
    } headers[8];
    int n_headers;
    int64_t
        abort_after;  /* fault injection: cut the connection after so many body bytes; -1: before the headers; 0: off */
    int64_t delay_ms; /* fault injection: wait before answering; holds the thread, so it wants threads 0 */
} Response;

typedef void (*Handler)(Request *request, Response *response);

typedef struct Route {
    const char *method;  /* "GET"; HEAD is served as GET without the body */
    const char *pattern; /* "/companies/{companyId}/data/queue/{dataType}"; a last segment "{path*}" takes the rest */
    Handler handler;
    int role; /* free for the owner's check */
} Route;

typedef struct HttpdOptions {
    const char *listen;  /* host:port; no host or *: all; port 0 picks one */
    const Route *routes; /* the first that matches serves; borrowed until httpd_stop() */
    size_t n_routes;
    void *context;
    size_t max_body; /* larger bodies get 413: at once when the client waits for 100 or announces more than 64 MiB */
    int threads;     /* a pool of so many; 0: one a connection, so that slow handlers hold up nobody (at most 1,000) */
    /* Runs before the handler; false: the response is already written (401, 429, …). May be NULL. */
    bool (*before)(Request *request, const Route *route, Response *response);
    /* Writes the body of 400, 404, 405, 413 and 500 and may set other headers; NULL: a plain {"error":…}. */
    void (*write_error)(Request *request, Response *response, int status, const char *message);
    const char *tls_certificate_file, *tls_key_file; /* both or none */
} HttpdOptions;

typedef struct Httpd Httpd;
Httpd *httpd_start(const HttpdOptions *options, Error *err) MUST_CHECK;
int httpd_port(const Httpd *httpd);
void httpd_stop(Httpd *httpd); /* lets running requests end, for at most five seconds */
DEFINE_AUTO(Httpd, httpd_stop)

const char *request_query(const Request *request, const char *name); /* decoded; NULL when missing; "" when empty */
/* All values of a repeated parameter such as types[]; the count (at most n). */
size_t request_query_all(const Request *request, const char *name, const char **values, size_t n);
/* Calls visit for each query parameter, so that unknown ones can be refused. */
void request_query_each(const Request *request, void (*visit)(void *context, const char *name, const char *value),
                        void *context);
const char *request_header(const Request *request, const char *name);
/* A field of a form that came as application/x-www-form-urlencoded, decoded, on the arena; NULL when it is missing or
 * malformed. Of a repeated field the first. */
const char *request_form(const Request *request, const char *name);
const char *request_cookie(const Request *request, const char *name); /* NULL when missing */
void response_header(Response *response, const char *name, const char *value);
/* status, content type and body in one go (the text is copied). */
void response_set(Response *response, int status, const char *content_type, const char *body);
