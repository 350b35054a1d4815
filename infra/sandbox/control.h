/*
 * Control: the sandbox's own endpoints, by which a test or a demo makes accounts, changes them, breaks them and reads
 * the truth. README.md lists them. Errors are {"error": text} with 400 or 404.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "lib/httpd.h"
#include "lib/json.h"

extern const Route control_routes[];
extern const size_t n_control_routes;

/* What the handlers share. */
void control_fail(Response *response, int status, const char *message);
/* The body as a JSON object or array; an empty body is {}. NULL: 400 is written. */
yyjson_val *control_body(Request *request, Response *response);
/* The account of the path; NULL: 404 is written. */
Account *control_account(Request *request, Response *response);
/* The account of that name, made with the size in the body when it is new. NULL: 400 is written. */
Account *control_make_account(Request *request, Response *response, const char *name);
bool control_names_all(const Request *request); /* the account of the path is "*" */
void control_done(Response *response);          /* {"done":true} */

void control_change(Request *request, Response *response);
void control_create(Request *request, Response *response);
void control_delete(Request *request, Response *response);
void control_add_faults(Request *request, Response *response);
void control_get_faults(Request *request, Response *response);
void control_clear_faults(Request *request, Response *response);
void control_set_limits(Request *request, Response *response);
void control_set_permissions(Request *request, Response *response);
void control_get_requests(Request *request, Response *response);
void control_clear_requests(Request *request, Response *response);
