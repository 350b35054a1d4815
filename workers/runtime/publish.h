/*
 * Publish: the message that asks for a slice, acknowledged by the brokers.
 */
#pragma once
#include "lib/kafka.h"
#include "proto/job.h"

/* One try; false: ERROR_TRANSIENT. */
bool publish_job(Producer *producer, const char *source, const Job *job, Error *err) MUST_CHECK;
