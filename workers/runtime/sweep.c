/*
 * Sweep: what a full sync no longer saw is gone from the source, and readers of the topic must hear of it. Slices like
 * any other: the cursor is the last id looked at.
 */
#include "lib/fault.h"
#include "lib/log.h"
#include "workers/runtime/slice_parts.h"
#include <string.h>

enum { SWEEP_PAGE = 500, DOUBT_ROWS = 100, DOUBT_SHARE = 5 };

/*
 * The stream's live rows, and which of them no slice saw; $1 dataset, $2 epoch, $3 after this id, $4 and $5 false
 * outside fault builds. The join with the dataset makes it answer nothing once the sweep is not ours any more: a
 * cancelled one has no `seen` left, and all would look gone. What the slices of a void epoch saw does not count,
 * because the sink drops their records too.
 */
static const char live_sql[] =
    "with seen as ("
    "  select distinct unnest(e.keys) as key"
    "  from control.seen e join control.dataset d on d.id = e.dataset_id join control.stream s on s.id = d.stream_id"
    "  where d.id = $1 and (e.epoch <> all(s.void_epochs) or $5::boolean)"
    "), live as ("
    "  select r.id, r.source_version, seen.key is null as unseen"
    "  from control.dataset d join %s r on r.connection_id = d.connection_id"
    "  left join seen on seen.key = hashtextextended(r.id, 0)"
    "  where d.id = $1 and (d.epoch = $2::bigint and d.status = 'Validating' or $4::boolean)"
    "    and not r.is_deleted and r.id > $3"
    ")";
static const char count_sql[] = " select count(*) as rows, count(*) filter (where unseen) as unseen from live";
static const char page_sql[] =
    " select id, source_version from live where unseen order by id limit 500"; /* SWEEP_PAGE */

/* The planner takes an array for ten keys; a nested loop over a million of them would never end. */
static const char plan_sql[] = "set local enable_nestloop = off";

static PGresult *query(Slice *slice, const char *what, const char *after, Error *err)
{
    AUTO(Text) *sql = text_new(NULL);
    text_printf(sql, live_sql, slice->type->table);
    text_puts(sql, what);
    const char *const params[] = {slice->claim->dataset_id, PG_INT(slice->claim->epoch), after,
                                  PG_BOOL(FAULT_SWITCH(no_sweep_join)), PG_BOOL(FAULT_SWITCH(no_seen_epoch))};
    const PgStatement statements[] = {
        {plan_sql,   0,                     NULL  },
        {sql->bytes, (int)COUNT_OF(params), params}
    };
    PGresult *results[COUNT_OF(statements)] = {NULL};
    Pg *pg = pg_take(slice->runtime->pg, err);
    bool fine = pg && pg_transaction(pg, err, statements, COUNT_OF(statements), results);
    pg_give(slice->runtime->pg, pg);
    PQclear(results[0]);
    if (fine)
        return results[1];
    slice->ours_away = error_is_retriable(err);
    error_wrap(err, "sweep of %s", slice->type->table);
    return NULL;
}

/* Too much at once looks like a fault of the source or the key of another account: the next full sync must agree. */
static bool check_doubt(Slice *slice, bool *doubted, Error *err)
{
    AUTO(PGresult) *row = query(slice, count_sql, "", err);
    if (!row)
        return false;
    int64_t rows = pg_integer(row, 0, "rows"), unseen = pg_integer(row, 0, "unseen");
    bool much = unseen > DOUBT_ROWS && unseen * DOUBT_SHARE > rows;
    *doubted = much && slice->claim->sweep_doubt == 0;
    slice->sweep_doubt = *doubted ? unseen : 0;
    if (*doubted)
        log_warn("so many deletions wait until the next full sync agrees", KV("deletions", unseen), KV("rows", rows));
    return true;
}

static bool ask_record(Slice *slice, const char *id, Page *page, Error *err)
{
    return slice->runtime->source->lookup(&slice->source_job, id, slice->arena, page, err);
}

/* Asks the source first: a record that lives after all is emitted again, so that it does not come up here for ever. */
static bool look_up(Slice *slice, const char *id, bool *settled, Error *err)
{
    Page page;
    if (!slice_ask(slice, ask_record, id, &page, err)) {
        if (err->kind != ERROR_DATA)
            return false;
        log_warn("record cannot be looked up and is kept", KV("id", id), KV_ERROR(err));
        *err = (Error){0};
        *settled = true;
        return true;
    }
    *settled = page.n_items > 0;
    bool fine = slice_emit(slice, &page, err);
    slice->bytes += page.bytes;
    slice_release(slice);
    return fine;
}

static bool sweep_row(Slice *slice, const char *id, int64_t source_version, Error *err)
{
    bool asks = slice->stream->lookup && slice->runtime->source->lookup, settled = false;
    if (asks && !look_up(slice, id, &settled, err))
        return false;
    if (!settled && !emit_deletion(&slice->emitter, id, source_version, slice->arena, err)) {
        slice->ours_away = true;
        return false;
    }
    text_set(slice->cursor, id);
    return true;
}

/* One page of rows; less when asking the source takes long. */
static bool sweep_page(Slice *slice, Error *err)
{
    FAULT_POINT(before_sweep_page);
    AUTO(PGresult) *rows = query(slice, page_sql, slice->cursor->bytes, err);
    if (!rows)
        return false;
    int n = PQntuples(rows);
    for (int i = 0; i < n; i++) {
        if (slice_stopped(slice, err) ||
            !sweep_row(slice, pg_text(rows, i, "id"), pg_integer(rows, i, "source_version"), err))
            return false;
        if (slice->stream->lookup && slice_is_spent(slice))
            return true;
    }
    FAULT_POINT(after_sweep_page);
    arena_reset(slice->arena);
    slice->pages++;
    slice->finished = n < SWEEP_PAGE;
    return true;
}

bool slice_sweep(Slice *slice, Error *err)
{
    if (!*slice->claim->cursor) {
        bool doubted;
        if (!check_doubt(slice, &doubted, err))
            return false;
        if (doubted) {
            slice->finished = true;
            return true;
        }
    }
    do {
        if (slice_stopped(slice, err) || !sweep_page(slice, err))
            return false;
    } while (!slice->finished && !slice_is_spent(slice));
    return true;
}
