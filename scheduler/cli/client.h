/*
 * Client: the HTTP API, as the command uses it. One connection, kept alive.
 */
#pragma once
#include "lib/arena.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/secret.h"

typedef struct Client Client;

Client *client_open(const char *url, const Secret *key, Error *err) MUST_CHECK;
void client_close(Client *client); /* NULL is fine */
DEFINE_AUTO(Client, client_close)

/* `body` NULL: none. `answer` may be NULL; it becomes NULL where the API answers without a body; else it is on the
 * arena. Failures have the API's own words: ERROR_TRANSIENT (not reached, 503), ERROR_AUTH (401, 403), ERROR_DATA (the
 * rest). */
bool client_call(Client *client, const char *method, const char *path, const char *body, Arena *arena,
                 yyjson_val **answer, Error *err) MUST_CHECK;

/* Percent-encoding of one segment or one query value, on the arena. */
const char *client_escape(Arena *arena, const char *value);

/* Calls `visit` for every record of a paged list. `path` may have a query. */
bool client_each(Client *client, const char *path, bool (*visit)(void *context, yyjson_val *record, Error *err),
                 void *context, Error *err) MUST_CHECK;
