/* Tokens at hand: in the process, and sealed in Redis, which may lose them at any time. */
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/log.h"
#include "lib/token_parts.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 512, WAYS = 4, REST_MS = 5000, LARGEST_SEALED = 64 * 1024 };

typedef struct Known {
    char connection_id[TOKEN_ID_SIZE];
    Token token; /* secret NULL: free */
    int64_t until_ms;
} Known;

struct TokenCache {
    const TokensOptions *options;
    Known known[SETS][WAYS];
    int64_t rest_until_ms; /* a Redis that does not answer is left alone for a moment */
};

TokenCache *token_cache_new(const TokensOptions *options)
{
    TokenCache *cache = calloc(1, sizeof *cache);
    if (!cache)
        abort();
    cache->options = options;
    return cache;
}

void token_cache_free(TokenCache *cache)
{
    for (int i = 0; cache && i < SETS; i++)
        for (int k = 0; k < WAYS; k++)
            token_wipe(&cache->known[i][k].token);
    free(cache);
}

/* ---- The process ---- */

static Known *set_of(TokenCache *cache, const char *connection_id)
{
    return cache->known[(uint64_t)crypto_hash64(connection_id, strlen(connection_id)) % SETS];
}

bool token_cache_get(TokenCache *cache, const TokenAsk *ask, int64_t minimum, Token *token)
{
    Known *set = set_of(cache, ask->connection_id);
    for (int i = 0; i < WAYS; i++) {
        Known *known = &set[i];
        if (!known->token.secret || strcmp(known->connection_id, ask->connection_id) != 0)
            continue;
        if (known->token.version < minimum || known->until_ms <= clock_monotonic_ms()) {
            token_wipe(&known->token);
            return false;
        }
        *token = (Token){secret_new(secret_reveal(known->token.secret), secret_length(known->token.secret)),
                         known->token.version};
        return true;
    }
    return false;
}

/* Its own place, a free one, or that of the one that ends first. */
static Known *place_for(Known *set, const char *connection_id)
{
    Known *place = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].token.secret && strcmp(set[i].connection_id, connection_id) == 0)
            return &set[i];
        if (place->token.secret && (!set[i].token.secret || set[i].until_ms < place->until_ms))
            place = &set[i];
    }
    return place;
}

void token_cache_put(TokenCache *cache, const char *connection_id, const Token *token, int64_t left_ms)
{
    Known *place = place_for(set_of(cache, connection_id), connection_id);
    token_wipe(&place->token);
    snprintf(place->connection_id, sizeof place->connection_id, "%s", connection_id);
    place->token = (Token){secret_new(secret_reveal(token->secret), secret_length(token->secret)), token->version};
    place->until_ms = clock_monotonic_ms() + left_ms - TOKEN_MARGIN_MS;
}

/* ---- Redis ---- */

static const char get_script[] = "local held = redis.call('HMGET', KEYS[1], 'version', 'sealed') "
                                 "return {held[1] or '', held[2] or '', redis.call('PTTL', KEYS[1])}";

/* Only if newer: who was slow must not put back what was replaced. */
static const char put_script[] = "local held = redis.call('HGET', KEYS[1], 'version') "
                                 "if held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end "
                                 "redis.call('HSET', KEYS[1], 'version', ARGV[1], 'sealed', ARGV[2]) "
                                 "redis.call('PEXPIRE', KEYS[1], ARGV[3]) "
                                 "return 1";

static redisReply *call(TokenCache *cache, const char *script, int argc, const char *const *argv)
{
    if (!cache->options->redis || clock_monotonic_ms() < cache->rest_until_ms)
        return NULL;
    Error err = {0};
    redisReply *reply = redis_script(cache->options->redis, &err, script, 1, argc, argv);
    if (!reply) {
        cache->rest_until_ms = clock_monotonic_ms() + REST_MS;
        log_warn("Redis does not answer: tokens are read from Postgres", KV_ERROR(&err));
    }
    return reply;
}

static const char *key_of(const TokenCache *cache, const TokenAsk *ask, char key[160])
{
    snprintf(key, 160, "tributary:%.60s:token:%s", cache->options->environment, ask->connection_id);
    return key;
}

Text *token_redis_get(TokenCache *cache, const TokenAsk *ask, int64_t minimum, int64_t *version, int64_t *left_ms)
{
    char key[160];
    const char *const argv[] = {key_of(cache, ask, key)};
    AUTO(redisReply) *reply = call(cache, get_script, 1, argv);
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
        return NULL;
    const redisReply *held = reply->element[0], *sealed = reply->element[1], *ttl = reply->element[2];
    if (held->type != REDIS_REPLY_STRING || sealed->type != REDIS_REPLY_STRING || ttl->type != REDIS_REPLY_INTEGER)
        return NULL;
    *version = atoll(held->str);
    *left_ms = ttl->integer + TOKEN_MARGIN_MS;
    return *version >= minimum && *version > 0 && ttl->integer > 0 && sealed->len <= LARGEST_SEALED
               ? text_new(sealed->str)
               : NULL;
}

void token_redis_put(TokenCache *cache, const TokenAsk *ask, int64_t version, const char *sealed, int64_t left_ms)
{
    char key[160], version_text[24], life_text[24];
    if (left_ms <= TOKEN_MARGIN_MS)
        return;
    snprintf(version_text, sizeof version_text, "%" PRId64, version);
    snprintf(life_text, sizeof life_text, "%" PRId64, left_ms - TOKEN_MARGIN_MS);
    const char *const argv[] = {key_of(cache, ask, key), version_text, sealed, life_text};
    freeReplyObject(call(cache, put_script, (int)COUNT_OF(argv), argv));
}
