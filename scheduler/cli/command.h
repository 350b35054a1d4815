/*
 * Command: what `tributary` can do, as one table: name, operands, options, what it needs, and the function. Each
 * command reads its options like a program does, so --help, environment and file work for every one.
 */
#pragma once
#include "lib/arena.h"
#include "lib/config.h"
#include "lib/error.h"

typedef struct Cli {
    const Config *config;
    const char *program;         /* argv[0] */
    const char *const *operands; /* what stands after the options */
    int n_operands;
    Arena *arena;
    struct Client *client; /* NEEDS_API */
    int exit_code;         /* of a command that worked but has bad news */
} Cli;

typedef enum CommandNeeds {
    NEEDS_NOTHING,
    NEEDS_API,      /* --api and the key of it */
    NEEDS_SERVICES, /* the options of every program: brokers, Postgres */
} CommandNeeds;

typedef struct Command {
    const char *name, *operands /* "NAME"; NULL: none */, *summary;
    CommandNeeds needs;
    int least, most; /* operands */
    const Option *options;
    size_t n_options;
    bool (*run)(Cli *cli, Error *err);
} Command;

/* By file; each table is listed in main.c. */
typedef struct CommandTable {
    const Command *commands;
    size_t n;
} CommandTable;
extern const CommandTable company_commands, connection_commands, sync_commands, dataset_commands, record_commands,
    consume_commands, dead_letter_commands, setup_commands, key_commands, master_key_commands, quota_commands,
    explain_commands;

#define OPTIONS(table) (table), COUNT_OF(table)
#define NO_OPTIONS     NULL, 0

enum { EXIT_BAD_USAGE = 2, EXIT_NOT_REACHED = 69, EXIT_CONFIGURATION = 78 };
