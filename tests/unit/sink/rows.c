#include "lib/text.h"
#include "proto/frame.h"
#include "proto/nesting.h"
#include "proto/pb.h"
#include "tests/support/suite.h"
#include "workers/sink/batch.h"
#include "workers/sink/decode.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTION "22222222-2222-2222-2222-222222222222"
#define DATASET    "33333333-3333-3333-3333-333333333333"

static const char *key_error(const char *key)
{
    static Error err;
    RecordKey parsed;
    err = (Error){0};
    return record_key_parse(&parsed, key, strlen(key), &err) ? "fine" : err.text;
}

START_TEST(a_key_is_split_at_its_first_two_slashes)
{
    const char *key = CONNECTION "/commerce-orders/a/b//c";
    RecordKey parsed;
    Error err = {0};
    ck_assert(record_key_parse(&parsed, key, strlen(key), &err));
    ck_assert_int_eq(parsed.connection[0], 0x22);
    ck_assert_int_eq(parsed.type_length, strlen("commerce-orders"));
    ck_assert_str_eq(parsed.id, "a/b//c");
    ck_assert_int_eq(parsed.id_length, 6);
}
END_TEST

START_TEST(a_wrong_key_says_what_is_wrong)
{
    ck_assert_str_eq(key_error(""), "key does not begin with a connection's uuid and '/'");
    ck_assert_str_eq(key_error("x/commerce-orders/a"), "key does not begin with a connection's uuid and '/'");
    ck_assert_str_eq(key_error(CONNECTION), "key does not begin with a connection's uuid and '/'");
    ck_assert_str_eq(key_error(CONNECTION "/commerce-orders"), "key is not connection/type/id");
    ck_assert_str_eq(key_error(CONNECTION "/commerce-orders/"), "id of 0 bytes, 1 to 2048 are allowed");
    ck_assert_str_eq(key_error(CONNECTION "/commerce-orders/\xff"), "id is not UTF-8 text");
    char key[3000];
    int n = snprintf(key, sizeof key, CONNECTION "/commerce-orders/%02048d", 0);
    ck_assert_str_eq(key_error(key), "fine");
    key[n] = 'x';
    key[n + 1] = 0;
    ck_assert_str_eq(key_error(key), "id of 2049 bytes, 1 to 2048 are allowed");
}
END_TEST

static bool reads(const char *text, Version *version)
{
    Error err = {0};
    return record_version_parse(version, text, strlen(text), &err);
}

START_TEST(a_version_is_three_numbers)
{
    Version version;
    ck_assert(reads("1.9223372036854775807.42", &version));
    ck_assert_int_eq(version.generation, 1);
    ck_assert_int_eq(version.source_version, INT64_MAX);
    ck_assert_int_eq(version.epoch, 42);
    static const char *const wrong[] = {"",
                                        "1",
                                        "1.2",
                                        "1.2.",
                                        ".1.2",
                                        "1.2.3.4",
                                        "1.-2.3",
                                        "1.2.3 ",
                                        "a.2.3",
                                        "1,2,3",
                                        "1..3",
                                        "2147483648.1.1",
                                        "1.9223372036854775808.1"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        ck_assert_msg(!reads(wrong[i], &version), "%s", wrong[i]);
}
END_TEST

START_TEST(generation_beats_source_version_beats_epoch)
{
    const Version a = {1, 5, 5}, b = {2, 1, 1}, c = {2, 2, 1}, d = {2, 2, 2};
    ck_assert_int_lt(version_compare(&a, &b), 0);
    ck_assert_int_lt(version_compare(&b, &c), 0);
    ck_assert_int_lt(version_compare(&c, &d), 0);
    ck_assert_int_gt(version_compare(&d, &a), 0);
    ck_assert_int_eq(version_compare(&d, &d), 0);
}
END_TEST

static void add(Batch *batch, const char *id, const char *version, int64_t offset)
{
    char key[128];
    snprintf(key, sizeof key, CONNECTION "/commerce-orders/%s", id);
    const KafkaHeader headers[] = {
        {"version", version, strlen(version)},
        {"dataset", DATASET, strlen(DATASET)},
    };
    const Incoming message = {.partition = 3,
                              .offset = offset,
                              .key = key,
                              .key_length = strlen(key),
                              .value = "",
                              .headers = headers,
                              .n_headers = 2};
    batch_add(batch, &message, offset);
}

START_TEST(of_a_key_the_best_version_comes_first_then_the_later_offset)
{
    AUTO(Batch) *batch = batch_new(data_type_by_key("commerce-orders"));
    add(batch, "b", "1.0.5", 0);
    add(batch, "a", "1.0.5", 1);
    add(batch, "a", "1.0.6", 2);
    add(batch, "a", "1.0.5", 3);
    add(batch, "aa", "1.0.5", 4);
    batch_sort(batch);
    static const int64_t expected[] = {2, 3, 1, 4, 0};
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        ck_assert_int_eq(batch->rows[i].offset, expected[i]);
    ck_assert(row_same_key(&batch->rows[0], &batch->rows[2]));
    ck_assert(!row_same_key(&batch->rows[2], &batch->rows[3]));
    ck_assert_int_eq(batch->n_reaches, 1);
    ck_assert_int_eq(batch->reaches[0].from, 0);
    ck_assert_int_eq(batch->reaches[0].next, 5);
}
END_TEST

START_TEST(what_is_stored_already_is_trimmed)
{
    AUTO(Batch) *batch = batch_new(data_type_by_key("commerce-orders"));
    for (int i = 0; i < 5; i++)
        add(batch, "a", "1.0.5", i);
    batch_trim(batch, 2, 5);
    ck_assert_int_eq(batch->n_rows, 5);
    batch_trim(batch, 3, 3);
    ck_assert_int_eq(batch->n_rows, 2);
    ck_assert_int_eq(batch->rows[0].offset, 3);
}
END_TEST

START_TEST(a_tombstone_only_moves_the_reach)
{
    AUTO(Batch) *batch = batch_new(data_type_by_key("commerce-orders"));
    const Incoming tombstone = {.partition = 3, .offset = 7, .key = "k", .key_length = 1};
    batch_add(batch, &tombstone, 7);
    ck_assert_int_eq(batch->n_rows, 0);
    ck_assert_int_eq(batch->reaches[0].next, 8);
}
END_TEST

/* A category in a category, `depth` times; each level is field 9 of the one around it. */
static size_t nest(uint8_t *out, size_t size, int depth)
{
    size_t at = size;
    for (int i = 0; i < depth; i++) {
        size_t length = size - at;
        uint8_t head[8] = {9 << 3 | 2};
        size_t n = 1;
        for (; length >= 0x80; length >>= 7)
            head[n++] = (uint8_t)(length | 0x80);
        head[n++] = (uint8_t)length;
        at -= n;
        memcpy(out + at, head, n);
    }
    return at;
}

static const char *decode_nested(int depth)
{
    static Error err;
    err = (Error){0};
    const DataType *type = data_type_by_key("trackingCategories");
    size_t size = 1 << 20;
    uint8_t *bytes = malloc(size);
    size_t at = nest(bytes, size, depth);
    const uint8_t frame[FRAME_SIZE] = {0, 0, 0, 0, (uint8_t)type->schema_id, 0};
    at -= FRAME_SIZE;
    memcpy(bytes + at, frame, FRAME_SIZE);
    Row row = {.value = bytes + at, .value_length = size - at, .id = ""};
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Decoder decoder = decoder_for(type);
    bool decoded = decode_row(&decoder, &row, arena, &err) != NULL;
    free(bytes);
    return decoded ? "decoded" : err.text;
}

START_TEST(a_message_that_nests_without_end_is_refused_before_it_is_unpacked)
{
    ck_assert_str_eq(decode_nested(3), "decoded");
    ck_assert_str_eq(decode_nested(NESTING_MAX - 1), "decoded");
    ck_assert_str_eq(decode_nested(NESTING_MAX), "message nests deeper than 24");
    ck_assert_str_eq(decode_nested(200000), "message nests deeper than 24");
    ck_assert(!decoder_for(data_type_by_key("commerce-orders")).nests);
    ck_assert(decoder_for(data_type_by_key("profitAndLoss")).nests);
}
END_TEST

SUITE("rows", a_key_is_split_at_its_first_two_slashes, a_wrong_key_says_what_is_wrong, a_version_is_three_numbers,
      generation_beats_source_version_beats_epoch, of_a_key_the_best_version_comes_first_then_the_later_offset,
      what_is_stored_already_is_trimmed, a_tombstone_only_moves_the_reach,
      a_message_that_nests_without_end_is_refused_before_it_is_unpacked)
