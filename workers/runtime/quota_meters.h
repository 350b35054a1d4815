/*
 * Quota meters: use, what is left and when a place comes free, of each limit as this worker saw it last; and who
 * waited.
 */
#pragma once
#include "proto/job.h"
#include "workers/runtime/quota_ledger.h"
#include <stdbool.h>

void quota_meters_open(const char *source); /* lives as long as the process */
void quota_meter_limit(const QuotaMeet *met, const QuotaOwner *owner, int64_t ledger_now_ms);
void quota_meter_waited(const char *limit, JobClass job_class, int64_t ms);
void quota_meter_parked(const char *limit, JobClass job_class);
void quota_meter_away(bool away);
