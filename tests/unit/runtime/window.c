#include "workers/runtime/window.h"
#include "tests/support/suite.h"

START_TEST(nothing_is_committable_past_an_unfinished_job)
{
    AUTO(Window) *window = window_new(10, 8);
    for (int64_t offset = 10; offset < 14; offset++)
        ck_assert(window_take(window, offset));
    window_finish(window, 11);
    window_finish(window, 13);
    ck_assert_int_eq(window_committable(window), 10);
    window_finish(window, 10);
    ck_assert_int_eq(window_committable(window), 12);
    window_finish(window, 12);
    ck_assert_int_eq(window_committable(window), 14);
}
END_TEST

START_TEST(an_empty_window_commits_where_it_starts)
{
    AUTO(Window) *window = window_new(7, 4);
    ck_assert_int_eq(window_committable(window), 7);
}
END_TEST

START_TEST(a_full_window_takes_no_more_until_its_first_job_ends)
{
    AUTO(Window) *window = window_new(0, 3);
    for (int64_t offset = 0; offset < 3; offset++)
        ck_assert(window_take(window, offset));
    ck_assert(!window_has_room(window));
    ck_assert(!window_take(window, 3));
    window_finish(window, 2); /* not the first: the run is still broken */
    ck_assert(!window_has_room(window));
    window_finish(window, 0);
    ck_assert(window_has_room(window));
    ck_assert(window_take(window, 3));
}
END_TEST

START_TEST(holes_in_the_log_count_as_finished)
{
    AUTO(Window) *window = window_new(5, 4);
    ck_assert(window_take(window, 100));
    ck_assert(window_take(window, 2000000000000));
    window_finish(window, 100);
    ck_assert_int_eq(window_committable(window), 2000000000000);
    window_finish(window, 2000000000000);
    ck_assert_int_eq(window_committable(window), 2000000000001);
}
END_TEST

START_TEST(an_offset_is_taken_once)
{
    AUTO(Window) *window = window_new(5, 4);
    ck_assert(window_take(window, 6));
    ck_assert(!window_take(window, 6));
    ck_assert(!window_take(window, 5));
}
END_TEST

START_TEST(finishing_what_is_not_open_changes_nothing)
{
    AUTO(Window) *window = window_new(5, 4);
    ck_assert(window_take(window, 5));
    window_finish(window, 4);
    window_finish(window, 6);
    ck_assert_int_eq(window_committable(window), 5);
    window_finish(window, 5);
    window_finish(window, 5);
    ck_assert_int_eq(window_committable(window), 6);
}
END_TEST

/* Against a model that keeps every offset: whatever the order, the two agree after each step. */
START_TEST(any_order_of_ends_commits_the_unbroken_run)
{
    enum { N = 3000, CAPACITY = 16 };
    static bool finished[N + 1];
    AUTO(Window) *window = window_new(0, CAPACITY);
    unsigned seed = 1;
    int64_t taken = 0, run = 0;
    while (run < N) {
        seed = seed * 1103515245 + 12345;
        if ((seed >> 16) % 2 && taken < N && window_has_room(window)) {
            ck_assert(window_take(window, taken++));
        } else if (taken > run) {
            int64_t offset = run + (seed >> 8) % (taken - run);
            finished[offset] = true;
            window_finish(window, offset);
            while (finished[run])
                run++;
        }
        ck_assert_int_eq(window_committable(window), run);
    }
}
END_TEST

SUITE("runtime window", nothing_is_committable_past_an_unfinished_job, an_empty_window_commits_where_it_starts,
      a_full_window_takes_no_more_until_its_first_job_ends, holes_in_the_log_count_as_finished, an_offset_is_taken_once,
      finishing_what_is_not_open_changes_nothing, any_order_of_ends_commits_the_unbroken_run)
