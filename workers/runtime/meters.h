/*
 * Meters: what a worker counts, by source and data type. The text of a label is made once a call; calls are once a page
 * or slice.
 */
#pragma once
#include "workers/runtime/emit.h"

/* The source's name becomes a label of all; it lives as long as the process. Call first. */
void meters_open(const char *source);

void meter_fetched(const char *data_type, const Error *err /* NULL: fine */, int64_t took_ns);
void meter_page(const char *data_type, int64_t records, int64_t bytes);
void meter_waited(const char *data_type);
void meter_slice(const char *data_type, const char *outcome, const EmitCounts *counts);
/* Gauges, set about once a second. */
void meter_load(int running, int parked, const int waiting[N_JOB_CLASSES], int64_t oldest_ms, int64_t page_bytes);
void meter_dead_job(void);
