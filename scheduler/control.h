/*
 * Control: what the scheduler's loop and its reconciler share. One scheduler of an environment leads; the fibers here
 * work only while this one does. Leading twice for a moment (a lost connection) is harmless: every step is guarded by
 * its row.
 */
#pragma once
#include "lib/kafka.h"
#include "lib/pg.h"
#include "lib/token.h"
#include <signal.h>
#include <stdatomic.h>

/* Each piece of work has a connection of its own; they outlive the fibers, which end wherever they wait. */
typedef enum ControlWork { WORK_LEAD, WORK_DUE, WORK_OUTBOX, WORK_RECONCILE, N_WORKS } ControlWork;

typedef struct Control {
    const Config *config;
    const char *environment, *postgres;
    const volatile sig_atomic_t *stopping;
    Producer *producer;
    int64_t reconcile_after_ms, reconcile_every_ms;
    atomic_bool leads;
    _Atomic int64_t incarnation; /* our row in control.worker */
    int busy;                    /* rounds under way: the loop ends after them */
    PgPool *pool;                /* of the fibers that come and go */
    Vault *vault;
    Redis *redis; /* NULL: none */
    Tokens *tokens;
    Pg *connections[N_WORKS];
} Control;

/* "The dataset has not ended", as the indexes have it. */
#define UNFINISHED "status in ('Queued', 'Fetching', 'Processing', 'Validating')"

/* Beats for this process and competes for the lead, by an advisory lock on a connection of its own. A fiber. */
void leader_run(void *control);

/* Publishes the jobs of rows that are due: woken by the database, else by the earliest retry_at. A fiber. */
void due_run(void *control);

/* Publishes the outbox (control.event) to dataset-events, in the order of its ids. A fiber. */
void outbox_run(void *control);

/* Refreshes tokens that would die of idleness, a few at a time. A fiber. */
void refresh_run(void *control);

/* Finds work that nobody will come back to (PROTOCOL 10). A thread, because it asks Kafka and waits. */
void *reconcile_run(void *control);

/* The work's connection: made when there is none or the old one is lost, which `fresh` tells (may be NULL). NULL: not
 * now. */
Pg *control_connection(Control *control, ControlWork work, bool *fresh, Error *err) MUST_CHECK;
