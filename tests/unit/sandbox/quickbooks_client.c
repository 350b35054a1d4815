#include "tests/unit/sandbox/quickbooks_client.h"
#include "lib/clock.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

static char realm[64], token[256];

Client *qb_client_new(const char *name)
{
    Client *client = client_new();
    client->version = NULL;
    yyjson_val *granted =
        control(client, "POST", "quickbooks/grants", arena_format(client->arena, "{\"account\":\"%s\"}", name));
    ck_assert_msg(client->status == 200, "%d: %s", client->status, client->body->bytes);
    snprintf(realm, sizeof realm, "%s", text_at(granted, "tenants.0.id"));
    snprintf(token, sizeof token, "%s", text_at(granted, "access_token"));
    return client;
}

const char *qb_realm(void)
{
    return realm;
}

const char *qb_token(void)
{
    return token;
}

yyjson_val *qb_get(Client *client, const char *path)
{
    client->extra_header = "Accept: application/json";
    yyjson_val *answer =
        get(client, token, arena_format(client->arena, "../../quickbooks/v3/company/%s/%s", realm, path));
    client->extra_header = NULL;
    return answer;
}

yyjson_val *qb_ask(Client *client, const char *query)
{
    char *encoded = curl_easy_escape(client->curl, query, 0);
    const char *path = arena_format(client->arena, "query?query=%s&minorversion=75", encoded);
    curl_free(encoded);
    return qb_get(client, path);
}

yyjson_val *qb_query(Client *client, const char *query)
{
    yyjson_val *answer = qb_ask(client, query);
    ck_assert_msg(client->status == 200, "%s: %d %s", query, client->status, client->body->bytes);
    ck_assert_ptr_nonnull(json_text(answer, "time"));
    return json_at(answer, "QueryResponse");
}

yyjson_val *qb_post_query(Client *client, const char *query)
{
    client->extra_header = arena_format(
        client->arena, "Accept: application/json\r\nContent-Type: application/text\r\nAuthorization: Bearer %s", token);
    yyjson_val *answer = control(
        client, "POST", arena_format(client->arena, "../quickbooks/v3/company/%s/query?minorversion=75", realm), query);
    client->extra_header = NULL;
    return answer;
}

void qb_check_fault(Client *client, yyjson_val *answer, int status, const char *code)
{
    ck_assert_msg(client->status == status, "%d, not %d: %.300s", client->status, status, client->body->bytes);
    bool gateway = json_at(answer, "fault") != NULL;
    ck_assert_str_eq(text_at(answer, gateway ? "fault.error.0.code" : "Fault.Error.0.code"), code);
    ck_assert_ptr_nonnull(json_text(answer, gateway ? "fault.type" : "Fault.type"));
    ck_assert_ptr_nonnull(json_scalar(answer, "time"));
    ck_assert_ptr_nonnull(header_of(client, "intuit_tid"));
    ck_assert_ptr_null(header_of(client, "Retry-After"));
}

const char *qb_moment(Client *client, int64_t seconds)
{
    char text[36];
    clock_format_instant(text, world_now(client->world) + seconds, 0);
    return arena_text(client->arena, text);
}

int64_t qb_total(Client *client, const char *from)
{
    return json_integer(qb_query(client, arena_format(client->arena, "SELECT COUNT(*) FROM %s", from)), "totalCount",
                        -1);
}
