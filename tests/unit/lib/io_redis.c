#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include "lib/redis.h"
#include "lib/redis_url.h"
#include "tests/support/suite.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Addresses ---- */

START_TEST(a_url_is_taken_apart)
{
    Error err = {0};
    AUTO(RedisUrl) *plain = redis_url_parse("redis://cache", &err);
    ck_assert(plain && !plain->tls && !plain->user && !plain->password);
    ck_assert_str_eq(plain->host, "cache");
    ck_assert_int_eq(plain->port, 6379);
    ck_assert_str_eq(plain->database, "0");

    AUTO(RedisUrl) *full = redis_url_parse("rediss://me:p%40ss%3Aw@[::1]:7000/12", &err);
    ck_assert(full && full->tls);
    ck_assert_str_eq(full->user, "me");
    ck_assert_str_eq(secret_reveal(full->password), "p@ss:w");
    ck_assert_str_eq(full->host, "::1");
    ck_assert_int_eq(full->port, 7000);
    ck_assert_str_eq(full->database, "12");

    AUTO(RedisUrl) *alone = redis_url_parse("redis://:word@host:1/", &err);
    ck_assert(alone && !alone->user);
    ck_assert_str_eq(secret_reveal(alone->password), "word");
}
END_TEST

START_TEST(a_bad_url_is_refused_without_showing_it)
{
    static const char *const bad[] = {
        "http://secret:secret@host",  "redis://secret@host",       "redis://u:secret@",       "redis://u:secret@h:port",
        "redis://u:secret@h:65536",   "redis://u:secret@h/secret", "redis://u:secret%zz@h",   "redis://u:secret@[::1",
        "redis://u:secret@[::1]6379", "redis://u:secret@h:",       "redis://u:secret@h:-1/0",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Error err = {0};
        Redis *redis = redis_open(bad[i], &err);
        ck_assert_msg(!redis && err.kind == ERROR_CONFIG, "%s", bad[i]);
        ck_assert_msg(!strstr(err.text, "secret"), "%s", err.text);
    }
}
END_TEST

/* ---- A scripted server: what it reads does not matter, each answer waits for one command ---- */

typedef struct Server {
    const char *const *answers; /* per connection, ended by NULL: then it closes. "" is silence. */
    int n_connections, listener, port;
    pthread_t thread;
    char heard[1024]; /* all that was received, NULs as given */
} Server;

static bool hear(Server *server, int fd)
{
    size_t length = strlen(server->heard);
    ssize_t got = read(fd, server->heard + length, sizeof server->heard - length - 1);
    if (got > 0)
        server->heard[length + (size_t)got] = 0;
    return got > 0;
}

static void *serve(void *argument)
{
    Server *server = argument;
    const char *const *answer = server->answers;
    for (int i = 0; i < server->n_connections; i++, answer++) {
        int fd = accept(server->listener, NULL, NULL);
        for (; *answer && hear(server, fd); answer++)
            if (write(fd, *answer, strlen(*answer)) < 0)
                break;
        while (*answer)
            answer++;
        close(fd);
    }
    return NULL;
}

static void server_start(Server *server, const char *const *answers, int n_connections)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *server = (Server){.answers = answers, .n_connections = n_connections};
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(server->listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(server->listener, 8), 0);
    getsockname(server->listener, (struct sockaddr *)&address, &size);
    server->port = ntohs(address.sin_port);
    pthread_create(&server->thread, NULL, serve, server);
}

static void server_end(Server *server)
{
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static Redis *client(const Server *server, const char *login)
{
    char url[128];
    Error err = {0};
    snprintf(url, sizeof url, "redis://%s127.0.0.1:%d/3", login, server->port);
    Redis *redis = redis_open(url, &err);
    ck_assert_msg(redis != NULL, "%s", err.text);
    return redis;
}

START_TEST(a_connection_introduces_itself_first)
{
    static const char *const answers[] = {"+OK\r\n", "+OK\r\n", ":7\r\n", NULL};
    Server server;
    Error err = {0};
    server_start(&server, answers, 1);
    AUTO(Redis) *redis = client(&server, "me:word@");
    AUTO(redisReply) *reply = redis_command(redis, &err, "INCRBY %s %d", "key", 7);
    ck_assert_msg(reply != NULL, "%s", err.text);
    ck_assert_int_eq(reply->integer, 7);
    redis_close(TAKE(redis));
    server_end(&server);
    ck_assert_str_eq(server.heard, "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$4\r\nword\r\n"
                                   "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"
                                   "*3\r\n$6\r\nINCRBY\r\n$3\r\nkey\r\n$1\r\n7\r\n");
}
END_TEST

START_TEST(an_error_reply_is_an_error_and_the_connection_stays)
{
    static const char *const answers[] = {"+OK\r\n", "-WRONGTYPE not that\r\n", "+PONG\r\n", NULL};
    Server server;
    Error err = {0};
    server_start(&server, answers, 1);
    AUTO(Redis) *redis = client(&server, "");
    ck_assert_ptr_null(redis_command(redis, &err, "GET x"));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_ptr_nonnull(strstr(err.text, "WRONGTYPE"));
    AUTO(redisReply) *pong = redis_command(redis, &err, "PING");
    ck_assert_ptr_nonnull(pong);
    redis_close(TAKE(redis));
    server_end(&server);
}
END_TEST

START_TEST(a_script_is_loaded_when_the_server_does_not_know_it)
{
    static const char *const answers[] = {"+OK\r\n", "-NOSCRIPT no\r\n", ":1\r\n", NULL};
    static const char *const arguments[] = {"key", "argument"};
    Server server;
    Error err = {0};
    server_start(&server, answers, 1);
    AUTO(Redis) *redis = client(&server, "");
    AUTO(redisReply) *reply = redis_script(redis, &err, "return 1", 1, 2, arguments);
    ck_assert_msg(reply && reply->integer == 1, "%s", err.text);
    redis_close(TAKE(redis));
    server_end(&server);
    ck_assert_ptr_nonnull(
        strstr(server.heard, "EVALSHA\r\n$40\r\ne0e1f9fabfc9d4800c877a703b823ac0578ff8db\r\n$1\r\n1\r\n"));
    ck_assert_ptr_nonnull(strstr(server.heard, "EVAL\r\n$8\r\nreturn 1\r\n$1\r\n1\r\n$3\r\nkey\r\n$8\r\nargument\r\n"));
}
END_TEST

START_TEST(silence_ends_the_call_and_the_connection)
{
    static const char *const answers[] = {"+OK\r\n", "", "+LATE\r\n", NULL, "+OK\r\n", "+PONG\r\n", NULL};
    Server server;
    Error err = {0};
    server_start(&server, answers, 2);
    AUTO(Redis) *redis = client(&server, "");
    int64_t before = clock_monotonic_ms();
    ck_assert_ptr_null(redis_command(redis, &err, "PING"));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_int_ge(clock_monotonic_ms() - before, 2000);
    ck_assert_int_lt(clock_monotonic_ms() - before, 5000);
    AUTO(redisReply) *pong = redis_command(redis, &err, "PING"); /* on a new connection: no late answer */
    ck_assert_msg(pong != NULL, "%s", err.text);
    ck_assert_str_eq(pong->str, "PONG");
    redis_close(TAKE(redis));
    server_end(&server);
}
END_TEST

START_TEST(a_lost_connection_is_made_again_once_a_second)
{
    static const char *const answers[] = {"+OK\r\n", NULL, "+OK\r\n", "+PONG\r\n", NULL};
    Server server;
    Error err = {0};
    server_start(&server, answers, 2);
    AUTO(Redis) *redis = client(&server, "");
    ck_assert_ptr_null(redis_command(redis, &err, "PING"));
    int64_t lost = clock_monotonic_ms();
    ck_assert_ptr_null(redis_command(redis, &err, "PING"));
    ck_assert_str_eq(err.text, "redis: not connected");
    ck_assert_msg(redis_wait_ready(redis, NULL, &err), "%s", err.text);
    ck_assert_int_lt(clock_monotonic_ms() - lost, 1000); /* start-up does not wait for the second to pass */
    redis_close(TAKE(redis));
    server_end(&server);
}
END_TEST

/* ---- Fibers ---- */

static Redis *shared;
static int n_done;

static void ask(void *argument)
{
    Error err = {0};
    AUTO(redisReply) *reply = redis_command(shared, &err, "ECHO %d", (int)(intptr_t)argument);
    ck_assert_msg(reply != NULL, "%s", err.text);
    ck_assert_int_eq(reply->integer, ++n_done);
}

START_TEST(fibers_take_turns_on_one_connection)
{
    static const char *const answers[] = {"+OK\r\n", ":1\r\n", ":2\r\n", ":3\r\n", ":4\r\n", NULL};
    Server server;
    server_start(&server, answers, 1);
    loop_open();
    shared = client(&server, "");
    n_done = 0;
    for (intptr_t i = 0; i < 4; i++)
        fiber_spawn("ask", ask, (void *)i);
    loop_run(NULL, NULL);
    ck_assert_int_eq(n_done, 4);
    redis_close(shared);
    loop_close();
    server_end(&server);
}
END_TEST

static bool stop;

static void *stop_soon(void *argument)
{
    struct timespec moment = {.tv_nsec = 250 * 1000000};
    nanosleep(&moment, NULL);
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    return argument;
}

START_TEST(waiting_for_a_server_ends_when_told)
{
    pthread_t thread;
    Error err = {0};
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    stop = false;
    AUTO(Redis) *redis = redis_open("redis://127.0.0.1:1", &err);
    pthread_create(&thread, NULL, stop_soon, NULL);
    ck_assert(!redis_wait_ready(redis, &stop, &err));
    ck_assert_int_eq(err.kind, ERROR_CANCELLED);
    pthread_join(thread, NULL);
}
END_TEST

SUITE("io_redis", a_url_is_taken_apart, a_bad_url_is_refused_without_showing_it, a_connection_introduces_itself_first,
      an_error_reply_is_an_error_and_the_connection_stays, a_script_is_loaded_when_the_server_does_not_know_it,
      silence_ends_the_call_and_the_connection, a_lost_connection_is_made_again_once_a_second,
      fibers_take_turns_on_one_connection, waiting_for_a_server_ends_when_told)
