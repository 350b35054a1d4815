/*
 * Migrations: the control schema's SQL files (infra/migrations), carried inside the program, in their order. Each runs
 * once, in a transaction of its own, and is remembered in control.migration.
 */
#pragma once
#include "lib/pg.h"

typedef struct Migration {
    const char *name, *sql; /* "0001_control" */
} Migration;

extern const Migration migrations[];
extern const size_t n_migrations;

/* Brings the database to this version and gives a new one its environment, which it keeps; any number of programs may
 * call it at once. `n_applied` may be NULL. ERROR_CONFIG, before anything is changed, when the database belongs to
 * another environment or has migrations that this program does not know: it is of a newer version. */
bool migrations_apply(Pg *pg, const char *environment, int *n_applied, Error *err) MUST_CHECK;

/* ERROR_CONFIG when the database is not migrated to this version. */
bool migrations_check(Pg *pg, Error *err) MUST_CHECK;
