/*
 * What the kafka_*.c files share.
 */
#pragma once
#include "lib/kafka.h"

/* A record of 1 MiB with its key and headers. Producers and topics agree on it. */
#define KAFKA_MAX_MESSAGE_BYTES "1310720"

typedef struct KafkaProperty {
    const char *name, *value;
} KafkaProperty;

/* kafka_conf() with properties of one kind of client; the operator's come after them. */
rd_kafka_conf_t *kafka_conf_with(const Config *config, const char *client, const KafkaProperty *properties, size_t n,
                                 Error *err);

/* A client for administration and metadata, which takes part in no group. `group` may be NULL. */
rd_kafka_t *kafka_client(const Config *config, const char *group, Error *err);
DEFINE_AUTO(rd_kafka_t, rd_kafka_destroy)
DEFINE_AUTO(rd_kafka_queue_t, rd_kafka_queue_destroy)

/* Gives those of `partitions` that have no offset the one where the group of `rk` goes on: its commit, or the beginning.
 * Waits in the fiber, also inside a rebalance. */
bool kafka_committed(rd_kafka_t *rk, rd_kafka_topic_partition_list_t *partitions, int timeout_ms, Error *err);

/* Destroys `rk`. False: it did not end within 5 s and is left behind with all that it knows, which must live on (2.0.2
 * waits without end for what is left of a topic that was deleted). */
bool kafka_end(rd_kafka_t *rk, int flags);

/* An eventfd that librdkafka writes to when `queue` stops being empty. */
int kafka_signal_new(void);
void kafka_signal_on(rd_kafka_queue_t *queue, int signal);
void kafka_signal_off(rd_kafka_queue_t *queue);
/* Waits for it in the fiber, and takes it back; false: time-out. */
bool kafka_signal_wait(int signal, int64_t timeout_ms);
