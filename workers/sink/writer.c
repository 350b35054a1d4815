#include "workers/sink/writer.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "workers/sink/bisect.h"
#include "workers/sink/fresh.h"
#include "workers/sink/load.h"
#include "workers/sink/script.h"
#include "workers/sink/tally.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    FIRST_PAUSE_MS = 100,
    LONGEST_PAUSE_MS = 5000,
    LOOK_MS = 1000,
    HOLD_MS = 2000,
    STATEMENT_MS = 120000,
    MAX_TYPES = 64
};

struct Writer {
    WriterShared *shared;
    int index;
    Pg *pg;
    bool temp_made[MAX_TYPES]; /* in this session */
    Fresh fresh;
    Batch *first, *last;
    bool busy, abandon, closing, closed;
    bool watchful; /* from writer_take() to writer_drain(): looks after its session while idle */
    Event work;
};

/* ---- The session ---- */

/* An offset commits with its rows, so a tail that a crash of the server loses is read again: no need to wait for the
 * disk. */
#define SESSION "set synchronous_commit = off"

/* This writer's positions; the array is the caller's. With `fenced` only those that have a fence. */
static Position **own_positions(const Writer *writer, bool fenced, size_t *n)
{
    const Positions *positions = &writer->shared->positions;
    Position **own = malloc((positions->n + 1) * sizeof(Position *));
    if (!own)
        abort();
    *n = 0;
    for (size_t i = 0; i < positions->n; i++)
        if (positions->items[i].writer == writer->index && (!fenced || positions->items[i].fence != NO_FENCE))
            own[(*n)++] = &positions->items[i];
    return own;
}

static bool take_positions(Writer *writer, bool fenced, Error *err)
{
    size_t n;
    Position **own = own_positions(writer, fenced, &n);
    bool taken = n == 0 || positions_take(writer->pg, own, n, err);
    free(own);
    return taken;
}

static bool connect_session(Writer *writer, Error *err)
{
    pg_free(writer->pg);
    memset(writer->temp_made, 0, sizeof writer->temp_made);
    writer->pg = pg_connect(writer->shared->conninfo, "sink", err);
    if (!writer->pg)
        return false;
    pg_set_timeout(writer->pg, STATEMENT_MS);
    return pg_script(writer->pg, err, SESSION, NULL, 0);
}

/* A new session proves that its partitions are still ours, and learns whether the last commit went through. */
static bool ensure_session(Writer *writer, Error *err)
{
    if (writer->pg && pg_usable(writer->pg))
        return true;
    if (connect_session(writer, err) && take_positions(writer, true, err))
        return true;
    pg_free(writer->pg);
    writer->pg = NULL;
    return error_wrap(err, "postgres");
}

bool writer_take(Writer *writer, Error *err)
{
    bool connected = (writer->pg && pg_usable(writer->pg)) || connect_session(writer, err);
    writer->watchful = connected && take_positions(writer, false, err);
    return writer->watchful;
}

void writer_release(Writer *writer)
{
    size_t n;
    Error err = {0};
    Position **own = own_positions(writer, true, &n);
    if (n > 0 && writer->pg && pg_usable(writer->pg) && !positions_release(writer->pg, own, n, &err))
        log_warn("partitions not released", KV_ERROR(&err));
    free(own);
}

/* ---- One batch ---- */

/* The partitions of a batch that are to move, and how far; and what the last COPY held. One for all attempts. */
typedef struct Work {
    Position **positions;
    Reach *reaches;
    size_t n;
    Content content;
    bool merged; /* it was refused on the straight way once */
} Work;

static bool take_unfenced(Writer *writer, const Batch *batch, Error *err)
{
    for (size_t i = 0; i < batch->n_reaches; i++) {
        Position *position =
            positions_find(&writer->shared->positions, batch->type->topic, batch->reaches[i].partition);
        if (position && position->fence == NO_FENCE && !positions_take(writer->pg, &position, 1, err))
            return false;
    }
    return true;
}

/* Forgets what is stored already, or may not be stored: a partition without a row, or with a hole before the batch (a
 * crash of the server undid a commit that was not on its disk yet). Such a partition is read again from `next`. */
static void plan_moves(Writer *writer, Batch *batch, Work *work)
{
    work->n = 0;
    for (size_t i = 0; i < batch->n_reaches; i++) {
        const Reach *reach = &batch->reaches[i];
        Position *position = positions_find(&writer->shared->positions, batch->type->topic, reach->partition);
        bool hole = position && position->fence != NO_FENCE && reach->from > position->next;
        if (position && (position->fence == NO_FENCE || hole))
            position->held_until_ms = clock_monotonic_ms() + (hole ? 0 : HOLD_MS);
        if (!position || position->fence == NO_FENCE || hole) {
            batch_trim(batch, reach->partition, INT64_MAX);
            continue;
        }
        batch_trim(batch, reach->partition, position->next);
        if (reach->next > position->next) {
            work->positions[work->n] = position;
            work->reaches[work->n++] = *reach;
        }
    }
}

static bool make_temp(Writer *writer, const DataType *type, Error *err)
{
    bool *made = &writer->temp_made[type - data_types];
    *made = *made || pg_script(writer->pg, err, statements_of(type)->create_temp, NULL, 0);
    return *made;
}

static bool run_transaction(Writer *writer, Batch *batch, Work *work, Target target, Error *err)
{
    AUTO(Text) *script = text_new(NULL);
    FAULT_POINT(before_copy);
    if (!pg_script(writer->pg, err, "begin", NULL, 0) ||
        !load_copy(writer->pg, batch, 0, batch->n_rows, target, &work->content, err))
        return false;
    FAULT_POINT(after_copy);
    if (!letters_send(&writer->shared->letters, batch, err))
        return false;
    script_put(script, pg_raw(writer->pg), batch, &work->content, work->positions, work->reaches, work->n);
    FAULT_POINT(before_commit);
    if (!pg_script(writer->pg, err, script->bytes, NULL, 0))
        return false;
    FAULT_POINT(after_commit);
    return true;
}

/* Leaves no transaction open; keeps `err` and the SQLSTATE in it as they are. */
static void roll_back(Writer *writer)
{
    Error ignored = {0};
    if (writer->pg && pg_usable(writer->pg) && PQtransactionStatus(pg_raw(writer->pg)) != PQTRANS_IDLE &&
        !pg_script(writer->pg, &ignored, "rollback", NULL, 0)) {
        pg_free(writer->pg);
        writer->pg = NULL;
    }
}

/* The straight way, if it is open (*stored). A batch that it refuses is merged, at once: the COPY is the first
 * statement of its transaction, so a plain rollback leaves what a savepoint would. */
static bool try_straight(Writer *writer, Batch *batch, Work *work, bool *stored, Error *err)
{
    bool straight = false;
    *stored = false;
    if (work->merged || !fresh_ask(&writer->fresh, writer->pg, batch, &straight, err))
        return work->merged;
    *stored = straight && run_transaction(writer, batch, work, INTO_TABLE, err);
    if (*stored || !straight)
        return true;
    if (!pg_usable(writer->pg) || (err->kind != ERROR_DATA && !bisect_is_data_error(writer->pg, err) &&
                                   strcmp(pg_sqlstate(writer->pg), SCRIPT_NOT_FRESH) != 0))
        return false;
    log_debug("no first load", KV("type", batch->type->key), KV_ERROR(err));
    roll_back(writer);
    *err = (Error){0};
    fresh_over(&writer->fresh, batch);
    work->merged = true;
    return true;
}

static bool merge(Writer *writer, Batch *batch, Work *work, Error *err)
{
    return make_temp(writer, batch->type, err) && run_transaction(writer, batch, work, INTO_TEMP, err);
}

static bool store_once(Writer *writer, Batch *batch, Work *work, Error *err)
{
    bool straight;
    int64_t started_ns = clock_monotonic_ns();
    if (!ensure_session(writer, err) || !take_unfenced(writer, batch, err))
        return false;
    plan_moves(writer, batch, work);
    if (work->n == 0)
        return true;
    batch_sort(batch);
    if (!try_straight(writer, batch, work, &straight, err) || !(straight || merge(writer, batch, work, err)))
        return false;
    for (size_t i = 0; i < work->n; i++)
        work->positions[i]->next = work->reaches[i].next;
    tally_stored(batch, straight, started_ns);
    return true;
}

/* True when the batch can be tried again at once: its bad rows are known now. */
static bool take_bad_rows_out(Writer *writer, Batch *batch, Error *err)
{
    size_t before = 0, after = 0;
    for (size_t i = 0; i < batch->n_rows; i++)
        before += batch->rows[i].bad != NULL;
    if (!bisect_mark(writer->pg, batch, err)) {
        roll_back(writer);
        return false;
    }
    for (size_t i = 0; i < batch->n_rows; i++)
        after += batch->rows[i].bad != NULL;
    return after > before;
}

static void pause_after(Writer *writer, const Batch *batch, int attempt, const Error *err)
{
    int64_t ms = FIRST_PAUSE_MS;
    for (int i = 1; i < attempt && ms < LONGEST_PAUSE_MS; i++)
        ms *= 2;
    ms = ms < LONGEST_PAUSE_MS ? ms : LONGEST_PAUSE_MS;
    ms = ms / 2 + rand() % (ms / 2 + 1);
    tally_retry();
    log_warn("batch waits", KV("type", batch->type->key), KV("rows", batch->n_rows), KV("attempt", attempt),
             KV("pause_ms", ms), KV_ERROR(err));
    if (!writer->abandon)
        event_wait(&writer->work, ms);
}

static void store(Writer *writer, Batch *batch)
{
    Work work = {.positions = ARENA_ARRAY(batch->arena, Position *, batch->n_reaches),
                 .reaches = ARENA_ARRAY(batch->arena, Reach, batch->n_reaches)};
    for (int attempt = 1; !writer->abandon && !writer->shared->lost; attempt++) {
        Error err = {0};
        if (store_once(writer, batch, &work, &err))
            return;
        bool lost = err.kind == ERROR_LOST || (writer->pg && strcmp(pg_sqlstate(writer->pg), SCRIPT_LOST) == 0);
        bool data = writer->pg && pg_usable(writer->pg) && bisect_is_data_error(writer->pg, &err);
        roll_back(writer);
        if (lost) {
            log_error("partitions lost to another sink", KV("type", batch->type->key), KV_ERROR(&err));
            writer->shared->lost = true;
        } else if (!data || !take_bad_rows_out(writer, batch, &err)) {
            pause_after(writer, batch, attempt, &err);
        }
    }
}

/* ---- The queue ---- */

static Batch *next_batch(Writer *writer)
{
    Batch *batch = writer->first;
    writer->first = batch->following;
    if (!writer->first)
        writer->last = NULL;
    return batch;
}

/* A server that crashed may have lost what the last batches committed. Where nothing new comes, nobody would notice: so
 * an idle writer looks after its session. Returns how long until the next look. */
static int64_t look_after_session(Writer *writer)
{
    Error err = {0};
    if (!writer->watchful || writer->shared->lost || (writer->pg && pg_alive(writer->pg)))
        return LOOK_MS;
    pg_free(writer->pg);
    writer->pg = NULL;
    writer->busy = true;
    bool connected = ensure_session(writer, &err);
    writer->busy = false;
    if (!connected)
        log_warn("no session while idle", KV("writer", writer->index), KV_ERROR(&err));
    writer->shared->lost = writer->shared->lost || err.kind == ERROR_LOST;
    event_notify_all(&writer->shared->changed);
    return connected ? LOOK_MS : LONGEST_PAUSE_MS;
}

static void run(void *argument)
{
    Writer *writer = argument;
    for (;;) {
        int64_t wait_ms = LOOK_MS;
        while (!writer->first && !writer->closing)
            if (event_wait(&writer->work, wait_ms) == WAIT_TIMEOUT)
                wait_ms = look_after_session(writer);
        if (writer->closing)
            break;
        Batch *batch = next_batch(writer);
        size_t memory = batch->memory;
        writer->busy = true;
        store(writer, batch);
        batch_free(batch);
        writer->busy = false;
        writer->shared->pending_bytes -= memory;
        event_notify_all(&writer->shared->changed);
    }
    writer->closed = true;
    event_notify_all(&writer->shared->changed);
}

Writer *writer_new(WriterShared *shared, int index)
{
    Writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        abort();
    writer->shared = shared;
    writer->index = index;
    fiber_spawn("writer", run, writer);
    return writer;
}

void writer_free(Writer *writer)
{
    if (!writer)
        return;
    writer->closing = true;
    event_notify_all(&writer->work);
    while (!writer->closed)
        event_wait(&writer->shared->changed, -1);
    pg_free(writer->pg);
    free(writer);
}

void writer_give(Writer *writer, Batch *batch)
{
    batch->memory = batch_memory(batch);
    writer->shared->pending_bytes += batch->memory;
    if (writer->last)
        writer->last->following = batch;
    else
        writer->first = batch;
    writer->last = batch;
    event_notify_one(&writer->work);
}

bool writer_idle(const Writer *writer)
{
    return !writer->busy && !writer->first;
}

void writer_drain(Writer *writer, int64_t timeout_ms)
{
    int64_t deadline = clock_monotonic_ms() + timeout_ms;
    while (writer->first) {
        Batch *batch = next_batch(writer);
        writer->shared->pending_bytes -= batch->memory;
        batch_free(batch);
    }
    writer->abandon = true;
    writer->watchful = false;
    event_notify_all(&writer->work);
    while (writer->busy) {
        int64_t left = deadline - clock_monotonic_ms();
        if (left <= 0 && writer->pg && pg_usable(writer->pg))
            shutdown(PQsocket(pg_raw(writer->pg)), SHUT_RDWR);
        event_wait(&writer->shared->changed, left > 0 ? left : FIRST_PAUSE_MS);
    }
    writer->abandon = false;
}
