#include "lib/token.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/token_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 45000, POLL_MS = 200 };

void token_wipe(Token *token)
{
    secret_free(TAKE(token->secret));
    token->version = 0;
}

/* ---- Life ---- */

Tokens *tokens_open(const TokensOptions *options)
{
    Tokens *tokens = calloc(1, sizeof *tokens);
    if (!tokens)
        abort();
    tokens->options = *options;
    tokens->cache = token_cache_new(&tokens->options);
    return tokens;
}

void tokens_close(Tokens *tokens)
{
    if (!tokens)
        return;
    token_cache_free(tokens->cache);
    free(tokens);
}

/* ---- Waiting for another process ---- */

/* Until the row moves, its lease is over, or the flight's time is. One fiber polls for all that wait. */
static void watch(Tokens *tokens, Flight *flight, const TokenRow *row, int64_t deadline_ms)
{
    int64_t until_ms = clock_monotonic_ms() + row->lease_left_ms + 1;
    if (until_ms > deadline_ms)
        until_ms = deadline_ms;
    flight->version = row->version;
    flight->changed = false;
    flight->watched = true;
    for (int64_t left_ms; !flight->changed && (left_ms = until_ms - clock_monotonic_ms()) > 0;) {
        if (tokens->polling) {
            event_wait(&tokens->polled, left_ms);
            continue;
        }
        tokens->polling = true;
        fiber_sleep_ms(left_ms < POLL_MS ? left_ms : POLL_MS);
        token_poll(tokens);
        tokens->polling = false;
        event_notify_all(&tokens->polled);
    }
    flight->watched = false;
}

/* ---- One flight ---- */

static bool check_row(const TokenRow *row, Error *err)
{
    if (!row->linked)
        return error_set(err, ERROR_AUTH, "the connection is %s: link it again", row->status);
    if (!row->there)
        return error_set(err, ERROR_AUTH, "the connection has no credential: link it first");
    if (row->refused && !row->spare)
        return error_set(err, ERROR_AUTH, "the vendor has refused the refresh token: link the connection again");
    return true;
}

static bool serve(Tokens *tokens, const TokenAsk *ask, int64_t version, const char *sealed, int64_t left_ms,
                  Token *token, Error *err)
{
    token->secret = token_unseal(tokens, ask, "access", version, sealed, err);
    token->version = version;
    if (token->secret)
        token_cache_put(tokens->cache, ask->connection_id, token, left_ms);
    return token->secret != NULL;
}

/* What Redis holds is only a hint: what does not open is not there. */
static bool serve_from_redis(Tokens *tokens, const TokenAsk *ask, int64_t minimum, Token *token)
{
    int64_t version, left_ms;
    Error ignored = {0};
    AUTO(Text) *sealed = token_redis_get(tokens->cache, ask, minimum, &version, &left_ms);
    return sealed && serve(tokens, ask, version, sealed->bytes, left_ms, token, &ignored);
}

/* A flight, while it goes on. */
typedef struct Course {
    Tokens *tokens;
    const TokenAsk *ask;
    Flight *flight;
    int64_t minimum; /* the lowest version that will do */
    int64_t deadline_ms;
} Course;

static TokenStep act_on(const Course *course, const TokenRow *row, Token *token, Error *err)
{
    Tokens *tokens = course->tokens;
    const TokenAsk *ask = course->ask;
    if (!check_row(row, err))
        return TOKEN_FAILED;
    if (row->version >= course->minimum && row->access && row->left_ms > TOKEN_MARGIN_MS) {
        if (!serve(tokens, ask, row->version, row->access, row->left_ms, token, err))
            return TOKEN_FAILED;
        token_redis_put(tokens->cache, ask, row->version, row->access, row->left_ms);
        return TOKEN_DONE;
    }
    if (!FAULT_SWITCH(no_token_lease) && row->lease_left_ms > 0 &&
        row->lease_owner != tokens->options.incarnation(tokens->options.context)) {
        watch(tokens, course->flight, row, course->deadline_ms);
        return TOKEN_LOST;
    }
    return token_refresh(tokens, ask, row, token, err);
}

static bool fly(const Course *course, Token *token, Error *err)
{
    TokenStep step = TOKEN_LOST;
    if (serve_from_redis(course->tokens, course->ask, course->minimum, token))
        return true;
    while (step == TOKEN_LOST) {
        TokenRow row;
        if (clock_monotonic_ms() >= course->deadline_ms)
            return error_set(err, ERROR_TRANSIENT, "the token was in others' hands for %d s", PATIENCE_MS / 1000);
        *err = (Error){0};
        step = token_row_read(course->tokens, course->ask, &row, err) ? act_on(course, &row, token, err) : TOKEN_FAILED;
        token_row_clear(&row);
    }
    return step == TOKEN_DONE;
}

/* ---- Flights of this process ---- */

static Flight *find_flight(const Tokens *tokens, const char *connection_id)
{
    Flight *flight = tokens->flights;
    while (flight && strcmp(flight->connection_id, connection_id) != 0)
        flight = flight->next;
    return flight;
}

static void leave_flight(Flight *flight)
{
    if (--flight->users == 0)
        free(flight);
}

static Flight *take_off(Tokens *tokens, const char *connection_id)
{
    Flight *flight = calloc(1, sizeof *flight);
    if (!flight)
        abort();
    snprintf(flight->connection_id, sizeof flight->connection_id, "%s", connection_id);
    flight->users = 1;
    flight->next = tokens->flights;
    tokens->flights = flight;
    return flight;
}

static void land(Tokens *tokens, Flight *flight)
{
    Flight **place = &tokens->flights;
    while (*place != flight)
        place = &(*place)->next;
    *place = flight->next;
    flight->over = true;
    event_notify_all(&flight->landed);
}

static bool lead(Tokens *tokens, const TokenAsk *ask, int64_t minimum, Token *token, Error *err)
{
    Flight *flight = take_off(tokens, ask->connection_id);
    const Course course = {tokens, ask, flight, minimum, clock_monotonic_ms() + PATIENCE_MS};
    bool fine = flight->fine = fly(&course, token, &flight->error);
    land(tokens, flight);
    if (!fine && err)
        *err = flight->error;
    leave_flight(flight);
    return fine;
}

/* What the other fiber's flight brings is for all; so is its failure. */
static bool join(Flight *flight, Error *err)
{
    flight->users++;
    while (!flight->over)
        event_wait(&flight->landed, -1);
    bool fine = flight->fine;
    if (!fine && err)
        *err = flight->error;
    leave_flight(flight);
    return fine;
}

bool token_get(Tokens *tokens, const TokenAsk *ask, Token *token, Error *err)
{
    int64_t minimum = ask->known > ask->refused ? ask->known : ask->refused + 1;
    token_wipe(token);
    while (!token_cache_get(tokens->cache, ask, minimum, token)) {
        Flight *flight = find_flight(tokens, ask->connection_id);
        if (!flight)
            return lead(tokens, ask, minimum, token, err);
        if (!join(flight, err))
            return false;
    }
    return true;
}
