/*
 * Script: stands in for lib/http.c. A test says which answer each request gets, in order; what was asked is
 * kept. Waiting costs no time. Nothing here opens a socket.
 */
#pragma once
#include "workers/runtime/source.h"

/* What is scripted: one source, and the connection that it is asked for unless a trial says otherwise. Each source's
 * tests have the constant. */
typedef struct ScriptSource {
    const char *base; /* what every URL begins with */
    void *state;
    const char *credential, *settings; /* settings: JSON or NULL */
    const Stream *streams;
    const size_t *n_streams;
    bool (*fetch)(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err);
    bool (*lookup)(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err);
} ScriptSource;
extern const ScriptSource script_source;

typedef struct ScriptAnswer {
    int status;             /* 0: the network fails */
    const char *body;       /* NULL: an empty object */
    const char *headers[3]; /* "Retry-After: 90" */
} ScriptAnswer;

/* Forgets what was asked and waited, and plays these answers. Borrowed. */
void script_play(const ScriptAnswer *answers, size_t n);
#define SCRIPT(...)                                                                                                    \
    script_play((const ScriptAnswer[]){__VA_ARGS__}, sizeof((const ScriptAnswer[]){__VA_ARGS__}) / sizeof(ScriptAnswer))

/* The target of the i-th request, after the base URL; fails the test when there was none. */
const char *script_asked(size_t i);
/* Its header lines, one a line, and who it was signed by. */
const char *script_headers(size_t i);
size_t script_n_asked(void);
int64_t script_waited_ms(void);

/* One fetch or lookup of a stream by the source. */
typedef struct Trial {
    bool full;
    int64_t since_ms;
    const char *settings;   /* NULL: the source's */
    const char *credential; /* NULL: the source's; "": none at all */
} Trial;
bool script_fetch(const Trial *trial, const char *data_type, const char *cursor, Arena *arena, Page *page, Error *err);
bool script_lookup(const char *data_type, const char *id, Arena *arena, Page *page, Error *err);
