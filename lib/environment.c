#include "lib/environment.h"
#include <string.h>

static bool has_no_schema(Pg *pg)
{
    return strcmp(pg_sqlstate(pg), "42P01") == 0 || strcmp(pg_sqlstate(pg), "3F000") == 0; /* no such table, schema */
}

bool environment_check(Pg *pg, const char *environment, Error *err)
{
    AUTO(PGresult) *row = pg_query(pg, err, "select environment from control.meta", 0, NULL);
    if (!row && !has_no_schema(pg))
        return false;
    if (!row || PQntuples(row) == 0)
        return error_set(err, ERROR_CONFIG, "the database is not set up: run 'tributary migrate' first");
    const char *theirs = pg_text(row, 0, "environment");
    return strcmp(theirs, environment) == 0 ||
           error_set(err, ERROR_CONFIG,
                     "the database belongs to the environment '%.60s', this program to '%.60s': set --environment, or "
                     "another database",
                     theirs, environment);
}
