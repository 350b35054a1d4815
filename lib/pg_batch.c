#include "lib/pg_internal.h"
#include <string.h>

/* Several statements in one flush: scripts, and transactions by libpq's pipeline mode. */

/* Ends the transaction that the failed statements left open. */
static void roll_back(Pg *pg)
{
    Error ignored = {0};
    char sqlstate[sizeof pg->sqlstate];
    memcpy(sqlstate, pg->sqlstate, sizeof sqlstate);
    if (pg_usable(pg) && pg_execute(pg, &ignored, "ROLLBACK", 0, NULL) < 0)
        pg_lose(pg, NULL, "");
    memcpy(pg->sqlstate, sqlstate, sizeof sqlstate);
}

static void forget(PGresult **results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        PQclear(results[i]);
        results[i] = NULL;
    }
}

static bool read_script(Pg *pg, Error *err, PGresult **results, size_t n_results)
{
    bool failed = false;
    size_t n = 0;
    for (;;) {
        AUTO(PGresult) *result = NULL;
        if (!pg_next(pg, &result, failed ? NULL : err))
            return false;
        if (!result)
            return !failed;
        switch (PQresultStatus(result)) {
        case PGRES_TUPLES_OK:
            if (n < n_results)
                results[n++] = TAKE(result);
            break;
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            break;
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
            pg_lose(pg, NULL, "");
            return error_set(err, ERROR_INTERNAL, "a script cannot COPY");
        default:
            pg_fail(pg, failed ? NULL : err, result);
            failed = true;
            if (!pg->conn)
                return false;
        }
    }
}

bool pg_script(Pg *pg, Error *err, const char *sql, PGresult **results, size_t n_results)
{
    for (size_t i = 0; i < n_results; i++)
        results[i] = NULL;
    if (!pg_start(pg, err))
        return false;
    bool outside = PQtransactionStatus(pg->conn) == PQTRANS_IDLE;
    if (!PQsendQuery(pg->conn, sql))
        return pg_lose(pg, err, "cannot send");
    if (pg_flush(pg, err) && read_script(pg, err, results, n_results))
        return true;
    forget(results, n_results);
    if (outside && pg->conn && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
        roll_back(pg);
    return pg_doubt(pg, err);
}

static bool send(Pg *pg, const PgStatement *statement)
{
    return PQsendQueryParams(pg->conn, statement->sql, statement->n_params, NULL, statement->params, NULL, NULL, 0) ==
           1;
}

/* The results of one statement of the pipeline. False: it failed (the first failure of all sets err) or was skipped. */
static bool read_one(Pg *pg, bool *failed, PGresult **kept, Error *err)
{
    for (;;) {
        AUTO(PGresult) *result = NULL;
        if (!pg_next(pg, &result, *failed ? NULL : err))
            return false;
        if (!result)
            return !*failed;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            if (kept) {
                PQclear(*kept);
                *kept = TAKE(result);
            }
        } else if (status == PGRES_PIPELINE_ABORTED) {
            *failed = true;
        } else {
            pg_fail(pg, *failed ? NULL : err, result);
            *failed = true;
            if (!pg->conn)
                return false;
        }
    }
}

/* BEGIN, the statements, COMMIT and the mark that ends the pipeline. */
static bool read_all(Pg *pg, Error *err, size_t n, PGresult **results)
{
    bool failed = false;
    for (size_t i = 0; i < n + 2; i++) {
        AUTO(PGresult) *ending = NULL;
        bool ours = i > 0 && i <= n;
        bool fine = read_one(pg, &failed, ours ? &results[i - 1] : &ending, err);
        if (!pg->conn)
            return false;
        if (fine && i == n + 1 && strcmp(PQcmdStatus(ending), "COMMIT") != 0)
            failed = !error_set(err, ERROR_INTERNAL, "COMMIT answered %s", PQcmdStatus(ending));
    }
    AUTO(PGresult) *mark = NULL;
    if (!pg_next(pg, &mark, failed ? NULL : err))
        return false;
    return PQresultStatus(mark) == PGRES_PIPELINE_SYNC && !failed;
}

static bool run_pipeline(Pg *pg, Error *err, const PgStatement *statements, size_t n, PGresult **results)
{
    bool sent = PQenterPipelineMode(pg->conn) && send(pg, &(PgStatement){.sql = "BEGIN"});
    for (size_t i = 0; sent && i < n; i++)
        sent = send(pg, &statements[i]);
    if (!sent || !send(pg, &(PgStatement){.sql = "COMMIT"}) || !PQpipelineSync(pg->conn))
        return pg_lose(pg, err, "cannot send");
    bool done = pg_flush(pg, err) && read_all(pg, err, n, results);
    if (pg->conn && !PQexitPipelineMode(pg->conn))
        pg_lose(pg, NULL, ""); /* what happened is decided and in `done`; only the connection is of no more use */
    return done;
}

bool pg_transaction(Pg *pg, Error *err, const PgStatement *statements, size_t n, PGresult **results)
{
    PGresult *own[n + 1];
    PGresult **all = results ? results : own;
    memset(all, 0, n * sizeof(PGresult *));
    if (!pg_start(pg, err))
        return false;
    if (PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
        return error_set(err, ERROR_INTERNAL, "pg_transaction inside a transaction");
    bool done = run_pipeline(pg, err, statements, n, all);
    if (!done || !results)
        forget(all, n);
    if (!done && pg->conn && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
        roll_back(pg);
    return done || pg_doubt(pg, err);
}
