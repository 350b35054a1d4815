/*
 * Config: one option table per program, from which come flags, environment, file, --help and --print-config.
 *
 * Option "kafka-brokers" is the flag --kafka-brokers, TRIBUTARY_KAFKA_BROKERS and the file's key kafka-brokers. Flag
 * beats environment beats file beats default. An empty variable counts as unset. The file is the one that --config or
 * TRIBUTARY_CONFIG names: "key = value" lines, in which the value is the rest of the line, trimmed, and lines that
 * start with # or ; are comments. (inih would cut lines at 200 bytes and values at " ;", where passwords may have
 * either.)
 *
 * An option marked SECRET has no flag, is printed as ****, and may also come from a file named by <option>-file (which
 * is a flag too). A connection string with a password in it is refused as a flag and masked in print.
 *
 * "kafka.<property>" passes to librdkafka: by flag and file as such, by environment as TRIBUTARY_KAFKA_<A_B> for a.b
 * when no option has that name.
 */
#pragma once
#include "lib/auto.h"
#include "lib/error.h"
#include "lib/secret.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum OptionType {
    OPTION_TEXT,
    OPTION_INTEGER,  /* with min and max                                      */
    OPTION_BOOLEAN,  /* true/false/yes/no/1/0; the bare flag means true        */
    OPTION_DURATION, /* "250ms", "10s", "5m", "2h", "7d"; read in milliseconds */
    OPTION_BYTES,    /* "512", "64KiB", "8MiB", "1GiB"; read in bytes          */
    OPTION_ADDRESS,  /* host:port                                              */
    OPTION_SECRET,
} OptionType;

typedef struct Option {
    const char *name, *fallback /* default as text; NULL: none */, *help;
    OptionType type;
    bool required;
    int64_t min, max; /* of integers, durations and bytes; both 0: any non-negative */
} Option;

typedef struct Config Config;

/* What every program has: config, log-level, log-format, environment, http-listen, kafka-brokers, postgres, redis,
 * master-key-file, master-key-command. A program's table follows it. */
extern const Option config_common[10];
extern const size_t n_config_common;

/* Handles --help, --version and --print-config itself (prints and exits 0) and bad input (prints what, where and what
 * to do on stderr, exits 2 or 78). `operands` receives what is left after the options (may be NULL when none are
 * allowed). Groups: pairs of (table, count), so that common and own options stay separate tables. */
typedef struct OptionGroup {
    const Option *options;
    size_t n;
} OptionGroup;
typedef struct ConfigProgram {
    const char *name, *summary, *usage; /* usage: what stands after the name, e.g. "[options]" */
    const OptionGroup *groups;
    size_t n_groups;
    bool operands; /* operands are allowed; options stop at the first one */
} ConfigProgram;
Config *config_load(const ConfigProgram *program, int argc, char **argv, int *first_operand);
void config_free(Config *config);
DEFINE_AUTO(Config, config_free)

/* The same without process exit, for tests. ERROR_DATA is a bad command line, ERROR_CONFIG a bad environment or file.
 */
Config *config_parse(const ConfigProgram *program, int argc, char **argv, char **environ_, int *first_operand,
                     Error *err) MUST_CHECK;

/* Unknown names abort: they are programming errors. Texts live as long as the config. */
const char *config_text(const Config *config, const char *name); /* NULL when unset */
int64_t config_integer(const Config *config, const char *name);  /* also durations (ms) and bytes */
bool config_boolean(const Config *config, const char *name);
const Secret *config_secret(const Config *config, const char *name); /* NULL when unset */
bool config_is_set(const Config *config, const char *name);          /* by flag, environment or file */
/* For options of the common table that only some programs cannot do without; ERROR_CONFIG names the first that is
 * unset. */
bool config_require(const Config *config, const char *const *names, size_t n, Error *err) MUST_CHECK;

/* Each kafka.<property>, in the order given. */
void config_each_kafka(const Config *config, void (*visit)(void *context, const char *property, const char *value),
                       void *context);
