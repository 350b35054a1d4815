/*
 * Fault: places where a chaos build dies or leaves out a step of the protocol, so that the tests can show what each
 * step is for. TRIBUTARY_FAULT=<point>[:n]: a crash at the n-th passage (default 1), a switch at every one. In an
 * ordinary build (without the CMake option TRIBUTARY_FAULTS) nothing of this is compiled in.
 */
#pragma once
#ifdef TRIBUTARY_FAULTS
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline const char *fault_named(const char *point)
{
    const char *wanted = getenv("TRIBUTARY_FAULT");
    size_t length = strlen(point);
    if (!wanted || strncmp(wanted, point, length) != 0 || (wanted[length] && wanted[length] != ':'))
        return NULL;
    return wanted[length] ? wanted + length + 1 : "1";
}

static inline void fault_point(const char *point, int *passed)
{
    const char *at = fault_named(point);
    if (at && ++*passed == atoi(at))
        raise(SIGKILL);
}

#define FAULT_POINT(name)                                                                                              \
    do {                                                                                                               \
        static int passed_;                                                                                            \
        fault_point(#name, &passed_);                                                                                  \
    } while (0)
#define FAULT_SWITCH(name) (fault_named(#name) != NULL)
#else
#define FAULT_POINT(name)  ((void)0)
#define FAULT_SWITCH(name) false
#endif
