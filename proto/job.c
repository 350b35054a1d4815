#include "proto/job.h"
#include "lib/text.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/pb.h"
#include <stdio.h>
#include <string.h>

static const char *const class_names[N_JOB_CLASSES] = {"interactive", "incremental", "backfill"};

const char *job_class_name(JobClass job_class)
{
    return class_names[job_class];
}

bool job_class_by_name(const char *name, JobClass *job_class)
{
    for (int i = 0; i < N_JOB_CLASSES; i++)
        if (strcmp(class_names[i], name) == 0) {
            *job_class = (JobClass)i;
            return true;
        }
    return false;
}

void job_topic(char out[JOB_NAME_SIZE], const char *source, JobClass job_class)
{
    snprintf(out, JOB_NAME_SIZE, "jobs.%s.%s", source, class_names[job_class]);
}

void job_dead_letter_topic(char out[JOB_NAME_SIZE], const char *source)
{
    snprintf(out, JOB_NAME_SIZE, "jobs.%s.dlq", source);
}

void job_group(char out[JOB_NAME_SIZE], const char *environment, const char *source)
{
    snprintf(out, JOB_NAME_SIZE, "%s.worker-%s", environment, source);
}

size_t job_pack(const Job *job, uint8_t out[JOB_MAX])
{
    PbTimestamp enqueued = PB_INIT(PbTimestamp);
    enqueued.seconds = job->enqueued_ms / 1000;
    enqueued.nanos = (int32_t)(job->enqueued_ms % 1000) * 1000000;
    PbJob message = PB_INIT(PbJob);
    message.version = JOB_VERSION;
    message.environment = (char *)job->environment;
    message.dataset_id = (char *)job->dataset_id;
    message.slice_no = (uint32_t)job->slice_no;
    message.job_class = (PbJobJobClass)(job->job_class + 1); /* the wire's 0 is "unspecified" */
    message.connection_id = (char *)job->connection_id;
    message.enqueued_at = &enqueued;
    message.traceparent = (char *)job->traceparent;
    return frame_pack(SCHEMA_JOB, &message.base, out);
}

static bool copy_text(char *out, size_t size, const char *text, const char *name, Error *err)
{
    size_t length = strlen(text);
    if (length >= size)
        return error_set(err, ERROR_DATA, "job: %s has %zu bytes, at most %zu are allowed", name, length, size - 1);
    memcpy(out, text, length + 1);
    return true;
}

/* Without a time it is of 1970. False: no instant that there is. */
static bool read_time(const PbTimestamp *time, int64_t *ms)
{
    static const int64_t end_s = 253402300800; /* of the year 9999 */
    int64_t seconds = time ? time->seconds : 0, nanos = time ? time->nanos : 0;
    *ms = 0;
    if (seconds < 0 || seconds >= end_s || nanos < 0 || nanos >= 1000000000)
        return false;
    *ms = seconds * 1000 + nanos / 1000000;
    return true;
}

static bool read_message(const PbJob *message, const char *environment, Job *job, Error *err)
{
    if (message->version == 0 || message->version > JOB_VERSION)
        return error_set(err, ERROR_DATA, "job: version %u, this program reads up to %d: upgrade the workers first",
                         message->version, JOB_VERSION);
    if (strcmp(message->environment, environment) != 0)
        return error_set(err, ERROR_DATA, "job: of environment '%.60s', this one is '%s': check the brokers' address",
                         message->environment, environment);
    if (!text_is_uuid(message->dataset_id) || !text_is_uuid(message->connection_id))
        return error_set(err, ERROR_DATA, "job: %s is no UUID",
                         text_is_uuid(message->dataset_id) ? "connection_id" : "dataset_id");
    if (message->slice_no == 0 || message->slice_no > INT32_MAX)
        return error_set(err, ERROR_DATA, "job: slice %u is out of range", message->slice_no);
    if ((int)message->job_class < 1 || (int)message->job_class > N_JOB_CLASSES)
        return error_set(err, ERROR_DATA, "job: unknown class %d", (int)message->job_class);
    *job = (Job){.slice_no = (int32_t)message->slice_no, .job_class = (JobClass)(message->job_class - 1)};
    if (!read_time(message->enqueued_at, &job->enqueued_ms))
        return error_set(err, ERROR_DATA, "job: enqueued_at is no time");
    memcpy(job->dataset_id, message->dataset_id, sizeof job->dataset_id);
    memcpy(job->connection_id, message->connection_id, sizeof job->connection_id);
    return copy_text(job->environment, sizeof job->environment, message->environment, "environment", err) &&
           copy_text(job->traceparent, sizeof job->traceparent, message->traceparent, "traceparent", err);
}

bool job_unpack(const void *value, size_t n_value, const char *environment, Job *job, Error *err)
{
    if (n_value > JOB_MAX)
        return error_set(err, ERROR_DATA, "job: %zu bytes, at most %d are allowed", n_value, JOB_MAX);
    ProtobufCMessage *message = frame_unpack(value, n_value, SCHEMA_JOB, PB_DESCRIPTOR(PbJob), NULL, err);
    if (!message)
        return error_wrap(err, "job");
    bool good = read_message((const PbJob *)message, environment, job, err);
    protobuf_c_message_free_unpacked(message, NULL);
    return good;
}
