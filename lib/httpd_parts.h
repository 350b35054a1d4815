/*
 * Httpd's own parts: what httpd.c (the server), httpd_exchange.c (one request and its answer) and httpd_request.c
 * (routes and parameters) share. Nobody else includes this.
 */
#pragma once
#include "lib/httpd.h"
#include "lib/secret.h"
#include <microhttpd.h>
#include <pthread.h>

struct Httpd {
    HttpdOptions options;
    struct MHD_Daemon *daemon;
    int port;
    Secret *certificate, *key; /* PEM; NULL without TLS */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* busy or stopping */
    int busy;               /* exchanges */
    bool stopping;
};

typedef struct QueryPair {
    const char *name, *value; /* decoded */
} QueryPair;

/* One request on its way through the server; Request.connection points here. */
typedef struct Exchange {
    Request request;
    Response response;
    Httpd *httpd;
    struct MHD_Connection *connection;
    Text *body;
    QueryPair *query;
    size_t n_query;
    bool too_large; /* the body is read but not kept */
    size_t dropped;
} Exchange;

/* Decodes the query; false when it, or the path, has a malformed escape, a NUL or bad UTF-8. */
bool exchange_decode(Exchange *exchange);

/* The first route of the request's method and path, its params filled in. NULL: status is 404, or 405 with `allow`
 * ("GET, HEAD, POST") on the arena. */
const Route *exchange_route(Exchange *exchange, const Route *routes, size_t n_routes, int *status, const char **allow);

/* libmicrohttpd's callbacks, documented there. */
enum MHD_Result exchange_step(void *httpd, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *bytes, size_t *length, void **state);
void exchange_completed(void *httpd, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode code);
