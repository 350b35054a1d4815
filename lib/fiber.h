/*
 * Fiber: sequential code that gives way wherever it would wait. One loop (epoll, timers, fibers) a thread; a fiber has a
 * 64 KiB stack with a guard page and runs until it waits. The same waiting calls work outside a fiber: there they block
 * the thread, so lib/pg and lib/redis are written once.
 *
 * Nothing here is thread-safe but loop_wake(). A fiber that waits keeps its log binding.
 */
#pragma once
#include "lib/auto.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum Wait { WAIT_READY, WAIT_TIMEOUT, WAIT_ERROR } Wait;

/* The loop of this thread. loop_run() returns when `done` says so and is asked again after each turn; fibers that are
 * still there stay suspended and go on with the next loop_run(). */
void loop_open(void);
void loop_run(bool (*done)(void *context), void *context);
void loop_close(void); /* frees suspended fibers' stacks without running them */
/* From any thread or a signal handler: makes the loop of the thread that opened `loop` take a turn. */
typedef struct Loop Loop;
Loop *loop_current(void);
void loop_wake(Loop *loop);

/* Starts `run(argument)` in a fiber of its own at the next turn. `name` is static, for logs and debuggers. */
void fiber_spawn(const char *name, void (*run)(void *argument), void *argument);
bool fiber_running(void); /* is this code inside a fiber? */
int fiber_count(void);    /* alive in this loop */
/* Lets the others run; outside a fiber nothing. */
void fiber_yield(void);

/* Waits for POLLIN and/or POLLOUT; timeout_ms < 0 waits for ever. One waiter a descriptor and direction; a second one gets
 * WAIT_ERROR. Do not close a descriptor that somebody waits for: wake the waiter first (shutdown(2), or an Event beside it). */
Wait fiber_wait_fd(int fd, short events, int64_t timeout_ms);
void fiber_sleep_ms(int64_t ms);

/* Event: fibers wait for it, others notify; no memory: test your condition in a loop around event_wait(). */
typedef struct Event {
    struct Fiber *first, *last;
} Event;
Wait event_wait(Event *event, int64_t timeout_ms); /* fibers only */
void event_notify_one(Event *event);
void event_notify_all(Event *event);
