/*
 * Streams: what Xero offers, one row a data type.
 */
#pragma once
#include "workers/runtime/source.h"

extern const Stream xero_streams[];
extern const size_t n_xero_streams;
