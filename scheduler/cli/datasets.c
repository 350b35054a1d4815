#include "scheduler/cli/client.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/print.h"
#include <stdio.h>

#define COMPANY_OPTION                                                                                                 \
    {                                                                                                                  \
        "company", NULL, "the company's id", OPTION_TEXT, .required = true                                             \
    }

static const Option company_options[] = {COMPANY_OPTION};
static const Option list_options[] = {
    COMPANY_OPTION,
    {"query", NULL, "as in the API: status!=Complete&&dataType=commerce-orders", OPTION_TEXT},
};
static const int widths[] = {36, 24, 16, 12, 10, 0};

static const char *path(Cli *cli, const char *rest)
{
    const char *company = client_escape(cli->arena, config_text(cli->config, "company"));
    return arena_format(cli->arena, "/companies/%s/data/history%s", company, rest);
}

static const char *one(Cli *cli, const char *rest)
{
    return path(cli, arena_format(cli->arena, "/%s%s", client_escape(cli->arena, cli->operands[0]), rest));
}

static bool print_one(void *context, yyjson_val *dataset, Error *err)
{
    (void)context;
    (void)err;
    const char *const cells[] = {json_text(dataset, "id"),        json_text(dataset, "dataType"),
                                 json_text(dataset, "status"),    json_text(dataset, "mode"),
                                 json_scalar(dataset, "records"), json_text(dataset, "requested")};
    print_columns(cells, widths, COUNT_OF(cells));
    return true;
}

static bool list(Cli *cli, Error *err)
{
    const char *query = config_text(cli->config, "query");
    const char *const heads[] = {"id", "type", "status", "mode", "records", "requested"};
    print_columns(heads, widths, COUNT_OF(heads));
    const char *rest = query ? arena_format(cli->arena, "?query=%s", client_escape(cli->arena, query)) : "";
    return client_each(cli->client, path(cli, rest), print_one, NULL, err);
}

static bool show(Cli *cli, Error *err)
{
    yyjson_val *answer = NULL;
    if (!client_call(cli->client, "GET", one(cli, ""), NULL, cli->arena, &answer, err))
        return false;
    print_json(answer);
    return true;
}

static bool cancel(Cli *cli, Error *err)
{
    return client_call(cli->client, "POST", one(cli, "/cancel"), NULL, cli->arena, NULL, err);
}

static const Command commands[] = {
    {"dataset list",   NULL,      "a company's datasets, the newest first", NEEDS_API, 0, 0, OPTIONS(list_options),    list  },
    {"dataset show",   "DATASET", "one dataset",                            NEEDS_API, 1, 1, OPTIONS(company_options), show  },
    {"dataset cancel", "DATASET", "stop one that has not ended",            NEEDS_API, 1, 1, OPTIONS(company_options), cancel},
};
const CommandTable dataset_commands = {commands, COUNT_OF(commands)};
