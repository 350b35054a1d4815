#include "lib/clock.h"
#include "lib/httpd_parts.h"
#include "lib/json.h"
#include "lib/log.h"
#include <stdlib.h>
#include <string.h>

/* An oversized body up to this length is read and dropped, because a client that is still writing when the connection
 * closes sees a reset instead of its 413. */
static const size_t drain_limit = 64 * MIB;

static void write_error(Exchange *exchange, int status, const char *message)
{
    Response *response = &exchange->response;
    text_clear(response->body);
    response->status = status;
    response->content_type = NULL;
    if (exchange->httpd->options.write_error) {
        exchange->httpd->options.write_error(&exchange->request, response, status, message);
        return;
    }
    JsonWriter writer = {.out = response->body};
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "error", message);
    json_close(&writer, '}');
}

/* Waits out an injected delay; a stopping server does not. */
static void wait_delay(Httpd *httpd, int64_t delay_ms)
{
    int64_t until_ms = clock_monotonic_ms() + delay_ms;
    struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
    pthread_mutex_lock(&httpd->lock);
    while (!httpd->stopping && clock_monotonic_ms() < until_ms)
        pthread_cond_timedwait(&httpd->changed, &httpd->lock, &until);
    pthread_mutex_unlock(&httpd->lock);
}

/* The body of an answer that is to break off. */
static ssize_t read_until_abort(void *context, uint64_t position, char *out, size_t size)
{
    const Response *response = context;
    uint64_t end = (uint64_t)response->abort_after;
    if (end > response->body->length)
        end = response->body->length;
    if (position >= end)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = end - position < size ? (size_t)(end - position) : size;
    memcpy(out, response->body->bytes + position, n);
    return (ssize_t)n;
}

static enum MHD_Result send_response(Exchange *exchange, bool close_after)
{
    Response *from = &exchange->response;
    if (from->delay_ms > 0)
        wait_delay(exchange->httpd, from->delay_ms);
    if (from->abort_after < 0)
        return MHD_NO;
    size_t length = from->body->length;
    /* The bytes live until exchange_completed(). */
    struct MHD_Response *response =
        from->abort_after > 0 ? MHD_create_response_from_callback(length, 16 * KIB, read_until_abort, from, NULL)
                              : MHD_create_response_from_buffer(length, from->body->bytes, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    if (length > 0 || from->content_type)
        MHD_add_response_header(response, "Content-Type", from->content_type ? from->content_type : "application/json");
    for (int i = 0; i < from->n_headers; i++)
        MHD_add_response_header(response, from->headers[i].name, from->headers[i].value);
    if (close_after)
        MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(exchange->connection, (unsigned)from->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result refuse_size(Exchange *exchange)
{
    const char *message =
        arena_format(exchange->request.arena, "the body is larger than %zu bytes", exchange->httpd->options.max_body);
    write_error(exchange, 413, message);
    return send_response(exchange, true);
}

static void run_handler(Exchange *exchange)
{
    const HttpdOptions *options = &exchange->httpd->options;
    Request *request = &exchange->request;
    Response *response = &exchange->response;
    int status;
    const char *allow;
    if (!exchange_decode(exchange)) {
        write_error(exchange, 400, "the path or the query has a malformed escape, a NUL or bad UTF-8 in it");
        return;
    }
    const Route *route = exchange_route(exchange, options->routes, options->n_routes, &status, &allow);
    if (!route) {
        if (status == 405)
            response_header(response, "Allow", allow);
        write_error(exchange, status,
                    status == 405 ? "this path does not answer to this method" : "there is nothing at this path");
        return;
    }
    if (options->before && !options->before(request, route, response))
        return;
    route->handler(request, response);
    if (response->status == 0) {
        log_error("a handler wrote no response", KV("method", request->method), KV("route", route->pattern));
        write_error(exchange, 500, "this is a bug of the server; its log says more");
    }
}

static Exchange *exchange_new(Httpd *httpd, struct MHD_Connection *connection, const char *path, const char *method)
{
    Arena *arena = arena_new(8 * KIB);
    Exchange *exchange = ARENA_NEW(arena, Exchange);
    exchange->httpd = httpd;
    exchange->connection = connection;
    exchange->body = text_new(NULL);
    exchange->response.body = text_new(NULL);
    exchange->request = (Request){.method = arena_text(arena, method),
                                  .path = arena_text(arena, path),
                                  .arena = arena,
                                  .context = httpd->options.context,
                                  .connection = exchange};
    pthread_mutex_lock(&httpd->lock);
    httpd->busy++;
    pthread_mutex_unlock(&httpd->lock);
    return exchange;
}

/* What clients send may hold credentials. libmicrohttpd hands out its own buffers, and does not wipe them. */
static enum MHD_Result wipe_value(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)context;
    bool secret = kind != MHD_HEADER_KIND || text_equals_ignoring_case(name, MHD_HTTP_HEADER_AUTHORIZATION) ||
                  text_equals_ignoring_case(name, MHD_HTTP_HEADER_COOKIE);
    if (value && secret)
        secret_wipe((char *)(uintptr_t)value, strlen(value));
    return MHD_YES;
}

static void wipe_values(struct MHD_Connection *connection)
{
    MHD_get_connection_values(connection, MHD_HEADER_KIND | MHD_COOKIE_KIND | MHD_GET_ARGUMENT_KIND, wipe_value, NULL);
}

void exchange_completed(void *context, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode code)
{
    (void)code;
    Httpd *httpd = context;
    Exchange *exchange = *state;
    if (!exchange)
        return;
    text_free(exchange->body);
    text_free(exchange->response.body);
    wipe_values(connection);
    Arena *arena = exchange->request.arena;
    arena_wipe(arena);
    arena_free(arena);
    *state = NULL;
    pthread_mutex_lock(&httpd->lock);
    httpd->busy--;
    pthread_cond_broadcast(&httpd->changed);
    pthread_mutex_unlock(&httpd->lock);
}

/* The headers are here, the body is not. */
static enum MHD_Result on_headers(Exchange *exchange)
{
    const char *length = request_header(&exchange->request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    unsigned long long announced = length ? strtoull(length, NULL, 10) : 0;
    exchange->too_large = announced > exchange->httpd->options.max_body;
    bool waits = request_header(&exchange->request, MHD_HTTP_HEADER_EXPECT) != NULL;
    if (exchange->too_large && (waits || announced > drain_limit))
        return refuse_size(exchange);
    return MHD_YES;
}

static enum MHD_Result on_body(Exchange *exchange, const char *bytes, size_t length)
{
    if (length > exchange->httpd->options.max_body - exchange->body->length)
        exchange->too_large = true;
    if (!exchange->too_large) {
        text_add(exchange->body, bytes, length);
        return MHD_YES;
    }
    exchange->dropped += length;
    return exchange->dropped <= drain_limit ? MHD_YES : MHD_NO;
}

enum MHD_Result exchange_step(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *bytes, size_t *length, void **state)
{
    (void)version;
    Exchange *exchange = *state;
    if (!exchange) {
        *state = exchange_new(context, connection, path, method);
        return on_headers(*state);
    }
    if (*length > 0) {
        size_t given = *length;
        *length = 0;
        enum MHD_Result result = on_body(exchange, bytes, given);
        secret_wipe((char *)(uintptr_t)bytes, given); /* of libmicrohttpd's buffer */
        return result;
    }
    if (exchange->too_large)
        return refuse_size(exchange);
    exchange->request.body = exchange->body->bytes;
    exchange->request.body_length = exchange->body->length;
    run_handler(exchange);
    return send_response(exchange, false);
}
