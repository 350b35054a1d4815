#include "lib/arena.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "proto/job.h"
#include "scheduler/control.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 1000, MAX_SOURCES = 64, REST_MS = 2000, IDLE_MS = 1000, LONGEST_WAIT_MS = 5000 };

METRIC(published, "tributary_jobs_published_total", METRIC_COUNTER, "jobs published by the scheduler");

static const char due_sql[] =
    "select id, slice_no, class, connection_id, source, retry_at from control.dataset "
    "where retry_at <= now() and kind <> 'none' and " UNFINISHED " and source <> all ($1::text[]) "
    "and (owner is null or not control.alive(owner)) order by retry_at limit $2";

/* A worker may have claimed the slice between our message and this statement: then the row is its own. */
static const char done_sql[] =
    "update control.dataset d set retry_at = null, publisher = $1, moved_at = now() "
    "from unnest($2::uuid[], $3::integer[], $4::timestamptz[]) as p (id, slice_no, retry_at) "
    "where d.id = p.id and d.slice_no = p.slice_no and d.retry_at = p.retry_at "
    "and (d.owner is null or not control.alive(d.owner))";

static const char next_sql[] =
    "select ceil(extract(epoch from min(retry_at) - clock_timestamp()) * 1000)::bigint as ms from control.dataset "
    "where retry_at > now() and kind <> 'none' and " UNFINISHED;

/* What one source's jobs wait for: a source without topics must not hold up the others. */
typedef struct Lane {
    const char *source;
    Deliveries deliveries;
    Error error;
    bool failed;
} Lane;

typedef struct Rest {
    char source[64];
    int64_t until_ms;
} Rest;

typedef struct Due {
    Control *control;
    Pg *pg;                  /* of this turn */
    Rest rests[MAX_SOURCES]; /* sources whose jobs could not be published, for a moment */
} Due;

static bool is_resting(const Rest *rest)
{
    return rest->until_ms > clock_monotonic_ms();
}

static bool let_rest(Due *due, const char *source)
{
    for (size_t i = 0; i < MAX_SOURCES; i++) {
        if (is_resting(&due->rests[i]))
            continue;
        snprintf(due->rests[i].source, sizeof due->rests[i].source, "%s", source);
        due->rests[i].until_ms = clock_monotonic_ms() + REST_MS;
        return true;
    }
    return false;
}

static const char *resting_sources(const Due *due, Text *array)
{
    text_set(array, "{");
    for (size_t i = 0; i < MAX_SOURCES; i++)
        if (is_resting(&due->rests[i]))
            text_printf(array, "%s\"%s\"", array->length > 1 ? "," : "", due->rests[i].source);
    text_putc(array, '}');
    return array->bytes;
}

static Lane *lane_of(Lane *lanes, size_t *n, const char *source)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp(lanes[i].source, source) == 0)
            return &lanes[i];
    if (*n == MAX_SOURCES)
        return NULL;
    lanes[*n] = (Lane){.source = source};
    return &lanes[(*n)++];
}

/* One trace a dataset: its id; one span a message. */
static void trace(char out[JOB_TRACE_SIZE], const char *dataset_id)
{
    char span[37], id[33];
    text_uuid(span);
    size_t n = 0;
    for (const char *c = dataset_id; *c && n < sizeof id - 1; c++)
        if (*c != '-')
            id[n++] = *c;
    id[n] = 0;
    snprintf(out, JOB_TRACE_SIZE, "00-%s-%.8s%.4s%.4s-01", id, span, span + 9, span + 14);
}

static bool publish(const Control *control, const PGresult *rows, int row, Deliveries *deliveries, Error *err)
{
    Job job = {.slice_no = (int32_t)pg_integer(rows, row, "slice_no"), .enqueued_ms = clock_wall_ms()};
    if (!job_class_by_name(pg_text(rows, row, "class"), &job.job_class))
        return error_set(err, ERROR_INTERNAL, "class '%s'", pg_text(rows, row, "class"));
    snprintf(job.environment, sizeof job.environment, "%s", control->environment);
    snprintf(job.dataset_id, sizeof job.dataset_id, "%s", pg_text(rows, row, "id"));
    snprintf(job.connection_id, sizeof job.connection_id, "%s", pg_text(rows, row, "connection_id"));
    trace(job.traceparent, job.dataset_id);
    char topic[JOB_NAME_SIZE];
    job_topic(topic, pg_text(rows, row, "source"), job.job_class);
    uint8_t value[JOB_MAX];
    size_t length = job_pack(&job, value);
    return producer_send(control->producer, topic, -1, job.connection_id, value, length, NULL, 0, deliveries, err);
}

/* Publishes every row and waits until the brokers have them. Returns how many lanes there are. */
static size_t publish_all(Due *due, const PGresult *rows, Lane *lanes)
{
    size_t n_lanes = 0;
    for (int i = 0; i < PQntuples(rows); i++) {
        Lane *lane = lane_of(lanes, &n_lanes, pg_text(rows, i, "source"));
        if (lane && !lane->failed)
            lane->failed = !publish(due->control, rows, i, &lane->deliveries, &lane->error);
    }
    for (size_t i = 0; i < n_lanes; i++) {
        Error err = {0};
        if (!deliveries_wait(&lanes[i].deliveries, &err) && !lanes[i].failed) {
            lanes[i].failed = true;
            lanes[i].error = err;
        }
        if (!lanes[i].failed)
            continue;
        log_warn("jobs not published, trying again", KV("source", lanes[i].source), KV_ERROR(&lanes[i].error));
        let_rest(due, lanes[i].source);
    }
    return n_lanes;
}

/* The rows whose message is out. In this order, a crash costs a second message, which the claim absorbs; the other way
 * round it would cost the work. */
static bool mark_published(Due *due, const PGresult *rows, Lane *lanes, size_t n_lanes, Error *err)
{
    AUTO(Text) *ids = text_new("{"), *slices = text_new("{"), *times = text_new("{");
    int n = 0;
    for (int i = 0; i < PQntuples(rows); i++) {
        const Lane *lane = lane_of(lanes, &n_lanes, pg_text(rows, i, "source"));
        if (!lane || lane->failed)
            continue;
        const char *comma = n++ > 0 ? "," : "";
        text_printf(ids, "%s%s", comma, pg_text(rows, i, "id"));
        text_printf(slices, "%s%s", comma, pg_text(rows, i, "slice_no"));
        text_printf(times, "%s\"%s\"", comma, pg_text(rows, i, "retry_at"));
    }
    text_putc(ids, '}');
    text_putc(slices, '}');
    text_putc(times, '}');
    metric_add(&published, NULL, n);
    int64_t incarnation = atomic_load(&due->control->incarnation);
    return n == 0 || pg_execute(due->pg, err, done_sql,
                                PG_PARAMS(PG_INT(incarnation), ids->bytes, slices->bytes, times->bytes)) >= 0;
}

/* One batch; the number of rows that were due, or -1. */
static int publish_batch(Due *due, Error *err)
{
    AUTO(Text) *resting = text_new(NULL);
    AUTO(PGresult) *rows = pg_query(due->pg, err, due_sql, PG_PARAMS(resting_sources(due, resting), PG_INT(BATCH)));
    if (!rows)
        return -1;
    int n = PQntuples(rows);
    if (n == 0)
        return 0;
    Lane *lanes = calloc(MAX_SOURCES, sizeof *lanes); /* a fiber's stack is small */
    if (!lanes)
        abort();
    size_t n_lanes = publish_all(due, rows, lanes);
    bool marked = mark_published(due, rows, lanes, n_lanes, err);
    free(lanes);
    return marked ? n : -1;
}

/* Milliseconds until the next row is due, or a resting source may be tried; -1 with err. */
static int64_t time_to_wait(Due *due, Error *err)
{
    AUTO(PGresult) *next = pg_query(due->pg, err, next_sql, 0, NULL);
    if (!next)
        return -1;
    int64_t wait_ms = pg_is_null(next, 0, "ms") ? LONGEST_WAIT_MS : pg_integer(next, 0, "ms");
    for (size_t i = 0; i < MAX_SOURCES; i++)
        if (is_resting(&due->rests[i]) && wait_ms > REST_MS)
            wait_ms = REST_MS;
    return wait_ms < 0 ? 0 : wait_ms > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait_ms;
}

static bool turn(Due *due, Error *err)
{
    bool fresh;
    due->pg = control_connection(due->control, WORK_DUE, &fresh, err);
    if (!due->pg || (fresh && pg_execute(due->pg, err, "listen tributary_due", 0, NULL) < 0))
        return false;
    int n;
    due->control->busy++;
    do
        n = publish_batch(due, err);
    while (n == BATCH && !*due->control->stopping);
    due->control->busy--;
    int64_t wait_ms = n < 0 ? -1 : time_to_wait(due, err);
    return wait_ms >= 0 && (pg_wait_notify(due->pg, wait_ms, err) || err->kind == ERROR_NONE);
}

void due_run(void *argument)
{
    Due due = {.control = argument};
    while (!*due.control->stopping) {
        Error err = {0};
        if (!atomic_load(&due.control->leads)) {
            fiber_sleep_ms(IDLE_MS / 10);
        } else if (!turn(&due, &err)) {
            log_warn("cannot look for due work, trying again", KV_ERROR(&err));
            fiber_sleep_ms(IDLE_MS);
        }
    }
}
