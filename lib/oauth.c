#include "lib/oauth.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LARGEST_TOKEN = 8192,
    EXCHANGE_MS = 20000,
    UNSAID_LIFE_S = 600,           /* RFC 6749 lets a vendor leave out how long a token lives */
    LONGEST_ACCESS_S = 90 * 86400, /* bounds for what a vendor says */
    THROTTLED_MS = 60000,
};
static const int64_t longest_refresh_s = 100LL * 366 * 86400;

void oauth_tokens_wipe(OAuthTokens *tokens)
{
    secret_free(TAKE(tokens->access));
    secret_free(TAKE(tokens->refresh));
}

/* ---- Answers ---- */

/* A token of the answer: printable and bounded, or NULL. */
static Secret *read_token(yyjson_val *body, const char *key)
{
    const char *text = json_text(body, key);
    size_t length = text ? strlen(text) : 0;
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] >= 0x7f)
            return NULL;
    return length > 0 && length <= LARGEST_TOKEN ? secret_new(text, length) : NULL;
}

static int64_t bounded(int64_t value, int64_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* Vendors have different names for the life of a refresh token. */
static int64_t refresh_life_s(yyjson_val *body)
{
    static const char *const names[] = {"x_refresh_token_expires_in", "refresh_token_expires_in"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (json_at(body, names[i]))
            return bounded(json_integer(body, names[i], 0), longest_refresh_s);
    return 0;
}

static bool read_tokens(yyjson_val *body, OAuthTokens *tokens)
{
    if (json_at(body, "refresh_token") && !(tokens->refresh = read_token(body, "refresh_token")))
        return false;
    tokens->access = read_token(body, "access_token");
    tokens->access_life_ms = 1000 * bounded(json_integer(body, "expires_in", UNSAID_LIFE_S), LONGEST_ACCESS_S);
    tokens->refresh_life_ms = 1000 * refresh_life_s(body);
    return tokens->access != NULL;
}

/* The codes of RFC 6749. Only these are quoted: anything else might be what was sent. What is not in here may go
 * through later. */
static const struct Refusal {
    const char *code;
    ErrorKind kind;
} refusals[] = {
    {"invalid_grant",           ERROR_AUTH     },
    {"invalid_client",          ERROR_CONFIG   },
    {"unauthorized_client",     ERROR_CONFIG   },
    {"unsupported_grant_type",  ERROR_CONFIG   },
    {"invalid_request",         ERROR_CONFIG   },
    {"invalid_scope",           ERROR_CONFIG   },
    {"temporarily_unavailable", ERROR_TRANSIENT},
    {"server_error",            ERROR_TRANSIENT},
};

static const struct Refusal *read_refusal(yyjson_val *body)
{
    static const struct Refusal unknown = {"for an unknown reason", ERROR_TRANSIENT};
    const char *code = body ? json_text(body, "error") : NULL;
    for (size_t i = 0; i < COUNT_OF(refusals) && code; i++)
        if (strcmp(code, refusals[i].code) == 0)
            return &refusals[i];
    return &unknown;
}

static bool refuse(const OAuthApp *app, const HttpResponse *response, yyjson_val *body, Error *err)
{
    const struct Refusal *refusal = read_refusal(body);
    if (response->status == 429) {
        int64_t wait_ms = http_retry_after_ms(response);
        error_set(err, ERROR_THROTTLED, "token endpoint of %s: 429", app->source);
        err->retry_after_ms = wait_ms > 0 ? wait_ms : THROTTLED_MS;
        return false;
    }
    if (response->status >= 500) /* whatever a dying server says of the token */
        return error_set(err, ERROR_TRANSIENT, "token endpoint of %s: %d", app->source, response->status);
    if (refusal->kind == ERROR_CONFIG)
        return error_set(err, ERROR_CONFIG, "token endpoint of %s: %d %s: check %s-client-id and its secret",
                         app->source, response->status, refusal->code, app->source);
    return error_set(err, refusal->kind, "token endpoint of %s: %d %s", app->source, response->status, refusal->code);
}

/* ---- Requests ---- */

/* The form with one field more, on the arena. */
static const char *add_field(Arena *arena, const char *form, const char *name, const char *value)
{
    return value ? arena_format(arena, "%s&%s=%s", form, name, http_escape(arena, value)) : form;
}

static Secret *client_of(const OAuthApp *app, Arena *arena)
{
    const char *pair =
        arena_format(arena, "%s:%s", app->client_id, app->client_secret ? secret_reveal(app->client_secret) : "");
    return secret_new(pair, strlen(pair));
}

/* Everything of the exchange but the tokens lies on `arena`, which the caller wipes. */
static bool ask(Http *http, const OAuthApp *app, const char *form, int64_t timeout_ms, Arena *arena,
                OAuthTokens *tokens, Error *err)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded",
                                          "Accept: application/json"};
    AUTO(Secret) *client = client_of(app, arena);
    const HttpRequest request = {
        .method = "POST",
        .url = app->token_url,
        .headers = headers,
        .n_headers = COUNT_OF(headers),
        .basic = client,
        .body = form,
        .body_length = strlen(form),
        .timeout_ms = timeout_ms,
    };
    HttpResponse response;
    if (!http_send(http, &request, arena, &response, err)) {
        if (err->kind == ERROR_DATA) /* too large: as good as lost */
            err->kind = ERROR_TRANSIENT;
        return error_wrap(err, "token endpoint of %s", app->source);
    }
    Error unreadable = {0};
    yyjson_val *body = json_parse(arena, response.body, response.length, &unreadable);
    if (response.status != 200)
        return refuse(app, &response, body, err);
    if (body && read_tokens(body, tokens))
        return true;
    oauth_tokens_wipe(tokens);
    return error_set(err, ERROR_TRANSIENT, "token endpoint of %s: 200, but there is no token in the answer",
                     app->source);
}

bool oauth_refresh(Http *http, const OAuthApp *app, const Secret *refresh, int64_t timeout_ms, OAuthTokens *tokens,
                   Error *err)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const char *form = add_field(arena, "grant_type=refresh_token", "refresh_token", secret_reveal(refresh));
    *tokens = (OAuthTokens){0};
    bool fine = ask(http, app, form, timeout_ms, arena, tokens, err);
    arena_wipe(arena);
    return fine;
}

bool oauth_exchange(Http *http, const OAuthApp *app, const char *code, const char *redirect_uri, const char *verifier,
                    OAuthTokens *tokens, Error *err)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const char *form = add_field(arena, "grant_type=authorization_code", "code", code);
    form = add_field(arena, form, "redirect_uri", redirect_uri);
    form = add_field(arena, form, "code_verifier", verifier);
    *tokens = (OAuthTokens){0};
    bool fine = ask(http, app, form, EXCHANGE_MS, arena, tokens, err);
    arena_wipe(arena);
    if (!fine || tokens->refresh)
        return fine;
    oauth_tokens_wipe(tokens);
    return error_set(err, ERROR_CONFIG, "token endpoint of %s: no refresh token came: check the app's scopes",
                     app->source);
}

/* ---- Consent ---- */

void oauth_authorize_url(const OAuthApp *app, const char *redirect_uri, const char *state, const char *challenge,
                         Text *url)
{
    AUTO(Arena) *arena = arena_new(KIB);
    const char *query = add_field(arena, "response_type=code", "client_id", app->client_id);
    query = add_field(arena, query, "redirect_uri", redirect_uri);
    query = add_field(arena, query, "scope", app->rules.scope);
    query = add_field(arena, query, "state", state);
    query = add_field(arena, query, "code_challenge", challenge);
    query = add_field(arena, query, "code_challenge_method", challenge ? "S256" : NULL);
    text_printf(url, "%s%c%s", app->authorize_url, strchr(app->authorize_url, '?') ? '&' : '?', query);
}

/* Base64 for URLs, without padding. */
static void put_url_base64(char out[OAUTH_PKCE_SIZE], const uint8_t bytes[32])
{
    char base64[45];
    text_base64(base64, bytes, 32);
    for (int i = 0; i < OAUTH_PKCE_SIZE - 1; i++)
        out[i] = base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : base64[i];
    out[OAUTH_PKCE_SIZE - 1] = 0;
}

void oauth_pkce(char verifier[OAUTH_PKCE_SIZE], char challenge[OAUTH_PKCE_SIZE])
{
    uint8_t bytes[32];
    crypto_random(bytes, sizeof bytes);
    put_url_base64(verifier, bytes);
    secret_wipe(bytes, sizeof bytes);
    crypto_sha256(bytes, verifier, strlen(verifier));
    put_url_base64(challenge, bytes);
}

/* Stored and shown as it is, unlike what a record says. */
static const char *clean(Arena *arena, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    char *out = arena_alloc(arena, 3 * length + 1);
    text_clean(out, text ? text : "", length);
    return out;
}

bool oauth_tenants(Http *http, const OAuthApp *app, const Secret *access, Arena *arena, OAuthTenant **tenants,
                   size_t *n, Error *err)
{
    static const char *const headers[] = {"Accept: application/json"};
    const HttpRequest request = {
        .url = arena_format(arena, "%s%s", app->api_url, app->rules.tenants_path),
        .headers = headers,
        .n_headers = COUNT_OF(headers),
        .bearer = access,
        .timeout_ms = EXCHANGE_MS,
    };
    HttpResponse response;
    if (!http_send(http, &request, arena, &response, err))
        return error_wrap(err, "organisations of %s", app->source);
    if (response.status != 200)
        return error_set(err, response.status == 401 ? ERROR_AUTH : ERROR_TRANSIENT, "organisations of %s: %d",
                         app->source, response.status);
    yyjson_val *body = json_parse(arena, response.body, response.length, err), *item;
    if (!body || !yyjson_is_arr(body))
        return error_set(err, ERROR_DATA, "organisations of %s: the answer is no list", app->source);
    size_t i, count;
    *tenants = ARENA_ARRAY(arena, OAuthTenant, OAUTH_TENANTS);
    *n = 0;
    yyjson_arr_foreach(body, i, count, item)
    {
        const char *id = clean(arena, json_scalar(item, app->rules.tenant_id));
        const char *name = clean(arena, json_text(item, app->rules.tenant_name));
        if (*id && *n < OAUTH_TENANTS)
            (*tenants)[(*n)++] = (OAuthTenant){id, *name ? name : id};
    }
    return true;
}
