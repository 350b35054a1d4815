/*
 * Token's own parts: token.c (who waits for whom), token_refresh.c (the steps of a refresh), token_row.c (the row in
 * Postgres), token_cache.c (process and Redis). Nobody else includes this.
 */
#pragma once
#include "lib/fiber.h"
#include "lib/token.h"

enum {
    TOKEN_LEASE_MS = 30000,
    TOKEN_REQUEST_MS = 20000, /* of the refresh, well under the lease */
    TOKEN_MARGIN_MS = 60000,  /* a token that ends sooner is not given out */
    TOKEN_ID_SIZE = 37,
};

typedef struct TokenCache TokenCache;

/* One refresh, or reading, of one connection's token in this process; the others wait for it. */
typedef struct Flight {
    char connection_id[TOKEN_ID_SIZE];
    int users; /* who leads and who waits */
    bool over, fine;
    Error error;
    Event landed;
    bool watched, changed; /* another process refreshes, and has done */
    int64_t version;       /* while watched: what it was */
    struct Flight *next;
} Flight;

struct Tokens {
    TokensOptions options;
    Http *http; /* while refreshes are under way */
    TokenCache *cache;
    Flight *flights;
    int requests; /* refreshes under way, bounded: they would outlive their leases in a queue */
    Event room;
    bool polling; /* a fiber looks for all who watch */
    Event polled;
};

/* ---- token_row.c ---- */

/* What the row says. Texts are the row's own (PQclear). */
typedef struct TokenRow {
    PGresult *result;
    bool linked, there, refused, spare;
    const char *status, *access; /* access NULL: none */
    int64_t version, left_ms, lease_owner, lease_left_ms;
} TokenRow;
void token_row_clear(TokenRow *row);
bool token_row_read(const Tokens *tokens, const TokenAsk *ask, TokenRow *row, Error *err) MUST_CHECK;

/* FAILED: Postgres does not answer. LOST: the row is somebody else's, or not what it was. */
typedef enum TokenStep { TOKEN_FAILED, TOKEN_LOST, TOKEN_DONE } TokenStep;

typedef struct Lease {
    int64_t version, owner;
    int64_t until_ms;     /* monotonic, not later than the row's */
    bool refused;         /* `secret` was refused before */
    Text *secret, *spare; /* sealed; spare NULL: none */
    int64_t spare_version;
} Lease;
void lease_clear(Lease *lease);
/* Take: from whoever let it run out. Renew: only while it is ours. Both read the tokens. */
TokenStep lease_take(const Tokens *tokens, const TokenAsk *ask, int64_t version, Lease *lease, Error *err);
TokenStep lease_renew(const Tokens *tokens, const TokenAsk *ask, Lease *lease, Error *err);
/* A refresh that failed: nobody tries again for a moment. */
void lease_back_off(const Tokens *tokens, const TokenAsk *ask, const Lease *lease);

/* "secret", "access" or "spare" of a version. */
Secret *token_unseal(const Tokens *tokens, const TokenAsk *ask, const char *field, int64_t version, const char *sealed,
                     Error *err);

/* Stores what a refresh brought, as the version after the lease's; `used_spare`, the
 * sealed one that was sent (or NULL), is erased. `access` becomes the sealed access token. LOST: it
 * may not, and what it brought is parked as the spare. Patient: without Postgres it waits, because what it holds is
 * nowhere else. */
TokenStep token_store(const Tokens *tokens, const TokenAsk *ask, const Lease *lease, const OAuthTokens *got,
                      const char *used_spare, Text *access, Error *err);
/* The vendor took neither: Deauthorized for `reason`, if it is still ours to say. */
TokenStep token_condemn(const Tokens *tokens, const TokenAsk *ask, const Lease *lease, const char *reason, Error *err);

/* Marks the flights that watch and whose row has moved or is free. */
void token_poll(const Tokens *tokens);

/* ---- token_refresh.c ---- */

/* DONE: `token` is there. LOST: look at the row again. */
TokenStep token_refresh(Tokens *tokens, const TokenAsk *ask, const TokenRow *row, Token *token, Error *err);

/* ---- token_cache.c ---- */

TokenCache *token_cache_new(const TokensOptions *options);
void token_cache_free(TokenCache *cache);
/* The process's own; false when there is none of that version or a later one. */
bool token_cache_get(TokenCache *cache, const TokenAsk *ask, int64_t minimum, Token *token);
void token_cache_put(TokenCache *cache, const char *connection_id, const Token *token, int64_t left_ms);
/* Redis: the sealed text, of that version or a later one, and how long it is good for. NULL: none, or no Redis now. */
Text *token_redis_get(TokenCache *cache, const TokenAsk *ask, int64_t minimum, int64_t *version, int64_t *left_ms);
void token_redis_put(TokenCache *cache, const TokenAsk *ask, int64_t version, const char *sealed, int64_t left_ms);
