/*
 * Job: the message that asks a worker for one slice of a dataset, and the names that go with it. A job says where to
 * look and nothing else; who publishes one sets JOB_VERSION and uses the connection as the message's key.
 */
#pragma once
#include "lib/error.h"
#include <stddef.h>
#include <stdint.h>

enum {
    JOB_VERSION = 1,
    JOB_MAX = 4096,       /* bytes of a framed job              */
    JOB_NAME_SIZE = 128,  /* room for a topic's or group's name */
    JOB_TRACE_SIZE = 128, /* room for a traceparent             */
};

/* In the order of their weight. */
typedef enum JobClass { JOB_INTERACTIVE, JOB_INCREMENTAL, JOB_BACKFILL, N_JOB_CLASSES } JobClass;

typedef struct Job {
    char environment[64];
    char dataset_id[37], connection_id[37];
    int32_t slice_no; /* from 1 */
    JobClass job_class;
    int64_t enqueued_ms;
    char traceparent[JOB_TRACE_SIZE]; /* "" when nobody traces */
} Job;

/* "interactive", "incremental", "backfill": as in the topic's name and in dataset.class. */
const char *job_class_name(JobClass job_class);
bool job_class_by_name(const char *name, JobClass *job_class) MUST_CHECK;

/* jobs.<source>.<class>, jobs.<source>.dlq and the consumer group <environment>.worker-<source>. */
void job_topic(char out[JOB_NAME_SIZE], const char *source, JobClass job_class);
void job_dead_letter_topic(char out[JOB_NAME_SIZE], const char *source);
void job_group(char out[JOB_NAME_SIZE], const char *environment, const char *source);

/* Writes the framed message; returns its length. */
size_t job_pack(const Job *job, uint8_t out[JOB_MAX]);

/* Reads a message's value. ERROR_DATA says what is wrong with it: no job, of another environment, of a newer version,
 * without an id that makes sense. */
bool job_unpack(const void *value, size_t n_value, const char *environment, Job *job, Error *err) MUST_CHECK;
