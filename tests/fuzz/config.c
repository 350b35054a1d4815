/*
 * Configuration. Input: command line and environment, a line each ("--name=value", "NAME=value") up to an empty line;
 * then the file. Or the word "redis" or "keys", and such a text.
 */
#include "lib/config_parts.h"
#include "lib/crypto.h"
#include "lib/redis_url.h"
#include "tests/fuzz/fuzz.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_LINES = 40 };

static const Option own[] = {
    {"batch-rows", "10000", "rows a batch",               OPTION_INTEGER,  false, 1, 1000000},
    {"poll-wait",  "250ms", "longest wait for a message", OPTION_DURATION, false, 1, 60000  },
    {"page-bytes", "8MiB",  "largest page",               OPTION_BYTES,    false, 0, 0      },
    {"verify",     "false", "check twice",                OPTION_BOOLEAN,  false, 0, 0      },
    {"stripe-key", NULL,    "key of the account",         OPTION_SECRET,   false, 0, 0      },
};
static const OptionGroup groups[] = {
    {own,           COUNT_OF(own)},
    {config_common, 10           }
};
static const ConfigProgram program = {.name = "fuzz", .groups = groups, .n_groups = COUNT_OF(groups), .operands = true};

/* The file as one that --config can name; -1 when there is none. */
static int write_file(const FuzzInput *input)
{
    int fd = memfd_create("config", 0);
    HOLDS(fd >= 0 && write(fd, input->at, input->left) == (ssize_t)input->left);
    return fd;
}

static void is_in_range(const Config *config)
{
    for (size_t i = 0; i < config->n_values; i++) {
        const Value *value = &config->values[i];
        const Option *option = value->option;
        bool number = option->type == OPTION_INTEGER || option->type == OPTION_DURATION || option->type == OPTION_BYTES;
        if (!number || !value->text)
            continue;
        HOLDS(value->number >= 0 && (option->max == 0 || value->number <= option->max));
    }
}

/* Shown is what was set, and never a secret. */
static void is_shown(const Config *config)
{
    AUTO(Text) *shown = text_new(NULL);
    config_print_values(config, shown);
    for (char *rest = shown->bytes, *line; (line = strsep(&rest, "\n"));)
        if (text_starts_with(line, "stripe-key ="))
            HOLDS(strstr(line, "****"));
}

static void may_be_a_configuration(FuzzInput *input, char *line, Arena *arena)
{
    char path[40], *flags[MOST_LINES + 3] = {(char *)"fuzz", path}, *environment[MOST_LINES + 1] = {0};
    int n_flags = 2, n_variables = 0, operand;
    Error err = {0};
    for (int i = 0; i < MOST_LINES && *line; i++, line = fuzz_line(input, arena)) {
        if (*line == '-' && !strstr(line, "-file")) /* no file of this machine */
            flags[n_flags++] = line;
        else if (!strstr(line, "_FILE"))
            environment[n_variables++] = line;
    }
    int fd = write_file(input);
    snprintf(path, sizeof path, "--config=/proc/self/fd/%d", fd);
    AUTO(Config) *config = config_parse(&program, n_flags, flags, environment, &operand, &err);
    close(fd);
    if (!config) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_CONFIG || err.kind == ERROR_DATA);
        return;
    }
    is_in_range(config);
    is_shown(config);
    HOLDS(operand >= 1 && operand <= n_flags);
}

static void may_be_a_redis_url(const char *text)
{
    Error err = {0};
    AUTO(RedisUrl) *url = redis_url_parse(text, &err);
    if (!url) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_CONFIG);
        return;
    }
    HOLDS(*url->host && url->port >= 0 && url->port <= 65535);
    HOLDS(strspn(url->database, "0123456789") == strlen(url->database));
}

static void may_be_master_keys(const char *text, size_t length)
{
    Error err = {0};
    const char *id;
    AUTO(KeyRing) *ring = keyring_read("keys", text, length, &err);
    if (!ring) {
        fuzz_refused(&err);
        HOLDS(err.kind == ERROR_CONFIG);
        return;
    }
    const Secret *first = keyring_first(ring, &id);
    HOLDS(secret_length(first) == KEY_SIZE && keyring_find(ring, id) == first && strcmp(keyring_id(ring, 0), id) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    FuzzInput input = {(const char *)bytes, length};
    char *line = fuzz_line(&input, arena);
    if (strcmp(line, "redis") == 0)
        may_be_a_redis_url(fuzz_rest(&input, arena));
    else if (strcmp(line, "keys") == 0)
        may_be_master_keys(input.at, input.left);
    else
        may_be_a_configuration(&input, line, arena);
    return 0;
}
