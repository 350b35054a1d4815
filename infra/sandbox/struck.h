/*
 * Struck: faults at work on one request: which strike it, and what they make of an answer that was right.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "lib/httpd.h"

typedef struct Struck {
    Fault faults[2 * FAULTS_AT_ONCE];
    int n;
} Struck;

/* What a vendor's records are told by. Names are tried in order; the first that the record has is spoiled. */
typedef struct StruckNames {
    const char *amounts[6], *texts[6];
    const char *word;      /* the member of a status; its last occurrence in the record counts */
    const char *malformed; /* a body that is no JSON */
} StruckNames;

/* Counts the request; `path` is the one below the vendor's base. */
void struck_by(Struck *struck, World *world, Account *account, const char *path);
const Fault *struck_fault(const Struck *struck, FaultKind kind); /* NULL: does not strike */
bool struck_hides(const Struck *struck, const char *id);         /* FAULT_HIDE */

/* A record was written from `start` on; its id stands in the member `id_name`. */
void struck_spoil_record(Struck *struck, Text *body, const StruckNames *names, const char *id_name, const char *id,
                         size_t start);
void struck_spoil_answer(const Struck *struck, Response *response, const StruckNames *names);
