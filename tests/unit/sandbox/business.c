#include "infra/sandbox/business.h"
#include "infra/sandbox/business_change.h"
#include "infra/sandbox/key.h"
#include "infra/sandbox/limit.h"
#include "infra/sandbox/stripe_names.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

#define TODAY 1782864000 /* 2026-07-01 */

static const char *const names[] = {"acme", "bob", "carol", "dave", "erin", "frank", "gina", "hal"};

static int64_t moved(const Business *business, const Currency *currency)
{
    int64_t sum = 0;
    for (int i = 0; i < n_of(business, KIND_MOVEMENT); i++) {
        const Movement *movement = movement_at(business, i);
        if (movement->currency == currency)
            sum += movement->amount - movement->fee;
    }
    return sum;
}

static void check_balances(const Business *business)
{
    Balance balances[BALANCES];
    int n = business_balances(business, balances);
    ck_assert_int_ge(n, 1);
    for (int i = 0; i < n; i++)
        ck_assert_int_eq(balances[i].available + balances[i].pending, moved(business, balances[i].currency));
}

START_TEST(the_processors_balance_is_the_sum_of_its_movements)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AUTO(Business) *business = business_new(names[i], business_small(), TODAY);
        check_balances(business);
        for (int sale = 0; sale < 40; sale++)
            refund_part(business, sale, TODAY + sale);
        create_sale(business, TODAY + 50);
        check_balances(business);
    }
}
END_TEST

START_TEST(every_sale_that_was_paid_moved_money_once)
{
    AUTO(Business) *business = business_new("acme", business_small(), TODAY);
    int n_paid = 0, n_moves = 0;
    for (int i = 0; i < n_of(business, KIND_SALE); i++) {
        const Sale *sale = sale_at(business, i);
        ck_assert_int_eq(sale->movement >= 0, sale->state == SALE_PAID);
        n_paid += sale->state == SALE_PAID;
    }
    for (int i = 0; i < n_of(business, KIND_MOVEMENT); i++) {
        const Movement *movement = movement_at(business, i);
        if (movement->type != MOVE_SALE)
            continue;
        n_moves++;
        ck_assert_int_eq(sale_at(business, movement->source)->movement, i);
    }
    ck_assert_int_gt(n_paid, 100);
    ck_assert_int_eq(n_paid, n_moves);
}
END_TEST

START_TEST(refunds_of_a_sale_add_up_to_what_it_gave_back)
{
    AUTO(Business) *business = business_new("dave", (BusinessSize){.sales = 2000}, TODAY);
    for (int i = 0; i < n_of(business, KIND_SALE); i++) {
        int64_t sum = 0;
        for (int j = 0; j < n_of(business, KIND_REFUND); j++) {
            const Refund *refund = refund_at(business, j);
            if (refund->sale == i && refund->state != REFUND_FAILED && refund->state != REFUND_CANCELLED)
                sum += refund->amount;
        }
        ck_assert_int_eq(sale_at(business, i)->refunded, sum);
        ck_assert_int_le(sum, sale_at(business, i)->amount);
    }
}
END_TEST

START_TEST(an_invoice_is_the_sum_of_its_lines_and_the_price_of_its_sale)
{
    AUTO(Business) *business = business_new("acme", business_small(), TODAY);
    ck_assert_int_gt(n_of(business, KIND_INVOICE), 20);
    for (int i = 0; i < n_of(business, KIND_INVOICE); i++) {
        const Invoice *invoice = invoice_at(business, i);
        int64_t subtotal = 0, discount = 0;
        for (int j = 0; j < invoice->n_lines; j++) {
            const Line *line = &business->lines[invoice->first_line + j];
            subtotal += line->amount;
            for (int k = 0; k < line->n_discounts; k++)
                discount += line->discounts[k].amount;
        }
        ck_assert_int_eq(invoice->subtotal, subtotal);
        ck_assert_int_eq(invoice->total, subtotal - discount + invoice->exclusive_tax);
        ck_assert_int_eq(sale_at(business, invoice->sale)->amount, invoice->total);
        ck_assert_int_gt(invoice->total, 0);
    }
}
END_TEST

START_TEST(shelves_are_in_order_of_time_and_end_a_day_before_today)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AUTO(Business) *business = business_new(names[i], business_small(), TODAY);
        for (int kind = 0; kind < KIND_COUNT; kind++) {
            int64_t before = TODAY - (int64_t)600 * 86400;
            for (int j = 0; j < n_of(business, kind); j++) {
                ck_assert_int_ge(item_at(business, kind, j)->created, before);
                before = item_at(business, kind, j)->created;
            }
            ck_assert_int_lt(before, TODAY - 86400);
        }
    }
}
END_TEST

START_TEST(the_same_name_makes_the_same_business_and_another_name_another)
{
    AUTO(Business) *one = business_new("acme", business_small(), TODAY);
    AUTO(Business) *same = business_new("acme", business_small(), TODAY + 7200);
    AUTO(Business) *other = business_new("acme2", business_small(), TODAY);
    int n_alike = 0;
    for (int i = 0; i < n_of(one, KIND_SALE); i++) {
        ck_assert_int_eq(sale_at(one, i)->amount, sale_at(same, i)->amount);
        ck_assert_int_eq(sale_at(one, i)->item.created, sale_at(same, i)->item.created);
        n_alike += sale_at(one, i)->amount == sale_at(other, i)->amount;
    }
    ck_assert_int_lt(n_alike, 20);
}
END_TEST

START_TEST(what_is_awkward_is_in_every_small_business)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AUTO(Business) *business = business_new(names[i], business_small(), TODAY);
        unsigned states = 0, sale_states = 0;
        int n_ties = 0, n_refunds = 0, most_lines = 0, n_fractions = 0;
        for (int j = 0; j < n_of(business, KIND_DISPUTE); j++)
            states |= 1u << dispute_at(business, j)->state;
        for (int j = 0; j < n_of(business, KIND_SALE); j++)
            sale_states |= 1u << sale_at(business, j)->state;
        for (int j = 1; j < n_of(business, KIND_SALE); j++)
            n_ties += sale_at(business, j)->item.created == sale_at(business, j - 1)->item.created;
        for (int j = 0; j < n_of(business, KIND_REFUND); j++)
            n_refunds += refund_at(business, j)->sale == 21;
        for (int j = 0; j < n_of(business, KIND_INVOICE); j++)
            most_lines = invoice_at(business, j)->n_lines > most_lines ? invoice_at(business, j)->n_lines : most_lines;
        for (int j = 0; j < n_of(business, KIND_PRICE); j++)
            n_fractions += price_at(business, j)->amount && strchr(price_at(business, j)->amount, '.');
        ck_assert_uint_eq(states, (1u << DISPUTE_STATES) - 1);
        ck_assert_uint_eq(sale_states, (1u << SALE_STATES) - 1);
        ck_assert_int_ge(n_ties, 15);
        ck_assert_int_eq(n_refunds, 12);
        ck_assert_int_ge(most_lines, 11);
        ck_assert_int_gt(n_fractions, 0);
    }
}
END_TEST

START_TEST(every_id_leads_back_to_its_object)
{
    AUTO(Business) *business = business_new("acme", business_large(), TODAY);
    char id[STRIPE_ID_SIZE];
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (int i = 0; i < n_of(business, kind); i++)
            ck_assert_int_eq(stripe_find(business, kind, stripe_id(id, business, kind, i)), i);
    ck_assert_int_eq(stripe_find(business, KIND_CUSTOMER, "cus_"), -1);
    ck_assert_int_eq(stripe_find(business, KIND_CUSTOMER, ""), -1);
    ck_assert_int_eq(stripe_find(business, KIND_SALE, stripe_id(id, business, KIND_REFUND, 0)), -1);
}
END_TEST

START_TEST(a_dispute_that_is_won_gives_the_money_back)
{
    AUTO(Business) *business = business_new("acme", business_small(), TODAY);
    int won = 0;
    for (int i = 0; i < 12; i++) {
        int dispute = create_dispute(business, 30 + i, TODAY);
        if (dispute < 0)
            continue;
        ck_assert(advance_dispute(business, dispute, TODAY));
        ck_assert(advance_dispute(business, dispute, TODAY));
        ck_assert(!advance_dispute(business, dispute, TODAY));
        const Dispute *after = dispute_at(business, dispute);
        ck_assert_int_eq(after->reinstatement >= 0, after->state == DISPUTE_WON);
        won += after->state == DISPUTE_WON;
    }
    ck_assert_int_gt(won, 0);
    check_balances(business);
}
END_TEST

START_TEST(a_key_says_name_mode_size_and_what_it_may_not)
{
    Key key;
    ck_assert(key_parse("rk_live_sandbox_my-shop_2__pages40__no_disputes__no_tax_rates", &key));
    ck_assert_str_eq(key.name, "my-shop_2");
    ck_assert(key.live && key.restricted);
    ck_assert_int_eq(key.size.sales, 4000);
    ck_assert_int_eq(key.n_denied, 2);
    ck_assert_str_eq(key.denied[1], "tax_rates");
    ck_assert(!key_parse("sk_test_sandbox_acme__no_disputes", &key)); /* a secret key may do everything */
    ck_assert(!key_parse("sk_test_sandbox_acme__pages0", &key));
    ck_assert(!key_parse("sk_test_sandbox_acme__whatever", &key));
    ck_assert(!key_parse("sk_test_sandbox_", &key));
    ck_assert(!key_parse("sk_test_sandbox_a/b", &key));
    ck_assert(!key_parse("sk_test_4eC39HqLyjWDarjtT1zdp7dc", &key));
}
END_TEST

START_TEST(a_bucket_holds_one_second_and_fills_again)
{
    Limit limit = {.rates = limit_documented};
    int passed = 0;
    while (!limit_take(&limit, true, 1, 1000))
        passed++;
    ck_assert_int_eq(passed, 25); /* of one operation */
    ck_assert_str_eq(limit_take(&limit, true, 1, 1000), "endpoint-rate");
    for (int operation = 2; operation < 5; operation++)
        for (int i = 0; i < 25; i++)
            ck_assert_ptr_null(limit_take(&limit, true, operation, 1000));
    ck_assert_str_eq(limit_take(&limit, true, 6, 1000), "global-rate");
    ck_assert_ptr_null(limit_take(&limit, true, 1, 1040));
    ck_assert_str_eq(limit_take(&limit, true, 1, 1040), "endpoint-rate");
}
END_TEST

SUITE("sandbox business", the_processors_balance_is_the_sum_of_its_movements, every_sale_that_was_paid_moved_money_once,
      refunds_of_a_sale_add_up_to_what_it_gave_back, an_invoice_is_the_sum_of_its_lines_and_the_price_of_its_sale,
      shelves_are_in_order_of_time_and_end_a_day_before_today,
      the_same_name_makes_the_same_business_and_another_name_another, what_is_awkward_is_in_every_small_business,
      every_id_leads_back_to_its_object, a_dispute_that_is_won_gives_the_money_back,
      a_key_says_name_mode_size_and_what_it_may_not, a_bucket_holds_one_second_and_fills_again)
