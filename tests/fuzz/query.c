/* The API's filter language. Input: what orderBy says; then the query. */
#include "scheduler/api/query.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include "tests/fuzz/fuzz.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *sql, *cast;
    QueryType type;
} fields[] = {
    {"id",                 "r.id",            "::text",        QUERY_TEXT   },
    {"totalAmount",        "r.\"total\"",     "::numeric",     QUERY_NUMBER },
    {"issueDate",          "r.\"issue\"",     "::date",        QUERY_DATE   },
    {"modifiedDate",       "r.modified_date", "::timestamptz", QUERY_INSTANT},
    {"metadata.isDeleted", "r.is_deleted",    "::boolean",     QUERY_BOOLEAN},
};

static bool resolve(const void *context, const char *name, Arena *arena, QueryField *field)
{
    (void)context;
    (void)arena;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (strcmp(fields[i].name, name) == 0) {
            *field = (QueryField){fields[i].type, fields[i].sql};
            return true;
        }
    return false;
}

static const QueryNames names = {resolve, NULL};

/* The length of the longest piece of ours that `sql` begins with. */
static size_t piece_of_ours(const char *sql)
{
    static const char *const pieces[] = {"(",      ")",     " and ",      " or ", " is distinct from ", " >= ",
                                         " <= ",   " = ",   " > ",        " < ",  "strpos(lower(",      "), lower(",
                                         ")) > 0", " desc", " nulls last"};
    size_t longest = 0;
    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        if (text_starts_with(sql, pieces[i]) && strlen(pieces[i]) > longest)
            longest = strlen(pieces[i]);
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (text_starts_with(sql, fields[i].sql))
            longest = strlen(fields[i].sql);
        if (text_starts_with(sql, fields[i].cast))
            longest = strlen(fields[i].cast);
    }
    return longest;
}

/* Nothing of what was asked is in the statement: all of it are our own pieces, and parameters in their order. */
static void is_ours(const char *sql, const QueryParams *params)
{
    int n = 0, open = 0;
    while (*sql) {
        size_t piece = piece_of_ours(sql);
        open += *sql == '(' ? 1 : 0;
        if (*sql == '$') {
            char *end;
            HOLDS(strtol(sql + 1, &end, 10) == ++n);
            piece = (size_t)(end - sql);
        }
        HOLDS(piece > 0);
        sql += piece;
    }
    HOLDS(n == params->n && (n == 0 || open > 0));
}

static void is_balanced(const char *sql)
{
    int open = 0;
    for (; *sql; sql++) {
        open += *sql == '(' ? 1 : *sql == ')' ? -1 : 0;
        HOLDS(open >= 0);
    }
    HOLDS(open == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    FuzzInput input = {(const char *)bytes, length};
    const char *order_by = fuzz_line(&input, arena), *query = fuzz_rest(&input, arena);
    AUTO(Text) *where = text_new(NULL);
    AUTO(Text) *order = text_new(NULL);
    static QueryParams params;
    Error err = {0};
    params.n = 0;
    if (query_where(where, query, &names, &params, arena, &err)) {
        HOLDS(strlen(query) < QUERY_MAX && params.n > 0 && params.n <= QUERY_PARAMS);
        is_ours(where->bytes, &params);
        is_balanced(where->bytes);
    } else {
        fuzz_refused(&err);
    }
    err = (Error){0};
    if (query_order(order, order_by, &names, arena, &err))
        is_ours(order->bytes, &(QueryParams){.n = 0});
    else
        fuzz_refused(&err);
    return 0;
}
