/*
 * Redis: hiredis on a non-blocking socket; a call waits in its fiber (or blocks outside one). Redis holds only what may
 * be lost, so a failure is never more than ERROR_TRANSIENT and each call is bounded (2 s); a lost connection is re-made at the next call,
 * at most once a second.
 */
#pragma once
#include "lib/auto.h"
#include "lib/error.h"
#include <hiredis/hiredis.h>

DEFINE_AUTO(redisReply, freeReplyObject)

typedef struct Redis Redis;

/* url: redis://[user:password@]host[:port][/db] or rediss:// (TLS). No connection is made yet; ERROR_CONFIG on a bad URL. */
Redis *redis_open(const char *url, Error *err) MUST_CHECK;
void redis_close(Redis *redis);
DEFINE_AUTO(Redis, redis_close)

/* printf-like as redisCommand (%s, %b with size_t, %lld). An error reply is ERROR_TRANSIENT too. */
redisReply *redis_command(Redis *redis, Error *err, const char *format, ...) MUST_CHECK;
/* EVALSHA, loading the script when the server does not know it. argv are keys then arguments. */
redisReply *redis_script(Redis *redis, Error *err, const char *script, int n_keys, int argc, const char *const *argv)
    MUST_CHECK;
bool redis_wait_ready(Redis *redis, const bool *stop, Error *err) MUST_CHECK; /* as pg_wait_ready */
