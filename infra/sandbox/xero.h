/*
 * Xero: the accounting API over the books of an account, read-only, and the list of what a consent opens. Documents'
 * lives, paging and limits as Xero has them; README.md says what it leaves out.
 */
#pragma once
#include "infra/sandbox/gate.h"
#include "infra/sandbox/ledger_vendor.h"

#define XERO_BASE "/xero"

/* Routes below XERO_BASE, and POST /control/xero/{account}/tier. */
extern const Route xero_routes[];
extern const size_t n_xero_routes;
