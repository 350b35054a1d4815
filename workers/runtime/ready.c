#include "workers/runtime/ready.h"
#include <stdlib.h>
#include <string.h>

static const int weights[N_JOB_CLASSES] = {60, 30, 10};
enum { TOTAL_WEIGHT = 100, N_BUCKETS = 1024 };

/* What a connection has waiting in one class, and its place in that class's ring. */
typedef struct Line {
    Ticket *first, *last;
    struct Connection *next, *previous;
} Line;

typedef struct Connection {
    struct Connection *chain; /* in its bucket */
    Line lines[N_JOB_CLASSES];
    int running, waiting;
    int64_t owed;      /* pages */
    int64_t left_turn; /* the turn at which it last had nothing to do */
    char id[37];
} Connection;

struct Ready {
    int cap;
    int64_t turn;
    Connection *rings[N_JOB_CLASSES]; /* who may run next, NULL: nobody */
    int ring_sizes[N_JOB_CLASSES], waiting[N_JOB_CLASSES], credit[N_JOB_CLASSES];
    Connection *buckets[N_BUCKETS];
    int n_connections;
};

Ready *ready_new(int cap)
{
    Ready *ready = calloc(1, sizeof *ready);
    if (!ready)
        abort();
    ready->cap = cap;
    return ready;
}

void ready_free(Ready *ready)
{
    if (!ready)
        return;
    for (int i = 0; i < N_BUCKETS; i++)
        while (ready->buckets[i]) {
            Connection *connection = ready->buckets[i];
            ready->buckets[i] = connection->chain;
            free(connection);
        }
    free(ready);
}

/* ---- Connections by name ---- */

static Connection **bucket_of(Ready *ready, const char *id)
{
    uint32_t hash = 2166136261u;
    for (const char *c = id; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    return &ready->buckets[hash % N_BUCKETS];
}

/* While a connection was away the others had its turns: each of their rounds pays a quantum of its debt. */
static void pay_while_away(Ready *ready, Connection *connection)
{
    int64_t round = 1;
    for (int i = 0; i < N_JOB_CLASSES; i++)
        round += ready->ring_sizes[i];
    int64_t paid = (ready->turn - connection->left_turn) / round * READY_QUANTUM;
    connection->owed = connection->owed > paid ? connection->owed - paid : 0;
    connection->left_turn = ready->turn;
}

static bool is_idle(const Connection *connection)
{
    return connection->running == 0 && connection->waiting == 0;
}

/* Forgets the idle ones of a bucket that owe nothing any more. */
static void tidy(Ready *ready, Connection **link)
{
    while (*link) {
        Connection *connection = *link;
        if (is_idle(connection))
            pay_while_away(ready, connection);
        if (is_idle(connection) && connection->owed == 0) {
            *link = connection->chain;
            ready->n_connections--;
            free(connection);
        } else {
            link = &connection->chain;
        }
    }
}

static Connection *connection_of(Ready *ready, const char *id)
{
    Connection **bucket = bucket_of(ready, id);
    for (Connection *connection = *bucket; connection; connection = connection->chain)
        if (strcmp(connection->id, id) == 0)
            return connection;
    tidy(ready, bucket);
    Connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        abort();
    strncpy(connection->id, id, sizeof connection->id - 1);
    connection->left_turn = ready->turn;
    connection->chain = *bucket;
    *bucket = connection;
    ready->n_connections++;
    return connection;
}

/* ---- Rings: connections that may run, in the order of their turns ---- */

static bool may_run(const Ready *ready, const Connection *connection, JobClass job_class)
{
    int cap = ready->cap + (job_class == JOB_INTERACTIVE);
    return connection->lines[job_class].first && connection->running < cap;
}

static void ring_join(Ready *ready, Connection *connection, JobClass job_class)
{
    Line *line = &connection->lines[job_class];
    if (line->next || !may_run(ready, connection, job_class))
        return;
    Connection **ring = &ready->rings[job_class];
    Connection *head = *ring ? *ring : connection;
    Connection *tail = *ring ? head->lines[job_class].previous : connection;
    line->next = head;
    line->previous = tail;
    tail->lines[job_class].next = connection;
    head->lines[job_class].previous = connection;
    *ring = head;
    ready->ring_sizes[job_class]++;
}

static void ring_leave(Ready *ready, Connection *connection, JobClass job_class)
{
    Line *line = &connection->lines[job_class];
    if (!line->next)
        return;
    line->previous->lines[job_class].next = line->next;
    line->next->lines[job_class].previous = line->previous;
    if (ready->rings[job_class] == connection)
        ready->rings[job_class] = line->next == connection ? NULL : line->next;
    line->next = line->previous = NULL;
    ready->ring_sizes[job_class]--;
}

/* Joins or leaves each ring as the connection's state asks. */
static void ring_settle(Ready *ready, Connection *connection)
{
    for (int i = 0; i < N_JOB_CLASSES; i++) {
        if (may_run(ready, connection, (JobClass)i))
            ring_join(ready, connection, (JobClass)i);
        else
            ring_leave(ready, connection, (JobClass)i);
    }
    if (is_idle(connection))
        connection->left_turn = ready->turn;
}

/* ---- Tickets ---- */

void ready_push(Ready *ready, Ticket *ticket)
{
    Connection *connection = connection_of(ready, ticket->connection_id);
    if (is_idle(connection))
        pay_while_away(ready, connection);
    Line *line = &connection->lines[ticket->job_class];
    ticket->connection = connection;
    ticket->next = NULL;
    ticket->previous = line->last;
    if (line->last)
        line->last->next = ticket;
    else
        line->first = ticket;
    line->last = ticket;
    connection->waiting++;
    ready->waiting[ticket->job_class]++;
    ring_settle(ready, connection);
}

static void unlink_ticket(Ready *ready, Ticket *ticket)
{
    Line *line = &ticket->connection->lines[ticket->job_class];
    if (ticket->previous)
        ticket->previous->next = ticket->next;
    else
        line->first = ticket->next;
    if (ticket->next)
        ticket->next->previous = ticket->previous;
    else
        line->last = ticket->previous;
    ticket->next = ticket->previous = NULL;
    ticket->connection->waiting--;
    ready->waiting[ticket->job_class]--;
}

void ready_remove(Ready *ready, Ticket *ticket)
{
    unlink_ticket(ready, ticket);
    ring_settle(ready, ticket->connection);
}

/* Smooth weighted round-robin over the classes that have somebody to run. -1: none has. */
static int next_class(Ready *ready)
{
    int best = -1, total = 0;
    for (int i = 0; i < N_JOB_CLASSES; i++) {
        if (!ready->rings[i])
            continue;
        total += weights[i];
        ready->credit[i] += weights[i];
        if (best < 0 || ready->credit[i] > ready->credit[best])
            best = i;
    }
    if (best >= 0)
        ready->credit[best] -= total;
    return best;
}

Ticket *ready_take(Ready *ready)
{
    int job_class = next_class(ready);
    if (job_class < 0)
        return NULL;
    Connection *connection = ready->rings[job_class];
    while (connection->owed >= READY_QUANTUM) {
        connection->owed -= READY_QUANTUM;
        connection = connection->lines[job_class].next;
    }
    ready->turn++;
    ready->rings[job_class] = connection->lines[job_class].next; /* who was served stands last */
    Ticket *ticket = connection->lines[job_class].first;
    unlink_ticket(ready, ticket);
    connection->running++;
    ring_settle(ready, connection);
    return ticket;
}

void ready_finish(Ready *ready, Ticket *ticket, int64_t pages)
{
    Connection *connection = ticket->connection;
    connection->running--;
    connection->owed += pages;
    ring_settle(ready, connection);
}

int ready_waiting(const Ready *ready, JobClass job_class)
{
    return ready->waiting[job_class];
}

int64_t ready_bound(JobClass job_class, int64_t n_connections)
{
    /* The smooth round-robin serves a class of weight w at least once in any ceil(total / w) + 1 turns. */
    int64_t turns_a_round = (TOTAL_WEIGHT + weights[job_class] - 1) / weights[job_class] + 1;
    return (n_connections + 1) * turns_a_round;
}
