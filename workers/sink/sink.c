#include "workers/sink/sink.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "workers/sink/assignment.h"
#include "workers/sink/writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TYPES = 64, TICK_MS = 1000, DRAIN_MS = 10000, REJOIN_MS = 1000, QUEUE_KIB = 2048, MAX_HEADERS = 16 };

struct Sink {
    const Program *program;
    const bool *stop;
    char *group;
    Producer *letters;
    WriterShared shared;
    Assignment assignment;
    Writer *writers[ASSIGNMENT_WRITERS];
    int n_writers;
    Batch *open[MAX_TYPES][ASSIGNMENT_WRITERS];
    size_t open_bytes;
    size_t batch_rows, batch_bytes;
    int64_t batch_wait_ms;
    int64_t ticked_ms;
};

/* ---- Batches ---- */

static void hand_over(Sink *sink, Batch **place, int writer)
{
    Batch *batch = TAKE(*place);
    sink->open_bytes -= batch_memory(batch);
    writer_give(sink->writers[writer], batch);
}

/* Hands over what is old enough; everything with `max_age_ms` below 0. Returns how long the oldest of the others may
 * wait. */
static int64_t hand_over_old(Sink *sink, int64_t max_age_ms)
{
    int64_t now_ms = clock_monotonic_ms(), wait_ms = TICK_MS;
    for (size_t type = 0; type < n_data_types; type++)
        for (int writer = 0; writer < sink->n_writers; writer++) {
            Batch **place = &sink->open[type][writer];
            if (!*place)
                continue;
            int64_t left_ms = (*place)->opened_ms + max_age_ms - now_ms;
            if (left_ms <= 0 || max_age_ms < 0)
                hand_over(sink, place, writer);
            else if (left_ms < wait_ms)
                wait_ms = left_ms;
        }
    return wait_ms;
}

static void forget_open(Sink *sink)
{
    for (size_t type = 0; type < n_data_types; type++)
        for (int writer = 0; writer < sink->n_writers; writer++)
            batch_free(TAKE(sink->open[type][writer]));
    sink->open_bytes = 0;
}

/* The first headers of a message; the rest are somebody else's. */
static size_t read_headers(const rd_kafka_message_t *message, KafkaHeader *headers, size_t n_max)
{
    rd_kafka_headers_t *all = NULL;
    size_t n = 0;
    if (rd_kafka_message_headers(message, &all))
        return 0;
    while (n < n_max && !rd_kafka_header_get_all(all, n, &headers[n].name, &headers[n].value, &headers[n].length))
        n++;
    return n;
}

static void take_message(Sink *sink, const rd_kafka_message_t *message)
{
    Position *position = positions_find(&sink->shared.positions, rd_kafka_topic_name(message->rkt), message->partition);
    if (!position || message->offset < position->taken || position->held_until_ms)
        return;
    Batch **place = &sink->open[position->type - data_types][position->writer];
    size_t before = *place ? batch_memory(*place) : 0;
    if (!*place)
        *place = batch_new(position->type);
    KafkaHeader headers[MAX_HEADERS];
    const Incoming incoming = {.partition = message->partition,
                               .offset = message->offset,
                               .key = message->key,
                               .key_length = message->key_len,
                               .value = message->payload,
                               .value_length = message->len,
                               .headers = headers,
                               .n_headers = read_headers(message, headers, COUNT_OF(headers))};
    batch_add(*place, &incoming, position->taken);
    position->taken = message->offset + 1;
    sink->open_bytes += batch_memory(*place) - before;
    if ((*place)->n_rows >= sink->batch_rows || (*place)->bytes >= sink->batch_bytes)
        hand_over(sink, place, position->writer);
}

/* ---- Assignment ---- */

static void on_assign(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *partitions)
{
    Sink *sink = context;
    (void)consumer;
    assignment_take(&sink->assignment, partitions);
}

/* A batch under way may still commit; after that nothing of ours touches these partitions. */
static void on_revoke(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *partitions, bool lost)
{
    Sink *sink = context;
    (void)partitions;
    forget_open(sink);
    for (int i = 0; i < sink->n_writers; i++)
        writer_drain(sink->writers[i], DRAIN_MS);
    if (!lost)
        assignment_tell_kafka(&sink->assignment, consumer, true);
    assignment_release(&sink->assignment);
}

static Consumer *open_consumer(Sink *sink, Error *err)
{
    const char *topics[MAX_TYPES];
    for (size_t i = 0; i < n_data_types; i++)
        topics[i] = data_types[i].topic;
    const ConsumerOptions options = {
        .group = sink->group,
        .client = "sink",
        .offset_reset = "error",
        .topics = topics,
        .n_topics = n_data_types,
        .queue_kib = QUEUE_KIB,
        .callbacks = {sink, on_assign, on_revoke}
    };
    return consumer_open(sink->program->config, &options, err);
}

/* ---- Reading ---- */

static void tick(Sink *sink, Consumer *consumer)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms - sink->ticked_ms < TICK_MS)
        return;
    sink->ticked_ms = now_ms;
    assignment_tell_kafka(&sink->assignment, consumer, false);
    assignment_serve_held(&sink->assignment, consumer);
    assignment_measure(&sink->assignment, consumer);
}

static size_t memory_in_use(const Sink *sink)
{
    return sink->open_bytes + sink->shared.pending_bytes;
}

/* Stands still while the writers have enough to do: what Kafka holds costs no memory here. */
static void wait_for_room(Sink *sink)
{
    while (memory_in_use(sink) >= 2 * sink->batch_bytes && !*sink->stop && !sink->shared.lost) {
        hand_over_old(sink, -1);
        event_wait(&sink->shared.changed, TICK_MS);
    }
}

/* Until it is to stop, the assignment is lost (true) or an operator must act (false). */
static bool read_messages(Sink *sink, Consumer *consumer, Error *err)
{
    int64_t wait_ms = 0;
    while (!*sink->stop && !sink->shared.lost) {
        AUTO(rd_kafka_message_t) *message = consumer_poll(consumer, wait_ms, err);
        if (message)
            take_message(sink, message);
        else if (sink->assignment.failure.kind)
            *err = sink->assignment.failure;
        if (err->kind)
            return assignment_explain(&sink->assignment, consumer, err);
        bool ran_dry = !message && wait_ms == 0;
        if (ran_dry)
            assignment_wake_fetcher(&sink->assignment, consumer);
        /* A look at the clock for each message would cost more than the message. */
        if (!message || message->offset % 64 == 0)
            wait_ms = hand_over_old(sink, sink->batch_wait_ms);
        wait_ms = message ? 0 : wait_ms;
        wait_for_room(sink);
        tick(sink, consumer);
    }
    return true;
}

static void store_what_was_read(Sink *sink)
{
    int64_t deadline_ms = clock_monotonic_ms() + DRAIN_MS;
    hand_over_old(sink, -1);
    for (int i = 0; i < sink->n_writers; i++)
        while (!writer_idle(sink->writers[i]) && !sink->shared.lost && clock_monotonic_ms() < deadline_ms)
            event_wait(&sink->shared.changed, deadline_ms - clock_monotonic_ms());
}

bool sink_run(Sink *sink, Error *err)
{
    bool fine = true;
    sink->letters = producer_open(sink->program->config, "sink", 0, err);
    sink->shared.letters = (Letters){sink->letters, sink->program->environment};
    if (!sink->letters)
        return false;
    while (fine && !*sink->stop) {
        AUTO(Consumer) *consumer = open_consumer(sink, err);
        fine = consumer && read_messages(sink, consumer, err);
        if (fine && !sink->shared.lost)
            store_what_was_read(sink);
        consumer_close(TAKE(consumer)); /* serves the last revoke */
        if (sink->shared.lost) {
            log_warn("joining the group anew");
            sink->shared.lost = false;
            fiber_sleep_ms(REJOIN_MS);
        }
    }
    return fine;
}

Sink *sink_new(const Program *program, const bool *stop)
{
    Sink *sink = calloc(1, sizeof *sink);
    const Config *config = program->config;
    if (!sink || asprintf(&sink->group, "%s.sink", program->environment) < 0)
        abort();
    sink->program = program;
    sink->stop = stop;
    sink->shared.conninfo = config_text(config, "postgres");
    sink->batch_rows = (size_t)config_integer(config, "sink-batch-rows");
    sink->batch_bytes = (size_t)config_integer(config, "sink-batch-bytes");
    sink->batch_wait_ms = config_integer(config, "sink-batch-wait");
    sink->n_writers = (int)config_integer(config, "sink-connections");
    for (int i = 0; i < sink->n_writers; i++)
        sink->writers[i] = writer_new(&sink->shared, i);
    sink->assignment =
        (Assignment){.shared = &sink->shared, .writers = sink->writers, .n_writers = sink->n_writers, .stop = stop};
    return sink;
}

void sink_free(Sink *sink)
{
    if (!sink)
        return;
    forget_open(sink);
    for (int i = 0; i < sink->n_writers; i++) {
        writer_drain(sink->writers[i], 0);
        writer_free(sink->writers[i]);
    }
    producer_close(sink->letters);
    positions_clear(&sink->shared.positions);
    free(sink->group);
    free(sink);
}
