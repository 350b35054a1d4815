/*
 * Mock: librdkafka's mock cluster, for what a broker does wrong. A test owns one; its configuration names its brokers.
 */
#pragma once
#include "lib/config.h"
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

enum { MOCK_PRODUCE = 0, MOCK_OFFSET_COMMIT = 8 }; /* API keys, for injected errors */

typedef struct Mock {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    Config *config;
} Mock;

/* One broker; `options` are further command-line options such as "--kafka.linger.ms=0", ended by NULL (or NULL). */
void mock_open(Mock *mock, const char *const *options);
void mock_topic(Mock *mock, const char *name, int partitions);
void mock_close(Mock *mock);

/* Puts `n` messages "0", "1", … into a partition, through a client of its own. */
void mock_fill(Mock *mock, const char *topic, int partition, int n);

/* Runs `body` in a fiber; the loop turns until it has ended (a client's own fiber never does). */
void mock_run(void (*body)(void));
