#include "lib/pg.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/pg_internal.h"
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a class of SQLSTATEs (or one of them) asks for. Longer prefixes stand first. */
static const struct {
    const char *prefix;
    ErrorKind kind;
} kinds[] = {
    {"25006", ERROR_TRANSIENT}, /* read only: a standby that will be promoted */
    {"25P03", ERROR_TRANSIENT}, /* idle in a transaction for too long         */
    {"3D000", ERROR_CONFIG   }, /* no such database                           */
    {"42501", ERROR_CONFIG   }, /* a grant is missing                         */
    {"55P03", ERROR_TRANSIENT}, /* lock not available                         */
    {"08",    ERROR_TRANSIENT}, /* connection                                 */
    {"22",    ERROR_DATA     },
    {"23",    ERROR_DATA     },
    {"28",    ERROR_CONFIG   }, /* wrong user or password                     */
    {"40",    ERROR_TRANSIENT}, /* serialization, deadlock                    */
    {"53",    ERROR_TRANSIENT}, /* out of connections, memory, disk           */
    {"57",    ERROR_TRANSIENT}, /* shutting down, starting up, cancelled      */
    {"58",    ERROR_TRANSIENT}, /* the server's own system failed             */
};

ErrorKind pg_error_kind(const char *sqlstate)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strncmp(sqlstate, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
            return kinds[i].kind;
    return ERROR_INTERNAL;
}

PGconn *pg_raw(Pg *pg)
{
    return pg->conn;
}

bool pg_usable(const Pg *pg)
{
    return pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
}

/* The first read may get only the server's last words. */
bool pg_alive(Pg *pg)
{
    return pg_usable(pg) && PQconsumeInput(pg->conn) && PQconsumeInput(pg->conn) && pg_usable(pg);
}

const char *pg_sqlstate(const Pg *pg)
{
    return pg->sqlstate;
}

void pg_set_timeout(Pg *pg, int64_t ms)
{
    pg->timeout_ms = ms;
}

void pg_set_deadline(Pg *pg)
{
    pg->deadline_ms = clock_monotonic_ms() + pg->timeout_ms;
}

bool pg_start(Pg *pg, Error *err)
{
    pg->sqlstate[0] = 0;
    pg_set_deadline(pg);
    return pg_usable(pg) || pg_lose(pg, err, "no connection");
}

bool pg_lose(Pg *pg, Error *err, const char *what)
{
    const char *reason = pg->conn ? PQerrorMessage(pg->conn) : "";
    int length = (int)strcspn(reason, "\n");
    error_set(err, ERROR_TRANSIENT, "%s%s%.*s", what, length ? ": " : "", length, reason);
    PQfinish(pg->conn);
    pg->conn = NULL;
    return false;
}

bool pg_doubt(const Pg *pg, Error *err)
{
    return !pg->conn && !pg->sqlstate[0] ? error_wrap(err, "outcome unknown") : false;
}

bool pg_wait(Pg *pg, short events, Error *err)
{
    int64_t left = pg->deadline_ms - clock_monotonic_ms();
    Wait wait = fiber_wait_fd(PQsocket(pg->conn), events, left > 0 ? left : 0);
    if (wait == WAIT_READY)
        return true;
    return pg_lose(pg, err, wait == WAIT_TIMEOUT ? "no answer in time" : "cannot wait for the server");
}

bool pg_flush(Pg *pg, Error *err)
{
    for (;;) {
        int pending = PQflush(pg->conn);
        if (pending == 0)
            return true;
        /* Reading too: a server that cannot send its answers stops reading our statements. */
        if (pending < 0 || !pg_wait(pg, POLLIN | POLLOUT, err))
            return pg->conn ? pg_lose(pg, err, "connection lost while sending") : false;
        if (!PQconsumeInput(pg->conn))
            return pg_lose(pg, err, "connection lost while sending");
    }
}

bool pg_next(Pg *pg, PGresult **result, Error *err)
{
    while (PQisBusy(pg->conn)) {
        if (!pg_wait(pg, POLLIN, err))
            return false;
        if (!PQconsumeInput(pg->conn))
            return pg_lose(pg, err, "connection lost");
    }
    *result = PQgetResult(pg->conn);
    return true;
}

bool pg_fail(Pg *pg, Error *err, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    bool alive = PQstatus(pg->conn) == CONNECTION_OK;
    if (!sqlstate && !alive)
        return pg_lose(pg, err, "connection lost");
    snprintf(pg->sqlstate, sizeof pg->sqlstate, "%s", sqlstate ? sqlstate : "");
    error_set(err, sqlstate ? pg_error_kind(sqlstate) : ERROR_INTERNAL, "%s: %s", sqlstate ? sqlstate : "libpq",
              message ? message : PQresStatus(PQresultStatus(result)));
    if (!alive)
        pg_lose(pg, NULL, "");
    return false;
}

/* COPY through a call that cannot feed it would wait for ever. */
static bool is_copy(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

PGresult *pg_collect(Pg *pg, Error *err)
{
    AUTO(PGresult) *last = NULL;
    bool failed = false;
    for (;;) {
        AUTO(PGresult) *result = NULL;
        if (!pg_next(pg, &result, failed ? NULL : err))
            return NULL;
        if (!result)
            return failed ? NULL : TAKE(last);
        if (is_copy(result)) {
            error_set(err, ERROR_INTERNAL, "COPY needs pg_copy_begin()");
            pg_lose(pg, NULL, "");
            return NULL;
        }
        if (!is_good(result)) {
            pg_fail(pg, failed ? NULL : err, result);
            failed = true;
            if (!pg->conn)
                return NULL;
        } else {
            PQclear(last);
            last = TAKE(result);
        }
    }
}

PGresult *pg_query(Pg *pg, Error *err, const char *sql, int n_params, const char *const *params)
{
    if (!pg_start(pg, err))
        return NULL;
    if (!PQsendQueryParams(pg->conn, sql, n_params, NULL, params, NULL, NULL, 0)) {
        pg_lose(pg, err, "cannot send");
        return NULL;
    }
    PGresult *result = pg_flush(pg, err) ? pg_collect(pg, err) : NULL;
    if (!result)
        pg_doubt(pg, err);
    return result;
}

int64_t pg_execute(Pg *pg, Error *err, const char *sql, int n_params, const char *const *params)
{
    AUTO(PGresult) *result = pg_query(pg, err, sql, n_params, params);
    return result ? strtoll(PQcmdTuples(result), NULL, 10) : -1;
}

bool pg_wait_notify(Pg *pg, int64_t timeout_ms, Error *err)
{
    int64_t deadline = clock_monotonic_ms() + timeout_ms;
    if (!pg_start(pg, err))
        return false;
    for (;;) {
        if (!PQconsumeInput(pg->conn))
            return pg_lose(pg, err, "connection lost");
        bool any = false;
        for (PGnotify *notify; (notify = PQnotifies(pg->conn)); any = true)
            PQfreemem(notify);
        if (any)
            return true;
        int64_t left = deadline - clock_monotonic_ms();
        Wait wait = fiber_wait_fd(PQsocket(pg->conn), POLLIN, left > 0 ? left : 0);
        if (wait == WAIT_TIMEOUT)
            return false;
        if (wait == WAIT_ERROR)
            return pg_lose(pg, err, "cannot wait for the server");
    }
}

const char *pg_int_text(char buffer[24], int64_t value)
{
    snprintf(buffer, 24, "%" PRId64, value);
    return buffer;
}

/* A column that is not there is a programming error; the name says which. */
static int column_of(const PGresult *result, const char *column)
{
    int number = PQfnumber(result, column);
    if (number >= 0)
        return number;
    fprintf(stderr, "pg: the result has no column %s\n", column);
    abort();
}

const char *pg_text(const PGresult *result, int row, const char *column)
{
    return PQgetvalue(result, row, column_of(result, column));
}

bool pg_is_null(const PGresult *result, int row, const char *column)
{
    return PQgetisnull(result, row, column_of(result, column));
}

int64_t pg_integer(const PGresult *result, int row, const char *column)
{
    return strtoll(pg_text(result, row, column), NULL, 10);
}

bool pg_boolean(const PGresult *result, int row, const char *column)
{
    return pg_text(result, row, column)[0] == 't';
}
