/*
 * What happens to a business after its start. Each call changes one thing, differently each time, and stamps what is
 * new with `now` (or the newest stamp of the shelf, when a clock went back). False and -1: this object cannot change
 * that way.
 */
#pragma once
#include "infra/sandbox/business.h"

bool change_customer(Business *business, int customer);
bool change_product(Business *business, int product, int64_t now);
bool change_price(Business *business, int price); /* its product is not stamped, as with vendors */
bool change_tax_rate(Business *business, int rate);
bool remark_sale(Business *business, int sale);                     /* a note in its tags */
bool advance_dispute(Business *business, int dispute, int64_t now); /* open → under review → won or lost */
bool can_refund(const Business *business, int sale);
int refund_part(Business *business, int sale, int64_t now); /* the refund; with its movement */

int create_customer(Business *business, int64_t now);
int create_product(Business *business, int64_t now); /* with one price, the newest */
int create_sale(Business *business, int64_t now);    /* paid by card; with its movement */
int create_dispute(Business *business, int sale, int64_t now);

bool delete_customer(Business *business, int customer);
bool delete_product(Business *business, int product); /* and its prices */
