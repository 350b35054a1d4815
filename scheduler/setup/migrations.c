#include "scheduler/setup/migrations.h"
#include "lib/environment.h"
#include "lib/log.h"
#include "lib/text.h"
#include <string.h>

#define LOCK   "select pg_advisory_lock(hashtextextended('tributary/migrate', 0))"
#define UNLOCK "select pg_advisory_unlock(hashtextextended('tributary/migrate', 0))"

static bool is_known(const char *name)
{
    for (size_t i = 0; i < n_migrations; i++)
        if (strcmp(migrations[i].name, name) == 0)
            return true;
    return false;
}

/* The names that were applied; no rows when nothing was. */
static PGresult *read_applied(Pg *pg, Error *err)
{
    AUTO(PGresult) *table = pg_query(pg, err, "select to_regclass('control.migration') is not null as made", 0, NULL);
    if (!table)
        return NULL;
    const char *sql = pg_boolean(table, 0, "made") ? "select name from control.migration order by name"
                                                   : "select '' as name where false";
    AUTO(PGresult) *applied = pg_query(pg, err, sql, 0, NULL);
    for (int i = 0; applied && i < PQntuples(applied); i++) {
        const char *name = pg_text(applied, i, "name");
        if (is_known(name))
            continue;
        error_set(err, ERROR_CONFIG,
                  "the database has migration '%s', which this version does not know: use the newer one", name);
        return NULL;
    }
    return TAKE(applied);
}

static bool has(const PGresult *applied, const char *name)
{
    for (int i = 0; i < PQntuples(applied); i++)
        if (strcmp(pg_text(applied, i, "name"), name) == 0)
            return true;
    return false;
}

static bool apply(Pg *pg, const Migration *migration, Error *err)
{
    AUTO(Text) *script = text_new("begin;\n");
    text_puts(script, migration->sql);
    text_printf(
        script,
        "\ncreate table if not exists control.migration (name text primary key, applied_at timestamptz not null "
        "default now());\ninsert into control.migration (name) values ('%s');\ncommit;",
        migration->name);
    if (pg_script(pg, err, script->bytes, NULL, 0))
        return true;
    Error ignored = {0};
    if (pg_usable(pg) && !pg_script(pg, &ignored, "rollback", NULL, 0))
        log_warn("rollback failed", KV_ERROR(&ignored));
    return error_wrap(err, "migration %s", migration->name);
}

/* A new database takes this program's environment; one that has another is refused. */
static bool stamp(Pg *pg, const char *environment, Error *err)
{
    return pg_execute(pg, err, "insert into control.meta (environment) values ($1) on conflict do nothing",
                      PG_PARAMS(environment)) >= 0 &&
           environment_check(pg, environment, err);
}

static bool apply_missing(Pg *pg, const char *environment, int *n_applied, Error *err)
{
    AUTO(PGresult) *applied = read_applied(pg, err);
    if (!applied || (PQntuples(applied) > 0 && !stamp(pg, environment, err)))
        return false;
    for (size_t i = 0; i < n_migrations; i++) {
        if (has(applied, migrations[i].name))
            continue;
        if (!apply(pg, &migrations[i], err))
            return false;
        *n_applied += 1;
    }
    return stamp(pg, environment, err);
}

bool migrations_apply(Pg *pg, const char *environment, int *n_applied, Error *err)
{
    int n = 0;
    if (pg_execute(pg, err, LOCK, 0, NULL) < 0)
        return false;
    bool done = apply_missing(pg, environment, &n, err);
    Error ignored = {0};
    if (pg_usable(pg) && pg_execute(pg, &ignored, UNLOCK, 0, NULL) < 0)
        log_warn("the lock goes with the connection", KV_ERROR(&ignored));
    if (n_applied)
        *n_applied = n;
    return done;
}

bool migrations_check(Pg *pg, Error *err)
{
    AUTO(PGresult) *applied = read_applied(pg, err);
    if (!applied)
        return false;
    for (size_t i = 0; i < n_migrations; i++)
        if (!has(applied, migrations[i].name))
            return error_set(err, ERROR_CONFIG, "the database lacks migration '%s': run 'tributary migrate' first",
                             migrations[i].name);
    return true;
}
