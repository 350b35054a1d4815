/*
 * Token: access tokens of connections whose source rotates them, for every process that needs one (PROTOCOL, Tokens).
 * However many ask at once, a token that ended is refreshed once: one flight a connection in a process, one committed
 * lease in the credential's row among processes, no lock held across the network. A refreshed token is in the database
 * before anybody uses it; Redis only spares reads.
 *
 * Calls wait in their fiber. One service a process.
 */
#pragma once
#include "lib/oauth.h"
#include "lib/redis.h"
#include "lib/vault.h"

typedef struct Tokens Tokens;

/* All borrowed. */
typedef struct TokensOptions {
    const char *environment; /* in Redis's keys */
    PgPool *pool;
    Vault *vault;
    Redis *redis;                          /* NULL: none */
    int64_t (*incarnation)(void *context); /* who holds this process's leases */
    void *context;
} TokensOptions;

Tokens *tokens_open(const TokensOptions *options); /* never NULL */
/* Wipes what is known. Nobody may be asking any more. In a fiber, or outside loop_run(). */
void tokens_close(Tokens *tokens);
DEFINE_AUTO(Tokens, tokens_close)

typedef struct TokenAsk {
    const char *company_id, *connection_id;
    const OAuthApp *app;
    int64_t known;   /* the credential's version as the caller has seen it: an older token will not do; 0: not seen */
    int64_t refused; /* the version whose token the vendor has just refused; 0: none */
} TokenAsk;

typedef struct Token {
    Secret *secret;  /* owned by who asked */
    int64_t version; /* to be named when the vendor refuses it */
} Token;
void token_wipe(Token *token); /* {0} is fine */

/* A token that is good for a minute at least, as far as the vendor has said. ERROR_AUTH: the connection is not Linked,
 * or the vendor has just refused to refresh it, and it is Deauthorized now for the reason in the text. ERROR_TRANSIENT,
 * ERROR_THROTTLED: vendor or Postgres do not answer, or whoever refreshes takes too long. ERROR_CONFIG: the vendor does
 * not take our app. `token` is wiped first. */
bool token_get(Tokens *tokens, const TokenAsk *ask, Token *token, Error *err) MUST_CHECK;

/* A new credential for a connection, given by a person: `refresh`, or what an exchange brought. Replaces the old one
 * and makes the connection Linked, in one transaction. `refresh_by_ms`: when, from now, it is refreshed if nobody has
 * used it; 0: never. False with ERROR_LOST when it changed meanwhile: try again. */
bool token_link(PgPool *pool, Vault *vault, const char *company_id, const char *connection_id, const OAuthTokens *given,
                int64_t refresh_by_ms, Error *err) MUST_CHECK;

/* After this part of its idle life a refresh token is used for its own sake. */
int64_t token_refresh_by_ms(const OAuth *rules, int64_t told_life_ms);
