#include "scheduler/cli/client.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/credential_input.h"
#include "scheduler/cli/print.h"
#include <stdio.h>
#include <string.h>

#define COMPANY_OPTION                                                                                                 \
    {                                                                                                                  \
        "company", NULL, "the company's id", OPTION_TEXT, .required = true                                             \
    }

static const Option create_options[] = {
    COMPANY_OPTION,
    {"source",  "stripe", "the source's name",                                                               OPTION_TEXT},
    {"setting", NULL,     "public settings of the source: key=value,key=value",                              OPTION_TEXT},
    {"link",    "false",  "without a credential: a second line is the link by which its people give access",
      OPTION_BOOLEAN                                                                                                     },
    CREDENTIAL_OPTION,
};
static const Option company_options[] = {COMPANY_OPTION};
static const Option authorize_options[] = {COMPANY_OPTION, CREDENTIAL_OPTION};

static const char *company_path(Cli *cli, const char *rest)
{
    return arena_format(cli->arena, "/companies/%s/connections%s",
                        client_escape(cli->arena, config_text(cli->config, "company")), rest);
}

static const char *connection_path(Cli *cli, const char *rest)
{
    return company_path(cli, arena_format(cli->arena, "/%s%s", client_escape(cli->arena, cli->operands[0]), rest));
}

static bool put_settings(JsonWriter *writer, const char *settings, Error *err)
{
    json_open(writer, "settings", '{');
    while (settings && *settings) {
        size_t length = strcspn(settings, ","), key = strcspn(settings, "=");
        if (key == 0 || key >= length)
            return error_set(err, ERROR_CONFIG, "--setting: '%.80s' is not key=value", settings);
        AUTO(Text) *name = text_new(NULL), *value = text_new(NULL);
        text_add(name, settings, key);
        text_add(value, settings + key + 1, length - key - 1);
        json_put_text(writer, name->bytes, value->bytes);
        settings += length + (settings[length] == ',');
    }
    json_close(writer, '}');
    return true;
}

/* The body holds a secret: it is wiped after the call. */
static void forget(Text *body)
{
    secret_wipe(body->bytes, body->length);
    text_free(body);
}

static void put_credential(JsonWriter *writer, const Secret *secret)
{
    json_open(writer, "credential", '{');
    json_put_text(writer, "apiKey", secret_reveal(secret));
    json_close(writer, '}');
}

static bool create(Cli *cli, Error *err)
{
    bool by_link = config_boolean(cli->config, "link");
    AUTO(Secret) *secret = by_link ? NULL : credential_input(cli->config, err);
    if (!by_link && !secret)
        return false;
    Text *body = text_new(NULL);
    JsonWriter writer = {.out = body};
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "platformKey", config_text(cli->config, "source"));
    if (secret)
        put_credential(&writer, secret);
    bool good = put_settings(&writer, config_text(cli->config, "setting"), err);
    json_close(&writer, '}');
    yyjson_val *answer = NULL;
    good = good && client_call(cli->client, "POST", company_path(cli, ""), body->bytes, cli->arena, &answer, err);
    forget(body);
    if (!good)
        return false;
    puts(json_text(answer, "id"));
    if (by_link)
        puts(json_text(answer, "linkUrl"));
    return true;
}

static bool authorize(Cli *cli, Error *err)
{
    AUTO(Secret) *secret = credential_input(cli->config, err);
    if (!secret)
        return false;
    Text *body = text_new(NULL);
    JsonWriter writer = {.out = body};
    json_open(&writer, NULL, '{');
    put_credential(&writer, secret);
    json_close(&writer, '}');
    bool good =
        client_call(cli->client, "PUT", connection_path(cli, "/authorization"), body->bytes, cli->arena, NULL, err);
    forget(body);
    return good;
}

static const int widths[] = {36, 10, 13, 0};

static bool print_one(void *context, yyjson_val *connection, Error *err)
{
    (void)context;
    (void)err;
    const char *const cells[] = {json_text(connection, "id"), json_text(connection, "integrationKey"),
                                 json_text(connection, "status"), json_text(connection, "lastSync")};
    print_columns(cells, widths, COUNT_OF(cells));
    return true;
}

static bool list(Cli *cli, Error *err)
{
    const char *const heads[] = {"id", "source", "status", "last sync"};
    print_columns(heads, widths, COUNT_OF(heads));
    return client_each(cli->client, company_path(cli, ""), print_one, NULL, err);
}

static bool show(Cli *cli, Error *err)
{
    yyjson_val *answer = NULL;
    if (!client_call(cli->client, "GET", connection_path(cli, ""), NULL, cli->arena, &answer, err))
        return false;
    print_json(answer);
    return true;
}

static bool link_it(Cli *cli, Error *err)
{
    yyjson_val *answer = NULL;
    if (!client_call(cli->client, "GET", connection_path(cli, ""), NULL, cli->arena, &answer, err))
        return false;
    puts(json_text(answer, "linkUrl"));
    return true;
}

static bool unlink_it(Cli *cli, Error *err)
{
    return client_call(cli->client, "PATCH", connection_path(cli, ""), "{\"status\":\"Unlinked\"}", cli->arena, NULL,
                       err);
}

static bool delete (Cli *cli, Error *err)
{
    return client_call(cli->client, "DELETE", connection_path(cli, ""), NULL, cli->arena, NULL, err);
}

#define ONE "CONNECTION"
static const Command commands[] = {
    {"connection create",    NULL, "link a source; prints the id",                         NEEDS_API, 0, 0, OPTIONS(create_options),    create   },
    {"connection list",      NULL, "a company's connections",                              NEEDS_API, 0, 0, OPTIONS(company_options),   list     },
    {"connection show",      ONE,  "one connection",                                       NEEDS_API, 1, 1, OPTIONS(company_options),   show     },
    {"connection authorize", ONE,  "give it a new credential",                             NEEDS_API, 1, 1, OPTIONS(authorize_options), authorize},
    {"connection link",      ONE,  "a link by which its people give access, now or again", NEEDS_API, 1, 1,
     OPTIONS(company_options),                                                                                                          link_it  },
    {"connection unlink",    ONE,  "end the access; the data stays",                       NEEDS_API, 1, 1, OPTIONS(company_options),   unlink_it},
    {"connection delete",    ONE,  "delete it with all its data",                          NEEDS_API, 1, 1, OPTIONS(company_options),   delete   },
};
const CommandTable connection_commands = {commands, COUNT_OF(commands)};
