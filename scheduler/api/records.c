#include "proto/columns.h"
#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include "scheduler/api/listing.h"
#include "scheduler/api/record_path.h"
#include <string.h>

/* Where the records are: of one connection, or of all of the company's. */
typedef struct Reading {
    const char *company_id, *connection_id /* NULL: all */;
    RecordPath path;
} Reading;

static const QueryType query_types[] = {
    [COLUMN_TEXT] = QUERY_TEXT,      [COLUMN_WORD] = QUERY_TEXT,      [COLUMN_BOOLEAN] = QUERY_BOOLEAN,
    [COLUMN_DECIMAL] = QUERY_NUMBER, [COLUMN_DATE] = QUERY_DATE,      [COLUMN_INSTANT] = QUERY_INSTANT,
    [COLUMN_MAYBE] = QUERY_BOOLEAN,  [COLUMN_INTEGER] = QUERY_NUMBER, [COLUMN_BIGINT] = QUERY_NUMBER,
};

static const QueryName fixed_names[] = {
    {"id",                 {QUERY_TEXT, "r.id"}              },
    {"modifiedDate",       {QUERY_INSTANT, "r.modified_date"}},
    {"metadata.isDeleted", {QUERY_BOOLEAN, "r.is_deleted"}   },
    {NULL,                 {0}                               },
};

/* A column's dotted name in the model. */
static void put_name(Text *out, const Column *column)
{
    text_clear(out);
    for (int i = 0; i < column->n_path; i++) {
        char part[64];
        column_json_name(part, column->path[i]->name);
        text_printf(out, "%s%s", i > 0 ? "." : "", part);
    }
}

/* Lists and source objects are beyond the language's reach (P-099). */
static bool resolve(const void *context, const char *name, Arena *arena, QueryField *field)
{
    if (query_name_resolve(fixed_names, name, arena, field))
        return true;
    const Columns *columns = columns_of(context);
    AUTO(Text) *known = text_new(NULL);
    for (size_t i = 0; i < columns->n; i++) {
        const Column *column = &columns->items[i];
        put_name(known, column);
        if (strcmp(known->bytes, name) != 0 || column->type >= COLUMN_OBJECT)
            continue;
        *field = (QueryField){query_types[column->type], arena_format(arena, "r.\"%s\"", column->name)};
        return true;
    }
    return false;
}

/* May it be read? 404 for a type that the sources do not offer, 409 before the first success. */
static bool is_there(Request *request, Response *response, const Reading *reading)
{
    AUTO(PGresult) *rows = api_query(request, response,
                                     "select exists (select from control.dataset d where d.company_id = $1 and "
                                     "($2::uuid is null or d.connection_id = $2) "
                                     "and d.data_type = $3 and d.status = 'Complete') as good, "
                                     "coalesce(bool_or(s.name is null or s.data_types ? $3), false) as offered, "
                                     "coalesce(string_agg(distinct initcap(k.source), ', '), 'none') as platforms "
                                     "from control.connection k left join control.source s on s.name = k.source "
                                     "where k.company_id = $1 and ($2::uuid is null or k.id = $2)",
                                     PG_PARAMS(reading->company_id, reading->connection_id, reading->path.type->key));
    if (!rows)
        return false;
    if (pg_boolean(rows, 0, "good"))
        return true;
    if (!pg_boolean(rows, 0, "offered"))
        return answer_error(request, response, 404, "Datatype %s not supported by platform(s) %s",
                            reading->path.type->key, pg_text(rows, 0, "platforms"));
    return answer_error(
        request, response, 409,
        "%s has not been requested or is still syncing: queue it, then wait until its dataset is Complete",
        reading->path.type->key);
}

/* Tables and the fixed condition. Types that show metadata.isDeleted show the deleted, too. */
static void put_from(Text *from, const Reading *reading, const char *json, QueryParams *params)
{
    const DataType *type = reading->path.type;
    params->items[params->n++] = reading->connection_id ? reading->connection_id : reading->company_id;
    text_printf(from, "%s r where r.connection_id %s", type->table,
                reading->connection_id ? "= $1" : "in (select id from control.connection where company_id = $1)");
    if (!strstr(json, "'metadata'"))
        text_puts(from, " and not r.is_deleted");
    if (reading->path.parent) {
        params->items[params->n++] = reading->path.parent;
        text_printf(from, " and r.%s = $%d", reading->path.parent_column, params->n);
    }
}

static void answer_one(Request *request, Response *response, Listing *listing, const char *id)
{
    AUTO(Text) *sql = text_new(NULL);
    text_printf(sql, "select %s as record from %s", listing->json, listing->from);
    if (id) {
        listing->params.items[listing->params.n++] = id;
        text_printf(sql, " and r.id = $%d", listing->params.n);
    }
    text_printf(sql, " order by %s limit 1", listing->order);
    AUTO(PGresult) *rows = api_query(request, response, sql->bytes, listing->params.n, listing->params.items);
    if (rows)
        answer_record(request, response, rows,
                      id ? arena_format(request->arena, "there is no record '%.200s'", id)
                         : "the source gave no record");
}

static void answer_records(Request *request, Response *response, const Reading *reading)
{
    AUTO(Text) *json = text_new(NULL), *from = text_new(NULL);
    columns_select_json(json, reading->path.type, "r");
    Listing listing = {
        .order = "r.connection_id, r.id", .names = {resolve, reading->path.type}
    };
    put_from(from, reading, json->bytes, &listing.params);
    listing.json = json->bytes;
    listing.from = from->bytes;
    if (reading->path.single || reading->path.id)
        answer_one(request, response, &listing, reading->path.id);
    else
        listing_answer(request, response, &listing);
}

static void read_records(Request *request, Response *response, Reading *reading, const char *path)
{
    if (!record_path_parse(&reading->path, path, !reading->connection_id, request->arena))
        answer_error(request, response, 404, "there is no data type at '%.100s' of a %s", path,
                     reading->connection_id ? "connection" : "company");
    else if (is_there(request, response, reading))
        answer_records(request, response, reading);
}

void records_of_company(Request *request, Response *response)
{
    Reading reading = {.company_id = request->params[0]};
    if (company_exists(request, response, reading.company_id))
        read_records(request, response, &reading, request->params[1]);
}

void records_of_connection(Request *request, Response *response)
{
    Reading reading = {.company_id = request->params[0], .connection_id = request->params[1]};
    if (connection_exists(request, response, reading.company_id, reading.connection_id))
        read_records(request, response, &reading, request->params[2]);
}
