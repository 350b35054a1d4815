/*
 * Slice parts: what slice.c (the life), slice_pages.c (fetching), sweep.c (sweeping) and slice_end.c (ending) share.
 * Private to them.
 */
#pragma once
#include "workers/runtime/emit.h"
#include "workers/runtime/slice.h"

enum { SLICE_ALONE_CRASHES = 3 }; /* then it is the slice that crashes, not its neighbours */

typedef struct Slice {
    Runtime *runtime;
    const Claim *claim;
    const Job *job;
    const Watch *watch;
    const Stream *stream;
    const DataType *type;
    SourceJob source_job;
    Secret *key;       /* of sources with API keys ... */
    Token token;       /* ... and of those with OAuth; the job's credential is one of them */
    bool deauthorized; /* the vendor refused the credential, however fresh */
    Emitter emitter;
    Arena *arena;        /* of the page at hand */
    int64_t room;        /* bytes of the process's budget that this slice holds now */
    int64_t page_size;   /* what the last page took: the estimate for the next    */
    int64_t deadline_ms; /* of the slice's budget, monotonic */
    Text *cursor;        /* after the last page that was emitted */
    bool finished;       /* all is read, or swept */
    bool starts_over;    /* the source cannot tell what changed: the next slice reads everything */
    bool ours_away;      /* the failure is the broker's or Postgres's, not the source's */
    int64_t pages, bytes, watermark_next_ms, sweep_doubt;
    int64_t calls; /* of the source, retries too */
} Slice;

/* Asks the source for a page after `what` (a cursor) or for one record (an id). */
typedef bool (*SliceAsk)(Slice *slice, const char *what, Page *page, Error *err);

/* Sees to it that the job's credential is good for one call. `refused`: the token's version that was not; 0: none. */
bool slice_authorise(Slice *slice, int64_t refused, Error *err) MUST_CHECK;

/* With a credential, room, short waits and retries. On success the page lies on slice->arena until slice_release(). */
bool slice_ask(Slice *slice, SliceAsk ask, const char *what, Page *page, Error *err) MUST_CHECK;
void slice_release(Slice *slice);

/* Maps and emits every item. False: the broker is away (ours_away). */
bool slice_emit(Slice *slice, const Page *page, Error *err) MUST_CHECK;

/* Is the slice to stop without an end of its own? True with ERROR_LOST or ERROR_CANCELLED. */
bool slice_stopped(const Slice *slice, Error *err);
/* Is it to end after this page? */
bool slice_is_spent(const Slice *slice);

bool slice_read_pages(Slice *slice, Error *err) MUST_CHECK;
bool slice_sweep(Slice *slice, Error *err) MUST_CHECK; /* sweep.c */

/* What the outcome of the run means for the row and the message. */
SliceOutcome slice_end(Slice *slice, bool fine, Error *err);
