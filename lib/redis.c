#include "lib/redis.h"
#include "lib/backoff.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/redis_url.h"
#include "lib/text.h"
#include <errno.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

DEFINE_AUTO(redisContext, redisFree)

enum { CALL_MS = 2000, RECONNECT_MS = 1000 };

struct Redis {
    RedisUrl *url;
    SSL_CTX *tls;          /* NULL without TLS */
    redisContext *context; /* NULL while not connected */
    int64_t next_attempt_ms;
    bool busy;  /* one conversation at a time ... */
    Event idle; /* ... the others wait here */
};

/* The system's certificate authorities, or SSL_CERT_FILE's. */
static SSL_CTX *trust(Error *err)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    if (tls && SSL_CTX_set_default_verify_paths(tls) == 1) {
        SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
        return tls;
    }
    SSL_CTX_free(tls);
    error_set(err, ERROR_CONFIG, "redis TLS: OpenSSL cannot be set up");
    return NULL;
}

Redis *redis_open(const char *url, Error *err)
{
    AUTO(Redis) *redis = calloc(1, sizeof *redis);
    if (!redis)
        abort();
    redis->url = redis_url_parse(url, err);
    if (!redis->url)
        return NULL;
    if (redis->url->tls && !(redis->tls = trust(err)))
        return NULL;
    return TAKE(redis);
}

void redis_close(Redis *redis)
{
    if (!redis)
        return;
    redisFree(redis->context);
    SSL_CTX_free(redis->tls);
    redis_url_free(redis->url);
    free(redis);
}

static bool wait_fd(redisContext *context, short events, int64_t deadline, Error *err)
{
    int64_t left = deadline - clock_monotonic_ms();
    if (left > 0 && fiber_wait_fd(context->fd, events, left) == WAIT_READY)
        return true;
    return error_set(err, ERROR_TRANSIENT, "redis: no answer within %d ms", CALL_MS);
}

static bool broken(const redisContext *context, Error *err)
{
    return error_set(err, ERROR_TRANSIENT, "redis: %s", context->err ? context->errstr : "connection lost");
}

/* Sends what is formatted and reads one reply. A failure leaves the conversation at an unknown place. */
static redisReply *converse(redisContext *context, const char *command, size_t length, int64_t deadline, Error *err)
{
    if (redisAppendFormattedCommand(context, command, length) != REDIS_OK) {
        broken(context, err);
        return NULL;
    }
    for (int sent = 0; !sent;) {
        if (redisBufferWrite(context, &sent) != REDIS_OK) {
            broken(context, err);
            return NULL;
        }
        if (!sent && !wait_fd(context, POLLIN | POLLOUT, deadline, err))
            return NULL;
    }
    void *reply = NULL;
    while (redisGetReplyFromReader(context, &reply) == REDIS_OK) {
        if (reply)
            return reply;
        if (!wait_fd(context, POLLIN, deadline, err))
            return NULL;
        if (redisBufferRead(context) != REDIS_OK)
            break;
    }
    broken(context, err);
    return NULL;
}

/* Part of making a connection: AUTH, SELECT. The command may hold the password, so only its name is told. */
static bool introduce(redisContext *context, int argc, const char **argv, int64_t deadline, Error *err)
{
    char *command = NULL;
    long long length = redisFormatCommandArgv(&command, argc, argv, NULL);
    if (length < 0)
        abort();
    AUTO(redisReply) *reply = converse(context, command, (size_t)length, deadline, err);
    secret_wipe(command, (size_t)length);
    redisFreeCommand(command);
    if (reply && reply->type == REDIS_REPLY_ERROR)
        error_set(err, ERROR_TRANSIENT, "redis: %s", reply->str);
    return reply && reply->type != REDIS_REPLY_ERROR;
}

static bool greet(Redis *redis, redisContext *context, int64_t deadline, Error *err)
{
    const RedisUrl *url = redis->url;
    if (url->password) {
        const char *with_user[] = {"AUTH", url->user, secret_reveal(url->password)};
        const char *alone[] = {"AUTH", secret_reveal(url->password)};
        if (!introduce(context, url->user ? 3 : 2, url->user ? with_user : alone, deadline, err))
            return error_wrap(err, "AUTH");
    }
    const char *select[] = {"SELECT", url->database};
    return strcmp(url->database, "0") == 0 || introduce(context, 2, select, deadline, err);
}

/* hiredis' own set-up does not check that the certificate is the host's. */
static bool start_tls(Redis *redis, redisContext *context, Error *err)
{
    SSL *ssl = SSL_new(redis->tls);
    if (!ssl || SSL_set_tlsext_host_name(ssl, redis->url->host) != 1 || SSL_set1_host(ssl, redis->url->host) != 1) {
        SSL_free(ssl);
        return error_set(err, ERROR_TRANSIENT, "redis TLS: OpenSSL cannot be set up");
    }
    return redisInitiateSSL(context, ssl) == REDIS_OK || broken(context, err);
}

static bool connect_socket(Redis *redis, redisContext *context, int64_t deadline, Error *err)
{
    int failure = 0;
    socklen_t size = sizeof failure;
    if (context->err)
        return broken(context, err);
    if (!wait_fd(context, POLLOUT, deadline, err))
        return false;
    if (getsockopt(context->fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0 || failure)
        return error_set(err, ERROR_TRANSIENT, "redis: %s", strerror(failure ? failure : errno));
    redisEnableKeepAlive(context);
    redisSetTcpUserTimeout(context, CALL_MS);
    return !redis->tls || start_tls(redis, context, err);
}

static bool reconnect(Redis *redis, int64_t deadline, Error *err)
{
    int64_t now = clock_monotonic_ms();
    if (now < redis->next_attempt_ms)
        return error_set(err, ERROR_TRANSIENT, "redis: not connected");
    redis->next_attempt_ms = now + RECONNECT_MS;
    redisOptions options = {.options = REDIS_OPT_NONBLOCK};
    REDIS_OPTIONS_SET_TCP(&options, redis->url->host, redis->url->port);
    AUTO(redisContext) *context = redisConnectWithOptions(&options);
    if (!context)
        abort();
    if (!connect_socket(redis, context, deadline, err) || !greet(redis, context, deadline, err))
        return false;
    redis->context = TAKE(context);
    return true;
}

static bool take_turn(Redis *redis, int64_t deadline, Error *err)
{
    while (redis->busy) {
        int64_t left = deadline - clock_monotonic_ms();
        if (left <= 0 || event_wait(&redis->idle, left) != WAIT_READY)
            return error_set(err, ERROR_TRANSIENT, "redis: the connection was busy for %d ms", CALL_MS);
    }
    redis->busy = true;
    return true;
}

static redisReply *call(Redis *redis, const char *command, size_t length, Error *err)
{
    int64_t deadline = clock_monotonic_ms() + CALL_MS;
    if (!take_turn(redis, deadline, err))
        return NULL;
    redisReply *reply = NULL;
    if (redis->context || reconnect(redis, deadline, err)) {
        reply = converse(redis->context, command, length, deadline, err);
        if (!reply)
            redisFree(TAKE(redis->context));
    }
    redis->busy = false;
    event_notify_one(&redis->idle);
    return reply;
}

/* An error reply becomes an Error. */
static redisReply *checked(redisReply *reply, Error *err)
{
    if (!reply || reply->type != REDIS_REPLY_ERROR)
        return reply;
    error_set(err, ERROR_TRANSIENT, "redis: %s", reply->str);
    freeReplyObject(reply);
    return NULL;
}

redisReply *redis_command(Redis *redis, Error *err, const char *format, ...)
{
    va_list arguments;
    char *command = NULL;
    va_start(arguments, format);
    int length = redisvFormatCommand(&command, format, arguments);
    va_end(arguments);
    if (length < 0) {
        error_set(err, ERROR_INTERNAL, "redis: bad format %s", format);
        return NULL;
    }
    redisReply *reply = call(redis, command, (size_t)length, err);
    redisFreeCommand(command);
    return checked(reply, err);
}

/* `verb` script n_keys argv… */
static redisReply *evaluate(Redis *redis, Error *err, const char *verb, const char *script, int n_keys, int argc,
                            const char *const *argv)
{
    char keys[12];
    snprintf(keys, sizeof keys, "%d", n_keys);
    const char *all[3 + argc];
    all[0] = verb;
    all[1] = script;
    all[2] = keys;
    memcpy(all + 3, argv, (size_t)argc * sizeof *argv);
    char *command = NULL;
    long long length = redisFormatCommandArgv(&command, 3 + argc, all, NULL);
    if (length < 0)
        abort();
    redisReply *reply = call(redis, command, (size_t)length, err);
    redisFreeCommand(command);
    return reply;
}

redisReply *redis_script(Redis *redis, Error *err, const char *script, int n_keys, int argc, const char *const *argv)
{
    unsigned char hash[SHA_DIGEST_LENGTH];
    char name[2 * SHA_DIGEST_LENGTH + 1];
    SHA1((const unsigned char *)script, strlen(script), hash);
    text_hex(name, hash, sizeof hash);
    redisReply *reply = evaluate(redis, err, "EVALSHA", name, n_keys, argc, argv);
    if (reply && reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOSCRIPT", 8) == 0) {
        freeReplyObject(reply);
        reply = evaluate(redis, err, "EVAL", script, n_keys, argc, argv);
    }
    return checked(reply, err);
}

bool redis_wait_ready(Redis *redis, const bool *stop, Error *err)
{
    char address[160];
    snprintf(address, sizeof address, "%s:%d", redis->url->host, redis->url->port);
    Backoff backoff = {0};
    for (;;) {
        redis->next_attempt_ms = 0; /* the waiting is done here */
        AUTO(redisReply) *pong = redis_command(redis, err, "PING");
        if (pong)
            return true;
        if (!backoff_retry(&backoff, "redis", address, stop, err))
            return false;
    }
}
