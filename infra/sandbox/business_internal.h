/*
 * How a business is made: each part fills its shelves from the ones before it, in the order of this list.
 */
#pragma once
#include "infra/sandbox/business.h"

enum { DAY = 86400 };

void make_people(Business *business); /* customers, locations            */
void make_goods(Business *business);  /* tax rates, products, prices     */
void make_sales(Business *business);  /* sales with their invoices       */
void make_claims(Business *business); /* refunds, disputes               */
void make_ledger(Business *business); /* transfers, movements, payouts   */

/* When the n-th of `count` things was made: evenly over the history, in order, with knots of equal stamps. */
int64_t stamp_of(const Business *business, int number, int count);
int64_t history_start(const Business *business);
int64_t history_end(const Business *business); /* the last stamp that may be given */

/* Adds lines for the sale and returns the invoice's index; its total is what the sale costs. */
int make_invoice(Business *business, int sale, int customer, int64_t created);

/* Adds the movement of a thing and notes it there. The net of the foreign currency goes into the main one unless it is
 * kept. */
int add_sale_movement(Business *business, int sale, int64_t created);
int add_movement(Business *business, MovementType type, Kind kind, int source, int64_t amount, int64_t created);

int64_t sale_fee(const Sale *sale);
/* Rounds half away from zero. */
int64_t scaled(int64_t amount, int64_t numerator, int64_t denominator);

/* One word of a list, by the stream. */
#define PICK(random, list) ((list)[random_below((random), (int)COUNT_OF(list))])
