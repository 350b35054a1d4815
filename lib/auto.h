/*
 * Scoped cleanup. AUTO(T) *x = t_new(); is released by t_free when the scope ends, on every path out.
 * DEFINE_AUTO(T, free_function) beside the type makes that work; TAKE(x) hands the object to the caller
 * and leaves NULL behind. Works on gcc and clang (the cleanup attribute).
 */
#pragma once

#define AUTO(T) __attribute__((cleanup(auto_##T))) T

#define DEFINE_AUTO(T, release)                                                                                        \
    static inline void auto_##T(T **object)                                                                            \
    {                                                                                                                  \
        if (*object)                                                                                                   \
            release(*object);                                                                                          \
    }

/* Moves the pointer out of `x`, which becomes NULL. */
#define TAKE(x)                                                                                                        \
    ({                                                                                                                 \
        __typeof__(x) taken_ = (x);                                                                                    \
        (x) = (__typeof__(x))0;                                                                                        \
        taken_;                                                                                                        \
    })

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)
