/*
 * Scripted: a server that answers with bytes of the test's choosing, also with such as no honest server sends. One
 * thread a connection, HTTP/1.1, keep-alive.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Script {
    const char *path;
    const char *head; /* status line and headers, without the empty line; "": neither */
    const char *body;
    size_t n_body;   /* 0: strlen(body) */
    size_t repeat;   /* the body is sent so often; 0: once */
    int64_t drip_ms; /* wait before each byte of the body */
    bool cut;        /* close the connection after the body */
} Script;

typedef struct Scripted Scripted;

Scripted *scripted_start(const Script *scripts, size_t n); /* on a free port of loopback; the scripts are borrowed */
int scripted_port(const Scripted *scripted);
/* The head of the last request, as it came. */
const char *scripted_last_request(Scripted *scripted);
int scripted_connections(Scripted *scripted); /* accepted so far */
void scripted_stop(Scripted *scripted);
