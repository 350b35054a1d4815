/*
 * Skew: a clock of its own for one program: preloaded, it puts the wall clock $SKEW_SECONDS ahead and leaves time that
 * passes alone. What waits until an instant of the wall clock waits for the kernel's. (libfaketime does not translate
 * cnd_timedwait(), so librdkafka never wakes up below it.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static time_t ahead(void)
{
    const char *seconds = getenv("SKEW_SECONDS");
    return seconds ? (time_t)strtol(seconds, NULL, 10) : 0;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, id, now);
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
        now->tv_sec += ahead();
    return result;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    *now = (struct timeval){.tv_sec = exact.tv_sec, .tv_usec = exact.tv_nsec / 1000};
    return result;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until)
{
    static int (*kernels)(cnd_t *, mtx_t *, const struct timespec *);
    if (!kernels)
        *(void **)&kernels = dlsym(RTLD_NEXT, "cnd_timedwait");
    struct timespec shifted = {.tv_sec = until->tv_sec - ahead(), .tv_nsec = until->tv_nsec};
    return kernels(condition, mutex, &shifted);
}
