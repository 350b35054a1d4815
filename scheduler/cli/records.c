#include "proto/data_types.h"
#include "scheduler/cli/client.h"
#include "scheduler/cli/command.h"
#include <stdio.h>

static const Option options[] = {
    {"company", NULL, "the company's id", OPTION_TEXT,                                           .required = true},
    {"connection",         NULL,  "the connection's id; accounting types are read by company",        OPTION_TEXT},
    {"query",         NULL,       "as in the API: currency=EUR&&totalAmount>100",             OPTION_TEXT             },
    {"order-by",         NULL,    "a field, or -field for the largest first",          OPTION_TEXT    },
};

/* A line a record. */
static bool print_one(void *context, yyjson_val *record, Error *err)
{
    (void)context;
    (void)err;
    AUTO(Text) *line = text_new(NULL);
    json_write(line, record);
    puts(line->bytes);
    return true;
}

static bool put_path(Cli *cli, Text *path, const DataType *type, Error *err)
{
    const char *connection = config_text(cli->config, "connection");
    text_printf(path, "/companies/%s", client_escape(cli->arena, config_text(cli->config, "company")));
    if (!type->by_company && !connection)
        return error_set(err, ERROR_CONFIG, "%s is read by connection: give --connection", type->key);
    if (!type->by_company)
        text_printf(path, "/connections/%s", client_escape(cli->arena, connection));
    text_printf(path, "/data/%s", type->path);
    return true;
}

static bool run(Cli *cli, Error *err)
{
    const DataType *type = data_type_by_key(cli->operands[0]);
    if (!type)
        return error_set(err, ERROR_CONFIG, "there is no data type '%.80s', such as commerce-orders", cli->operands[0]);
    AUTO(Text) *path = text_new(NULL);
    if (!put_path(cli, path, type, err))
        return false;
    const char *query = config_text(cli->config, "query"), *order = config_text(cli->config, "order-by");
    if (query)
        text_printf(path, "?query=%s", client_escape(cli->arena, query));
    if (order)
        text_printf(path, "%corderBy=%s", query ? '&' : '?', client_escape(cli->arena, order));
    return client_each(cli->client, path->bytes, print_one, NULL, err);
}

static const Command commands[] = {
    {"records", "TYPE", "a data type's records, a line of JSON each", NEEDS_API, 1, 1, OPTIONS(options), run},
};
const CommandTable record_commands = {commands, COUNT_OF(commands)};
