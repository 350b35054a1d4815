#include "workers/runtime/window.h"
#include <stdlib.h>

typedef struct Slot {
    int64_t offset;
    bool finished;
} Slot;

struct Window {
    int64_t next; /* after the largest offset taken */
    size_t capacity, first, n;
    Slot slots[]; /* a ring, offsets ascending from `first` */
};

Window *window_new(int64_t first, size_t capacity)
{
    Window *window = calloc(1, sizeof *window + capacity * sizeof(Slot));
    if (!window)
        abort();
    window->next = first;
    window->capacity = capacity;
    return window;
}

void window_free(Window *window)
{
    free(window);
}

static Slot *slot_at(Window *window, size_t i)
{
    return &window->slots[(window->first + i) % window->capacity];
}

bool window_has_room(const Window *window)
{
    return window->n < window->capacity;
}

bool window_take(Window *window, int64_t offset)
{
    if (offset < window->next || !window_has_room(window))
        return false;
    *slot_at(window, window->n++) = (Slot){.offset = offset};
    window->next = offset + 1;
    return true;
}

void window_finish(Window *window, int64_t offset)
{
    size_t low = 0, high = window->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slot_at(window, middle)->offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == window->n || slot_at(window, low)->offset != offset)
        return;
    slot_at(window, low)->finished = true;
    while (window->n > 0 && slot_at(window, 0)->finished) {
        window->first = (window->first + 1) % window->capacity;
        window->n--;
    }
}

int64_t window_next(const Window *window)
{
    return window->next;
}

int64_t window_committable(const Window *window)
{
    return window->n > 0 ? window->slots[window->first].offset : window->next;
}
