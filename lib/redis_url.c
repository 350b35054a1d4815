#include "lib/redis_url.h"
#include "lib/text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_PORT = 6379, PART_SIZE = 512 };

void redis_url_free(RedisUrl *url)
{
    if (!url)
        return;
    free(url->host);
    free(url->user);
    free(url->database);
    secret_free(url->password);
    free(url);
}

static char *copy(const char *bytes, size_t length)
{
    char *text = strndup(bytes, length);
    if (!text)
        abort();
    return text;
}

/* False: too long, or a '%' without two digits. */
static bool decode(char out[PART_SIZE], const char *bytes, size_t length)
{
    size_t n = 0;
    if (length >= PART_SIZE)
        return false;
    for (size_t i = 0; i < length; i++) {
        char pair[3] = {0};
        if (bytes[i] != '%') {
            out[n++] = bytes[i];
            continue;
        }
        if (i + 2 >= length || !isxdigit((unsigned char)bytes[i + 1]) || !isxdigit((unsigned char)bytes[i + 2]))
            return false;
        memcpy(pair, bytes + i + 1, 2);
        out[n++] = (char)strtol(pair, NULL, 16);
        i += 2;
    }
    out[n] = 0;
    return true;
}

static bool read_login(RedisUrl *url, const char *bytes, size_t length, Error *err)
{
    char part[PART_SIZE];
    const char *colon = memchr(bytes, ':', length);
    if (!colon || !decode(part, bytes, (size_t)(colon - bytes)))
        return error_set(err, ERROR_CONFIG, "redis URL: what stands before the @ must be user:password or :password");
    if (*part)
        url->user = copy(part, strlen(part));
    bool fine = decode(part, colon + 1, length - (size_t)(colon + 1 - bytes));
    if (fine)
        url->password = secret_new(part, strlen(part));
    secret_wipe(part, sizeof part);
    return fine || error_set(err, ERROR_CONFIG, "redis URL: the password is too long or badly percent-encoded");
}

static bool read_number(const char *bytes, size_t length, long limit, long *number)
{
    char *end = NULL;
    if (length == 0 || length > 5 || !isdigit((unsigned char)*bytes))
        return false;
    *number = strtol(bytes, &end, 10);
    return end == bytes + length && *number <= limit;
}

static bool read_host(RedisUrl *url, const char *bytes, size_t length, Error *err)
{
    bool bracketed = length > 0 && bytes[0] == '[';
    const char *end = bracketed ? memchr(bytes, ']', length) : memchr(bytes, ':', length);
    if (bracketed && !end)
        return error_set(err, ERROR_CONFIG, "redis URL: '[' without ']'");
    size_t host = end ? (size_t)(end - bytes) : length;
    size_t used = bracketed ? host + 1 : host;
    long port = DEFAULT_PORT;
    if (used < length && (bytes[used] != ':' || !read_number(bytes + used + 1, length - used - 1, 65535, &port)))
        return error_set(err, ERROR_CONFIG, "redis URL: the port is not a number up to 65535");
    url->port = (int)port;
    url->host = bracketed ? copy(bytes + 1, host - 1) : copy(bytes, host);
    return *url->host || error_set(err, ERROR_CONFIG, "redis URL: no host");
}

RedisUrl *redis_url_parse(const char *text, Error *err)
{
    AUTO(RedisUrl) *url = calloc(1, sizeof *url);
    if (!url)
        abort();
    url->tls = text_starts_with(text, "rediss://");
    if (!url->tls && !text_starts_with(text, "redis://")) {
        error_set(err, ERROR_CONFIG, "redis URL: it must start with redis:// or rediss://");
        return NULL;
    }
    const char *rest = strstr(text, "://") + 3;
    size_t length = strcspn(rest, "/");
    const char *at = memrchr(rest, '@', length);
    if (at && !read_login(url, rest, (size_t)(at - rest), err))
        return NULL;
    const char *host = at ? at + 1 : rest;
    if (!read_host(url, host, length - (size_t)(host - rest), err))
        return NULL;
    const char *database = rest[length] == '/' ? rest + length + 1 : "";
    long number = 0;
    if (*database && !read_number(database, strlen(database), 65535, &number)) {
        error_set(err, ERROR_CONFIG, "redis URL: the database after the / is not a number");
        return NULL;
    }
    url->database = copy(*database ? database : "0", *database ? strlen(database) : 1);
    return TAKE(url);
}
