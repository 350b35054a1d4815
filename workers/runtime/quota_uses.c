#include "workers/runtime/quota_uses.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A credit for a window of hours would stop a fleet for hours after a restart of Redis; there the vendor's own count of
 * what is left (left_header) sets us right. */
enum {
    BUCKETS = 1024,
    PARTS = 60,
    DAY_MS = 24 * 60 * 60 * 1000,
    HOUR_MS = 60 * 60 * 1000,
    FLIGHT_MS = 100,
    KEPT_MS = 2000
};

typedef struct Slot {
    int64_t until_ms, by;
} Slot;

struct QuotaUses {
    QuotaUses *next; /* in its bucket */
    char *name;
    int64_t window_ms, used;
    Slot *slots; /* ascending */
    size_t n_slots, room;
    int64_t from_ms, until_ms, credit; /* of the last doubt; what was in use when it began */
    int64_t kept_until_ms;             /* a place is kept for an interactive call that waits */
};

struct QuotaTable {
    QuotaUses *buckets[BUCKETS];
};

/* ---- Arithmetic ---- */

int64_t quota_share(int64_t most, QuotaFleet fleet)
{
    if (fleet.n <= 0)
        return 0;
    return most / fleet.n + (fleet.rank < most % fleet.n);
}

int64_t quota_inside(int64_t most, int64_t window_ms)
{
    if (window_ms == 0)
        return most;
    int64_t spare = most / 50 > 1 ? most / 50 : 1;
    return most > spare ? most - spare : 1;
}

int64_t quota_most(int64_t inside, int64_t window_ms, bool interactive)
{
    if (interactive || window_ms < DAY_MS)
        return inside;
    return inside > 10 ? inside - inside / 10 : inside;
}

/* ---- The table ---- */

QuotaTable *quota_table_new(void)
{
    QuotaTable *table = calloc(1, sizeof *table);
    if (!table)
        abort();
    return table;
}

static void uses_free(QuotaUses *uses)
{
    free(uses->name);
    free(uses->slots);
    free(uses);
}

void quota_table_free(QuotaTable *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (QuotaUses *uses = table->buckets[i], *next; uses; uses = next) {
            next = uses->next;
            uses_free(uses);
        }
    free(table);
}

static size_t bucket_of(const char *name)
{
    uint64_t hash = 14695981039346656037u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return hash % BUCKETS;
}

static QuotaUses *uses_new(const char *name, int64_t window_ms)
{
    QuotaUses *uses = calloc(1, sizeof *uses);
    if (!uses || !(uses->name = strdup(name)))
        abort();
    uses->window_ms = window_ms;
    return uses;
}

/* Who is unused can be forgotten: a new one knows as much, and has no credit. */
static void forget_unused(QuotaUses **at, int64_t now_ms)
{
    while (*at) {
        QuotaUses *uses = *at;
        if (quota_uses_count(uses, now_ms) > 0) {
            at = &uses->next;
            continue;
        }
        *at = uses->next;
        uses_free(uses);
    }
}

QuotaUses *quota_uses(QuotaTable *table, const char *owner, const char *limit, int64_t window_ms, int64_t now_ms)
{
    char name[400];
    snprintf(name, sizeof name, "%.300s/%.60s", owner, limit);
    QuotaUses **bucket = &table->buckets[bucket_of(name)];
    for (QuotaUses *uses = *bucket; uses; uses = uses->next)
        if (strcmp(uses->name, name) == 0)
            return uses;
    forget_unused(bucket, now_ms);
    QuotaUses *uses = uses_new(name, window_ms);
    uses->next = *bucket;
    *bucket = uses;
    return uses;
}

/* ---- Uses ---- */

/* A part of the window is one slot: the memory of a month is that of a minute. */
static int64_t round_up(const QuotaUses *uses, int64_t until_ms)
{
    int64_t part = uses->window_ms / PARTS > 0 ? uses->window_ms / PARTS : FLIGHT_MS;
    return (until_ms + part - 1) / part * part;
}

int64_t quota_uses_count(QuotaUses *uses, int64_t now_ms)
{
    size_t gone = 0;
    while (gone < uses->n_slots && uses->slots[gone].until_ms <= now_ms)
        uses->used -= uses->slots[gone++].by;
    if (gone > 0) {
        uses->n_slots -= gone;
        memmove(uses->slots, uses->slots + gone, uses->n_slots * sizeof *uses->slots);
    }
    return uses->used;
}

/* The index of the first slot that ends at or after it. */
static size_t find(const QuotaUses *uses, int64_t until_ms)
{
    size_t i = uses->n_slots;
    while (i > 0 && uses->slots[i - 1].until_ms >= until_ms)
        i--;
    return i;
}

void quota_uses_add(QuotaUses *uses, int64_t until_ms, int64_t by)
{
    until_ms = round_up(uses, until_ms);
    size_t i = find(uses, until_ms);
    uses->used += by;
    if (i < uses->n_slots && uses->slots[i].until_ms == until_ms) {
        uses->slots[i].by += by;
        return;
    }
    if (uses->n_slots == uses->room) {
        uses->room = uses->room ? 2 * uses->room : 8;
        uses->slots = realloc(uses->slots, uses->room * sizeof *uses->slots);
        if (!uses->slots)
            abort();
    }
    memmove(uses->slots + i + 1, uses->slots + i, (uses->n_slots - i) * sizeof *uses->slots);
    uses->slots[i] = (Slot){until_ms, by};
    uses->n_slots++;
}

void quota_uses_move(QuotaUses *uses, int64_t from_ms, int64_t until_ms, int64_t by)
{
    from_ms = round_up(uses, from_ms);
    size_t i = find(uses, from_ms);
    if (i < uses->n_slots && uses->slots[i].until_ms == from_ms && uses->slots[i].by >= by) {
        uses->slots[i].by -= by; /* an empty slot goes when its time has come */
        uses->used -= by;
    }
    quota_uses_add(uses, until_ms, by);
}

/* ---- In doubt ---- */

static int64_t frees_in_ms(const QuotaUses *uses, int64_t need, int64_t now_ms)
{
    int64_t seen = 0;
    for (size_t i = 0; i < uses->n_slots; i++) {
        seen += uses->slots[i].by;
        if (seen >= need)
            return uses->window_ms == 0 ? FLIGHT_MS : uses->slots[i].until_ms - now_ms;
    }
    return -1;
}

int64_t quota_uses_wait_ms(QuotaUses *uses, const QuotaDoubt *doubt, int64_t most, int64_t cost, int64_t now_ms)
{
    int64_t used = quota_uses_count(uses, now_ms), may = quota_share(most, doubt->fleet);
    if (now_ms >= uses->until_ms) {
        uses->from_ms = doubt->from_ms;
        uses->credit = doubt->lost ? used : INT64_MAX;
    }
    if (uses->until_ms < doubt->until_ms)
        uses->until_ms = doubt->until_ms;
    bool alone = doubt->fleet.n == 1; /* whoever was alone made all calls itself */
    if (now_ms < uses->from_ms + doubt->credit_ms && !alone && uses->window_ms < HOUR_MS && uses->credit < may)
        may = uses->credit;
    if (!doubt->interactive && uses->kept_until_ms > now_ms && may > cost)
        may -= cost;
    bool fits = used + cost <= may;
    int64_t wait_ms = fits ? 0 : may < cost ? -1 : frees_in_ms(uses, used + cost - may, now_ms);
    if (doubt->interactive)
        uses->kept_until_ms = wait_ms > 0 ? now_ms + wait_ms + KEPT_MS : 0;
    return wait_ms;
}
