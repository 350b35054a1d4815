#include "scheduler/cli/client.h"
#include "lib/text.h"
#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 5000, TOTAL_MS = 120000, PAGE = 1000 };

struct Client {
    CURL *curl;
    char *url;
    Secret *authorization;
    struct curl_slist *headers;
};

/* "Authorization: Basic <base64 of the key>", in memory that is wiped. */
static Secret *make_authorization(const Secret *key)
{
    static const char prefix[] = "Authorization: Basic ";
    size_t length = secret_length(key), size = sizeof prefix + 4 * ((length + 2) / 3) + 1;
    char *text = calloc(1, size);
    if (!text)
        abort();
    memcpy(text, prefix, sizeof prefix - 1);
    text_base64(text + sizeof prefix - 1, secret_reveal(key), length);
    Secret *header = secret_new(text, strlen(text));
    secret_wipe(text, size);
    free(text);
    return header;
}

Client *client_open(const char *url, const Secret *key, Error *err)
{
    if (!text_starts_with(url, "http://") && !text_starts_with(url, "https://")) {
        error_set(err, ERROR_CONFIG, "api: '%.200s' is no http:// or https:// address", url);
        return NULL;
    }
    Client *client = calloc(1, sizeof *client);
    if (!client || curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !(client->curl = curl_easy_init()))
        abort();
    client->url = strdup(url);
    size_t length = strlen(client->url);
    while (length > 0 && client->url[length - 1] == '/')
        client->url[--length] = 0;
    client->authorization = make_authorization(key);
    client->headers = curl_slist_append(NULL, secret_reveal(client->authorization));
    client->headers = curl_slist_append(client->headers, "Content-Type: application/json");
    return client;
}

void client_close(Client *client)
{
    if (!client)
        return;
    curl_slist_free_all(client->headers);
    curl_easy_cleanup(client->curl);
    secret_free(client->authorization);
    free(client->url);
    free(client);
    curl_global_cleanup();
}

static size_t on_body(char *bytes, size_t size, size_t n, void *text)
{
    text_add(text, bytes, size * n);
    return size * n;
}

static bool send_request(Client *client, const char *method, const char *url, const char *body, Text *answer,
                         long *status, Error *err)
{
    CURL *curl = client->curl;
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (body || strcmp(method, "POST") == 0)
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body ? body : "");
    CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    if (code != CURLE_OK)
        return error_set(err, ERROR_TRANSIENT, "the API at %s: %s; is the scheduler running there?", client->url,
                         *reason ? reason : curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    return true;
}

static bool refuse(long status, yyjson_val *answer, Error *err)
{
    const char *text = answer ? json_text(answer, "error") : NULL;
    ErrorKind kind = status == 503 ? ERROR_TRANSIENT : status == 401 || status == 403 ? ERROR_AUTH : ERROR_DATA;
    return text ? error_set(err, kind, "%s", text) : error_set(err, kind, "the API answers %ld", status);
}

bool client_call(Client *client, const char *method, const char *path, const char *body, Arena *arena,
                 yyjson_val **answer, Error *err)
{
    AUTO(Text) *bytes = text_new(NULL), *url = text_new(client->url);
    long status = 0;
    text_puts(url, path);
    if (!send_request(client, method, url->bytes, body, bytes, &status, err))
        return false;
    Error unreadable = {0};
    yyjson_val *parsed = bytes->length > 0 ? json_parse(arena, bytes->bytes, bytes->length, &unreadable) : NULL;
    if (status < 200 || status > 299)
        return refuse(status, parsed, err);
    if (bytes->length > 0 && !parsed)
        return error_set(err, ERROR_DATA, "the API at %s answers no JSON: %s", client->url, unreadable.text);
    if (answer)
        *answer = parsed;
    return true;
}

const char *client_escape(Arena *arena, const char *value)
{
    AUTO(Text) *out = text_new(NULL);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        if (isalnum(*c) || strchr("-._~", *c))
            text_putc(out, (char)*c);
        else
            text_printf(out, "%%%02X", *c);
    return arena_text(arena, out->bytes);
}

bool client_each(Client *client, const char *path, bool (*visit)(void *context, yyjson_val *record, Error *err),
                 void *context, Error *err)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    for (int page = 1;; page++) {
        arena_reset(arena);
        const char *paged =
            arena_format(arena, "%s%cpage=%d&pageSize=%d", path, strchr(path, '?') ? '&' : '?', page, PAGE);
        yyjson_val *answer = NULL;
        if (!client_call(client, "GET", paged, NULL, arena, &answer, err))
            return false;
        yyjson_val *results = answer ? json_at(answer, "results") : NULL;
        if (!results)
            return !answer || visit(context, answer, err); /* a single object */
        size_t i, n;
        yyjson_val *record;
        yyjson_arr_foreach(results, i, n, record)
        {
            if (!visit(context, record, err))
                return false;
        }
        if (!json_at(answer, "_links.next"))
            return true;
    }
}
