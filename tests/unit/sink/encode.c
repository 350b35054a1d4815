#include "workers/sink/encode.h"
#include "proto/pb.h"
#include "proto/render.h"
#include "tests/support/suite.h"
#include <string.h>

/* Expected bytes are what Postgres 15 itself sends for the value: select numeric_send('1299.07'), date_send(…), … */

static const char *hex_of(const Text *out)
{
    static char hex[512];
    text_hex(hex, out->bytes, out->length);
    return hex;
}

static const char *decimal_hex(const char *decimal)
{
    AUTO(Text) *out = text_new(NULL);
    static Error err;
    err = (Error){0};
    return encode_decimal(out, decimal, &err) ? hex_of(out) : err.text;
}

START_TEST(decimals_are_exact)
{
    ck_assert_str_eq(decimal_hex("0"), "000000080000000000000000");
    ck_assert_str_eq(decimal_hex("0.00"), "000000080000000000000002");
    ck_assert_str_eq(decimal_hex("1"), "0000000a00010000000000000001");
    ck_assert_str_eq(decimal_hex("1299.07"), "0000000c0002000000000002051302bc");
    ck_assert_str_eq(decimal_hex("-0.05"), "0000000a0001ffff4000000201f4");
    ck_assert_str_eq(decimal_hex("10000"), "0000000a00010001000000000001");
    ck_assert_str_eq(decimal_hex("0.00001"), "0000000a0001fffe0000000503e8");
    ck_assert_str_eq(decimal_hex("12345678901234567890123456789012345678"),
                     "0000001c000a000900000000000c0d801ed204d2162e23340d801ed204d2162e");
    ck_assert_str_eq(decimal_hex("0.00000000000000000000000000000000000001"), "0000000a0001fff6000000260064");
    ck_assert_str_eq(decimal_hex("-99999999999999999999.999999999999999999"),
                     "0000001c000a000440000012270f270f270f270f270f270f270f270f270f26ac");
    ck_assert_str_eq(decimal_hex("12.x"), "'12.x' is no decimal");
    ck_assert_str_eq(decimal_hex(""), "'' is no decimal");
}
END_TEST

static const char *date_hex(int year, int month, int day)
{
    AUTO(Text) *out = text_new(NULL);
    static Error err;
    err = (Error){0};
    return encode_date(out, year, month, day, &err) ? hex_of(out) : err.text;
}

START_TEST(days_count_from_2000)
{
    ck_assert_str_eq(date_hex(2000, 1, 1), "0000000400000000");
    ck_assert_str_eq(date_hex(1999, 12, 31), "00000004ffffffff");
    ck_assert_str_eq(date_hex(2026, 8, 3), "00000004000025ef");
    ck_assert_str_eq(date_hex(2026, 2, 30), "2026-2-30 is no day");
    ck_assert_str_eq(date_hex(0, 0, 0), "0-0-0 is no day");
}
END_TEST

static const char *instant_hex(int64_t seconds, int32_t nanos)
{
    AUTO(Text) *out = text_new(NULL);
    Error err = {0};
    return encode_instant(out, seconds, nanos, &err) ? hex_of(out) : "refused";
}

START_TEST(instants_count_microseconds_from_2000)
{
    ck_assert_str_eq(instant_hex(946684800, 0), "000000080000000000000000");
    ck_assert_str_eq(instant_hex(946684800, 1999), "000000080000000000000001");
    ck_assert_str_eq(instant_hex(946684799, 999999000), "00000008ffffffffffffffff");
    ck_assert_str_eq(instant_hex(0, 0), "00000008fffca2fec4c82000");
    ck_assert_str_eq(instant_hex(INT64_MAX, 0), "refused");
    ck_assert_str_eq(instant_hex(INT64_MIN, 0), "refused");
    ck_assert_str_eq(instant_hex(0, -1), "refused");
    ck_assert_str_eq(instant_hex(0, 1000000000), "refused");
}
END_TEST

static const Column *column_of(const char *key, const char *name)
{
    const Columns *columns = columns_of(data_type_by_key(key));
    for (size_t i = 0; i < columns->n; i++)
        if (strcmp(columns->items[i].name, name) == 0)
            return &columns->items[i];
    ck_abort_msg("%s has no %s", key, name);
}

START_TEST(absent_is_null_and_present_is_not)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    AUTO(Text) *out = text_new(NULL);
    Error err = {0};
    const Columns *columns = columns_of(data_type_by_key("commerce-orders"));
    for (size_t i = 0; i < columns->n; i++) {
        text_clear(out);
        ck_assert(encode_column(out, &columns->items[i], &order.base, &err));
        ck_assert_str_eq(hex_of(out), "ffffffff");
    }
    CommerceCustomerRef customer = PB_INIT(CommerceCustomerRef);
    customer.id = (char *)"c1";
    order.customer_ref = &customer;
    text_clear(out);
    ck_assert(encode_column(out, column_of("commerce-orders", "customer_ref_id"), &order.base, &err));
    ck_assert_str_eq(hex_of(out), "000000026331");
    text_clear(out);
    ck_assert(encode_column(out, column_of("commerce-orders", "customer_ref_name"), &order.base, &err));
    ck_assert_str_eq(hex_of(out), "ffffffff");
}
END_TEST

START_TEST(words_are_the_models_and_a_newer_one_is_unknown)
{
    CommercePayment payment = PB_INIT(CommercePayment);
    AUTO(Text) *out = text_new(NULL);
    Error err = {0};
    payment.status = COMMERCE_PAYMENT_STATUS_PAID;
    ck_assert(encode_column(out, column_of("commerce-payments", "status"), &payment.base, &err));
    ck_assert_str_eq(out->bytes + 4, "Paid");
    payment.status = 99;
    text_clear(out);
    ck_assert(encode_column(out, column_of("commerce-payments", "status"), &payment.base, &err));
    ck_assert_str_eq(out->bytes + 4, "Unknown");
}
END_TEST

START_TEST(text_that_is_not_utf8_names_its_column)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    AUTO(Text) *out = text_new(NULL);
    Error err = {0};
    order.currency = (char *)"\xff";
    ck_assert(!encode_column(out, column_of("commerce-orders", "currency"), &order.base, &err));
    ck_assert_str_eq(err.text, "currency: not UTF-8 text");
}
END_TEST

START_TEST(lists_are_json_with_the_models_names_and_digits)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    CommerceOrderLineItem item = PB_INIT(CommerceOrderLineItem), *items[] = {&item};
    PbDecimal price = PB_INIT(PbDecimal);
    AUTO(Text) *out = text_new(NULL);
    Error err = {0};
    item.id = (char *)"li_1";
    item.unit_price = &price;
    price.value = (char *)"12.50";
    order.n_order_line_items = 1;
    order.order_line_items = items;
    const Column *column = column_of("commerce-orders", "order_line_items");
    ck_assert(encode_column(out, column, &order.base, &err));
    ck_assert_str_eq(out->bytes + 5, "[{\"id\":\"li_1\",\"unitPrice\":12.50}]");
    ck_assert_int_eq(out->bytes[3], (char)(out->length - 4));
    ck_assert_int_eq(out->bytes[4], 1);
    price.value = (char *)"many";
    ck_assert(!encode_column(out, column, &order.base, &err));
    ck_assert_str_eq(err.text, "order_line_items: order_line_items.0: unit_price: 'many' is no decimal");
}
END_TEST

START_TEST(a_message_is_rendered_as_the_model_writes_it)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    PbTimestamp created = PB_INIT(PbTimestamp);
    PbJsonObject object = PB_INIT(PbJsonObject);
    AUTO(Text) *out = text_new(NULL);
    Error err = {0};
    order.id = (char *)"o\"1";
    created.seconds = 1785729906;
    order.created_date = &created;
    object.json = (char *)"{\"x\":1}";
    order.supplemental_data = &object;
    ck_assert(render_message(out, &order.base, &err));
    ck_assert_str_eq(out->bytes, "{\"id\":\"o\\\"1\",\"supplementalData\":{\"content\":{\"x\":1}},"
                                 "\"createdDate\":\"2026-08-03T04:05:06Z\"}");
}
END_TEST

SUITE("encode", decimals_are_exact, days_count_from_2000, instants_count_microseconds_from_2000,
      absent_is_null_and_present_is_not, words_are_the_models_and_a_newer_one_is_unknown,
      text_that_is_not_utf8_names_its_column, lists_are_json_with_the_models_names_and_digits,
      a_message_is_rendered_as_the_model_writes_it)
