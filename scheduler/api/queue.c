#include "scheduler/api/queue.h"
#include "proto/data_types.h"
#include "proto/job.h"
#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include "scheduler/api/shapes.h"
#include "scheduler/control.h"
#include <string.h>

enum { ATTEMPTS = 3 };

#define RANK(row) "array_position(array['interactive', 'incremental', 'backfill'], " row ".class)"

/*
 * What to read: every given type that the source of a Linked connection offers. One statement makes the streams that
 * are missing, with their place in the sink's offsets, and the datasets. Where one is still unfinished it is returned
 * with the higher class; if it waits for a worker in a lower one, it becomes due again and is published in the new
 * class, too: the second message finds the row claimed. "Full" that comes too late for a running dataset holds for the
 * next one.
 */
static const char queue_sql[] =
    "with wanted as (select k.id as connection_id, k.company_id, k.source, t.*, "
    " (hashtextextended(k.id::text, 0) & 9223372036854775807) % t.partitions as place from control.connection k "
    " join control.source s on s.name = k.source "
    " join unnest($3::text[], $4::text[], $5::integer[]) as t (data_type, topic, partitions) on s.data_types ? "
    "t.data_type "
    " where k.company_id = $1 and k.status = 'Linked' and ($2::uuid is null or k.id = $2) "
    " and ($8::boolean or control.fetch_on_first_link(k.company_id, t.data_type))), "
    "made as (insert into control.stream (connection_id, data_type, record_topic, record_partition) "
    " select connection_id, data_type, topic, place from wanted order by 1, 2 "
    " on conflict (connection_id, data_type) do nothing returning id, connection_id, data_type, record_topic, "
    "record_partition), "
    "stream as (select * from made union all "
    " select s.id, s.connection_id, s.data_type, s.record_topic, s.record_partition from control.stream s "
    " join wanted w on w.connection_id = s.connection_id and w.data_type = s.data_type), "
    "offsets as (insert into control.sink_offset (topic, partition) "
    " select distinct record_topic, record_partition from made order by 1, 2 on conflict do nothing), "
    "d as (insert into control.dataset (stream_id, company_id, connection_id, data_type, source, record_topic, "
    "  record_partition, class, ask_full, retry_at) "
    " select s.id, k.company_id, k.id, s.data_type, k.source, s.record_topic, s.record_partition, "
    "  coalesce($6, case when exists (select from control.dataset o where o.stream_id = s.id and o.status = "
    "'Complete') "
    "   then 'incremental' else 'backfill' end), "
    "  $7::boolean or coalesce((select o.ask_full and not (o.mode = 'full' and o.status = 'Complete') "
    "   and o.status <> 'Cancelled' from control.dataset o where o.stream_id = s.id order by o.requested desc limit "
    "1), "
    "   false), now() "
    " from stream s join control.connection k on k.id = s.connection_id order by 1 "
    " on conflict (stream_id) where " UNFINISHED " do update set "
    "  retry_at = case when " RANK("excluded") " < " RANK(
        "dataset") " "
                   "   and dataset.owner is null and dataset.kind <> 'none' then coalesce(dataset.retry_at, now()) "
                   "else dataset.retry_at end, "
                   "  class = case when " RANK("excluded") " < " RANK(
                       "dataset") " "
                                  "   then excluded.class else dataset.class end, "
                                  "  ask_full = dataset.ask_full or excluded.ask_full returning *) "
                                  "select " DATASET_JSON " as record, (select count(*) from wanted) as wanted from d "
                                  "order by d.data_type, d.connection_id";

typedef struct Wish {
    const char *company_id, *connection_id /* NULL: all */, *job_class /* NULL: by what is there */;
    bool full;
    bool every; /* also types that are not fetched on first link */
} Wish;

/* The lists of keys, topics and partition counts; all types, or the one. */
static void put_types(const Api *api, const DataType *only, Text *keys, Text *topics, Text *counts)
{
    Text *const lists[] = {keys, topics, counts};
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        text_set(lists[i], "{");
    for (size_t i = 0; i < n_data_types; i++) {
        if (only && only != &data_types[i])
            continue;
        const char *comma = keys->length > 1 ? "," : "";
        text_printf(keys, "%s%s", comma, data_types[i].key);
        text_printf(topics, "%s%s", comma, data_types[i].topic);
        text_printf(counts, "%s%d", comma, api->partitions[i]);
    }
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        text_putc(lists[i], '}');
}

/* Rows of pull operations; NULL when the response is written. Two requests that make a stream in the same moment miss
 * each other's: then the statement runs again and sees it. */
static PGresult *queue(Request *request, Response *response, const Wish *wish, const DataType *only)
{
    AUTO(Text) *keys = text_new(NULL), *topics = text_new(NULL), *counts = text_new(NULL);
    put_types(request->context, only, keys, topics, counts);
    for (int attempt = 1;; attempt++) {
        AUTO(PGresult) *rows =
            api_query(request, response, queue_sql,
                      PG_PARAMS(wish->company_id, wish->connection_id, keys->bytes, topics->bytes, counts->bytes,
                                wish->job_class, PG_BOOL(wish->full), PG_BOOL(wish->every)));
        if (!rows)
            return NULL;
        int n = PQntuples(rows);
        if (attempt == ATTEMPTS || (n > 0 && n == pg_integer(rows, 0, "wanted")))
            return TAKE(rows);
    }
}

static bool read_wish(Request *request, Response *response, const char *default_class, Wish *wish)
{
    JobClass known;
    const char *full = request_query(request, "full"), *every = request_query(request, "everyType");
    *wish = (Wish){.company_id = request->params[0],
                   .connection_id = request_query(request, "connectionId"),
                   .job_class = request_query(request, "class")};
    wish->full = full && !text_equals_ignoring_case(full, "false");
    wish->every = every && !text_equals_ignoring_case(every, "false");
    if (!wish->job_class)
        wish->job_class = default_class;
    if (wish->job_class && !job_class_by_name(wish->job_class, &known))
        return answer_error(request, response, 400, "class: '%.40s' is none of interactive, incremental, backfill",
                            wish->job_class);
    return wish->connection_id ? connection_exists(request, response, wish->company_id, wish->connection_id)
                               : company_exists(request, response, wish->company_id);
}

/* Why nothing could be queued: no connection, none Linked, a worker that never ran, or a type that nobody has. */
static void explain(Request *request, Response *response, const Wish *wish, const char *data_type)
{
    AUTO(PGresult) *rows = api_query(request, response,
                                     "select string_agg(distinct initcap(k.source), ', ') as platforms, "
                                     "string_agg(distinct k.source, ', ') filter (where s.name is null) as silent, "
                                     "coalesce(bool_or(k.status = 'Linked'), false) as linked, min(k.status) as status "
                                     "from control.connection k left join control.source s on s.name = k.source "
                                     "where k.company_id = $1 and ($2::uuid is null or k.id = $2)",
                                     PG_PARAMS(wish->company_id, wish->connection_id));
    if (!rows)
        return;
    const char *silent = pg_text(rows, 0, "silent");
    if (pg_is_null(rows, 0, "platforms"))
        answer_error(request, response, 404, "the company has no connection: create one first");
    else if (!pg_boolean(rows, 0, "linked"))
        answer_error(request, response, 409, "no connection is Linked (%s): authorize it first",
                     pg_text(rows, 0, "status"));
    else if (*silent)
        answer_error(request, response, 503,
                     "what '%s' offers is not known yet: start worker-%s once against this database", silent, silent);
    else
        answer_error(request, response, 404, "Datatype %s not supported by platform(s) %s", data_type,
                     pg_text(rows, 0, "platforms"));
}

/* With answer=operations, which is ours: all of them, where the reference shows one or none. */
static bool wants_operations(const Request *request)
{
    const char *answer = request_query(request, "answer");
    return answer && strcmp(answer, "operations") == 0;
}

static void put_operations(Response *response, const PGresult *rows)
{
    JsonWriter writer = {.out = response->body};
    json_open(&writer, NULL, '[');
    for (int i = 0; i < PQntuples(rows); i++)
        json_put_raw(&writer, NULL, pg_text(rows, i, "record"), strlen(pg_text(rows, i, "record")));
    json_close(&writer, ']');
    response->status = 200;
}

/* The company's settings may leave nothing of what there is. */
static void explain_all(Request *request, Response *response, const Wish *wish)
{
    if (wish->every)
        explain(request, response, wish, "any");
    else
        answer_error(request, response, 404,
                     "no data type is fetched on first link: switch some on in syncSettings, queue them one by one, or "
                     "ask for all with everyType=true");
}

/* Those that the settings name (P-070); everyType=true, which is ours: all. */
void queue_all(Request *request, Response *response)
{
    Wish wish;
    if (!read_wish(request, response, NULL, &wish))
        return;
    AUTO(PGresult) *rows = queue(request, response, &wish, NULL);
    if (!rows)
        return;
    if (PQntuples(rows) == 0)
        explain_all(request, response, &wish);
    else if (wants_operations(request))
        put_operations(response, rows);
    else
        response->status = 204;
}

/* The pull operation; of several connections, the first one's. */
void queue_one(Request *request, Response *response)
{
    Wish wish;
    const char *key = request->params[1];
    const DataType *type = data_type_by_key(key);
    if (!read_wish(request, response, job_class_name(JOB_INTERACTIVE), &wish))
        return;
    wish.every = true;
    AUTO(PGresult) *rows = type ? queue(request, response, &wish, type) : NULL;
    if (type && !rows)
        return;
    if (!rows || PQntuples(rows) == 0)
        explain(request, response, &wish, arena_format(request->arena, "%.80s", key));
    else if (wants_operations(request))
        put_operations(response, rows);
    else
        answer_record(request, response, rows, "");
}

bool queue_first(Request *request, Response *response, const char *company_id, const char *connection_id)
{
    const Wish wish = {.company_id = company_id, .connection_id = connection_id};
    AUTO(PGresult) *rows = queue(request, response, &wish, NULL);
    return rows != NULL;
}
