#include "workers/sink/assignment.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    SEEK_MS = 5000,
    ANSWER_MS = 5000,
    WAKE_MS = 50,
    VERSION_2_2 = 0x02020000,
    FIRST_PAUSE_MS = 100,
    LONGEST_PAUSE_MS = 5000
};

METRIC(lag, "tributary_sink_lag", METRIC_GAUGE, "Records on assigned partitions that are not stored yet.");

/* One writer's partitions; a failure that time heals is waited out. */
static bool take_until_done(Assignment *assignment, Writer *writer, Error *err)
{
    for (int64_t pause_ms = FIRST_PAUSE_MS; !writer_take(writer, err); pause_ms *= 2) {
        if (!error_is_retriable(err) || *assignment->stop)
            return false;
        pause_ms = pause_ms < LONGEST_PAUSE_MS ? pause_ms : LONGEST_PAUSE_MS;
        log_warn("partitions wait for Postgres", KV("pause_ms", pause_ms), KV_ERROR(err));
        fiber_sleep_ms(pause_ms);
        *err = (Error){0};
    }
    return true;
}

void assignment_take(Assignment *assignment, rd_kafka_topic_partition_list_t *partitions)
{
    Positions *positions = &assignment->shared->positions;
    Position *items = calloc((size_t)partitions->cnt + 1, sizeof *items);
    if (!items)
        abort();
    for (int i = 0; i < partitions->cnt; i++) {
        const DataType *type = data_type_by_topic(partitions->elems[i].topic);
        int32_t partition = partitions->elems[i].partition;
        items[i] = (Position){.type = type,
                              .partition = partition,
                              .fence = NO_FENCE,
                              .writer = (int)((type - data_types) + partition) % assignment->n_writers};
    }
    positions_set(positions, items, (size_t)partitions->cnt);
    free(items);
    for (int i = 0; i < assignment->n_writers && !assignment->failure.kind; i++)
        if (!take_until_done(assignment, assignment->writers[i], &assignment->failure))
            log_error("partitions not taken over", KV_ERROR(&assignment->failure));
    for (int i = 0; i < partitions->cnt; i++) {
        rd_kafka_topic_partition_t *place = &partitions->elems[i];
        Position *position = positions_find(positions, place->topic, place->partition);
        position->taken = position->next;
        place->offset = position->next;
    }
    FAULT_POINT(after_assign);
}

void assignment_release(Assignment *assignment)
{
    for (int i = 0; i < assignment->n_writers; i++)
        writer_release(assignment->writers[i]);
    positions_clear(&assignment->shared->positions);
}

void assignment_tell_kafka(Assignment *assignment, Consumer *consumer, bool wait)
{
    Positions *positions = &assignment->shared->positions;
    bool again = consumer_commit_failed(consumer);
    Error err = {0};
    AUTO(rd_kafka_topic_partition_list_t) *offsets = rd_kafka_topic_partition_list_new((int)positions->n);
    for (size_t i = 0; i < positions->n; i++) {
        Position *position = &positions->items[i];
        if (position->fence == NO_FENCE || (position->next == position->told && !again))
            continue;
        rd_kafka_topic_partition_list_add(offsets, position->type->topic, position->partition)->offset = position->next;
        position->told = position->next;
    }
    if (offsets->cnt == 0)
        return;
    FAULT_POINT(before_kafka_commit);
    if (!consumer_commit(consumer, offsets, wait, &err))
        log_warn("kafka does not know how far we are", KV_ERROR(&err));
}

/* False: still where it was, so that the hole would be taken for read. */
static bool pause_or_resume(Consumer *consumer, const Position *position, bool pause)
{
    AUTO(rd_kafka_topic_partition_list_t) *one = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(one, position->type->topic, position->partition)->offset = position->next;
    if (pause) {
        rd_kafka_pause_partitions(consumer_raw(consumer), one);
        return true;
    }
    rd_kafka_error_t *failure = rd_kafka_seek_partitions(consumer_raw(consumer), one, SEEK_MS);
    if (failure) {
        log_warn("seek failed", KV("topic", position->type->topic), KV("partition", position->partition),
                 KV("reason", rd_kafka_error_string(failure)));
        rd_kafka_error_destroy(failure);
        return false;
    }
    rd_kafka_resume_partitions(consumer_raw(consumer), one);
    return true;
}

void assignment_serve_held(Assignment *assignment, Consumer *consumer)
{
    Positions *positions = &assignment->shared->positions;
    for (size_t i = 0; i < positions->n; i++) {
        Position *position = &positions->items[i];
        if (position->held_until_ms && !position->paused) {
            log_warn(position->fence == NO_FENCE ? "records on a partition that no stream has: held"
                                                 : "the offset in Postgres went back: reading again",
                     KV("topic", position->type->topic), KV("partition", position->partition));
            pause_or_resume(consumer, position, true);
            position->paused = true;
        } else if (position->held_until_ms && clock_monotonic_ms() >= position->held_until_ms) {
            if (!pause_or_resume(consumer, position, false))
                continue;
            position->taken = position->next;
            position->held_until_ms = 0;
            position->paused = false;
        }
    }
}

void assignment_wake_fetcher(const Assignment *assignment, Consumer *consumer)
{
    const Positions *positions = &assignment->shared->positions;
    const Position *busiest = NULL;
    int64_t most = 0;
    for (size_t i = 0; i < positions->n && rd_kafka_version() < VERSION_2_2; i++) {
        int64_t low, high;
        const Position *position = &positions->items[i];
        if (!rd_kafka_get_watermark_offsets(consumer_raw(consumer), position->type->topic, position->partition, &low,
                                            &high) &&
            high - position->taken > most) {
            most = high - position->taken;
            busiest = position;
        }
    }
    int64_t low, high;
    if (busiest)
        rd_kafka_query_watermark_offsets(consumer_raw(consumer), busiest->type->topic, busiest->partition, &low, &high,
                                         WAKE_MS);
}

void assignment_measure(const Assignment *assignment, Consumer *consumer)
{
    const Positions *positions = &assignment->shared->positions;
    for (size_t i = 0, next; i < positions->n; i = next) {
        const DataType *type = positions->items[i].type;
        int64_t behind = 0;
        for (next = i; next < positions->n && positions->items[next].type == type; next++) {
            int64_t low, high;
            const Position *position = &positions->items[next];
            if (!rd_kafka_get_watermark_offsets(consumer_raw(consumer), type->topic, position->partition, &low,
                                                &high) &&
                high > position->next)
                behind += high - position->next;
        }
        char labels[64];
        snprintf(labels, sizeof labels, "type=\"%s\"", type->key);
        metric_set(&lag, labels, (double)behind);
    }
}

/* The first or last offsets of all partitions, in one request a broker; NULL when nobody answers. */
static rd_kafka_topic_partition_list_t *ask_offsets(const Positions *positions, Consumer *consumer, int64_t which)
{
    AUTO(rd_kafka_topic_partition_list_t) *list = rd_kafka_topic_partition_list_new((int)positions->n);
    for (size_t i = 0; i < positions->n; i++)
        rd_kafka_topic_partition_list_add(list, positions->items[i].type->topic, positions->items[i].partition)
            ->offset = which;
    return rd_kafka_offsets_for_times(consumer_raw(consumer), list, ANSWER_MS) ? NULL : TAKE(list);
}

bool assignment_explain(const Assignment *assignment, Consumer *consumer, Error *err)
{
    const Positions *positions = &assignment->shared->positions;
    if (err->kind != ERROR_CONFIG)
        return error_wrap(err, "record topics");
    AUTO(rd_kafka_topic_partition_list_t) *low = ask_offsets(positions, consumer, RD_KAFKA_OFFSET_BEGINNING);
    AUTO(rd_kafka_topic_partition_list_t) *high = ask_offsets(positions, consumer, RD_KAFKA_OFFSET_END);
    for (size_t i = 0; i < positions->n && low && high; i++) {
        const Position *position = &positions->items[i];
        if (low->elems[i].err || high->elems[i].err ||
            (position->taken >= low->elems[i].offset && position->taken <= high->elems[i].offset))
            continue;
        return error_set(
            err, ERROR_CONFIG,
            "%s [%d] holds offsets %lld to %lld, the next to store is %lld: the topic was recreated, truncated "
            "or expired; set next in control.sink_offset, cancel what is Processing, sync in full",
            position->type->topic, (int)position->partition, (long long)low->elems[i].offset,
            (long long)high->elems[i].offset, (long long)position->taken);
    }
    return error_wrap(err, "record topics");
}
