/*
 * Script: stands in for lib/http.c. A test says which answer each request gets, in order; what was asked is
 * kept. Waiting costs no time. Nothing here opens a socket.
 */
#pragma once
#include "workers/runtime/source.h"

typedef struct ScriptAnswer {
    int status;                                          /* 0: the network fails */
    const char *body;                                    /* NULL: an empty object */
    const char *request_id, *retry_after, *should_retry; /* headers; NULL: none */
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

/* One fetch or lookup of a stream by the Stripe source, with base URL https://stripe.test, page size 100 and the key
 * sk_test_secret. */
typedef struct Trial {
    bool full;
    int64_t since_ms;
    const char *settings; /* JSON or NULL */
    const char *key;      /* NULL: sk_test_secret; "": no credential at all */
} Trial;
bool script_fetch(const Trial *trial, const char *data_type, const char *cursor, Arena *arena, Page *page, Error *err);
bool script_lookup(const char *data_type, const char *id, Arena *arena, Page *page, Error *err);
