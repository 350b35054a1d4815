#include "lib/pg_internal.h"
#include <stdint.h>

/* COPY data is handed to the socket in pieces of about this size; libpq would buffer without end. */
enum { FLUSH_BYTES = 64 * 1024 };

static const char header[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* signature, no flags, no extension */
static const char trailer[2] = {'\377', '\377'};

bool pg_copy_begin(Pg *pg, Error *err, const char *sql)
{
    if (!pg_start(pg, err))
        return false;
    if (!PQsendQuery(pg->conn, sql))
        return pg_lose(pg, err, "cannot send");
    AUTO(PGresult) *result = NULL;
    if (!pg_flush(pg, err) || !pg_next(pg, &result, err))
        return false;
    pg->unflushed = 0;
    if (PQresultStatus(result) == PGRES_COPY_IN)
        return pg_copy_data(pg, err, header, sizeof header);
    if (PQresultStatus(result) != PGRES_FATAL_ERROR) {
        pg_lose(pg, NULL, "");
        return error_set(err, ERROR_INTERNAL, "not a COPY ... FROM STDIN");
    }
    pg_fail(pg, err, result);
    if (pg->conn)
        PQclear(pg_collect(pg, NULL));
    return false;
}

bool pg_copy_data(Pg *pg, Error *err, const void *bytes, size_t length)
{
    if (!pg_usable(pg))
        return pg_lose(pg, err, "no connection");
    for (const char *at = bytes; length > 0;) {
        size_t piece = length < FLUSH_BYTES ? length : FLUSH_BYTES;
        if (PQputCopyData(pg->conn, at, (int)piece) != 1)
            return pg_lose(pg, err, "connection lost while copying");
        at += piece;
        length -= piece;
        pg->unflushed += piece;
        if (pg->unflushed >= FLUSH_BYTES) {
            pg_set_deadline(pg);
            if (!pg_flush(pg, err))
                return false;
            pg->unflushed = 0;
        }
    }
    return true;
}

bool pg_copy_end(Pg *pg, Error *err)
{
    if (!pg_copy_data(pg, err, trailer, sizeof trailer))
        return false;
    if (PQputCopyEnd(pg->conn, NULL) != 1)
        return pg_lose(pg, err, "connection lost while copying");
    pg_set_deadline(pg);
    AUTO(PGresult) *result = pg_flush(pg, err) ? pg_collect(pg, err) : NULL;
    return result != NULL;
}

void pg_copy_abort(Pg *pg)
{
    if (!pg_usable(pg))
        return;
    pg_set_deadline(pg);
    if (PQputCopyEnd(pg->conn, "given up by the client") != 1)
        pg_lose(pg, NULL, "");
    else if (pg_flush(pg, NULL))
        PQclear(pg_collect(pg, NULL)); /* the server confirms with the error that we asked for */
}
