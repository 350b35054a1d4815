/*
 * token-caller: one worker of a fleet, as far as its tokens go. Lines of standard input:
 *
 *     company connection url tenant    a connection: what a call asks, and its xero-tenant-id ("-": none)
 *     round                            every connection makes one call, all at once, as a slice would: the current
 *                                      token, and after a 401 one refresh and one retry
 *
 * A round is answered by a line "ok retried failed", and the first failure's text after it.
 */
#include "lib/fiber.h"
#include "lib/log.h"
#include "lib/program.h"
#include "lib/token.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CALL_MS = 30000, HTTP_CONNECTIONS = 16, POOL = 6 };

static const Option options[] = {
    {"source",    "xero",        "in the texts of errors",           OPTION_TEXT    },
    {"token-url", NULL,          "where tokens are refreshed",       OPTION_TEXT    },
    {"client-id", "sandbox-app", "the app's id at the vendor",       OPTION_TEXT    },
    {"idle-life", "60d",         "of a refresh token",               OPTION_DURATION},
    {"grace",     "30m",         "of a refresh token that was used", OPTION_DURATION},
};

static const char app_secret[] = "sandbox-secret"; /* of sandbox-app */

typedef struct Client {
    char company_id[40], connection_id[40], url[300], tenant[60];
} Client;

static struct {
    Program program;
    Error error;
    PgPool *pool;
    Vault *vault;
    Redis *redis;
    Http *http;
    Tokens *tokens;
    OAuthApp app;
    int64_t incarnation;
    Client *clients;
    int n_clients, running, ok, retried, failed;
    char first[400];
    Event ended;
    bool over;
} caller;

static int64_t incarnation(void *context)
{
    (void)context;
    return caller.incarnation;
}

/* ---- Calls ---- */

static int ask_vendor(const Client *client, const Token *token, Error *err)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const char *const headers[] = {"Accept: application/json",
                                   arena_format(arena, "xero-tenant-id: %s", client->tenant)};
    const HttpRequest request = {
        .url = client->url, .headers = headers, .n_headers = COUNT_OF(headers), .bearer = token->secret};
    HttpResponse response;
    return http_send(caller.http, &request, arena, &response, err) ? response.status : 0;
}

static bool call(const Client *client, Token *token, bool *retried, Error *err)
{
    TokenAsk ask = {.company_id = client->company_id, .connection_id = client->connection_id, .app = &caller.app};
    int status = 401;
    for (int tried = 0; tried < 2 && status == 401; tried++) {
        *retried = tried > 0;
        if (!token_get(caller.tokens, &ask, token, err))
            return false;
        status = ask_vendor(client, token, err);
        ask.refused = token->version;
    }
    if (status == 401)
        return error_set(err, ERROR_AUTH, "a fresh token is refused");
    return status == 200 || (status > 0 && error_set(err, ERROR_DATA, "%s answers %d", client->url, status));
}

static void run_client(void *argument)
{
    const Client *client = argument;
    Error err = {0};
    Token token = {0};
    bool retried = false;
    if (call(client, &token, &retried, &err)) {
        caller.ok++;
        caller.retried += retried;
    } else if (caller.failed++ == 0) {
        snprintf(caller.first, sizeof caller.first, "%s %s", client->connection_id, err.text);
    }
    token_wipe(&token);
    caller.running--;
    event_notify_all(&caller.ended);
}

static void run_round(void)
{
    caller.ok = caller.retried = caller.failed = 0;
    caller.first[0] = 0;
    caller.running = caller.n_clients;
    for (int i = 0; i < caller.n_clients; i++)
        fiber_spawn("client", run_client, &caller.clients[i]);
    while (caller.running > 0)
        event_wait(&caller.ended, -1);
    printf("%d %d %d %s\n", caller.ok, caller.retried, caller.failed, caller.first);
    fflush(stdout);
}

/* ---- Standard input ---- */

static void obey(const char *line)
{
    Client client = {0};
    if (strcmp(line, "round") == 0) {
        run_round();
    } else if (sscanf(line, "%39s %39s %299s %59s", client.company_id, client.connection_id, client.url,
                      client.tenant) == 4) {
        caller.clients = realloc(caller.clients, (size_t)(caller.n_clients + 1) * sizeof client);
        caller.clients[caller.n_clients++] = client;
    }
}

static void read_lines(void)
{
    AUTO(Text) *input = text_new(NULL);
    char bytes[4096];
    while (fiber_wait_fd(STDIN_FILENO, POLLIN, -1) == WAIT_READY) {
        ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
        if (n <= 0)
            return;
        text_add(input, bytes, (size_t)n);
        for (char *end; (end = strchr(input->bytes, '\n'));) {
            *end = 0;
            obey(input->bytes);
            AUTO(Text) *rest = text_new(end + 1);
            text_set(input, rest->bytes);
        }
    }
}

/* ---- Life ---- */

static bool enrol(Error *err)
{
    Pg *pg = pg_take(caller.pool, err);
    AUTO(PGresult) *row = pg ? pg_query(pg, err,
                                        "insert into control.worker (program, host, pid) values ('token-caller', "
                                        "'test', $1) returning incarnation",
                                        PG_PARAMS(PG_INT(getpid())))
                             : NULL;
    pg_give(caller.pool, pg);
    if (row)
        caller.incarnation = pg_integer(row, 0, "incarnation");
    return row != NULL;
}

static bool start(Error *err)
{
    const Config *config = caller.program.config;
    caller.app = (OAuthApp){
        .source = config_text(config, "source"),
        .token_url = config_text(config, "token-url"),
        .client_id = config_text(config, "client-id"),
        .client_secret = secret_new(app_secret, strlen(app_secret)),
        .rules = {.idle_life_ms = config_integer(config, "idle-life"), .grace_ms = config_integer(config, "grace")}
    };
    caller.pool = pg_pool_new(config_text(config, "postgres"), "token-caller", POOL);
    caller.vault = vault_open(config, caller.pool, err);
    if (!caller.vault || !enrol(err) || !(caller.redis = redis_open(config_text(config, "redis"), err)))
        return false;
    caller.http = http_open(&(HttpOptions){.max_body = 32 << 20,
                                           .connect_ms = 5000,
                                           .total_ms = CALL_MS,
                                           .max_host_connections = HTTP_CONNECTIONS,
                                           .user_agent = "token-caller"},
                            err);
    caller.tokens = tokens_open(&(TokensOptions){.environment = caller.program.environment,
                                                 .pool = caller.pool,
                                                 .vault = caller.vault,
                                                 .redis = caller.redis,
                                                 .incarnation = incarnation});
    return caller.http != NULL;
}

static void live(void *argument)
{
    (void)argument;
    if (start(&caller.error))
        read_lines();
    tokens_close(caller.tokens);
    http_close(caller.http);
    redis_close(caller.redis);
    vault_close(caller.vault);
    pg_pool_free(caller.pool);
    secret_free(caller.app.client_secret);
    free(caller.clients);
    caller.over = true;
}

static bool is_over(void *context)
{
    (void)context;
    return caller.over || caller.program.stopping;
}

int main(int argc, char **argv)
{
    const OptionGroup groups[] = {
        {config_common, n_config_common  },
        {options,       COUNT_OF(options)},
    };
    const ConfigProgram description = {.name = "token-caller",
                                       .summary = "calls with tokens that others refresh too",
                                       .usage = "[options]",
                                       .groups = groups,
                                       .n_groups = COUNT_OF(groups)};
    loop_open();
    if (program_start(&caller.program, &description, argc, argv, &caller.error)) {
        fiber_spawn("live", live, NULL);
        loop_run(is_over, NULL);
    }
    loop_close();
    return program_end(&caller.program, &caller.error);
}
