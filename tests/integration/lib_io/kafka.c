#include "lib/kafka.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/text.h"
#include "tests/integration/lib_io/server.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

static Config *config;
static char topic[64], group[64]; /* fresh for every test */

static void setup(void)
{
    static OptionGroup common;
    static const ConfigProgram program = {.name = "test", .summary = "test", .groups = &common, .n_groups = 1};
    char name[] = "test", flag[256], id[37];
    char *argv[] = {name, flag};
    char *environment[] = {NULL};
    Error err = {0};
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    common = (OptionGroup){config_common, n_config_common};
    snprintf(flag, sizeof flag, "--kafka-brokers=%s", server_of("TRIBUTARY_KAFKA_BROKERS"));
    config = config_parse(&program, 2, argv, environment, NULL, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert_msg(kafka_wait_ready(config, NULL, &err), "%s", err.text);
    text_uuid(id);
    snprintf(topic, sizeof topic, "test.lib.%s", id);
    snprintf(group, sizeof group, "test-lib-%s", id);
}

static void teardown(void)
{
    config_free(config);
}

static void create(int partitions)
{
    const TopicSpec spec = {topic, "compact,delete", partitions, 3600 * 1000};
    Error err = {0};
    ck_assert_msg(kafka_create_topics(config, &spec, 1, &err), "%s", err.text);
}

/* Of the test's topic; -1 when it is not there. */
static int partitions(Error *err)
{
    const char *names[] = {topic};
    int count;
    return kafka_partitions(config, names, 1, &count, err) ? count : -1;
}

START_TEST(topics_are_made_once_and_then_left_alone)
{
    Error err = {0};
    create(3);
    ck_assert_int_eq(partitions(&err), 3);
    create(6);
    ck_assert_int_eq(partitions(&err), 3);
}
END_TEST

START_TEST(a_refused_topic_is_named_with_the_reason)
{
    const TopicSpec bad[] = {
        {"no such name!", "delete",   1, 1000},
        {topic,           "nonsense", 1, 1000}
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Error err = {0};
        ck_assert(!kafka_create_topics(config, &bad[i], 1, &err));
        ck_assert_msg(err.kind == ERROR_CONFIG, "%s", err.text);
        ck_assert_msg(strstr(err.text, bad[i].name) != NULL, "%s", err.text);
    }
}
END_TEST

START_TEST(a_missing_topic_has_no_partitions)
{
    Error err = {0};
    ck_assert_int_eq(partitions(&err), -1);
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, topic));
}
END_TEST

/* The group's committed offset of partition 0, or a negative number. */
static int64_t committed(Consumer *consumer)
{
    AUTO(rd_kafka_topic_partition_list_t) *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0);
    ck_assert_int_eq(rd_kafka_committed(consumer_raw(consumer), list, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    return list->elems[0].offset;
}

static Consumer *consumer(bool partition_queues)
{
    const char *const topics[] = {topic};
    const ConsumerOptions options = {.group = group,
                                     .client = "test",
                                     .offset_reset = "earliest",
                                     .topics = topics,
                                     .n_topics = 1,
                                     .partition_queues = partition_queues,
                                     .queue_kib = 1024};
    Error err = {0};
    Consumer *one = consumer_open(config, &options, &err);
    ck_assert_msg(one != NULL, "%s", err.text);
    return one;
}

static void send_three(void)
{
    static const KafkaHeader headers[] = {
        {"version", "1.2.3", 5},
        {"empty",   "",      0}
    };
    Deliveries deliveries = {0};
    Error err = {0};
    AUTO(Producer) *producer = producer_open(config, "test", 0, &err);
    ck_assert_msg(producer && producer_ready(producer, 10000, &err), "%s", err.text);
    ck_assert(producer_send(producer, topic, 0, "key", "value", 5, headers, 2, &deliveries, &err));
    ck_assert(producer_send(producer, topic, 0, "key", "", 0, NULL, 0, &deliveries, &err));
    ck_assert(producer_send(producer, topic, 0, "key", NULL, 0, NULL, 0, &deliveries, &err));
    ck_assert_msg(deliveries_wait(&deliveries, &err), "%s", err.text);
    ck_assert_int_eq(deliveries.next_offset, 3);
}

static rd_kafka_message_t *receive(Consumer *one)
{
    int64_t deadline = clock_monotonic_ms() + 20000;
    Error err = {0};
    rd_kafka_message_t *message = NULL;
    while (!message && !err.kind && clock_monotonic_ms() < deadline)
        if (!(message = consumer_poll(one, 200, &err)))
            message = consumer_next(one, topic, 0);
    ck_assert_msg(message != NULL, "%s", err.text);
    return message;
}

static void send_and_receive(void)
{
    size_t length = 0;
    send_three();
    Consumer *one = consumer(true);
    AUTO(rd_kafka_message_t) *first = receive(one);
    ck_assert_uint_eq(first->len, 5);
    ck_assert_mem_eq(first->key, "key", 3);
    const char *version = kafka_header(first, "version", &length);
    ck_assert_uint_eq(length, 5);
    ck_assert_mem_eq(version, "1.2.3", 5);
    ck_assert_ptr_nonnull(kafka_header(first, "empty", &length));
    ck_assert_uint_eq(length, 0);
    ck_assert_ptr_null(kafka_header(first, "missing", &length));
    AUTO(rd_kafka_message_t) *empty = receive(one);
    ck_assert(empty->payload && empty->len == 0);
    ck_assert_ptr_null(kafka_header(empty, "version", &length));
    AUTO(rd_kafka_message_t) *tombstone = receive(one);
    ck_assert_ptr_null(tombstone->payload);
    rd_kafka_message_destroy(TAKE(first));
    rd_kafka_message_destroy(TAKE(empty));
    rd_kafka_message_destroy(TAKE(tombstone));
    consumer_close(one);
}

START_TEST(a_message_arrives_with_its_headers_and_a_tombstone_without_a_value)
{
    create(1);
    send_and_receive();
}
END_TEST

static bool ended;

static void run_body(void *argument)
{
    (void)argument;
    send_and_receive();
    ended = true;
}

static bool has_ended(void *context)
{
    (void)context;
    return ended;
}

START_TEST(the_same_in_a_fiber)
{
    create(1);
    loop_open();
    ended = false;
    fiber_spawn("test", run_body, NULL);
    loop_run(has_ended, NULL);
    loop_close();
}
END_TEST

START_TEST(a_record_of_a_mebibyte_passes)
{
    enum { SIZE = 1024 * 1024 };
    Deliveries deliveries = {0};
    Error err = {0};
    unsigned char *value = malloc(SIZE);
    uint32_t noise = 1;
    for (int i = 0; i < SIZE; i++) /* nothing that compresses */
        value[i] = (unsigned char)((noise = noise * 1664525 + 1013904223) >> 24);
    create(1);
    AUTO(Producer) *producer = producer_open(config, "test", 0, &err);
    ck_assert(producer_send(producer, topic, 0, "key", value, SIZE, NULL, 0, &deliveries, &err));
    ck_assert_msg(deliveries_wait(&deliveries, &err), "%s", err.text);
    Consumer *one = consumer(false);
    AUTO(rd_kafka_message_t) *message = receive(one);
    ck_assert_uint_eq(message->len, SIZE);
    rd_kafka_message_destroy(TAKE(message));
    consumer_close(one);
    free(value);
}
END_TEST

START_TEST(a_group_begins_at_zero_and_keeps_what_it_committed)
{
    Error err = {0};
    create(2);
    ck_assert_msg(kafka_commit_start(config, group, topic, &err), "%s", err.text);
    Consumer *one = consumer(false);
    ck_assert_int_eq(committed(one), 0);
    send_three();
    rd_kafka_message_destroy(receive(one));
    AUTO(rd_kafka_topic_partition_list_t) *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = 2;
    ck_assert_msg(consumer_commit(one, list, true, &err), "%s", err.text);
    ck_assert_msg(kafka_commit_start(config, group, topic, &err), "%s", err.text);
    ck_assert_int_eq(committed(one), 2);
    consumer_close(one);
}
END_TEST

START_TEST(a_group_at_work_is_left_to_itself)
{
    Error err = {0};
    create(1);
    send_three();
    Consumer *one = consumer(false);
    rd_kafka_message_destroy(receive(one)); /* it has members now, and no commit */
    ck_assert_msg(kafka_commit_start(config, group, topic, &err), "%s", err.text);
    ck_assert_int_lt(committed(one), 0);
    consumer_close(one);
}
END_TEST

START_TEST(a_subscription_to_nothing_is_told)
{
    Error err = {0};
    Consumer *one = consumer(true);
    for (int64_t deadline = clock_monotonic_ms() + 20000; !err.kind && clock_monotonic_ms() < deadline;)
        ck_assert_ptr_null(consumer_poll(one, 200, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert_msg(strstr(err.text, topic) != NULL, "%s", err.text);
    consumer_close(one);
}
END_TEST

Suite *suite_under_test(void)
{
    const TTest *const all[] = {topics_are_made_once_and_then_left_alone,
                                a_refused_topic_is_named_with_the_reason,
                                a_missing_topic_has_no_partitions,
                                a_message_arrives_with_its_headers_and_a_tombstone_without_a_value,
                                the_same_in_a_fiber,
                                a_record_of_a_mebibyte_passes,
                                a_group_begins_at_zero_and_keeps_what_it_committed,
                                a_group_at_work_is_left_to_itself,
                                a_subscription_to_nothing_is_told};
    Suite *suite = suite_create("lib_kafka");
    TCase *tests = tcase_create("lib_kafka");
    tcase_add_checked_fixture(tests, setup, teardown);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        tcase_add_test(tests, all[i]);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return suite;
}
