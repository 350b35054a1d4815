#include "lib/clock.h"
#include "lib/kafka_internal.h"
#include "lib/log.h"
#include "lib/loop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DEFINE_AUTO(rd_kafka_conf_t, rd_kafka_conf_destroy)

enum {
    MEET_MS = 250,
    MAX_TOPICS = 64,
    CLOSE_MS = 10000,
    PURGE_MS = 5000,
    FULL_MS = 30000,
    STEP_MS = 100,
    READY_STEP_MS = 5,
    MAX_HEADERS = 16
};

typedef struct Known {
    rd_kafka_topic_t *handle;
    int32_t partitions; /* 0: nobody has answered */
} Known;

struct Producer {
    rd_kafka_t *rk; /* NULL while it is being rebuilt */
    const Config *config;
    char client[64], linger_ms[12];
    int signal;
    bool fatal;
    int64_t queued_bytes;
    Event room;               /* the queue has become shorter, or the instance is a new one */
    Known topics[MAX_TOPICS]; /* of `rk`, that were sent to */
    size_t n_topics;
    Fiber *service;
};

static const KafkaProperty properties[] = {
    {"enable.idempotence",           "true"                 },
    {"acks",                         "all"                  },
    {"message.timeout.ms",           "30000"                },
    {"message.max.bytes",            KAFKA_MAX_MESSAGE_BYTES},
    {"queue.buffering.max.kbytes",   "65536"                },
    {"queue.buffering.max.messages", "100000"               },
    {"partitioner",                  "murmur2_random"       },
};

static void fail(Deliveries *deliveries, rd_kafka_resp_err_t code)
{
    if (!deliveries->failed)
        kafka_error(&deliveries->error, code, "delivery");
    deliveries->failed = true;
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *context)
{
    Producer *producer = context;
    Deliveries *deliveries = message->_private;
    (void)rk;
    producer->queued_bytes -= (int64_t)(message->len + message->key_len);
    deliveries->pending--;
    if (message->err) {
        fail(deliveries, message->err);
    } else if (message->offset < 0) {
        /* A broker that had it already need not know where: without the offset nobody can tell when it is applied. */
        if (!deliveries->failed)
            error_set(&deliveries->error, ERROR_TRANSIENT, "delivery: acknowledged without an offset");
        deliveries->failed = true;
    } else {
        deliveries->delivered++;
        deliveries->bytes += (int64_t)message->len;
        if (message->offset >= deliveries->next_offset)
            deliveries->next_offset = message->offset + 1;
    }
    if (deliveries->pending == 0 || deliveries->failed)
        event_notify_all(&deliveries->changed);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *context)
{
    Producer *producer = context;
    if (code == RD_KAFKA_RESP_ERR__FATAL && rk == producer->rk)
        producer->fatal = true;
    else if (code != RD_KAFKA_RESP_ERR__TRANSPORT) /* which the library logs itself */
        log_warn("kafka producer", KV("client", (const char *)producer->client),
                 KV("error", rd_kafka_err2name((rd_kafka_resp_err_t)code)), KV("reason", reason));
}

static rd_kafka_t *make(Producer *producer, Error *err)
{
    const KafkaProperty own[] = {
        {"linger.ms",                 producer->linger_ms       },
        { "compression.codec", strcmp(producer->linger_ms, "0") == 0 ? "lz4" : "zstd"},
    };
    KafkaProperty all[COUNT_OF(properties) + COUNT_OF(own)];
    memcpy(all, properties, sizeof properties);
    memcpy(all + COUNT_OF(properties), own, sizeof own);
    AUTO(rd_kafka_conf_t) *conf = kafka_conf_with(producer->config, producer->client, all, COUNT_OF(all), err);
    if (!conf)
        return NULL;
    rd_kafka_conf_set_opaque(conf, producer);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
    char reason[256];
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (!rk) {
        error_set(err, ERROR_CONFIG, "kafka producer: %s", reason);
        return NULL;
    }
    (void)TAKE(conf);
    AUTO(rd_kafka_queue_t) *queue = rd_kafka_queue_get_main(rk);
    kafka_signal_on(queue, producer->signal);
    return rk;
}

/* Delivery reports of `rk`: at once when there are some, else after waiting a moment. */
static void serve(Producer *producer, rd_kafka_t *rk, int64_t timeout_ms)
{
    bool fiber = fiber_running();
    if (rd_kafka_poll(rk, fiber ? 0 : (int)timeout_ms) == 0 && fiber) {
        kafka_signal_wait(producer->signal, timeout_ms);
        rd_kafka_poll(rk, 0);
    }
    event_notify_all(&producer->room);
}

/* Ends `rk`: what it still holds is reported as failed. */
static void dispose(Producer *producer, rd_kafka_t *rk, int64_t limit_ms)
{
    int64_t deadline = clock_monotonic_ms() + limit_ms;
    rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(rk) > 0 && clock_monotonic_ms() < deadline)
        serve(producer, rk, STEP_MS);
    while (producer->n_topics > 0)
        rd_kafka_topic_destroy(producer->topics[--producer->n_topics].handle);
    rd_kafka_destroy(rk);
}

/* An idempotent producer that lost count of its sequence cannot go on (on 2.0.2 a disconnect under load is enough). */
static void rebuild(Producer *producer)
{
    char reason[256] = "";
    rd_kafka_t *old = TAKE(producer->rk);
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(old, reason, sizeof reason);
    log_warn("producer failed, making a new one", KV("client", (const char *)producer->client),
             KV("error", rd_kafka_err2name(code)), KV("reason", (const char *)reason));
    dispose(producer, old, INT32_MAX); /* every report comes, or somebody would wait for ever */
    producer->fatal = false;
    Error err = {0};
    while (!(producer->rk = make(producer, &err))) {
        log_error("cannot make a producer, trying again", KV_ERROR(&err));
        fiber_sleep_ms(1000);
    }
    event_notify_all(&producer->room);
}

static void turn(Producer *producer, int64_t timeout_ms)
{
    if (producer->rk)
        serve(producer, producer->rk, timeout_ms);
    if (producer->rk && producer->fatal)
        rebuild(producer);
}

/* The pause is a safety net; reports come by the signal. */
static void serve_always(void *argument)
{
    for (;;)
        turn(argument, 1000);
}

Producer *producer_open(const Config *config, const char *client, int linger_ms, Error *err)
{
    Producer *producer = calloc(1, sizeof *producer);
    if (!producer)
        abort();
    producer->config = config;
    producer->signal = kafka_signal_new();
    snprintf(producer->client, sizeof producer->client, "%s", client);
    snprintf(producer->linger_ms, sizeof producer->linger_ms, "%d", linger_ms);
    producer->rk = make(producer, err);
    if (!producer->rk) {
        producer_close(producer);
        return NULL;
    }
    if (loop_current())
        producer->service = loop_spawn("producer", serve_always, producer);
    return producer;
}

void producer_close(Producer *producer)
{
    if (!producer)
        return;
    loop_kill(producer->service);
    if (producer->rk) {
        int64_t deadline = clock_monotonic_ms() + CLOSE_MS;
        while (rd_kafka_outq_len(producer->rk) > 0 && clock_monotonic_ms() < deadline)
            serve(producer, producer->rk, STEP_MS);
        dispose(producer, TAKE(producer->rk), PURGE_MS);
    }
    close(producer->signal);
    free(producer);
}

static bool wait_for_room(Producer *producer, int64_t deadline, Error *err)
{
    int64_t left = deadline - clock_monotonic_ms();
    if (left <= 0)
        return error_set(err, ERROR_TRANSIENT, "the producer's queue stayed full for %d s", FULL_MS / 1000);
    if (fiber_running() && producer->service)
        event_wait(&producer->room, left);
    else
        turn(producer, left < STEP_MS ? left : STEP_MS);
    return true;
}

typedef struct Message {
    rd_kafka_vu_t parts[7 + MAX_HEADERS];
    size_t n;
} Message;

static void part(Message *message, rd_kafka_vu_t value)
{
    message->parts[message->n++] = value;
}

static void ask_partitions(Producer *producer, Known *known)
{
    const struct rd_kafka_metadata *metadata = NULL;
    if (rd_kafka_metadata(producer->rk, 0, known->handle, &metadata, MEET_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    if (metadata->topic_cnt == 1 && metadata->topics[0].partition_cnt > 0)
        known->partitions = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
}

static Known *find_known(Producer *producer, const char *topic)
{
    for (size_t i = 0; i < producer->n_topics; i++)
        if (strcmp(rd_kafka_topic_name(producer->topics[i].handle), topic) == 0)
            return &producer->topics[i];
    return NULL;
}

/* Before its first message: librdkafka until 2.10 asks for a new topic's partitions at the next of its scans, which is
 * up to a second away. Asked here, the message goes out at once. False: the topic has no such partition, as far as is
 * known; librdkafka until 2.12 would free the headers of the message twice. */
static bool meet(Producer *producer, const char *topic, int32_t partition)
{
    Known *known = find_known(producer, topic);
    bool first = !known;
    if (first) {
        rd_kafka_topic_t *handle =
            producer->n_topics < MAX_TOPICS ? rd_kafka_topic_new(producer->rk, topic, NULL) : NULL;
        if (!handle)
            return true;
        known = &producer->topics[producer->n_topics++];
        *known = (Known){.handle = handle};
    }
    if (first || (known->partitions > 0 && partition >= known->partitions))
        ask_partitions(producer, known);
    return known->partitions == 0 || partition < known->partitions;
}

/* One attempt. The headers go as parts of the message, so that the library owns its copies on every way out. */
static rd_kafka_resp_err_t produce(rd_kafka_t *rk, Message *message)
{
    rd_kafka_error_t *failure = rd_kafka_produceva(rk, message->parts, message->n);
    if (!failure)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(failure);
    rd_kafka_error_destroy(failure);
    return code;
}

bool producer_send(Producer *producer, const char *topic, int32_t partition, const char *key, const void *value,
                   size_t length, const KafkaHeader *headers, size_t n_headers, Deliveries *deliveries, Error *err)
{
    if (n_headers > MAX_HEADERS)
        return error_set(err, ERROR_INTERNAL, "%s: %zu headers", topic, n_headers);
    size_t key_length = key ? strlen(key) : 0;
    Message message = {0};
    part(&message, (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic});
    part(&message, (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition});
    part(&message, (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY});
    part(&message, (rd_kafka_vu_t){
                       .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)key, key_length}
    });
    part(&message, (rd_kafka_vu_t){
                       .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)value, length}
    });
    part(&message, (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = deliveries});
    for (size_t i = 0; i < n_headers; i++)
        part(&message, (rd_kafka_vu_t){
                           .vtype = RD_KAFKA_VTYPE_HEADER,
                           .u.header = {headers[i].name, headers[i].value, (ssize_t)headers[i].length}
        });
    deliveries->producer = producer;
    int64_t deadline = clock_monotonic_ms() + FULL_MS;
    for (;;) {
        if (!producer->rk || producer->fatal)
            return error_set(err, ERROR_TRANSIENT, "%s: the producer is being rebuilt", topic);
        if (!meet(producer, topic, partition))
            return error_set(err, ERROR_TRANSIENT, "%s: partition %d is not known yet", topic, (int)partition);
        rd_kafka_resp_err_t code = produce(producer->rk, &message);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            break;
        if (code == RD_KAFKA_RESP_ERR__FATAL)
            producer->fatal = true;
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return kafka_error(err, code, topic);
        if (!wait_for_room(producer, deadline, err))
            return error_wrap(err, "%s", topic);
    }
    deliveries->pending++;
    producer->queued_bytes += (int64_t)(length + key_length);
    return true;
}

bool deliveries_wait(Deliveries *deliveries, Error *err)
{
    while (deliveries->pending > 0) {
        if (fiber_running() && deliveries->producer->service)
            event_wait(&deliveries->changed, -1);
        else
            turn(deliveries->producer, STEP_MS);
    }
    if (deliveries->failed && err)
        *err = deliveries->error;
    return !deliveries->failed;
}

/* Metadata has come when the cluster's id is known. */
static bool answers(Producer *producer, int timeout_ms)
{
    char *id = producer->rk ? rd_kafka_clusterid(producer->rk, timeout_ms) : NULL;
    bool known = id != NULL;
    rd_kafka_mem_free(producer->rk, id);
    return known;
}

bool producer_ready(Producer *producer, int64_t timeout_ms, Error *err)
{
    int64_t deadline = clock_monotonic_ms() + timeout_ms;
    while (!answers(producer, fiber_running() ? 0 : READY_STEP_MS)) {
        if (clock_monotonic_ms() >= deadline)
            return error_set(err, ERROR_TRANSIENT, "no broker of %s answers",
                             config_text(producer->config, "kafka-brokers"));
        fiber_sleep_ms(fiber_running() ? READY_STEP_MS : 0);
    }
    return true;
}

int64_t producer_queued_bytes(const Producer *producer)
{
    return producer->queued_bytes;
}
