#include "tests/unit/sink/house.h"
#include <stdio.h>
#include <string.h>

#define TOTALS                                                                                                         \
    "select string_agg(id || '=' || coalesce(total_amount::text, '-') || case when is_deleted then ' x' else '' end,"  \
    " ', ' order by id) from commerce.orders"

HOUSE_TEST(a_dataset_is_complete_with_its_last_row)
{
    house_put("a", "1.50", "1.0.5");
    house_put("b", "-2", "1.0.5");
    house_store();
    house_expect(TOTALS, "a=1.50, b=-2");
    house_sql("update control.dataset set kind = 'none', status = 'Processing', end_offset = 3");
    house_put("c", "3", "1.0.5");
    house_store();
    house_expect("select status || rows_written from control.dataset", "Complete3");
    house_expect("select next from control.sink_offset", "3");
    house_expect("select first_row_epoch || '/' || floor_epoch from control.stream", "5/5");
    house_expect("select count(*) from control.seen", "0");
}

HOUSE_TEST(the_larger_version_holds_whatever_comes_first)
{
    house_put("a", "1", "1.10.5");
    house_put("b", "1", "1.10.5");
    house_store();
    house_put("a", "2", "1.9.5");
    house_put("b", "2", "1.11.5");
    house_put("b", "3", "1.10.6");
    house_store();
    house_expect(TOTALS, "a=1, b=2");
    house_put("a", "4", "2.1.5");
    house_store();
    house_expect(TOTALS, "a=4, b=2");
}

HOUSE_TEST(of_one_version_the_later_offset_holds)
{
    house_put("a", "1", "1.0.5");
    house_put("a", "2", "1.0.5");
    house_store();
    house_expect(TOTALS, "a=2");
    house_put("a", "3", "1.0.5");
    house_store();
    house_expect(TOTALS, "a=3");
}

HOUSE_TEST(equal_content_of_an_equal_source_version_is_not_written_again)
{
    house_put("a", "1", "1.7.5");
    house_put("b", "1", "1.0.5");
    house_store();
    house_sql("create table before as select id, xmin::text as x, modified_date from commerce.orders");
    house_put("a", "1", "1.7.6");
    house_put("b", "1", "1.0.6");
    house_store();
    house_expect("select count(*) from commerce.orders o join before b on b.id = o.id and b.x = o.xmin::text"
                 " and b.modified_date = o.modified_date",
                 "2");
    house_expect("select rows_written from control.dataset", "2");
}

HOUSE_TEST(records_below_the_floor_never_land)
{
    house_put("a", "1", "1.0.4");
    house_put("b", "1", "1.0.5");
    house_store();
    house_expect(TOTALS, "b=1");
}

HOUSE_TEST(a_void_slice_neither_lands_nor_hides_what_does)
{
    house_sql("update control.stream set void_epochs = '{6}'");
    house_put("a", "1", "1.1.7");
    house_put("a", "9", "1.2.6");
    house_put("b", "9", "1.2.6");
    house_store();
    house_expect(TOTALS, "a=1");
    house_expect("select string_agg(epoch || ':' || cardinality(keys), ',') from control.seen", "7:1");
}

HOUSE_TEST(a_deletion_keeps_the_columns_also_within_one_batch)
{
    house_put("a", "1", "1.1.5");
    house_store();
    house_put_deletion("a", "1.2.5");
    house_put_deletion("never-seen", "1.2.5");
    house_put_deletion("b", "1.2.5");
    house_put("b", "2", "1.1.5");
    house_store();
    house_expect(TOTALS, "a=1 x, b=2 x, never-seen=- x");
    house_put("a", "9", "1.1.5");
    house_store();
    house_expect(TOTALS, "a=1 x, b=2 x, never-seen=- x");
    house_put("a", "3", "1.3.5");
    house_store();
    house_expect(TOTALS, "a=3, b=2 x, never-seen=- x");
}

HOUSE_TEST(a_full_sync_remembers_every_key_it_saw)
{
    house_put("a", "1", "1.1.5");
    house_put("b", "1", "1.1.5");
    house_store();
    house_put("a", "1", "1.1.5");
    house_put("c", "1", "1.1.5");
    house_put_deletion("d", "1.1.5");
    house_store();
    house_expect("select count(distinct k) from control.seen, unnest(keys) k", "3");
    house_expect("select count(*) from control.seen, unnest(keys) k where k = hashtextextended('a', 0)", "2");
    house_sql("delete from control.seen; update control.dataset set mode = 'incremental'");
    house_put("e", "1", "1.1.5");
    house_store();
    house_expect("select count(*) from control.seen", "0");
}

HOUSE_TEST(rows_of_a_connection_that_is_gone_are_dropped)
{
    house_put("a", "1", "1.1.5");
    house_sql("delete from control.connection");
    house_store();
    house_expect("select count(*) from commerce.orders", "0");
    house_expect("select next from control.sink_offset", "1");
}

HOUSE_TEST(of_two_sinks_on_one_partition_one_writes_nothing)
{
    house_sql("update control.sink_offset set fence = fence + 1");
    house_put("a", "1", "1.1.5");
    house_store();
    ck_assert(house.shared.lost);
    house_expect("select count(*) from commerce.orders", "0");
    house_expect("select next from control.sink_offset", "0");
}

HOUSE_TEST(a_cut_session_is_replaced_and_nothing_is_stored_twice)
{
    house_put("a", "1", "1.0.5");
    house_store();
    house_sql("select pg_terminate_backend(holder_pid) from control.sink_offset");
    house_put("b", "1", "1.0.5");
    house_store();
    house_expect(TOTALS, "a=1, b=1");
    house_expect("select fence || '/' || next from control.sink_offset", "2/2");
    /* The answer to a commit was lost: the batch comes again, the offset says that it is in. */
    house.offset = 1;
    house_sql("select pg_terminate_backend(holder_pid) from control.sink_offset");
    house_put("b", "2", "1.0.5");
    house_put("c", "1", "1.0.5");
    house_store();
    house_expect(TOTALS, "a=1, b=1, c=1");
    house_expect("select next from control.sink_offset", "3");
}

HOUSE_TEST(a_hole_before_a_batch_is_not_jumped)
{
    house_put("a", "1", "1.0.5");
    batch_free(TAKE(house.batch));
    house_put("b", "1", "1.0.5");
    house_store();
    house_expect("select count(*) from commerce.orders", "0");
    house_expect("select next from control.sink_offset", "0");
}

HOUSE_TEST(a_commit_that_the_server_lost_is_read_again)
{
    house_put("a", "1", "1.0.5");
    house_store();
    house_sql("update control.sink_offset set next = 0; delete from commerce.orders;"
              "select pg_terminate_backend(holder_pid) from control.sink_offset");
    house_put("b", "1", "1.0.5");
    house_store();
    house_expect("select count(*) from commerce.orders", "0");
    ck_assert_int_gt(house.shared.positions.items[0].held_until_ms, 0);
    ck_assert_int_eq(house.shared.positions.items[0].next, 0);
}

HOUSE_TEST(a_commit_that_the_server_lost_is_noticed_when_nothing_new_comes)
{
    Position *position = &house.shared.positions.items[0];
    house_put("a", "1", "1.0.5");
    house_store();
    house_sql("update control.sink_offset set next = 0; delete from commerce.orders;"
              "select pg_terminate_backend(holder_pid) from control.sink_offset");
    while (position->held_until_ms == 0)
        ck_assert_int_eq(event_wait(&house.shared.changed, 30000), WAIT_READY);
    ck_assert_int_eq(position->next, 0);
    house_expect("select fence from control.sink_offset", "2");
}

HOUSE_TEST(a_partition_waits_for_its_row)
{
    Position *position = &house.shared.positions.items[0];
    *position = (Position){.type = position->type, .partition = PARTITION, .fence = NO_FENCE};
    house_sql("delete from control.sink_offset");
    house_put("a", "1", "1.0.5");
    house_store();
    ck_assert_int_gt(position->held_until_ms, 0);
    house_expect("select count(*) from commerce.orders", "0");
    house_sql("insert into control.sink_offset (topic, partition) values ('records.commerce.orders', 3)");
    house.offset = 0;
    house_put("a", "1", "1.0.5");
    house_store();
    house_expect(TOTALS, "a=1");
}

SUITE("sink against Postgres", a_dataset_is_complete_with_its_last_row, the_larger_version_holds_whatever_comes_first,
      of_one_version_the_later_offset_holds, equal_content_of_an_equal_source_version_is_not_written_again,
      records_below_the_floor_never_land, a_void_slice_neither_lands_nor_hides_what_does,
      a_deletion_keeps_the_columns_also_within_one_batch, a_full_sync_remembers_every_key_it_saw,
      rows_of_a_connection_that_is_gone_are_dropped, of_two_sinks_on_one_partition_one_writes_nothing,
      a_cut_session_is_replaced_and_nothing_is_stored_twice, a_hole_before_a_batch_is_not_jumped,
      a_commit_that_the_server_lost_is_read_again, a_commit_that_the_server_lost_is_noticed_when_nothing_new_comes,
      a_partition_waits_for_its_row)
