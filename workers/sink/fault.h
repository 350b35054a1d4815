/*
 * Fault: switches for the chaos tests, compiled in only with TRIBUTARY_FAULTS. TRIBUTARY_FAULT names one:
 *     no_version_guard      rows are overwritten by whatever comes
 *     before_commit:N       killed when the N-th batch is copied but not committed
 *     after_commit:N        killed when the N-th batch is committed and nobody was told
 */
#pragma once
#include <stdbool.h>

#ifdef TRIBUTARY_FAULTS
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static inline bool fault_is(const char *name)
{
    const char *fault = getenv("TRIBUTARY_FAULT");
    return fault && strcmp(fault, name) == 0;
}

static inline void fault_point(const char *name, int *count)
{
    const char *fault = getenv("TRIBUTARY_FAULT");
    size_t length = strlen(name);
    if (fault && strncmp(fault, name, length) == 0 && fault[length] == ':' && ++*count == atoi(fault + length + 1))
        raise(SIGKILL);
}
#define FAULT_POINT(name)                                                                                              \
    do {                                                                                                               \
        static int count_;                                                                                             \
        fault_point((name), &count_);                                                                                  \
    } while (0)
#else
#define fault_is(name) false
#define FAULT_POINT(name)                                                                                              \
    do {                                                                                                               \
    } while (0)
#endif
