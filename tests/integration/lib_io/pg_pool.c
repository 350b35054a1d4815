#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include "lib/pg.h"
#include "tests/integration/lib_io/server.h"
#include "tests/support/suite.h"
#include <pthread.h>
#include <stdio.h>

enum { SIZE = 4, USERS = 20 };
static PgPool *pool;
static int n_out, n_done, most_out;

static void pool_open(void)
{
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    pool = pg_pool_new(server_of("TRIBUTARY_POSTGRES"), "test lib_pg_pool", SIZE);
    n_out = n_done = most_out = 0;
}

static Pg *take(void)
{
    Error err = {0};
    Pg *pg = pg_take(pool, &err);
    ck_assert_msg(pg != NULL, "%s", err.text);
    return pg;
}

static int64_t run(Pg *pg, const char *sql)
{
    Error err = {0};
    int64_t n = pg_execute(pg, &err, sql, 0, NULL);
    ck_assert_msg(n >= 0, "%s", err.text);
    return n;
}

static void use(void *argument)
{
    (void)argument;
    Pg *pg = take();
    int out = __atomic_add_fetch(&n_out, 1, __ATOMIC_SEQ_CST);
    if (out > __atomic_load_n(&most_out, __ATOMIC_SEQ_CST))
        __atomic_store_n(&most_out, out, __ATOMIC_SEQ_CST);
    run(pg, "SELECT pg_sleep(0.1)");
    __atomic_sub_fetch(&n_out, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&n_done, 1, __ATOMIC_SEQ_CST);
    pg_give(pool, pg);
}

START_TEST(fibers_share_the_connections_and_wait_side_by_side)
{
    pool_open();
    loop_open();
    int64_t before = clock_monotonic_ms();
    for (int i = 0; i < USERS; i++)
        fiber_spawn("use", use, NULL);
    loop_run(NULL, NULL);
    int64_t took = clock_monotonic_ms() - before;
    ck_assert_int_eq(n_done, USERS);
    ck_assert_int_eq(most_out, SIZE);
    ck_assert_int_ge(took, USERS / SIZE * 100);
    ck_assert_int_lt(took, USERS * 100); /* one after the other would take this long */
    pg_pool_free(pool);
    loop_close();
}
END_TEST

static void *use_in_a_thread(void *argument)
{
    use(argument);
    return NULL;
}

START_TEST(threads_share_the_connections)
{
    pthread_t threads[USERS];
    pool_open();
    for (int i = 0; i < USERS; i++)
        pthread_create(&threads[i], NULL, use_in_a_thread, NULL);
    for (int i = 0; i < USERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(n_done, USERS);
    ck_assert_int_le(most_out, SIZE);
    pg_pool_free(pool);
}
END_TEST

START_TEST(a_connection_that_died_while_idle_is_replaced)
{
    char sql[96];
    pool_open();
    Pg *first = take();
    Pg *killer = take();
    int pid = PQbackendPID(pg_raw(first));
    pg_give(pool, first);
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", pid);
    run(killer, sql);
    Pg *second = take();
    ck_assert_int_ne(PQbackendPID(pg_raw(second)), pid);
    run(second, "SELECT 1");
    pg_give(pool, second);
    pg_give(pool, killer);
    pg_pool_free(pool);
}
END_TEST

START_TEST(a_connection_inside_a_transaction_does_not_come_back)
{
    pool_open();
    Pg *pg = take();
    int pid = PQbackendPID(pg_raw(pg));
    run(pg, "BEGIN");
    pg_give(pool, pg);
    pg = take();
    ck_assert_int_ne(PQbackendPID(pg_raw(pg)), pid);
    ck_assert_int_eq(PQtransactionStatus(pg_raw(pg)), PQTRANS_IDLE);
    pg_give(pool, pg);
    pg = take();
    ck_assert_int_ne(PQbackendPID(pg_raw(pg)), pid); /* this one is kept */
    pg_give(pool, pg);
    pg_pool_free(pool);
}
END_TEST

START_TEST(a_place_is_not_lost_when_connecting_fails)
{
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    pool = pg_pool_new("postgresql://127.0.0.1:1/db", "test", 1);
    for (int i = 0; i < 3; i++) {
        Error err = {0};
        ck_assert_ptr_null(pg_take(pool, &err));
        ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    }
    pg_pool_free(pool);
}
END_TEST

SUITE("lib_pg_pool", fibers_share_the_connections_and_wait_side_by_side, threads_share_the_connections,
      a_connection_that_died_while_idle_is_replaced, a_connection_inside_a_transaction_does_not_come_back,
      a_place_is_not_lost_when_connecting_fails)
