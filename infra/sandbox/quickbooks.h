/*
 * QuickBooks: the books of a business as QuickBooks Online's API shows them, by Intuit's documents and recorded bodies:
 * queries, single objects, change data capture, reports, faults, limits. Reads only.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "lib/httpd.h"

#define QUICKBOOKS_BASE "/quickbooks"

/* The API below QUICKBOOKS_BASE "/v3/company/{realmId}", and what the control endpoint has for this vendor beside the
 * books: permissions, faults, requests. The server's context is the World. */
extern const Route quickbooks_routes[];
extern const size_t n_quickbooks_routes;
