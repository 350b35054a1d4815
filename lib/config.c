#include "lib/config.h"
#include "lib/config_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Option config_common[] = {
    {"config",             NULL,          "file with more options, as key = value lines",                     OPTION_TEXT   },
    {"environment",        "local",       "name that Postgres, groups, jobs and Redis keys are stamped with", OPTION_TEXT   },
    {"log-level",          "info",        "debug, info, warn or error",                                       OPTION_TEXT   },
    {"log-format",         "logfmt",      "logfmt or json",                                                   OPTION_TEXT   },
    {"http-listen",        "127.0.0.1:0", "where /healthz, /readyz and /metrics are; port 0 picks one",       OPTION_ADDRESS},
    {"kafka-brokers",      NULL,          "Kafka's brokers, as host:port,host:port",                          OPTION_TEXT   },
    {"postgres",           NULL,          "Postgres, as a libpq URI or keyword string",                       OPTION_TEXT   },
    {"redis",              NULL,          "Redis, as redis://host:port/db",                                   OPTION_TEXT   },
    {"master-key-file",    NULL,          "keys that seal credentials, as id:base64(32 bytes) lines",         OPTION_TEXT   },
    {"master-key-command", NULL,          "command that prints such lines, instead of a file",                OPTION_TEXT   },
};
const size_t n_config_common = COUNT_OF(config_common);

void config_free(Config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->n_values; i++)
        secret_free(config->values[i].secret);
    arena_free(config->arena);
    free(config);
}

static Config *config_new(const ConfigProgram *program)
{
    Config *config = calloc(1, sizeof *config);
    if (!config)
        abort();
    config->program = program;
    config->arena = arena_new(16 * KIB);
    size_t n = 0;
    for (size_t i = 0; i < program->n_groups; i++)
        n += program->groups[i].n;
    config->values = ARENA_ARRAY(config->arena, Value, n);
    config->properties = ARENA_ARRAY(config->arena, Property, MAX_PROPERTIES);
    for (size_t i = 0; i < program->n_groups; i++)
        for (size_t k = 0; k < program->groups[i].n; k++)
            config->values[config->n_values++].option = &program->groups[i].options[k];
    return config;
}

Value *config_find(const Config *config, const char *name, size_t length)
{
    for (size_t i = 0; i < config->n_values; i++) {
        const char *known = config->values[i].option->name;
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return &config->values[i];
    }
    return NULL;
}

static bool assign_property(Config *config, const char *name, const char *text, Origin origin, const char *from,
                            Error *err)
{
    size_t i = 0;
    while (i < config->n_properties && strcmp(config->properties[i].name, name) != 0)
        i++;
    if (i == MAX_PROPERTIES || *name == 0)
        return error_set(err, ERROR_CONFIG, "%s: %s", from,
                         *name ? "too many properties of librdkafka" : "which property?");
    if (i < config->n_properties && config->properties[i].origin > origin)
        return true;
    Arena *arena = config->arena;
    config->properties[i] = (Property){arena_text(arena, name), arena_text(arena, text), from, origin};
    config->n_properties += i == config->n_properties;
    return true;
}

/* Takes the place of a weaker origin's value; false with `err` set when the same origin speaks twice. */
static bool may_assign(const Value *value, Origin origin, const char *from, bool *stronger, Error *err)
{
    *stronger = !value->from || origin > value->origin || (origin == value->origin && origin == ORIGIN_FLAG);
    if (!*stronger && origin == value->origin)
        return error_set(err, ERROR_CONFIG, "%s: %s is set by %s already: keep one", from, value->option->name,
                         value->from);
    return true;
}

static bool assign_secret(Config *config, Value *value, const char *text, bool is_path, const char *from, Error *err)
{
    size_t length = strlen(text);
    if (is_path) {
        text = config_slurp(config, text, err);
        if (!text)
            return error_wrap(err, "%s", from);
        length = strcspn(text, "\r\n"); /* editors end the last line */
        if (text[length + strspn(text + length, "\r\n")] != 0)
            length = strlen(text); /* of several lines, as PEM is */
    }
    if (length == 0)
        return error_set(err, ERROR_CONFIG, "%s: it is empty", from);
    secret_free(value->secret);
    value->secret = secret_new(text, length);
    if (is_path)
        secret_wipe((char *)(uintptr_t)text, strlen(text));
    return true;
}

bool config_assign(Config *config, const char *name, const char *text, Origin origin, const char *from, Error *err)
{
    if (text_starts_with(name, "kafka."))
        return assign_property(config, name + strlen("kafka."), text, origin, from, err);
    size_t length = strlen(name), suffix = strlen("-file");
    bool is_path = false;
    Value *value = config_find(config, name, length);
    if (!value && length > suffix && strcmp(name + length - suffix, "-file") == 0) {
        value = config_find(config, name, length - suffix);
        is_path = value && value->option->type == OPTION_SECRET;
        value = is_path ? value : NULL;
    }
    if (!value) {
        const char *nearest = config_nearest(config, name);
        return error_set(err, ERROR_CONFIG, "%s: there is no option '%.80s'%s%s%s", from, name,
                         nearest ? ", did you mean '" : "", nearest ? nearest : "",
                         nearest ? "'?" : "; --help lists them");
    }
    bool stronger;
    if (!may_assign(value, origin, from, &stronger, err))
        return false;
    if (!stronger)
        return true;
    if (!config_check_value(value->option, text, from, &value->number, err))
        return false;
    if (value->option->type == OPTION_SECRET) {
        if (!assign_secret(config, value, text, is_path, from, err))
            return false;
    } else {
        value->text = arena_text(config->arena, text);
    }
    value->origin = origin;
    value->from = from;
    return true;
}

static const char *variable_name(Arena *arena, const char *option)
{
    char *name = arena_format(arena, "TRIBUTARY_%s", option);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
    return name;
}

/* Defaults, and the complaint about what is required and missing. */
static bool complete(Config *config, Error *err)
{
    for (size_t i = 0; i < config->n_values; i++) {
        Value *value = &config->values[i];
        const Option *option = value->option;
        if (value->from)
            continue;
        if (option->fallback && !config_check_value(option, option->fallback, "default", &value->number, err))
            return false;
        value->text = option->fallback;
        if (!option->required || option->fallback || config->action == ACTION_PRINT)
            continue;
        bool secret = option->type == OPTION_SECRET;
        return error_set(err, ERROR_CONFIG, "%s is missing (%s): give --%s%s, %s, or %s in the file of --config",
                         option->name, option->help, option->name, secret ? "-file" : "",
                         variable_name(config->arena, option->name), option->name);
    }
    return true;
}

Config *config_parse(const ConfigProgram *program, int argc, char **argv, char **environ_, int *first_operand,
                     Error *err)
{
    AUTO(Config) *config = config_new(program);
    if (!config_read_flags(config, argc, argv, first_operand, err))
        return NULL;
    if (config->action == ACTION_HELP || config->action == ACTION_VERSION)
        return TAKE(config);
    if (!config_read_environment(config, environ_, err))
        return NULL;
    const Value *file = config_find(config, "config", strlen("config"));
    if (file && file->text && !config_read_file(config, file->text, err))
        return NULL;
    return complete(config, err) ? TAKE(config) : NULL;
}

static const Value *value_of(const Config *config, const char *name)
{
    const Value *value = config_find(config, name, strlen(name));
    if (!value) {
        fprintf(stderr, "config: the program asks for '%s', which is in none of its tables\n", name);
        abort();
    }
    return value;
}

const char *config_text(const Config *config, const char *name)
{
    return value_of(config, name)->text;
}

int64_t config_integer(const Config *config, const char *name)
{
    return value_of(config, name)->number;
}

bool config_boolean(const Config *config, const char *name)
{
    return value_of(config, name)->number != 0;
}

const Secret *config_secret(const Config *config, const char *name)
{
    return value_of(config, name)->secret;
}

bool config_is_set(const Config *config, const char *name)
{
    return value_of(config, name)->from != NULL;
}

bool config_require(const Config *config, const char *const *names, size_t n, Error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!config_text(config, names[i]))
            return error_set(err, ERROR_CONFIG, "%s is not set: '%s --help' lists the options", names[i],
                             config->program->name);
    return true;
}

void config_each_kafka(const Config *config, void (*visit)(void *context, const char *property, const char *value),
                       void *context)
{
    for (size_t i = 0; i < config->n_properties; i++)
        visit(context, config->properties[i].name, config->properties[i].text);
}
