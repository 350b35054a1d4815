#include "workers/quickbooks/pages.h"
#include "lib/clock.h"
#include <ctype.h>
#include <string.h>

/* CDC leaves out what is more than that and does not say so. */
enum { MOST_CHANGES = 1000 };

/* ---- Items ---- */

/* A row that is none of our records is nothing in a list, and a deletion among changes: it may have been one. */
static void add_row(Rest *rest, const QbEntity *entity, yyjson_val *row, bool changed)
{
    const char *status = json_text(row, "status"), *id = rest_id(rest, row, "Id", entity->prefix);
    bool deleted = status && strcmp(status, "Deleted") == 0, ours = !entity->keep || entity->keep(row);
    if (!deleted && ours)
        rest_add(rest, (PageItem){.mapping = entity->mapping, .json = row, .id_hint = id});
    else if (id && (deleted || changed))
        rest_add(rest, (PageItem){.deleted_id = id});
}

/* ---- Lists ---- */

static bool is_row(yyjson_val *row, const char *id)
{
    const char *own = json_scalar(row, "Id");
    return own && strcmp(own, id) == 0;
}

/*
 * The language has no keyset: whether Id > '9' compares digits or characters is written nowhere. So pages go by
 * position in the order of ids, where new rows come last, and each begins with the last row of the one before. If that
 * row is not in it, rows before it were deleted meanwhile and others may have moved out of sight: the page before is
 * read again.
 */
bool qb_read_rows(Rest *rest, const QbEntity *entity, QbCursor *cursor, yyjson_val **rows, size_t *fresh, bool *more,
                  Error *err)
{
    const RestState *state = rest->job->state;
    int64_t start = cursor->start > 1 ? cursor->start : 1, step = state->page_size - 1;
    if (!qb_query(rest, entity, start, rows, err))
        return false;
    size_t n = yyjson_arr_size(*rows), at = 0;
    while (cursor->last && at < n && !is_row(yyjson_arr_get(*rows, at), cursor->last))
        at++;
    bool moved = cursor->last && at == n;
    *fresh = moved && start > 1 ? n : cursor->last && !moved ? at + 1 : 0;
    *more = (moved && start > 1) || (int64_t)n >= state->page_size;
    if (moved && start > 1) {
        cursor->start = start - step;
        return true;
    }
    const char *last = json_scalar(yyjson_arr_get_last(*rows), "Id");
    if (*more && (!last || *fresh == n))
        return error_set(err, ERROR_TRANSIENT, "query of %s: the page from %lld on brings nothing new", entity->name,
                         (long long)start);
    cursor->start = start + (int64_t)n - 1;
    cursor->last = last;
    return true;
}

static bool read_cursor(const Rest *rest, const QbStream *stream, const char *text, QbCursor *cursor, Error *err)
{
    *cursor = (QbCursor){0};
    yyjson_val *json = *text ? json_parse(rest->arena, text, strlen(text), err) : NULL;
    if (*text && !json)
        return error_wrap(err, "cursor");
    if (!json)
        return true;
    int64_t entity = json_integer(json, "entity", -1);
    if (entity < 0 || (size_t)entity >= stream->n_entities)
        return error_set(err, ERROR_INTERNAL, "'%.80s' is no cursor of ours", text);
    *cursor = (QbCursor){(size_t)entity, json_integer(json, "start", 0), json_text(json, "last")};
    return true;
}

static const char *write_cursor(const Rest *rest, const QbCursor *cursor)
{
    AUTO(Text) *text = text_new(NULL);
    JsonWriter writer = {.out = text};
    json_open(&writer, NULL, '{');
    json_put_integer(&writer, "entity", (int64_t)cursor->entity);
    json_put_integer(&writer, "start", cursor->start);
    if (cursor->last)
        json_put_text(&writer, "last", cursor->last);
    json_close(&writer, '}');
    return arena_copy(rest->arena, text->bytes, text->length);
}

bool qb_read_page(Rest *rest, const QbStream *stream, const char *cursor_text, Error *err)
{
    QbCursor cursor;
    yyjson_val *rows;
    size_t fresh;
    bool more;
    if (!read_cursor(rest, stream, cursor_text, &cursor, err))
        return false;
    const QbEntity *entity = &stream->entities[cursor.entity];
    if (!qb_read_rows(rest, entity, &cursor, &rows, &fresh, &more, err))
        return false;
    size_t n = yyjson_arr_size(rows);
    for (; fresh < n; fresh++)
        add_row(rest, entity, yyjson_arr_get(rows, fresh), false);
    if (!more)
        cursor = (QbCursor){.entity = cursor.entity + 1};
    if (cursor.entity < stream->n_entities)
        rest->page->next = write_cursor(rest, &cursor);
    return true;
}

/* ---- Changes ---- */

static yyjson_val *changes_of(yyjson_val *body, const QbEntity *entity)
{
    size_t i, n;
    yyjson_val *part;
    yyjson_arr_foreach(json_at(body, "CDCResponse.0.QueryResponse"), i, n, part)
    {
        yyjson_val *rows = json_at(part, qb_key(entity));
        if (rows)
            return rows;
    }
    return NULL;
}

/* *whole is false when there may be more than the answer has; then nothing is added. */
static bool ask_changes(Rest *rest, const QbEntity *entities, size_t n_entities, bool *whole, Error *err)
{
    char since[36];
    yyjson_val *body, *row;
    size_t n_rows = 0, i, n;
    AUTO(Text) *names = text_new(NULL);
    AUTO(Text) *path = text_new("cdc");
    for (size_t e = 0; e < n_entities; e++)
        text_printf(names, "%s%s", e > 0 ? "," : "", entities[e].name);
    clock_format_instant(since, rest->job->since_ms / 1000, 0);
    rest_query(path, rest, "entities", names->bytes);
    rest_query(path, rest, "changedSince", since);
    if (qb_get(rest, path->bytes, &body, err) != REST_FOUND)
        return false;
    if (!yyjson_is_arr(json_at(body, "CDCResponse.0.QueryResponse")))
        return error_set(err, ERROR_DATA, "changes of %s: the answer has no CDCResponse", names->bytes);
    for (size_t e = 0; e < n_entities; e++)
        n_rows += yyjson_arr_size(changes_of(body, &entities[e]));
    *whole = n_rows < MOST_CHANGES;
    if (!*whole)
        return true;
    for (size_t e = 0; e < n_entities; e++)
        yyjson_arr_foreach(changes_of(body, &entities[e]), i, n, row) add_row(rest, &entities[e], row, true);
    return true;
}

/* One entity after the other; *whole is false when it is too much even so. */
static bool ask_each(Rest *rest, const QbStream *stream, bool *whole, Error *err)
{
    *whole = stream->n_entities > 1;
    for (size_t e = 0; *whole && e < stream->n_entities; e++)
        if (!ask_changes(rest, &stream->entities[e], 1, whole, err))
            return false;
    return true;
}

/* What a full answer left out cannot be asked for: there are no pages, and a query does not know what was deleted. So
 * each entity is asked for alone, and if that is too much, everything is read again. So it is when CDC refuses the
 * question itself: it is too old, or of an entity that CDC does not know in this company. */
bool qb_read_changes(Rest *rest, const QbStream *stream, Error *err)
{
    bool whole = false;
    bool told = ask_changes(rest, stream->entities, stream->n_entities, &whole, err) &&
                (whole || ask_each(rest, stream, &whole, err));
    if (!told && err->kind != ERROR_INTERNAL)
        return false;
    *err = (Error){0};
    rest->page->start_over = !told || !whole;
    return true;
}

/* ---- One object ---- */

static bool read_object(Rest *rest, const QbEntity *entity, const char *id, Error *err)
{
    yyjson_val *body;
    char *name = arena_text(rest->arena, entity->name);
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    RestAnswer answer =
        qb_get(rest, arena_format(rest->arena, "%s/%s", name, http_escape(rest->arena, id)), &body, err);
    if (answer != REST_FOUND)
        return rest_is_gone(answer, err);
    yyjson_val *row = json_at(body, qb_key(entity));
    if (!row)
        return error_set(err, ERROR_DATA, "%s/%s: the answer has no %s", name, id, qb_key(entity));
    add_row(rest, entity, row, false);
    return true;
}

bool qb_read_one(Rest *rest, const QbStream *stream, const char *id, Error *err)
{
    for (size_t i = 0; i < stream->n_entities; i++)
        if (text_starts_with(id, stream->entities[i].prefix))
            return read_object(rest, &stream->entities[i], id + strlen(stream->entities[i].prefix), err);
    return true;
}
