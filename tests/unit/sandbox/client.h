/*
 * Client: a sandbox of the test's own, served on a free port, and what is needed to ask it over HTTP. A failed transfer
 * fails the test unless it is asked for with client_try().
 */
#pragma once
#include "infra/sandbox/account.h"
#include "lib/httpd.h"
#include "lib/json.h"
#include <curl/curl.h>

#define TODAY 1782864000 /* 2026-07-01 */
#define ACME  "sk_test_sandbox_acme"

typedef struct Client {
    World *world;
    Httpd *httpd;
    CURL *curl;
    Arena *arena; /* of everything parsed */
    Text *body, *headers;
    const char *extra_header; /* sent with each request; NULL: none */
    const char *version;      /* Stripe-Version; NULL: none */
    long timeout_ms;
    int status;
    CURLcode result;
} Client;

Client *client_new(void); /* limits are off */
void client_free(Client *client);
DEFINE_AUTO(Client, client_free)

/* GET below "/stripe/v1/" with a key (NULL: none). The answer's JSON; NULL when it is none. */
yyjson_val *get(Client *client, const char *key, const char *path);
bool client_try(Client *client, const char *key, const char *path);                       /* the transfer's success */
bool control_try(Client *client, const char *method, const char *path, const char *body); /* the transfer's success */
yyjson_val *control(Client *client, const char *method, const char *path, const char *body);

/* The value of a response header; NULL when missing. */
const char *header_of(Client *client, const char *name);
/* "data.0.id" and the like, as text; fails the test when it is missing. */
const char *text_at(yyjson_val *value, const char *path);
size_t length_at(yyjson_val *value, const char *path);
/* Fails unless the last answer was this status with this error code ("": none). */
void check_error(Client *client, yyjson_val *answer, int status, const char *code);
