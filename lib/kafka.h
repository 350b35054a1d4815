/*
 * Kafka: what every program does with librdkafka the same way: configuration (2.0.2's API and traps, see KAFKA.md),
 * logs, errors, topics, a producer whose deliveries fibers can wait for, and a consumer that wakes the loop.
 */
#pragma once
#include "lib/config.h"
#include "lib/error.h"
#include "lib/fiber.h"
#include <librdkafka/rdkafka.h>

/* Header: name and bytes, borrowed for the call. */
typedef struct KafkaHeader {
    const char *name;
    const void *value;
    size_t length;
} KafkaHeader;

/* ---- Producer: idempotent, acks=all, zstd or lz4, bounded queue (64 MiB) ---- */
typedef struct Producer Producer;

/* linger_ms: 0 for jobs, 20 for records. Nothing is connected yet. Belongs to the thread that opens it: a fiber of its
 * loop serves the delivery reports; in a thread without one, producer_send() and deliveries_wait() do. `config` is
 * borrowed until the close. */
Producer *producer_open(const Config *config, const char *client, int linger_ms, Error *err) MUST_CHECK;
/* Waits up to 10 s for what is in flight, then forgets it. */
void producer_close(Producer *producer);
DEFINE_AUTO(Producer, producer_close)

/* Deliveries: the messages that one piece of work waits for. Starts as {0}; must outlive its messages: wait before
 * leaving. */
typedef struct Deliveries {
    int64_t pending, delivered, bytes; /* bytes: of the values that were acknowledged */
    int64_t next_offset; /* largest acknowledged offset + 1 over all partitions; use one partition per Deliveries where
                            it matters */
    bool failed;
    Error error; /* of the first failure */
    Event changed;
    Producer *producer; /* private: whom to poll outside fibers */
} Deliveries;

/* Copies key and value. partition -1 lets the key decide (murmur2). While the queue is full the fiber waits. False:
 * ERROR_TRANSIENT (broker away, instance is being rebuilt after a fatal error), ERROR_DATA (message too large). A value
 * of NULL is a tombstone. */
bool producer_send(Producer *producer, const char *topic, int32_t partition, const char *key, const void *value,
                   size_t length, const KafkaHeader *headers, size_t n_headers, Deliveries *deliveries,
                   Error *err) MUST_CHECK;
/* Until nothing is pending; false with the first failure. The timeout is the message's own (message.timeout.ms, 30 s).
 */
bool deliveries_wait(Deliveries *deliveries, Error *err) MUST_CHECK;
bool producer_ready(Producer *producer, int64_t timeout_ms, Error *err) MUST_CHECK; /* brokers answer metadata */
int64_t producer_queued_bytes(const Producer *producer);

/* ---- Consumer: classic protocol, eager roundrobin, session 6 s, manual commits ---- */
typedef struct Consumer Consumer;
typedef struct ConsumerCallbacks {
    void *context;
    /* Called inside consumer_poll(). `assign` may set offsets in the list (start position) before they take effect;
     * `revoke` commits. */
    void (*assign)(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *partitions);
    void (*revoke)(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *partitions, bool lost);
} ConsumerCallbacks;
typedef struct ConsumerOptions {
    const char *group, *client, *offset_reset /* "earliest" or "error" */;
    const char *const *topics; /* names, or ^regex */
    size_t n_topics;
    bool partition_queues; /* each assigned partition keeps its own queue: read with consumer_next() */
    int queue_kib;         /* queued.max.messages.kbytes: 1024 for jobs, 8192 for records */
    ConsumerCallbacks callbacks;
} ConsumerOptions;

Consumer *consumer_open(const Config *config, const ConsumerOptions *options, Error *err) MUST_CHECK;
/* Leaves the group; serves the last revoke. At most ~10 s. */
void consumer_close(Consumer *consumer);
DEFINE_AUTO(Consumer, consumer_close)
rd_kafka_t *consumer_raw(Consumer *consumer);

/* Serves rebalances, errors and (without partition queues) messages. Returns a message, owned by the caller, or NULL:
 * nothing now. Waits in the fiber up to timeout_ms. A fatal or configuration error sets err (else it is NULL and err
 * untouched). */
rd_kafka_message_t *consumer_poll(Consumer *consumer, int64_t timeout_ms, Error *err);
/* The next message of one assigned partition, without waiting; NULL: none now, or the partition is not ours. */
rd_kafka_message_t *consumer_next(Consumer *consumer, const char *topic, int32_t partition);
/* Notified when anything arrived; new messages in partition queues end the wait of consumer_poll() too (it returns
 * NULL, and remembers arrivals between two calls). A partition queue is announced when it stops being empty: drain it,
 * or remember that you left some. */
Event *consumer_arrivals(Consumer *consumer);
/* Commits exactly `offsets`. wait: until the broker confirmed it, 5 s at most; else a failure is logged and kept for
 * consumer_commit_failed(). */
bool consumer_commit(Consumer *consumer, const rd_kafka_topic_partition_list_t *offsets, bool wait, Error *err);
/* True once after such a failure: nobody knows which offsets the broker has, so all of them must be committed again. */
bool consumer_commit_failed(Consumer *consumer);
DEFINE_AUTO(rd_kafka_message_t, rd_kafka_message_destroy)
DEFINE_AUTO(rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy)

/* Header of a message; NULL when it is missing. */
const char *kafka_header(const rd_kafka_message_t *message, const char *name, size_t *length);

/* ---- Topics (blocking, used by `tributary migrate` and start-up) ---- */
typedef struct TopicSpec {
    const char *name, *cleanup /* delete | compact,delete */;
    int partitions;
    int64_t retention_ms;
} TopicSpec;
/* Creates what is missing, and returns when the brokers know it; a topic that is there keeps its settings. Replication:
 * min(3, brokers) with min.insync.replicas accordingly. */
bool kafka_create_topics(const Config *config, const TopicSpec *topics, size_t n, Error *err) MUST_CHECK;
/* For every partition of `topic` without a committed offset of `group`: commits 0, so that lag is never "unknown" to
 * KEDA. */
bool kafka_commit_start(const Config *config, const char *group, const char *topic, Error *err) MUST_CHECK;
/* The partition counts of `n` topics by one look at the brokers; `counts` may be NULL. ERROR_CONFIG names one that is
 * not there. */
bool kafka_partitions(const Config *config, const char *const *topics, size_t n, int *counts, Error *err) MUST_CHECK;
/* Retries until brokers answer; false only on ERROR_CONFIG or when `stop` turns true. */
bool kafka_wait_ready(const Config *config, const bool *stop, Error *err) MUST_CHECK;
/* librdkafka's and broker's code as an Error. */
bool kafka_error(Error *err, rd_kafka_resp_err_t code, const char *what);
/* A configuration with all common properties, the operator's kafka.* last. For programs with needs of their own. */
rd_kafka_conf_t *kafka_conf(const Config *config, const char *client, Error *err) MUST_CHECK;
