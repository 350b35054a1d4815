/*
 * Error: a failure as a value that says what to do next. The place that understands a failure sets the
 * kind; whoever passes it up adds context; the loop that can act on it reads the kind and logs it, once.
 * Convention: `Error *err` is the last parameter, functions return false or NULL on failure, and an Error
 * starts as {0}. error_set() and error_wrap() return false, so failing is one line.
 */
#pragma once
#include "lib/auto.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum ErrorKind {
    ERROR_NONE,
    ERROR_CONFIG,      /* an operator must act: stop                        */
    ERROR_AUTH,        /* the source refused the credential: Deauthorized    */
    ERROR_PERMISSION,  /* the credential may not read this data type         */
    ERROR_UNSUPPORTED, /* the source has no such data type or method         */
    ERROR_THROTTLED,   /* wait err->retry_after_ms, then go on               */
    ERROR_QUOTA,       /* so do; but we held back ourselves: no failure      */
    ERROR_TRANSIENT,   /* network, 5xx, broker: back off, retry              */
    ERROR_DATA,        /* this record or message is bad: dead-letter it      */
    ERROR_LOST,        /* somebody else owns the work now: publish nothing   */
    ERROR_CANCELLED,   /* the work is no longer wanted                       */
    ERROR_INTERNAL,    /* a bug: stop this piece of work, keep the process   */
} ErrorKind;

typedef struct Error {
    ErrorKind kind;
    int64_t retry_after_ms; /* 0: the caller's own backoff                   */
    const char *where;      /* file:line that saw it first, static storage   */
    char text[320];         /* outermost context first; UTF-8; never a secret   */
} Error;

#define ERROR_TEXT_OF(x) #x
#define ERROR_LINE(x)    ERROR_TEXT_OF(x)

/* Sets kind and text, forgetting what was there. A NULL err is allowed. Returns false. */
#define error_set(err, kind, ...) error_set_at((err), (kind), __FILE__ ":" ERROR_LINE(__LINE__), __VA_ARGS__)
bool error_set_at(Error *err, ErrorKind kind, const char *where, const char *format, ...) PRINTF_LIKE(4, 5);

/* Puts "context: " before the text; kind and retry_after_ms stay. Returns false. */
bool error_wrap(Error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* "transient", "data", … for logs and metrics. */
const char *error_kind_name(ErrorKind kind);

/* THROTTLED, QUOTA or TRANSIENT: the same call may go through later. */
bool error_is_retriable(const Error *err);
