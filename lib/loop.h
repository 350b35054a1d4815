/*
 * Loop: what fiber.c and loop.c share. A fiber that does not run stands in exactly one of: the ready queue, an Event's
 * queue, or nowhere but a descriptor's slot or the timer heap; a deadline may come on top of either of the last three.
 */
#pragma once
#include "lib/context.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include <stddef.h>

typedef struct Fiber {
    Context context;
    Loop *loop;
    const char *name;
    void (*run)(void *argument);
    void *argument;
    struct Fiber *next, *previous; /* in the ready queue or in event's */
    struct Fiber *newer, *older;   /* all fibers of the loop */
    Event *event;                  /* waited for */
    int fd;                        /* waited for, or -1 */
    short events;
    Wait result;
    int64_t deadline_ns;
    size_t timer; /* place in the heap, or NO_TIMER */
    bool ready, ended;
    LogBinding log;
} Fiber;

enum { NO_TIMER = -1 };

typedef struct FdSlot {
    Fiber *reader, *writer;
} FdSlot;

struct Loop {
    int epoll, wake; /* wake: an eventfd */
    Context context; /* the thread's own stack */
    Fiber *running;
    Fiber *first_ready, *last_ready;
    Fiber *all;
    int n_fibers;
    FdSlot *fds;
    size_t n_fds;
    Fiber **timers; /* binary heap, earliest first */
    size_t n_timers, timers_capacity;
};

Fiber *loop_spawn(const char *name, void (*run)(void *argument), void *argument);
/* Ends a fiber that does not run, wherever it stands: only for service fibers, whose stack owns nothing. NULL is fine. */
void loop_kill(Fiber *fiber);
void fiber_free(Fiber *fiber);
void loop_make_ready(Fiber *fiber, Wait result); /* takes it out of whatever it waited for */
Wait loop_suspend(Fiber *fiber, int64_t timeout_ms);
bool loop_watch(Fiber *fiber, int fd, short events); /* false: errno says why the descriptor cannot be watched */
