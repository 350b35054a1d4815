#include "workers/runtime/beat.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/pg.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BEAT_MS = 3000, RETRY_MS = 500, CALL_MS = 3000 };

struct Beat {
    char *postgres, *program, *source;
    char host[64];
    Pg *pg;
    int64_t incarnation;
    Text *list, *incarnations; /* all there were; as an array */
    bool draining, closing, ended;
    Watch *watches;
    Event *nudge, wake, end;
};

static bool connect_own(Beat *beat, Error *err)
{
    if (beat->pg && pg_usable(beat->pg))
        return true;
    pg_free(TAKE(beat->pg));
    beat->pg = pg_connect(beat->postgres, beat->program, err);
    if (beat->pg)
        pg_set_timeout(beat->pg, CALL_MS);
    return beat->pg != NULL;
}

static bool register_incarnation(Beat *beat, Error *err)
{
    AUTO(PGresult) *row =
        pg_query(beat->pg, err,
                 "insert into control.worker (program, source, host, pid, draining) values ($1, $2, $3, $4, $5)"
                 " returning incarnation",
                 PG_PARAMS(beat->program, beat->source, beat->host, PG_INT(getpid()), PG_BOOL(beat->draining)));
    if (!row)
        return error_wrap(err, "register in control.worker");
    beat->incarnation = pg_integer(row, 0, "incarnation");
    text_printf(beat->list, "%s%lld", beat->list->length > 0 ? "," : "", (long long)beat->incarnation);
    text_clear(beat->incarnations);
    text_printf(beat->incarnations, "{%s}", beat->list->bytes);
    return true;
}

/* ---- The heartbeat ---- */

static void list_watches(const Beat *beat, Text *array)
{
    text_putc(array, '{');
    for (const Watch *watch = beat->watches; watch; watch = watch->next)
        text_printf(array, "%s%s", array->length > 1 ? "," : "", watch->dataset_id);
    text_putc(array, '}');
}

static void cancel_watches(Beat *beat, const PGresult *rows)
{
    for (int i = 0; i < PQntuples(rows); i++)
        for (Watch *watch = beat->watches; watch; watch = watch->next)
            if (strcmp(watch->dataset_id, pg_text(rows, i, "id")) == 0)
                watch->cancelled = true;
}

static bool start_anew(Beat *beat, Error *err)
{
    int64_t dead = beat->incarnation;
    if (!register_incarnation(beat, err))
        return false;
    log_warn("the heartbeat was late: slices of the old incarnation stop", KV("old", dead),
             KV("incarnation", beat->incarnation));
    return true;
}

static bool beat_once(Beat *beat, Error *err)
{
    if (!connect_own(beat, err))
        return false;
    AUTO(Text) *array = text_new(NULL);
    list_watches(beat, array);
    FAULT_POINT(before_beat);
    AUTO(PGresult) *rows =
        pg_query(beat->pg, err,
                 "with beat as (update control.worker set beat_at = now(), draining = $2"
                 " where incarnation = $1 and beat_at > now() - interval '10 seconds' returning incarnation)"
                 " select d.id from beat left join control.dataset d"
                 " on d.id = any($3::uuid[]) and control.dataset_rank(d.status) = 9",
                 PG_PARAMS(PG_INT(beat->incarnation), PG_BOOL(beat->draining), array->bytes));
    if (!rows)
        return error_wrap(err, "heartbeat");
    if (PQntuples(rows) == 0) {
        if (!start_anew(beat, err))
            return false;
        event_notify_all(beat->nudge);
    } else if (!pg_is_null(rows, 0, "id")) {
        cancel_watches(beat, rows);
        event_notify_all(beat->nudge);
    }
    return true;
}

static void beat_fiber(void *argument)
{
    Beat *beat = argument;
    while (!beat->closing) {
        Error err = {0};
        bool fine = beat_once(beat, &err);
        if (!fine)
            log_warn("the heartbeat failed and is tried again", KV_ERROR(&err));
        event_wait(&beat->wake, fine ? BEAT_MS : RETRY_MS);
    }
    beat->ended = true;
    event_notify_all(&beat->end);
}

/* ---- Life ---- */

static void beat_free(Beat *beat)
{
    pg_free(beat->pg);
    text_free(beat->list);
    text_free(beat->incarnations);
    free(beat->postgres);
    free(beat->program);
    free(beat->source);
    free(beat);
}

Beat *beat_open(const BeatOptions *options, Error *err)
{
    Beat *beat = calloc(1, sizeof *beat);
    if (!beat || !(beat->postgres = strdup(options->postgres)) || !(beat->program = strdup(options->program)) ||
        !(beat->source = strdup(options->source)))
        abort();
    beat->nudge = options->nudge;
    beat->list = text_new(NULL);
    beat->incarnations = text_new(NULL);
    if (gethostname(beat->host, sizeof beat->host - 1) != 0)
        strcpy(beat->host, "unknown");
    if (!connect_own(beat, err) || !register_incarnation(beat, err)) {
        beat_free(beat);
        return NULL;
    }
    fiber_spawn("beat", beat_fiber, beat);
    return beat;
}

static bool fiber_ended(void *context)
{
    return ((Beat *)context)->ended;
}

void beat_close(Beat *beat)
{
    if (!beat)
        return;
    beat->closing = true;
    event_notify_all(&beat->wake);
    if (fiber_running())
        while (!beat->ended)
            event_wait(&beat->end, -1);
    else
        loop_run(fiber_ended, beat);
    Error err = {0};
    if (connect_own(beat, &err) && pg_execute(beat->pg, &err, "delete from control.worker where incarnation = $1",
                                              PG_PARAMS(PG_INT(beat->incarnation))) < 0)
        log_info("the worker's row stays until it is silent for ten seconds", KV_ERROR(&err));
    beat_free(beat);
}

void beat_drain(Beat *beat)
{
    beat->draining = true;
    event_notify_all(&beat->wake);
}

int64_t beat_incarnation(const Beat *beat)
{
    return beat->incarnation;
}

const char *beat_incarnations(const Beat *beat)
{
    return beat->incarnations->bytes;
}

/* ---- Watches ---- */

void beat_join(Beat *beat, Watch *watch)
{
    watch->incarnation = beat->incarnation;
    watch->previous = NULL;
    watch->next = beat->watches;
    if (beat->watches)
        beat->watches->previous = watch;
    beat->watches = watch;
}

void beat_leave(Beat *beat, Watch *watch)
{
    if (watch->previous)
        watch->previous->next = watch->next;
    else
        beat->watches = watch->next;
    if (watch->next)
        watch->next->previous = watch->previous;
}

bool beat_has_lost(const Beat *beat, const Watch *watch)
{
    return watch->incarnation != beat->incarnation;
}

bool beat_watches(const Beat *beat, const char *dataset_id)
{
    for (const Watch *watch = beat->watches; watch; watch = watch->next)
        if (strcmp(watch->dataset_id, dataset_id) == 0)
            return true;
    return false;
}
