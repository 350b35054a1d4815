#include "workers/runtime/ready.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

enum { CAP = 2 };

static Ticket ticket_of(const char *connection, JobClass job_class)
{
    return (Ticket){.connection_id = connection, .job_class = job_class};
}

/* Runs the next one to its end. */
static Ticket *run_one(Ready *ready, int64_t pages)
{
    Ticket *ticket = ready_take(ready);
    if (ticket)
        ready_finish(ready, ticket, pages);
    return ticket;
}

START_TEST(an_empty_set_has_nobody_to_run)
{
    AUTO(Ready) *ready = ready_new(CAP);
    ck_assert_ptr_null(ready_take(ready));
}
END_TEST

START_TEST(a_connection_runs_no_more_than_its_cap)
{
    AUTO(Ready) *ready = ready_new(CAP);
    Ticket tickets[3];
    for (int i = 0; i < 3; i++) {
        tickets[i] = ticket_of("a", JOB_BACKFILL);
        ready_push(ready, &tickets[i]);
    }
    ck_assert_ptr_eq(ready_take(ready), &tickets[0]);
    ck_assert_ptr_eq(ready_take(ready), &tickets[1]);
    ck_assert_ptr_null(ready_take(ready));
    ready_finish(ready, &tickets[0], 1);
    ck_assert_ptr_eq(ready_take(ready), &tickets[2]);
}
END_TEST

START_TEST(the_cap_holds_over_all_classes)
{
    AUTO(Ready) *ready = ready_new(CAP);
    Ticket tickets[] = {ticket_of("a", JOB_INTERACTIVE), ticket_of("a", JOB_INCREMENTAL), ticket_of("a", JOB_BACKFILL)};
    for (size_t i = 0; i < COUNT_OF(tickets); i++)
        ready_push(ready, &tickets[i]);
    ck_assert_ptr_nonnull(ready_take(ready));
    ck_assert_ptr_nonnull(ready_take(ready));
    ck_assert_ptr_null(ready_take(ready));
}
END_TEST

START_TEST(one_interactive_job_runs_beside_as_many_others_as_may)
{
    AUTO(Ready) *ready = ready_new(CAP);
    Ticket others[3], interactive[2];
    for (int i = 0; i < 3; i++) {
        others[i] = ticket_of("a", JOB_BACKFILL);
        ready_push(ready, &others[i]);
    }
    ck_assert_ptr_nonnull(ready_take(ready));
    ck_assert_ptr_nonnull(ready_take(ready));
    ck_assert_ptr_null(ready_take(ready));
    for (int i = 0; i < 2; i++) {
        interactive[i] = ticket_of("a", JOB_INTERACTIVE);
        ready_push(ready, &interactive[i]);
    }
    ck_assert_ptr_eq(ready_take(ready), &interactive[0]);
    ck_assert_ptr_null(ready_take(ready));
    ready_finish(ready, &others[0], 1);
    ck_assert_ptr_eq(ready_take(ready), &interactive[1]);
}
END_TEST

START_TEST(connections_take_turns)
{
    AUTO(Ready) *ready = ready_new(CAP);
    Ticket a[3], b = ticket_of("b", JOB_BACKFILL);
    for (int i = 0; i < 3; i++) {
        a[i] = ticket_of("a", JOB_BACKFILL);
        ready_push(ready, &a[i]);
    }
    ready_push(ready, &b);
    ck_assert_ptr_eq(run_one(ready, 1), &a[0]);
    ck_assert_ptr_eq(run_one(ready, 1), &b);
}
END_TEST

START_TEST(classes_share_the_turns_by_weight)
{
    AUTO(Ready) *ready = ready_new(1000);
    static Ticket tickets[N_JOB_CLASSES][100];
    static char names[N_JOB_CLASSES][100][37];
    for (int c = 0; c < N_JOB_CLASSES; c++)
        for (int i = 0; i < 100; i++) {
            snprintf(names[c][i], sizeof names[c][i], "%d-%d", c, i);
            tickets[c][i] = ticket_of(names[c][i], (JobClass)c);
            ready_push(ready, &tickets[c][i]);
        }
    int served[N_JOB_CLASSES] = {0};
    for (int i = 0; i < 100; i++)
        served[run_one(ready, 1)->job_class]++;
    ck_assert_int_eq(served[JOB_INTERACTIVE], 60);
    ck_assert_int_eq(served[JOB_INCREMENTAL], 30);
    ck_assert_int_eq(served[JOB_BACKFILL], 10);
}
END_TEST

START_TEST(a_class_alone_gets_every_turn)
{
    AUTO(Ready) *ready = ready_new(1000);
    Ticket tickets[50];
    for (int i = 0; i < 50; i++) {
        tickets[i] = ticket_of("a", JOB_BACKFILL);
        ready_push(ready, &tickets[i]);
    }
    for (int i = 0; i < 50; i++)
        ck_assert_ptr_nonnull(run_one(ready, 0));
}
END_TEST

/* Two chains that always have a next slice: fifty pages a slice against one. Pages, not slices, are what is shared. */
START_TEST(who_uses_large_slices_gets_fewer_turns)
{
    AUTO(Ready) *ready = ready_new(CAP);
    Ticket large = ticket_of("large", JOB_BACKFILL), small = ticket_of("small", JOB_BACKFILL);
    ready_push(ready, &large);
    ready_push(ready, &small);
    int64_t turns_of_large = 0, turns_of_small = 0;
    for (int i = 0; i < 600; i++) {
        Ticket *ticket = ready_take(ready);
        ready_finish(ready, ticket, ticket == &large ? 50 : 1);
        *(ticket == &large ? &turns_of_large : &turns_of_small) += 1;
        ready_push(ready, ticket);
    }
    ck_assert_int_ge(turns_of_large, 90);
    ck_assert_int_le(turns_of_large, 120);
    ck_assert_int_eq(turns_of_large + turns_of_small, 600);
}
END_TEST

START_TEST(a_removed_ticket_is_not_handed_out)
{
    AUTO(Ready) *ready = ready_new(CAP);
    Ticket tickets[3];
    for (int i = 0; i < 3; i++) {
        tickets[i] = ticket_of("a", JOB_BACKFILL);
        ready_push(ready, &tickets[i]);
    }
    ready_remove(ready, &tickets[1]);
    ck_assert_int_eq(ready_waiting(ready, JOB_BACKFILL), 2);
    ck_assert_ptr_eq(run_one(ready, 1), &tickets[0]);
    ck_assert_ptr_eq(run_one(ready, 1), &tickets[2]);
    ck_assert_ptr_null(ready_take(ready));
}
END_TEST

/* Floods of `n` connections in every class, each with a next slice of fifty pages at once; then one job of a newcomer.
 */
static int64_t turns_until_newcomer(int n, JobClass job_class, int warm_up)
{
    AUTO(Ready) *ready = ready_new(CAP);
    static Ticket flood[N_JOB_CLASSES][64];
    static char names[N_JOB_CLASSES][64][37];
    for (int c = 0; c < N_JOB_CLASSES; c++)
        for (int i = 0; i < n; i++) {
            snprintf(names[c][i], sizeof names[c][i], "flood %d-%d", c, i);
            flood[c][i] = ticket_of(names[c][i], (JobClass)c);
            ready_push(ready, &flood[c][i]);
        }
    for (int i = 0; i < warm_up; i++)
        ready_push(ready, run_one(ready, 50));
    Ticket newcomer = ticket_of("newcomer", job_class);
    ready_push(ready, &newcomer);
    for (int64_t turns = 1;; turns++) {
        Ticket *ticket = run_one(ready, 50);
        if (ticket == &newcomer)
            return turns;
        ready_push(ready, ticket);
    }
}

START_TEST(a_flood_delays_anothers_job_by_a_bounded_number_of_turns)
{
    for (int c = 0; c < N_JOB_CLASSES; c++)
        for (int n = 1; n <= 64; n *= 8) {
            int64_t worst = 0, bound = ready_bound((JobClass)c, n);
            for (int warm_up = 0; warm_up < 300; warm_up++) {
                int64_t turns = turns_until_newcomer(n, (JobClass)c, warm_up);
                worst = turns > worst ? turns : worst;
            }
            printf("%-11s against %2d flooding connections: at most %3lld turns, bound %3lld\n",
                   job_class_name((JobClass)c), n, (long long)worst, (long long)bound);
            ck_assert_int_le(worst, bound);
        }
}
END_TEST

SUITE("runtime ready", an_empty_set_has_nobody_to_run, a_connection_runs_no_more_than_its_cap,
      the_cap_holds_over_all_classes, one_interactive_job_runs_beside_as_many_others_as_may, connections_take_turns,
      classes_share_the_turns_by_weight, a_class_alone_gets_every_turn, who_uses_large_slices_gets_fewer_turns,
      a_removed_ticket_is_not_handed_out, a_flood_delays_anothers_job_by_a_bounded_number_of_turns)
