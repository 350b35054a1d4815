/*
 * Intake: the job messages of one source, from the partition queues to a place among the running, and back to committed
 * offsets. Fairness is in ready.h, commits in window.h; here is what becomes of each message.
 *
 * What runs outlives the loss of its partition: it only no longer commits. So does what waits to run again while the
 * row may be this process's own: to everybody else the row is in living hands, and would be for ever. When the
 * partition comes back before it has ended, the message that comes again is recognised and not started twice.
 */
#pragma once
#include "lib/kafka.h"
#include "proto/job.h"
#include "workers/runtime/ready.h"

typedef struct Intake Intake;

/* One message. Owned by the intake; handed out by intake_next() until intake_done(), intake_later() or intake_alone().
 */
typedef struct Entry {
    Ticket ticket; /* first: the two are one */
    Job job;
    Error bad;     /* kind ≠ NONE: no job that we can read; `payload` says what it was */
    void *payload; /* only of bad ones */
    size_t n_payload;
    bool alone;             /* nothing else runs while this does */
    int64_t publisher_beat; /* for claim_take() */
    int tries;              /* given back so often */
    bool ours;              /* the dataset may be this process's own: goes on whoever has the partition */
    /* private */
    JobClass job_class; /* the topic's */
    int32_t partition;
    int64_t offset, taken_ms, due_ms;
    enum { ENTRY_READY, ENTRY_RUNNING, ENTRY_PARKED, ENTRY_ALONE } state;
    bool orphan; /* running or ours, and the partition was taken away */
    struct Entry *next, *previous;
} Entry;

typedef struct IntakeOptions {
    const char *source, *environment;
    int max_running; /* C */
    const int
        *waiting; /* so many of those wait for the vendor: they make room for others, for as many as C again; NULL */
    int per_connection;
} IntakeOptions;

Intake *intake_open(const Config *config, const IntakeOptions *options, Error *err) MUST_CHECK;
/* Commits what is done and leaves the group. Nothing may be handed out any more but what will never be done. */
void intake_close(Intake *intake);
DEFINE_AUTO(Intake, intake_close)

/* Serves rebalances, reads messages, commits, wakes what was parked; waits up to timeout_ms for something to do. False:
 * an error that no waiting cures. */
bool intake_serve(Intake *intake, int64_t timeout_ms, Error *err) MUST_CHECK;

/* The next to run; NULL: none may now. */
Entry *intake_next(Intake *intake) MUST_CHECK;
/* Its offset is done. `pages` is what it used of the source. */
void intake_done(Intake *intake, Entry *entry, int64_t pages);
/* Not done: look again in so many milliseconds. */
void intake_later(Intake *intake, Entry *entry, int64_t pages, int64_t ms);
/* Not done: hand it out again when nothing else runs. */
void intake_alone(Intake *intake, Entry *entry);

int intake_running(const Intake *intake);
bool intake_assigned(const Intake *intake); /* does it have partitions? */
void intake_meter(const Intake *intake, int64_t page_bytes);
