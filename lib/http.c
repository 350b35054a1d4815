#include "lib/http.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/http_driver.h"
#include "lib/http_headers.h"
#include "lib/text.h"
#include "lib/wipe.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SPARES = 64 };

struct Http {
    HttpOptions options;
    HttpDriver *driver;
    char *user_agent;
    const char *authorities; /* the CA bundle */
    CURL *spares[MAX_SPARES];
    int n_spares, in_flight;
};

/* One request under way; lives on the stack of the fiber that waits for it. */
typedef struct Transfer {
    Arena *arena;
    HttpHeaders *headers;
    char *body; /* malloc: grows while it comes */
    size_t length, capacity;
    int64_t max_body;
    bool too_large, head_too_large, done;
    CURLcode result;
    Event ended;
} Transfer;

static void on_done(CURL *easy, CURLcode result)
{
    Transfer *transfer;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    transfer->done = true;
    transfer->result = result;
    event_notify_all(&transfer->ended);
}

/* With curl's default folder of certificates every connection reads and parses the whole bundle (18 ms, 900 KB); with
 * one file it is kept. */
static const char *find_authorities(void)
{
    static const char *const files[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                        "/etc/ssl/cert.pem"};
    const char *named = getenv("SSL_CERT_FILE");
    if (named && *named)
        return named;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (access(files[i], R_OK) == 0)
            return files[i];
    return NULL;
}

Http *http_open(const HttpOptions *options, Error *err)
{
    if (!wipe_curl()) {
        error_set(err, ERROR_CONFIG, "cannot set up HTTP: curl_global_init failed");
        return NULL;
    }
    Http *http = calloc(1, sizeof *http);
    if (!http || !(http->user_agent = strdup(options->user_agent)))
        abort();
    http->options = *options;
    http->authorities = find_authorities();
    http->driver = http_driver_open(options->max_host_connections, on_done, err);
    if (!http->driver) {
        free(http->user_agent);
        free(http);
        return NULL;
    }
    return http;
}

void http_close(Http *http)
{
    if (!http)
        return;
    for (int i = 0; i < http->n_spares; i++)
        curl_easy_cleanup(http->spares[i]);
    http_driver_close(http->driver);
    free(http->user_agent);
    free(http);
}

int http_in_flight(const Http *http)
{
    return http->in_flight;
}

/* ---- The request ---- */

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    Transfer *transfer = context;
    size_t length = size * n;
    if (transfer->length + length > (size_t)transfer->max_body) {
        transfer->too_large = true;
        return 0;
    }
    if (transfer->length + length > transfer->capacity) {
        size_t capacity = transfer->capacity ? 2 * transfer->capacity : 16 * KIB;
        while (capacity < transfer->length + length)
            capacity *= 2;
        transfer->body = wipe_realloc(transfer->body, capacity);
        if (!transfer->body)
            abort();
        transfer->capacity = capacity;
    }
    memcpy(transfer->body + transfer->length, bytes, length);
    transfer->length += length;
    return length;
}

static size_t on_header(char *line, size_t size, size_t n, void *context)
{
    Transfer *transfer = context;
    transfer->head_too_large = !http_headers_line(transfer->headers, transfer->arena, line, size * n);
    return transfer->head_too_large ? 0 : size * n;
}

static struct curl_slist *add_line(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    if (!longer)
        abort();
    return longer;
}

/* curl_slist copies, so both copies are wiped: this one here, the list's in free_headers(). */
static struct curl_slist *add_credentials(struct curl_slist *list, const HttpRequest *request)
{
    const Secret *secret = request->bearer ? request->bearer : request->basic;
    if (!secret)
        return list;
    AUTO(Text) *line = text_new(request->bearer ? "Authorization: Bearer " : "Authorization: Basic ");
    size_t length = secret_length(secret), room = 4 * length / 3 + 8;
    char *value = malloc(room + length);
    if (!value)
        abort();
    if (request->bearer)
        memcpy(value, secret_reveal(secret), length + 1);
    else
        text_base64(value, secret_reveal(secret), length);
    text_puts(line, value);
    secret_wipe(value, room + length);
    free(value);
    list = add_line(list, line->bytes);
    secret_wipe(line->bytes, line->length);
    return list;
}

static void free_headers(struct curl_slist *list)
{
    for (struct curl_slist *line = list; line; line = line->next)
        secret_wipe(line->data, strlen(line->data));
    curl_slist_free_all(list);
}

static struct curl_slist *request_headers(const HttpRequest *request)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < request->n_headers; i++)
        list = add_line(list, request->headers[i]);
    return add_credentials(list, request);
}

static int64_t total_ms(const Http *http, const HttpRequest *request)
{
    return request->timeout_ms > 0 ? request->timeout_ms : http->options.total_ms;
}

static void set_options(const Http *http, CURL *easy, const HttpRequest *request, struct curl_slist *headers,
                        Transfer *transfer)
{
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Without TLS there is nothing to be learned from a first connection, but the others would wait for its answer. */
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, text_starts_with(request->url, "https://") ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->options.connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)total_ms(http, request));
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)http->options.max_body);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 16384L);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L); /* pruning it costs O(n) at every look-up */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    wipe_tls(easy);
    if (http->authorities)
        curl_easy_setopt(easy, CURLOPT_CAINFO, http->authorities);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    if (request->body) {
        /* curl sends again what a kept connection lost before the first byte of an answer; a token may go only once. */
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    }
    if (request->method && strcmp(request->method, "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* ---- The answer ---- */

/* "GET /v1/charges": neither host nor query, which may hold what is not for logs. */
static const char *request_name(const HttpRequest *request, Arena *arena)
{
    const char *host = strstr(request->url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    size_t length = path ? strcspn(path, "?#") : 0;
    return arena_format(arena, "%s %.*s", request->method ? request->method : "GET", path ? (int)length : 1,
                        path ? path : "/");
}

static bool explain(const Http *http, const Transfer *transfer, const HttpRequest *request, Error *err)
{
    const char *what = request_name(request, transfer->arena);
    if (transfer->too_large || transfer->result == CURLE_FILESIZE_EXCEEDED)
        return error_set(err, ERROR_DATA, "%s: the body is larger than %lld bytes", what,
                         (long long)http->options.max_body);
    if (transfer->head_too_large)
        return error_set(err, ERROR_DATA, "%s: the head of the answer is too large", what);
    switch (transfer->result) {
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
        return error_set(err, ERROR_CONFIG, "%s: %s", what, curl_easy_strerror(transfer->result));
    case CURLE_UNSUPPORTED_PROTOCOL: /* the scheme was checked */
        return error_set(err, ERROR_TRANSIENT, "%s: the answer is no HTTP", what);
    case CURLE_PARTIAL_FILE:
        return error_set(err, ERROR_TRANSIENT, "%s: the body was cut after %zu bytes", what, transfer->length);
    case CURLE_OPERATION_TIMEDOUT:
        return error_set(err, ERROR_TRANSIENT, "%s: no complete answer within %lld ms (%zu bytes came)", what,
                         (long long)total_ms(http, request), transfer->length);
    default:
        return error_set(err, ERROR_TRANSIENT, "%s: %s", what, curl_easy_strerror(transfer->result));
    }
}

static void read_response(CURL *easy, Transfer *transfer, HttpResponse *response)
{
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    const char *date = http_headers_find(transfer->headers, "Date");
    int64_t date_ms = date ? http_date_ms(date) : -1;
    *response = (HttpResponse){
        .status = (int)status,
        .body = arena_copy(transfer->arena, transfer->body ? transfer->body : "", transfer->length),
        .length = transfer->length,
        .date_ms = date_ms < 0 ? clock_wall_ms() : date_ms,
        .headers = transfer->headers,
    };
}

static CURL *take_easy(Http *http)
{
    CURL *easy = http->n_spares > 0 ? http->spares[--http->n_spares] : curl_easy_init();
    if (!easy)
        abort();
    return easy;
}

static void give_easy(Http *http, CURL *easy)
{
    curl_easy_reset(easy);
    if (http->n_spares < MAX_SPARES)
        http->spares[http->n_spares++] = easy;
    else
        curl_easy_cleanup(easy);
}

static bool transfer_run(Http *http, CURL *easy, Transfer *transfer, Error *err)
{
    if (!http_driver_add(http->driver, easy, err))
        return false;
    http->in_flight++;
    while (!transfer->done)
        event_wait(&transfer->ended, -1);
    http->in_flight--;
    http_driver_remove(http->driver, easy);
    return true;
}

bool http_send(Http *http, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err)
{
    if (!text_starts_with(request->url, "http://") && !text_starts_with(request->url, "https://"))
        return error_set(err, ERROR_CONFIG, "%s: the URL is neither http:// nor https://",
                         request_name(request, arena));
    Transfer transfer = {.arena = arena, .headers = ARENA_NEW(arena, HttpHeaders), .max_body = http->options.max_body};
    struct curl_slist *headers = request_headers(request);
    CURL *easy = take_easy(http);
    set_options(http, easy, request, headers, &transfer);
    bool done = transfer_run(http, easy, &transfer, err);
    bool fine = done && transfer.result == CURLE_OK;
    if (fine)
        read_response(easy, &transfer, response);
    else if (done)
        explain(http, &transfer, request, err);
    give_easy(http, easy);
    free_headers(headers);
    wipe_free(transfer.body);
    return fine;
}

const char *http_header(const HttpResponse *response, const char *name)
{
    return http_headers_find(response->headers, name);
}

int64_t http_retry_after_ms(const HttpResponse *response)
{
    const char *value = http_header(response, "Retry-After");
    return value ? http_retry_after(value, response->date_ms) : -1;
}

const char *http_escape(Arena *arena, const char *value)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char *out = arena_alloc(arena, 3 * strlen(value) + 1), *end = out;
    for (; *value; value++) {
        if (strchr(unreserved, *value)) {
            *end++ = *value;
        } else {
            *end++ = '%';
            *end++ = "0123456789ABCDEF"[(unsigned char)*value >> 4];
            *end++ = "0123456789ABCDEF"[(unsigned char)*value & 15];
        }
    }
    *end = 0;
    return out;
}
