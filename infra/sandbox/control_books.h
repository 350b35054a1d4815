/*
 * Control of books: what is the same for every vendor of accounting data. The books are changed once, and every
 * vendor's reader must see it.
 */
#pragma once
#include "infra/sandbox/ledger_vendor.h"
#include "lib/httpd.h"

extern const Route control_books_routes[];
extern const size_t n_control_books_routes;

/* The vendor of the path; NULL: 404 is written. */
const LedgerVendor *books_vendor(Request *request, Response *response);
/* The account of the path, with its lock and its books; NULL: 404 is written. */
Account *books_account(Request *request, Response *response);

void books_control_change(Request *request, Response *response);
void books_control_void(Request *request, Response *response);
void books_control_delete(Request *request, Response *response);
void books_control_create(Request *request, Response *response);
void books_control_archive(Request *request, Response *response);
