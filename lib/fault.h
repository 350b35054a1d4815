/*
 * Fault: places where a chaos build dies, freezes or leaves out a step of the protocol, so that the tests can show what
 * each step is for. TRIBUTARY_FAULT is a list, separated by commas, of
 *   [kill:|stop:]<point>[:n]   at the n-th passage (default 1) the process kills itself (default) or stops (SIGSTOP)
 *   <switch>                   this step is left out at every passage
 *   <event>[:n]                this happens at the n-th passage (an answer is lost, say) instead of a death
 * In an ordinary build (without the CMake option TRIBUTARY_FAULTS) nothing of this is compiled in.
 */
#pragma once
#ifdef TRIBUTARY_FAULTS
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The entry for `name`; *n is what stands behind it, *stop whether it only stops. */
static inline bool fault_named(const char *name, int *n, bool *stop)
{
    const char *entry = getenv("TRIBUTARY_FAULT");
    size_t length = strlen(name);
    for (; entry && *entry; entry += strcspn(entry, ","), entry += *entry == ',') {
        *stop = strncmp(entry, "stop:", 5) == 0;
        const char *at = *stop || strncmp(entry, "kill:", 5) == 0 ? entry + 5 : entry;
        if (strncmp(at, name, length) != 0 || (at[length] && !strchr(":,", at[length])))
            continue;
        *n = at[length] == ':' ? atoi(at + length + 1) : 1;
        return true;
    }
    return false;
}

static inline void fault_point(const char *name, int *passed)
{
    int n;
    bool stop;
    if (fault_named(name, &n, &stop) && ++*passed == n)
        raise(stop ? SIGSTOP : SIGKILL);
}

static inline bool fault_event(const char *name, int *passed)
{
    int n;
    bool stop;
    return fault_named(name, &n, &stop) && ++*passed == n;
}

static inline bool fault_switch(const char *name)
{
    int n;
    bool stop;
    return fault_named(name, &n, &stop);
}

#define FAULT_POINT(name) FAULT_POINT_OF(#name)
/* A point that bears the name of what passes: a job that kills whoever runs it. */
#define FAULT_POINT_OF(text)                                                                                           \
    do {                                                                                                               \
        static int passed_;                                                                                            \
        fault_point(text, &passed_);                                                                                   \
    } while (0)
#define FAULT_EVENT(name, action)                                                                                      \
    do {                                                                                                               \
        static int passed_;                                                                                            \
        if (fault_event(#name, &passed_)) {                                                                            \
            action;                                                                                                    \
        }                                                                                                              \
    } while (0)
#define FAULT_SWITCH(name) fault_switch(#name)
#else
#define FAULT_POINT(name)         ((void)0)
#define FAULT_POINT_OF(text)      ((void)0)
#define FAULT_EVENT(name, action) ((void)0)
#define FAULT_SWITCH(name)        false
#endif
