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

/* A member of a record, by the first of these names that the record has. */
typedef struct StruckMember {
    const char *names[6];
    bool last; /* of several of that name the last one: what a record contains comes before its own */
} StruckMember;

/* What a vendor's records and answers look like, to those who spoil them. */
typedef struct StruckForm {
    StruckMember amount, text, word;
    const char *unknown;   /* a word that nobody has heard of, as JSON */
    const char *id_name;   /* NULL: the caller says */
    const char *id_behind; /* what the id stands behind, where others have the same name; NULL: nothing */
    const char *malformed; /* a body that is no JSON */
    const char *huge;      /* how a body begins that goes on for fifty megabytes */
} StruckForm;

/* Counts the request; `path` is the one below the vendor's base. */
void struck_by(Struck *struck, World *world, Account *account, const char *path);
const Fault *struck_fault(const Struck *struck, FaultKind kind); /* NULL: does not strike */
bool struck_hides(const Struck *struck, const char *id);         /* FAULT_HIDE */

/* A record was written from `start` on; its id stands in the member `id_name` (NULL: the form's). */
void struck_spoil_record(Struck *struck, Text *body, const StruckForm *form, const char *id_name, const char *id,
                         size_t start);
void struck_spoil_answer(const Struck *struck, Response *response, const StruckForm *form);

/* For vendors that count requests in flight: a slow answer keeps its place there, one that hangs waits with the server.
 */
void struck_wait_in_flight(const Struck *struck, Response *response);
