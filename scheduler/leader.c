#include "lib/log.h"
#include "lib/metrics.h"
#include "scheduler/control.h"
#include <limits.h>
#include <unistd.h>

enum { TICK_MS = 1000, BEAT_TICKS = 3, CALL_MS = 5000 };

METRIC(leading, "tributary_scheduler_leads", METRIC_GAUGE, "1 while this scheduler leads its environment");

Pg *control_connection(Control *control, ControlWork work, bool *fresh, Error *err)
{
    Pg **kept = &control->connections[work];
    bool lost = !*kept || !pg_usable(*kept);
    if (fresh)
        *fresh = lost;
    if (!lost)
        return *kept;
    pg_free(TAKE(*kept));
    *kept = pg_connect(control->postgres, "scheduler", err);
    if (*kept)
        pg_set_timeout(*kept, CALL_MS);
    return *kept;
}

static void set_lead(Control *control, bool leads)
{
    if (atomic_exchange(&control->leads, leads) == leads)
        return;
    metric_set(&leading, NULL, leads);
    if (leads)
        log_info("leading", KV("incarnation", (int64_t)atomic_load(&control->incarnation)));
    else
        log_warn("not leading any more");
}

static bool compete(Control *control, Pg *pg, Error *err)
{
    if (atomic_load(&control->leads))
        return true;
    AUTO(PGresult) *lock =
        pg_query(pg, err, "select pg_try_advisory_lock(hashtextextended('tributary/scheduler/' || $1, 0)) as taken",
                 PG_PARAMS(control->environment));
    if (lock)
        set_lead(control, pg_boolean(lock, 0, "taken"));
    return lock != NULL;
}

static bool take_incarnation(Control *control, Pg *pg, Error *err)
{
    char host[HOST_NAME_MAX + 1] = "";
    gethostname(host, sizeof host - 1);
    AUTO(PGresult) *row = pg_query(
        pg, err, "insert into control.worker (program, host, pid) values ('scheduler', $1, $2) returning incarnation",
        PG_PARAMS(host, PG_INT(getpid())));
    if (row)
        atomic_store(&control->incarnation, pg_integer(row, 0, "incarnation"));
    return row != NULL;
}

/* Silent for ten seconds, an incarnation is dead for ever, and the process goes on as another. */
static bool beat(Control *control, Pg *pg, Error *err)
{
    int64_t incarnation = atomic_load(&control->incarnation);
    int64_t n = incarnation == 0 ? 0
                                 : pg_execute(pg, err,
                                              "update control.worker set beat_at = now() "
                                              "where incarnation = $1 and beat_at > now() - interval '10 seconds'",
                                              PG_PARAMS(PG_INT(incarnation)));
    return n > 0 || (n == 0 && take_incarnation(control, pg, err));
}

static bool turn(Control *control, bool beats, Error *err)
{
    bool fresh;
    Pg *pg = control_connection(control, WORK_LEAD, &fresh, err);
    if (fresh)
        set_lead(control, false); /* the lock went with the old connection */
    return pg && (!(fresh || beats) || beat(control, pg, err)) && compete(control, pg, err);
}

void leader_run(void *argument)
{
    Control *control = argument;
    for (int tick = 0; !*control->stopping; tick++) {
        Error err = {0};
        if (!turn(control, tick % BEAT_TICKS == 0, &err))
            log_warn("cannot beat, trying again", KV_ERROR(&err));
        fiber_sleep_ms(TICK_MS);
    }
}
