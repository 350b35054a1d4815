/*
 * Window: which jobs of one partition are finished, so that its offset can be committed.
 * Jobs finish in any order; the committable offset moves only past an unbroken run of finished ones: a crash repeats a
 * job, it never skips one. Offsets may have holes, as a log with expired or transactional messages has.
 */
#pragma once
#include "lib/auto.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Window Window;

/* A window over offsets from `first` on, at most `capacity` of them taken and not yet passed by the committable offset.
 * Never NULL. */
Window *window_new(int64_t first, size_t capacity);
void window_free(Window *window); /* NULL is fine */
DEFINE_AUTO(Window, window_free)

/* Is there room for one more? When not, stop draining the partition: its queue then holds back the broker. */
bool window_has_room(const Window *window);

/* Opens `offset`, which must be larger than all before it. False: it is not, or there is no room. */
bool window_take(Window *window, int64_t offset) MUST_CHECK;
/* An offset that is not open is ignored. */
void window_finish(Window *window, int64_t offset);

/* After the largest offset taken. */
int64_t window_next(const Window *window);

/* The next offset to commit. Everything before it is finished. */
int64_t window_committable(const Window *window);
