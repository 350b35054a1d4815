#include "lib/text.h"
#include "workers/xero/parts.h"
#include "workers/xero/xero.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MOST_REFERENCES = 4, SECOND_MS = 1000 };

/* Where a stream stands. */
typedef struct Cursor {
    size_t list;
    int64_t since_ms; /* what changed after it; 0: all */
    int64_t place;    /* page, from 1, or the last number that was read */
} Cursor;

static bool read_cursor(const char *text, const XeroStream *stream, int64_t since_ms, Cursor *cursor, Error *err)
{
    *cursor = (Cursor){.since_ms = since_ms};
    if (*text && sscanf(text, "%zu %" SCNd64 " %" SCNd64, &cursor->list, &cursor->since_ms, &cursor->place) != 3)
        return error_set(err, ERROR_INTERNAL, "'%.80s' is no cursor of ours", text);
    return cursor->list < stream->n_lists ||
           error_set(err, ERROR_INTERNAL, "the cursor is at list %zu of %zu", cursor->list, stream->n_lists);
}

/* ---- Rows ---- */

/* A child with its row beside it. */
static bool add_child(Rest *rest, const XeroList *list, yyjson_val *row, yyjson_val *child, Error *err)
{
    AUTO(Text) *json = text_new(NULL);
    JsonWriter writer = {.out = json};
    json_open(&writer, NULL, '{');
    json_put_members(&writer, child, NULL);
    json_put_value(&writer, "Of", row);
    return rest_add_written(rest, &writer, list->child, rest_id(rest, child, list->child_id, list->child_prefix), err);
}

static bool add_row(Rest *rest, const XeroList *list, yyjson_val **known, yyjson_val *row, Error *err)
{
    size_t i, n;
    yyjson_val *child, *children = list->children ? json_at(row, list->children) : NULL;
    if (list->keep && !list->keep(row))
        return true;
    if (!xero_complete(rest, list, known, &row, err))
        return false;
    if (list->mapping)
        rest_add(
            rest,
            (PageItem){.mapping = list->mapping, .json = row, .id_hint = rest_id(rest, row, list->id, list->prefix)});
    yyjson_arr_foreach(children, i, n, child)
    {
        if (!add_child(rest, list, row, child, err))
            return false;
    }
    if (!rest->job->full && list->loses && list->loses(row))
        rest->page->start_over = true;
    return true;
}

static bool add_rows(Rest *rest, const XeroList *list, yyjson_val *rows, Error *err)
{
    size_t i, n;
    yyjson_val *row, *known[MOST_REFERENCES] = {NULL};
    yyjson_arr_foreach(rows, i, n, row)
    {
        if (!add_row(rest, list, known, row, err))
            return false;
    }
    return true;
}

bool xero_rows(yyjson_val *body, const XeroList *list, yyjson_val **rows, Error *err)
{
    *rows = body ? json_at(body, list->rows) : NULL;
    return !body || yyjson_is_arr(*rows) || error_set(err, ERROR_DATA, "the answer has no %s", list->rows);
}

/* ---- Lists ---- */

static const char *target_of(Rest *rest, const XeroList *list, const Cursor *cursor)
{
    const RestState *state = rest->job->state;
    AUTO(Text) *target = text_new(list->path);
    if (list->paging == XERO_PAGED) {
        rest_query_integer(target, rest, "page", cursor->place > 0 ? cursor->place : 1);
        rest_query_integer(target, rest, "pageSize", state->page_size);
        rest_query(target, rest, "order", "UpdatedDateUTC ASC");
        rest_query(target, rest, "unitdp", "4");
    } else if (list->paging == XERO_OFFSET) {
        rest_query_integer(target, rest, "offset", cursor->place);
    }
    return arena_copy(rest->arena, target->bytes, target->length);
}

/* A row that changes while we read leaves its place, and one that was not read yet moves up into a page that was. So
 * the next page does not begin at a number but at a time: the second of the last row, which comes twice then. Only what
 * shares that second is told apart by page. */
static void next_page(Cursor *cursor, yyjson_val *rows)
{
    int64_t last_ms;
    bool stamped = xero_time_ms(json_at(yyjson_arr_get_last(rows), "UpdatedDateUTC"), &last_ms);
    int64_t before_ms = stamped ? (last_ms / SECOND_MS - 1) * SECOND_MS : 0;
    if (before_ms > cursor->since_ms)
        *cursor = (Cursor){.list = cursor->list, .since_ms = before_ms, .place = 1};
    else
        cursor->place = (cursor->place > 0 ? cursor->place : 1) + 1;
}

/* Moves the cursor behind the rows; false when the list is read to its end. */
static bool advance(const Rest *rest, const XeroList *list, Cursor *cursor, yyjson_val *body, yyjson_val *rows)
{
    const RestState *state = rest->job->state;
    size_t n = yyjson_arr_size(rows);
    if (list->paging == XERO_WHOLE || n == 0)
        return false;
    if (list->paging == XERO_OFFSET) {
        int64_t last = json_integer(yyjson_arr_get_last(rows), "JournalNumber", 0), before = cursor->place;
        cursor->place = last;
        return last > before;
    }
    int64_t page = json_integer(body, "pagination.page", 0), pages = json_integer(body, "pagination.pageCount", 0);
    if (pages > 0 ? page >= pages : (int64_t)n < state->page_size)
        return false;
    next_page(cursor, rows);
    return true;
}

bool xero_read_page(Rest *rest, const XeroStream *stream, const char *text, Error *err)
{
    Cursor cursor;
    yyjson_val *body = NULL, *rows = NULL;
    if (!read_cursor(text, stream, rest->job->full ? 0 : rest->job->since_ms, &cursor, err))
        return false;
    const XeroList *list = &stream->lists[cursor.list];
    RestAnswer answer = xero_get(rest, target_of(rest, list, &cursor), cursor.since_ms, &body, err);
    if (answer != REST_FOUND && list->tiered && err->kind == ERROR_PERMISSION)
        *err = (Error){0};
    else if (answer != REST_FOUND)
        return false;
    if (!xero_rows(body, list, &rows, err) || !add_rows(rest, list, rows, err))
        return error_wrap(err, "%.*s", (int)strcspn(list->path, "?"), list->path);
    if (!advance(rest, list, &cursor, body, rows))
        cursor = (Cursor){.list = cursor.list + 1, .since_ms = rest->job->full ? 0 : rest->job->since_ms};
    if (cursor.list < stream->n_lists)
        rest->page->next =
            arena_format(rest->arena, "%zu %" PRId64 " %" PRId64, cursor.list, cursor.since_ms, cursor.place);
    return true;
}

/* ---- One record ---- */

bool xero_read_one(Rest *rest, const XeroStream *stream, const char *id, Error *err)
{
    for (size_t i = 0; i < stream->n_lists; i++) {
        const XeroList *list = &stream->lists[i];
        yyjson_val *body, *rows;
        if (!list->mapping || !text_starts_with(id, list->prefix))
            continue;
        const char *path = arena_format(rest->arena, "%.*s/%s?unitdp=4", (int)strcspn(list->path, "?"), list->path,
                                        http_escape(rest->arena, id + strlen(list->prefix)));
        RestAnswer answer = xero_get(rest, path, 0, &body, err);
        if (answer != REST_FOUND)
            return rest_is_gone(answer, err);
        return xero_rows(body, list, &rows, err) && add_rows(rest, list, rows, err);
    }
    return true;
}
