/*
 * Beat: this process's row in control.worker, its proof of life. Every 3 s it says that the incarnation lives, and
 * hears which of its datasets were cancelled. Silent for 10 s by the server's clock, the incarnation is dead for ever:
 * others may have taken its slices, so they are told that they are lost, and the process goes on under a new number.
 */
#pragma once
#include "lib/error.h"
#include "lib/fiber.h"
#include "lib/text.h"

typedef struct Beat Beat;

/* A dataset that a fiber works on. Joined before its claim, so that two fibers with the same dataset see each other. */
typedef struct Watch {
    const char *dataset_id; /* lives as long as the watch */
    int64_t incarnation;    /* under which it was joined */
    bool cancelled;
    struct Watch *next, *previous;
} Watch;

typedef struct BeatOptions {
    const char *postgres, *program, *source;
    Event *nudge; /* notified when watches were lost or cancelled */
} BeatOptions;

/* Registers the first incarnation; beats from then on in a fiber of its own. Its connection is its own, so that a busy
 * pool cannot silence it. */
Beat *beat_open(const BeatOptions *options, Error *err) MUST_CHECK;
/* Deletes the row, so that nobody has to wait for its death. In a fiber, or outside loop_run(). */
void beat_close(Beat *beat);
DEFINE_AUTO(Beat, beat_close)

void beat_drain(Beat *beat); /* says in the row that this process is leaving */

int64_t beat_incarnation(const Beat *beat);
/* All numbers this process has had, as a Postgres array: a slice that one of them left behind did not crash. */
const char *beat_incarnations(const Beat *beat);

void beat_join(Beat *beat, Watch *watch);
void beat_leave(Beat *beat, Watch *watch);
bool beat_has_lost(const Beat *beat, const Watch *watch);
/* Does a fiber work on the dataset? */
bool beat_watches(const Beat *beat, const char *dataset_id);
