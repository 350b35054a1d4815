#include "workers/runtime/quota_uses.h"
#include "tests/support/suite.h"

enum { MINUTE = 60000, DAY = 24 * 60 * MINUTE, NOW = 1000 * MINUTE };

static const QuotaFleet alone = {.n = 1}, third_of_eight = {.n = 8, .rank = 2};

START_TEST(of_sixty_a_minute_fifty_nine_are_used)
{
    ck_assert_int_eq(quota_inside(60, MINUTE), 59);
    ck_assert_int_eq(quota_inside(500, MINUTE), 490);
    ck_assert_int_eq(quota_inside(5000, DAY), 4900);
    ck_assert_int_eq(quota_inside(1, MINUTE), 1);
}
END_TEST

START_TEST(requests_in_flight_are_used_to_the_last)
{
    ck_assert_int_eq(quota_inside(5, 0), 5);
}
END_TEST

START_TEST(a_tenth_of_a_day_is_kept_for_interactive_work_and_nothing_of_a_minute)
{
    ck_assert_int_eq(quota_most(4900, DAY, false), 4410);
    ck_assert_int_eq(quota_most(4900, DAY, true), 4900);
    ck_assert_int_eq(quota_most(59, MINUTE, false), 59);
}
END_TEST

START_TEST(shares_add_up_to_the_limit_exactly)
{
    for (int64_t most = 0; most < 70; most++)
        for (int64_t n = 1; n < 12; n++) {
            int64_t sum = 0;
            for (int64_t rank = 0; rank < n; rank++)
                sum += quota_share(most, (QuotaFleet){n, rank});
            ck_assert_int_eq(sum, most);
        }
}
END_TEST

START_TEST(a_fleet_that_nobody_counted_has_no_share)
{
    ck_assert_int_eq(quota_share(60, (QuotaFleet){0}), 0);
}
END_TEST

/* ---- Uses ---- */

static QuotaUses *minute_of(QuotaTable *table)
{
    return quota_uses(table, "acme", "minute", MINUTE, NOW);
}

START_TEST(uses_leave_the_window_never_too_early)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = minute_of(table);
    for (int i = 0; i < 100; i++)
        quota_uses_add(uses, NOW + 10 * i + 1, 1);
    for (int i = 0; i < 100; i++)
        ck_assert_int_ge(quota_uses_count(uses, NOW + 10 * i), 100 - i);
    ck_assert_int_eq(quota_uses_count(uses, NOW + 1000 + MINUTE / 60), 0);
}
END_TEST

START_TEST(what_was_held_to_the_end_of_its_life_moves_to_its_answer)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = minute_of(table);
    quota_uses_add(uses, NOW + 3 * MINUTE, 2);
    quota_uses_move(uses, NOW + 3 * MINUTE, NOW + MINUTE, 1);
    ck_assert_int_eq(quota_uses_count(uses, NOW), 2);
    ck_assert_int_eq(quota_uses_count(uses, NOW + 2 * MINUTE), 1);
    ck_assert_int_eq(quota_uses_count(uses, NOW + 4 * MINUTE), 0);
}
END_TEST

START_TEST(an_answered_request_is_in_flight_no_more)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = quota_uses(table, "acme", "concurrent", 0, NOW);
    quota_uses_add(uses, NOW + 45000, 1);
    quota_uses_move(uses, NOW + 45000, 0, 1);
    ck_assert_int_eq(quota_uses_count(uses, NOW), 0);
}
END_TEST

START_TEST(limits_and_owners_are_apart)
{
    AUTO(QuotaTable) *table = quota_table_new();
    quota_uses_add(minute_of(table), NOW + MINUTE, 1);
    ck_assert_int_eq(quota_uses_count(quota_uses(table, "acme", "day", DAY, NOW), NOW), 0);
    ck_assert_int_eq(quota_uses_count(quota_uses(table, "bolt", "minute", MINUTE, NOW), NOW), 0);
    ck_assert_int_eq(quota_uses_count(minute_of(table), NOW), 1);
}
END_TEST

/* ---- In doubt ---- */

START_TEST(a_new_ledger_leaves_each_worker_its_share)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = minute_of(table);
    const QuotaDoubt doubt = {.from_ms = NOW, .until_ms = NOW + MINUTE, .credit_ms = MINUTE, .fleet = third_of_eight};
    for (int i = 0; i < 8; i++) { /* 59 = 7 * 8 + 3, so the first three have 8 */
        ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW), 0);
        quota_uses_add(uses, NOW + MINUTE, 1);
    }
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW), MINUTE);
}
END_TEST

START_TEST(after_a_loss_no_more_is_taken_than_was_had)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = minute_of(table);
    const QuotaDoubt doubt = {
        .from_ms = NOW, .until_ms = NOW + MINUTE, .credit_ms = MINUTE, .lost = true, .fleet = third_of_eight};
    quota_uses_add(uses, NOW + 1000, 1);
    quota_uses_add(uses, NOW + 2000, 1);
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW), 1000);
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW + 1000), 0);
    quota_uses_add(uses, NOW + 1000 + MINUTE, 1);
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW + 1000), 1000);
}
END_TEST

START_TEST(who_had_nothing_gets_nothing_for_a_window_then_the_share)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaDoubt doubt = {
        .from_ms = NOW, .until_ms = NOW + MINUTE, .credit_ms = MINUTE, .lost = true, .fleet = third_of_eight};
    ck_assert_int_eq(quota_uses_wait_ms(minute_of(table), &doubt, 59, 1, NOW), -1);
    ck_assert_int_eq(quota_uses_wait_ms(minute_of(table), &doubt, 59, 1, NOW + MINUTE - 1), -1);
    doubt.until_ms = NOW + 2 * MINUTE;
    ck_assert_int_eq(quota_uses_wait_ms(minute_of(table), &doubt, 59, 1, NOW + MINUTE), 0);
}
END_TEST

START_TEST(a_loss_during_a_doubt_takes_nothing_away)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = minute_of(table);
    QuotaDoubt doubt = {
        .from_ms = NOW, .until_ms = NOW + MINUTE, .credit_ms = MINUTE, .lost = true, .fleet = third_of_eight};
    quota_uses_add(uses, NOW + 1000, 1);
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW), 1000);
    doubt.from_ms = NOW + 2000;
    doubt.until_ms = NOW + 2000 + MINUTE;
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW + 2000), 0);
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 8, NOW + MINUTE), 0);
}
END_TEST

START_TEST(who_had_more_than_the_share_waits_until_it_is_less)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = minute_of(table);
    const QuotaDoubt doubt = {
        .from_ms = NOW, .until_ms = NOW + MINUTE, .credit_ms = MINUTE, .lost = true, .fleet = third_of_eight};
    for (int i = 1; i <= 20; i++)
        quota_uses_add(uses, NOW + 1000 * i, 1);
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 59, 1, NOW), 13000); /* seven are left then */
}
END_TEST

START_TEST(a_worker_that_is_alone_knows_all_calls)
{
    AUTO(QuotaTable) *table = quota_table_new();
    const QuotaDoubt doubt = {
        .from_ms = NOW, .until_ms = NOW + MINUTE, .credit_ms = MINUTE, .lost = true, .fleet = alone};
    ck_assert_int_eq(quota_uses_wait_ms(minute_of(table), &doubt, 59, 59, NOW), 0);
    ck_assert_int_eq(quota_uses_wait_ms(minute_of(table), &doubt, 59, 60, NOW), -1);
}
END_TEST

START_TEST(a_waiting_interactive_call_has_the_next_place)
{
    AUTO(QuotaTable) *table = quota_table_new();
    QuotaUses *uses = minute_of(table);
    QuotaDoubt doubt = {.from_ms = NOW, .until_ms = NOW + MINUTE, .fleet = alone, .interactive = true};
    quota_uses_add(uses, NOW + 1000, 1);
    quota_uses_add(uses, NOW + 9000, 1);
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 2, 1, NOW), 1000);
    doubt.interactive = false;
    ck_assert_int_gt(quota_uses_wait_ms(uses, &doubt, 2, 1, NOW + 1000), 0);
    doubt.interactive = true;
    ck_assert_int_eq(quota_uses_wait_ms(uses, &doubt, 2, 1, NOW + 1000), 0);
}
END_TEST

SUITE("runtime quota uses", of_sixty_a_minute_fifty_nine_are_used, requests_in_flight_are_used_to_the_last,
      a_tenth_of_a_day_is_kept_for_interactive_work_and_nothing_of_a_minute, shares_add_up_to_the_limit_exactly,
      a_fleet_that_nobody_counted_has_no_share, uses_leave_the_window_never_too_early,
      what_was_held_to_the_end_of_its_life_moves_to_its_answer, an_answered_request_is_in_flight_no_more,
      limits_and_owners_are_apart, a_new_ledger_leaves_each_worker_its_share,
      after_a_loss_no_more_is_taken_than_was_had, who_had_nothing_gets_nothing_for_a_window_then_the_share,
      who_had_more_than_the_share_waits_until_it_is_less, a_worker_that_is_alone_knows_all_calls,
      a_loss_during_a_doubt_takes_nothing_away, a_waiting_interactive_call_has_the_next_place)
