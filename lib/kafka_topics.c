#include "lib/clock.h"
#include "lib/kafka_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

DEFINE_AUTO(rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy)
DEFINE_AUTO(rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy)
DEFINE_AUTO(rd_kafka_AlterConsumerGroupOffsets_t, rd_kafka_AlterConsumerGroupOffsets_destroy)
DEFINE_AUTO(rd_kafka_event_t, rd_kafka_event_destroy)

typedef const struct rd_kafka_metadata Metadata;
DEFINE_AUTO(Metadata, rd_kafka_metadata_destroy)

enum { ANSWER_MS = 30000, METADATA_MS = 10000, KNOWN_MS = 60000, POLL_MS = 20, MAX_REPLICAS = 3, REASON_SIZE = 256 };

static Metadata *metadata_of(rd_kafka_t *rk, Error *err)
{
    Metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &metadata, METADATA_MS);
    if (code)
        kafka_error(err, code, "metadata");
    return code ? NULL : metadata;
}

static int partitions_of(Metadata *metadata, const char *topic)
{
    for (int i = 0; i < metadata->topic_cnt; i++)
        if (strcmp(metadata->topics[i].topic, topic) == 0 && !metadata->topics[i].err)
            return metadata->topics[i].partition_cnt;
    return 0;
}

bool kafka_partitions(const Config *config, const char *const *topics, size_t n, int *counts, Error *err)
{
    AUTO(rd_kafka_t) *rk = kafka_client(config, NULL, err);
    AUTO(Metadata) *metadata = rk ? metadata_of(rk, err) : NULL;
    if (!metadata)
        return false;
    for (size_t i = 0; i < n; i++) {
        int count = partitions_of(metadata, topics[i]);
        if (count == 0)
            return error_set(err, ERROR_CONFIG, "topic %s does not exist: run 'tributary migrate' first", topics[i]);
        if (counts)
            counts[i] = count;
    }
    return true;
}

/* The answer to what was sent, of the type that belongs to it. */
static rd_kafka_event_t *answer(rd_kafka_queue_t *queue, const char *what, Error *err)
{
    AUTO(rd_kafka_event_t) *event = rd_kafka_queue_poll(queue, ANSWER_MS + 1000);
    if (!event)
        error_set(err, ERROR_TRANSIENT, "%s: no answer within %d s", what, ANSWER_MS / 1000);
    else if (rd_kafka_event_error(event))
        error_set(err, ERROR_TRANSIENT, "%s: %s", what, rd_kafka_event_error_string(event));
    else
        return TAKE(event);
    return NULL;
}

static rd_kafka_AdminOptions_t *admin_options(rd_kafka_t *rk, rd_kafka_admin_op_t operation)
{
    char reason[REASON_SIZE];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(rk, operation);
    rd_kafka_AdminOptions_set_request_timeout(options, ANSWER_MS, reason, sizeof reason);
    if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) /* until the brokers know them */
        rd_kafka_AdminOptions_set_operation_timeout(options, ANSWER_MS, reason, sizeof reason);
    return options;
}

static rd_kafka_NewTopic_t *new_topic(const TopicSpec *spec, int replicas, Error *err)
{
    char retention[24], reason[REASON_SIZE];
    AUTO(rd_kafka_NewTopic_t) *topic =
        rd_kafka_NewTopic_new(spec->name, spec->partitions, replicas, reason, sizeof reason);
    if (!topic) {
        error_set(err, ERROR_CONFIG, "topic %s: %s", spec->name, reason);
        return NULL;
    }
    snprintf(retention, sizeof retention, "%" PRId64, spec->retention_ms);
    rd_kafka_NewTopic_set_config(topic, "cleanup.policy", spec->cleanup);
    rd_kafka_NewTopic_set_config(topic, "retention.ms", retention);
    rd_kafka_NewTopic_set_config(topic, "max.message.bytes", KAFKA_MAX_MESSAGE_BYTES);
    rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", replicas >= MAX_REPLICAS ? "2" : "1");
    return TAKE(topic);
}

/* One request a topic: the answer says which topic failed, and a refused one stops the rest. */
static bool create(rd_kafka_t *rk, const TopicSpec *spec, int replicas, Error *err)
{
    AUTO(rd_kafka_NewTopic_t) *topic = new_topic(spec, replicas, err);
    if (!topic)
        return false;
    AUTO(rd_kafka_queue_t) *queue = rd_kafka_queue_new(rk);
    AUTO(rd_kafka_AdminOptions_t) *options = admin_options(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(rk, &topic, 1, options, queue);
    AUTO(rd_kafka_event_t) *event = answer(queue, spec->name, err);
    if (!event)
        return false;
    size_t n = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
        const char *reason = rd_kafka_topic_result_error_string(results[i]);
        if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            kafka_error(err, code, reason ? reason : "refused");
            return error_wrap(err, "topic %s", spec->name);
        }
    }
    return true;
}

/* The controller has made them before every broker knows: whoever asks next must find them. */
static bool await_topics(rd_kafka_t *rk, const TopicSpec *topics, size_t n, Error *err)
{
    int64_t deadline_ms = clock_monotonic_ms() + KNOWN_MS;
    for (size_t known = 0;; nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL)) {
        AUTO(Metadata) *metadata = metadata_of(rk, err);
        if (!metadata)
            return false;
        while (known < n && partitions_of(metadata, topics[known].name) > 0)
            known++;
        if (known == n)
            return true;
        if (clock_monotonic_ms() > deadline_ms)
            return error_set(err, ERROR_TRANSIENT, "topic %s was made, but the brokers do not know it",
                             topics[known].name);
    }
}

bool kafka_create_topics(const Config *config, const TopicSpec *topics, size_t n, Error *err)
{
    AUTO(rd_kafka_t) *rk = kafka_client(config, NULL, err);
    AUTO(Metadata) *metadata = rk ? metadata_of(rk, err) : NULL;
    if (!metadata)
        return false;
    int replicas = metadata->broker_cnt < MAX_REPLICAS ? metadata->broker_cnt : MAX_REPLICAS;
    for (size_t i = 0; i < n; i++)
        if (partitions_of(metadata, topics[i].name) == 0 && !create(rk, &topics[i], replicas, err))
            return false;
    return await_topics(rk, topics, n, err);
}

/* The partitions of `topic` for which `group` has not committed; NULL on failure. */
static rd_kafka_topic_partition_list_t *uncommitted(rd_kafka_t *rk, const char *topic, int n, Error *err)
{
    AUTO(rd_kafka_topic_partition_list_t) *all = rd_kafka_topic_partition_list_new(n);
    rd_kafka_topic_partition_list_add_range(all, topic, 0, n - 1);
    rd_kafka_resp_err_t code = rd_kafka_committed(rk, all, METADATA_MS);
    if (code) {
        kafka_error(err, code, "committed offsets");
        return NULL;
    }
    rd_kafka_topic_partition_list_t *missing = rd_kafka_topic_partition_list_new(n);
    for (int i = 0; i < all->cnt; i++)
        if (all->elems[i].offset < 0 && !all->elems[i].err)
            rd_kafka_topic_partition_list_add(missing, topic, all->elems[i].partition)->offset = 0;
    return missing;
}

/* A group with members is at work: it commits for itself. */
static bool is_busy(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID || code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP ||
           code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

static bool check_group(const rd_kafka_group_result_t *group, Error *err)
{
    const rd_kafka_error_t *failure = rd_kafka_group_result_error(group);
    if (failure)
        return is_busy(rd_kafka_error_code(failure)) ||
               kafka_error(err, rd_kafka_error_code(failure), rd_kafka_group_result_name(group));
    const rd_kafka_topic_partition_list_t *partitions = rd_kafka_group_result_partitions(group);
    for (int i = 0; partitions && i < partitions->cnt; i++)
        if (partitions->elems[i].err && !is_busy(partitions->elems[i].err))
            return kafka_error(err, partitions->elems[i].err, rd_kafka_group_result_name(group));
    return true;
}

static bool set_offsets(rd_kafka_t *rk, const char *group, const rd_kafka_topic_partition_list_t *offsets, Error *err)
{
    AUTO(rd_kafka_queue_t) *queue = rd_kafka_queue_new(rk);
    AUTO(rd_kafka_AlterConsumerGroupOffsets_t) *request = rd_kafka_AlterConsumerGroupOffsets_new(group, offsets);
    AUTO(rd_kafka_AdminOptions_t) *options = admin_options(rk, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS);
    rd_kafka_AlterConsumerGroupOffsets(rk, &request, 1, options, queue);
    AUTO(rd_kafka_event_t) *event = answer(queue, group, err);
    if (!event)
        return false;
    size_t n = 0;
    const rd_kafka_group_result_t **groups =
        rd_kafka_AlterConsumerGroupOffsets_result_groups(rd_kafka_event_AlterConsumerGroupOffsets_result(event), &n);
    for (size_t i = 0; i < n; i++)
        if (!check_group(groups[i], err))
            return false;
    return true;
}

static bool commit_start(rd_kafka_t *rk, const char *group, const char *topic, int n, Error *err)
{
    AUTO(rd_kafka_topic_partition_list_t) *missing = uncommitted(rk, topic, n, err);
    return missing && (missing->cnt == 0 || set_offsets(rk, group, missing, err));
}

/* The coordinator of a broker that has just started may not know yet that it is one. */
bool kafka_commit_start(const Config *config, const char *group, const char *topic, Error *err)
{
    int n = 0;
    AUTO(rd_kafka_t) *rk = kafka_partitions(config, &topic, 1, &n, err) ? kafka_client(config, group, err) : NULL;
    if (!rk)
        return false;
    int64_t deadline_ms = clock_monotonic_ms() + KNOWN_MS;
    while (!commit_start(rk, group, topic, n, err)) {
        if (!error_is_retriable(err) || clock_monotonic_ms() > deadline_ms)
            return error_wrap(err, "group %s on %s", group, topic);
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    return true;
}
