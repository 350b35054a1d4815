/*
 * RedisUrl: redis[s]://[[user]:password@]host[:port][/database], taken apart. User and password may be percent-encoded;
 * an IPv6 host stands in brackets. Private to lib/redis.c.
 */
#pragma once
#include "lib/error.h"
#include "lib/secret.h"

typedef struct RedisUrl {
    bool tls;
    char *host, *user, *database; /* user: NULL for the default one */
    int port;
    Secret *password; /* NULL: none */
} RedisUrl;

/* ERROR_CONFIG says what is wrong without quoting the URL. */
RedisUrl *redis_url_parse(const char *url, Error *err) MUST_CHECK;
void redis_url_free(RedisUrl *url);
DEFINE_AUTO(RedisUrl, redis_url_free)
