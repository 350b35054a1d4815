#include "workers/runtime/publish.h"
#include "lib/clock.h"

bool publish_job(Producer *producer, const char *source, const Job *job, Error *err)
{
    char topic[JOB_NAME_SIZE];
    uint8_t bytes[JOB_MAX];
    Deliveries deliveries = {0};
    Job stamped = *job;
    stamped.enqueued_ms = clock_wall_ms();
    job_topic(topic, source, job->job_class);
    size_t length = job_pack(&stamped, bytes);
    bool sent = producer_send(producer, topic, -1, job->connection_id, bytes, length, NULL, 0, &deliveries, err);
    bool acknowledged = deliveries_wait(&deliveries, sent ? err : NULL);
    return (sent && acknowledged) || error_wrap(err, "publish slice %d of dataset %s", job->slice_no, job->dataset_id);
}
