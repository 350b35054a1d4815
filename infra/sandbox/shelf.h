/*
 * Shelf: the objects of one kind, oldest first: `created` never falls from one to the next, and an object keeps its
 * index for life (a deleted one stays, marked). That order is the "internal order" behind equal stamps.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first member of every object on a shelf. */
typedef struct Item {
    int64_t created; /* seconds since 1970 */
    bool deleted;
} Item;

typedef struct Shelf {
    size_t size; /* of one object */
    int count, capacity;
    char *items;
} Shelf;

static inline void *shelf_at(const Shelf *shelf, int index)
{
    return shelf->items + (size_t)index * shelf->size;
}

/* A zeroed place at the end; pointers into the shelf are void afterwards. */
void *shelf_add(Shelf *shelf);
void shelf_free(Shelf *shelf);

/* The first index whose stamp is `created` or later; `count` when there is none. */
int shelf_first_since(const Shelf *shelf, int64_t created);
