/*
 * What the pg_*.c files share. A call starts with pg_start(), which sets its deadline; whatever fails on the way to the
 * server drops the connection, because half a conversation cannot be continued.
 */
#pragma once
#include "lib/pg.h"

enum { PG_CALL_TIMEOUT_MS = 30000 };

struct Pg {
    PGconn *conn; /* NULL once it is lost */
    int64_t timeout_ms, deadline_ms;
    char sqlstate[6];
    size_t unflushed; /* bytes of COPY data put since the last flush */
};

bool pg_start(Pg *pg, Error *err);
void pg_set_deadline(Pg *pg); /* of a call that goes on with what another started */
/* Drops the connection: ERROR_TRANSIENT with `what` and libpq's reason. */
bool pg_lose(Pg *pg, Error *err, const char *what);
bool pg_wait(Pg *pg, short events, Error *err); /* within the call's deadline */
bool pg_flush(Pg *pg, Error *err);
/* The next result of what was sent; *result NULL: the statement's results are all read. */
bool pg_next(Pg *pg, PGresult **result, Error *err);
/* The rest of the results, the last one kept; the first error wins. NULL on failure. */
PGresult *pg_collect(Pg *pg, Error *err);
/* The error of a result; drops the connection when the server has closed it. Returns false. */
bool pg_fail(Pg *pg, Error *err, const PGresult *result);

/* After a failed call: says so when the connection went before the server told how it ended. Returns false. */
bool pg_doubt(const Pg *pg, Error *err);

ErrorKind pg_error_kind(const char *sqlstate);
