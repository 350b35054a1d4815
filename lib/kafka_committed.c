#include "lib/kafka_internal.h"
#include <unistd.h>

DEFINE_AUTO(rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy)
DEFINE_AUTO(rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy)
DEFINE_AUTO(rd_kafka_event_t, rd_kafka_event_destroy)

enum { STEP_MS = 100, GROUP_SIZE = 256, REASON_SIZE = 256 };

/* The answer always comes: the request has a timeout. */
static rd_kafka_event_t *await(rd_kafka_queue_t *queue)
{
    int signal = kafka_signal_new();
    kafka_signal_on(queue, signal);
    rd_kafka_event_t *event;
    while (!(event = rd_kafka_queue_poll(queue, fiber_running() ? 0 : STEP_MS)))
        if (fiber_running())
            kafka_signal_wait(signal, STEP_MS);
    kafka_signal_off(queue);
    close(signal);
    return event;
}

static rd_kafka_event_t *ask(rd_kafka_t *rk, const char *group, const rd_kafka_topic_partition_list_t *partitions,
                             int timeout_ms)
{
    char reason[REASON_SIZE];
    AUTO(rd_kafka_queue_t) *queue = rd_kafka_queue_new(rk);
    AUTO(rd_kafka_ListConsumerGroupOffsets_t) *request = rd_kafka_ListConsumerGroupOffsets_new(group, partitions);
    AUTO(rd_kafka_AdminOptions_t) *options = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, reason, sizeof reason);
    rd_kafka_ListConsumerGroupOffsets(rk, &request, 1, options, queue);
    return await(queue);
}

static bool note(const rd_kafka_topic_partition_list_t *answer, rd_kafka_topic_partition_list_t *partitions, Error *err)
{
    for (int i = 0; i < answer->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &answer->elems[i];
        if (place->err)
            return kafka_error(err, place->err, place->topic);
        rd_kafka_topic_partition_list_set_offset(partitions, place->topic, place->partition,
                                                 place->offset >= 0 ? place->offset : RD_KAFKA_OFFSET_BEGINNING);
    }
    return true;
}

static bool read_answer(rd_kafka_event_t *event, int n_asked, rd_kafka_topic_partition_list_t *partitions, Error *err)
{
    if (rd_kafka_event_error(event))
        return kafka_error(err, rd_kafka_event_error(event), "committed offsets");
    size_t n = 0;
    const rd_kafka_group_result_t **groups =
        rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event), &n);
    const rd_kafka_error_t *failure = n > 0 ? rd_kafka_group_result_error(groups[0]) : NULL;
    if (failure)
        return kafka_error(err, rd_kafka_error_code(failure), "committed offsets");
    const rd_kafka_topic_partition_list_t *answer = n > 0 ? rd_kafka_group_result_partitions(groups[0]) : NULL;
    if (!answer || answer->cnt < n_asked)
        return error_set(err, ERROR_TRANSIENT, "committed offsets: not all were told");
    return note(answer, partitions, err);
}

bool kafka_committed(rd_kafka_t *rk, rd_kafka_topic_partition_list_t *partitions, int timeout_ms, Error *err)
{
    AUTO(rd_kafka_topic_partition_list_t) *unknown = rd_kafka_topic_partition_list_new(partitions->cnt);
    for (int i = 0; i < partitions->cnt; i++)
        if (partitions->elems[i].offset == RD_KAFKA_OFFSET_INVALID)
            rd_kafka_topic_partition_list_add(unknown, partitions->elems[i].topic, partitions->elems[i].partition);
    if (unknown->cnt == 0)
        return true;
    char group[GROUP_SIZE];
    size_t size = sizeof group;
    rd_kafka_conf_get(rd_kafka_conf(rk), "group.id", group, &size);
    AUTO(rd_kafka_event_t) *event = ask(rk, group, unknown, timeout_ms);
    return read_answer(event, unknown->cnt, partitions, err) || error_wrap(err, "%s", group);
}
