#include "tests/unit/sandbox/xero_client.h"
#include "tests/support/suite.h"
#include <stdlib.h>
#include <string.h>

XeroClient *xero_client_new(const char *account)
{
    XeroClient *xero = calloc(1, sizeof *xero);
    ck_assert_ptr_nonnull(xero);
    xero->client = client_new();
    Arena *arena = xero->client->arena;
    yyjson_val *grant =
        control(xero->client, "POST", "xero/grants", arena_format(arena, "{\"account\":\"%s\"}", account));
    ck_assert_int_eq(xero->client->status, 200);
    xero->access = arena_text(arena, text_at(grant, "access_token"));
    xero->tenant = arena_text(arena, text_at(grant, "tenants.0.id"));
    xero->accept = "application/json";
    return xero;
}

void xero_client_free(XeroClient *xero)
{
    client_free(xero->client);
    free(xero);
}

static size_t keep(char *bytes, size_t size, size_t n, void *text)
{
    text_add(text, bytes, size * n);
    return size * n;
}

static struct curl_slist *with(XeroClient *xero, struct curl_slist *headers, const char *name, const char *value)
{
    const char *line = value ? arena_format(xero->client->arena, "%s: %s", name, value) : NULL;
    return line ? curl_slist_append(headers, line) : headers;
}

yyjson_val *xero_try(XeroClient *xero, const char *method, const char *path)
{
    Client *client = xero->client;
    const char *url = arena_format(client->arena, "http://127.0.0.1:%d/xero%s%s", httpd_port(client->httpd),
                                   *path == '/' ? "" : "/api.xro/2.0/", path);
    struct curl_slist *headers = NULL;
    headers = with(xero, headers, "Authorization",
                   xero->access ? arena_format(client->arena, "Bearer %s", xero->access) : NULL);
    headers = with(xero, headers, "xero-tenant-id", xero->tenant);
    headers = with(xero, headers, "Accept", xero->accept);
    headers = with(xero, headers, "If-Modified-Since", xero->since);
    text_clear(client->body);
    text_clear(client->headers);
    curl_easy_reset(client->curl);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, client->body);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, client->headers);
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, client->timeout_ms);
    client->result = curl_easy_perform(client->curl);
    curl_slist_free_all(headers);
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    client->status = (int)status;
    Error err = {0};
    return json_parse(client->arena, client->body->bytes, client->body->length, &err);
}

yyjson_val *xero_get(XeroClient *xero, const char *path)
{
    yyjson_val *answer = xero_try(xero, "GET", path);
    ck_assert_msg(xero->client->status == 200, "%s: %d %.300s", path, xero->client->status, xero->client->body->bytes);
    return answer;
}

yyjson_val *xero_list(XeroClient *xero, const char *endpoint, const char *query)
{
    yyjson_val *answer = xero_get(xero, arena_format(xero->client->arena, "%s%s", endpoint, query));
    yyjson_val *list = json_at(answer, strcmp(endpoint, "Organisation") == 0 ? "Organisations" : endpoint);
    ck_assert_msg(yyjson_is_arr(list), "%s has no list", endpoint);
    return list;
}

yyjson_val *xero_control(XeroClient *xero, const char *method, const char *path, const char *body)
{
    yyjson_val *answer = control(xero->client, method, path, body);
    ck_assert_msg(xero->client->status == 200, "%s: %d %.300s", path, xero->client->status, xero->client->body->bytes);
    return answer;
}
