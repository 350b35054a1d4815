#include "lib/redis.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include "tests/integration/lib_io/server.h"
#include "tests/support/suite.h"
#include <string.h>

static Redis *redis;

static void redis_begin(void)
{
    Error err = {0};
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    redis = redis_open(server_of("TRIBUTARY_REDIS"), &err);
    ck_assert_msg(redis != NULL, "%s", err.text);
    ck_assert_msg(redis_wait_ready(redis, NULL, &err), "%s", err.text);
}

START_TEST(bytes_come_back_as_they_went)
{
    Error err = {0};
    redis_begin();
    AUTO(redisReply) *set = redis_command(redis, &err, "SET %s %b PX %d", "test:lib_redis", "a\0b", (size_t)3, 10000);
    ck_assert_msg(set != NULL, "%s", err.text);
    AUTO(redisReply) *got = redis_command(redis, &err, "GET %s", "test:lib_redis");
    ck_assert_msg(got != NULL, "%s", err.text);
    ck_assert_uint_eq(got->len, 3);
    ck_assert_mem_eq(got->str, "a\0b", 3);
    redis_close(redis);
}
END_TEST

START_TEST(a_script_runs_also_after_the_server_forgot_it)
{
    static const char script[] = "return {KEYS[1], ARGV[1] + 1}";
    static const char *const arguments[] = {"test:key", "41"};
    Error err = {0};
    redis_begin();
    for (int i = 0; i < 3; i++) {
        AUTO(redisReply) *reply = redis_script(redis, &err, script, 1, 2, arguments);
        ck_assert_msg(reply != NULL, "%s", err.text);
        ck_assert_str_eq(reply->element[0]->str, "test:key");
        ck_assert_int_eq(reply->element[1]->integer, 42);
        AUTO(redisReply) *forgotten = i == 1 ? redis_command(redis, &err, "SCRIPT FLUSH") : NULL;
        ck_assert(i != 1 || forgotten);
    }
    redis_close(redis);
}
END_TEST

START_TEST(a_killed_connection_costs_one_failed_call)
{
    Error err = {0};
    redis_begin();
    AUTO(Redis) *other = redis_open(server_of("TRIBUTARY_REDIS"), &err);
    AUTO(redisReply) *id = redis_command(redis, &err, "CLIENT ID");
    ck_assert_msg(id != NULL, "%s", err.text);
    AUTO(redisReply) *killed = redis_command(other, &err, "CLIENT KILL ID %lld", id->integer);
    ck_assert_msg(killed != NULL, "%s", err.text);
    ck_assert_ptr_null(redis_command(redis, &err, "PING"));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_msg(redis_wait_ready(redis, NULL, &err), "%s", err.text);
    redis_close(redis);
}
END_TEST

enum { CALLERS = 200 };
static int n_right;

static void echo(void *argument)
{
    Error err = {0};
    AUTO(redisReply) *reply = redis_command(redis, &err, "ECHO %d", (int)(intptr_t)argument);
    ck_assert_msg(reply != NULL, "%s", err.text);
    n_right += atoi(reply->str) == (int)(intptr_t)argument;
}

START_TEST(each_of_many_fibers_gets_its_own_answer)
{
    loop_open();
    redis_begin();
    n_right = 0;
    for (intptr_t i = 0; i < CALLERS; i++)
        fiber_spawn("echo", echo, (void *)i);
    loop_run(NULL, NULL);
    ck_assert_int_eq(n_right, CALLERS);
    redis_close(redis);
    loop_close();
}
END_TEST

SUITE("lib_redis", bytes_come_back_as_they_went, a_script_runs_also_after_the_server_forgot_it,
      a_killed_connection_costs_one_failed_call, each_of_many_fibers_gets_its_own_answer)
