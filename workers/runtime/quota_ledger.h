/*
 * Quota ledger: the fleet's count of calls, in Redis, moved by one script (quota.lua). What is asked of it and what it
 * answers; who decides is quota.c.
 */
#pragma once
#include "lib/redis.h"
#include <stddef.h>
#include <stdint.h>

enum { QUOTA_KEY_SIZE = 400, QUOTA_LIMITS = 8, QUOTA_AWAY = -1 };

extern const char quota_script[];

/* Whose limits: an app of a source (its client id; "": it has none), and a tenant in it. Borrowed. */
typedef struct QuotaOwner {
    const char *environment, *source, *app, *tenant;
} QuotaOwner;

/* One limit, as one call meets it. */
typedef struct QuotaMeet {
    const char *name;
    bool of_app;
    int64_t most;   /* that this caller may take it to */
    int64_t inside; /* that anybody may take it to */
    int64_t window_ms, cost;
    bool
        told; /* each answer says what is left, and the window is long: a lost ledger is set right by the next answer */
    /* What an answer of the vendor says of it, for ledger_give(). */
    int64_t seen;    /* so many requests were counted; -1: not told */
    int64_t shut_ms; /* it takes no more for so long; 0: not told */
    /* What the ledger says of it. */
    int64_t used, frees_ms; /* TAKEN: how many count now, and when the first of them ceases to */
    int64_t whole_in_ms;    /* UNSURE: until the ledger has seen every call that counts; 0: it has */
    bool lost;              /* UNSURE: there were calls before */
} QuotaMeet;

typedef enum LedgerAnswer {
    LEDGER_TAKEN,
    LEDGER_WAIT,   /* wait_ms, for the limit `blocking` */
    LEDGER_UNSURE, /* the ledger does not know all calls: nothing was taken. Ask with `sure` when the own share allows
                      it */
    LEDGER_FAILED, /* Redis did not answer; what was asked may have been done */
} LedgerAnswer;

typedef struct LedgerAsk {
    const QuotaOwner *owner;
    const char *id; /* who waits: the same at every try, and after a restart */
    bool interactive, sure;
    int64_t life_ms;  /* longer than the longest call */
    int64_t ahead_ms; /* added to the ledger's clock, by tests */
    int64_t known_ms; /* the ledger's birth, as seen last: 0 never, QUOTA_AWAY: calls were made that are not in it */
    QuotaMeet *meets;
    size_t n_meets;
    /* Answers */
    int64_t taken_ms; /* TAKEN: the ledger's clock, for ledger_give() */
    int64_t born_ms, wait_ms;
    size_t blocking;
} LedgerAsk;

LedgerAnswer ledger_take(Redis *redis, LedgerAsk *ask, Error *err) MUST_CHECK;

/* The call is over. taken_ms 0: no place is given back, only the vendor's word is noted. `stays`: the vendor may still
 * work on it. */
bool ledger_give(Redis *redis, const LedgerAsk *ask, int64_t took_ms, bool stays, Error *err) MUST_CHECK;

/* ---- For people ---- */

/* Pattern of the registries' keys of a source (NULL: of all). */
void ledger_pattern(char out[QUOTA_KEY_SIZE], const char *environment, const char *source);
/* {waiting, (name, most, used, ms until a full limit has a place) each}, of one ledger of a registry. */
redisReply *ledger_look(Redis *redis, const char *registry, const char *ledger, Error *err) MUST_CHECK;
