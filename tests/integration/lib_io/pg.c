#include "lib/pg.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "tests/integration/lib_io/server.h"
#include "tests/support/suite.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static Pg *pg;

static void setup(void)
{
    Error err = {0};
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    pg = pg_connect(server_of("TRIBUTARY_POSTGRES"), "test lib_pg", &err);
    ck_assert_msg(pg != NULL, "%s", err.text);
}

static void teardown(void)
{
    pg_free(pg);
}

static int64_t run(const char *sql)
{
    Error err = {0};
    int64_t n = pg_execute(pg, &err, sql, 0, NULL);
    ck_assert_msg(n >= 0, "%s: %s", sql, err.text);
    return n;
}

static int64_t number(const char *sql)
{
    Error err = {0};
    AUTO(PGresult) *result = pg_query(pg, &err, sql, 0, NULL);
    ck_assert_msg(result != NULL, "%s: %s", sql, err.text);
    return strtoll(PQgetvalue(result, 0, 0), NULL, 10);
}

static void table(void)
{
    run("CREATE TEMP TABLE t (id bigint PRIMARY KEY, name text)");
}

static void check_idle(void)
{
    ck_assert(pg_usable(pg));
    ck_assert_int_eq(PQtransactionStatus(pg_raw(pg)), PQTRANS_IDLE);
    ck_assert_int_eq(PQpipelineStatus(pg_raw(pg)), PQ_PIPELINE_OFF);
    ck_assert_int_eq(number("SELECT 42"), 42);
}

/* ---- One statement ---- */

START_TEST(parameters_go_in_and_cells_come_out)
{
    Error err = {0};
    AUTO(PGresult) *result =
        pg_query(pg, &err, "SELECT $1::text AS a, $2::bigint AS b, $3::boolean AS c, $4::text AS d",
                 PG_PARAMS("it's", PG_INT(-5), PG_BOOL(true), NULL));
    ck_assert_msg(result != NULL, "%s", err.text);
    ck_assert_str_eq(pg_text(result, 0, "a"), "it's");
    ck_assert_int_eq(pg_integer(result, 0, "b"), -5);
    ck_assert(pg_boolean(result, 0, "c"));
    ck_assert(pg_is_null(result, 0, "d") && !pg_is_null(result, 0, "a"));
    ck_assert_str_eq(pg_text(result, 0, "d"), "");
}
END_TEST

START_TEST(the_session_is_set_up)
{
    Error err = {0};
    AUTO(PGresult) *result = pg_query(
        pg, &err,
        "SELECT current_setting('timezone') AS zone, current_setting('application_name') AS name, "
        "current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('client_encoding') AS text",
        0, NULL);
    ck_assert_str_eq(pg_text(result, 0, "zone"), "UTC");
    ck_assert_str_eq(pg_text(result, 0, "name"), "test lib_pg");
    ck_assert_str_eq(pg_text(result, 0, "idle"), "10s");
    ck_assert_str_eq(pg_text(result, 0, "text"), "UTF8");
}
END_TEST

static void check_fails(const char *sql, ErrorKind kind, const char *sqlstate)
{
    Error err = {0};
    ck_assert_int_eq(pg_execute(pg, &err, sql, 0, NULL), -1);
    ck_assert_msg(err.kind == kind, "%s: %s", sql, err.text);
    ck_assert_str_eq(pg_sqlstate(pg), sqlstate);
    ck_assert_ptr_nonnull(strstr(err.text, sqlstate));
    check_idle();
}

START_TEST(a_failed_statement_says_why_and_the_connection_goes_on)
{
    table();
    ck_assert_int_eq(run("INSERT INTO t SELECT generate_series(1, 3)"), 3);
    check_fails("INSERT INTO t VALUES (1, 'again')", ERROR_DATA, "23505");
    check_fails("SELECT 'x'::bigint", ERROR_DATA, "22P02");
    check_fails("SELEC", ERROR_INTERNAL, "42601");
    ck_assert_str_eq(pg_sqlstate(pg), "");
}
END_TEST

START_TEST(copy_by_the_wrong_call_does_not_hang)
{
    Error err = {0};
    table();
    ck_assert_int_eq(pg_execute(pg, &err, "COPY t FROM STDIN", 0, NULL), -1);
    ck_assert_int_eq(err.kind, ERROR_INTERNAL);
    ck_assert(!pg_usable(pg));
    ck_assert_int_eq(pg_execute(pg, &err, "SELECT 1", 0, NULL), -1);
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
}
END_TEST

/* ---- Outages ---- */

START_TEST(no_answer_in_time_drops_the_connection)
{
    Error err = {0};
    pg_set_timeout(pg, 100);
    int64_t before = clock_monotonic_ms();
    ck_assert_int_eq(pg_execute(pg, &err, "SELECT pg_sleep(20)", 0, NULL), -1);
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_int_lt(clock_monotonic_ms() - before, 5000);
    ck_assert(!pg_usable(pg));
}
END_TEST

START_TEST(a_terminated_backend_is_transient)
{
    Error err = {0};
    ck_assert_int_eq(pg_execute(pg, &err, "SELECT pg_terminate_backend(pg_backend_pid())", 0, NULL), -1);
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert(!pg_usable(pg));
}
END_TEST

START_TEST(a_transaction_without_an_answer_has_an_unknown_outcome)
{
    static const PgStatement statements[] = {{.sql = "SELECT pg_sleep(20)"}};
    Error err = {0};
    pg_set_timeout(pg, 100);
    ck_assert(!pg_transaction(pg, &err, statements, 1, NULL));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_msg(strstr(err.text, "outcome unknown") != NULL, "%s", err.text);
    ck_assert(!pg_usable(pg));
}
END_TEST

START_TEST(a_transaction_that_the_server_ended_is_undone)
{
    static const PgStatement statements[] = {{.sql = "SELECT pg_terminate_backend(pg_backend_pid())"}};
    Error err = {0};
    ck_assert(!pg_transaction(pg, &err, statements, 1, NULL));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_str_eq(pg_sqlstate(pg), "57P01");
    ck_assert_ptr_null(strstr(err.text, "outcome unknown"));
    ck_assert(!pg_usable(pg));
}
END_TEST

static void check_refused(const char *what, const char *conninfo, const char *sqlstate)
{
    Error err = {0};
    ck_assert_msg(!pg_connect(conninfo, "test", &err), "%s", what);
    ck_assert_msg(err.kind == ERROR_CONFIG, "%s: %s", what, err.text);
    ck_assert_msg(strstr(err.text, sqlstate) != NULL, "%s: %s", what, err.text);
    ck_assert_ptr_null(strstr(err.text, "wrong-secret"));
    ck_assert(!pg_wait_ready(conninfo, "test", NULL, &err) && err.kind == ERROR_CONFIG); /* waiting does not help */
}

START_TEST(a_wrong_login_is_for_the_operator)
{
    char conninfo[256];
    const char *host = PQhost(pg_raw(pg)), *port = PQport(pg_raw(pg)), *user = PQuser(pg_raw(pg));
    snprintf(conninfo, sizeof conninfo, "host=%s port=%s user=%s dbname=postgres password=wrong-secret", host, port,
             user);
    check_refused("password", conninfo, "28P01");
    snprintf(conninfo, sizeof conninfo, "host=%s port=%s user=%s dbname=no_such_database password=%s", host, port, user,
             PQpass(pg_raw(pg)));
    check_refused("database", conninfo, "3D000");
}
END_TEST

/* ---- Transactions ---- */

START_TEST(a_transaction_returns_every_result)
{
    Error err = {0};
    PGresult *results[3];
    table();
    const PgStatement statements[] = {
        {"INSERT INTO t VALUES ($1, $2)",    PG_PARAMS(PG_INT(1), "one")},
        {"SELECT name FROM t WHERE id = $1",                            PG_PARAMS(PG_INT(1))},
        {.sql = "UPDATE t SET name = 'two'"},
    };
    ck_assert_msg(pg_transaction(pg, &err, statements, 3, results), "%s", err.text);
    ck_assert_str_eq(pg_text(results[1], 0, "name"), "one");
    ck_assert_str_eq(PQcmdTuples(results[2]), "1");
    for (int i = 0; i < 3; i++)
        PQclear(results[i]);
    check_idle();
    ck_assert_int_eq(number("SELECT count(*) FROM t WHERE name = 'two'"), 1);
}
END_TEST

START_TEST(a_failing_statement_undoes_the_whole_transaction)
{
    Error err = {0};
    PGresult *results[3];
    table();
    static const PgStatement statements[] = {
        {.sql = "INSERT INTO t VALUES (1, 'one')"},
        {.sql = "INSERT INTO t VALUES (1, 'again')"},
        {.sql = "SELEC"},
    };
    ck_assert(!pg_transaction(pg, &err, statements, 3, results));
    ck_assert_int_eq(err.kind, ERROR_DATA); /* the first failure, not the last */
    ck_assert_str_eq(pg_sqlstate(pg), "23505");
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_null(results[i]);
    check_idle();
    ck_assert_int_eq(number("SELECT count(*) FROM t"), 0);
}
END_TEST

START_TEST(a_constraint_that_fails_at_commit_fails_the_transaction)
{
    Error err = {0};
    run("CREATE TEMP TABLE p (id bigint PRIMARY KEY)");
    run("CREATE TEMP TABLE c (p bigint REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
    static const PgStatement statements[] = {{.sql = "INSERT INTO c VALUES (7)"}};
    ck_assert(!pg_transaction(pg, &err, statements, 1, NULL));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_str_eq(pg_sqlstate(pg), "23503");
    check_idle();
}
END_TEST

/* Both directions exceed what the sockets hold: who only writes would wait for ever. */
START_TEST(much_data_both_ways_in_one_flush_does_not_lock_up)
{
    enum { N = 20, SIZE = 1024 * 1024 };
    Error err = {0};
    PGresult *results[N];
    PgStatement statements[N];
    char *large = malloc(SIZE + 1);
    memset(large, 'x', SIZE);
    large[SIZE] = 0;
    const char *const parameters[] = {large};
    for (int i = 0; i < N; i++)
        statements[i] = (PgStatement){"SELECT $1::text AS t", 1, parameters};
    ck_assert_msg(pg_transaction(pg, &err, statements, N, results), "%s", err.text);
    for (int i = 0; i < N; i++) {
        ck_assert_int_eq(PQgetlength(results[i], 0, 0), SIZE);
        PQclear(results[i]);
    }
    free(large);
    check_idle();
}
END_TEST

/* ---- Scripts ---- */

START_TEST(a_script_keeps_the_results_that_have_rows)
{
    Error err = {0};
    PGresult *results[3];
    ck_assert_msg(pg_script(pg, &err,
                            "BEGIN; CREATE TEMP TABLE t (id int); SELECT 1 AS a WHERE false; INSERT INTO t VALUES (5) "
                            "RETURNING id; COMMIT",
                            results, 3),
                  "%s", err.text);
    ck_assert_int_eq(PQntuples(results[0]), 0);
    ck_assert_int_eq(pg_integer(results[1], 0, "id"), 5);
    ck_assert_ptr_null(results[2]);
    PQclear(results[0]);
    PQclear(results[1]);
    check_idle();
}
END_TEST

START_TEST(a_failing_script_undoes_the_transaction_it_began)
{
    Error err = {0};
    PGresult *results[1];
    table();
    ck_assert(!pg_script(pg, &err, "BEGIN; INSERT INTO t VALUES (1); SELECT 1; SELECT 1 / 0; COMMIT", results, 1));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_str_eq(pg_sqlstate(pg), "22012");
    ck_assert_ptr_null(results[0]);
    check_idle();
    ck_assert_int_eq(number("SELECT count(*) FROM t"), 0);
}
END_TEST

START_TEST(a_failing_script_leaves_the_callers_transaction_to_him)
{
    Error err = {0};
    table();
    run("BEGIN");
    run("INSERT INTO t VALUES (1)");
    run("SAVEPOINT s");
    ck_assert(!pg_script(pg, &err, "INSERT INTO t VALUES (2); SELECT 1 / 0", NULL, 0));
    run("ROLLBACK TO s");
    run("COMMIT");
    ck_assert_int_eq(number("SELECT count(*) FROM t"), 1);
}
END_TEST

/* ---- COPY ---- */

/* One tuple of table t. */
static void put(int64_t id, const char *name)
{
    char tuple[256];
    uint16_t n_fields = htons(2);
    uint32_t id_length = htonl(8), name_length = htonl((uint32_t)strlen(name));
    uint64_t id_bytes = __builtin_bswap64((uint64_t)id);
    size_t length = 0;
    Error err = {0};
    memcpy(tuple + length, &n_fields, 2), length += 2;
    memcpy(tuple + length, &id_length, 4), length += 4;
    memcpy(tuple + length, &id_bytes, 8), length += 8;
    memcpy(tuple + length, &name_length, 4), length += 4;
    memcpy(tuple + length, name, strlen(name)), length += strlen(name);
    ck_assert_msg(pg_copy_data(pg, &err, tuple, length), "%s", err.text);
}

static const char copy[] = "COPY t FROM STDIN (FORMAT binary)";

START_TEST(copied_rows_arrive)
{
    enum { N = 200000 };
    Error err = {0};
    table();
    ck_assert_msg(pg_copy_begin(pg, &err, copy), "%s", err.text);
    for (int i = 0; i < N; i++)
        put(i, "a name of some length, so that this is more than the socket takes at once");
    ck_assert_msg(pg_copy_end(pg, &err), "%s", err.text);
    check_idle();
    ck_assert_int_eq(number("SELECT count(*) FROM t"), N);
}
END_TEST

START_TEST(a_bad_row_fails_the_copy_and_nothing_else)
{
    Error err = {0};
    table();
    ck_assert(pg_copy_begin(pg, &err, copy));
    put(1, "one");
    put(2, "bad \xff utf-8");
    ck_assert(!pg_copy_end(pg, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    check_idle();
    ck_assert_int_eq(number("SELECT count(*) FROM t"), 0);
}
END_TEST

START_TEST(a_copy_given_up_leaves_nothing)
{
    Error err = {0};
    table();
    ck_assert(pg_copy_begin(pg, &err, copy));
    put(1, "one");
    pg_copy_abort(pg);
    check_idle();
    ck_assert_int_eq(number("SELECT count(*) FROM t"), 0);
}
END_TEST

START_TEST(a_copy_into_nowhere_fails_at_its_beginning)
{
    Error err = {0};
    ck_assert(!pg_copy_begin(pg, &err, "COPY no_such_table FROM STDIN (FORMAT binary)"));
    ck_assert_str_eq(pg_sqlstate(pg), "42P01");
    check_idle();
}
END_TEST

/* ---- Notifications ---- */

START_TEST(a_notification_ends_the_wait)
{
    Error err = {0};
    run("LISTEN test_lib_pg");
    int64_t before = clock_monotonic_ms();
    ck_assert(!pg_wait_notify(pg, 50, &err));
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert_int_ge(clock_monotonic_ms() - before, 50);
    AUTO(Pg) *other = pg_connect(server_of("TRIBUTARY_POSTGRES"), "test other", &err);
    ck_assert_int_ge(pg_execute(other, &err, "NOTIFY test_lib_pg", 0, NULL), 0);
    ck_assert(pg_wait_notify(pg, 10000, &err));
    check_idle();
}
END_TEST

Suite *suite_under_test(void)
{
    const TTest *const all[] = {parameters_go_in_and_cells_come_out,
                                the_session_is_set_up,
                                a_failed_statement_says_why_and_the_connection_goes_on,
                                copy_by_the_wrong_call_does_not_hang,
                                no_answer_in_time_drops_the_connection,
                                a_terminated_backend_is_transient,
                                a_transaction_without_an_answer_has_an_unknown_outcome,
                                a_transaction_that_the_server_ended_is_undone,
                                a_wrong_login_is_for_the_operator,
                                a_transaction_returns_every_result,
                                a_failing_statement_undoes_the_whole_transaction,
                                a_constraint_that_fails_at_commit_fails_the_transaction,
                                much_data_both_ways_in_one_flush_does_not_lock_up,
                                a_script_keeps_the_results_that_have_rows,
                                a_failing_script_undoes_the_transaction_it_began,
                                a_failing_script_leaves_the_callers_transaction_to_him,
                                copied_rows_arrive,
                                a_bad_row_fails_the_copy_and_nothing_else,
                                a_copy_given_up_leaves_nothing,
                                a_copy_into_nowhere_fails_at_its_beginning,
                                a_notification_ends_the_wait};
    Suite *suite = suite_create("lib_pg");
    TCase *tests = tcase_create("lib_pg");
    tcase_add_checked_fixture(tests, setup, teardown);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        tcase_add_test(tests, all[i]);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return suite;
}
