/*
 * The HTTP API and Link, from a request's text to the answer. Input: what Postgres says, a character a statement
 * (server.h); then the request.
 */
#include "scheduler/api/api.h"
#include "lib/httpd_parts.h"
#include "lib/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/server.h"
#include <string.h>

static Api api = {.public_url = "https://link.example", .link_redirects = "https://app.example.com/"};
static Httpd httpd = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void open_once(void)
{
    static const int partitions[64] = {0};
    if (httpd.options.routes)
        return;
    log_open("fuzz", LOG_ERROR, LOG_LOGFMT);
    api.partitions = partitions;
    atomic_store(&api.ready, true);
    httpd.options = api_options(&api);
}

/* The steps in which libmicrohttpd hands over a request. */
static void serve(struct MHD_Connection *connection)
{
    void *state = NULL;
    size_t none = 0, length = connection->n_body;
    enum MHD_Result result =
        exchange_step(&httpd, connection, connection->path, connection->method, "HTTP/1.1", NULL, &none, &state);
    if (result == MHD_YES && connection->status == 0 && length > 0) {
        result = exchange_step(&httpd, connection, connection->path, connection->method, "HTTP/1.1", connection->body,
                               &length, &state);
        HOLDS(result == MHD_NO || length == 0);
    }
    if (result == MHD_YES && connection->status == 0)
        result =
            exchange_step(&httpd, connection, connection->path, connection->method, "HTTP/1.1", NULL, &none, &state);
    HOLDS(result == MHD_YES && connection->status != 0);
    exchange_completed(&httpd, connection, &state, MHD_REQUEST_TERMINATED_COMPLETED_OK);
    HOLDS(!state && httpd.busy == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    FuzzInput input = {(const char *)bytes, length};
    struct MHD_Connection connection = {0};
    open_once();
    server_answers(fuzz_line(&input, arena));
    server_read(&connection, input.at, input.left, arena);
    serve(&connection);
    return 0;
}
