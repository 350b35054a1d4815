#include "workers/sink/position.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
    const Position *a = left, *b = right;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return (a->partition > b->partition) - (a->partition < b->partition);
}

void positions_set(Positions *positions, const Position *items, size_t n)
{
    positions_clear(positions);
    positions->items = malloc((n ? n : 1) * sizeof *items);
    if (!positions->items)
        abort();
    memcpy(positions->items, items, n * sizeof *items);
    positions->n = n;
    qsort(positions->items, n, sizeof *items, compare);
}

void positions_clear(Positions *positions)
{
    free(positions->items);
    *positions = (Positions){0};
}

Position *positions_find(const Positions *positions, const char *topic, int32_t partition)
{
    const Position wanted = {.type = data_type_by_topic(topic), .partition = partition};
    return positions->n ? bsearch(&wanted, positions->items, positions->n, sizeof wanted, compare) : NULL;
}

/* Three arrays for unnest(): topic, partition, fence. */
typedef struct Arrays {
    Text *topics, *partitions, *fences;
} Arrays;

static void fill(const Arrays *arrays, Position *const *positions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *before = i ? "," : "{";
        text_printf(arrays->topics, "%s%s", before, positions[i]->type->topic);
        text_printf(arrays->partitions, "%s%" PRId32, before, positions[i]->partition);
        text_printf(arrays->fences, "%s%" PRId64, before, positions[i]->fence);
    }
    text_puts(arrays->topics, n ? "}" : "{}");
    text_puts(arrays->partitions, n ? "}" : "{}");
    text_puts(arrays->fences, n ? "}" : "{}");
}

#define WANTED " unnest($1::text[], $2::int[], $3::bigint[]) as w(topic, partition, fence)"

static bool end_holders(Pg *pg, const Arrays *arrays, Error *err)
{
    if (FAULT_SWITCH(no_fence))
        return true;
    AUTO(PGresult) *ended = pg_query(
        pg, err,
        "select pg_terminate_backend(a.pid) from pg_stat_activity a where a.pid <> pg_backend_pid() and exists ("
        " select from control.sink_offset o join" WANTED " using (topic, partition)"
        " where o.holder_pid = a.pid and o.holder_started = a.backend_start and (w.fence < 0 or o.fence = w.fence))",
        PG_PARAMS(arrays->topics->bytes, arrays->partitions->bytes, arrays->fences->bytes));
    if (ended && PQntuples(ended) > 0)
        log_warn("ended the session of a sink that did not let go", KV("sessions", PQntuples(ended)));
    return ended != NULL;
}

/* On the disk at once, unlike batches: a fence that a crash takes back would be given out twice. */
static PGresult *raise_fences(Pg *pg, const Arrays *arrays, Error *err)
{
    return pg_query(pg, err,
                    "update control.sink_offset o set fence = o.fence + $4::bigint, holder_pid = pg_backend_pid(),"
                    " holder_started = (select backend_start from pg_stat_activity where pid = pg_backend_pid())"
                    " from" WANTED ", set_config('synchronous_commit', 'on', true) as durable"
                    " where o.topic = w.topic and o.partition = w.partition"
                    " and (w.fence < 0 or o.fence = w.fence)"
                    " returning o.topic, o.partition, o.next, o.fence",
                    PG_PARAMS(arrays->topics->bytes, arrays->partitions->bytes, arrays->fences->bytes,
                              FAULT_SWITCH(no_fence) ? "0" : "1"));
}

static Position *find(Position *const *positions, size_t n, const char *topic, int64_t partition)
{
    for (size_t i = 0; i < n; i++)
        if (positions[i]->partition == partition && strcmp(positions[i]->type->topic, topic) == 0)
            return positions[i];
    return NULL;
}

static bool note_answer(Position *const *positions, size_t n, const PGresult *rows, Error *err)
{
    size_t n_had = 0, n_have = 0;
    for (size_t i = 0; i < n; i++)
        n_had += positions[i]->fence != NO_FENCE;
    for (int i = 0; i < PQntuples(rows); i++) {
        Position *position = find(positions, n, pg_text(rows, i, "topic"), pg_integer(rows, i, "partition"));
        int64_t next = pg_integer(rows, i, "next");
        n_have += position->fence != NO_FENCE;
        if (position->fence != NO_FENCE && next < position->next)
            position->held_until_ms = clock_monotonic_ms();
        position->fence = pg_integer(rows, i, "fence");
        position->next = next;
    }
    if (n_have < n_had)
        return error_set(err, ERROR_LOST, "another sink took %zu of our partitions over", n_had - n_have);
    return true;
}

bool positions_take(Pg *pg, Position *const *positions, size_t n, Error *err)
{
    AUTO(Text) *topics = text_new(NULL);
    AUTO(Text) *partitions = text_new(NULL);
    AUTO(Text) *fences = text_new(NULL);
    const Arrays arrays = {topics, partitions, fences};
    fill(&arrays, positions, n);
    if (!end_holders(pg, &arrays, err))
        return false;
    AUTO(PGresult) *rows = raise_fences(pg, &arrays, err);
    return rows && note_answer(positions, n, rows, err);
}

bool positions_release(Pg *pg, Position *const *positions, size_t n, Error *err)
{
    AUTO(Text) *topics = text_new(NULL);
    AUTO(Text) *partitions = text_new(NULL);
    AUTO(Text) *fences = text_new(NULL);
    const Arrays arrays = {topics, partitions, fences};
    fill(&arrays, positions, n);
    return pg_execute(pg, err,
                      "update control.sink_offset o set holder_pid = null, holder_started = null from" WANTED
                      " where o.topic = w.topic and o.partition = w.partition and o.fence = w.fence",
                      PG_PARAMS(topics->bytes, partitions->bytes, fences->bytes)) >= 0;
}
