#include "lib/httpd_parts.h"
#include <string.h>

/* Percent-decoded copy; NULL when an escape is malformed or the result is no text that Postgres would take. */
static char *decode(Arena *arena, const char *text, size_t length)
{
    char *out = arena_alloc(arena, length + 1);
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < length ? text_hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? text_hex_digit(text[i + 2]) : -1;
            if (low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == 0)
            return NULL;
        out[n++] = c;
    }
    out[n] = 0;
    return text_valid_utf8(out, n) == n ? out : NULL;
}

typedef struct Collector {
    Exchange *exchange;
    bool malformed;
} Collector;

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    Collector *collector = context;
    Exchange *exchange = collector->exchange;
    QueryPair pair = {decode(exchange->request.arena, name, strlen(name)),
                      value ? decode(exchange->request.arena, value, strlen(value)) : ""};
    if (!pair.name || !pair.value)
        collector->malformed = true;
    else
        exchange->query[exchange->n_query++] = pair;
    return MHD_YES;
}

bool exchange_decode(Exchange *exchange)
{
    Request *request = &exchange->request;
    Collector collector = {.exchange = exchange};
    int n = MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, NULL, NULL);
    exchange->query = ARENA_ARRAY(request->arena, QueryPair, (size_t)(n > 0 ? n : 0));
    MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, collect, &collector);
    return !collector.malformed && decode(request->arena, request->path, strlen(request->path));
}

/* Literal segments are compared decoded, too: %61 is an 'a'. */
static bool match(const char *pattern, const char *path, Arena *arena, const char *params[8])
{
    size_t n = 0;
    while (*pattern == '/' && *path == '/') {
        size_t wanted = strcspn(++pattern, "/"), given = strcspn(++path, "/");
        if (*pattern != '{') {
            const char *segment = decode(arena, path, given);
            if (strlen(segment) != wanted || memcmp(segment, pattern, wanted) != 0)
                return false;
        } else {
            bool takes_rest = pattern[wanted - 2] == '*';
            if (takes_rest)
                given = strlen(path);
            if ((given == 0 && !takes_rest) || n == 8)
                return false;
            params[n++] = decode(arena, path, given);
        }
        pattern += wanted;
        path += given;
    }
    return *pattern == 0 && *path == 0;
}

const Route *exchange_route(Exchange *exchange, const Route *routes, size_t n_routes, int *status, const char **allow)
{
    Request *request = &exchange->request;
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    *status = 404;
    *allow = "";
    for (size_t i = 0; i < n_routes; i++) {
        const char *params[COUNT_OF(request->params)] = {0};
        if (!match(routes[i].pattern, request->path, request->arena, params))
            continue;
        if (strcmp(routes[i].method, method) == 0) {
            memcpy(request->params, params, sizeof params);
            return &routes[i];
        }
        *status = 405;
        *allow = arena_format(request->arena, "%s%s%s%s", *allow, **allow ? ", " : "", routes[i].method,
                              strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
    }
    return NULL;
}

const char *request_query(const Request *request, const char *name)
{
    const char *value = NULL;
    return request_query_all(request, name, &value, 1) > 0 ? value : NULL;
}

size_t request_query_all(const Request *request, const char *name, const char **values, size_t n)
{
    const Exchange *exchange = request->connection;
    size_t found = 0;
    for (size_t i = 0; i < exchange->n_query && found < n; i++)
        if (strcmp(exchange->query[i].name, name) == 0)
            values[found++] = exchange->query[i].value;
    return found;
}

void request_query_each(const Request *request, void (*visit)(void *context, const char *name, const char *value),
                        void *context)
{
    const Exchange *exchange = request->connection;
    for (size_t i = 0; i < exchange->n_query; i++)
        visit(context, exchange->query[i].name, exchange->query[i].value);
}

const char *request_header(const Request *request, const char *name)
{
    const Exchange *exchange = request->connection;
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* '+' is a blank in forms, and only there. */
static const char *form_text(const Request *request, const char *text, size_t length)
{
    char *plain = arena_copy(request->arena, text, length);
    for (size_t i = 0; i < length; i++)
        if (plain[i] == '+')
            plain[i] = ' ';
    return decode(request->arena, plain, length);
}

const char *request_form(const Request *request, const char *name)
{
    const char *type = request_header(request, "Content-Type");
    if (!type || strncasecmp(type, "application/x-www-form-urlencoded", 33) != 0)
        return NULL;
    for (const char *at = request->body; *at;) {
        size_t length = strcspn(at, "&"), key = strcspn(at, "=");
        if (key < length) {
            const char *found = form_text(request, at, key);
            if (found && strcmp(found, name) == 0)
                return form_text(request, at + key + 1, length - key - 1);
        }
        at += length + (at[length] == '&');
    }
    return NULL;
}

const char *request_cookie(const Request *request, const char *name)
{
    const Exchange *exchange = request->connection;
    return MHD_lookup_connection_value(exchange->connection, MHD_COOKIE_KIND, name);
}

void response_header(Response *response, const char *name, const char *value)
{
    if (response->n_headers < (int)COUNT_OF(response->headers))
        response->headers[response->n_headers++] = (struct ResponseHeader){name, value};
}

void response_set(Response *response, int status, const char *content_type, const char *body)
{
    response->status = status;
    response->content_type = content_type;
    text_set(response->body, body);
}
