/*
 * Compose: records that take more than one call. What belongs together is written as one JSON object, so that a table
 * can map it like any other. Each is a whole stream in one page.
 */
#pragma once
#include "workers/quickbooks/quickbooks.h"

bool qb_read_company(Rest *rest, Error *err) MUST_CHECK;
bool qb_read_statement(Rest *rest, Error *err) MUST_CHECK;
bool qb_read_tax_rates(Rest *rest, Error *err) MUST_CHECK;
bool qb_read_categories(Rest *rest, Error *err) MUST_CHECK;
