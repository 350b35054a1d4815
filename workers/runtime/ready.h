/*
 * Ready: the jobs that wait for a place, and whose turn it is. Pure bookkeeping: no time, no I/O.
 *
 * Classes share the turns by weight (interactive 60, incremental 30, backfill 10); a class that has nothing to run
 * gives its share away. Inside a class connections take turns. A connection owes the pages that its slices used: one
 * that owes a quantum or more pays that with its turn instead of running, so a sync of large slices gets fewer turns
 * than one of small ones. No connection runs more than `cap` jobs at a time, and one interactive job beside them: the
 * others may all be waiting for the vendor. So a flood of one company delays another's job by a bounded number of
 * turns: ready_bound().
 */
#pragma once
#include "proto/job.h"

enum { READY_QUANTUM = 10 }; /* pages */

typedef struct Ready Ready;

/* One waiting job; a member of the caller's own struct. The connection's name must live as long as the ticket. */
typedef struct Ticket {
    const char *connection_id;
    JobClass job_class;
    struct Connection *connection; /* private, as are the next two */
    struct Ticket *next, *previous;
} Ticket;

Ready *ready_new(int cap);
void ready_free(Ready *ready); /* the tickets stay the caller's; NULL is fine */
DEFINE_AUTO(Ready, ready_free)

void ready_push(Ready *ready, Ticket *ticket);
/* Takes a waiting ticket out again. */
void ready_remove(Ready *ready, Ticket *ticket);

/* Whose turn it is; counts as running from now on. NULL: nobody may run. */
Ticket *ready_take(Ready *ready) MUST_CHECK;
/* A ticket that was taken runs no more; it used so many pages. The ticket may be pushed again. */
void ready_finish(Ready *ready, Ticket *ticket, int64_t pages);

int ready_waiting(const Ready *ready, JobClass job_class);

/* Within how many turns after it was pushed a ticket of this class is taken at the latest, when its connection owes
 * nothing and runs nothing, `n_connections` others of the class have jobs waiting, and each of those always has more.
 */
int64_t ready_bound(JobClass job_class, int64_t n_connections);
