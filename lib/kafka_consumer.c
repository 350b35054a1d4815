#include "lib/clock.h"
#include "lib/kafka_internal.h"
#include "lib/log.h"
#include "lib/loop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DEFINE_AUTO(rd_kafka_conf_t, rd_kafka_conf_destroy)

#define ASSIGNOR "roundrobin"

enum { CLOSE_MS = 10000, COMMIT_MS = 5000, PLACE_MS = 5000, PLACE_PAUSE_MS = 500, STEP_MS = 100, REASON_SIZE = 256 };

/* An assigned partition whose messages wait in a queue of their own. */
typedef struct Slot {
    char *topic;
    int32_t partition;
    rd_kafka_queue_t *queue;
} Slot;

struct Consumer {
    rd_kafka_t *rk;
    ConsumerCallbacks callbacks;
    bool partition_queues;
    int signal; /* of the main queue and all partition queues */
    bool arrived;
    Event arrivals;
    Fiber *service;
    Slot *slots;
    size_t n_slots;
    rd_kafka_topic_partition_list_t *unplaced; /* assigned, but where to go on is not known yet */
    bool commit_failed;
    Error failure; /* seen where it could not be returned; consumer_poll() hands it out */
};

/* ---- Partition queues ---- */

static Slot *slot_find(Consumer *consumer, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < consumer->n_slots; i++)
        if (consumer->slots[i].partition == partition && strcmp(consumer->slots[i].topic, topic) == 0)
            return &consumer->slots[i];
    return NULL;
}

static void slot_add(Consumer *consumer, const char *topic, int32_t partition)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_get_partition(consumer->rk, topic, partition);
    if (!queue)
        return; /* its messages come by the main queue then */
    rd_kafka_queue_forward(queue, NULL);
    kafka_signal_on(queue, consumer->signal);
    consumer->slots = realloc(consumer->slots, (consumer->n_slots + 1) * sizeof(Slot));
    char *copy = strdup(topic);
    if (!consumer->slots || !copy)
        abort();
    consumer->slots[consumer->n_slots++] = (Slot){.topic = copy, .partition = partition, .queue = queue};
}

static void slot_remove(Consumer *consumer, Slot *slot)
{
    if (!slot)
        return;
    kafka_signal_off(slot->queue);
    rd_kafka_queue_destroy(slot->queue);
    free(slot->topic);
    *slot = consumer->slots[--consumer->n_slots];
}

/* ---- Rebalances: eager, so each assignment is the whole of it ---- */

/* The library itself would ask only once for where to go on: a partition whose answer is an error, because the
 * coordinator has just moved, would never be read. What has no answer yet is asked for again by consumer_poll(). */
static void place(Consumer *consumer)
{
    AUTO(rd_kafka_topic_partition_list_t) *partitions = TAKE(consumer->unplaced);
    Error err = {0};
    if (!kafka_committed(consumer->rk, partitions, PLACE_MS, &err)) {
        log_warn("where to go on is not known yet", KV_ERROR(&err));
        consumer->unplaced = TAKE(partitions);
        fiber_sleep_ms(PLACE_PAUSE_MS);
        return;
    }
    /* Before the fetching starts; a message that is quicker is handed out by consumer_poll(). */
    for (int i = 0; consumer->partition_queues && i < partitions->cnt; i++)
        slot_add(consumer, partitions->elems[i].topic, partitions->elems[i].partition);
    rd_kafka_resp_err_t code = rd_kafka_assign(consumer->rk, partitions);
    if (code)
        kafka_error(&consumer->failure, code, "assign");
    log_info("partitions assigned", KV("partitions", partitions->cnt));
}

static void forget_unplaced(Consumer *consumer)
{
    if (consumer->unplaced)
        rd_kafka_topic_partition_list_destroy(TAKE(consumer->unplaced));
}

static void take_over(Consumer *consumer, rd_kafka_topic_partition_list_t *partitions)
{
    if (consumer->callbacks.assign)
        consumer->callbacks.assign(consumer->callbacks.context, consumer, partitions);
    forget_unplaced(consumer);
    consumer->unplaced = rd_kafka_topic_partition_list_copy(partitions);
    place(consumer);
}

static void give_up(Consumer *consumer, rd_kafka_topic_partition_list_t *partitions)
{
    bool lost = rd_kafka_assignment_lost(consumer->rk);
    forget_unplaced(consumer);
    if (consumer->callbacks.revoke)
        consumer->callbacks.revoke(consumer->callbacks.context, consumer, partitions, lost);
    for (int i = 0; i < partitions->cnt; i++)
        slot_remove(consumer, slot_find(consumer, partitions->elems[i].topic, partitions->elems[i].partition));
    rd_kafka_assign(consumer->rk, NULL);
    log_info("partitions revoked", KV("partitions", partitions->cnt), KV("lost", lost));
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *partitions,
                         void *context)
{
    Consumer *consumer = context;
    (void)rk;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        take_over(consumer, partitions);
        return;
    }
    if (code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        log_warn("rebalance failed", KV("error", rd_kafka_err2str(code)));
    give_up(consumer, partitions);
}

static void on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *offsets, void *context)
{
    Consumer *consumer = context;
    (void)rk;
    (void)offsets;
    if (!code || code == RD_KAFKA_RESP_ERR__NO_OFFSET)
        return;
    consumer->commit_failed = true;
    log_warn("commit failed", KV("error", rd_kafka_err2str(code)));
}

/* What an operator must see, or what no waiting cures, is kept for consumer_poll(); the rest heals and is logged. */
static void take_error(Consumer *consumer, rd_kafka_resp_err_t code, const char *reason)
{
    Error error = {0};
    char text[256] = "";
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        code = rd_kafka_fatal_error(consumer->rk, text, sizeof text);
        error_set(&consumer->failure, ERROR_INTERNAL, "consumer: %s", text);
        return;
    }
    kafka_error(&error, code, reason ? reason : "consumer");
    if (code == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL)
        error_wrap(&error, "a member of the group assigns partitions by another strategy than " ASSIGNOR);
    if (error.kind == ERROR_CONFIG)
        consumer->failure = error;
    else if (code != RD_KAFKA_RESP_ERR__TRANSPORT) /* which the library logs itself */
        log_warn("kafka consumer", KV("error", rd_kafka_err2name(code)), KV("reason", reason));
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *context)
{
    (void)rk;
    take_error(context, (rd_kafka_resp_err_t)code, reason);
}

/* ---- Opening and closing ---- */

static void text_of(char out[12], int value)
{
    snprintf(out, 12, "%d", value);
}

static rd_kafka_conf_t *conf_of(const Config *config, const ConsumerOptions *options, Error *err)
{
    enum { PARTS = 16, KIB_BYTES = 1024, ANSWER_BYTES = 1000000 };
    char queue[12], piece[12], answer[12];
    int bytes = options->queue_kib * KIB_BYTES;
    text_of(queue, options->queue_kib);
    text_of(piece, bytes / PARTS); /* of one partition in one answer; a larger message comes alone */
    text_of(answer, bytes > ANSWER_BYTES ? bytes : ANSWER_BYTES);
    const KafkaProperty properties[] = {
        {"group.id",                      options->group       },
        {"auto.offset.reset",             options->offset_reset},
        {"enable.auto.commit",            "false"              },
        {"enable.auto.offset.store",      "false"              },
        {"allow.auto.create.topics",      "false"              },
        {"session.timeout.ms",            "6000"               },
        {"heartbeat.interval.ms",         "2000"               },
        {"partition.assignment.strategy", ASSIGNOR             },
        {"queued.max.messages.kbytes",    queue                },
        {"fetch.message.max.bytes",       piece                },
        {"fetch.max.bytes",               answer               },
        {"fetch.error.backoff.ms",        "100"                },
    };
    return kafka_conf_with(config, options->client, properties, COUNT_OF(properties), err);
}

static bool subscribe(Consumer *consumer, const ConsumerOptions *options, Error *err)
{
    AUTO(rd_kafka_topic_partition_list_t) *topics = rd_kafka_topic_partition_list_new((int)options->n_topics);
    for (size_t i = 0; i < options->n_topics; i++)
        rd_kafka_topic_partition_list_add(topics, options->topics[i], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->rk, topics);
    return !code || kafka_error(err, code, "subscribe");
}

static void serve_always(void *argument)
{
    Consumer *consumer = argument;
    for (;;)
        if (kafka_signal_wait(consumer->signal, -1)) {
            consumer->arrived = true;
            event_notify_all(&consumer->arrivals);
        }
}

static bool start(Consumer *consumer, const Config *config, const ConsumerOptions *options, Error *err)
{
    AUTO(rd_kafka_conf_t) *conf = conf_of(config, options, err);
    if (!conf)
        return false;
    /* From 2.2 on a full queue stops fetching for a second unless told otherwise; older ones do not know the word. */
    char value[16] = "", ignored[REASON_SIZE];
    size_t size = sizeof value;
    rd_kafka_conf_get(conf, "fetch.queue.backoff.ms", value, &size);
    if (strcmp(value, "1000") == 0)
        rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "20", ignored, sizeof ignored);
    rd_kafka_conf_set_opaque(conf, consumer);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
    rd_kafka_conf_set_error_cb(conf, on_error);
    char reason[REASON_SIZE];
    consumer->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (!consumer->rk)
        return error_set(err, ERROR_CONFIG, "kafka consumer: %s", reason);
    (void)TAKE(conf);
    rd_kafka_poll_set_consumer(consumer->rk);
    AUTO(rd_kafka_queue_t) *queue = rd_kafka_queue_get_consumer(consumer->rk);
    kafka_signal_on(queue, consumer->signal);
    if (loop_current())
        consumer->service = loop_spawn("consumer", serve_always, consumer);
    return subscribe(consumer, options, err);
}

Consumer *consumer_open(const Config *config, const ConsumerOptions *options, Error *err)
{
    AUTO(Consumer) *consumer = calloc(1, sizeof *consumer);
    if (!consumer)
        abort();
    consumer->callbacks = options->callbacks;
    consumer->partition_queues = options->partition_queues;
    consumer->signal = kafka_signal_new();
    return start(consumer, config, options, err) ? TAKE(consumer) : NULL;
}

/* The last revoke is served on the way; the plain close could wait for a broker without end. */
static void leave_group(Consumer *consumer)
{
    AUTO(rd_kafka_queue_t) *queue = rd_kafka_queue_new(consumer->rk);
    int64_t deadline = clock_monotonic_ms() + CLOSE_MS;
    kafka_signal_on(queue, consumer->signal);
    rd_kafka_error_t *failure = rd_kafka_consumer_close_queue(consumer->rk, queue);
    if (failure) {
        log_warn("cannot leave the group", KV("reason", rd_kafka_error_string(failure)));
        rd_kafka_error_destroy(failure);
        return;
    }
    bool fiber = fiber_running();
    while (!rd_kafka_consumer_closed(consumer->rk) && clock_monotonic_ms() < deadline) {
        /* Messages that nobody read come this way too; rd_kafka_queue_poll_callback() would abort on them. */
        AUTO(rd_kafka_message_t) *unread = rd_kafka_consume_queue(queue, fiber ? 0 : STEP_MS);
        if (!unread && fiber && !rd_kafka_consumer_closed(consumer->rk))
            kafka_signal_wait(consumer->signal, STEP_MS);
    }
    kafka_signal_off(queue);
}

void consumer_close(Consumer *consumer)
{
    if (!consumer)
        return;
    loop_kill(consumer->service);
    if (consumer->rk) {
        leave_group(consumer);
        while (consumer->n_slots > 0)
            slot_remove(consumer, consumer->slots);
        if (!kafka_end(consumer->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
            return;
    }
    forget_unplaced(consumer);
    close(consumer->signal);
    free(consumer->slots);
    free(consumer);
}

rd_kafka_t *consumer_raw(Consumer *consumer)
{
    return consumer->rk;
}

Event *consumer_arrivals(Consumer *consumer)
{
    return &consumer->arrivals;
}

/* ---- Reading ---- */

/* NULL for none, and for an error, which is kept or logged. */
static rd_kafka_message_t *good(Consumer *consumer, rd_kafka_message_t *message)
{
    if (!message || !message->err)
        return message;
    take_error(consumer, message->err, rd_kafka_message_errstr(message));
    rd_kafka_message_destroy(message);
    return NULL;
}

static rd_kafka_message_t *poll_now(Consumer *consumer, int timeout_ms)
{
    consumer->arrived = false;
    return good(consumer, rd_kafka_consumer_poll(consumer->rk, timeout_ms));
}

rd_kafka_message_t *consumer_poll(Consumer *consumer, int64_t timeout_ms, Error *err)
{
    bool fiber = fiber_running() && consumer->service;
    if (consumer->unplaced)
        place(consumer);
    bool arrived = consumer->arrived;
    rd_kafka_message_t *message = poll_now(consumer, fiber ? 0 : (int)timeout_ms);
    if (!message && fiber && timeout_ms != 0 && !arrived && !consumer->arrived && !consumer->failure.kind) {
        event_wait(&consumer->arrivals, timeout_ms);
        message = poll_now(consumer, 0);
    }
    if (!message && consumer->failure.kind && err) {
        *err = consumer->failure;
        consumer->failure = (Error){0};
    }
    return message;
}

rd_kafka_message_t *consumer_next(Consumer *consumer, const char *topic, int32_t partition)
{
    Slot *slot = slot_find(consumer, topic, partition);
    return slot ? good(consumer, rd_kafka_consume_queue(slot->queue, 0)) : NULL;
}

/* ---- Committing ---- */

typedef struct Commit {
    bool answered;
    rd_kafka_resp_err_t code;
} Commit;

static void on_answer(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *offsets, void *context)
{
    (void)rk;
    (void)offsets;
    *(Commit *)context = (Commit){.answered = true, .code = code};
}

/* On a queue of its own, so that it may be called inside a rebalance. */
static bool commit_and_wait(Consumer *consumer, const rd_kafka_topic_partition_list_t *offsets, Error *err)
{
    Commit commit = {0};
    AUTO(rd_kafka_queue_t) *queue = rd_kafka_queue_new(consumer->rk);
    int signal = kafka_signal_new();
    kafka_signal_on(queue, signal);
    commit.code = rd_kafka_commit_queue(consumer->rk, offsets, queue, on_answer, &commit);
    int64_t deadline = clock_monotonic_ms() + COMMIT_MS;
    while (!commit.code && !commit.answered && clock_monotonic_ms() < deadline)
        if (rd_kafka_queue_poll_callback(queue, fiber_running() ? 0 : STEP_MS) == 0 && fiber_running())
            kafka_signal_wait(signal, STEP_MS);
    kafka_signal_off(queue);
    close(signal);
    if (!commit.code && !commit.answered)
        return error_set(err, ERROR_TRANSIENT, "commit: no answer within %d s", COMMIT_MS / 1000);
    return !commit.code || commit.code == RD_KAFKA_RESP_ERR__NO_OFFSET || kafka_error(err, commit.code, "commit");
}

bool consumer_commit(Consumer *consumer, const rd_kafka_topic_partition_list_t *offsets, bool wait, Error *err)
{
    if (wait)
        return commit_and_wait(consumer, offsets, err);
    rd_kafka_resp_err_t code = rd_kafka_commit(consumer->rk, offsets, 1);
    consumer->commit_failed = consumer->commit_failed || code;
    return !code || kafka_error(err, code, "commit");
}

bool consumer_commit_failed(Consumer *consumer)
{
    return TAKE(consumer->commit_failed);
}
