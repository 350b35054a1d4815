/*
 * What vendors answer to a token request. Input: "refresh", "exchange" or "tenants"; then the answer as it came, status
 * line, headers and body.
 */
#include "lib/oauth.h"
#include "lib/http_headers.h"
#include "lib/json.h"
#include "tests/fuzz/fuzz.h"
#include <stdlib.h>
#include <string.h>

static FuzzInput answer;

/* ---- lib/http.c ---- */

bool http_send(Http *http, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err)
{
    (void)http;
    HOLDS(request->basic || request->bearer);
    HttpHeaders *headers = ARENA_NEW(arena, HttpHeaders);
    const char *line = fuzz_line(&answer, arena), *space = strchr(line, ' ');
    int status = space ? atoi(space) : 0;
    if (status < 100 || status > 999)
        return error_set(err, ERROR_TRANSIENT, "the connection was cut");
    while (*(line = fuzz_line(&answer, arena)))
        if (!http_headers_line(headers, arena, line, strlen(line)))
            return error_set(err, ERROR_TRANSIENT, "the head is too large");
    *response = (HttpResponse){.status = status,
                               .body = arena_copy(arena, answer.at, answer.left),
                               .length = answer.left,
                               .date_ms = 1754193906000,
                               .headers = headers};
    return true;
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
    return arena_text(arena, value);
}

/* ---- Answers ---- */

static OAuthApp *app_of(Error *err)
{
    static const char json[] =
        "{\"authorizeUrl\": \"https://vendor.example/authorize\", \"tokenUrl\": \"https://vendor.example/token\", "
        "\"apiUrl\": \"https://vendor.example\", \"clientId\": \"us\", \"scope\": \"all\", \"tenantSetting\": "
        "\"tenantId\", \"tenantsPath\": \"/connections\", \"tenantId\": \"tenantId\", \"tenantName\": \"tenantName\"}";
    return oauth_app_read("vendor", json, secret_new("client", 6), err);
}

static void is_token(const Secret *token)
{
    HOLDS(token && secret_length(token) > 0 && secret_length(token) <= 8192);
    for (const char *c = secret_reveal(token); *c; c++)
        HOLDS(*c > ' ' && *c < 0x7f);
}

/* A refusal quotes nothing of the answer but the codes that we know: it might be what was sent. */
static void is_refusal(const Error *err)
{
    static const ErrorKind kinds[] = {ERROR_AUTH, ERROR_CONFIG, ERROR_THROTTLED, ERROR_TRANSIENT};
    bool known = false;
    fuzz_refused(err);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        known = known || err->kind == kinds[i];
    HOLDS(known);
    HOLDS(err->kind != ERROR_THROTTLED || (err->retry_after_ms > 0 && err->retry_after_ms <= 24 * 60 * 60 * 1000));
    for (const char *c = err->text; *c; c++)
        HOLDS(strchr("abcdefghijklmnopqrstuvwxyz0123456789 :,'_-", *c));
}

static void gives_tokens(const OAuthApp *app, bool refreshes)
{
    OAuthTokens tokens;
    Error err = {0};
    AUTO(Secret) *old = secret_new("old", 3);
    bool fine = refreshes ? oauth_refresh(NULL, app, old, 20000, &tokens, &err)
                          : oauth_exchange(NULL, app, "code", "https://us.example/link/callback", NULL, &tokens, &err);
    if (!fine) {
        is_refusal(&err);
        HOLDS(!tokens.access && !tokens.refresh);
        return;
    }
    is_token(tokens.access);
    if (tokens.refresh || !refreshes)
        is_token(tokens.refresh);
    HOLDS(tokens.access_life_ms >= 0 && tokens.access_life_ms <= 90LL * 86400 * 1000);
    HOLDS(tokens.refresh_life_ms >= 0 && tokens.refresh_life_ms <= 100LL * 366 * 86400 * 1000);
    oauth_tokens_wipe(&tokens);
}

static void gives_tenants(const OAuthApp *app, Arena *arena)
{
    OAuthTenant *tenants = NULL;
    size_t n = 0;
    Error err = {0};
    AUTO(Secret) *access = secret_new("access", 6);
    if (!oauth_tenants(NULL, app, access, arena, &tenants, &n, &err)) {
        fuzz_refused(&err);
        return;
    }
    HOLDS(n <= OAUTH_TENANTS);
    for (size_t i = 0; i < n; i++) {
        const char *id = tenants[i].id, *name = tenants[i].name;
        HOLDS(*id && text_valid_utf8(id, strlen(id)) == strlen(id));
        HOLDS(name && text_valid_utf8(name, strlen(name)) == strlen(name));
    }
}

/* ---- What control.source says of a vendor ---- */

static void may_be_an_app(const FuzzInput *input, Arena *arena)
{
    Error err = {0};
    AUTO(Text) *first = text_new(NULL);
    AUTO(Text) *second = text_new(NULL);
    AUTO(OAuthApp) *app = oauth_app_read("vendor", fuzz_rest(input, arena), secret_new("s", 1), &err);
    if (!app) {
        fuzz_refused(&err);
        return;
    }
    oauth_app_write(app, first);
    AUTO(OAuthApp) *again = oauth_app_read("vendor", first->bytes, secret_new("s", 1), &err);
    HOLDS(again);
    oauth_app_write(again, second);
    HOLDS(strcmp(first->bytes, second->bytes) == 0);
}

static const char *const kinds[] = {"refresh", "exchange", "tenants", "app"};

static const char *kind_name(size_t i)
{
    return kinds[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    Error err = {0};
    AUTO(OAuthApp) *app = app_of(&err);
    HOLDS(app);
    answer = (FuzzInput){(const char *)bytes, length};
    switch (fuzz_pick(fuzz_line(&answer, arena), kind_name, COUNT_OF(kinds))) {
    case 0:
        gives_tokens(app, true);
        break;
    case 1:
        gives_tokens(app, false);
        break;
    case 2:
        gives_tenants(app, arena);
        break;
    default:
        may_be_an_app(&answer, arena);
    }
    return 0;
}
