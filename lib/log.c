#include "lib/log.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/text.h"
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_SIZE = 4096, /* PIPE_BUF: longer writes of several processes mix in a pipe */
    TAIL_SIZE = 24,   /* room that the end of a cut line needs */
    VALUE_SIZE = 512,
};

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static char program_name[64];
static atomic_int level_now = LOG_INFO;
static atomic_int format_now = LOG_LOGFMT;
static _Thread_local LogBinding bound;

typedef struct Line {
    bool json, cut;
    size_t length;
    char bytes[LINE_SIZE];
} Line;

void log_open(const char *program, LogLevel level, LogFormat format)
{
    snprintf(program_name, sizeof program_name, "%s", program);
    atomic_store(&level_now, (int)level);
    atomic_store(&format_now, (int)format);
}

bool log_enabled(LogLevel level)
{
    return (int)level >= atomic_load_explicit(&level_now, memory_order_relaxed);
}

void log_bind(const LogPair *pairs, size_t n_pairs)
{
    bound = (LogBinding){pairs, n_pairs};
}

LogBinding log_binding(void)
{
    return bound;
}

void log_rebind(LogBinding binding)
{
    bound = binding;
}

/* What does not fit is dropped and marks the line as cut; the pair it belongs to is taken back as a whole. */
static void put(Line *line, const char *bytes, size_t length)
{
    if (length > LINE_SIZE - TAIL_SIZE - line->length) {
        line->cut = true;
        return;
    }
    memcpy(line->bytes + line->length, bytes, length);
    line->length += length;
}

static void put_text(Line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* Terminals obey C1 controls and DEL as they obey C0. */
static bool is_control(const unsigned char *at, size_t left)
{
    return *at < 0x20 || *at == 0x7F || (*at == 0xC2 && left > 1 && at[1] < 0xA0);
}

static void put_escaped(Line *line, const char *value, size_t length)
{
    for (size_t i = 0; i < length;) {
        const unsigned char *at = (const unsigned char *)value + i;
        char escape[8] = {'\\', 0};
        size_t taken = 1;
        if (*at == '"' || *at == '\\') {
            escape[1] = (char)*at;
        } else if (*at == '\n') {
            escape[1] = 'n';
        } else if (is_control(at, length - i)) {
            taken = *at == 0xC2 ? 2 : 1;
            snprintf(escape, sizeof escape, "\\u%04x", at[taken - 1]);
        } else {
            taken = 0;
            while (i + taken < length && at[taken] != '"' && at[taken] != '\\' &&
                   !is_control(at + taken, length - i - taken))
                taken++;
            put(line, value + i, taken);
            i += taken;
            continue;
        }
        put_text(line, escape);
        i += taken;
    }
}

/* Characters that split or confuse a logfmt value. */
static bool needs_quotes(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)value[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7F)
            return true;
    }
    return length == 0;
}

static void put_value(Line *line, const char *value)
{
    char clean[3 * VALUE_SIZE + 8];
    size_t full = value ? strnlen(value, VALUE_SIZE + 1) : 0, length = 0;
    size_t kept = full > VALUE_SIZE ? VALUE_SIZE : full;
    while (full > VALUE_SIZE && kept > VALUE_SIZE - 4 && ((unsigned char)value[kept] & 0xC0) == 0x80)
        kept--; /* not inside a character */
    for (size_t i = 0; i < kept;) {
        size_t valid = text_valid_utf8(value + i, kept - i);
        memcpy(clean + length, value + i, valid);
        length += valid;
        i += valid;
        if (i < kept) {
            memcpy(clean + length, "\xEF\xBF\xBD", 3);
            length += 3;
            i++;
        }
    }
    if (full > VALUE_SIZE) {
        memcpy(clean + length, "\xE2\x80\xA6", 3);
        length += 3;
    }
    bool quotes = line->json || needs_quotes(clean, length);
    if (quotes)
        put(line, "\"", 1);
    put_escaped(line, clean, length);
    if (quotes)
        put(line, "\"", 1);
}

static void put_pair(Line *line, LogPair pair)
{
    size_t before = line->length;
    char number[40] = "";
    bool was_cut = line->cut;
    line->cut = false;
    if (line->json)
        put(line, line->length > 1 ? ",\"" : "\"", line->length > 1 ? 2 : 1);
    else if (line->length > 0)
        put(line, " ", 1);
    put_text(line, pair.key);
    put_text(line, line->json ? "\":" : "=");
    switch (pair.type) {
    case LOG_INT:
        snprintf(number, sizeof number, "%lld", (long long)pair.i);
        break;
    case LOG_UINT:
        snprintf(number, sizeof number, "%llu", (unsigned long long)pair.u);
        break;
    case LOG_DOUBLE:
        snprintf(number, sizeof number, line->json && !isfinite(pair.d) ? "null" : "%.9g", pair.d);
        break;
    case LOG_BOOL:
        snprintf(number, sizeof number, "%s", pair.b ? "true" : "false");
        break;
    case LOG_TEXT:
        put_value(line, pair.text);
        break;
    }
    put_text(line, number);
    if (line->cut)
        line->length = before;
    line->cut |= was_cut;
}

static void write_all(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDERR_FILENO, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nobody to tell */
        bytes += n;
        length -= (size_t)n;
    }
}

void log_write(LogLevel level, const char *message, const LogPair *pairs, size_t n_pairs)
{
    if (!log_enabled(level))
        return;
    int saved_errno = errno;
    /* Not on the stack: a fiber has 64 KiB of it. No fiber gives way in here. */
    static _Thread_local Line line;
    line.json = atomic_load_explicit(&format_now, memory_order_relaxed) == LOG_JSON;
    line.cut = false;
    line.length = 0;
    int64_t now_ms = clock_wall_ms();
    char stamp[36];
    clock_format_instant(stamp, now_ms / 1000, 0);
    snprintf(stamp + strlen(stamp) - 1, 8, ".%03dZ", (int)(now_ms % 1000));

    if (line.json)
        put(&line, "{", 1);
    put_pair(&line, KV("ts", (const char *)stamp));
    put_pair(&line, KV("level", level_names[level]));
    put_pair(&line, KV("program", (const char *)program_name));
    for (size_t i = 0; i < bound.n_pairs; i++)
        put_pair(&line, bound.pairs[i]);
    put_pair(&line, KV("msg", message));
    for (size_t i = 0; i < n_pairs; i++)
        put_pair(&line, pairs[i]);
    const char *tail = line.json ? (line.cut ? ",\"cut\":true}\n" : "}\n") : (line.cut ? " cut=true\n" : "\n");
    memcpy(line.bytes + line.length, tail, strlen(tail));
    write_all(line.bytes, line.length + strlen(tail));
    errno = saved_errno;
}
