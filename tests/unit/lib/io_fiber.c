#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include "tests/support/suite.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static void run_all(void)
{
    loop_run(NULL, NULL);
}

/* ---- Turns ---- */

enum { MANY = 1000 };
static int steps[3 * MANY], n_steps;

static void step_thrice(void *argument)
{
    for (int i = 0; i < 3; i++) {
        steps[n_steps++] = (int)(intptr_t)argument;
        fiber_yield();
    }
}

START_TEST(fibers_take_turns_in_order)
{
    loop_open();
    n_steps = 0;
    for (intptr_t i = 0; i < MANY; i++)
        fiber_spawn("step", step_thrice, (void *)i);
    ck_assert_int_eq(fiber_count(), MANY);
    run_all();
    ck_assert_int_eq(n_steps, 3 * MANY);
    for (int i = 0; i < n_steps; i++)
        ck_assert_int_eq(steps[i], i % MANY);
    ck_assert_int_eq(fiber_count(), 0);
    loop_close();
}
END_TEST

static void spawn_deeper(void *argument)
{
    ck_assert(fiber_running());
    if (argument)
        fiber_spawn("deeper", spawn_deeper, (void *)((intptr_t)argument - 1));
    n_steps++;
}

START_TEST(a_fiber_starts_others)
{
    loop_open();
    n_steps = 0;
    ck_assert(!fiber_running());
    fiber_spawn("deeper", spawn_deeper, (void *)(intptr_t)100);
    run_all();
    ck_assert_int_eq(n_steps, 101);
    loop_close();
}
END_TEST

/* ---- Timers ---- */

static int64_t late_by[5];

static void sleep_and_note(void *argument)
{
    int ms = (int)(intptr_t)argument;
    int64_t before = clock_monotonic_ns();
    fiber_sleep_ms(ms);
    late_by[n_steps] = clock_monotonic_ns() - before - ms * INT64_C(1000000);
    steps[n_steps++] = ms;
}

START_TEST(timers_fire_in_order_and_never_early)
{
    static const int sleeps[] = {40, 0, 20, 30, 10};
    loop_open();
    n_steps = 0;
    for (size_t i = 0; i < COUNT_OF(sleeps); i++)
        fiber_spawn("sleep", sleep_and_note, (void *)(intptr_t)sleeps[i]);
    run_all();
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(steps[i], 10 * i);
        ck_assert_int_ge(late_by[i], 0);
    }
    loop_close();
}
END_TEST

static void sleep_pseudo_randomly(void *argument)
{
    unsigned seed = (unsigned)(intptr_t)argument;
    for (int i = 0; i < 5; i++) {
        seed = seed * 1103515245 + 12345;
        int64_t until = clock_monotonic_ms() + seed / 65536 % 20;
        fiber_sleep_ms(until - clock_monotonic_ms());
        ck_assert_int_ge(clock_monotonic_ms(), until);
    }
    n_steps++;
}

START_TEST(a_heap_of_timers_keeps_every_promise)
{
    loop_open();
    n_steps = 0;
    for (intptr_t i = 0; i < 500; i++)
        fiber_spawn("sleep", sleep_pseudo_randomly, (void *)i);
    run_all();
    ck_assert_int_eq(n_steps, 500);
    loop_close();
}
END_TEST

/* ---- Descriptors ---- */

static int pair[2];
static Wait second_reader, reader, writer, quiet;

static void open_pair(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
}

static void close_pair(void)
{
    close(pair[0]);
    close(pair[1]);
}

static void wait_to_read(void *argument)
{
    (void)argument;
    reader = fiber_wait_fd(pair[0], POLLIN, 5000);
    steps[n_steps++] = 'r';
}

static void wait_to_read_too(void *argument)
{
    (void)argument;
    second_reader = fiber_wait_fd(pair[0], POLLIN, 5000);
}

static void wait_to_write(void *argument)
{
    (void)argument;
    writer = fiber_wait_fd(pair[0], POLLOUT, 5000);
    steps[n_steps++] = 'w';
}

static void fill_then_free_both_ways(void *argument)
{
    char block[4096] = {0};
    (void)argument;
    fiber_sleep_ms(20);
    ck_assert_int_eq(n_steps, 0);
    while (read(pair[1], block, sizeof block) > 0) /* room to write */
        ;
    fiber_sleep_ms(20);
    ck_assert_int_eq(n_steps, 1);
    ck_assert_int_eq(steps[0], 'w');
    ck_assert_int_eq(write(pair[1], "x", 1), 1); /* something to read */
}

START_TEST(one_fiber_reads_while_another_writes_one_descriptor)
{
    char block[4096] = {0};
    loop_open();
    open_pair();
    while (write(pair[0], block, sizeof block) > 0)
        ;
    n_steps = 0;
    fiber_spawn("reader", wait_to_read, NULL);
    fiber_spawn("second", wait_to_read_too, NULL);
    fiber_spawn("writer", wait_to_write, NULL);
    fiber_spawn("peer", fill_then_free_both_ways, NULL);
    run_all();
    ck_assert_int_eq(reader, WAIT_READY);
    ck_assert_int_eq(writer, WAIT_READY);
    ck_assert_int_eq(second_reader, WAIT_ERROR);
    ck_assert_int_eq(n_steps, 2);
    ck_assert_int_eq(steps[1], 'r');
    close_pair();
    loop_close();
}
END_TEST

static void wait_in_vain_then_on_a_new_descriptor(void *argument)
{
    (void)argument;
    quiet = fiber_wait_fd(pair[0], POLLIN, 10);
    int number = pair[0];
    close_pair();
    open_pair();
    ck_assert_int_eq(pair[0], number);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    reader = fiber_wait_fd(pair[0], POLLIN, 5000);
    close(pair[1]);
    char byte;
    ck_assert_int_eq(read(pair[0], &byte, 1), 1);
    writer = fiber_wait_fd(pair[0], POLLIN, 5000); /* the peer's end is something to read */
    close(pair[0]);
    second_reader = fiber_wait_fd(pair[0], POLLIN, 5000);
}

START_TEST(a_descriptor_number_that_comes_again_is_a_new_one)
{
    loop_open();
    open_pair();
    fiber_spawn("wait", wait_in_vain_then_on_a_new_descriptor, NULL);
    run_all();
    ck_assert_int_eq(quiet, WAIT_TIMEOUT);
    ck_assert_int_eq(reader, WAIT_READY);
    ck_assert_int_eq(writer, WAIT_READY);
    ck_assert_int_eq(second_reader, WAIT_ERROR);
    loop_close();
}
END_TEST

START_TEST(outside_a_fiber_the_thread_waits)
{
    open_pair();
    int64_t before = clock_monotonic_ms();
    ck_assert_int_eq(fiber_wait_fd(pair[0], POLLIN, 20), WAIT_TIMEOUT);
    ck_assert_int_ge(clock_monotonic_ms() - before, 20);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_assert_int_eq(fiber_wait_fd(pair[0], POLLIN, -1), WAIT_READY);
    ck_assert_int_eq(fiber_wait_fd(pair[0], POLLOUT, 0), WAIT_READY);
    close_pair();
    ck_assert_int_eq(fiber_wait_fd(pair[0], POLLIN, 20), WAIT_ERROR);
}
END_TEST

static void wait_on_a_file(void *argument)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    *(Wait *)argument = fiber_wait_fd(fd, POLLIN, 5000);
    close(fd);
}

START_TEST(a_plain_file_is_always_ready)
{
    Wait wait = WAIT_ERROR;
    loop_open();
    fiber_spawn("file", wait_on_a_file, &wait);
    run_all();
    ck_assert_int_eq(wait, WAIT_READY);
    loop_close();
}
END_TEST

/* ---- Events ---- */

static Event event;
static Wait waits[4];

static void wait_for_event(void *argument)
{
    int i = (int)(intptr_t)argument;
    waits[i] = event_wait(&event, i == 1 ? 10 : 5000);
    steps[n_steps++] = i;
}

static void notify(void *argument)
{
    (void)argument;
    fiber_sleep_ms(30); /* number 1 gives up meanwhile, out of the middle of the queue */
    ck_assert_int_eq(n_steps, 1);
    event_notify_one(&event);
    fiber_yield();
    ck_assert_int_eq(n_steps, 2);
    event_notify_all(&event);
}

START_TEST(an_event_wakes_one_or_all_in_the_order_they_came)
{
    static const int expected[] = {1, 0, 2, 3};
    loop_open();
    n_steps = 0;
    for (intptr_t i = 0; i < 4; i++)
        fiber_spawn("wait", wait_for_event, (void *)i);
    fiber_spawn("notify", notify, NULL);
    run_all();
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(steps[i], expected[i]);
        ck_assert_int_eq(waits[i], i == 1 ? WAIT_TIMEOUT : WAIT_READY);
    }
    ck_assert_int_eq(event_wait(&event, 10), WAIT_ERROR); /* fibers only */
    loop_close();
}
END_TEST

/* ---- The loop ---- */

static bool woken;

static void *wake_from_a_thread(void *loop)
{
    struct timespec moment = {.tv_nsec = 20 * 1000000};
    nanosleep(&moment, NULL);
    __atomic_store_n(&woken, true, __ATOMIC_RELEASE);
    loop_wake(loop);
    return NULL;
}

static bool is_woken(void *context)
{
    (void)context;
    return __atomic_load_n(&woken, __ATOMIC_ACQUIRE);
}

static void sleep_long(void *argument)
{
    (void)argument;
    fiber_sleep_ms(60000);
}

START_TEST(another_thread_wakes_the_loop)
{
    pthread_t thread;
    loop_open();
    woken = false;
    fiber_spawn("sleep", sleep_long, NULL);
    int64_t before = clock_monotonic_ms();
    pthread_create(&thread, NULL, wake_from_a_thread, loop_current());
    loop_run(is_woken, NULL);
    ck_assert_int_lt(clock_monotonic_ms() - before, 10000);
    ck_assert_int_eq(fiber_count(), 1);
    pthread_join(thread, NULL);
    loop_close(); /* with the sleeper still in it */
}
END_TEST

static bool one_step_done(void *context)
{
    (void)context;
    return n_steps >= 1;
}

START_TEST(a_suspended_fiber_goes_on_with_the_next_run)
{
    loop_open();
    n_steps = 0;
    fiber_spawn("step", step_thrice, NULL);
    loop_run(one_step_done, NULL);
    ck_assert_int_eq(n_steps, 1);
    run_all();
    ck_assert_int_eq(n_steps, 3);
    loop_close();
}
END_TEST

static void bind_and_yield(void *argument)
{
    LogPair own[] = {KV("fiber", (int)(intptr_t)argument)};
    ck_assert_ptr_null(log_binding().pairs);
    log_bind(own, 1);
    for (int i = 0; i < 3; i++) {
        fiber_yield();
        ck_assert_ptr_eq(log_binding().pairs, own);
    }
}

START_TEST(each_fiber_keeps_its_log_binding)
{
    LogPair outer[] = {KV("thread", "main")};
    loop_open();
    log_bind(outer, 1);
    fiber_spawn("one", bind_and_yield, (void *)1);
    fiber_spawn("two", bind_and_yield, (void *)2);
    run_all();
    ck_assert_ptr_eq(log_binding().pairs, outer);
    log_bind(NULL, 0);
    loop_close();
}
END_TEST

/* ---- Memory ---- */

static long resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_int_eq(fscanf(file, "%ld %ld", &pages, &resident), 2);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool all_there(void *context)
{
    return n_steps == *(int *)context;
}

static void arrive_and_sleep(void *argument)
{
    (void)argument;
    n_steps++;
    fiber_sleep_ms(200);
}

START_TEST(five_thousand_fibers_hold_little)
{
    int n = SANITIZED ? 500 : 5000; /* TSan keeps most of a megabyte a fiber */
    loop_open();
    n_steps = 0;
    long before = resident_kib();
    for (int i = 0; i < n; i++)
        fiber_spawn("sleep", arrive_and_sleep, NULL);
    loop_run(all_there, &n);
    long held = resident_kib() - before;
    printf("%d fibers hold %ld KiB, %.1f KiB each\n", n, held, (double)held / n);
    if (!SANITIZED)
        ck_assert_int_lt(held, n * 12);
    run_all();
    loop_close();
}
END_TEST

/* Ends only after a gigabyte; `volatile` keeps the frames. */
static int dig(int depth)
{
    volatile char frame[1024];
    frame[0] = (char)depth;
    return depth > 0 ? dig(depth - 1) + frame[0] : 0;
}

static void overflow(void *argument)
{
    (void)argument;
    dig(1 << 20);
}

START_TEST(an_overflowing_stack_ends_the_process)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(2);
        loop_open();
        fiber_spawn("overflow", overflow, NULL);
        run_all();
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(status != 0);
    ck_assert(SANITIZED || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV));
}
END_TEST

SUITE("io_fiber", fibers_take_turns_in_order, a_fiber_starts_others, timers_fire_in_order_and_never_early,
      a_heap_of_timers_keeps_every_promise, one_fiber_reads_while_another_writes_one_descriptor,
      a_descriptor_number_that_comes_again_is_a_new_one, outside_a_fiber_the_thread_waits, a_plain_file_is_always_ready,
      an_event_wakes_one_or_all_in_the_order_they_came, another_thread_wakes_the_loop,
      a_suspended_fiber_goes_on_with_the_next_run, each_fiber_keeps_its_log_binding, five_thousand_fibers_hold_little,
      an_overflowing_stack_ends_the_process)
