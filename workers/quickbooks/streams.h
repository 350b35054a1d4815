/*
 * Streams: what QuickBooks offers, one row a data type.
 */
#pragma once
#include "workers/runtime/source.h"

extern const Stream quickbooks_streams[];
extern const size_t n_quickbooks_streams;
