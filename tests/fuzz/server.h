/*
 * Server: a browser, libmicrohttpd, Postgres, the vault and the vendors, as far as the API asks them, for its fuzzer.
 * Each holds what passes it against what the real one takes.
 */
#pragma once
#include "lib/arena.h"
#include "lib/pg.h"
#include <microhttpd.h>

enum { SERVER_PAIRS = 60 };

typedef struct ServerPair {
    enum MHD_ValueKind kind;
    char *name, *value; /* value NULL: a parameter without '=' */
} ServerPair;

/* A request, taken apart as libmicrohttpd does it. */
struct MHD_Connection {
    char *method, *path, *body;
    size_t n_body;
    ServerPair pairs[SERVER_PAIRS];
    size_t n_pairs;
    int status; /* of the answer; 0: none was queued */
};

/* "GET /path?a=b HTTP/1.1", header lines, an empty line, the body. */
void server_read(struct MHD_Connection *connection, const char *text, size_t length, Arena *arena);

/* What each statement of this request comes to: '0' no row, '1' one, '2' two, 'n' one of NULLs, 'e' Postgres is away,
 * 'd' it refuses a value; past the end one row. The API's keys are not among them: "dev" is an administrator's. */
void server_answers(const char *choices);
