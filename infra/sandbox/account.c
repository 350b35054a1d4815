#include "infra/sandbox/account.h"
#include "infra/sandbox/books.h"
#include "infra/sandbox/gate.h"
#include "infra/sandbox/stripe_names.h"
#include "infra/sandbox/xero_ledger.h"
#include "lib/clock.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Accounts differ in the version they were opened with; one in four renders events in a shape the pinned version does
 * not have. */
static const char *const versions[] = {"2025-02-24.acacia", "2020-08-27", "2025-02-24.acacia", "2025-03-31.basil"};

World *world_new(int64_t today, LimitRates rates)
{
    World *world = calloc(1, sizeof *world);
    if (!world)
        abort();
    pthread_mutex_init(&world->lock, NULL);
    faults_open(&world->faults);
    world->rates = world->first_rates = rates;
    world->today = today - today % 86400;
    return world;
}

static void account_free(Account *account)
{
    for (int i = 0; i < account->events.count; i++) {
        StripeEvent *event = shelf_at(&account->events, i);
        free(event->object);
        free(event->before);
    }
    shelf_free(&account->events);
    faults_close(&account->faults);
    xero_ledger_free(account->xero);
    books_free(account->books);
    business_free(account->business);
    pthread_mutex_destroy(&account->lock);
    free(account->name);
    free(account);
}

void world_reset(World *world)
{
    pthread_mutex_lock(&world->lock);
    for (int i = 0; i < WORLD_BUCKETS; i++) {
        while (world->buckets[i]) {
            Account *account = world->buckets[i];
            world->buckets[i] = account->next;
            account->next = world->retired;
            world->retired = account;
        }
    }
    while (world->dead) {
        DeadKey *dead = world->dead;
        world->dead = dead->next;
        free(dead->key);
        free(dead);
    }
    world->rates = world->first_rates;
    __atomic_store_n(&world->unknown_key, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&world->clock_offset, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&world->lock);
    faults_clear(&world->faults);
    gate_reset(world);
}

void world_free(World *world)
{
    if (!world)
        return;
    world_reset(world);
    gate_close(world);
    while (world->retired) {
        Account *account = world->retired;
        world->retired = account->next;
        account_free(account);
    }
    faults_close(&world->faults);
    pthread_mutex_destroy(&world->lock);
    free(world);
}

int64_t world_now(const World *world)
{
    return clock_wall_ms() / 1000 + __atomic_load_n(&world->clock_offset, __ATOMIC_RELAXED);
}

void world_date(const World *world, Request *request, Response *response)
{
    enum { DATE_SIZE = 32 };
    char *date = arena_alloc(request->arena, DATE_SIZE);
    time_t now = (time_t)world_now(world);
    struct tm parts;
    strftime(date, DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
    response_header(response, "Date", date);
}

static Account *account_new(World *world, const char *name, BusinessSize size)
{
    Account *account = calloc(1, sizeof *account);
    if (!account)
        abort();
    pthread_mutex_init(&account->lock, NULL);
    account->name = strdup(name);
    account->business = business_new(name, size, world->today);
    stripe_account_id(account->id, account->business);
    account->version = versions[account->business->seed / 64 % COUNT_OF(versions)];
    account->events.size = sizeof(StripeEvent);
    account->limit.rates = world->rates;
    faults_open(&account->faults);
    account->world = world;
    return account;
}

Account *world_account(World *world, const char *name, const BusinessSize *size)
{
    Account **bucket = &world->buckets[random_seed(name) % WORLD_BUCKETS];
    pthread_mutex_lock(&world->lock);
    Account *account = *bucket;
    while (account && strcmp(account->name, name) != 0)
        account = account->next;
    if (!account && size) {
        account = account_new(world, name, *size);
        account->next = *bucket;
        *bucket = account;
    }
    pthread_mutex_unlock(&world->lock);
    return account;
}

Books *account_books(Account *account)
{
    if (!account->books)
        account->books = books_new(account->business);
    return account->books;
}

typedef struct Wanted {
    const char *id;
    Account *found;
} Wanted;

static void match_id(void *context, Account *account)
{
    Wanted *wanted = context;
    if (strcmp(account->id, wanted->id) == 0)
        wanted->found = account;
}

Account *world_account_by_id(World *world, const char *id)
{
    Wanted wanted = {.id = id};
    world_each(world, match_id, &wanted);
    return wanted.found;
}

void world_each(World *world, void (*visit)(void *context, Account *account), void *context)
{
    pthread_mutex_lock(&world->lock);
    for (int i = 0; i < WORLD_BUCKETS; i++)
        for (Account *account = world->buckets[i]; account; account = account->next)
            visit(context, account);
    pthread_mutex_unlock(&world->lock);
}

static void set_rates(void *context, Account *account)
{
    pthread_mutex_lock(&account->lock);
    account->limit = (Limit){.rates = *(const LimitRates *)context};
    pthread_mutex_unlock(&account->lock);
}

void world_set_rates(World *world, LimitRates rates)
{
    pthread_mutex_lock(&world->lock);
    world->rates = rates;
    pthread_mutex_unlock(&world->lock);
    world_each(world, set_rates, &rates);
}

void world_kill_key(World *world, const char *key, bool expired)
{
    DeadKey *dead = calloc(1, sizeof *dead);
    if (!dead)
        abort();
    *dead = (DeadKey){.key = strdup(key), .expired = expired};
    pthread_mutex_lock(&world->lock);
    dead->next = world->dead;
    world->dead = dead;
    pthread_mutex_unlock(&world->lock);
}

int64_t world_unknown_keys(const World *world)
{
    return __atomic_load_n(&world->unknown_key, __ATOMIC_RELAXED);
}

bool world_key_is_dead(World *world, const char *key, bool *expired)
{
    bool dead = false;
    pthread_mutex_lock(&world->lock);
    for (const DeadKey *each = world->dead; each && !dead; each = each->next) {
        dead = strcmp(each->key, key) == 0;
        *expired = each->expired;
    }
    pthread_mutex_unlock(&world->lock);
    return dead;
}

void counters_request(Counters *counters, const char *operation)
{
    int i = 0;
    while (i < counters->n_paths && counters->paths[i].path != operation)
        i++;
    if (i == counters->n_paths && i < COUNTED_PATHS)
        counters->paths[counters->n_paths++].path = operation;
    if (i < COUNTED_PATHS)
        counters->paths[i].requests++;
    counters->requests++;
}

void counters_status(Counters *counters, int status)
{
    if (status > 0 && status < STATUSES)
        counters->by_status[status]++;
}
