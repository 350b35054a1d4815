#include "lib/arena.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/job.h"
#include "proto/pb.h"
#include "scheduler/cli/decode.h"
#include "tests/support/suite.h"
#include <string.h>

static const char *decode(Arena *arena, const void *value, size_t length)
{
    AUTO(Text) *out = text_new(NULL);
    const char *type;
    Error err = {0};
    ck_assert_msg(decode_value(out, value, length, &type, &err), "%s", err.text);
    return arena_text(arena, out->bytes);
}

START_TEST(a_job_is_shown_with_its_numbers)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    const Job job = {.environment = "test",
                     .dataset_id = "30f01edb-dd02-4e1d-bdca-ce49f6e8498a",
                     .connection_id = "76ead75b-65dd-4175-a997-81efd6991e4d",
                     .slice_no = 3,
                     .job_class = JOB_BACKFILL,
                     .enqueued_ms = 1764000000123};
    uint8_t value[JOB_MAX];
    size_t length = job_pack(&job, value);
    ck_assert_str_eq(
        decode(arena, value, length),
        "{\"version\":1,\"environment\":\"test\",\"datasetId\":\"30f01edb-dd02-4e1d-bdca-ce49f6e8498a\","
        "\"sliceNo\":3,\"jobClass\":\"backfill\",\"connectionId\":\"76ead75b-65dd-4175-a997-81efd6991e4d\","
        "\"enqueuedAt\":\"2025-11-24T16:00:00.123Z\"}");
}
END_TEST

START_TEST(a_dead_letter_shows_its_headers_and_payload_as_text)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    PbDeadLetterHeader header = PB_INIT(PbDeadLetterHeader);
    header.name = (char[]){"version"};
    header.value = (ProtobufCBinaryData){5, (uint8_t *)"1.0.7"};
    PbDeadLetterHeader *headers[] = {&header};
    PbDeadLetter letter = PB_INIT(PbDeadLetter);
    letter.reason = (char[]){"no frame"};
    letter.offset = 42;
    letter.headers = headers;
    letter.n_headers = 1;
    letter.payload = (ProtobufCBinaryData){4, (uint8_t *)"a\0\xff!"};
    letter.payload_cut = true;
    uint8_t value[512];
    size_t length = frame_pack(SCHEMA_DEAD_LETTER, &letter.base, value);
    ck_assert_str_eq(decode(arena, value, length),
                     "{\"reason\":\"no frame\",\"offset\":42,\"headers\":[{\"name\":\"version\",\"value\":\"1.0.7\"}],"
                     "\"payload\":\"a\xef\xbf\xbd!\",\"payloadCut\":true}");
}
END_TEST

START_TEST(a_record_is_shown_as_the_model_has_it)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    PbDecimal total = PB_INIT(PbDecimal);
    total.value = (char[]){"12.50"};
    CommerceOrder order = PB_INIT(CommerceOrder);
    order.id = (char[]){"ch_1"};
    order.total_amount = &total;
    uint8_t value[512];
    size_t length = frame_pack(data_type_by_key("commerce-orders")->schema_id, &order.base, value);
    ck_assert_str_eq(decode(arena, value, length), "{\"id\":\"ch_1\",\"totalAmount\":12.50}");
}
END_TEST

START_TEST(what_is_no_message_of_ours_is_refused_with_a_reason)
{
    static const uint8_t unknown[] = {0, 0, 0, 0x7f, 0xff, 0};
    AUTO(Text) *out = text_new(NULL);
    const char *type;
    Error err = {0};
    ck_assert(!decode_value(out, "garbage", 7, &type, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert(!decode_value(out, unknown, sizeof unknown, &type, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "schema id 32767"));
}
END_TEST

SUITE("decode", a_job_is_shown_with_its_numbers, a_dead_letter_shows_its_headers_and_payload_as_text,
      a_record_is_shown_as_the_model_has_it, what_is_no_message_of_ours_is_refused_with_a_reason)
