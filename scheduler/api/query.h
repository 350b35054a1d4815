/*
 * Query: the API's filter language, as SQL with parameters. name=value, !=, ~ (contains, whatever the case), >, <, >=,
 * <=, joined by && and ||, grouped by { }. Names are resolved by the caller's table, values are checked against the
 * name's type and travel as parameters, so nothing of the text becomes SQL.
 */
#pragma once
#include "lib/arena.h"
#include "lib/error.h"
#include "lib/text.h"

enum { QUERY_MAX = 2048, QUERY_PARAMS = 200 };

typedef enum QueryType { QUERY_TEXT, QUERY_NUMBER, QUERY_DATE, QUERY_INSTANT, QUERY_BOOLEAN } QueryType;

typedef struct QueryField {
    QueryType type;
    const char *sql; /* an expression of that type; on the arena or static */
} QueryField;

/* False: there is no such name. */
typedef bool (*QueryResolve)(const void *context, const char *name, Arena *arena, QueryField *field);

/* Parameters of a statement, in their order; `items` point to the arena. */
typedef struct QueryParams {
    const char *items[QUERY_PARAMS];
    int n;
} QueryParams;

typedef struct QueryNames {
    QueryResolve resolve;
    const void *context;
} QueryNames;

/* Appends the condition of `query` in parentheses. False with ERROR_DATA: "Unresolved property 'x'", a value that is no
 * number, a missing brace. */
bool query_where(Text *sql, const char *query, const QueryNames *names, QueryParams *params, Arena *arena,
                 Error *err) MUST_CHECK;

/* Appends "<expression> [desc] nulls last" for "field" or "-field". */
bool query_order(Text *sql, const char *order_by, const QueryNames *names, Arena *arena, Error *err) MUST_CHECK;
