#include "workers/runtime/claim.h"
#include "lib/fault.h"
#include "lib/log.h"
#include <string.h>

/*
 * $1 dataset, $2 slice, $3 my incarnation, $4 whose may be taken: free, mine or any (fault builds), $5 nothing else
 * runs here, $6 all my incarnations, $7 data types with changes, $8 how long the source keeps changes (ms, 0: for
 * ever).
 *
 * `old` locks the row in its newest version; the epoch is drawn after that, so a later claim has the larger one. A
 * slice whose owner crashed counts an attempt, and a crash alone when it ran alone. A takeover voids the old epoch,
 * also one from ourselves: what that claim sent and never saw acknowledged may land all the same, and what it saw may
 * be gone by now. The first claim draws the stream's floor and decides how to read.
 */
static const char take_sql[] =
    "with old as ("
    "  select d.*, s.watermark, s.generation as stream_generation,"
    "         d.owner is not null as taken_over,"
    "         d.owner is not null and d.owner <> all($6::bigint[]) as crashed"
    "  from control.dataset d join control.stream s on s.id = d.stream_id"
    "  where d.id = $1 and d.slice_no = $2 and d.kind <> 'none'"
    "    and d.status in ('Queued', 'Fetching', 'Validating')"
    "    and (d.retry_at is null or d.retry_at <= now())"
    "    and (d.owner is null or (d.owner = $3::bigint and $4::text <> 'free') or $4::text = 'any'"
    "         or not control.alive(d.owner))"
    "    and control.alive($3::bigint)"
    "    and ($5::boolean or d.attempt"
    "         + (d.owner is null or d.owner <> all($6::bigint[]))::integer < 3)"
    "  for update of d"
    "), fresh as ("
    "  select old.*, nextval('control.claim_epoch') as new_epoch,"
    "         case when old.mode is not null then old.mode"
    "              when old.watermark is not null and not old.ask_full and old.data_type = any($7::text[])"
    "               and ($8::bigint = 0 or old.watermark > now() - $8::bigint * interval '1 millisecond')"
    "              then 'incremental' else 'full' end as new_mode"
    "  from old"
    "), taken as ("
    "  update control.dataset d"
    "     set owner = $3::bigint, epoch = f.new_epoch, mode = f.new_mode, retry_at = null, moved_at = now(),"
    "         attempt = f.attempt + (f.owner is null or f.crashed)::integer,"
    "         alone_crashes = f.alone_crashes + (f.crashed and f.attempt >= 3)::integer,"
    "         status = case f.status when 'Queued' then 'Fetching' else f.status end,"
    "         started = coalesce(f.started, now()),"
    "         first_epoch = case f.first_epoch when 0 then f.new_epoch else f.first_epoch end,"
    "         generation = coalesce(f.generation, f.stream_generation)"
    "    from fresh f where d.id = f.id"
    "  returning d.*, f.taken_over, f.epoch as old_epoch, f.first_epoch = 0 as first_claim, f.watermark"
    "), moved as ("
    "  update control.stream s"
    "     set floor_epoch = case when t.first_claim then t.epoch else s.floor_epoch end,"
    "         void_epochs = case when t.first_claim then '{}' else array_append(s.void_epochs, t.old_epoch) end"
    "    from taken t where s.id = t.stream_id and (t.first_claim or t.taken_over)"
    ")"
    " select t.id, t.connection_id, t.company_id, t.data_type, t.class, t.slice_no, t.epoch, t.generation,"
    "        t.mode = 'full' as full_sync, t.kind = 'sweep' as sweep, t.attempt >= 3 as alone, t.cursor,"
    "        case t.mode when 'incremental' then (extract(epoch from t.watermark) * 1000)::bigint else 0 end as "
    "since_ms,"
    "        t.failures, t.alone_crashes, t.records, t.dead_letters, t.deleted, t.record_topic, t.record_partition,"
    "        s.sweep_doubt, c.status as connection_status, c.settings, k.secret, k.version"
    " from taken t join control.stream s on s.id = t.stream_id"
    " join control.connection c on c.id = t.connection_id"
    " left join control.credential k on k.connection_id = t.connection_id";

/* Why the row was not to be had. */
static const char look_sql[] =
    "select d.slice_no, d.owner is null or not control.alive(d.owner) as is_free,"
    "       d.kind <> 'none' and d.status in ('Queued', 'Fetching', 'Validating')"
    "         and (d.retry_at is null or d.retry_at <= now()) as runnable,"
    "       d.retry_at is null as no_wait, d.status,"
    "       coalesce((extract(epoch from w.beat_at) * 1000)::bigint, 0) as publisher_beat,"
    "       coalesce(w.beat_at > now() - interval '10 seconds', false) as publisher_alive,"
    "       d.attempt + (d.owner is null or d.owner <> all($2::bigint[]))::integer >= 3 as must_be_alone"
    " from control.dataset d left join control.worker w on w.incarnation = d.publisher"
    " where d.id = $1";

/* Of all who meet a slice that nobody published, one wins; $4 false outside fault builds. */
static const char duty_sql[] =
    "update control.dataset set publisher = $3::bigint, moved_at = now()"
    " where id = $1 and slice_no = $2 and kind <> 'none' and status in ('Queued', 'Fetching', 'Validating')"
    " and retry_at is null and (owner is null or not control.alive(owner))"
    " and (publisher is null or not control.alive(publisher) or $4::boolean) and control.alive($3::bigint)"
    " returning class";

static const char *incremental_types(const Source *source, Arena *arena)
{
    AUTO(Text) *array = text_new("{");
    for (size_t i = 0; i < source->n_streams; i++)
        if (source->streams[i].incremental)
            text_printf(array, "%s%s", array->length > 1 ? "," : "", source->streams[i].data_type);
    text_putc(array, '}');
    return arena_text(arena, array->bytes);
}

static bool read_claim(const PGresult *row, Arena *arena, Claim *claim, Error *err)
{
    *claim = (Claim){
        .dataset_id = arena_text(arena, pg_text(row, 0, "id")),
        .connection_id = arena_text(arena, pg_text(row, 0, "connection_id")),
        .company_id = arena_text(arena, pg_text(row, 0, "company_id")),
        .data_type = arena_text(arena, pg_text(row, 0, "data_type")),
        .slice_no = (int32_t)pg_integer(row, 0, "slice_no"),
        .epoch = pg_integer(row, 0, "epoch"),
        .generation = pg_integer(row, 0, "generation"),
        .full = pg_boolean(row, 0, "full_sync"),
        .sweep = pg_boolean(row, 0, "sweep"),
        .alone = pg_boolean(row, 0, "alone"),
        .cursor = arena_text(arena, pg_text(row, 0, "cursor")),
        .since_ms = pg_integer(row, 0, "since_ms"),
        .failures = pg_integer(row, 0, "failures"),
        .alone_crashes = pg_integer(row, 0, "alone_crashes"),
        .records = pg_integer(row, 0, "records"),
        .dead_letters = pg_integer(row, 0, "dead_letters"),
        .deleted = pg_integer(row, 0, "deleted"),
        .record_topic = arena_text(arena, pg_text(row, 0, "record_topic")),
        .record_partition = (int32_t)pg_integer(row, 0, "record_partition"),
        .sweep_doubt = pg_integer(row, 0, "sweep_doubt"),
        .connection_status = arena_text(arena, pg_text(row, 0, "connection_status")),
        .settings = arena_text(arena, pg_text(row, 0, "settings")),
        .sealed = pg_is_null(row, 0, "secret") ? NULL : arena_text(arena, pg_text(row, 0, "secret")),
        .credential_version = pg_integer(row, 0, "version"),
    };
    return job_class_by_name(pg_text(row, 0, "class"), &claim->job_class) ||
           error_set(err, ERROR_INTERNAL, "dataset %s has class '%s'", claim->dataset_id, pg_text(row, 0, "class"));
}

/* Whose slice may be taken beside a dead owner's. */
static const char *whose(const ClaimRequest *request)
{
    if (FAULT_SWITCH(no_claim_liveness))
        return "any";
    return request->may_be_mine && !FAULT_SWITCH(no_claim_answer) ? "mine" : "free";
}

/* True with *taken false: the row was not to be had. */
static bool try_take(Pg *pg, const Beat *beat, const ClaimRequest *request, Arena *arena, Claim *claim, bool *taken,
                     Error *err)
{
    const Job *job = request->job;
    const char *const params[] = {
        job->dataset_id,
        PG_INT(job->slice_no),
        PG_INT(beat_incarnation(beat)),
        whose(request),
        PG_BOOL(request->alone),
        beat_incarnations(beat),
        incremental_types(request->source, arena),
        PG_INT(request->source->changes_kept_ms),
    };
    const PgStatement statements[] = {
        {"set local synchronous_commit = on", 0,                     NULL  }, /* an epoch must not be forgotten */
        {take_sql,                            (int)COUNT_OF(params), params},
    };
    PGresult *results[COUNT_OF(statements)];
    if (!pg_transaction(pg, err, statements, COUNT_OF(statements), results))
        return error_wrap(err, "claim");
    PQclear(results[0]);
    AUTO(PGresult) *row = results[1];
    *taken = PQntuples(row) == 1;
    if (!*taken)
        return true;
    FAULT_EVENT(lose_claim_answer, return error_set(err, ERROR_TRANSIENT, "claim: the answer is lost"));
    return read_claim(row, arena, claim, err);
}

/* The message is older than the row. Its publisher owes the message of the current slice; if it died between moving the
 * row and publishing, nobody else will. One that was seen alive and has not beaten since may just have died: wait for
 * the verdict. */
static ClaimOutcome look_behind(Pg *pg, const Beat *beat, const ClaimRequest *request, const PGresult *row,
                                Claim *claim, Error *err)
{
    if (!pg_boolean(row, 0, "runnable") || !pg_boolean(row, 0, "is_free") || !pg_boolean(row, 0, "no_wait"))
        return CLAIM_OVER;
    if (pg_boolean(row, 0, "publisher_alive") && !FAULT_SWITCH(no_duty_guard)) {
        int64_t seen = *request->publisher_beat;
        *request->publisher_beat = pg_integer(row, 0, "publisher_beat");
        return seen == 0 || seen == *request->publisher_beat ? CLAIM_HELD : CLAIM_OVER;
    }
    if (FAULT_SWITCH(no_publisher_duty))
        return CLAIM_OVER;
    claim->slice_no = (int32_t)pg_integer(row, 0, "slice_no");
    AUTO(PGresult) *won = pg_query(pg, err, duty_sql,
                                   PG_PARAMS(request->job->dataset_id, PG_INT(claim->slice_no),
                                             PG_INT(beat_incarnation(beat)), PG_BOOL(FAULT_SWITCH(no_duty_guard))));
    if (!won)
        return CLAIM_FAILED;
    if (PQntuples(won) == 0 || !job_class_by_name(pg_text(won, 0, "class"), &claim->job_class))
        return CLAIM_OVER;
    return CLAIM_DUTY;
}

static ClaimOutcome look_why(Pg *pg, const Beat *beat, const ClaimRequest *request, Claim *claim, Error *err)
{
    const Job *job = request->job;
    AUTO(PGresult) *row = pg_query(pg, err, look_sql, PG_PARAMS(job->dataset_id, beat_incarnations(beat)));
    if (!row)
        return CLAIM_FAILED;
    if (PQntuples(row) == 0 || pg_integer(row, 0, "slice_no") < job->slice_no) {
        log_warn("job of a dataset that is not there or not that far", KV("dataset", job->dataset_id),
                 KV("slice", job->slice_no));
        return CLAIM_OVER;
    }
    if (pg_integer(row, 0, "slice_no") > job->slice_no)
        return look_behind(pg, beat, request, row, claim, err);
    if (!pg_boolean(row, 0, "runnable")) /* ended, cancelled, or waiting: then the scheduler publishes when it is due */
        return CLAIM_OVER;
    if (pg_boolean(row, 0, "is_free") && pg_boolean(row, 0, "must_be_alone") && !request->alone)
        return CLAIM_ALONE;
    return CLAIM_HELD;
}

ClaimOutcome claim_take(PgPool *pool, const Beat *beat, const ClaimRequest *request, Arena *arena, Claim *claim,
                        Error *err)
{
    Pg *pg = pg_take(pool, err);
    if (!pg)
        return CLAIM_FAILED;
    bool taken = false;
    ClaimOutcome outcome = CLAIM_FAILED;
    if (try_take(pg, beat, request, arena, claim, &taken, err))
        outcome = taken ? CLAIM_TAKEN : look_why(pg, beat, request, claim, err);
    pg_give(pool, pg);
    return outcome;
}

bool claim_wanted(PgPool *pool, const Claim *claim, Error *err)
{
    Error away = {0};
    AUTO(PGresult) *row =
        pg_pool_query(pool, &away, "select from control.dataset where id = $1 and control.dataset_rank(status) < 9",
                      PG_PARAMS(claim->dataset_id));
    return !row || PQntuples(row) > 0 || error_set(err, ERROR_CANCELLED, "cancelled");
}

bool claim_may_read(const Claim *claim, Error *err)
{
    if (strcmp(claim->connection_status, "Deauthorized") == 0 || strcmp(claim->connection_status, "Unlinked") == 0)
        return error_set(err, ERROR_AUTH, "the connection is %s: link it again", claim->connection_status);
    return claim->sealed || error_set(err, ERROR_AUTH, "the connection has no credential: link it first");
}

Secret *claim_api_key(const Claim *claim, Vault *vault, Error *err)
{
    char context[128];
    snprintf(context, sizeof context, "credential/%s/secret/%lld", claim->connection_id,
             (long long)claim->credential_version);
    return vault_unseal(vault, claim->company_id, context, claim->sealed, err);
}
