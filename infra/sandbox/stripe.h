/*
 * Stripe: a business as Stripe's API shows it, by sources of Stripe's own: lists newest first, cursors, filters,
 * expand[], versions, limits, errors. One handler serves GET below the base path; everything else is refused as the
 * vendor refuses it.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "lib/httpd.h"

#define STRIPE_BASE    "/stripe"
#define STRIPE_VERSION "2025-02-24.acacia"

/* The handler of STRIPE_BASE "/v1/{path*}"; the server's context is the World. */
void stripe_serve(Request *request, Response *response);

/* Adds an event about the object as it is now. `before`: the JSON object of previous attributes, or NULL. */
void stripe_event(Account *account, const char *type, Kind kind, int index, const char *before);

/* Changes by command: what the control endpoint can do to an account. */
typedef struct Touched {
    const char *data_type; /* static */
    char id[80];
} Touched;
enum { TOUCHED = 8 };

/*
 * Types: customers, products, prices, charges (a refund, or a note where nothing is left to refund), refunds and
 * chargebacks (of a charge), disputes, tax_rates. `index` is of the kind that stripe_kind() names; -1 takes the first
 * that can, from *place on, and moves *place behind it. Events are added. The result is the number of canonical records
 * that a reader must now see differently, or 0 when nothing could be done.
 */
int stripe_change(Account *account, const char *type, int index, int *place, Touched touched[TOUCHED]);
int stripe_create(Account *account, const char *type, int index, int *place, Touched touched[TOUCHED]);
int stripe_delete(Account *account, const char *type, int index, int *place, Touched touched[TOUCHED]);
Kind stripe_kind(const char *type); /* KIND_NONE: no such type */

/* The ground truth: every record that a perfect reader of this account has, in canonical JSON. */
void stripe_truth(const Account *account, Text *out);
