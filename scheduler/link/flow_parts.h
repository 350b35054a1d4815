/*
 * Flow parts: what open.c (to the vendor) and callback.c (back from it) share. Private to them and flow.c.
 */
#pragma once
#include "lib/log.h"
#include "scheduler/api/answer.h"
#include "scheduler/link/back.h"
#include "scheduler/link/flow.h"
#include "scheduler/link/links.h"
#include "scheduler/link/page.h"
#include "scheduler/link/session.h"
#include "scheduler/link/vendor.h"

void link_open(Request *request, Response *response);     /* GET  /link/{token}       */
void link_start(Request *request, Response *response);    /* POST /link/{token}/start */
void link_callback(Request *request, Response *response); /* GET  /link/callback      */
void link_tenants(Request *request, Response *response);  /* GET  /link/tenant        */
void link_tenant(Request *request, Response *response);   /* POST /link/tenant        */

/* Where the vendor sends the browser back to, the same text each time: vendors compare it. */
const char *link_redirect_uri(Request *request);

/* One statement, as api_query(); NULL: the page that says so is written. */
PGresult *link_query(Request *request, Response *response, const char *sql, int n_params,
                     const char *const *params) MUST_CHECK;

/* Logs the error and shows a page that says to try again. */
void link_fail(Response *response, const Error *err);
