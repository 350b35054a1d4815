#include "lib/fault.h"
#include "lib/log.h"
#include "workers/runtime/advance.h"
#include "workers/runtime/letters.h"
#include "workers/runtime/meters.h"
#include "workers/runtime/publish.h"
#include "workers/runtime/retry.h"
#include "workers/runtime/slice_parts.h"
#include <stdio.h>

enum { PATIENCE_MS = 1000 };

/* ---- What becomes of the dataset ---- */

static void end_failed(const Slice *slice, Advance *what, const Error *err)
{
    what->to = ADVANCE_FAILED;
    what->status = retry_status(err);
    what->error = err->text;
    what->deauthorize = slice->deauthorized;
}

static void end_failing(const Slice *slice, Advance *what, const Error *err)
{
    int64_t before = slice->pages > 0 ? 0 : slice->claim->failures;
    int64_t failures = err->kind == ERROR_QUOTA ? before : before + 1;
    int64_t first_ms = config_integer(slice->runtime->config, "retry-first");
    int64_t wait_ms = retry_later_ms(err, failures, first_ms);
    if (wait_ms < 0) {
        end_failed(slice, what, err);
        return;
    }
    what->to = ADVANCE_WAIT;
    what->wait_ms = wait_ms;
    what->failures = failures;
    what->error = err->text;
}

/* A dataset of which not one record could be read is no success. */
static bool nothing_mapped(const Slice *slice)
{
    const EmitCounts *counts = &slice->emitter.counts;
    return !slice->claim->sweep && slice->claim->records + counts->records == 0 &&
           slice->claim->dead_letters + counts->dead_letters > 0;
}

static void end_read(const Slice *slice, Advance *what, Error *err)
{
    if (!nothing_mapped(slice)) {
        what->to = ADVANCE_READ;
        return;
    }
    error_set(err, ERROR_DATA, "not one of %lld records could be mapped: see records.dlq; the first: %.200s",
              (long long)(slice->claim->dead_letters + slice->emitter.counts.dead_letters),
              slice->emitter.first_letter.text);
    end_failed(slice, what, err);
    what->status = "MapError";
}

static Advance decide(const Slice *slice, bool fine, Error *err)
{
    Advance what = {
        .to = ADVANCE_MORE,
        .cursor = slice->cursor->bytes,
        .becomes_full = slice->starts_over,
        .pages = slice->pages,
        .bytes = slice->bytes,
        .watermark_next_ms = slice->watermark_next_ms,
        .end_offset = slice->emitter.records.next_offset,
        .sweep_doubt = slice->sweep_doubt,
        .counts = slice->emitter.counts,
        .lost_ids = slice->emitter.lost_ids->bytes,
    };
    if (!fine && slice->runtime->draining && error_is_retriable(err) && slice->pages > 0)
        fine = true; /* what is done is done; the next worker asks again */
    if (!fine)
        end_failing(slice, &what, err);
    else if (slice->finished)
        end_read(slice, &what, err);
    return what;
}

/* ---- Doing it ---- */

static bool advance_row(const Slice *slice, const Advance *what, JobClass *job_class, AdvanceOutcome *outcome)
{
    for (;;) {
        Error err = {0};
        if (slice_stopped(slice, &err) && err.kind == ERROR_LOST) {
            log_info("slice given back", KV_ERROR(&err));
            return false;
        }
        *outcome = advance(slice->runtime->pg, slice->runtime->beat, slice->claim, what, job_class, &err);
        if (*outcome != ADVANCE_FAULTY)
            return true;
        log_warn("the row cannot be moved now", KV_ERROR(&err));
        if (!error_is_retriable(&err))
            return false;
        runtime_sleep(slice->runtime, PATIENCE_MS);
    }
}

static bool publish_next(const Slice *slice, JobClass job_class)
{
    Job next = *slice->job;
    next.slice_no = slice->claim->slice_no + 1;
    next.job_class = job_class;
    FAULT_EVENT(lose_next_job, return true);
    for (;;) {
        Error err = {0};
        if (publish_job(slice->runtime->jobs, slice->runtime->source->name, &next, &err))
            return true;
        log_warn("the next slice cannot be published now", KV_ERROR(&err));
        if (slice->runtime->draining)
            return false; /* this message comes again, is found behind, and its reader publishes */
        runtime_sleep(slice->runtime, PATIENCE_MS);
    }
}

/* A slice that brings down whatever runs it: the job goes where an operator sees it. */
static bool bury(Slice *slice, const Error *why)
{
    char topic[JOB_NAME_SIZE];
    uint8_t bytes[JOB_MAX];
    job_dead_letter_topic(topic, slice->runtime->source->name);
    const Letter letter = {
        .topic = topic,
        .environment = slice->runtime->environment,
        .where = slice->runtime->program,
        .why = why,
        .dataset_id = slice->claim->dataset_id,
        .key = slice->claim->connection_id,
        .n_key = sizeof slice->job->connection_id - 1,
        .payload = bytes,
        .n_payload = job_pack(slice->job, bytes),
    };
    Error err = {0};
    if (letter_send(slice->runtime->jobs, &letter, slice->arena, &slice->emitter.letters, &err))
        return true;
    log_warn("the job cannot be buried now", KV_ERROR(&err));
    return false;
}

static void tell(const Slice *slice, const Advance *what)
{
    static const char *const outcomes[] = {"more", "waiting", "read", "failed"};
    const EmitCounts *counts = &slice->emitter.counts;
    meter_slice(slice->claim->data_type, outcomes[what->to], counts);
    if (what->to == ADVANCE_FAILED)
        log_warn("dataset failed", KV("status", what->status), KV("error", what->error));
    else if (what->to == ADVANCE_WAIT)
        LOG_AT(what->failures > 0 ? LOG_WARN : LOG_INFO, "slice waits", KV("ms", what->wait_ms),
               KV("failures", what->failures), KV("error", what->error));
    log_info("slice ended", KV("outcome", outcomes[what->to]), KV("pages", slice->pages),
             KV("records", counts->records), KV("deleted", counts->deleted), KV("dead_letters", counts->dead_letters),
             KV("bytes", slice->bytes));
}

static SliceOutcome finish(Slice *slice, const Advance *what)
{
    JobClass job_class = slice->claim->job_class;
    AdvanceOutcome outcome;
    FAULT_POINT(before_advance);
    if (!advance_row(slice, what, &job_class, &outcome))
        return SLICE_AGAIN;
    if (outcome == ADVANCE_LOST) {
        log_info("the slice has another owner by now");
        return SLICE_AGAIN;
    }
    FAULT_POINT(after_advance);
    if (outcome == ADVANCE_OVER) {
        meter_slice(slice->claim->data_type, "cancelled", &slice->emitter.counts);
        log_info("the dataset ended meanwhile");
        return SLICE_OVER;
    }
    tell(slice, what);
    if (what->to == ADVANCE_MORE && !publish_next(slice, job_class))
        return SLICE_AGAIN;
    FAULT_POINT(after_publish);
    return SLICE_OVER;
}

static SliceOutcome leave(const Slice *slice, const Error *err)
{
    bool cancelled = err->kind == ERROR_CANCELLED;
    meter_slice(slice->claim->data_type, cancelled ? "cancelled" : "given back", &slice->emitter.counts);
    log_info(cancelled ? "slice cancelled" : "slice given back", KV_ERROR(err));
    return cancelled ? SLICE_OVER : SLICE_AGAIN;
}

/* They would be refused again, however often they are read: a person has to look, and the dataset says so. */
static bool refused(Slice *slice, const Error *why, Error *err)
{
    slice->emitter.counts = (EmitCounts){0};
    return error_set(err, ERROR_INTERNAL, "the brokers refuse what was read: %s", why->text);
}

SliceOutcome slice_end(Slice *slice, bool fine, Error *err)
{
    if (!fine && (err->kind == ERROR_LOST || err->kind == ERROR_CANCELLED || slice->ours_away))
        return leave(slice, err);
    if (!fine && slice->claim->alone_crashes >= SLICE_ALONE_CRASHES && !bury(slice, err))
        return SLICE_AGAIN;
    Error away = {0};
    FAULT_POINT(before_flush);
    if (!FAULT_SWITCH(advance_before_ack) && !emit_flush(&slice->emitter, &away)) {
        if (away.kind != ERROR_DATA)
            return leave(slice, &away);
        fine = refused(slice, &away, err);
    }
    FAULT_POINT(after_flush);
    Advance what = decide(slice, fine, err);
    return finish(slice, &what);
}
