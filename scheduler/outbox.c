#include "lib/arena.h"
#include "lib/log.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/pb.h"
#include "scheduler/control.h"
#include <stdint.h>

enum { BATCH = 500, POLL_MS = 500, AGAIN_MS = 2000 };

static const char event_sql[] =
    "select id, kind, company_id, connection_id, dataset_id, data_type, status, error, records, "
    "floor(extract(epoch from created))::bigint as seconds, "
    "(extract(microseconds from created)::bigint % 1000000) * 1000 as nanos from control.event order by id limit $1";

static char *cell(const PGresult *events, int row, const char *column)
{
    return (char *)(uintptr_t)pg_text(events, row, column);
}

static bool publish(const Control *control, const PGresult *events, int row, Arena *arena, Deliveries *deliveries,
                    Error *err)
{
    PbTimestamp occurred = PB_INIT(PbTimestamp);
    occurred.seconds = pg_integer(events, row, "seconds");
    occurred.nanos = (int32_t)pg_integer(events, row, "nanos");
    PbInt64Value records = PB_INIT(PbInt64Value);
    records.value = pg_integer(events, row, "records");
    PbDatasetEvent event = PB_INIT(PbDatasetEvent);
    event.id = pg_integer(events, row, "id");
    event.kind = cell(events, row, "kind");
    event.environment = (char *)(uintptr_t)control->environment;
    event.company_id = cell(events, row, "company_id");
    event.connection_id = cell(events, row, "connection_id");
    event.dataset_id = cell(events, row, "dataset_id");
    event.data_type = cell(events, row, "data_type");
    event.status = cell(events, row, "status");
    event.error = cell(events, row, "error");
    event.records = pg_is_null(events, row, "records") ? NULL : &records;
    event.occurred_at = &occurred;
    uint8_t *value = arena_alloc(arena, frame_size(&event.base));
    size_t length = frame_pack(SCHEMA_DATASET_EVENT, &event.base, value);
    return producer_send(control->producer, "dataset-events", -1, event.company_id, value, length, NULL, 0, deliveries,
                         err);
}

/* Deleted only once the brokers have them: a crash in between repeats events, and equal ids are the same event. */
static int publish_batch(Control *control, Pg *pg, Error *err)
{
    AUTO(PGresult) *events = pg_query(pg, err, event_sql, PG_PARAMS(PG_INT(BATCH)));
    if (!events)
        return -1;
    int n = PQntuples(events);
    if (n == 0)
        return 0;
    AUTO(Arena) *arena = arena_new(64 * KIB);
    AUTO(Text) *ids = text_new("{");
    Deliveries deliveries = {0};
    bool sent = true;
    for (int i = 0; i < n && sent; i++) {
        sent = publish(control, events, i, arena, &deliveries, err);
        text_printf(ids, "%s%s", i > 0 ? "," : "", pg_text(events, i, "id"));
    }
    text_putc(ids, '}');
    Error late = {0};
    bool delivered = deliveries_wait(&deliveries, &late);
    if (sent && !delivered && err)
        *err = late;
    bool done =
        sent && delivered &&
        pg_execute(pg, err, "delete from control.event where id = any ($1::bigint[])", PG_PARAMS(ids->bytes)) >= 0;
    return done ? n : -1;
}

static int turn(Control *control, Error *err)
{
    control->busy++;
    Pg *pg = control_connection(control, WORK_OUTBOX, NULL, err);
    int n = pg ? publish_batch(control, pg, err) : -1;
    control->busy--;
    return n;
}

void outbox_run(void *argument)
{
    Control *control = argument;
    while (!*control->stopping) {
        Error err = {0};
        int n = atomic_load(&control->leads) ? turn(control, &err) : 0;
        if (n < 0)
            log_warn("cannot publish events, trying again", KV_ERROR(&err));
        if (n < BATCH)
            fiber_sleep_ms(n < 0 ? AGAIN_MS : POLL_MS);
    }
}
