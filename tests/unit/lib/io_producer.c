#include "lib/clock.h"
#include "lib/kafka.h"
#include "lib/log.h"
#include "tests/support/suite.h"
#include "tests/unit/lib/io_mock.h"
#include <stdio.h>
#include <string.h>

static const char topic[] = "records.test";
static Mock mock;
static Producer *producer;

static void open_all(const char *const *options, int linger_ms)
{
    Error err = {0};
    mock_open(&mock, options);
    mock_topic(&mock, topic, 4);
    loop_open();
    producer = producer_open(mock.config, "test", linger_ms, &err);
    ck_assert_msg(producer != NULL, "%s", err.text);
}

static void close_all(void)
{
    producer_close(producer);
    loop_close();
    mock_close(&mock);
}

static bool emit(int32_t partition, const char *value, Deliveries *deliveries, Error *err)
{
    static const KafkaHeader headers[] = {
        {"version", "7", 1}
    };
    return producer_send(producer, topic, partition, "key", value, strlen(value), headers, 1, deliveries, err);
}

static void send_ten_and_wait(void)
{
    Deliveries deliveries = {0};
    Error err = {0};
    for (int i = 0; i < 10; i++)
        ck_assert_msg(emit(2, "value", &deliveries, &err), "%s", err.text);
    ck_assert_int_eq(deliveries.pending, 10);
    ck_assert_int_eq(producer_queued_bytes(producer), 10 * 8);
    ck_assert_msg(deliveries_wait(&deliveries, &err), "%s", err.text);
    ck_assert_int_eq(deliveries.pending, 0);
    ck_assert_int_eq(deliveries.delivered, 10);
    ck_assert_int_eq(deliveries.bytes, 50);
    ck_assert_int_eq(deliveries.next_offset, 10);
    ck_assert_int_eq(producer_queued_bytes(producer), 0);
}

START_TEST(deliveries_count_what_the_broker_acknowledged)
{
    open_all(NULL, 0);
    mock_run(send_ten_and_wait);
    close_all();
}
END_TEST

START_TEST(outside_a_fiber_the_calls_serve_themselves)
{
    Error err = {0};
    mock_open(&mock, NULL);
    mock_topic(&mock, topic, 4);
    producer = producer_open(mock.config, "test", 20, &err); /* this thread has no loop */
    ck_assert_msg(producer && producer_ready(producer, 5000, &err), "%s", err.text);
    send_ten_and_wait();
    producer_close(producer);
    mock_close(&mock);
}
END_TEST

static void be_ready(void)
{
    Error err = {0};
    ck_assert_msg(producer_ready(producer, 5000, &err), "%s", err.text);
}

START_TEST(ready_means_that_a_broker_answers)
{
    open_all(NULL, 0);
    mock_run(be_ready);
    close_all();
}
END_TEST

static void be_refused(void)
{
    Error err = {0};
    ck_assert(!producer_ready(producer, 50, &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1:1"));
}

START_TEST(no_broker_is_told_by_address)
{
    static const char *const nowhere[] = {"--kafka-brokers=127.0.0.1:1", NULL};
    open_all(nowhere, 0);
    mock_run(be_refused);
    close_all();
}
END_TEST

/* ---- Back-pressure ---- */

static void send_more_than_fits(void)
{
    Deliveries deliveries = {0};
    Error err = {0};
    for (int i = 0; i < 200; i++) {
        ck_assert_msg(emit(0, "value", &deliveries, &err), "%s", err.text);
        ck_assert_int_le(deliveries.pending, 10);
    }
    ck_assert_msg(deliveries_wait(&deliveries, &err), "%s", err.text);
    ck_assert_int_eq(deliveries.next_offset, 200);
}

START_TEST(a_full_queue_makes_the_sender_wait)
{
    static const char *const small[] = {"--kafka.queue.buffering.max.messages=10", NULL};
    open_all(small, 0);
    mock_run(send_more_than_fits);
    close_all();
}
END_TEST

static void send_what_is_too_large(void)
{
    enum { SIZE = 2 * 1024 * 1024 };
    char *value = calloc(1, SIZE);
    Deliveries deliveries = {0};
    Error err = {0};
    ck_assert(!producer_send(producer, topic, 0, "key", value, SIZE, NULL, 0, &deliveries, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_int_eq(deliveries.pending, 0);
    free(value);
}

START_TEST(a_message_that_is_too_large_is_bad_data)
{
    open_all(NULL, 0);
    mock_run(send_what_is_too_large);
    close_all();
}
END_TEST

/* ---- Failures ---- */

static void send_into_an_outage(void)
{
    Deliveries deliveries = {0};
    Error err = {0};
    ck_assert(emit(0, "before", &deliveries, &err) && deliveries_wait(&deliveries, &err));
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    ck_assert(emit(0, "meanwhile", &deliveries, &err));
    fiber_sleep_ms(300);
    ck_assert_int_eq(deliveries.pending, 1);
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    ck_assert_msg(deliveries_wait(&deliveries, &err), "%s", err.text);
    ck_assert_int_eq(deliveries.next_offset, 2);
}

START_TEST(an_outage_delays_and_loses_nothing)
{
    open_all(NULL, 0);
    mock_run(send_into_an_outage);
    close_all();
}
END_TEST

static void send_until_the_time_is_up(void)
{
    Deliveries deliveries = {0};
    Error err = {0};
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    ck_assert(emit(0, "value", &deliveries, &err));
    ck_assert(!deliveries_wait(&deliveries, &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert(deliveries.failed && deliveries.pending == 0 && deliveries.delivered == 0);
}

START_TEST(a_long_outage_fails_the_delivery)
{
    static const char *const impatient[] = {"--kafka.message.timeout.ms=500", NULL};
    open_all(impatient, 0);
    mock_run(send_until_the_time_is_up);
    close_all();
}
END_TEST

static void send_and_be_denied(void)
{
    Deliveries deliveries = {0};
    Error err = {0};
    rd_kafka_mock_push_request_errors(mock.cluster, MOCK_PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    ck_assert(emit(0, "value", &deliveries, &err));
    ck_assert(!deliveries_wait(&deliveries, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
}

START_TEST(a_denied_topic_is_for_the_operator)
{
    open_all(NULL, 0);
    mock_run(send_and_be_denied);
    close_all();
}
END_TEST

/* Sends until one delivery goes through again. */
static void send_until_accepted(void)
{
    int64_t deadline = clock_monotonic_ms() + 10000;
    for (;;) {
        Deliveries again = {0};
        Error err = {0};
        if (emit(1, "after", &again, &err) && deliveries_wait(&again, &err))
            return;
        ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
        ck_assert_msg(clock_monotonic_ms() < deadline, "%s", err.text);
        fiber_sleep_ms(10);
    }
}

static void survive_a_fatal_error(void)
{
    Deliveries deliveries = {0};
    Error err = {0};
    ck_assert(emit(0, "before", &deliveries, &err) && deliveries_wait(&deliveries, &err));
    rd_kafka_mock_push_request_errors(mock.cluster, MOCK_PRODUCE, 1, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    ck_assert(emit(0, "lost", &deliveries, &err));
    ck_assert(!deliveries_wait(&deliveries, &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_int_eq(deliveries.pending, 0);
    send_until_accepted();
    ck_assert_int_eq(producer_queued_bytes(producer), 0);
}

START_TEST(a_fatal_error_fails_what_is_under_way_and_is_survived)
{
    open_all(NULL, 0);
    mock_run(survive_a_fatal_error);
    close_all();
}
END_TEST

START_TEST(a_fatal_error_is_survived_without_fibers_too)
{
    Error err = {0};
    mock_open(&mock, NULL);
    mock_topic(&mock, topic, 4);
    producer = producer_open(mock.config, "test", 0, &err);
    survive_a_fatal_error();
    producer_close(producer);
    mock_close(&mock);
}
END_TEST

static void send_and_leave(void)
{
    static Deliveries deliveries; /* outlives the fiber, as the producer is closed after it */
    Error err = {0};
    deliveries = (Deliveries){0};
    ck_assert(emit(0, "value", &deliveries, &err));
}

START_TEST(closing_sends_what_is_still_queued)
{
    static const char *const slow[] = {"--kafka.linger.ms=200", NULL};
    open_all(slow, 0);
    mock_run(send_and_leave);
    producer_close(producer);
    Error err = {0};
    producer = producer_open(mock.config, "test", 0, &err);
    Deliveries deliveries = {0};
    mock_run(send_and_leave);
    ck_assert(emit(0, "last", &deliveries, &err));
    while (deliveries.pending > 0)
        mock_run(fiber_yield);
    ck_assert_int_eq(deliveries.next_offset, 3);
    close_all();
}
END_TEST

/* ---- Configuration ---- */

static void check_refused(const char *option, const char *part)
{
    const char *const options[] = {option, NULL};
    Error err = {0};
    mock_open(&mock, options);
    ck_assert_ptr_null(producer_open(mock.config, "test", 0, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert_msg(strstr(err.text, part) != NULL, "%s", err.text);
    mock_close(&mock);
}

START_TEST(a_property_that_is_wrong_or_not_ours_to_give_is_refused_by_name)
{
    check_refused("--kafka.no.such.thing=1", "kafka.no.such.thing");
    check_refused("--kafka.socket.timeout.ms=secret", "kafka.socket.timeout.ms");
    check_refused("--kafka.acks=0", "kafka.acks cannot be set");
}
END_TEST

SUITE("io_producer", deliveries_count_what_the_broker_acknowledged, outside_a_fiber_the_calls_serve_themselves,
      ready_means_that_a_broker_answers, no_broker_is_told_by_address, a_full_queue_makes_the_sender_wait,
      a_message_that_is_too_large_is_bad_data, an_outage_delays_and_loses_nothing, a_long_outage_fails_the_delivery,
      a_denied_topic_is_for_the_operator, a_fatal_error_fails_what_is_under_way_and_is_survived,
      a_fatal_error_is_survived_without_fibers_too, closing_sends_what_is_still_queued,
      a_property_that_is_wrong_or_not_ours_to_give_is_refused_by_name)
