/*
 * QuickBooks client: a sandbox with a grant for one company of the emulated QuickBooks.
 */
#pragma once
#include "tests/unit/sandbox/client.h"

#define COMPANY "harbour"

/* A grant for the account, made with `words` ("__large") when it is new; limits are off. Texts live as long as the
 * client. */
Client *qb_client_new(const char *name);

/* GET below the company: "query?…". The answer's JSON. */
yyjson_val *qb_get(Client *client, const char *path);
/* The QueryResponse of a query, which is encoded here; fails unless the answer is 200. */
yyjson_val *qb_query(Client *client, const char *query);
/* The answer of a query, whatever it is. */
yyjson_val *qb_ask(Client *client, const char *query);
/* Asks for that by POST. */
yyjson_val *qb_post_query(Client *client, const char *query);
/* Fails unless the last answer was this status with this code in its fault. */
void qb_check_fault(Client *client, yyjson_val *answer, int status, const char *code);

const char *qb_realm(void);
const char *qb_token(void);
/* An instant as queries have it: "'2026-07-01T00:00:00Z'", so many seconds from the vendor's now. */
const char *qb_moment(Client *client, int64_t seconds);
int64_t qb_total(Client *client, const char *from); /* SELECT COUNT(*) FROM … */
