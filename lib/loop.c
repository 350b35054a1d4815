#include "lib/loop.h"
#include "lib/clock.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static _Thread_local Loop *current;

Loop *loop_current(void)
{
    return current;
}

static void die(const char *what)
{
    fprintf(stderr, "loop: %s: %s\n", what, strerror(errno));
    abort();
}

void loop_open(void)
{
    Loop *loop = calloc(1, sizeof *loop);
    if (!loop || current)
        die(current ? "this thread has a loop already" : "calloc");
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event wake = {.events = EPOLLIN, .data.fd = loop->wake};
    if (loop->epoll < 0 || loop->wake < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake, &wake) != 0)
        die("epoll");
    context_adopt(&loop->context);
    current = loop;
}

void loop_wake(Loop *loop)
{
    int saved = errno; /* signal handlers call this */
    uint64_t one = 1;
    ssize_t written = write(loop->wake, &one, sizeof one); /* full means that a wake-up is on its way already */
    (void)written;
    errno = saved;
}

/* ---- Timers: a binary heap ---- */

static void timer_put(Loop *loop, size_t place, Fiber *fiber)
{
    loop->timers[place] = fiber;
    fiber->timer = place;
}

static void timer_up(Loop *loop, size_t place, Fiber *fiber)
{
    for (; place > 0; place = (place - 1) / 2) {
        Fiber *parent = loop->timers[(place - 1) / 2];
        if (parent->deadline_ns <= fiber->deadline_ns)
            break;
        timer_put(loop, place, parent);
    }
    timer_put(loop, place, fiber);
}

static void timer_down(Loop *loop, size_t place, Fiber *fiber)
{
    for (size_t child; (child = 2 * place + 1) < loop->n_timers; place = child) {
        if (child + 1 < loop->n_timers && loop->timers[child + 1]->deadline_ns < loop->timers[child]->deadline_ns)
            child++;
        if (fiber->deadline_ns <= loop->timers[child]->deadline_ns)
            break;
        timer_put(loop, place, loop->timers[child]);
    }
    timer_put(loop, place, fiber);
}

static void timer_add(Loop *loop, Fiber *fiber, int64_t timeout_ms)
{
    if (loop->n_timers == loop->timers_capacity) {
        loop->timers_capacity = loop->timers_capacity ? 2 * loop->timers_capacity : 64;
        loop->timers = realloc(loop->timers, loop->timers_capacity * sizeof(Fiber *));
        if (!loop->timers)
            die("realloc");
    }
    fiber->deadline_ns = clock_monotonic_ns() + timeout_ms * 1000000;
    timer_up(loop, loop->n_timers++, fiber);
}

static void timer_remove(Loop *loop, Fiber *fiber)
{
    if (fiber->timer == (size_t)NO_TIMER)
        return;
    size_t place = fiber->timer;
    fiber->timer = (size_t)NO_TIMER;
    Fiber *last = loop->timers[--loop->n_timers];
    if (last == fiber)
        return;
    if (place > 0 && last->deadline_ns < loop->timers[(place - 1) / 2]->deadline_ns)
        timer_up(loop, place, last);
    else
        timer_down(loop, place, last);
}

/* ---- Descriptors: one-shot registrations that stay until the descriptor is closed ---- */

/* Tells epoll what the slot's waiters want now. The kernel forgets a closed descriptor by itself, so the number may be
 * known or not. */
static bool arm(Loop *loop, int fd)
{
    FdSlot *slot = &loop->fds[fd];
    struct epoll_event want = {.events = EPOLLONESHOT, .data.fd = fd};
    if (slot->reader)
        want.events |= EPOLLIN | EPOLLRDHUP;
    if (slot->writer)
        want.events |= EPOLLOUT;
    return epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &want) == 0 ||
           (errno == ENOENT && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &want) == 0);
}

static void unwatch(Fiber *fiber)
{
    if (fiber->fd < 0)
        return;
    FdSlot *slot = &fiber->loop->fds[fiber->fd];
    if (slot->reader == fiber)
        slot->reader = NULL;
    if (slot->writer == fiber)
        slot->writer = NULL;
    fiber->fd = -1;
}

bool loop_watch(Fiber *fiber, int fd, short events)
{
    Loop *loop = fiber->loop;
    if (fd < 0) {
        errno = EBADF;
        return false;
    }
    if ((size_t)fd >= loop->n_fds) {
        size_t n = (size_t)fd + 64;
        loop->fds = realloc(loop->fds, n * sizeof(FdSlot));
        if (!loop->fds)
            die("realloc");
        memset(loop->fds + loop->n_fds, 0, (n - loop->n_fds) * sizeof(FdSlot));
        loop->n_fds = n;
    }
    FdSlot *slot = &loop->fds[fd];
    if (((events & POLLIN) && slot->reader) || ((events & POLLOUT) && slot->writer)) {
        errno = EBUSY;
        return false;
    }
    if (events & POLLIN)
        slot->reader = fiber;
    if (events & POLLOUT)
        slot->writer = fiber;
    fiber->fd = fd;
    if (arm(loop, fd))
        return true;
    unwatch(fiber);
    return false;
}

static void wake_waiters(Loop *loop, int fd, uint32_t events)
{
    const uint32_t both = EPOLLERR | EPOLLHUP;
    FdSlot *slot = &loop->fds[fd];
    if (slot->reader && events & (EPOLLIN | EPOLLRDHUP | both))
        loop_make_ready(slot->reader, WAIT_READY);
    if (slot->writer && events & (EPOLLOUT | both))
        loop_make_ready(slot->writer, WAIT_READY);
    if ((slot->reader || slot->writer) && !arm(loop, fd)) { /* the shot is spent and the other direction still waits */
        if (slot->reader)
            loop_make_ready(slot->reader, WAIT_ERROR);
        if (slot->writer)
            loop_make_ready(slot->writer, WAIT_ERROR);
    }
}

/* ---- Suspending, readying, turning ---- */

static void event_leave(Fiber *fiber)
{
    Event *event = fiber->event;
    if (!event)
        return;
    if (fiber->previous)
        fiber->previous->next = fiber->next;
    else
        event->first = fiber->next;
    if (fiber->next)
        fiber->next->previous = fiber->previous;
    else
        event->last = fiber->previous;
    fiber->event = NULL;
}

void loop_make_ready(Fiber *fiber, Wait result)
{
    Loop *loop = fiber->loop;
    event_leave(fiber);
    unwatch(fiber);
    timer_remove(loop, fiber);
    fiber->result = result;
    fiber->ready = true;
    fiber->next = NULL;
    if (loop->first_ready)
        loop->last_ready->next = fiber;
    else
        loop->first_ready = fiber;
    loop->last_ready = fiber;
}

Wait loop_suspend(Fiber *fiber, int64_t timeout_ms)
{
    if (timeout_ms >= 0)
        timer_add(fiber->loop, fiber, timeout_ms);
    context_switch(&fiber->context, &fiber->loop->context, false);
    return fiber->result;
}

void loop_kill(Fiber *fiber)
{
    if (!fiber)
        return;
    event_leave(fiber);
    unwatch(fiber);
    timer_remove(fiber->loop, fiber);
    if (fiber->ready)
        fiber->ended = true; /* the queue has no way to take one out of its middle; its turn frees it */
    else
        fiber_free(fiber);
}

static void enter(Loop *loop, Fiber *fiber)
{
    LogBinding outer = log_binding();
    log_rebind(fiber->log);
    loop->running = fiber;
    context_switch(&loop->context, &fiber->context, false);
    loop->running = NULL;
    fiber->log = log_binding();
    log_rebind(outer);
}

/* Those that are ready now; who gets ready meanwhile runs in the next turn, so descriptors and timers are never
 * starved. */
static void run_ready(Loop *loop)
{
    Fiber *last = loop->last_ready;
    for (bool end = !loop->first_ready; !end;) {
        Fiber *fiber = loop->first_ready;
        loop->first_ready = fiber->next;
        end = fiber == last;
        fiber->ready = false;
        if (!fiber->ended)
            enter(loop, fiber);
        if (fiber->ended)
            fiber_free(fiber);
    }
}

static int wait_budget(const Loop *loop)
{
    if (loop->first_ready)
        return 0;
    if (loop->n_timers == 0)
        return -1;
    int64_t left = loop->timers[0]->deadline_ns - clock_monotonic_ns();
    if (left <= 0)
        return 0;
    int64_t ms = (left + 999999) / 1000000;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static void poll_events(Loop *loop)
{
    struct epoll_event events[256];
    int n = epoll_wait(loop->epoll, events, sizeof events / sizeof *events, wait_budget(loop));
    if (n < 0 && errno != EINTR)
        die("epoll_wait");
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == loop->wake) {
            uint64_t count;
            ssize_t got = read(loop->wake, &count, sizeof count);
            (void)got;
        } else {
            wake_waiters(loop, events[i].data.fd, events[i].events);
        }
    }
    int64_t now = loop->n_timers ? clock_monotonic_ns() : 0;
    while (loop->n_timers && loop->timers[0]->deadline_ns <= now)
        loop_make_ready(loop->timers[0], WAIT_TIMEOUT);
}

void loop_run(bool (*done)(void *context), void *context)
{
    Loop *loop = current;
    if (!loop || loop->running) {
        errno = 0;
        die(loop ? "loop_run inside a fiber" : "this thread has no loop");
    }
    while (!(done && done(context)) && loop->n_fibers > 0) {
        run_ready(loop);
        /* Asked before the wait too: what a fiber just did may be what the caller waits for. */
        if (loop->n_fibers > 0 && !(done && done(context)))
            poll_events(loop);
    }
}

void loop_close(void)
{
    Loop *loop = current;
    if (!loop)
        return;
    /* First everybody leaves his event, which may lie on another's stack. */
    for (Fiber *fiber = loop->all; fiber; fiber = fiber->older)
        event_leave(fiber);
    while (loop->all)
        fiber_free(loop->all);
    context_forget_spares();
    close(loop->epoll);
    close(loop->wake);
    free(loop->fds);
    free(loop->timers);
    free(loop);
    current = NULL;
}
