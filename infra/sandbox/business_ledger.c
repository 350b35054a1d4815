/* The processor's ledger: every thing that moves money, in order of time, and a payout of what is there every week. */
#include "infra/sandbox/business_internal.h"
#include <stdlib.h>

/* The cushion is never paid out. */
enum { DISPUTE_FEE = 1500, RESERVE = 5000, CUSHION = 10000, PAYOUT_EVERY = 7 * DAY, SETTLING = 7 * DAY };

/* The sale whose currency a movement was first in. */
static const Sale *sale_behind(const Business *business, Kind kind, int source)
{
    switch (kind) {
    case KIND_SALE:
        return sale_at(business, source);
    case KIND_REFUND:
        return sale_at(business, refund_at(business, source)->sale);
    case KIND_DISPUTE:
        return sale_at(business, dispute_at(business, source)->sale);
    default:
        return NULL;
    }
}

/* Into the main currency, unless the business keeps a balance in the sale's own. */
static void settle(const Business *business, const Sale *sale, Movement *movement)
{
    static const int64_t tens[] = {1, 10, 100, 1000};
    movement->currency = sale ? sale->currency : business->main;
    if (movement->currency == business->main || business->foreign_kept)
        return;
    const Currency *from = sale->currency, *to = business->main;
    movement->rate_micros = scaled(from->euro_micros, 1000000, to->euro_micros);
    int64_t numerator = movement->rate_micros * tens[to->digits], denominator = tens[from->digits] * 1000000;
    movement->amount = scaled(movement->amount, numerator, denominator);
    movement->fee = scaled(movement->fee, numerator, denominator);
    movement->currency = to;
}

static void note(Business *business, int index)
{
    const Movement *movement = movement_at(business, index);
    int source = movement->source;
    switch (movement->type) {
    case MOVE_SALE:
        sale_at(business, source)->movement = index;
        break;
    case MOVE_REFUND:
        refund_at(business, source)->movement = index;
        break;
    case MOVE_REFUND_FAILED:
        refund_at(business, source)->failure = index;
        break;
    case MOVE_DISPUTE:
        dispute_at(business, source)->withdrawal = index;
        break;
    case MOVE_DISPUTE_WON:
        dispute_at(business, source)->reinstatement = index;
        break;
    case MOVE_PAYOUT:
        payout_at(business, source)->movement = index;
        break;
    case MOVE_PAYOUT_FAILED:
    case MOVE_PAYOUT_CANCELLED:
        payout_at(business, source)->reversal = index;
        break;
    case MOVE_TRANSFER:
        transfer_at(business, source)->movement = index;
        break;
    default:
        break;
    }
}

static Movement movement_of(const Business *business, MovementType type, Kind kind, int source, int64_t amount,
                            int64_t created)
{
    const Sale *sale = sale_behind(business, kind, source);
    Movement movement = {
        .item.created = created,
        .type = type,
        .amount = amount,
        .fee = type == MOVE_SALE      ? sale_fee(sale)
               : type == MOVE_DISPUTE ? DISPUTE_FEE
                                      : 0,
        .source_kind = kind,
        .source = source,
        .available_on = created - created % DAY + (type == MOVE_SALE ? SETTLING : 0),
    };
    settle(business, sale, &movement);
    return movement;
}

int add_movement(Business *business, MovementType type, Kind kind, int source, int64_t amount, int64_t created)
{
    Movement movement = movement_of(business, type, kind, source, amount, created);
    *(Movement *)shelf_add(&business->shelves[KIND_MOVEMENT]) = movement;
    int index = n_of(business, KIND_MOVEMENT) - 1;
    note(business, index);
    return index;
}

static void move_sales(Business *business)
{
    for (int i = 0; i < n_of(business, KIND_SALE); i++) {
        const Sale *sale = sale_at(business, i);
        if (sale->state == SALE_PAID)
            add_movement(business, MOVE_SALE, KIND_SALE, i, sale->amount, sale->item.created);
    }
}

static void move_claims(Business *business)
{
    for (int i = 0; i < n_of(business, KIND_REFUND); i++) {
        Refund refund = *refund_at(business, i);
        if (refund.state == REFUND_PENDING || refund.state == REFUND_NEEDS_ACTION || refund.state == REFUND_CANCELLED)
            continue;
        add_movement(business, MOVE_REFUND, KIND_REFUND, i, -refund.amount, refund.item.created);
        if (refund.state == REFUND_FAILED)
            add_movement(business, MOVE_REFUND_FAILED, KIND_REFUND, i, refund.amount, refund.item.created);
    }
    for (int i = 0; i < n_of(business, KIND_DISPUTE); i++) {
        Dispute dispute = *dispute_at(business, i);
        if (dispute.state < DISPUTE_OPEN || dispute.state == DISPUTE_PREVENTED)
            continue; /* an inquiry takes no money */
        add_movement(business, MOVE_DISPUTE, KIND_DISPUTE, i, -dispute.amount, dispute.item.created);
        if (dispute.state == DISPUTE_WON)
            add_movement(business, MOVE_DISPUTE_WON, KIND_DISPUTE, i, dispute.amount, dispute.item.created);
    }
}

/* Fees, transfers and the words that a mapping does not expect, monthly. */
static void move_the_rest(Business *business)
{
    int64_t month = (int64_t)30 * DAY;
    int number = 0;
    for (int64_t at = history_start(business) + month; at <= history_end(business); at += month, number++) {
        add_movement(business, MOVE_PROCESSOR_FEE, KIND_NONE, -1, -299 - number, at);
        if (number % 3 == 0)
            add_movement(business, MOVE_PLATFORM_FEE, KIND_FEE, number, 450, at + 10);
        if (number % 6 == 0)
            add_movement(business, MOVE_PLATFORM_FEE_BACK, KIND_FEE, number, -150, at + 20);
        if (number % 5 == 2)
            add_movement(business, MOVE_TOPUP, KIND_TOPUP, number, 20000, at + 30);
        if (number % 4 == 1) {
            Transfer *transfer = shelf_add(&business->shelves[KIND_TRANSFER]);
            *transfer = (Transfer){.item.created = at + 40, .amount = 1100 + 100 * number, .movement = -1};
            int index = n_of(business, KIND_TRANSFER) - 1;
            add_movement(business, MOVE_TRANSFER, KIND_TRANSFER, index, -transfer->amount, at + 40);
        }
    }
    if (business->seed % 3 == 0)
        add_movement(business, MOVE_RESERVE, KIND_NONE, -1, -RESERVE, history_end(business) - month);
}

static int by_time(const void *a, const void *b)
{
    const Movement *left = a, *right = b;
    if (left->item.created != right->item.created)
        return left->item.created < right->item.created ? -1 : 1;
    if (left->type != right->type)
        return (int)left->type - (int)right->type;
    return left->source - right->source;
}

static void sort_movements(Business *business)
{
    Shelf *shelf = &business->shelves[KIND_MOVEMENT];
    qsort(shelf->items, (size_t)shelf->count, shelf->size, by_time);
}

static void pay_out(Business *business, int64_t amount, int64_t at)
{
    int index = n_of(business, KIND_PAYOUT);
    Payout *payout = shelf_add(&business->shelves[KIND_PAYOUT]);
    *payout = (Payout){
        .item.created = at,
        .amount = amount,
        .arrival = at - at % DAY + 2 * DAY,
        .movement = -1,
        .reversal = -1,
        .state = index % 9 == 4    ? PAYOUT_FAILED
                 : index % 13 == 7 ? PAYOUT_CANCELLED
                                   : PAYOUT_PAID,
    };
    if (at + (int64_t)4 * DAY > history_end(business))
        payout->state = PAYOUT_ON_ITS_WAY;
    PayoutState state = payout->state;
    add_movement(business, MOVE_PAYOUT, KIND_PAYOUT, index, -amount, at);
    if (state == PAYOUT_PAID || state == PAYOUT_ON_ITS_WAY)
        return;
    MovementType back = state == PAYOUT_FAILED ? MOVE_PAYOUT_FAILED : MOVE_PAYOUT_CANCELLED;
    add_movement(business, back, KIND_PAYOUT, index, amount, at + (int64_t)3 * DAY);
}

/* What the main balance has to give at `at`. */
static int64_t available_at(const Business *business, int64_t at)
{
    int64_t held = 0;
    for (int i = 0; i < n_of(business, KIND_MOVEMENT); i++) {
        const Movement *movement = movement_at(business, i);
        if (movement->currency == business->main && movement->item.created < at && movement->available_on <= at)
            held += movement->amount - movement->fee;
    }
    return held;
}

static void move_payouts(Business *business)
{
    for (int64_t at = history_start(business) + PAYOUT_EVERY; at <= history_end(business); at += PAYOUT_EVERY) {
        int64_t held = available_at(business, at);
        if (held > CUSHION)
            pay_out(business, held - CUSHION, at);
    }
}

void make_ledger(Business *business)
{
    move_sales(business);
    move_claims(business);
    move_the_rest(business);
    sort_movements(business);
    move_payouts(business);
    sort_movements(business);
    for (int i = 0; i < n_of(business, KIND_MOVEMENT); i++)
        note(business, i);
}

static Balance *balance_in(Balance *balances, int *n, const Currency *currency)
{
    for (int i = 0; i < *n; i++)
        if (balances[i].currency == currency)
            return &balances[i];
    balances[*n] = (Balance){.currency = currency};
    return &balances[(*n)++];
}

int business_balances(const Business *business, Balance balances[BALANCES])
{
    int n = 0;
    for (int i = 0; i < n_of(business, KIND_MOVEMENT); i++) {
        const Movement *movement = movement_at(business, i);
        Balance *balance = balance_in(balances, &n, movement->currency);
        bool pending = movement->available_on > business->today;
        *(pending ? &balance->pending : &balance->available) += movement->amount - movement->fee;
        *(pending ? &balance->has_pending : &balance->has_available) = true;
        if (movement->type == MOVE_RESERVE) {
            balance->reserved -= movement->amount;
            balance->has_reserved = true;
        }
    }
    return n;
}
