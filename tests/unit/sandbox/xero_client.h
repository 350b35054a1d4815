/*
 * XeroClient: a sandbox with a grant to the organisation of account "acme", asked as Xero wants to be asked. Texts live
 * as long as the client.
 */
#pragma once
#include "tests/unit/sandbox/client.h"

typedef struct XeroClient {
    Client *client;
    const char *access, *tenant, *accept, *since; /* NULL: the header is not sent */
} XeroClient;

XeroClient *xero_client_new(const char *account); /* "acme", "acme__large"; limits are off */
void xero_client_free(XeroClient *xero);
DEFINE_AUTO(XeroClient, xero_client_free)

/* `path` is below /xero, or below /xero/api.xro/2.0/ when it has no slash in front. The answer's JSON; NULL: none. */
yyjson_val *xero_try(XeroClient *xero, const char *method, const char *path);
/* The same by GET; fails unless it is 200. */
yyjson_val *xero_get(XeroClient *xero, const char *path);
/* The list of an answer: "Invoices". */
yyjson_val *xero_list(XeroClient *xero, const char *endpoint, const char *query);
yyjson_val *xero_control(XeroClient *xero, const char *method, const char *path, const char *body);
