/*
 * Pg: libpq, asynchronous: a call waits in its fiber (or blocks outside one). One statement at a time per connection.
 *
 * Failures: connection lost, server shutting down, too many connections, serialization and deadlock are ERROR_TRANSIENT; class 22
 * and 23 (bad value, constraint) ERROR_DATA; wrong password, missing database ERROR_CONFIG; the rest ERROR_INTERNAL. Error texts hold
 * SQLSTATE and the server's primary message, never parameters or the connection string.
 */
#pragma once
#include "lib/auto.h"
#include "lib/error.h"
#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

DEFINE_AUTO(PGresult, PQclear)

typedef struct Pg Pg;

/* `conninfo` is copied. `program` becomes application_name. One attempt, bounded by 10 s. */
Pg *pg_connect(const char *conninfo, const char *program, Error *err) MUST_CHECK;
void pg_free(Pg *pg);
DEFINE_AUTO(Pg, pg_free)
PGconn *pg_raw(Pg *pg);
bool pg_usable(const Pg *pg);           /* false once the connection is lost */
/* Asks an idle connection's socket too: what it has to read is its end. Only while no other fiber uses it. */
bool pg_alive(Pg *pg);
const char *pg_sqlstate(const Pg *pg);  /* of the last failure, "" if none   */
void pg_set_timeout(Pg *pg, int64_t ms); /* for each later call; default 30 s; past it the connection is dropped */

/* One statement with text parameters (NULL is SQL NULL). Never NULL on success. Owned by the caller. */
PGresult *pg_query(Pg *pg, Error *err, const char *sql, int n_params, const char *const *params) MUST_CHECK;
#define PG_PARAMS(...)                                                                                                 \
    (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)), (const char *const[]){__VA_ARGS__}
/* Text of an integer for a parameter, in the caller's scope. */
#define PG_INT(value) pg_int_text((char[24]){0}, (int64_t)(value))
const char *pg_int_text(char buffer[24], int64_t value);
#define PG_BOOL(value) ((value) ? "true" : "false")

/* A statement whose rows do not matter; the number of rows it touched, or -1. */
int64_t pg_execute(Pg *pg, Error *err, const char *sql, int n_params, const char *const *params) MUST_CHECK;

/* Several statements in one simple-protocol string (no parameters), one flush, each with its own snapshot.
 * The result of the n-th statement that returned rows is kept in results[n] (up to n_results; NULL elsewhere). */
bool pg_script(Pg *pg, Error *err, const char *sql, PGresult **results, size_t n_results) MUST_CHECK;

/* Several statements with parameters in one flush (libpq pipeline), in one transaction: BEGIN and COMMIT are added. A failing one
 * undoes all. results[i] is statement i's result, owned by the caller (cleared and NULL on failure). */
typedef struct PgStatement {
    const char *sql;
    int n_params;
    const char *const *params;
} PgStatement;
bool pg_transaction(Pg *pg, Error *err, const PgStatement *statements, size_t n, PGresult **results) MUST_CHECK;

/* COPY ... FROM STDIN (FORMAT binary): begin sends the file header (signature, flags), data takes whole or part tuples and goes out
 * as it comes, end sends the trailer and waits. After a failure or an abort the connection is free for the next statement. */
bool pg_copy_begin(Pg *pg, Error *err, const char *sql) MUST_CHECK;
bool pg_copy_data(Pg *pg, Error *err, const void *bytes, size_t length) MUST_CHECK;
bool pg_copy_end(Pg *pg, Error *err) MUST_CHECK;
void pg_copy_abort(Pg *pg);

/* LISTEN: waits for a notification on any listened channel; false on time-out (err untouched) or failure (err set). */
bool pg_wait_notify(Pg *pg, int64_t timeout_ms, Error *err);

/* Cells of a result, for reading. NULL cells: "" / fallback. */
const char *pg_text(const PGresult *result, int row, const char *column);
bool pg_is_null(const PGresult *result, int row, const char *column);
int64_t pg_integer(const PGresult *result, int row, const char *column);
bool pg_boolean(const PGresult *result, int row, const char *column);

/* Pool: connections shared by fibers of one loop or by threads (one mutex). A broken one is replaced at the next take. */
typedef struct PgPool PgPool;
PgPool *pg_pool_new(const char *conninfo, const char *program, int size);
void pg_pool_free(PgPool *pool);
DEFINE_AUTO(PgPool, pg_pool_free)
Pg *pg_take(PgPool *pool, Error *err) MUST_CHECK; /* waits for a free one; connects when needed */
void pg_give(PgPool *pool, Pg *pg);               /* NULL is fine; inside a failed transaction it is dropped */
/* One statement on whichever connection is free: pg_query() between the two. */
PGresult *pg_pool_query(PgPool *pool, Error *err, const char *sql, int n_params, const char *const *params) MUST_CHECK;

/* Start-up: connects with backoff until it works, logging once per attempt what is not reachable; false only on ERROR_CONFIG
 * or when `stop` turns true. */
bool pg_wait_ready(const char *conninfo, const char *program, const bool *stop, Error *err) MUST_CHECK;
