/* The steps of one refresh, in the order that lets any of them be the last (PROTOCOL, Tokens). */
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/token_parts.h"
#include <stdio.h>
#include <string.h>

enum { MOST_REQUESTS = 32, LEAST_MS = 1000, CONNECT_MS = 5000, LARGEST_ANSWER = 256 * 1024 };

METRIC(refreshes, "tributary_token_refreshes_total", METRIC_COUNTER, "requests for a fresh token, by their outcome");

static void count(const TokenAsk *ask, const char *outcome)
{
    char labels[120];
    snprintf(labels, sizeof labels, "source=\"%s\",outcome=\"%s\"", ask->app->source, outcome);
    metric_add(&refreshes, labels, 1);
}

/* One refresh that is under way. */
typedef struct Attempt {
    Tokens *tokens;
    const TokenAsk *ask;
    Lease lease;
    bool spare;       /* it is the spare that is sent */
    bool after_crash; /* whoever had the lease before never said how it ended */
} Attempt;

static bool send(const Attempt *attempt, OAuthTokens *got, Error *err)
{
    const Lease *lease = &attempt->lease;
    AUTO(Secret) *refresh =
        attempt->spare
            ? token_unseal(attempt->tokens, attempt->ask, "spare", lease->spare_version, lease->spare->bytes, err)
            : token_unseal(attempt->tokens, attempt->ask, "secret", lease->version, lease->secret->bytes, err);
    if (!refresh)
        return false;
    FAULT_POINT(token_before_request);
    int64_t left_ms = lease->until_ms - clock_monotonic_ms();
    if (left_ms < LEAST_MS)
        return error_set(err, ERROR_TRANSIENT, "the lease was over before the refresh could be sent");
    int64_t timeout_ms = left_ms < TOKEN_REQUEST_MS ? left_ms : TOKEN_REQUEST_MS;
    if (!oauth_refresh(attempt->tokens->http, attempt->ask->app, refresh, timeout_ms, got, err))
        return false;
    FAULT_POINT(token_after_answer);
    if (!got->refresh)
        got->refresh = TAKE(refresh);
    return true;
}

static TokenStep keep(const Attempt *attempt, OAuthTokens *got, Token *token, Error *err)
{
    Tokens *tokens = attempt->tokens;
    const TokenAsk *ask = attempt->ask;
    AUTO(Text) *access = text_new(NULL);
    FAULT_POINT(before_store);
    TokenStep step = token_store(tokens, ask, &attempt->lease, got, attempt->spare ? attempt->lease.spare->bytes : NULL,
                                 access, err);
    if (step == TOKEN_DONE) {
        FAULT_POINT(token_after_commit);
        *token = (Token){TAKE(got->access), attempt->lease.version + 1};
        token_cache_put(tokens->cache, ask->connection_id, token, got->access_life_ms);
        FAULT_POINT(token_before_cache);
        token_redis_put(tokens->cache, ask, token->version, access->bytes, got->access_life_ms);
        log_info("token refreshed", KV("connection", ask->connection_id), KV("version", token->version),
                 KV("spare", attempt->spare));
    }
    count(ask, step == TOKEN_DONE ? "refreshed" : step == TOKEN_LOST ? "late" : "failed");
    oauth_tokens_wipe(got);
    return step;
}

static TokenStep condemn(const Attempt *attempt, Error *err)
{
    char reason[sizeof err->text];
    snprintf(reason, sizeof reason,
             "%s does not take the refresh token any more (invalid_grant): the access was revoked, or lay unused for "
             "too long%s: link the connection again",
             attempt->ask->app->source,
             attempt->after_crash ? ", or the answer to an earlier refresh was lost in a crash" : "");
    *err = (Error){0};
    TokenStep step = token_condemn(attempt->tokens, attempt->ask, &attempt->lease, reason, err);
    if (step != TOKEN_DONE)
        return step;
    log_warn("connection deauthorized", KV("connection", attempt->ask->connection_id), KV("reason", reason));
    error_set(err, ERROR_AUTH, "%s", reason);
    return TOKEN_FAILED;
}

/* The vendor took neither secret nor spare, as far as they were sent. Somebody else may have refreshed meanwhile, or
 * parked a spare: the row is read again, and the lease renewed by the same statement. DONE: send the spare. */
static TokenStep after_refusal(Attempt *attempt, Error *err)
{
    AUTO(Text) *tried = attempt->spare ? TAKE(attempt->lease.spare) : NULL;
    Error failure = {0};
    count(attempt->ask, "refused");
    TokenStep step = lease_renew(attempt->tokens, attempt->ask, &attempt->lease, &failure);
    *err = failure;
    if (step != TOKEN_DONE)
        return step;
    const Text *spare = attempt->lease.spare;
    attempt->spare = spare && (!tried || strcmp(spare->bytes, tried->bytes) != 0);
    return attempt->spare ? TOKEN_DONE : condemn(attempt, err);
}

static TokenStep exchange(Attempt *attempt, Token *token, Error *err)
{
    attempt->spare = attempt->lease.refused;
    for (;;) {
        OAuthTokens got = {0};
        if (send(attempt, &got, err))
            return keep(attempt, &got, token, err);
        if (err->kind != ERROR_AUTH) {
            count(attempt->ask, "failed");
            lease_back_off(attempt->tokens, attempt->ask, &attempt->lease);
            return TOKEN_FAILED;
        }
        TokenStep step = after_refusal(attempt, err);
        if (step != TOKEN_DONE)
            return step;
    }
}

/* curl keeps the last request and answer in buffers that live as long as its handle: with the last refresh it goes, and
 * they are wiped. No connection is lost with it, since each refresh has its own. */
static bool begin(Tokens *tokens, Error *err)
{
    static const HttpOptions options = {
        .max_body = LARGEST_ANSWER,
        .connect_ms = CONNECT_MS,
        .total_ms = TOKEN_REQUEST_MS,
        .max_host_connections = MOST_REQUESTS,
        .user_agent = "tributary/" TRIBUTARY_VERSION,
    };
    while (tokens->requests >= MOST_REQUESTS)
        event_wait(&tokens->room, -1);
    tokens->requests++;
    return tokens->http || (tokens->http = http_open(&options, err));
}

static void end(Tokens *tokens)
{
    if (--tokens->requests == 0)
        http_close(TAKE(tokens->http));
    event_notify_one(&tokens->room);
}

TokenStep token_refresh(Tokens *tokens, const TokenAsk *ask, const TokenRow *row, Token *token, Error *err)
{
    Attempt attempt = {.tokens = tokens, .ask = ask, .after_crash = row->lease_owner != 0};
    TokenStep step = TOKEN_FAILED;
    if (begin(tokens, err))
        step = lease_take(tokens, ask, row->version, &attempt.lease, err);
    if (step == TOKEN_DONE)
        step = exchange(&attempt, token, err);
    lease_clear(&attempt.lease);
    end(tokens);
    return step;
}
