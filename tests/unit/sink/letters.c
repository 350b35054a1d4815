#include "proto/frame.h"
#include "tests/unit/sink/house.h"
#include <stdio.h>
#include <string.h>

/* What bad records cost: themselves, never their batch, and never a row that lives. */

#define ORDER(id) CONNECTION "/commerce-orders/" id

static const uint8_t garbage[] = "no frame at all";

/* A good order under a schema id that is another type's. */
static size_t misframed(uint8_t out[256])
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    order.id = (char *)"m";
    return frame_pack(data_type_by_key("commerce-payments")->schema_id, &order.base, out);
}

static void put_with_json(const char *id, const char *json)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    PbJsonObject object = PB_INIT(PbJsonObject);
    object.json = (char *)json;
    order.id = (char *)id;
    order.supplemental_data = &object;
    house_put_order(&order, "1.0.5", DATASET);
}

static void each_kind_body(void)
{
    uint8_t frame[256];
    house_put("a", "1", "1.0.5");
    house_put_bytes(ORDER("g"), "1.0.5", DATASET, garbage, sizeof garbage);
    house_put_bytes(ORDER("m"), "1.0.5", DATASET, frame, misframed(frame));
    house_put("n", "12.x", "1.0.5");
    put_with_json("j", "{\"broken\": ");
    put_with_json("z", "{\"nul\": \"\\u0000\"}");
    house_put("b", "2", "1.0.5");
    house_store();
    house_expect("select string_agg(id, ',' order by id) from commerce.orders", "a,b");
    house_expect("select next from control.sink_offset", "7");
    house_expect("select dead_letters || '/' || blind_letters || '/' || rows_written from control.dataset", "5/0/2");
    house_expect("select count(*) from unnest(array['g', 'm', 'n', 'j', 'z']) as id where exists"
                 " (select from control.seen where hashtextextended(id, 0) = any (keys))",
                 "5");
}

START_TEST(each_kind_of_bad_value_is_taken_out_and_counts_as_seen)
{
    house_run(each_kind_body);
}
END_TEST

static void no_name_body(void)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    uint8_t value[64];
    order.id = (char *)"a";
    size_t length = frame_pack(data_type_by_key("commerce-orders")->schema_id, &order.base, value);
    house_put_bytes("not a key", "1.0.5", DATASET, value, length);
    house_put_bytes(ORDER("other"), "1.0.5", DATASET, value, length);
    house_put_bytes(CONNECTION "/commerce-payments/a", "1.0.5", DATASET, value, length);
    house_put_bytes(ORDER("a"), "1.x", DATASET, value, length);
    house_store();
    house_expect("select dead_letters || '/' || blind_letters from control.dataset", "4/3");
    house_put_bytes(ORDER("a"), "1.0.5", NULL, value, length);
    house_store();
    house_expect("select dead_letters || '/' || blind_letters from control.dataset", "4/4");
    house_expect("select count(*) from commerce.orders", "0");
    house_sql("update control.stream set first_row_epoch = 1;"
              "update control.dataset set kind = 'none', status = 'Processing', end_offset = 6");
    house_put("b", "1", "1.0.5");
    house_store();
    house_expect("select status from control.dataset", "Complete"); /* and not Validating: nothing is swept */
}

START_TEST(a_record_that_does_not_tell_its_id_forbids_the_sweep)
{
    house_run(no_name_body);
}
END_TEST

static void many_body(void)
{
    for (int i = 0; i < 1000; i++) {
        char id[16];
        snprintf(id, sizeof id, "r%04d", i);
        if (i == 0 || i == 500 || i == 501 || i == 999)
            put_with_json(id, "[");
        else
            house_put(id, "1", "1.0.5");
    }
    house_store();
    house_expect("select count(*) from commerce.orders", "996");
    house_expect("select count(*) from commerce.orders where id in ('r0000', 'r0500', 'r0501', 'r0999')", "0");
    house_expect("select dead_letters from control.dataset", "4");
}

START_TEST(bisection_finds_exactly_the_refused_rows)
{
    house_run(many_body);
}
END_TEST

static void next_best_body(void)
{
    put_with_json("a", "{}");
    house_put("a", "1", "1.0.5");
    put_with_json("a", "[");
    house_store();
    house_expect("select total_amount from commerce.orders", "1");
    house_expect("select dead_letters from control.dataset", "1");
}

START_TEST(when_the_best_of_a_key_is_bad_the_next_best_is_stored)
{
    house_run(next_best_body);
}
END_TEST

SUITE("sink letters", each_kind_of_bad_value_is_taken_out_and_counts_as_seen,
      a_record_that_does_not_tell_its_id_forbids_the_sweep, bisection_finds_exactly_the_refused_rows,
      when_the_best_of_a_key_is_bad_the_next_best_is_stored)
