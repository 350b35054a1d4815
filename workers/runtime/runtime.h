/*
 * Runtime: what the modules of one worker process share. Filled by worker.c, borrowed by everybody else; one thread.
 */
#pragma once
#include "lib/kafka.h"
#include "lib/pg.h"
#include "lib/token.h"
#include "workers/runtime/beat.h"
#include "workers/runtime/room.h"
#include "workers/runtime/source.h"

typedef struct Runtime {
    const Source *source;
    const Config *config;
    const char *environment;
    char program[64]; /* worker-stripe: in logs, dead letters and database sessions */
    void *state;      /* the source's */
    PgPool *pg;
    Producer *records, *jobs;
    Http *http;
    struct Quota *quota; /* NULL: the source has no limits */
    Redis *redis;        /* NULL: none */
    Vault *vault;
    OAuthApp *app;  /* our app at the vendor, and ... */
    Tokens *tokens; /* ... its access tokens; both NULL: the source has API keys */
    Beat *beat;
    Room room;
    int waiting;   /* slices that wait for a place in the vendor's limits */
    bool stopping; /* the program is told to end */
    bool draining; /* slices end at their next page, nothing new starts */
    Event nudge;   /* draining began, or a slice was lost or cancelled: who sleeps looks again */
} Runtime;

/* Waits in the fiber, but no longer than until the next nudge. */
void runtime_sleep(Runtime *runtime, int64_t ms);
