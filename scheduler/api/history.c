#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include "scheduler/api/listing.h"
#include "scheduler/api/shapes.h"
#include "scheduler/control.h"
#include <string.h>

static const QueryName names[] = {
    {"id",           {QUERY_TEXT, "d.id::text"}           },
    {"connectionId", {QUERY_TEXT, "d.connection_id::text"}},
    {"dataType",     {QUERY_TEXT, "d.data_type"}          },
    {"status",       {QUERY_TEXT, "d.status"}             },
    {"class",        {QUERY_TEXT, "d.class"}              },
    {"mode",         {QUERY_TEXT, "d.mode"}               },
    {"errorMessage", {QUERY_TEXT, "d.error"}              },
    {"requested",    {QUERY_INSTANT, "d.requested"}       },
    {"completed",    {QUERY_INSTANT, "d.completed"}       },
    {"records",      {QUERY_NUMBER, "d.records"}          },
    {NULL,           {0}                                  },
};

void history_list(Request *request, Response *response)
{
    Listing listing = {
        .json = DATASET_JSON,
        .from = "control.dataset d where d.company_id = $1",
        .order = "d.requested desc, d.id",
        .names = {query_name_resolve,   names},
        .params = {{request->params[0]}, 1    }
    };
    if (company_exists(request, response, request->params[0]))
        listing_answer(request, response, &listing);
}

static const char *missing(Request *request)
{
    return arena_format(request->arena, "the company has no dataset '%.80s'", request->params[1]);
}

static bool is_named_well(Request *request, Response *response)
{
    if (!company_exists(request, response, request->params[0]))
        return false;
    return text_is_uuid(request->params[1]) || answer_error(request, response, 404, "%s", missing(request));
}

void history_get(Request *request, Response *response)
{
    if (!is_named_well(request, response))
        return;
    AUTO(PGresult) *rows =
        api_query(request, response,
                  "select " DATASET_JSON " as record from control.dataset d where d.id = $2 and d.company_id = $1",
                  PG_PARAMS(request->params[0], request->params[1]));
    if (rows)
        answer_record(request, response, rows, missing(request));
}

/* The owner stays in the row: its next beat hears of it. What a full sync saw goes with the dataset. */
void history_cancel(Request *request, Response *response)
{
    if (!is_named_well(request, response))
        return;
    AUTO(PGresult) *rows = api_query(request, response,
                                     "with d as (update control.dataset set status = 'Cancelled', completed = now(), "
                                     "retry_at = null, moved_at = now() "
                                     "where id = $2 and company_id = $1 and " UNFINISHED " returning *), "
                                     "unseen as (delete from control.seen where dataset_id in (select id from d)) "
                                     "select " DATASET_JSON " as record from d",
                                     PG_PARAMS(request->params[0], request->params[1]));
    if (!rows)
        return;
    if (PQntuples(rows) > 0) {
        answer_record(request, response, rows, "");
        return;
    }
    AUTO(PGresult) *ended =
        api_query(request, response, "select status from control.dataset where id = $2 and company_id = $1",
                  PG_PARAMS(request->params[0], request->params[1]));
    if (ended && PQntuples(ended) > 0)
        answer_error(request, response, 409, "the dataset has ended as %s: it cannot be cancelled",
                     pg_text(ended, 0, "status"));
    else if (ended)
        answer_error(request, response, 404, "%s", missing(request));
}

/* By data type: what was last, and what was last good. A type never synced has only its name. */
static const char status_sql[] =
    "with types as (select distinct t.data_type from control.connection k join control.source s on s.name = k.source "
    " cross join lateral jsonb_array_elements_text(s.data_types) as t (data_type) where k.company_id = $1 "
    " union select distinct d.data_type from control.dataset d where d.company_id = $1), "
    "latest as (select distinct on (data_type) data_type, id, status from control.dataset where company_id = $1 "
    " order by data_type, requested desc, id), "
    "good as (select distinct on (data_type) data_type, id, completed from control.dataset where company_id = $1 "
    " and status = 'Complete' order by data_type, completed desc, id) "
    "select coalesce(json_object_agg(t.data_type, json_strip_nulls(json_build_object('dataType', t.data_type, "
    " 'currentStatus', l.status, 'lastSuccessfulSync', " INSTANT(
        "g.completed") ", 'latestSyncId', l.id, "
                       " 'latestSuccessfulSyncId', g.id)) order by t.data_type), '{}') as record "
                       "from types t left join latest l using (data_type) left join good g using (data_type)";

void data_status(Request *request, Response *response)
{
    if (!company_exists(request, response, request->params[0]))
        return;
    AUTO(PGresult) *rows = api_query(request, response, status_sql, PG_PARAMS(request->params[0]));
    if (rows)
        answer_record(request, response, rows, "");
}
