#include "lib/fiber.h"
#include "lib/clock.h"
#include "lib/loop.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static Fiber *running(void)
{
    Loop *loop = loop_current();
    return loop ? loop->running : NULL;
}

static void fiber_main(void *argument)
{
    Fiber *fiber = argument;
    fiber->run(fiber->argument);
    fiber->ended = true; /* the loop frees it: nobody can give back the stack he stands on */
    context_switch(&fiber->context, &fiber->loop->context, true);
}

Fiber *loop_spawn(const char *name, void (*run)(void *argument), void *argument)
{
    Loop *loop = loop_current();
    Fiber *fiber = calloc(1, sizeof *fiber);
    if (!loop || !fiber || !context_open(&fiber->context, fiber_main, fiber)) {
        fprintf(stderr, "cannot start fiber %s: %s\n", name,
                loop ? "out of memory or maps" : "this thread has no loop");
        abort();
    }
    *fiber = (Fiber){.context = fiber->context,
                     .loop = loop,
                     .name = name,
                     .run = run,
                     .argument = argument,
                     .fd = -1,
                     .timer = (size_t)NO_TIMER};
    fiber->older = loop->all;
    if (loop->all)
        loop->all->newer = fiber;
    loop->all = fiber;
    loop->n_fibers++;
    loop_make_ready(fiber, WAIT_READY);
    return fiber;
}

void fiber_spawn(const char *name, void (*run)(void *argument), void *argument)
{
    loop_spawn(name, run, argument);
}

void fiber_free(Fiber *fiber)
{
    Loop *loop = fiber->loop;
    if (fiber->newer)
        fiber->newer->older = fiber->older;
    else
        loop->all = fiber->older;
    if (fiber->older)
        fiber->older->newer = fiber->newer;
    loop->n_fibers--;
    context_close(&fiber->context);
    free(fiber);
}

bool fiber_running(void)
{
    return running() != NULL;
}

int fiber_count(void)
{
    Loop *loop = loop_current();
    return loop ? loop->n_fibers : 0;
}

void fiber_yield(void)
{
    Fiber *fiber = running();
    if (!fiber)
        return;
    loop_make_ready(fiber, WAIT_READY);
    loop_suspend(fiber, -1);
}

static Wait poll_fd(int fd, short events, int64_t timeout_ms)
{
    int64_t deadline = clock_monotonic_ms() + timeout_ms;
    struct pollfd one = {.fd = fd, .events = events};
    for (;;) {
        int64_t left = timeout_ms < 0 ? -1 : deadline - clock_monotonic_ms();
        int n = poll(&one, fd >= 0, timeout_ms < 0 ? -1 : left > 0 ? (int)left : 0);
        if (n > 0)
            return one.revents & POLLNVAL ? WAIT_ERROR : WAIT_READY;
        if (n == 0)
            return WAIT_TIMEOUT;
        if (errno != EINTR)
            return WAIT_ERROR;
    }
}

Wait fiber_wait_fd(int fd, short events, int64_t timeout_ms)
{
    Fiber *fiber = running();
    if (!fiber)
        return poll_fd(fd, events, timeout_ms);
    if (!loop_watch(fiber, fd, events))
        return errno == EPERM ? WAIT_READY : WAIT_ERROR; /* EPERM: a plain file, which is always ready */
    return loop_suspend(fiber, timeout_ms);
}

void fiber_sleep_ms(int64_t ms)
{
    Fiber *fiber = running();
    if (fiber)
        loop_suspend(fiber, ms > 0 ? ms : 0);
    else
        poll_fd(-1, 0, ms > 0 ? ms : 0);
}

Wait event_wait(Event *event, int64_t timeout_ms)
{
    Fiber *fiber = running();
    if (!fiber)
        return WAIT_ERROR;
    fiber->event = event;
    fiber->previous = event->last;
    fiber->next = NULL;
    if (event->last)
        event->last->next = fiber;
    else
        event->first = fiber;
    event->last = fiber;
    return loop_suspend(fiber, timeout_ms);
}

void event_notify_one(Event *event)
{
    if (event->first)
        loop_make_ready(event->first, WAIT_READY);
}

void event_notify_all(Event *event)
{
    while (event->first)
        loop_make_ready(event->first, WAIT_READY);
}
