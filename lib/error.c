#include "lib/error.h"
#include "lib/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
    [ERROR_NONE] = "none",
    [ERROR_CONFIG] = "config",
    [ERROR_AUTH] = "auth",
    [ERROR_PERMISSION] = "permission",
    [ERROR_UNSUPPORTED] = "unsupported",
    [ERROR_THROTTLED] = "throttled",
    [ERROR_QUOTA] = "quota",
    [ERROR_TRANSIENT] = "transient",
    [ERROR_DATA] = "data",
    [ERROR_LOST] = "lost",
    [ERROR_CANCELLED] = "cancelled",
    [ERROR_INTERNAL] = "internal",
};

/* As Postgres and a proto string take it: what it quotes came from outside, and was cut at any byte. A dataset whose
 * error could not be stored would never end. */
static void keep_text(Error *err, const char *text)
{
    char clean[3 * (2 * sizeof err->text + 2) + 1];
    size_t length = text_clean(clean, text, strlen(text));
    if (length >= sizeof err->text)
        length = text_valid_utf8(clean, sizeof err->text - 1);
    memcpy(err->text, clean, length);
    err->text[length] = 0;
}

bool error_set_at(Error *err, ErrorKind kind, const char *where, const char *format, ...)
{
    if (!err)
        return false;
    /* Formatted aside, because an argument may be the text that is being replaced. */
    char text[sizeof err->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    *err = (Error){.kind = kind, .where = where};
    keep_text(err, text);
    return false;
}

bool error_wrap(Error *err, const char *format, ...)
{
    if (!err)
        return false;
    char context[sizeof err->text], text[2 * sizeof err->text + 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "%s: %s", context, err->text);
    keep_text(err, text);
    return false;
}

const char *error_kind_name(ErrorKind kind)
{
    return (size_t)kind < COUNT_OF(kind_names) ? kind_names[kind] : "unknown";
}

bool error_is_retriable(const Error *err)
{
    return err->kind == ERROR_THROTTLED || err->kind == ERROR_QUOTA || err->kind == ERROR_TRANSIENT;
}
