/*
 * Account: one business at one vendor, with what the vendor keeps about it: events, limits, permissions, and what the
 * sandbox counts and breaks. World: all accounts, made on demand from a name.
 */
#pragma once
#include "infra/sandbox/fault.h"
#include "infra/sandbox/key.h"
#include "infra/sandbox/limit.h"
#include "lib/httpd.h"
#include <pthread.h>

typedef struct StripeEvent {
    Item item;
    const char *type;      /* static */
    char *object, *before; /* JSON texts; before NULL: none */
} StripeEvent;

enum { COUNTED_PATHS = 48, ACCOUNT_DENIED = 24, STATUSES = 600 };

typedef struct Counters {
    int64_t requests, over_limit, without_version, dead_key;
    int64_t by_status[STATUSES];
    struct CountedPath {
        const char *path; /* static: the operation */
        int64_t requests;
    } paths[COUNTED_PATHS];
    int n_paths;
} Counters;

/* Counts a request; `operation` is kept. */
void counters_request(Counters *counters, const char *operation);
void counters_status(Counters *counters, int status);

typedef struct Account {
    pthread_mutex_t lock; /* of all below; requests of one account take turns */
    char *name;
    char id[64];
    Business *business;
    struct Books *books; /* made on first use: account_books() */
    const char *version; /* the vendor's API version of events and of calls that name none */
    bool live;
    struct Account *platform; /* acts for this one; NULL: none; atomic, because calls read it before the lock */
    Shelf events;
    Limit limit;
    Faults faults;
    Counters counters;
    char denied[ACCOUNT_DENIED][PERMISSION_SIZE];
    int n_denied;
    struct XeroLedger *xero; /* xero_ledger.c: made on first use */
    struct World *world;
    struct Account *next;
} Account;

typedef struct DeadKey {
    char *key;
    bool expired; /* rolled, and its grace period is over */
    struct DeadKey *next;
} DeadKey;

enum { WORLD_BUCKETS = 1024 };

typedef struct World {
    pthread_mutex_t lock; /* of the lists below */
    Account *buckets[WORLD_BUCKETS];
    Account *retired; /* by a reset; a request may still be at work in them */
    DeadKey *dead;
    Faults faults;                 /* of every account */
    LimitRates rates, first_rates; /* of new accounts; first_rates: after a reset */
    int64_t unknown_key;           /* calls */
    int64_t today, clock_offset;
    struct Gate *gate, *retired_gates; /* gate.c: made on first use */
} World;

World *world_new(int64_t today, LimitRates rates);
void world_free(World *world);
DEFINE_AUTO(World, world_free)

/* Forgets all but `today`. */
void world_reset(World *world);

/* Seconds since 1970, as the sandbox's vendors see it. */
int64_t world_now(const World *world);
/* Says so in the head of an answer: readers go by it. */
void world_date(const World *world, Request *request, Response *response);

/* The account of that name, made with `size` when it is new (NULL: not made, NULL when missing). Lives as long as the
 * world. */
Account *world_account(World *world, const char *name, const BusinessSize *size);
Account *world_account_by_id(World *world, const char *id); /* "acct_…"; NULL when there is none */
/* What the account's business has in its books, for vendors of accounting. The account's lock is held. */
struct Books *account_books(Account *account);
/* Calls for each account; the order is no order. */
void world_each(World *world, void (*visit)(void *context, Account *account), void *context);

/* For the accounts that are there and those to come, until the reset. */
void world_set_rates(World *world, LimitRates rates);

void world_kill_key(World *world, const char *key, bool expired);
/* Calls with keys that are none of the sandbox's. */
int64_t world_unknown_keys(const World *world);
bool world_key_is_dead(World *world, const char *key, bool *expired);
