/*
 * Api: the HTTP API. Paths, names and status words are those of the reference product (PLATFORM), so that its client
 * libraries work by changing the base URL. Served by every scheduler; handlers run on the server's threads and wait
 * there.
 */
#pragma once
#include "lib/httpd.h"
#include "lib/pg.h"
#include "lib/vault.h"
#include <stdatomic.h>

typedef struct Api {
    PgPool *pool;
    Vault *vault;
    const int *partitions;      /* of the record topics, in the order of data_types */
    const char *public_url;     /* where browsers reach this server, without a slash at its end */
    const char *link_redirects; /* where Link may send them back to (link/back.h); NULL: nowhere */
    int64_t reconcile_after_ms, reconcile_every_ms; /* the reconciler's, to say when it comes */
    atomic_bool ready;          /* partitions are known, the database is ours */
} Api;

/* What an API key may do at least; a route's role. In the order of what they may. */
typedef enum Role { ROLE_NONE, ROLE_ADVISOR, ROLE_ANALYST, ROLE_DEVELOPER, ROLE_ADMIN } Role;

/* "Admin" … of control.api_key. ROLE_NONE for an unknown word. */
Role role_by_name(const char *name);

enum { API_MAX_BODY = 1024 * 1024, API_THREADS = 16 };

/* The options for program_serve(); routes and texts are static, `api` is borrowed. */
HttpdOptions api_options(Api *api);

/* ---- Handlers, by file ---- */
void company_list(Request *request, Response *response);
void company_create(Request *request, Response *response);
void company_get(Request *request, Response *response);
void company_update(Request *request, Response *response); /* PUT replaces, PATCH changes what is given */
void company_delete(Request *request, Response *response);

void connection_list(Request *request, Response *response);
void connection_create(Request *request, Response *response);
void connection_get(Request *request, Response *response);
void connection_update(Request *request, Response *response);
void connection_authorize(Request *request, Response *response);
void connection_delete(Request *request, Response *response);

void queue_all(Request *request, Response *response);
void queue_one(Request *request, Response *response);

void history_list(Request *request, Response *response);
void history_get(Request *request, Response *response);
void history_cancel(Request *request, Response *response);
void data_status(Request *request, Response *response);

void dataset_explain(Request *request, Response *response); /* what happened, for people; ours */

void sync_settings_get(Request *request, Response *response); /* the client's, or a company's */
void sync_settings_set(Request *request, Response *response);

void records_of_company(Request *request, Response *response);
void records_of_connection(Request *request, Response *response);
