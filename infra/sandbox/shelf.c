#include "infra/sandbox/shelf.h"
#include <stdlib.h>
#include <string.h>

void *shelf_add(Shelf *shelf)
{
    if (shelf->count == shelf->capacity) {
        shelf->capacity = shelf->capacity ? 2 * shelf->capacity : 64;
        shelf->items = realloc(shelf->items, (size_t)shelf->capacity * shelf->size);
        if (!shelf->items)
            abort();
    }
    void *item = shelf_at(shelf, shelf->count++);
    memset(item, 0, shelf->size);
    return item;
}

void shelf_free(Shelf *shelf)
{
    free(shelf->items);
    shelf->items = NULL;
    shelf->count = shelf->capacity = 0;
}

int shelf_first_since(const Shelf *shelf, int64_t created)
{
    int low = 0, high = shelf->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (((const Item *)shelf_at(shelf, middle))->created < created)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
