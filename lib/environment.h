/*
 * Environment: the stamp that keeps installations apart. `tributary migrate` writes it into control.meta once; a
 * program of another environment refuses to start, so that a test never writes into production.
 */
#pragma once
#include "lib/pg.h"

/* ERROR_CONFIG when the database belongs to another environment or was never set up. */
bool environment_check(Pg *pg, const char *environment, Error *err) MUST_CHECK;
