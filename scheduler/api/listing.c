#include "scheduler/api/listing.h"
#include "lib/json.h"
#include "lib/pg.h"
#include "scheduler/api/answer.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SIZE = 100, LARGEST_SIZE = 5000, LARGEST_PAGE = 1000000 };

typedef struct Paging {
    int64_t page, size;
} Paging;

bool query_name_resolve(const void *table, const char *name, Arena *arena, QueryField *field)
{
    (void)arena;
    for (const QueryName *row = table; row->name; row++)
        if (strcmp(row->name, name) == 0) {
            *field = row->field;
            return true;
        }
    return false;
}

static bool read_number(Request *request, Response *response, const char *name, int64_t fallback, int64_t largest,
                        int64_t *number)
{
    const char *text = request_query(request, name);
    char *end = NULL;
    *number = text ? strtoll(text, &end, 10) : fallback;
    if (!text || (*text && *end == 0 && *number >= 1 && *number <= largest))
        return true;
    return answer_error(request, response, 400, "%s: '%.40s' is no number from 1 to %lld", name, text,
                        (long long)largest);
}

static void put_escaped(Text *out, const char *value)
{
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        if (isalnum(*c) || strchr("-._~", *c))
            text_putc(out, (char)*c);
        else
            text_printf(out, "%%%02X", *c);
}

static void put_link(JsonWriter *writer, const Request *request, const char *name, const Paging *paging, int64_t page)
{
    static const char *const kept[] = {"query", "orderBy"};
    AUTO(Text) *href = text_new(request->path);
    if (page > 0)
        text_printf(href, "?page=%lld&pageSize=%lld", (long long)page, (long long)paging->size);
    for (size_t i = 0; i < COUNT_OF(kept) && page > 0; i++) {
        const char *value = request_query(request, kept[i]);
        if (!value)
            continue;
        text_printf(href, "&%s=", kept[i]);
        put_escaped(href, value);
    }
    json_open(writer, name, '{');
    json_put_text(writer, "href", href->bytes);
    json_close(writer, '}');
}

static void put_answer(const Request *request, Response *response, const Paging *paging, const PGresult *rows,
                       int64_t total)
{
    JsonWriter writer = {.out = response->body};
    json_open(&writer, NULL, '{');
    json_open(&writer, "results", '[');
    for (int i = 0; i < PQntuples(rows); i++)
        json_put_raw(&writer, NULL, PQgetvalue(rows, i, 0), (size_t)PQgetlength(rows, i, 0));
    json_close(&writer, ']');
    json_put_integer(&writer, "pageNumber", paging->page);
    json_put_integer(&writer, "pageSize", paging->size);
    json_put_integer(&writer, "totalResults", total);
    json_open(&writer, "_links", '{');
    put_link(&writer, request, "self", paging, 0);
    put_link(&writer, request, "current", paging, paging->page);
    if (paging->page * paging->size < total)
        put_link(&writer, request, "next", paging, paging->page + 1);
    if (paging->page > 1)
        put_link(&writer, request, "previous", paging, paging->page - 1);
    json_close(&writer, '}');
    json_close(&writer, '}');
    response->status = 200;
}

/* The condition of `query` and the order of `orderBy`. */
static bool read_wishes(Request *request, Response *response, Listing *listing, Text *where, Text *order)
{
    const char *query = request_query(request, "query"), *order_by = request_query(request, "orderBy");
    Error err = {0};
    bool good = true;
    if ((query || order_by) && !listing->names.resolve)
        return answer_error(request, response, 400, "this list takes neither query nor orderBy");
    if (query && *query) {
        text_puts(where, " and ");
        good = query_where(where, query, &listing->names, &listing->params, request->arena, &err);
    }
    if (good && order_by && *order_by) {
        good = query_order(order, order_by, &listing->names, request->arena, &err);
        text_puts(order, ", ");
    }
    text_puts(order, listing->order);
    return good || answer_failure(request, response, &err);
}

void listing_answer(Request *request, Response *response, Listing *listing)
{
    Paging paging;
    AUTO(Text) *where = text_new(NULL), *order = text_new(NULL), *sql = text_new(NULL);
    if (!read_number(request, response, "page", 1, LARGEST_PAGE, &paging.page) ||
        !read_number(request, response, "pageSize", DEFAULT_SIZE, LARGEST_SIZE, &paging.size) ||
        !read_wishes(request, response, listing, where, order))
        return;
    text_printf(sql, "select count(*) as n from %s%s", listing->from, where->bytes);
    AUTO(PGresult) *count = api_query(request, response, sql->bytes, listing->params.n, listing->params.items);
    if (!count)
        return;
    text_clear(sql);
    text_printf(sql, "select %s as record from %s%s order by %s limit %lld offset %lld", listing->json, listing->from,
                where->bytes, order->bytes, (long long)paging.size, (long long)((paging.page - 1) * paging.size));
    AUTO(PGresult) *rows = api_query(request, response, sql->bytes, listing->params.n, listing->params.items);
    if (rows)
        put_answer(request, response, &paging, rows, pg_integer(count, 0, "n"));
}
