/*
 * Flow: the stations of Link. A link leads to the choice of a source, that to the vendor's consent, the vendor back to
 * us, and, when everything holds, on to the company's own page. Nothing changes before the vendor's answer but a
 * connection that waits (PendingAuth).
 */
#pragma once
#include "scheduler/api/api.h"

extern const Route link_routes[];
extern const size_t n_link_routes;

/* "linkUrl" for the company (connection_id NULL) or one connection, on the request's arena; NULL: the response is
 * written. */
const char *flow_link_url(Request *request, Response *response, const char *company_id, const char *connection_id);
