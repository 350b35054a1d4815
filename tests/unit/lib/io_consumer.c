#include "lib/clock.h"
#include "lib/kafka.h"
#include "tests/support/suite.h"
#include "tests/unit/lib/io_mock.h"
#include <stdio.h>
#include <string.h>

static const char topic[] = "jobs.test";
static Mock mock;

/* What the callbacks of one consumer saw, and what they shall do. */
typedef struct Member {
    Consumer *consumer;
    int assigned, revoked;
    int64_t start;     /* set as every partition's start, or RD_KAFKA_OFFSET_INVALID */
    int64_t commit_at; /* committed for every partition on revoke, or RD_KAFKA_OFFSET_INVALID */
    int32_t partitions[8];
    int n_partitions;
} Member;

static void on_assign(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *partitions)
{
    Member *member = context;
    (void)consumer;
    member->assigned++;
    member->n_partitions = 0;
    for (int i = 0; i < partitions->cnt; i++) {
        member->partitions[member->n_partitions++] = partitions->elems[i].partition;
        if (member->start != RD_KAFKA_OFFSET_INVALID)
            partitions->elems[i].offset = member->start;
    }
}

static void on_revoke(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *partitions, bool lost)
{
    Member *member = context;
    Error err = {0};
    ck_assert(!lost);
    member->revoked++;
    member->n_partitions = 0;
    if (member->commit_at == RD_KAFKA_OFFSET_INVALID)
        return;
    for (int i = 0; i < partitions->cnt; i++)
        partitions->elems[i].offset = member->commit_at;
    ck_assert_msg(consumer_commit(consumer, partitions, true, &err), "%s", err.text);
}

static void member_open(Member *member, const char *reset, bool partition_queues)
{
    static const char *const topics[] = {topic};
    Error err = {0};
    const ConsumerOptions options = {
        .group = "workers",
        .client = "test",
        .offset_reset = reset,
        .topics = topics,
        .n_topics = 1,
        .partition_queues = partition_queues,
        .queue_kib = 1024,
        .callbacks = {.context = member, .assign = on_assign, .revoke = on_revoke},
    };
    member->consumer = consumer_open(mock.config, &options, &err);
    ck_assert_msg(member->consumer != NULL, "%s", err.text);
}

static const Member untouched = {.start = RD_KAFKA_OFFSET_INVALID, .commit_at = RD_KAFKA_OFFSET_INVALID};

static void in_a_fiber(int partitions, void (*run)(void))
{
    mock_open(&mock, NULL);
    mock_topic(&mock, topic, partitions);
    loop_open();
    mock_run(run);
    loop_close();
    mock_close(&mock);
}

/* The next message by consumer_poll(), within 20 s. */
static rd_kafka_message_t *next_message(Member *member)
{
    int64_t deadline = clock_monotonic_ms() + 20000;
    while (clock_monotonic_ms() < deadline) {
        Error err = {0};
        rd_kafka_message_t *message = consumer_poll(member->consumer, 100, &err);
        ck_assert_msg(!err.kind, "%s", err.text);
        if (message)
            return message;
    }
    ck_abort_msg("no message within 20 s");
    return NULL;
}

static void check_message(Member *member, int number)
{
    AUTO(rd_kafka_message_t) *message = next_message(member);
    char text[12];
    snprintf(text, sizeof text, "%d", number);
    ck_assert_uint_eq(message->len, strlen(text));
    ck_assert_mem_eq(message->payload, text, message->len);
}

/* ---- One queue ---- */

static void read_commit_and_come_back(void)
{
    Member member = untouched;
    mock_fill(&mock, topic, 0, 5);
    member_open(&member, "earliest", false);
    for (int i = 0; i < 5; i++)
        check_message(&member, i);
    ck_assert_int_eq(member.assigned, 1);
    member.commit_at = 3;
    consumer_close(member.consumer);
    ck_assert_int_eq(member.revoked, 1);

    Member successor = untouched;
    member_open(&successor, "earliest", false);
    check_message(&successor, 3);
    check_message(&successor, 4);
    consumer_close(successor.consumer);
}

START_TEST(the_last_revoke_commits_where_the_successor_begins)
{
    in_a_fiber(1, read_commit_and_come_back);
}
END_TEST

static void leave_some_unread(void)
{
    Member member = untouched;
    mock_fill(&mock, topic, 0, 5);
    member_open(&member, "earliest", false);
    check_message(&member, 0);
    consumer_close(member.consumer);
    ck_assert_int_eq(member.revoked, 1);
}

START_TEST(closing_forgets_what_was_not_read)
{
    in_a_fiber(1, leave_some_unread);
}
END_TEST

static void start_where_told(void)
{
    Member member = untouched;
    member.start = 2;
    mock_fill(&mock, topic, 0, 4);
    member_open(&member, "error", false);
    check_message(&member, 2);
    check_message(&member, 3);
    consumer_close(member.consumer);
}

START_TEST(an_assignment_starts_at_the_offset_that_the_callback_sets)
{
    in_a_fiber(1, start_where_told);
}
END_TEST

static Error poll_for_error(Member *member)
{
    int64_t deadline = clock_monotonic_ms() + 20000;
    Error err = {0};
    while (!err.kind && clock_monotonic_ms() < deadline)
        ck_assert_ptr_null(consumer_poll(member->consumer, 100, &err));
    return err;
}

static void read_partition_zero_always(void *argument)
{
    Member *member = argument;
    while (member->consumer) {
        ck_assert_ptr_null(consumer_next(member->consumer, topic, 0));
        fiber_sleep_ms(50);
    }
}

static void start_past_the_end(void)
{
    static Member member;
    member = untouched;
    member.start = 1000;
    mock_fill(&mock, topic, 0, 4);
    member_open(&member, "error", true);
    fiber_spawn("reader", read_partition_zero_always, &member);
    Error err = poll_for_error(&member);
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    consumer_close(TAKE(member.consumer));
    while (fiber_count() > 1)
        fiber_sleep_ms(10);
}

START_TEST(an_offset_that_is_not_there_stops_who_must_not_reset)
{
    in_a_fiber(1, start_past_the_end);
}
END_TEST

/* ---- Partition queues ---- */

static void drain_by_partition(void)
{
    Member member = untouched;
    int counts[3] = {0}, stray = 0;
    for (int partition = 0; partition < 3; partition++)
        mock_fill(&mock, topic, partition, 10 * (partition + 1));
    member_open(&member, "earliest", true);
    int64_t deadline = clock_monotonic_ms() + 20000;
    while (counts[0] + counts[1] + counts[2] < 60 && clock_monotonic_ms() < deadline) {
        Error err = {0};
        AUTO(rd_kafka_message_t) *main = consumer_poll(member.consumer, 1000, &err);
        ck_assert_msg(!err.kind, "%s", err.text);
        if (main) {
            stray++;
            counts[main->partition]++;
        }
        for (int32_t partition = 0; partition < 3; partition++)
            for (rd_kafka_message_t *one; (one = consumer_next(member.consumer, topic, partition));
                 counts[partition]++) {
                ck_assert_int_eq(one->partition, partition);
                rd_kafka_message_destroy(one);
            }
    }
    for (int partition = 0; partition < 3; partition++)
        ck_assert_int_eq(counts[partition], 10 * (partition + 1));
    ck_assert_int_eq(stray, 0);
    ck_assert_ptr_null(consumer_next(member.consumer, topic, 3));
    consumer_close(member.consumer);
}

START_TEST(each_partition_keeps_its_messages_in_its_own_queue)
{
    in_a_fiber(3, drain_by_partition);
}
END_TEST

static void fill_later(void *argument)
{
    (void)argument;
    mock_fill(&mock, topic, 0, 1);
}

static void wake_on_arrival(void)
{
    Member member = untouched;
    Error err = {0};
    member_open(&member, "earliest", true);
    while (!member.assigned)
        ck_assert_ptr_null(consumer_poll(member.consumer, 100, &err));
    fiber_spawn("fill", fill_later, NULL);
    rd_kafka_message_t *message = NULL;
    int64_t before = clock_monotonic_ms();
    while (!message && clock_monotonic_ms() - before < 20000) {
        ck_assert_ptr_null(consumer_poll(member.consumer, 20000, &err));
        message = consumer_next(member.consumer, topic, 0);
    }
    ck_assert_ptr_nonnull(message);
    ck_assert_int_lt(clock_monotonic_ms() - before, 10000);
    rd_kafka_message_destroy(message);
    consumer_close(member.consumer);
}

START_TEST(a_message_in_a_partition_queue_ends_the_wait)
{
    in_a_fiber(1, wake_on_arrival);
}
END_TEST

/* ---- A group ---- */

static void poll_both(Member *a, Member *b, int partitions_of_a, int partitions_of_b)
{
    int64_t deadline = clock_monotonic_ms() + 30000;
    while ((a->n_partitions != partitions_of_a || b->n_partitions != partitions_of_b) &&
           clock_monotonic_ms() < deadline) {
        Error err = {0};
        rd_kafka_message_t *message = consumer_poll(a->consumer, 20, &err);
        if (message)
            rd_kafka_message_destroy(message);
        if (b->consumer && (message = consumer_poll(b->consumer, 20, &err)))
            rd_kafka_message_destroy(message);
        ck_assert_msg(!err.kind, "%s", err.text);
    }
    ck_assert_int_eq(a->n_partitions, partitions_of_a);
    ck_assert_int_eq(b->n_partitions, partitions_of_b);
}

static void share_and_inherit(void)
{
    Member first = untouched, second = untouched;
    member_open(&first, "earliest", true);
    poll_both(&first, &second, 4, 0);
    member_open(&second, "earliest", true);
    poll_both(&first, &second, 2, 2);
    ck_assert_int_ge(first.revoked, 1); /* a join may take more than one round */
    ck_assert_int_ne(first.partitions[0], second.partitions[0]);

    /* A revoked partition's queue is gone, an own one serves. */
    int32_t lost = second.partitions[0], kept = first.partitions[0];
    mock_fill(&mock, topic, lost, 1);
    mock_fill(&mock, topic, kept, 1);
    rd_kafka_message_t *message = NULL;
    for (int64_t deadline = clock_monotonic_ms() + 10000; !message && clock_monotonic_ms() < deadline;) {
        Error err = {0};
        ck_assert_ptr_null(consumer_poll(first.consumer, 20, &err));
        message = consumer_next(first.consumer, topic, kept);
        ck_assert_ptr_null(consumer_next(first.consumer, topic, lost));
    }
    ck_assert_ptr_nonnull(message);
    rd_kafka_message_destroy(message);
    consumer_close(second.consumer);
    second.consumer = NULL;
    poll_both(&first, &second, 4, 0);
    consumer_close(first.consumer);
}

START_TEST(a_second_member_takes_half_and_gives_it_back)
{
    in_a_fiber(4, share_and_inherit);
}
END_TEST

/* ---- Commits ---- */

static void commit_into_trouble(void)
{
    Member member = untouched;
    Error err = {0};
    mock_fill(&mock, topic, 0, 1);
    member_open(&member, "earliest", false);
    check_message(&member, 0);
    AUTO(rd_kafka_topic_partition_list_t) *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, topic, 0)->offset = 1;
    rd_kafka_mock_push_request_errors(mock.cluster, MOCK_OFFSET_COMMIT, 1,
                                      RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    ck_assert(!consumer_commit(member.consumer, offsets, true, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert(consumer_commit(member.consumer, offsets, true, &err));
    ck_assert_int_eq(rd_kafka_committed(consumer_raw(member.consumer), offsets, 5000), RD_KAFKA_RESP_ERR_NO_ERROR);
    ck_assert_int_eq(offsets->elems[0].offset, 1);
    consumer_close(member.consumer);
}

START_TEST(a_commit_that_fails_says_so)
{
    in_a_fiber(1, commit_into_trouble);
}
END_TEST

/* ---- Outages, threads ---- */

static void close_without_a_broker(void)
{
    Member member = untouched;
    Error err = {0};
    member_open(&member, "earliest", true);
    while (!member.assigned)
        ck_assert_ptr_null(consumer_poll(member.consumer, 100, &err));
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    int64_t before = clock_monotonic_ms();
    consumer_close(member.consumer);
    ck_assert_int_lt(clock_monotonic_ms() - before, 12000);
    ck_assert_int_eq(member.revoked, 1);
}

START_TEST(closing_is_bounded_when_the_broker_is_away)
{
    in_a_fiber(1, close_without_a_broker);
}
END_TEST

START_TEST(a_thread_without_a_loop_consumes_too)
{
    Member member = untouched;
    mock_open(&mock, NULL);
    mock_topic(&mock, topic, 1);
    mock_fill(&mock, topic, 0, 2);
    member_open(&member, "earliest", false);
    check_message(&member, 0);
    check_message(&member, 1);
    member.commit_at = 2;
    consumer_close(member.consumer);
    ck_assert_int_eq(member.revoked, 1);
    mock_close(&mock);
}
END_TEST

SUITE("io_consumer", the_last_revoke_commits_where_the_successor_begins, closing_forgets_what_was_not_read,
      an_assignment_starts_at_the_offset_that_the_callback_sets, an_offset_that_is_not_there_stops_who_must_not_reset,
      each_partition_keeps_its_messages_in_its_own_queue, a_message_in_a_partition_queue_ends_the_wait,
      a_second_member_takes_half_and_gives_it_back, a_commit_that_fails_says_so,
      closing_is_bounded_when_the_broker_is_away, a_thread_without_a_loop_consumes_too)
