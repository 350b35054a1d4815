#include "lib/arena.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/pb.h"
#include "tests/support/suite.h"
#include <string.h>

enum { ORDERS = 305 };

static size_t pack_order(uint8_t *out, size_t capacity)
{
    PbDecimal total = PB_INIT(PbDecimal);
    total.value = (char *)"1299.07";
    CommerceOrder order = PB_INIT(CommerceOrder);
    order.id = (char *)"ch_7";
    order.total_amount = &total;
    ck_assert_uint_le(frame_size(&order.base), capacity);
    size_t n = frame_pack(ORDERS, &order.base, out);
    ck_assert_uint_eq(n, frame_size(&order.base));
    return n;
}

START_TEST(a_message_comes_back_out_of_its_frame)
{
    uint8_t value[256];
    size_t n = pack_order(value, sizeof value);
    AUTO(Arena) *arena = arena_new(4 * KIB);
    Error err = {0};
    CommerceOrder *order =
        (CommerceOrder *)frame_unpack(value, n, ORDERS, PB_DESCRIPTOR(CommerceOrder), arena_protobuf(arena), &err);
    ck_assert_ptr_nonnull(order);
    ck_assert_str_eq(order->id, "ch_7");
    ck_assert_str_eq(order->total_amount->value, "1299.07");
    ck_assert_ptr_null(order->total_refund);
}
END_TEST

START_TEST(the_frame_is_what_confluent_writes)
{
    uint8_t value[256];
    pack_order(value, sizeof value);
    static const uint8_t frame[] = {0x00, 0x00, 0x00, 0x01, 0x31, 0x00};
    ck_assert_mem_eq(value, frame, sizeof frame);
}
END_TEST

START_TEST(an_id_of_four_bytes_keeps_its_order)
{
    uint8_t value[16];
    PbDate nothing = PB_INIT(PbDate);
    size_t n = frame_pack(0x01020304, &nothing.base, value);
    static const uint8_t expected[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x00};
    ck_assert_uint_eq(n, sizeof expected);
    ck_assert_mem_eq(value, expected, sizeof expected);
    Frame frame;
    ck_assert(frame_read(value, n, &frame, NULL));
    ck_assert_uint_eq(frame.schema_id, 0x01020304);
    ck_assert_uint_eq(frame.n_message, 0);
}
END_TEST

START_TEST(the_long_form_of_the_message_index_is_read_too)
{
    uint8_t value[256], longer[257];
    size_t n = pack_order(value, sizeof value);
    memcpy(longer, value, FRAME_SIZE - 1);
    longer[5] = 0x02;
    longer[6] = 0x00;
    memcpy(longer + 7, value + FRAME_SIZE, n - FRAME_SIZE);
    Frame frame;
    ck_assert(frame_read(longer, n + 1, &frame, NULL));
    ck_assert_uint_eq(frame.schema_id, ORDERS);
    ck_assert_uint_eq(frame.n_message, n - FRAME_SIZE);
    ck_assert_mem_eq(frame.message, value + FRAME_SIZE, frame.n_message);
}
END_TEST

START_TEST(what_is_no_frame_is_refused_with_the_reason)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *reason;
    } cases[] = {
        {"",                                 0, "too short"    },
        {"\x00\x00\x00\x01\x31",             5, "too short"    },
        {"{\"id\"}",                         6, "0x7b"         },
        {"\x01\x00\x00\x01\x31\x00",         6, "0x01"         },
        {"\x00\x00\x00\x01\x31\x02",         6, "message index"},
        {"\x00\x00\x00\x01\x31\x02\x02",     7, "message index"},
        {"\x00\x00\x00\x01\x31\x04\x00\x00", 8, "message index"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Error err = {0};
        Frame frame;
        ck_assert(!frame_read(cases[i].bytes, cases[i].n, &frame, &err));
        ck_assert_int_eq(err.kind, ERROR_DATA);
        ck_assert_msg(strstr(err.text, cases[i].reason) != NULL, "'%s' lacks '%s'", err.text, cases[i].reason);
    }
}
END_TEST

START_TEST(another_schema_is_refused_by_both_names)
{
    uint8_t value[256];
    size_t n = pack_order(value, sizeof value);
    Error err = {0};
    ck_assert_ptr_null(frame_unpack(value, n, 307, PB_DESCRIPTOR(CommercePayment), NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "305"));
    ck_assert_ptr_nonnull(strstr(err.text, "307 (tributary.commerce.v1.Payment)"));
}
END_TEST

START_TEST(a_message_that_is_cut_off_is_refused)
{
    uint8_t value[256];
    size_t n = pack_order(value, sizeof value);
    Error err = {0};
    ck_assert_ptr_null(frame_unpack(value, n - 1, ORDERS, PB_DESCRIPTOR(CommerceOrder), NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "tributary.commerce.v1.Order"));
}
END_TEST

SUITE("proto frame", a_message_comes_back_out_of_its_frame, the_frame_is_what_confluent_writes,
      an_id_of_four_bytes_keeps_its_order, the_long_form_of_the_message_index_is_read_too,
      what_is_no_frame_is_refused_with_the_reason, another_schema_is_refused_by_both_names,
      a_message_that_is_cut_off_is_refused)
