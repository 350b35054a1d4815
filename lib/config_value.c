#include "lib/config_parts.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct Unit {
    const char *name;
    int64_t factor;
} Unit;

static const Unit durations[] = {
    {"ms", 1               },
    {"s",  1000            },
    {"m",  60 * 1000       },
    {"h",  3600 * 1000     },
    {"d",  24 * 3600 * 1000}
};
static const Unit sizes[] = {
    {"",    1      },
    {"B",   1      },
    {"KiB", 1 << 10},
    {"MiB", 1 << 20},
    {"GiB", 1 << 30}
};
static const Unit plain[] = {
    {"", 1}
};

static const struct Form {
    const char *placeholder, *accepted;
    const Unit *units; /* of numbers */
    size_t n_units;
} forms[] = {
    [OPTION_TEXT] = {"TEXT",       "a text",                                          NULL,      0                  },
    [OPTION_INTEGER] = {"N",          "a whole number",                                  plain,     COUNT_OF(plain)    },
    [OPTION_BOOLEAN] = {"true|false", "true or false",                                   NULL,      0                  },
    [OPTION_DURATION] = {"DURATION",   "a duration such as 250ms, 10s, 5m, 2h or 7d",     durations, COUNT_OF(durations)},
    [OPTION_BYTES] = {"BYTES",      "a size such as 512, 64KiB, 8MiB or 1GiB",         sizes,     COUNT_OF(sizes)    },
    [OPTION_ADDRESS] = {"HOST:PORT",  "an address such as 127.0.0.1:8080 or [::1]:8080", NULL,      0                  },
    [OPTION_SECRET] = {"SECRET",     "a text",                                          NULL,      0                  },
};

static bool read_number(const char *text, const struct Form *form, int64_t *number)
{
    char *end;
    errno = 0;
    long long count = strtoll(text, &end, 10);
    if (errno || end == text || strspn(text, " \t") > 0)
        return false;
    for (size_t i = 0; i < form->n_units; i++)
        if (strcmp(end, form->units[i].name) == 0 || (count == 0 && *end == 0))
            return !__builtin_mul_overflow(count, form->units[i].factor, number);
    return false;
}

static bool read_boolean(const char *text, int64_t *number)
{
    static const char *const words[] = {"false", "true", "no", "yes", "0", "1"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *number = (int64_t)(i % 2);
            return true;
        }
    }
    return false;
}

static bool is_address(const char *text)
{
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || strpbrk(text, " /@"))
        return false;
    bool bracketed = text[0] == '[' && colon[-1] == ']';
    if (!bracketed && memchr(text, ':', (size_t)(colon - text)))
        return false;
    size_t digits = strspn(colon + 1, "0123456789");
    return digits > 0 && digits <= 5 && colon[1 + digits] == 0 && atoi(colon + 1) <= 65535;
}

static bool in_range(const Option *option, int64_t number)
{
    if (option->min == 0 && option->max == 0)
        return number >= 0;
    return number >= option->min && number <= option->max;
}

bool config_check_value(const Option *option, const char *text, const char *from, int64_t *number, Error *err)
{
    const struct Form *form = &forms[option->type];
    bool is_number = form->n_units > 0, good = true;
    *number = 0;
    if (strlen(text) > MAX_VALUE)
        return error_set(err, ERROR_CONFIG, "%s: longer than %d bytes", from, MAX_VALUE);
    if (is_number)
        good = read_number(text, form, number);
    else if (option->type == OPTION_BOOLEAN)
        good = read_boolean(text, number);
    else if (option->type == OPTION_ADDRESS)
        good = is_address(text);
    if (!good)
        return error_set(err, ERROR_CONFIG, "%s: '%.60s' will not do for %s: write %s", from, text, option->name,
                         form->accepted);
    if (!is_number || in_range(option, *number))
        return true;
    if (option->max == 0 && option->min == 0)
        return error_set(err, ERROR_CONFIG, "%s: '%.60s' will not do for %s: it may not be negative", from, text,
                         option->name);
    return error_set(err, ERROR_CONFIG, "%s: '%.60s' will not do for %s: it must lie between %lld and %lld%s", from,
                     text, option->name, (long long)option->min, (long long)option->max,
                     option->type == OPTION_DURATION ? " ms"
                     : option->type == OPTION_BYTES  ? " bytes"
                                                     : "");
}

const char *config_placeholder(const Option *option)
{
    return forms[option->type].placeholder;
}

bool config_property_is_secret(const char *property)
{
    static const char *const marks[] = {"password", "secret", ".pem", "oauthbearer.config"};
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (strstr(property, marks[i]))
            return true;
    return false;
}
