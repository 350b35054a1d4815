#include "lib/config_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { EXIT_USAGE = 2, EXIT_BAD_CONFIG = 78, HELP_COLUMN = 34, MAX_NAME = 48 };

/* Levenshtein distance of names of at most MAX_NAME characters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[MAX_NAME + 1], n = strlen(b);
    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            size_t changed = diagonal + (a[i - 1] != b[k - 1]);
            size_t shorter = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
            diagonal = row[k];
            row[k] = changed < shorter ? changed : shorter;
        }
    }
    return row[n];
}

const char *config_nearest(const Config *config, const char *name)
{
    const char *nearest = NULL;
    size_t best = 1 + (strlen(name) + 2) / 3;
    for (size_t i = 0; i < config->n_values && strlen(name) <= MAX_NAME; i++) {
        const char *known = config->values[i].option->name;
        if (strlen(known) <= MAX_NAME && distance(name, known) < best) {
            best = distance(name, known);
            nearest = known;
        }
    }
    return nearest;
}

static void print_row(Text *out, const char *left, const char *right)
{
    text_printf(out, "  %-*s", HELP_COLUMN - 2, left);
    if (strlen(left) > HELP_COLUMN - 3)
        text_printf(out, "\n%*s", HELP_COLUMN, "");
    text_printf(out, "%s\n", right);
}

static void print_option(Text *out, Arena *arena, const Option *option)
{
    const char *left = option->type == OPTION_BOOLEAN ? arena_format(arena, "--%s", option->name)
                       : option->type == OPTION_SECRET
                           ? arena_format(arena, "--%s-file FILE", option->name)
                           : arena_format(arena, "--%s %s", option->name, config_placeholder(option));
    const char *right = option->help;
    if (option->type == OPTION_SECRET)
        right = arena_format(arena, "%s (secret: never a flag itself)", right);
    if (option->fallback)
        right = arena_format(arena, "%s (default %s)", right, option->fallback);
    else if (option->required)
        right = arena_format(arena, "%s (required)", right);
    print_row(out, left, right);
}

void config_print_help(const Config *config, Text *out)
{
    const ConfigProgram *program = config->program;
    text_printf(out, "Usage: %s %s\n%s\n", program->name, program->usage, program->summary);
    for (size_t i = 0; i < program->n_groups; i++) {
        const OptionGroup *group = &program->groups[i];
        bool common = group->options == config_common;
        text_printf(out, "\n%s\n", common ? "Options of every program:" : "Options:");
        for (size_t k = 0; k < group->n; k++)
            print_option(out, config->arena, &group->options[k]);
        if (common)
            print_row(out, "--kafka.<property> VALUE", "passed to librdkafka as it is");
    }
    text_puts(out, "\nInstead of running:\n");
    print_row(out, "--help", "print this");
    print_row(out, "--version", "print the version");
    print_row(out, "--print-config", "print each option's value and where it comes from, secrets masked");
    text_puts(
        out,
        "\nEach option may also be set in the environment (--log-level as TRIBUTARY_LOG_LEVEL) and in the file of\n"
        "--config (as log-level = debug). A flag beats the environment, the environment beats the file.\n");
}

static void print_value(Text *out, const char *name, const char *text, bool hidden, const char *from)
{
    AUTO(Text) *line = text_new(name);
    text_puts(line, " = ");
    if (hidden)
        text_puts(line, "****");
    else
        secret_mask(line, text);
    if (from)
        text_printf(out, "%-60s # %s\n", line->bytes, from);
    else
        text_printf(out, "%s\n", line->bytes);
}

void config_print_values(const Config *config, Text *out)
{
    for (size_t i = 0; i < config->n_values; i++) {
        const Value *value = &config->values[i];
        if (value->text || value->secret)
            print_value(out, value->option->name, value->text, value->secret != NULL, value->from);
        else
            text_printf(out, "# %s is not set\n", value->option->name);
    }
    for (size_t i = 0; i < config->n_properties; i++) {
        const Property *property = &config->properties[i];
        const char *name = arena_format(config->arena, "kafka.%s", property->name);
        print_value(out, name, property->text, config_property_is_secret(name), property->from);
    }
}

Config *config_load(const ConfigProgram *program, int argc, char **argv, int *first_operand)
{
    Error err = {0};
    AUTO(Config) *config = config_parse(program, argc, argv, environ, first_operand, &err);
    if (!config) {
        fprintf(stderr, "%s: %s\n", program->name, err.text);
        exit(err.kind == ERROR_DATA ? EXIT_USAGE : EXIT_BAD_CONFIG);
    }
    if (config->action == ACTION_RUN) {
        config_hide_secrets(config, environ);
        return TAKE(config);
    }
    AUTO(Text) *out = text_new(NULL);
    if (config->action == ACTION_HELP)
        config_print_help(config, out);
    else if (config->action == ACTION_VERSION)
        text_printf(out, "%s %s\n", program->name, TRIBUTARY_VERSION);
    else
        config_print_values(config, out);
    bool printed = fputs(out->bytes, stdout) >= 0 && fflush(stdout) == 0;
    exit(printed ? EXIT_SUCCESS : EXIT_FAILURE);
}
