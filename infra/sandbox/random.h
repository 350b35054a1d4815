/*
 * Random: numbers that depend on nothing but a seed, so that the n-th object of a business can be made without its
 * neighbours and two runs make the same one. SplitMix64; not for secrets.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Random {
    uint64_t state;
} Random;

static inline uint64_t random_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* The stream of one object: a business's seed, what kind of thing it is and its number. */
static inline Random random_of(uint64_t seed, int kind, int number)
{
    return (Random){random_mix(random_mix(seed + (uint64_t)kind) + (uint64_t)number)};
}

static inline uint64_t random_next(Random *random)
{
    return random_mix(random->state += 0x9E3779B97F4A7C15u);
}

/* 0 … n-1 */
static inline int random_below(Random *random, int n)
{
    return (int)(random_next(random) % (uint64_t)n);
}

static inline bool random_percent(Random *random, int percent)
{
    return random_below(random, 100) < percent;
}

/* A seed from a name (FNV-1a). */
static inline uint64_t random_seed(const char *name)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001B3u;
    return hash;
}
