/*
 * Config's own parts: what config.c, config_source.c, config_value.c and config_help.c share. Nobody else includes
 * this.
 */
#pragma once
#include "lib/arena.h"
#include "lib/config.h"

typedef enum Origin {
    ORIGIN_DEFAULT,
    ORIGIN_FILE,
    ORIGIN_ENVIRONMENT,
    ORIGIN_FLAG
} Origin; /* the later beats the earlier */

typedef struct Value {
    const Option *option;
    Origin origin;
    const char *from; /* "--name", "TRIBUTARY_NAME", "path:3" */
    const char *text; /* NULL: unset, or a secret */
    int64_t number;
    Secret *secret;
} Value;

typedef struct Property { /* of librdkafka */
    const char *name, *text, *from;
    Origin origin;
} Property;

typedef enum Action { ACTION_RUN, ACTION_HELP, ACTION_VERSION, ACTION_PRINT } Action;

struct Config {
    const ConfigProgram *program;
    Arena *arena;
    Value *values; /* one an option, in the order of the tables */
    size_t n_values;
    Property *properties;
    size_t n_properties;
    Action action;
};

enum { MAX_VALUE = 64 * 1024, MAX_PROPERTIES = 256 };

/* The slot of an option; NULL when no option has that name. */
Value *config_find(const Config *config, const char *name, size_t length);

/* Gives `name` a value unless a stronger origin did. `name` may be "<secret>-file" and "kafka.<property>". */
bool config_assign(Config *config, const char *name, const char *text, Origin origin, const char *from, Error *err);

/* The sources, strongest first. */
bool config_read_flags(Config *config, int argc, char **argv, int *first_operand, Error *err);
bool config_read_environment(Config *config, char **environ_, Error *err);
bool config_read_file(Config *config, const char *path, Error *err);
/* Wipes the environment's secrets, other programs' too: what they were for has been read, and a core file has them. */
void config_hide_secrets(Config *config, char **environ_);

/* Reads a file of at most MAX_VALUE bytes without a NUL into the config's arena; NULL on failure. */
char *config_slurp(Config *config, const char *path, Error *err);

/* Checks `text` against the option and reads numbers. What is accepted stands in the error. */
bool config_check_value(const Option *option, const char *text, const char *from, int64_t *number, Error *err);
/* "N", "DURATION", …: what stands for the value in --help. */
const char *config_placeholder(const Option *option);
/* May the property's value be shown and be a flag? */
bool config_property_is_secret(const char *property);

/* The known name that is nearest to `name`, or NULL when none is near. */
const char *config_nearest(const Config *config, const char *name);

void config_print_help(const Config *config, Text *out);
void config_print_values(const Config *config, Text *out);
