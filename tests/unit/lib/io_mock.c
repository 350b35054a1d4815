#include "tests/unit/lib/io_mock.h"
#include "lib/kafka.h"
#include "lib/log.h"
#include <check.h>
#include <stdio.h>
#include <string.h>

static Config *config_for(const char *brokers, const char *const *options)
{
    static OptionGroup common; /* the configuration borrows both */
    static const ConfigProgram program = {
        .name = "test", .summary = "test", .usage = "", .groups = &common, .n_groups = 1};
    common = (OptionGroup){config_common, n_config_common};
    char name[] = "test", flag[256];
    snprintf(flag, sizeof flag, "--kafka-brokers=%s", brokers);
    char *argv[8] = {name, flag};
    int argc = 2;
    for (; options && *options && argc < 7; options++)
        argv[argc++] = (char *)(uintptr_t)*options;
    char *environment[] = {NULL};
    Error err = {0};
    Config *config = config_parse(&program, argc, argv, environment, NULL, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
    return config;
}

void mock_open(Mock *mock, const char *const *options)
{
    char reason[256];
    log_open("test", LOG_ERROR, LOG_LOGFMT); /* the warnings are what the tests provoke */
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", reason, sizeof reason);
    mock->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    ck_assert_msg(mock->rk != NULL, "%s", reason);
    mock->cluster = rd_kafka_mock_cluster_new(mock->rk, 1);
    mock->config = config_for(rd_kafka_mock_cluster_bootstraps(mock->cluster), options);
}

void mock_topic(Mock *mock, const char *name, int partitions)
{
    ck_assert_int_eq(rd_kafka_mock_topic_create(mock->cluster, name, partitions, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void mock_close(Mock *mock)
{
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->rk);
    config_free(mock->config);
}

void mock_fill(Mock *mock, const char *topic, int partition, int n)
{
    Error err = {0};
    Deliveries deliveries = {0};
    AUTO(Producer) *producer = producer_open(mock->config, "filler", 0, &err);
    ck_assert_msg(producer != NULL, "%s", err.text);
    for (int i = 0; i < n; i++) {
        char text[12];
        snprintf(text, sizeof text, "%d", i);
        ck_assert_msg(producer_send(producer, topic, partition, text, text, strlen(text), NULL, 0, &deliveries, &err),
                      "%s", err.text);
    }
    ck_assert_msg(deliveries_wait(&deliveries, &err), "%s", err.text);
}

typedef struct Body {
    void (*run)(void);
    bool ended;
} Body;

static void run_body(void *argument)
{
    Body *body = argument;
    body->run();
    body->ended = true;
}

static bool has_ended(void *argument)
{
    return ((Body *)argument)->ended;
}

void mock_run(void (*run)(void))
{
    Body body = {.run = run};
    fiber_spawn("test", run_body, &body);
    loop_run(has_ended, &body);
}
