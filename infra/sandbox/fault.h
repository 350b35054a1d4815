/*
 * Fault: what goes wrong on command. A list belongs to an account, one more to all of them; a fault strikes requests
 * whose path (after the vendor's base, "/v1/charges") starts with its own, a number of times or until the list is
 * cleared.
 */
#pragma once
#include "lib/error.h"
#include "lib/json.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum FaultKind {
    FAULT_STATUS,       /* this status and body, at once                         */
    FAULT_RATE_LIMIT,   /* 429 with the vendor's header                          */
    FAULT_LOCK_TIMEOUT, /* 429 without it                                        */
    FAULT_TRUNCATE,     /* half of the JSON as a complete answer                 */
    FAULT_MALFORMED,    /* bytes that are no JSON                                */
    FAULT_HUGE,         /* 50 MB of JSON                                         */
    FAULT_CUT,          /* the connection ends in the middle of the body         */
    FAULT_HANG,         /* no answer for delay_ms (ten minutes)                  */
    FAULT_SLOW,         /* the right answer after delay_ms (two seconds)         */
    FAULT_REPEAT,       /* lists: a page that ends with its own cursor           */
    FAULT_EMPTY_MORE,   /* lists: nothing, and has_more                          */
    FAULT_SKIP_PAGE,    /* lists: the page after the one that was asked for      */
    FAULT_HIDE,         /* lists: objects that live are left out                 */
    FAULT_MISSING_ID,   /* a record without id                                   */
    FAULT_BAD_AMOUNT,   /* a record whose amount is no number                    */
    FAULT_BAD_TEXT,     /* a record with a NUL in a text                         */
    FAULT_BAD_UTF8,     /* a record with a byte that is no UTF-8 in a text       */
    FAULT_UNKNOWN_ENUM, /* a record whose status or type nobody has heard of     */
} FaultKind;

enum { FAULT_IDS = 16, FAULT_ID_SIZE = 64, FAULT_PATH_SIZE = 128, FAULTS_AT_ONCE = 4 };

typedef struct Fault {
    FaultKind kind;
    char path[FAULT_PATH_SIZE];
    int status;
    char *body; /* owned by the list; NULL: the vendor's usual one */
    int64_t delay_ms;
    int after; /* this many requests go through first */
    int times; /* < 0: until cleared */
    int n_ids; /* the records meant; 0: the first of the page */
    char ids[FAULT_IDS][FAULT_ID_SIZE];
    int64_t strikes;
    struct Fault *next;
} Fault;

typedef struct Faults {
    pthread_mutex_t lock;
    Fault *first, *retired; /* cleared ones, whose copies may still be in use */
} Faults;

void faults_open(Faults *faults);
void faults_clear(Faults *faults);
void faults_close(Faults *faults);

/* Adds what the JSON object says: {"kind", "path", "status", "body", "delay_ms", "after", "times", "ids"}. */
bool faults_add(Faults *faults, yyjson_val *object, Error *err) MUST_CHECK;

/* Counts a request and copies the faults that strike it, at most `room`; their number. A copy's body lives until
 * faults_close(). */
int faults_strike(Faults *faults, const char *path, Fault *struck, int room);

bool fault_of_record(FaultKind kind); /* it spoils single records, not the answer */
/* Appends what is set and how often it struck: {"kind", "path", "strikes"}. */
void faults_write(Faults *faults, JsonWriter *json);
