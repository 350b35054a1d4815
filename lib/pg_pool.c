#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/pg_internal.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TAKE_TIMEOUT_MS = 30000 };

struct PgPool {
    char *conninfo, *program;
    pthread_mutex_t mutex;
    pthread_cond_t given; /* threads wait here */
    Event freed;          /* fibers wait here  */
    int size, n_open, n_idle;
    Pg *idle[]; /* the last given is taken first: it is the warmest, and a quiet pool uses few backends */
};

PgPool *pg_pool_new(const char *conninfo, const char *program, int size)
{
    PgPool *pool = calloc(1, sizeof *pool + (size_t)size * sizeof(Pg *));
    if (!pool || !(pool->conninfo = strdup(conninfo)) || !(pool->program = strdup(program)))
        abort();
    pool->size = size;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->given, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return pool;
}

void pg_pool_free(PgPool *pool)
{
    if (!pool)
        return;
    for (int i = 0; i < pool->n_idle; i++)
        pg_free(pool->idle[i]);
    pthread_cond_destroy(&pool->given);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->conninfo);
    free(pool->program);
    free(pool);
}

/* Called and left with the mutex held. */
static bool wait_for_place(PgPool *pool, int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_monotonic_ms();
    if (left <= 0)
        return false;
    if (fiber_running()) {
        pthread_mutex_unlock(&pool->mutex);
        event_wait(&pool->freed, left);
        pthread_mutex_lock(&pool->mutex);
        return true;
    }
    struct timespec until = {.tv_sec = deadline_ms / 1000, .tv_nsec = deadline_ms % 1000 * 1000000};
    pthread_cond_timedwait(&pool->given, &pool->mutex, &until);
    return true;
}

static void free_place(PgPool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->n_open--;
    pthread_cond_signal(&pool->given);
    event_notify_one(&pool->freed);
    pthread_mutex_unlock(&pool->mutex);
}

Pg *pg_take(PgPool *pool, Error *err)
{
    int64_t deadline_ms = clock_monotonic_ms() + TAKE_TIMEOUT_MS;
    Pg *pg = NULL;
    pthread_mutex_lock(&pool->mutex);
    while (pool->n_open == pool->size && pool->n_idle == 0) {
        if (!wait_for_place(pool, deadline_ms)) {
            pthread_mutex_unlock(&pool->mutex);
            error_set(err, ERROR_TRANSIENT, "all %d Postgres connections are in use", pool->size);
            return NULL;
        }
    }
    if (pool->n_idle > 0)
        pg = pool->idle[--pool->n_idle];
    else
        pool->n_open++;
    pthread_mutex_unlock(&pool->mutex);
    if (pg && pg_alive(pg))
        return pg;
    pg_free(pg);
    pg = pg_connect(pool->conninfo, pool->program, err);
    if (!pg)
        free_place(pool);
    return pg;
}

void pg_give(PgPool *pool, Pg *pg)
{
    if (!pg)
        return;
    if (!pg_usable(pg) || PQtransactionStatus(pg->conn) != PQTRANS_IDLE) {
        pg_free(pg);
        free_place(pool);
        return;
    }
    pg_set_timeout(pg, PG_CALL_TIMEOUT_MS);
    pthread_mutex_lock(&pool->mutex);
    pool->idle[pool->n_idle++] = pg;
    pthread_cond_signal(&pool->given);
    event_notify_one(&pool->freed);
    pthread_mutex_unlock(&pool->mutex);
}

PGresult *pg_pool_query(PgPool *pool, Error *err, const char *sql, int n_params, const char *const *params)
{
    Pg *pg = pg_take(pool, err);
    PGresult *rows = pg ? pg_query(pg, err, sql, n_params, params) : NULL;
    pg_give(pool, pg);
    return rows;
}
