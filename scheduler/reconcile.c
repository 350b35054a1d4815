#include "lib/clock.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "proto/job.h"
#include "scheduler/control.h"
#include "scheduler/lag.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 1000, TICK_MS = 100, PROCESSING_MS = 10000 };

METRIC(repaired, "tributary_reconciler_repairs_total", METRIC_COUNTER, "slices whose job was lost and published again");
METRIC(finished, "tributary_reconciler_finished_total", METRIC_COUNTER, "datasets finished by the reconciler");

/* Runnable, free, and nothing has moved: perhaps its job was lost, perhaps it waits in a backlog. */
static const char idle_sql[] =
    "select id, source, class, connection_id, moved_at, slice_no, mark_offset, "
    "mark_moved_at is not distinct from moved_at as marked from ("
    "select * from control.dataset where kind <> 'none' and retry_at is null and " UNFINISHED " "
    "and moved_at < now() - $1::bigint * interval '1 millisecond' and (owner is null or not control.alive(owner)) "
    "order by moved_at limit $2) oldest order by source";

static const char mark_sql[] = "update control.dataset set mark_offset = $3, mark_moved_at = moved_at "
                               "where id = $1 and moved_at = $2::timestamptz";

/* Due now: the publisher takes it from here. The owner stays, so that the claim voids a dead one's epoch. */
static const char again_sql[] = "update control.dataset set retry_at = now() "
                                "where id = $1 and moved_at = $2::timestamptz and mark_moved_at = moved_at "
                                "and retry_at is null and kind <> 'none' and " UNFINISHED;

static const char passed_sql[] =
    "select distinct d.record_topic, d.record_partition from control.dataset d "
    "join control.sink_offset o on o.topic = d.record_topic and o.partition = d.record_partition "
    "where d.kind = 'none' and d.status in ('Processing', 'Validating') and o.next >= d.end_offset "
    "and d.moved_at < now() - $1::bigint * interval '1 millisecond'";

/* The first look notes where the job's partition ends; a later one repeats the job once the group is past that mark, so
 * a backlog is never published again. */
static bool look_at(Pg *pg, Lag *lag, const PGresult *idle, int row, Error *err)
{
    JobClass job_class;
    char topic[JOB_NAME_SIZE];
    const char *id = pg_text(idle, row, "id"), *moved_at = pg_text(idle, row, "moved_at");
    if (!job_class_by_name(pg_text(idle, row, "class"), &job_class))
        return error_set(err, ERROR_INTERNAL, "class '%s'", pg_text(idle, row, "class"));
    job_topic(topic, pg_text(idle, row, "source"), job_class);
    int32_t partition = lag_partition(lag, topic, pg_text(idle, row, "connection_id"), err);
    if (partition < 0)
        return false;
    if (!pg_boolean(idle, row, "marked")) {
        int64_t end = lag_end(lag, topic, partition, err);
        return end >= 0 && pg_execute(pg, err, mark_sql, PG_PARAMS(id, moved_at, PG_INT(end))) >= 0;
    }
    bool waits;
    if (!lag_waits(lag, topic, partition, pg_integer(idle, row, "mark_offset"), &waits, err))
        return false;
    if (waits)
        return true;
    int64_t n = pg_execute(pg, err, again_sql, PG_PARAMS(id, moved_at));
    if (n > 0) {
        metric_add(&repaired, NULL, 1);
        log_warn("a job was lost: it is published again", KV("job", id), KV("slice", pg_text(idle, row, "slice_no")));
    }
    return n >= 0;
}

static bool look_at_idle(const Control *control, Pg *pg, Error *err)
{
    AUTO(PGresult) *idle = pg_query(pg, err, idle_sql, PG_PARAMS(PG_INT(control->reconcile_after_ms), PG_INT(BATCH)));
    if (!idle)
        return false;
    Lag *lag = NULL;
    const char *source = "";
    bool good = true;
    for (int i = 0; i < PQntuples(idle) && good && !*control->stopping; i++) {
        if (strcmp(source, pg_text(idle, i, "source")) != 0) {
            lag_close(TAKE(lag));
            source = pg_text(idle, i, "source");
            lag = lag_open(control->config, control->environment, source, err);
        }
        good = lag && look_at(pg, lag, idle, i, err);
    }
    lag_close(lag);
    return good;
}

/* Rows that are in, of datasets that nobody has told: the sink's own statement normally does it. */
static bool finish_passed(Pg *pg, Error *err)
{
    AUTO(PGresult) *passed = pg_query(pg, err, passed_sql, PG_PARAMS(PG_INT(PROCESSING_MS)));
    for (int i = 0; passed && i < PQntuples(passed); i++) {
        const char *const params[] = {pg_text(passed, i, "record_topic"), pg_text(passed, i, "record_partition")};
        const PgStatement statements[] = {
            {"select next from control.sink_offset where topic = $1 and partition = $2 for share", 2, params},
            {"select control.finish($1, $2) as n",                                                 2, params},
        };
        PGresult *results[COUNT_OF(statements)];
        if (!pg_transaction(pg, err, statements, COUNT_OF(statements), results))
            return false;
        metric_add(&finished, NULL, (double)pg_integer(results[1], 0, "n"));
        for (size_t k = 0; k < COUNT_OF(results); k++)
            PQclear(results[k]);
    }
    return passed != NULL;
}

static bool forget_the_old(Pg *pg, Error *err)
{
    return pg_execute(pg, err, "delete from control.worker where beat_at < now() - interval '1 day'", 0, NULL) >= 0 &&
           pg_execute(pg, err, "delete from control.slice_log where claimed_at < now() - interval '30 days'", 0,
                      NULL) >= 0;
}

void *reconcile_run(void *argument)
{
    Control *control = argument;
    int64_t next_ms = clock_monotonic_ms() + control->reconcile_every_ms;
    while (!*control->stopping) {
        nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000L}, NULL);
        if (!atomic_load(&control->leads) || clock_monotonic_ms() < next_ms)
            continue;
        next_ms = clock_monotonic_ms() + control->reconcile_every_ms;
        Error err = {0};
        Pg *pg = control_connection(control, WORK_RECONCILE, NULL, &err);
        if (!pg || !look_at_idle(control, pg, &err) || !finish_passed(pg, &err) || !forget_the_old(pg, &err))
            log_warn("cannot reconcile, trying again", KV_ERROR(&err));
    }
    return NULL;
}
