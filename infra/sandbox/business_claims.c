/* What goes wrong after a sale: refunds and disputes. */
#include "infra/sandbox/business_internal.h"
#include <stdlib.h>

typedef struct Claim {
    int sale, number; /* the place among this sale's claims */
    int64_t created, amount;
    int state, reason;
} Claim;

typedef struct Claims {
    Claim *items;
    int count, capacity;
} Claims;

static void claim(Claims *claims, Claim item)
{
    if (claims->count == claims->capacity) {
        claims->capacity = claims->capacity ? 2 * claims->capacity : 64;
        claims->items = realloc(claims->items, (size_t)claims->capacity * sizeof(Claim));
        if (!claims->items)
            abort();
    }
    claims->items[claims->count++] = item;
}

static int by_time(const void *a, const void *b)
{
    const Claim *left = a, *right = b;
    if (left->created != right->created)
        return left->created < right->created ? -1 : 1;
    return left->sale != right->sale ? left->sale - right->sale : left->number - right->number;
}

static void sort_claims(Claims *claims)
{
    if (claims->count > 0)
        qsort(claims->items, (size_t)claims->count, sizeof(Claim), by_time);
}

static int64_t later(const Business *business, Random *random, int64_t created, int max_days)
{
    int64_t then = created + 3600 + (int64_t)(random_next(random) % (uint64_t)(max_days * (int64_t)DAY));
    int64_t end = history_end(business);
    return then > end ? end : then;
}

/* Every thirteenth of the first hundred or so is disputed, one for each state; afterwards one in a hundred. */
static int dispute_state_of(Random *random, int sale)
{
    if (sale % 13 != 10)
        return -1;
    if (sale / 13 < DISPUTE_STATES)
        return sale / 13;
    return random_percent(random, 13) ? random_below(random, DISPUTE_STATES) : -1;
}

static void refund_sale(const Business *business, Random *random, int sale, Claims *claims)
{
    const Sale *of = sale_at(business, sale);
    int n = sale == 21 ? 12 : random_percent(random, 12) ? 1 + random_below(random, 2) : 0;
    int64_t left = of->amount;
    for (int i = 0; i < n && left > 0; i++) {
        bool whole = n == 1 && random_percent(random, 50);
        int64_t amount = whole ? left : scaled(of->amount, 1, n + 2);
        claim(claims,
              (Claim){
                  .sale = sale,
                  .number = i,
                  .created = later(business, random, of->item.created, 40),
                  .amount = amount > 0 ? amount : left,
                  .state = random_percent(random, 80) ? REFUND_PAID : 1 + random_below(random, REFUND_CANCELLED),
                  .reason = random_below(random, 4),
              });
        left -= amount;
    }
}

static void place_refund(Business *business, const Claim *item)
{
    Refund *refund = shelf_add(&business->shelves[KIND_REFUND]);
    *refund = (Refund){
        .item.created = item->created,
        .sale = item->sale,
        .movement = -1,
        .failure = -1,
        .amount = item->amount,
        .state = (RefundState)item->state,
        .reason = item->reason,
    };
    if (refund->state != REFUND_FAILED && refund->state != REFUND_CANCELLED)
        sale_at(business, item->sale)->refunded += refund->amount;
}

static void place_dispute(Business *business, const Claim *item)
{
    bool open = item->state == DISPUTE_OPEN || item->state == DISPUTE_INQUIRY_OPEN;
    sale_at(business, item->sale)->dispute = n_of(business, KIND_DISPUTE);
    Dispute *dispute = shelf_add(&business->shelves[KIND_DISPUTE]);
    *dispute = (Dispute){
        .item.created = item->created,
        .sale = item->sale,
        .withdrawal = -1,
        .reinstatement = -1,
        .amount = item->amount,
        .due_by = open || item->sale % 2 == 0 ? item->created + (int64_t)21 * DAY : 0,
        .state = (DisputeState)item->state,
        .reason = item->reason,
    };
}

void make_claims(Business *business)
{
    Claims refunds = {0}, disputes = {0};
    for (int i = 0; i < n_of(business, KIND_SALE); i++) {
        Random random = random_of(business->seed, KIND_REFUND, i);
        const Sale *sale = sale_at(business, i);
        if (sale->state != SALE_PAID || sale->amount <= 0)
            continue;
        int state = dispute_state_of(&random, i);
        if (state >= 0)
            claim(&disputes, (Claim){.sale = i,
                                     .created = later(business, &random, sale->item.created, 60),
                                     .amount = sale->amount,
                                     .state = state,
                                     .reason = random_below(&random, 8)});
        else
            refund_sale(business, &random, i, &refunds);
    }
    sort_claims(&refunds);
    sort_claims(&disputes);
    for (int i = 0; i < refunds.count; i++)
        place_refund(business, &refunds.items[i]);
    for (int i = 0; i < disputes.count; i++)
        place_dispute(business, &disputes.items[i]);
    free(refunds.items);
    free(disputes.items);
}
