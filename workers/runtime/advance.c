#include "workers/runtime/advance.h"
#include "lib/fault.h"
#include <string.h>

/* The two sides of completion, this worker and the sink, meet at this lock: exactly one of them sees the other. */
static const char lock_sql[] = "select next from control.sink_offset where topic = $1 and partition = $2 for share";
static const char no_lock_sql[] = "select next from control.sink_offset where topic = $1 and partition = $2";

/* Finishes what the sink has passed; a statement of its own, so that its snapshot sees the row moved. */
static const char finish_sql[] = "select control.finish($1, $2)";

/* Whatever depends on the row having moved is in the same statement: without the epoch nothing of it happens. */
static const char move_sql[] =
    "with moved as ("
    "  update control.dataset"
    "     set slice_no = slice_no + 1, cursor = $4, owner = null, attempt = 0, alone_crashes = 0, moved_at = now(),"
    "         publisher = case when $5 = 'more' then $6::bigint end,"
    "         mode = case when $23::boolean then 'full' else mode end,"
    "         failures = $7, error = $8, status = case $5 when 'read' then case status when 'Fetching' then "
    "'Processing'"
    "         else status end else coalesce($9, status) end,"
    "         kind = case when $5 in ('read', 'failed') then 'none' else kind end,"
    "         completed = case when $5 = 'failed' then now() end,"
    "         retry_at = case when $5 = 'wait' then now() + $10::bigint * interval '1 millisecond' end,"
    "         watermark_next = coalesce(watermark_next, to_timestamp(nullif($11::bigint, 0) / 1000.0)),"
    "         end_offset = greatest(end_offset, $12::bigint), pages = pages + $13::bigint, bytes = bytes + $14::bigint,"
    "         records = records + $15::bigint, deleted = deleted + $16::bigint,"
    "         dead_letters = dead_letters + $17::bigint, blind_letters = blind_letters + $18::bigint"
    "   where id = $1 and (epoch = $2::bigint or $22::boolean) and (slice_no = $3::integer or $24::boolean)"
    "     and status in ('Fetching', 'Validating')"
    "  returning *"
    "), seen as ("
    "  insert into control.seen (dataset_id, epoch, keys)"
    "  select id, epoch, array(select hashtextextended(lost, 0) from unnest($19::text[]) lost)"
    "    from moved where mode = 'full' and $5 <> 'failed' and cardinality($19::text[]) > 0"
    "), unseen as ("
    "  delete from control.seen s using moved m where $5 = 'failed' and s.dataset_id = m.id"
    "), refused as ("
    "  update control.connection c set status = 'Deauthorized', reason = $8"
    "    from moved m where $20::boolean and c.id = m.connection_id and c.status = 'Linked'"
    "), doubted as ("
    "  update control.stream s set sweep_doubt = $21::integer from moved m where $21::integer >= 0 and s.id = "
    "m.stream_id"
    ")"
    " select class from moved";

/* After no row moved, or no answer came: the epoch is mine and the slice is past: it was my own commit. */
static const char look_sql[] = "select class, epoch = $2::bigint as mine, slice_no > $3::integer as moved, "
                               "control.dataset_rank(status) = 9 as ended"
                               " from control.dataset where id = $1";

static const char *name_of(AdvanceTo to)
{
    static const char *const names[] = {"more", "wait", "read", "failed"};
    return names[to];
}

static bool move(Pg *pg, const Beat *beat, const Claim *claim, const Advance *what, PGresult **moved, Error *err)
{
    AUTO(Text) *lost = text_new("{");
    text_puts(lost, what->lost_ids);
    text_putc(lost, '}');
    const char *const params[] = {
        claim->dataset_id,
        PG_INT(claim->epoch),
        PG_INT(claim->slice_no),
        what->cursor,
        name_of(what->to),
        PG_INT(beat_incarnation(beat)),
        PG_INT(what->failures),
        what->error,
        what->status,
        PG_INT(what->wait_ms),
        PG_INT(what->watermark_next_ms),
        PG_INT(what->end_offset),
        PG_INT(what->pages),
        PG_INT(what->bytes),
        PG_INT(what->counts.records),
        PG_INT(what->counts.deleted),
        PG_INT(what->counts.dead_letters),
        PG_INT(what->counts.blind_letters),
        lost->bytes,
        PG_BOOL(what->deauthorize),
        PG_INT(what->sweep_doubt),
        PG_BOOL(FAULT_SWITCH(no_epoch_guard)),
        PG_BOOL(what->becomes_full),
        PG_BOOL(FAULT_SWITCH(no_slice_guard)),
    };
    const char *const place[] = {claim->record_topic, PG_INT(claim->record_partition)};
    const char *lock = FAULT_SWITCH(no_completion_lock) ? no_lock_sql : lock_sql;
    const PgStatement all[] = {
        {"set local synchronous_commit = on", 0,                     NULL  },
        {lock,                                2,                     place },
        {move_sql,                            (int)COUNT_OF(params), params},
        {finish_sql,                          2,                     place },
    };
    /* Only who has read everything has to meet the sink; the others skip the lock and the finish. */
    const PgStatement plain[] = {all[0], all[2]};
    bool last = what->to == ADVANCE_READ;
    size_t n = last ? COUNT_OF(all) : COUNT_OF(plain), at = last ? 2 : 1;
    PGresult *results[COUNT_OF(all)];
    if (!pg_transaction(pg, err, last ? all : plain, n, results))
        return error_wrap(err, "advance");
    *moved = TAKE(results[at]);
    for (size_t i = 0; i < n; i++)
        PQclear(results[i]);
    FAULT_EVENT(lose_advance_answer, return error_set(err, ERROR_TRANSIENT, "advance: the answer is lost"));
    return true;
}

static AdvanceOutcome look(Pg *pg, const Claim *claim, JobClass *job_class, Error *err)
{
    AUTO(PGresult) *row =
        pg_query(pg, err, look_sql, PG_PARAMS(claim->dataset_id, PG_INT(claim->epoch), PG_INT(claim->slice_no)));
    if (!row)
        return ADVANCE_FAULTY;
    if (PQntuples(row) == 0)
        return ADVANCE_OVER;
    if (pg_boolean(row, 0, "mine") && pg_boolean(row, 0, "moved"))
        return job_class_by_name(pg_text(row, 0, "class"), job_class) ? ADVANCE_DONE : ADVANCE_OVER;
    if (pg_boolean(row, 0, "ended"))
        return ADVANCE_OVER;
    if (pg_boolean(row, 0, "mine")) {
        error_set(err, ERROR_TRANSIENT, "advance: the row did not move");
        return ADVANCE_FAULTY;
    }
    return ADVANCE_LOST;
}

AdvanceOutcome advance(PgPool *pool, const Beat *beat, const Claim *claim, const Advance *what, JobClass *job_class,
                       Error *err)
{
    Pg *pg = pg_take(pool, err);
    if (!pg)
        return ADVANCE_FAULTY;
    AUTO(PGresult) *moved = NULL;
    AdvanceOutcome outcome = ADVANCE_FAULTY;
    if (move(pg, beat, claim, what, &moved, err)) {
        if (PQntuples(moved) == 1 && job_class_by_name(pg_text(moved, 0, "class"), job_class))
            outcome = ADVANCE_DONE;
        else if (FAULT_SWITCH(no_lost_answer))
            outcome = ADVANCE_LOST;
        else
            outcome = look(pg, claim, job_class, err);
    }
    pg_give(pool, pg);
    return outcome;
}
