#include "lib/config_parts.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "TRIBUTARY_";

/* Finds what a flag of this name is about; false when it is no flag. */
static bool check_flag(const Config *config, const char *name, bool *bare, Error *err)
{
    *bare = false;
    if (text_starts_with(name, "kafka.")) {
        if (config_property_is_secret(name))
            return error_set(err, ERROR_DATA,
                             "--%s: anyone on this machine can read a flag: put it into the environment or the file",
                             name);
        return true;
    }
    size_t length = strlen(name), suffix = strlen("-file");
    const Value *value = config_find(config, name, length);
    if (value && value->option->type == OPTION_SECRET)
        return error_set(err, ERROR_DATA,
                         "--%s: anyone on this machine can read a flag: put it into the environment, or into a file "
                         "named by --%s-file",
                         name, name);
    if (value) {
        *bare = value->option->type == OPTION_BOOLEAN;
        return true;
    }
    if (length > suffix && strcmp(name + length - suffix, "-file") == 0) {
        value = config_find(config, name, length - suffix);
        if (value && value->option->type == OPTION_SECRET)
            return true;
    }
    const char *nearest = config_nearest(config, name);
    return error_set(err, ERROR_DATA, "--%.80s: there is no such option%s%s%s", name,
                     nearest ? ", did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "; --help lists them");
}

static bool read_action(Config *config, const char *argument)
{
    static const struct {
        const char *flag;
        Action action;
    } actions[] = {
        {"--help",         ACTION_HELP   },
        {"-h",             ACTION_HELP   },
        {"--version",      ACTION_VERSION},
        {"--print-config", ACTION_PRINT  }
    };
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        if (strcmp(argument, actions[i].flag) == 0) {
            config->action = config->action == ACTION_HELP ? ACTION_HELP : actions[i].action;
            return true;
        }
    }
    return false;
}

/* argv[*i] is "--name…"; takes the next argument as well when that is the value. */
static bool read_flag(Config *config, int argc, char **argv, int *i, Error *err)
{
    const char *equals = strchr(argv[*i], '=');
    const char *name = argv[*i] + 2, *text = equals ? equals + 1 : NULL;
    if (equals)
        name = arena_copy(config->arena, name, (size_t)(equals - name));
    bool bare;
    if (!check_flag(config, name, &bare, err))
        return false;
    if (!text && bare)
        text = "true";
    if (!text && *i + 1 < argc && !text_starts_with(argv[*i + 1], "--"))
        text = argv[++*i];
    if (!text)
        return error_set(err, ERROR_DATA, "--%s: the value is missing", name);
    if (secret_is_inside(text))
        return error_set(err, ERROR_DATA,
                         "--%s: there is a password in it, and anyone on this machine can read a flag: put it into the "
                         "environment or the file",
                         name);
    if (!config_assign(config, name, text, ORIGIN_FLAG, arena_format(config->arena, "--%s", name), err)) {
        err->kind = ERROR_DATA;
        return false;
    }
    return true;
}

bool config_read_flags(Config *config, int argc, char **argv, int *first_operand, Error *err)
{
    Error ignored;
    err = err ? err : &ignored;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != 0; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (read_action(config, argv[i]))
            continue;
        if (argv[i][1] != '-')
            return error_set(err, ERROR_DATA, "%.80s: options begin with two dashes; --help lists them", argv[i]);
        if (!read_flag(config, argc, argv, &i, err))
            return config->action == ACTION_HELP;
    }
    if (i < argc && !config->program->operands && config->action != ACTION_HELP)
        return error_set(err, ERROR_DATA, "'%.80s': what is it? %s takes options only", argv[i], config->program->name);
    if (first_operand)
        *first_operand = i;
    return true;
}

/* "KAFKA_BROKERS" becomes "kafka-brokers". */
static char *lower_name(Arena *arena, const char *variable, size_t length, char separator)
{
    char *name = arena_copy(arena, variable, length);
    for (char *c = name; *c; c++)
        *c = *c == '_' ? separator : (char)tolower((unsigned char)*c);
    return name;
}

static bool read_variable(Config *config, const char *name, size_t length, const char *text, const char *from,
                          Error *err)
{
    static const char kafka[] = "KAFKA_";
    const char *option = lower_name(config->arena, name, length, '-');
    size_t option_length = strlen(option), suffix = strlen("-file");
    bool known = config_find(config, option, option_length) ||
                 (option_length > suffix && strcmp(option + option_length - suffix, "-file") == 0 &&
                  config_find(config, option, option_length - suffix));
    if (!known) {
        /* Other programs' options and the build's variables share the environment. */
        if (!text_starts_with(name, kafka))
            return true;
        size_t skip = strlen(kafka);
        option = arena_format(config->arena, "kafka.%s", lower_name(config->arena, name + skip, length - skip, '.'));
    }
    return config_assign(config, option, text, ORIGIN_ENVIRONMENT, from, err);
}

bool config_read_environment(Config *config, char **environ_, Error *err)
{
    size_t skip = strlen(prefix);
    for (; environ_ && *environ_; environ_++) {
        const char *equals = strchr(*environ_, '=');
        if (!equals || equals[1] == 0 || !text_starts_with(*environ_, prefix) || *environ_ + skip >= equals)
            continue;
        const char *from = arena_copy(config->arena, *environ_, (size_t)(equals - *environ_));
        if (!read_variable(config, from + skip, strlen(from) - skip, equals + 1, from, err))
            return false;
    }
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

void config_hide_secrets(Config *config, char **environ_)
{
    for (size_t skip = strlen(prefix); *environ_; environ_++) {
        char *equals = strchr(*environ_, '=');
        if (!equals || !text_starts_with(*environ_, prefix) || *environ_ + skip >= equals)
            continue;
        const char *name = lower_name(config->arena, *environ_ + skip, (size_t)(equals - *environ_) - skip, '-');
        const Value *value = config_find(config, name, strlen(name));
        if (value ? value->option->type == OPTION_SECRET : ends_with(name, "-secret") || ends_with(name, "-key"))
            secret_wipe(equals + 1, strlen(equals + 1));
    }
}

char *config_slurp(Config *config, const char *path, Error *err)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        error_set(err, ERROR_CONFIG, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *bytes = arena_alloc(config->arena, MAX_VALUE + 2);
    size_t length = fread(bytes, 1, MAX_VALUE + 1, file);
    bool failed = ferror(file);
    int reason = errno;
    fclose(file);
    bytes[length] = 0;
    const char *wrong = failed                    ? strerror(reason)
                        : length > MAX_VALUE      ? "larger than 64 KiB"
                        : strlen(bytes) != length ? "there is a NUL byte in it"
                                                  : NULL;
    if (!wrong)
        return bytes;
    error_set(err, ERROR_CONFIG, "%s: %s", path, wrong);
    return NULL;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = 0;
    return text;
}

static bool read_line(Config *config, char *line, const char *from, Error *err)
{
    line = trim(line);
    if (*line == 0 || *line == '#' || *line == ';')
        return true;
    char *equals = strchr(line, '=');
    if (*line == '[' || !equals)
        return error_set(err, ERROR_CONFIG, "%s: lines look like 'key = value'", from);
    *equals = 0;
    const char *name = trim(line);
    return config_assign(config, name, trim(equals + 1), ORIGIN_FILE, from, err);
}

bool config_read_file(Config *config, const char *path, Error *err)
{
    char *rest = config_slurp(config, path, err);
    if (!rest)
        return error_wrap(err, "configuration file");
    if (text_starts_with(rest, "\xEF\xBB\xBF"))
        rest += 3;
    char *line;
    for (int number = 1; (line = strsep(&rest, "\n")); number++) {
        size_t length = strlen(line);
        if (!read_line(config, line, arena_format(config->arena, "%s:%d", path, number), err))
            return false;
        secret_wipe(line, length); /* a secret was copied out of it */
    }
    return true;
}
