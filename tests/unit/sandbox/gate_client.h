/*
 * GateClient: a sandbox with one route more, /test/<vendor>/<tenant>, that only goes through the vendor's gate and
 * tells the verdict; and an app at its OAuth servers. Texts live as long as the client.
 */
#pragma once
#include "tests/unit/sandbox/client.h"

#define CALLBACK "http://127.0.0.1:9999/callback"

Client *gate_client_new(void); /* limits are off */

void advance(Client *client, int64_t seconds); /* the vendors' clock, from the start of the test */

/* A consent out of band for account "acme". */
yyjson_val *grant(Client *client, const char *vendor);
/* POST to the vendor's OAuth server ("token") as sandbox-app, or as `basic` in base64. */
yyjson_val *ask(Client *client, const char *vendor, const char *what, const char *form);
yyjson_val *ask_as(Client *client, const char *basic, const char *vendor, const char *what, const char *form);
yyjson_val *refresh(Client *client, const char *vendor, const char *token);
/* The last answer was this error of RFC 6749. */
void check_refused(Client *client, yyjson_val *answer, int status, const char *error);

/* Goes through the gate and out again; "open", "no token", …, or the name of the limit that is reached. */
const char *enter(Client *client, const char *vendor, const char *tenant, const char *access);
/* The same, but stays inside until leave(). */
const char *enter_and_stay(Client *client, const char *vendor, const char *tenant, const char *access);
void leave(Client *client, int n);
/* The answer of the last of these: {"retry_after", "left": […], "account"}. */
yyjson_val *last_pass(Client *client);
/* A number of /control/<vendor>/counters. */
int64_t counter(Client *client, const char *vendor, const char *path);
/* One of the first grant: "alive" (as 0 or 1), "refreshes", "dead_uses". */
int64_t of_grant(Client *client, const char *vendor, const char *path);
