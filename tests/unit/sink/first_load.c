#include "proto/frame.h"
#include "tests/unit/sink/house.h"
#include <stdio.h>
#include <string.h>

/* The temporary table is made with the first merge of a session. */
#define MERGES "select count(*) from pg_class where relname = 'sink_commerce_orders'"
#define IDS    "select string_agg(id, ',' order by id) from commerce.orders"

/* The next batches are merged: the stream has a row that an older dataset left. */
static void age_stream(void)
{
    house_sql("update control.stream set first_row_epoch = 1");
}

static void put_many(int from, int to, const char *version)
{
    char id[16];
    for (int i = from; i < to; i++) {
        snprintf(id, sizeof id, "r%03d", i);
        house_put(id, "1.50", version);
    }
}

static void put_all_kinds(void)
{
    put_many(0, 300, "1.3.5");
    house_put("a \"quoted\\\" 'id', {braced}", "-2", "1.0.5");
    house_put_deletion("gone", "1.4.6");
    house_put("bad", "12.x", "1.0.6");
    house_store();
}

#define IMAGE                                                                                                          \
    "select md5(string_agg((to_jsonb(o) - 'modified_date')::text, '' order by id)) || '/' || count(*)"                 \
    " from commerce.orders o"
#define BOOKS                                                                                                          \
    "select d.rows_written || '/' || d.dead_letters || '/' || o.next || '/' || d.epoch || '/' || (select "             \
    "md5(string_agg("                                                                                                  \
    " epoch || ':' || k, ',' order by epoch, k)) from control.seen, unnest(keys) k)"                                   \
    " from control.dataset d, control.sink_offset o"

HOUSE_TEST(a_first_load_leaves_what_a_merge_leaves)
{
    char image[128], books[256];
    put_all_kinds();
    house_expect(MERGES, "0");
    house_expect("select first_row_epoch from control.stream", "5");
    snprintf(image, sizeof image, "%s", house_text(IMAGE));
    snprintf(books, sizeof books, "%s", house_text(BOOKS));
    house_sql("truncate commerce.orders; delete from control.seen; update control.sink_offset set next = 0;"
              "update control.dataset set rows_written = 0, dead_letters = 0;"
              "select pg_terminate_backend(holder_pid) from control.sink_offset");
    age_stream();
    /* As a new sink: what the old one knew of the dataset is gone with it. */
    house_rehire();
    put_all_kinds();
    house_expect(MERGES, "1");
    ck_assert_str_eq(house_text(IMAGE), image);
    ck_assert_str_eq(house_text(BOOKS), books);
}

HOUSE_TEST(a_first_load_goes_on_after_its_first_batch_and_completes_without_a_sweep)
{
    put_many(0, 10, "1.0.5");
    house_store();
    house_sql("update control.dataset set kind = 'none', status = 'Processing', end_offset = 20");
    put_many(10, 20, "1.0.7");
    house_store();
    house_expect(MERGES, "0");
    house_expect("select status || rows_written from control.dataset", "Complete20");
    house_expect("select count(*) from commerce.orders", "20");
    house_expect("select count(*) from control.seen", "0");
}

HOUSE_TEST(a_key_that_is_there_makes_it_a_merge_and_loses_nothing)
{
    put_many(0, 10, "1.0.5");
    house_store();
    put_many(5, 15, "1.0.6");
    house_store();
    house_expect(MERGES, "1");
    house_expect("select count(*) || '/' || sum(total_amount) from commerce.orders", "15/22.50");
    house_expect("select rows_written || '/' || dead_letters from control.dataset", "15/0");
    house_expect("select next from control.sink_offset", "20");
    house_expect("select count(*) from control.seen, unnest(keys) k", "20");
    /* The dataset repeats itself: no further batch of it tries the straight way. */
    house_sql("select pg_terminate_backend(holder_pid) from control.sink_offset");
    put_many(20, 25, "1.0.6");
    house_store();
    house_expect(MERGES, "1");
    house_expect("select count(*) from commerce.orders", "20");
}

HOUSE_TEST(a_key_twice_in_a_batch_is_merged)
{
    house_put("a", "1", "1.0.5");
    house_put("b", "1", "1.0.5");
    house_put("a", "2", "1.0.5");
    house_store();
    house_expect(MERGES, "1");
    house_expect(IDS, "a,b");
}

HOUSE_TEST(a_stream_that_had_rows_is_merged)
{
    age_stream();
    put_many(0, 10, "1.0.5");
    house_store();
    house_expect(MERGES, "1");
    house_expect("select count(*) from commerce.orders", "10");
}

HOUSE_TEST(what_a_merge_would_drop_stays_out)
{
    house_sql("update control.stream set void_epochs = '{6}'");
    house_put("zombie", "1", "1.0.6");
    house_put("early", "1", "1.0.4");
    house_put("a", "1", "1.0.7");
    house_store();
    house_expect(MERGES, "1");
    house_expect(IDS, "a");
    house_expect("select first_row_epoch from control.stream", "7");
}

HOUSE_TEST(what_becomes_void_or_goes_while_a_first_load_runs_stays_out)
{
    put_many(0, 3, "1.0.5");
    house_store();
    house_sql("update control.stream set void_epochs = '{5}'");
    put_many(3, 6, "1.0.5");
    put_many(6, 9, "1.0.8");
    house_store();
    house_expect("select string_agg(epoch::text, ',' order by id) from commerce.orders", "5,5,5,8,8,8");
    house_sql("delete from control.connection");
    put_many(9, 12, "1.0.8");
    house_store();
    house_expect("select count(*) from commerce.orders", "6");
    house_expect("select next from control.sink_offset", "12");
}

HOUSE_TEST(a_session_cut_before_the_commit_stores_nothing_and_the_next_one_all)
{
    /* The last thing before the commit, once: a sequence is not rolled back. */
    house_sql("create sequence cuts; create function cut() returns trigger language plpgsql as $$ begin"
              " if nextval('cuts') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$;"
              "create trigger cut before update of first_row_epoch on control.stream for each row"
              " execute function cut()");
    put_many(0, 10, "1.0.5");
    house_store();
    house_expect("select last_value >= 2 from cuts", "t");
    house_expect(MERGES, "0");
    house_expect("select count(*) from commerce.orders", "10");
    house_expect("select rows_written from control.dataset", "10");
    house_expect("select next || '/' || fence from control.sink_offset", "10/2");
}

HOUSE_TEST(a_session_cut_after_the_commit_stores_nothing_twice)
{
    put_many(0, 10, "1.0.5");
    house_store();
    house_sql("select pg_terminate_backend(holder_pid) from control.sink_offset");
    house.offset = 0; /* the answer to the commit was lost: the batch comes again */
    put_many(0, 12, "1.0.5");
    house_store();
    house_expect(MERGES, "0");
    house_expect("select count(*) from commerce.orders", "12");
    house_expect("select rows_written from control.dataset", "12");
    house_expect("select next from control.sink_offset", "12");
}

SUITE("first loads against Postgres", a_first_load_leaves_what_a_merge_leaves,
      a_first_load_goes_on_after_its_first_batch_and_completes_without_a_sweep,
      a_key_that_is_there_makes_it_a_merge_and_loses_nothing, a_key_twice_in_a_batch_is_merged,
      a_stream_that_had_rows_is_merged, what_a_merge_would_drop_stays_out,
      what_becomes_void_or_goes_while_a_first_load_runs_stays_out,
      a_session_cut_before_the_commit_stores_nothing_and_the_next_one_all,
      a_session_cut_after_the_commit_stores_nothing_twice)
