/*
 * Listing: one page of rows as the API answers it: results, pageNumber, pageSize, totalResults and _links. Reads page,
 * pageSize, orderBy and query from the request.
 */
#pragma once
#include "lib/httpd.h"
#include "scheduler/api/query.h"

typedef struct Listing {
    const char *json;   /* SQL expression that gives one record */
    const char *from;   /* tables and the fixed condition: "control.company c where true" */
    const char *order;  /* unique; the default, and what decides between equals */
    QueryNames names;   /* resolve NULL: no query, no orderBy */
    QueryParams params; /* of `from` */
} Listing;

/* Writes the page, or the error. Changes `listing`. */
void listing_answer(Request *request, Response *response, Listing *listing);

/* A table of names, for QueryNames.resolve with the table as context; ended by a NULL name. */
typedef struct QueryName {
    const char *name;
    QueryField field;
} QueryName;
bool query_name_resolve(const void *table, const char *name, Arena *arena, QueryField *field);
