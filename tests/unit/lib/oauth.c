#include "lib/oauth.h"
#include "lib/crypto.h"
#include "lib/fiber.h"
#include "tests/support/suite.h"
#include "tests/unit/lib/scripted.h"
#include <stdio.h>
#include <string.h>

#define HEAD(status) "HTTP/1.1 " status "\r\nConnection: close"
#define SENT         "rt_planted_secret"

static const OAuth rules = {.scope = "read offline_access",
                            .pkce = true,
                            .idle_life_ms = 5184000000,
                            .grace_ms = 1800000,
                            .tenant_setting = "tenantId",
                            .tenants_path = "/connections",
                            .tenant_id = "tenantId",
                            .tenant_name = "tenantName"};

/* ---- The app ---- */

static const Option options[] = {
    {"acme-url", "https://api.acme.test/", "where", OPTION_TEXT},
    OAUTH_OPTIONS("acme", "https://acme.test/authorize", "https://acme.test/token"),
};

static Config *configure(char **environment)
{
    static const OptionGroup groups[] = {
        {options, COUNT_OF(options)}
    };
    static const ConfigProgram program = {
        .name = "t", .summary = "t", .usage = "", .groups = groups, .n_groups = COUNT_OF(groups)};
    char name[] = "t", *argv[] = {name, NULL};
    int operand;
    Error err = {0};
    Config *config = config_parse(&program, 1, argv, environment, &operand, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
    return config;
}

static char id_variable[] = "TRIBUTARY_ACME_CLIENT_ID=our app";
static char secret_variable[] = "TRIBUTARY_ACME_CLIENT_SECRET=planted";
static char bad_url_variable[] = "TRIBUTARY_ACME_TOKEN_URL=acme.test/token";

static OAuthApp *make_app(void)
{
    char *environment[] = {id_variable, secret_variable, NULL};
    AUTO(Config) *config = configure(environment);
    Error err = {0};
    OAuthApp *app = oauth_app_of(config, "acme", &rules, &err);
    ck_assert_msg(app != NULL, "%s", err.text);
    return app;
}

START_TEST(an_app_needs_its_options_and_says_which)
{
    static const struct {
        char *environment[4];
        const char *said;
    } cases[] = {
        {{NULL},                                                 "acme-client-id is needed"    },
        {{id_variable, NULL},                                    "acme-client-secret is needed"},
        {{id_variable, secret_variable, bad_url_variable, NULL}, "no http(s) URL"              },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Error err = {0};
        AUTO(Config) *config = configure((char **)(uintptr_t)cases[i].environment);
        ck_assert_ptr_null(oauth_app_of(config, "acme", &rules, &err));
        ck_assert_int_eq(err.kind, ERROR_CONFIG);
        ck_assert_msg(strstr(err.text, cases[i].said) != NULL, "%s", err.text);
    }
}
END_TEST

START_TEST(an_app_survives_its_row_without_its_secret)
{
    AUTO(OAuthApp) *app = make_app();
    AUTO(Text) *json = text_new(NULL), *again = text_new(NULL);
    oauth_app_write(app, json);
    ck_assert_ptr_null(strstr(json->bytes, "planted"));
    Error err = {0};
    AUTO(OAuthApp) *read = oauth_app_read("acme", json->bytes, secret_new("planted", 7), &err);
    ck_assert_msg(read != NULL, "%s", err.text);
    oauth_app_write(read, again);
    ck_assert_str_eq(json->bytes, again->bytes);
    ck_assert_str_eq(read->api_url, "https://api.acme.test");
    ck_assert_int_eq(read->rules.grace_ms, 1800000);
    ck_assert(read->rules.pkce);
    ck_assert_ptr_null(read->rules.tenant_parameter);
    ck_assert_ptr_null(oauth_app_read("acme", "{}", NULL, &err));
}
END_TEST

START_TEST(consent_is_asked_for_with_state_and_challenge)
{
    AUTO(OAuthApp) *app = make_app();
    AUTO(Text) *url = text_new(NULL), *plain = text_new(NULL);
    oauth_authorize_url(app, "http://127.0.0.1:1/link?a=b", "s&t", "abc", url);
    ck_assert_str_eq(url->bytes, "https://acme.test/authorize?response_type=code&client_id=our%20app&redirect_uri="
                                 "http%3A%2F%2F127.0.0.1%3A1%2Flink%3Fa%3Db&scope=read%20offline_access&state=s%26t&"
                                 "code_challenge=abc&code_challenge_method=S256");
    oauth_authorize_url(app, "http://h/", "s", NULL, plain);
    ck_assert_ptr_null(strstr(plain->bytes, "challenge"));
}
END_TEST

START_TEST(a_challenge_is_the_hash_of_its_verifier)
{
    char verifier[OAUTH_PKCE_SIZE], challenge[OAUTH_PKCE_SIZE], other[OAUTH_PKCE_SIZE], base64[45];
    uint8_t hash[32];
    oauth_pkce(other, challenge);
    oauth_pkce(verifier, challenge);
    ck_assert_uint_eq(strlen(verifier), 43);
    ck_assert_uint_eq(strspn(challenge, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
    ck_assert_str_ne(verifier, other);
    crypto_sha256(hash, verifier, 43);
    text_base64(base64, hash, sizeof hash);
    for (int i = 0; i < 43; i++)
        ck_assert(challenge[i] == base64[i] || base64[i] == '+' || base64[i] == '/');
}
END_TEST

/* ---- The token endpoint ---- */

static const Script scripts[] = {
    {"/token",           HEAD("200 OK"),                                     "{\"access_token\":\"at\",\"expires_in\":1800,\"refresh_token\":\"rt2\"}", .cut = true},
    {"/intuit",          HEAD("200 OK"),
     "{\"access_token\":\"at\",\"expires_in\":3600,\"refresh_token\":\"rt2\",\"x_refresh_token_expires_in\":8726400}",                                  .cut = true},
    {"/same",            HEAD("200 OK"),                                     "{\"access_token\":\"at\"}",                                               .cut = true},
    {"/forever",         HEAD("200 OK"),                                     "{\"access_token\":\"at\",\"expires_in\":99999999999999}",                 .cut = true},
    {"/grant",           HEAD("400 Bad Request"),                            "{\"error\":\"invalid_grant\",\"error_description\":\"" SENT " is old\"}",
     .cut = true                                                                                                                                                   },
    {"/client",          HEAD("401 Unauthorized"),                           "{\"error\":\"invalid_client\"}",                                          .cut = true},
    {"/quoting",         HEAD("400 Bad Request"),                            "{\"error\":\"" SENT "\"}",                                                .cut = true},
    {"/busy",            HEAD("429 Too Many Requests") "\r\nRetry-After: 7", "{}",                                                                      .cut = true},
    {"/down",            HEAD("503 Down"),                                   "{\"error\":\"invalid_grant\"}",                                           .cut = true},
    {"/page",            HEAD("200 OK"),                                     "<html>" SENT "</html>",                                                   .cut = true},
    {"/empty",           HEAD("200 OK"),                                     "{\"access_token\":\"\"}",                                                 .cut = true},
    {"/broken",          HEAD("200 OK"),                                     "{\"access_token\":\"a b\",\"refresh_token\":\"rt\"}",                     .cut = true},
    {"/blank",           HEAD("200 OK"),                                     "{\"access_token\":\"at\",\"refresh_token\":\"r\\nt\"}",                   .cut = true},
    {"/api/connections", HEAD("200 OK"),
     "[{\"id\":\"x\",\"tenantId\":\"t1\",\"tenantName\":\"One\"},{\"tenantId\":\"t2\"},{\"tenantName\":\"none\"}]",                                     .cut = true},
};

typedef struct Exchange {
    Http *http;
    Scripted *server;
    OAuthApp *app;
    char token_url[80], api_url[80];
    Secret *sent;
    OAuthTokens tokens;
    Arena *arena;
    OAuthTenant *tenants;
    size_t n_tenants;
    Error error;
    bool fine, done;
} Exchange;

static void refresh_in_fiber(void *argument)
{
    Exchange *exchange = argument;
    exchange->fine =
        oauth_refresh(exchange->http, exchange->app, exchange->sent, 5000, &exchange->tokens, &exchange->error);
    exchange->done = true;
}

static void list_in_fiber(void *argument)
{
    Exchange *exchange = argument;
    exchange->fine = oauth_tenants(exchange->http, exchange->app, exchange->sent, exchange->arena, &exchange->tenants,
                                   &exchange->n_tenants, &exchange->error);
    exchange->done = true;
}

static bool is_done(void *context)
{
    return ((Exchange *)context)->done;
}

static void exchange_open(Exchange *exchange)
{
    Error err = {0};
    *exchange = (Exchange){.server = scripted_start(scripts, COUNT_OF(scripts)),
                           .app = make_app(),
                           .arena = arena_new(KIB),
                           .sent = secret_new(SENT, strlen(SENT))};
    loop_open();
    exchange->http = http_open(
        &(HttpOptions){
            .max_body = 65536, .connect_ms = 1000, .total_ms = 5000, .max_host_connections = 2, .user_agent = "test"},
        &err);
    ck_assert_msg(exchange->http != NULL, "%s", err.text);
}

static void exchange_run(Exchange *exchange, const char *path, void (*run)(void *argument))
{
    int port = scripted_port(exchange->server);
    snprintf(exchange->token_url, sizeof exchange->token_url, "http://127.0.0.1:%d%s", port, path);
    snprintf(exchange->api_url, sizeof exchange->api_url, "http://127.0.0.1:%d/api", port);
    exchange->app->token_url = exchange->token_url;
    exchange->app->api_url = exchange->api_url;
    oauth_tokens_wipe(&exchange->tokens);
    exchange->error = (Error){0};
    exchange->done = false;
    fiber_spawn("exchange", run, exchange);
    loop_run(is_done, exchange);
}

static void exchange_close(Exchange *exchange)
{
    oauth_tokens_wipe(&exchange->tokens);
    http_close(exchange->http);
    loop_close();
    scripted_stop(exchange->server);
    oauth_app_free(exchange->app);
    arena_free(exchange->arena);
    secret_free(exchange->sent);
}

START_TEST(answers_are_read_with_their_lives)
{
    static const struct {
        const char *path, *refresh;
        int64_t access_life_ms, refresh_life_ms;
    } cases[] = {
        {"/token",   "rt2", 1800000,    0         },
        {"/intuit",  "rt2", 3600000,    8726400000},
        {"/same",    NULL,  600000,     0         },
        {"/forever", NULL,  7776000000, 0         },
    };
    Exchange exchange;
    exchange_open(&exchange);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        exchange_run(&exchange, cases[i].path, refresh_in_fiber);
        ck_assert_msg(exchange.fine, "%s: %s", cases[i].path, exchange.error.text);
        ck_assert_str_eq(secret_reveal(exchange.tokens.access), "at");
        ck_assert_int_eq(exchange.tokens.access_life_ms, cases[i].access_life_ms);
        ck_assert_int_eq(exchange.tokens.refresh_life_ms, cases[i].refresh_life_ms);
        ck_assert_int_eq(exchange.tokens.refresh != NULL, cases[i].refresh != NULL);
        if (cases[i].refresh)
            ck_assert_str_eq(secret_reveal(exchange.tokens.refresh), cases[i].refresh);
    }
    ck_assert_ptr_nonnull(strstr(scripted_last_request(exchange.server), "Authorization: Basic b3VyIGFwcDpwbGFudGVk"));
    exchange_close(&exchange);
}
END_TEST

START_TEST(refusals_have_their_kind_and_tell_nothing_that_was_sent)
{
    static const struct {
        const char *path;
        ErrorKind kind;
        const char *said;
    } cases[] = {
        {"/grant",   ERROR_AUTH,      "400 invalid_grant"},
        {"/client",  ERROR_CONFIG,    "acme-client-id"   },
        {"/quoting", ERROR_TRANSIENT, "400"              },
        {"/busy",    ERROR_THROTTLED, "429"              },
        {"/down",    ERROR_TRANSIENT, "503"              }, /* whatever a dying server says of the token */
        {"/page",    ERROR_TRANSIENT, "no token"         },
        {"/empty",   ERROR_TRANSIENT, "no token"         },
        {"/broken",  ERROR_TRANSIENT, "no token"         },
        {"/blank",   ERROR_TRANSIENT, "no token"         },
    };
    Exchange exchange;
    exchange_open(&exchange);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        exchange_run(&exchange, cases[i].path, refresh_in_fiber);
        ck_assert_msg(!exchange.fine && exchange.error.kind == cases[i].kind, "%s: %s", cases[i].path,
                      exchange.error.text);
        ck_assert_msg(strstr(exchange.error.text, cases[i].said) != NULL, "%s", exchange.error.text);
        ck_assert_msg(!strstr(exchange.error.text, "planted"), "%s", exchange.error.text);
        ck_assert_ptr_null(exchange.tokens.access);
        ck_assert_ptr_null(exchange.tokens.refresh);
        if (cases[i].kind == ERROR_THROTTLED)
            ck_assert_int_eq(exchange.error.retry_after_ms, 7000);
    }
    exchange_close(&exchange);
}
END_TEST

START_TEST(organisations_are_listed_by_the_vendors_own_names)
{
    Exchange exchange;
    exchange_open(&exchange);
    exchange_run(&exchange, "/token", list_in_fiber);
    ck_assert_msg(exchange.fine, "%s", exchange.error.text);
    ck_assert_uint_eq(exchange.n_tenants, 2);
    ck_assert_str_eq(exchange.tenants[0].name, "One");
    ck_assert_str_eq(exchange.tenants[1].id, "t2");
    ck_assert_str_eq(exchange.tenants[1].name, "t2");
    exchange_close(&exchange);
}
END_TEST

SUITE("oauth", an_app_needs_its_options_and_says_which, an_app_survives_its_row_without_its_secret,
      consent_is_asked_for_with_state_and_challenge, a_challenge_is_the_hash_of_its_verifier,
      answers_are_read_with_their_lives, refusals_have_their_kind_and_tell_nothing_that_was_sent,
      organisations_are_listed_by_the_vendors_own_names)
