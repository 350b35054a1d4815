#include "scheduler/cli/client.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/print.h"
#include <stdio.h>

static const Option create_options[] = {
    {"description", NULL,    "what the company is, for people",                                  OPTION_TEXT   },
    {"link",        "false", "print a second line: a link by which its people connect a source", OPTION_BOOLEAN},
};

static bool create(Cli *cli, Error *err)
{
    AUTO(Text) *body = text_new(NULL);
    JsonWriter writer = {.out = body};
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "name", cli->operands[0]);
    if (config_text(cli->config, "description"))
        json_put_text(&writer, "description", config_text(cli->config, "description"));
    json_close(&writer, '}');
    yyjson_val *answer = NULL;
    if (!client_call(cli->client, "POST", "/companies", body->bytes, cli->arena, &answer, err))
        return false;
    puts(json_text(answer, "id"));
    if (config_boolean(cli->config, "link"))
        puts(json_text(answer, "linkUrl"));
    return true;
}

static bool print_one(void *context, yyjson_val *company, Error *err)
{
    (void)context;
    (void)err;
    char connections[24];
    snprintf(connections, sizeof connections, "%zu", yyjson_arr_size(json_at(company, "dataConnections")));
    const char *const cells[] = {json_text(company, "id"), json_text(company, "created"), connections,
                                 json_text(company, "name")};
    print_columns(cells, (const int[]){36, 24, 11, 0}, COUNT_OF(cells));
    return true;
}

static bool list(Cli *cli, Error *err)
{
    const char *const heads[] = {"id", "created", "connections", "name"};
    print_columns(heads, (const int[]){36, 24, 11, 0}, COUNT_OF(heads));
    return client_each(cli->client, "/companies", print_one, NULL, err);
}

static const char *path(Cli *cli)
{
    return arena_format(cli->arena, "/companies/%s", client_escape(cli->arena, cli->operands[0]));
}

static bool show(Cli *cli, Error *err)
{
    yyjson_val *answer = NULL;
    if (!client_call(cli->client, "GET", path(cli), NULL, cli->arena, &answer, err))
        return false;
    print_json(answer);
    return true;
}

static bool link_it(Cli *cli, Error *err)
{
    yyjson_val *answer = NULL;
    if (!client_call(cli->client, "GET", path(cli), NULL, cli->arena, &answer, err))
        return false;
    puts(json_text(answer, "linkUrl"));
    return true;
}

static bool delete (Cli *cli, Error *err)
{
    return client_call(cli->client, "DELETE", path(cli), NULL, cli->arena, NULL, err);
}

static const Command commands[] = {
    {"company create", "NAME",    "make a company; prints its id",               NEEDS_API, 1, 1, OPTIONS(create_options), create },
    {"company list",   NULL,      "all companies",                               NEEDS_API, 0, 0, NO_OPTIONS,              list   },
    {"company show",   "COMPANY", "one company with its connections",            NEEDS_API, 1, 1, NO_OPTIONS,              show   },
    {"company link",   "COMPANY", "a link by which its people connect a source", NEEDS_API, 1, 1, NO_OPTIONS,              link_it},
    {"company delete", "COMPANY", "delete it with connections and all data",     NEEDS_API, 1, 1, NO_OPTIONS,              delete },
};
const CommandTable company_commands = {commands, COUNT_OF(commands)};
