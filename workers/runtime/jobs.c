#include "workers/runtime/jobs.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "workers/runtime/letters.h"
#include "workers/runtime/meters.h"
#include "workers/runtime/publish.h"
#include "workers/runtime/slice.h"
#include <stdlib.h>
#include <string.h>

enum { HELD_MS = 2000, AGAIN_MS = 500, AGAIN_DOUBLINGS = 4, FIRST_BLOCK = 4096 };

typedef enum JobEnd { JOB_DONE, JOB_LATER, JOB_ALONE } JobEnd;

typedef struct JobRun {
    Jobs *jobs;
    Entry *entry;
    int64_t pages, wait_ms;
} JobRun;

/* Broker or Postgres were away, or the slice is lost: each time a little later. */
static JobEnd again(JobRun *run)
{
    int doublings = run->entry->tries < AGAIN_DOUBLINGS ? run->entry->tries : AGAIN_DOUBLINGS;
    run->wait_ms = (int64_t)AGAIN_MS << doublings;
    return JOB_LATER;
}

/* ---- Messages that are no job of ours ---- */

static JobEnd bury_message(JobRun *run)
{
    const Runtime *runtime = run->jobs->runtime;
    const Entry *entry = run->entry;
    AUTO(Arena) *arena = arena_new(FIRST_BLOCK);
    char topic[JOB_NAME_SIZE], from[JOB_NAME_SIZE];
    job_dead_letter_topic(topic, runtime->source->name);
    job_topic(from, runtime->source->name, entry->job_class);
    log_warn("job message refused", KV("topic", (const char *)from), KV("partition", entry->partition),
             KV("offset", entry->offset), KV_ERROR(&entry->bad));
    Error err = {0};
    Deliveries deliveries = {0};
    bool sent = letter_send(runtime->jobs,
                            &(Letter){.topic = topic,
                                      .environment = runtime->environment,
                                      .where = runtime->program,
                                      .why = &entry->bad,
                                      .from_topic = from,
                                      .from_partition = entry->partition,
                                      .from_offset = entry->offset,
                                      .payload = entry->payload,
                                      .n_payload = entry->n_payload},
                            arena, &deliveries, &err);
    if (deliveries_wait(&deliveries, sent ? &err : NULL) && sent) {
        meter_dead_job();
        return JOB_DONE;
    }
    log_warn("it cannot be buried now", KV_ERROR(&err));
    return again(run);
}

/* ---- Jobs ---- */

/* The publisher's duty was taken: nobody else publishes this slice. */
static JobEnd publish_duty(JobRun *run, const Claim *claim)
{
    const Runtime *runtime = run->jobs->runtime;
    Job job = run->entry->job;
    job.slice_no = claim->slice_no;
    job.job_class = claim->job_class;
    FAULT_POINT(after_duty);
    for (;;) {
        Error err = {0};
        if (publish_job(runtime->jobs, runtime->source->name, &job, &err)) {
            log_info("published for a dead publisher", KV("slice", job.slice_no));
            return JOB_DONE;
        }
        log_warn("a dead publisher's slice cannot be published now", KV_ERROR(&err));
        if (runtime->draining)
            return again(run);
        runtime_sleep(run->jobs->runtime, AGAIN_MS);
    }
}

static JobEnd run_slice(JobRun *run, const Claim *claim, const Watch *watch)
{
    const LogPair pairs[] = {KV("type", claim->data_type), KV("dataset", claim->dataset_id),
                             KV("slice", claim->slice_no), KV("epoch", claim->epoch),
                             KV("connection", claim->connection_id)};
    log_bind(pairs, COUNT_OF(pairs));
    SliceOutcome outcome = slice_run(run->jobs->runtime, claim, &run->entry->job, watch, &run->pages);
    log_bind(NULL, 0);
    return outcome == SLICE_OVER ? JOB_DONE : again(run);
}

static JobEnd claim_and_run(JobRun *run, const Watch *watch, bool may_be_mine)
{
    const Runtime *runtime = run->jobs->runtime;
    AUTO(Arena) *arena = arena_new(FIRST_BLOCK);
    Claim claim = {0};
    Error err = {0};
    const ClaimRequest request = {.job = &run->entry->job,
                                  .source = runtime->source,
                                  .may_be_mine = may_be_mine,
                                  .alone = run->entry->alone,
                                  .publisher_beat = &run->entry->publisher_beat};
    run->entry->ours = true; /* until the row says otherwise: an answer may be lost */
    switch (claim_take(runtime->pg, runtime->beat, &request, arena, &claim, &err)) {
    case CLAIM_TAKEN:
        return run_slice(run, &claim, watch);
    case CLAIM_OVER:
        return JOB_DONE;
    case CLAIM_DUTY:
        return publish_duty(run, &claim);
    case CLAIM_HELD:
        run->entry->ours = false;
        run->wait_ms = HELD_MS;
        return JOB_LATER;
    case CLAIM_ALONE:
        run->entry->ours = false;
        return JOB_ALONE;
    case CLAIM_FAILED:
        break;
    }
    /* The heartbeat warns of an outage once; a line for each waiting job would bury it. */
    LOG_AT(error_is_retriable(&err) ? LOG_DEBUG : LOG_WARN, "no claim now",
           KV("dataset", (const char *)run->entry->job.dataset_id), KV_ERROR(&err));
    return again(run);
}

static JobEnd run_job(JobRun *run)
{
    Beat *beat = run->jobs->runtime->beat;
    Watch watch = {.dataset_id = run->entry->job.dataset_id};
    bool may_be_mine = !beat_watches(beat, watch.dataset_id);
    beat_join(beat, &watch);
    JobEnd end = claim_and_run(run, &watch, may_be_mine);
    beat_leave(beat, &watch);
    return end;
}

static void run_entry(void *argument)
{
    JobRun *run = argument;
    Jobs *jobs = run->jobs;
    switch (run->entry->bad.kind == ERROR_NONE ? run_job(run) : bury_message(run)) {
    case JOB_DONE:
        intake_done(jobs->intake, run->entry, run->pages);
        break;
    case JOB_LATER:
        intake_later(jobs->intake, run->entry, run->pages, run->wait_ms);
        break;
    case JOB_ALONE:
        intake_alone(jobs->intake, run->entry);
        break;
    }
    free(run);
    jobs_dispatch(jobs);
}

void jobs_dispatch(Jobs *jobs)
{
    for (Entry *entry; !jobs->runtime->draining && (entry = intake_next(jobs->intake));) {
        JobRun *run = calloc(1, sizeof *run);
        if (!run)
            abort();
        *run = (JobRun){.jobs = jobs, .entry = entry};
        fiber_spawn("slice", run_entry, run);
    }
}
