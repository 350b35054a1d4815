#include "tests/unit/sandbox/client.h"
#include "infra/sandbox/sandbox.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

Client *client_new(void)
{
    Error err = {0};
    HttpdOptions options;
    Client *client = calloc(1, sizeof *client);
    ck_assert_ptr_nonnull(client);
    client->world = world_new(TODAY, (LimitRates){.off = true});
    sandbox_options(client->world, &options);
    options.listen = "127.0.0.1:0";
    client->httpd = httpd_start(&options, &err);
    ck_assert_msg(client->httpd != NULL, "%s", err.text);
    client->curl = curl_easy_init();
    client->arena = arena_new(256 * KIB);
    client->body = text_new(NULL);
    client->headers = text_new(NULL);
    client->timeout_ms = 60000;
    client->version = "2025-02-24.acacia";
    return client;
}

void client_free(Client *client)
{
    curl_easy_cleanup(client->curl);
    httpd_stop(client->httpd);
    world_free(client->world);
    arena_free(client->arena);
    text_free(client->body);
    text_free(client->headers);
    free(client);
}

static size_t keep(char *bytes, size_t size, size_t n, void *text)
{
    text_add(text, bytes, size * n);
    return size * n;
}

static bool transfer(Client *client, const char *key, const char *method, const char *path, const char *body)
{
    char url[512], authorization[256], version[64];
    struct curl_slist *headers = NULL;
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", httpd_port(client->httpd), path);
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", key ? key : "");
    snprintf(version, sizeof version, "Stripe-Version: %s", client->version ? client->version : "");
    headers = key ? curl_slist_append(headers, authorization) : headers;
    headers = client->version ? curl_slist_append(headers, version) : headers;
    headers = client->extra_header ? curl_slist_append(headers, client->extra_header) : headers;
    text_clear(client->body);
    text_clear(client->headers);
    CURL *curl = client->curl;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, client->body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, client->headers);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, client->timeout_ms);
    if (body)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    client->result = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    client->status = (int)status;
    curl_slist_free_all(headers);
    return client->result == CURLE_OK;
}

static yyjson_val *parsed(Client *client)
{
    Error err = {0};
    return json_parse(client->arena, client->body->bytes, client->body->length, &err);
}

bool client_try(Client *client, const char *key, const char *path)
{
    return transfer(client, key, "GET", arena_format(client->arena, "/stripe/v1/%s", path), NULL);
}

yyjson_val *get(Client *client, const char *key, const char *path)
{
    bool fine = client_try(client, key, path);
    ck_assert_msg(fine, "GET %s: %s", path, curl_easy_strerror(client->result));
    return parsed(client);
}

bool control_try(Client *client, const char *method, const char *path, const char *body)
{
    return transfer(client, NULL, method, arena_format(client->arena, "/control/%s", path), body);
}

yyjson_val *control(Client *client, const char *method, const char *path, const char *body)
{
    bool fine = control_try(client, method, path, body);
    ck_assert_msg(fine, "%s %s: %s", method, path, curl_easy_strerror(client->result));
    return parsed(client);
}

const char *header_of(Client *client, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = client->headers->bytes; *line; line += strcspn(line, "\n") + 1)
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return arena_copy(client->arena, line + length + 2, strcspn(line + length + 2, "\r\n"));
    return NULL;
}

const char *text_at(yyjson_val *value, const char *path)
{
    const char *text = json_scalar(value, path);
    ck_assert_msg(text != NULL, "%s is missing", path);
    return text;
}

size_t length_at(yyjson_val *value, const char *path)
{
    yyjson_val *list = json_at(value, path);
    ck_assert_msg(yyjson_is_arr(list), "%s is no list", path);
    return yyjson_arr_size(list);
}

void check_error(Client *client, yyjson_val *answer, int status, const char *code)
{
    const char *found = json_text(answer, "error.code");
    ck_assert_msg(client->status == status, "%d, not %d: %.300s", client->status, status, client->body->bytes);
    ck_assert_str_eq(found ? found : "", code);
    ck_assert_ptr_nonnull(json_text(answer, "error.message"));
    ck_assert_ptr_nonnull(header_of(client, "Request-Id"));
}
