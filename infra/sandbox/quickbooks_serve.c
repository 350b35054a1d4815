/* Pages of a query, single objects, and changes since a moment. */
#include "infra/sandbox/quickbooks_call.h"
#include "lib/clock.h"
#include <string.h>

static void write_row(QbCall *call, QbEntity entity, const QbRow *row)
{
    char id[QB_ID_SIZE];
    size_t start = call->response->body->length;
    qb_write(&call->render, NULL, entity, row->index);
    struck_spoil_record(&call->struck, call->response->body, &qb_struck, NULL, qb_row_id(id, entity, row->index),
                        start);
}

static void write_page(QbCall *call, const QbQuery *query, const QbRow *rows, int n, int n_all)
{
    JsonWriter *json = &call->render.json;
    json_open(json, qb_answered_as(query->entity), '[');
    for (int i = 0; i < n; i++)
        write_row(call, query->entity, &rows[i]);
    json_close(json, ']');
    json_put_integer(json, "startPosition", query->start);
    json_put_integer(json, "maxResults", n);
    if (qb_entities[query->entity].traits & QB_COUNTS)
        json_put_integer(json, "totalCount", n_all);
}

void qb_serve_query(QbCall *call, const QbQuery *query)
{
    QbRow *rows;
    JsonWriter *json = &call->render.json;
    int n_all = qb_query_rows(call, query, &rows);
    int64_t left = n_all - (query->start - 1);
    json_open(json, NULL, '{');
    json_open(json, "QueryResponse", '{');
    if (query->count)
        json_put_integer(json, "totalCount", n_all);
    else if (left > 0)
        write_page(call, query, rows + query->start - 1, (int)(left < query->most ? left : query->most), n_all);
    json_close(json, '}');
    qb_put_now(call);
    json_close(json, '}');
    call->response->status = 200;
}

/* The company's own objects are found by any id: Intuit's clients ask for the realm's. */
static int index_of(QbCall *call, QbEntity entity, const char *id)
{
    QbRow *rows;
    char each[QB_ID_SIZE];
    int n = qb_rows(&call->render, entity, &rows);
    for (int i = 0; i < n; i++) {
        bool company = entity == QB_COMPANY_INFO && strcmp(id, call->request->params[0]) == 0;
        if (!rows[i].deleted && (company || strcmp(qb_row_id(each, entity, rows[i].index), id) == 0))
            return i;
    }
    return -1;
}

void qb_serve_object(QbCall *call, QbEntity entity, const char *id)
{
    QbRow *rows;
    JsonWriter *json = &call->render.json;
    int found = index_of(call, entity, id);
    if (found < 0 || struck_hides(&call->struck, id)) {
        qb_not_found(call);
        return;
    }
    qb_rows(&call->render, entity, &rows);
    json_open(json, NULL, '{');
    size_t start = call->response->body->length;
    qb_write(&call->render, qb_answered_as(entity), entity, rows[found].index);
    struck_spoil_record(&call->struck, call->response->body, &qb_struck, NULL, id, start);
    qb_put_now(call);
    json_close(json, '}');
    call->response->status = 200;
}

/* ---- Change data capture ---- */

static void write_deleted(QbCall *call, QbEntity entity, const QbRow *row)
{
    JsonWriter *json = &call->render.json;
    char id[QB_ID_SIZE], time[40];
    json_open(json, NULL, '{');
    json_put_text(json, "status", "Deleted");
    json_put_text(json, "domain", "QBO");
    json_put_text(json, "Id", qb_row_id(id, entity, row->index));
    json_open(json, "MetaData", '{');
    quickbooks_time(time, call->render.business, row->updated);
    json_put_text(json, "LastUpdatedTime", time);
    json_close(json, '}');
    json_close(json, '}');
}

/* The changes of one entity, as many as there is room for; how many were written. */
static int write_changes(QbCall *call, QbEntity entity, int64_t since, int room)
{
    QbRow *rows;
    JsonWriter *json = &call->render.json;
    int n = 0, n_rows = qb_rows(&call->render, entity, &rows);
    json_open(json, NULL, '{');
    for (int i = 0; i < n_rows && n < room; i++) {
        char id[QB_ID_SIZE];
        if (rows[i].updated < since || struck_hides(&call->struck, qb_row_id(id, entity, rows[i].index)))
            continue;
        if (n++ == 0)
            json_open(json, qb_answered_as(entity), '[');
        if (rows[i].deleted)
            write_deleted(call, entity, &rows[i]);
        else
            write_row(call, entity, &rows[i]);
    }
    if (n > 0) {
        json_close(json, ']');
        json_put_integer(json, "startPosition", 1);
        json_put_integer(json, "maxResults", n);
        if (qb_entities[entity].traits & QB_COUNTS)
            json_put_integer(json, "totalCount", n);
    }
    json_close(json, '}');
    return n;
}

/* Reads "Invoice,Bill"; false: the fault is written. */
static bool read_entities(QbCall *call, QbEntity entities[QB_ENTITIES], int *n)
{
    const char *at = request_query(call->request, "entities");
    if (!at || !*at)
        return qb_fail(call, 400, "ValidationFault", "2020",
                       "Required param missing, need to supply the required value for the API", "entities",
                       "Required parameter entities is missing in the request");
    for (*n = 0; *at && *n < QB_ENTITIES; at += *at == ',') {
        size_t length = strcspn(at, ",");
        QbEntity entity = qb_entity_named(at, length);
        if (entity == QB_ENTITIES || !(qb_entities[entity].traits & QB_CHANGES))
            return qb_fail(call, 400, "ValidationFault", "2030", "Invalid Enumeration", "entities",
                           arena_format(call->request->arena, "Invalid Enumeration : %.*s", (int)length, at));
        if (!qb_permitted(call, entity))
            return false;
        entities[(*n)++] = entity;
        at += length;
    }
    return true;
}

static bool read_since(QbCall *call, int64_t *since)
{
    int32_t nanos;
    const char *text = request_query(call->request, "changedSince");
    if (!text || !clock_parse_instant(text, since, &nanos))
        return qb_fail(call, 400, "ValidationFault", "2170", "Invalid Enumeration", "changedSince",
                       "Invalid date/time format, use yyyy-MM-dd'T'HH:mm:ssXXX");
    if (*since < call->render.now - QB_CHANGES_KEPT)
        return qb_fail(call, 400, "ValidationFault", "4002", "Unsupported Operation", NULL,
                       arena_format(call->request->arena,
                                    "Operation cdc with changedSince date %s which is older than fixed days is not "
                                    "supported.",
                                    text));
    return true;
}

void qb_serve_changes(QbCall *call)
{
    QbEntity entities[QB_ENTITIES];
    int64_t since;
    int n = 0, room = QB_CHANGES_MAX;
    if (!read_entities(call, entities, &n) || !read_since(call, &since))
        return;
    JsonWriter *json = &call->render.json;
    json_open(json, NULL, '{');
    json_open(json, "CDCResponse", '[');
    json_open(json, NULL, '{');
    json_open(json, "QueryResponse", '[');
    for (int i = 0; i < n; i++)
        room -= write_changes(call, entities[i], since, room);
    json_close(json, ']');
    json_close(json, '}');
    json_close(json, ']');
    qb_put_now(call);
    json_close(json, '}');
    call->response->status = 200;
}
