/*
 * tributary: the command. Most of it is a client of the HTTP API; migrate, api-key, consume and dlq speak to Postgres
 * and Kafka themselves.
 */
#include "lib/log.h"
#include "lib/text.h"
#include "scheduler/cli/client.h"
#include "scheduler/cli/command.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Option api_options[] = {
    {"config",                 NULL,                      "file with more options, as key = value lines", OPTION_TEXT},
    {         "api", "http://127.0.0.1:8080", "address of the HTTP API",                                    OPTION_TEXT           },
    { "api-key",   NULL,               "key of the HTTP API",                               OPTION_SECRET,            .required = true},
};

static const CommandTable *const tables[] = {
    &company_commands, &connection_commands, &sync_commands,        &dataset_commands,
    &record_commands,  &consume_commands,    &dead_letter_commands, &setup_commands,
    &key_commands,     &master_key_commands, &quota_commands,       &explain_commands,
};

static void print_usage(FILE *out)
{
    fputs("tributary: businesses' financial data, in sync\n\nUsage: tributary COMMAND [options]\n\nCommands:\n", out);
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        for (size_t k = 0; k < tables[i]->n; k++) {
            const Command *command = &tables[i]->commands[k];
            int length = fprintf(out, "  %s%s%s", command->name, command->operands ? " " : "",
                                 command->operands ? command->operands : "");
            fprintf(out, "%*s%s\n", length < 32 ? 32 - length : 1, "", command->summary);
        }
    fputs(
        "\n'tributary COMMAND --help' lists a command's options. Addresses and the API key come from the environment\n"
        "(TRIBUTARY_API, TRIBUTARY_API_KEY, TRIBUTARY_KAFKA_BROKERS, TRIBUTARY_POSTGRES): eval \"$(tributary env)\".\n",
        out);
}

/* Does argv[1…] begin with the command's words? Their number, or 0. */
static int match(const Command *command, int argc, char **argv)
{
    int words = 0;
    for (const char *at = command->name; *at; words++) {
        size_t length = strcspn(at, " ");
        if (words + 1 >= argc || strlen(argv[words + 1]) != length || memcmp(argv[words + 1], at, length) != 0)
            return 0;
        at += length + (at[length] == ' ');
    }
    return words;
}

static const Command *find(int argc, char **argv, int *words)
{
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        for (size_t k = 0; k < tables[i]->n; k++)
            if ((*words = match(&tables[i]->commands[k], argc, argv)) > 0)
                return &tables[i]->commands[k];
    return NULL;
}

/* Operands that stand before the options go behind them: 'records TYPE --company C' is as good as the other way round.
 */
static void rotate_operands(int argc, char **argv)
{
    int n = 0;
    char *operands[16];
    while (n + 1 < argc && n < (int)COUNT_OF(operands) && argv[n + 1][0] != '-') {
        operands[n] = argv[n + 1];
        n++;
    }
    memmove(argv + 1, argv + 1 + n, sizeof *argv * (size_t)(argc - 1 - n));
    memcpy(argv + argc - n, operands, sizeof *argv * (size_t)n);
}

static int exit_code(const Cli *cli, const char *name, bool done, const Error *err)
{
    if (done)
        return cli->exit_code;
    fprintf(stderr, "%s: %s\n", name, err->text);
    return err->kind == ERROR_CONFIG      ? EXIT_CONFIGURATION
           : err->kind == ERROR_TRANSIENT ? EXIT_NOT_REACHED
                                          : EXIT_FAILURE;
}

static int run(const Command *command, Cli *cli, const char *name)
{
    Error err = {0};
    if (cli->n_operands < command->least || cli->n_operands > command->most) {
        fprintf(stderr, "%s: usage: %s [options]%s%s\n", name, name, command->operands ? " " : "",
                command->operands ? command->operands : "");
        return EXIT_BAD_USAGE;
    }
    AUTO(Client) *client = NULL;
    if (command->needs == NEEDS_API) {
        client = client_open(config_text(cli->config, "api"), config_secret(cli->config, "api-key"), &err);
        if (!client)
            return exit_code(cli, name, false, &err);
    }
    cli->client = client;
    bool done = command->run(cli, &err);
    return exit_code(cli, name, done, &err);
}

static int load_and_run(const Command *command, int argc, char **argv, const char *program)
{
    AUTO(Text) *name = text_new("tributary "), *usage = text_new("[options]");
    text_puts(name, command->name);
    if (command->operands)
        text_printf(usage, " %s", command->operands);
    const OptionGroup all[] = {
        {command->options,                                          command->n_options                                                                                       },
        {command->needs == NEEDS_API ? api_options : config_common, command->needs == NEEDS_API ? COUNT_OF(api_options)
                                                                    : command->needs == NEEDS_SERVICES ? n_config_common
                                                                                                       : 0},
    };
    const ConfigProgram description = {.name = name->bytes,
                                       .summary = command->summary,
                                       .usage = usage->bytes,
                                       .groups = all,
                                       .n_groups = COUNT_OF(all),
                                       .operands = true};
    int first = argc;
    rotate_operands(argc, argv);
    AUTO(Config) *config = config_load(&description, argc, argv, &first);
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Cli cli = {.config = config,
               .program = program,
               .operands = (const char *const *)argv + first,
               .n_operands = argc - first,
               .arena = arena};
    return run(command, &cli, name->bytes);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    log_open("tributary", LOG_WARN, LOG_LOGFMT);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_BAD_USAGE : EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("tributary %s\n", TRIBUTARY_VERSION);
        return EXIT_SUCCESS;
    }
    int words = 0;
    const Command *command = find(argc, argv, &words);
    if (!command) {
        fprintf(stderr, "tributary: there is no command '%s%s%s'; 'tributary --help' lists them\n", argv[1],
                argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
        return EXIT_BAD_USAGE;
    }
    argv[words] = argv[0];
    return load_and_run(command, argc - words, argv + words, argv[0]);
}
