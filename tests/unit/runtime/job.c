#include "proto/job.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/pb.h"
#include "tests/support/suite.h"
#include <string.h>

static const Job good_job = {
    .environment = "local",
    .dataset_id = "0b5c8a1e-7d0f-4a52-9a86-3f1f2c9d1e00",
    .connection_id = "c4a1d3f2-0000-4000-8000-1234567890ab",
    .slice_no = 7,
    .job_class = JOB_INCREMENTAL,
    .enqueued_ms = 1764000000123,
    .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};

/* The message of good_job, to be spoiled. */
static PbJob message_of(void)
{
    PbJob message = PB_INIT(PbJob);
    message.version = JOB_VERSION;
    message.environment = (char *)good_job.environment;
    message.dataset_id = (char *)good_job.dataset_id;
    message.connection_id = (char *)good_job.connection_id;
    message.slice_no = 7;
    message.job_class = PB_JOB_JOB_CLASS_INCREMENTAL;
    return message;
}

static void assert_refused(const void *value, size_t length, const char *because)
{
    Job job;
    Error err = {0};
    ck_assert(!job_unpack(value, length, "local", &job, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_msg(strstr(err.text, because) != NULL, "'%s' does not say '%s'", err.text, because);
}

static void assert_message_refused(const PbJob *message, const char *because)
{
    uint8_t bytes[JOB_MAX];
    assert_refused(bytes, frame_pack(SCHEMA_JOB, &message->base, bytes), because);
}

START_TEST(a_job_survives_the_wire)
{
    uint8_t bytes[JOB_MAX];
    Job job;
    Error err = {0};
    size_t length = job_pack(&good_job, bytes);
    ck_assert(job_unpack(bytes, length, "local", &job, &err));
    ck_assert_str_eq(job.environment, good_job.environment);
    ck_assert_str_eq(job.dataset_id, good_job.dataset_id);
    ck_assert_str_eq(job.connection_id, good_job.connection_id);
    ck_assert_int_eq(job.slice_no, 7);
    ck_assert_int_eq(job.job_class, JOB_INCREMENTAL);
    ck_assert_int_eq(job.enqueued_ms, good_job.enqueued_ms);
    ck_assert_str_eq(job.traceparent, good_job.traceparent);
}
END_TEST

START_TEST(garbage_is_refused)
{
    assert_refused("", 0, "job");
    assert_refused("hello, world", 12, "job");
    assert_refused("\0\0\0\0\1\0\xff\xff\xff\xff\xff\xff", 12, "job");
}
END_TEST

START_TEST(another_kind_of_message_is_refused)
{
    PbDeadLetter letter = PB_INIT(PbDeadLetter);
    uint8_t bytes[64];
    assert_refused(bytes, frame_pack(SCHEMA_DEAD_LETTER, &letter.base, bytes), "job");
}
END_TEST

START_TEST(a_cut_job_is_refused)
{
    uint8_t bytes[JOB_MAX];
    size_t length = job_pack(&good_job, bytes);
    for (size_t cut = 0; cut < length; cut++) {
        Job job;
        Error err = {0};
        if (job_unpack(bytes, cut, "local", &job, &err)) {
            ck_assert_uint_gt(cut, 6 + 2 + 36 + 36); /* only the last, optional fields are missing then */
            ck_assert_str_eq(job.dataset_id, good_job.dataset_id);
        }
    }
}
END_TEST

START_TEST(a_job_of_another_environment_is_refused)
{
    PbJob message = message_of();
    message.environment = (char *)"production";
    assert_message_refused(&message, "environment 'production'");
}
END_TEST

START_TEST(a_job_of_a_newer_version_is_refused)
{
    PbJob message = message_of();
    message.version = JOB_VERSION + 1;
    assert_message_refused(&message, "version 2");
}
END_TEST

START_TEST(ids_slices_and_classes_that_make_no_sense_are_refused)
{
    PbJob message = message_of();
    message.dataset_id = (char *)"'; drop table control.dataset; --";
    assert_message_refused(&message, "dataset_id");
    message = message_of();
    message.connection_id = (char *)"";
    assert_message_refused(&message, "connection_id");
    message = message_of();
    message.slice_no = 0;
    assert_message_refused(&message, "slice 0");
    message = message_of();
    message.slice_no = UINT32_MAX;
    assert_message_refused(&message, "slice 4294967295");
    message = message_of();
    message.job_class = (PbJobJobClass)9;
    assert_message_refused(&message, "class 9");
    message = message_of();
    message.job_class = PB_JOB_JOB_CLASS_UNSPECIFIED;
    assert_message_refused(&message, "class 0");
}
END_TEST

START_TEST(an_overlong_job_is_refused)
{
    static char long_trace[JOB_TRACE_SIZE + 1], huge[JOB_MAX + 1];
    memset(long_trace, 'x', sizeof long_trace - 1);
    PbJob message = message_of();
    message.traceparent = long_trace;
    assert_message_refused(&message, "traceparent");
    assert_refused(huge, sizeof huge, "4097 bytes");
}
END_TEST

START_TEST(topics_and_groups_have_their_names)
{
    char name[JOB_NAME_SIZE];
    job_topic(name, "stripe", JOB_BACKFILL);
    ck_assert_str_eq(name, "jobs.stripe.backfill");
    job_dead_letter_topic(name, "stripe");
    ck_assert_str_eq(name, "jobs.stripe.dlq");
    job_group(name, "integration", "stripe");
    ck_assert_str_eq(name, "integration.worker-stripe");
}
END_TEST

START_TEST(classes_are_known_by_name)
{
    for (int c = 0; c < N_JOB_CLASSES; c++) {
        JobClass job_class = N_JOB_CLASSES;
        ck_assert(job_class_by_name(job_class_name((JobClass)c), &job_class));
        ck_assert_int_eq(job_class, c);
    }
    JobClass job_class;
    ck_assert(!job_class_by_name("Interactive", &job_class));
}
END_TEST

SUITE("runtime job", a_job_survives_the_wire, garbage_is_refused, another_kind_of_message_is_refused,
      a_cut_job_is_refused, a_job_of_another_environment_is_refused, a_job_of_a_newer_version_is_refused,
      ids_slices_and_classes_that_make_no_sense_are_refused, an_overlong_job_is_refused,
      topics_and_groups_have_their_names, classes_are_known_by_name)
