/* The program whose options the configuration's tests read, and short ways to read them. */
#pragma once
#include "lib/arena.h"
#include "lib/config.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const Option own_options[] = {
    {"batch-rows", "10000", "rows a batch",               OPTION_INTEGER,  false, 1, 1000000},
    {"poll-wait",  "250ms", "longest wait for a message", OPTION_DURATION, false, 1, 60000  },
    {"page-bytes", "8MiB",  "largest page",               OPTION_BYTES,    false, 0, 0      },
    {"verify",     "false", "check twice",                OPTION_BOOLEAN,  false, 0, 0      },
    {"stripe-key", NULL,    "key of the account",         OPTION_SECRET,   false, 0, 0      },
};
static const OptionGroup test_groups[] = {
    {own_options,   COUNT_OF(own_options)  },
    {config_common, COUNT_OF(config_common)},
};
static const ConfigProgram test_program = {.name = "tester",
                                           .summary = "Tests.",
                                           .usage = "[options]",
                                           .groups = test_groups,
                                           .n_groups = COUNT_OF(test_groups)};

/* NULL-ended lists. */
#define FLAGS(...)       ((const char *const[]){"tester", __VA_ARGS__ __VA_OPT__(, ) NULL})
#define ENVIRONMENT(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* main() and environ have types without const; nothing writes there. */
#define MUTABLE(list) ((char **)(uintptr_t)(list))

static inline Config *try_config(const char *const *flags, const char *const *environment, Error *err)
{
    int n = 0, operand;
    while (flags[n])
        n++;
    return config_parse(&test_program, n, MUTABLE(flags), MUTABLE(environment), &operand, err);
}

static inline Config *load(const char *const *flags, const char *const *environment)
{
    Error err = {0};
    Config *config = try_config(flags, environment, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
    return config;
}

/* The configuration is refused with this kind, and the text has all of `said` (ended by NULL) in it. */
static inline void check_config_refused(const char *const *flags, const char *const *environment, ErrorKind kind,
                                        const char *const *said)
{
    Error err = {0};
    AUTO(Config) *config = try_config(flags, environment, &err);
    ck_assert_msg(config == NULL, "%s was accepted", flags[1] ? flags[1] : environment[0]);
    ck_assert_msg(err.kind == kind, "%s: %s", error_kind_name(err.kind), err.text);
    for (; *said; said++)
        ck_assert_msg(strstr(err.text, *said) != NULL, "'%s' is missing in: %s", *said, err.text);
}
#define SAYS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A file of the test's own; the path is static. */
static inline const char *write_file(const char *name, const char *content, size_t length)
{
    static char path[128];
    snprintf(path, sizeof path, "/tmp/tributary-config.%d.%s", getpid(), name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fwrite(content, 1, length, file);
    fclose(file);
    return path;
}
