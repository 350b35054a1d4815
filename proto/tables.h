/*
 * Tables: brings the tables of all data types to what the messages say. What is missing is created or added; nothing is
 * ever dropped or changed. Runs in one transaction under an advisory lock, so that any number of programs may call it
 * at once; does nothing when all is there.
 */
#pragma once
#include "lib/pg.h"
#include "lib/text.h"
#include "proto/data_types.h"

/* False with ERROR_CONFIG when the schemas are missing (migrate first) or a column has another type than the messages
 * say: that needs an operator's decision, and the text names table, column and both types. */
bool tables_migrate(Pg *pg, Error *err) MUST_CHECK;

/* Appends the statement that creates the table of `type`. */
void tables_create_sql(Text *out, const DataType *type);
