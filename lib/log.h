/*
 * Log: one line per event on stderr, logfmt or JSON. The message is a constant, facts are pairs. Fields bound with
 * log_bind() (per fiber, else per thread) come first on each line. KV() takes integers, doubles, bools and texts and
 * nothing else: a Secret does not compile. Values are cut at 512 bytes and escaped. Thread-safe; one write(2) a line.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;
typedef enum LogFormat { LOG_LOGFMT, LOG_JSON } LogFormat;

typedef struct LogPair {
    const char *key;
    enum { LOG_INT, LOG_UINT, LOG_DOUBLE, LOG_BOOL, LOG_TEXT } type;
    union {
        int64_t i;
        uint64_t u;
        double d;
        bool b;
        const char *text; /* NULL prints as empty */
    };
} LogPair;

void log_open(const char *program, LogLevel level, LogFormat format);
bool log_enabled(LogLevel level);

/* Pairs are ended by a pair without key; use the macros. */
void log_write(LogLevel level, const char *message, const LogPair *pairs, size_t n_pairs);

/* Context that every further line of this fiber (or thread) starts with. `pairs` and their texts are borrowed until
 * log_bind(NULL, 0). */
void log_bind(const LogPair *pairs, size_t n_pairs);
/* The fiber scheduler saves and restores the binding over a switch. */
typedef struct LogBinding {
    const LogPair *pairs;
    size_t n_pairs;
} LogBinding;
LogBinding log_binding(void);
void log_rebind(LogBinding binding);

static inline LogPair log_pair_int(const char *key, int64_t v)
{
    return (LogPair){.key = key, .type = LOG_INT, .i = v};
}
static inline LogPair log_pair_uint(const char *key, uint64_t v)
{
    return (LogPair){.key = key, .type = LOG_UINT, .u = v};
}
static inline LogPair log_pair_double(const char *key, double v)
{
    return (LogPair){.key = key, .type = LOG_DOUBLE, .d = v};
}
static inline LogPair log_pair_bool(const char *key, bool v)
{
    return (LogPair){.key = key, .type = LOG_BOOL, .b = v};
}
static inline LogPair log_pair_text(const char *key, const char *v)
{
    return (LogPair){.key = key, .type = LOG_TEXT, .text = v};
}

#define KV(key, value)                                                                                                 \
    _Generic((value),                                                                                                  \
        bool: log_pair_bool,                                                                                           \
        char: log_pair_int,                                                                                            \
        signed char: log_pair_int,                                                                                     \
        short: log_pair_int,                                                                                           \
        int: log_pair_int,                                                                                             \
        long: log_pair_int,                                                                                            \
        long long: log_pair_int,                                                                                       \
        unsigned char: log_pair_uint,                                                                                  \
        unsigned short: log_pair_uint,                                                                                 \
        unsigned: log_pair_uint,                                                                                       \
        unsigned long: log_pair_uint,                                                                                  \
        unsigned long long: log_pair_uint,                                                                             \
        float: log_pair_double,                                                                                        \
        double: log_pair_double,                                                                                       \
        char *: log_pair_text,                                                                                         \
        const char *: log_pair_text)((key), (value))

#define LOG_AT(level, message, ...)                                                                                    \
    do {                                                                                                               \
        if (log_enabled(level)) {                                                                                      \
            const LogPair log_pairs_[] = {__VA_ARGS__ __VA_OPT__(, ) KV("", 0)};                                       \
            log_write((level), (message), log_pairs_, sizeof log_pairs_ / sizeof *log_pairs_ - 1);                     \
        }                                                                                                              \
    } while (0)
#define log_debug(...) LOG_AT(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  LOG_AT(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  LOG_AT(LOG_WARN, __VA_ARGS__)
#define log_error(...) LOG_AT(LOG_ERROR, __VA_ARGS__)

/* The pairs of an Error: kind, where, text. */
#define KV_ERROR(err)                                                                                                  \
    KV("kind", error_kind_name((err)->kind)), KV("where", (err)->where), KV("error", (const char *)(err)->text)
