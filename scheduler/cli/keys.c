#include "lib/pg.h"
#include "scheduler/api/api.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/print.h"
#include <stdio.h>
#include <string.h>

enum { MAX_KEYS = 10, KEY_BYTES = 32 };

static const Option create_options[] = {
    {"name", NULL,    "what the key is for",                              OPTION_TEXT, true,  0, 0},
    {"role", "Admin", "Onboarding, Advisor, Analyst, Developer or Admin", OPTION_TEXT, false, 0, 0},
};

static Pg *connect_postgres(const Config *config, Error *err)
{
    const char *conninfo = config_text(config, "postgres");
    if (conninfo)
        return pg_connect(conninfo, "tributary", err);
    error_set(err, ERROR_CONFIG, "postgres is not set: TRIBUTARY_POSTGRES, or eval \"$(tributary env)\"");
    return NULL;
}

/* "tk_" and 256 random bits. Only its hash is kept. */
static void make_key(char out[3 + 2 * KEY_BYTES + 1], char hash[65])
{
    uint8_t random[KEY_BYTES], digest[32];
    crypto_random(random, sizeof random);
    memcpy(out, "tk_", 3);
    text_hex(out + 3, random, sizeof random);
    crypto_sha256(digest, out, strlen(out));
    text_hex(hash, digest, sizeof digest);
    secret_wipe(random, sizeof random);
}

static bool create(Cli *cli, Error *err)
{
    const char *name = config_text(cli->config, "name"), *role = config_text(cli->config, "role");
    if (strlen(name) > 50 || !*name)
        return error_set(err, ERROR_CONFIG, "--name: 1 to 50 characters");
    if (role_by_name(role) == ROLE_NONE)
        return error_set(err, ERROR_CONFIG, "--role: '%.40s' is none of Onboarding, Advisor, Analyst, Developer, Admin",
                         role);
    AUTO(Pg) *pg = connect_postgres(cli->config, err);
    if (!pg)
        return false;
    char key[3 + 2 * KEY_BYTES + 1], hash[65];
    make_key(key, hash);
    int64_t n = pg_execute(pg, err,
                           "insert into control.api_key (name, role, hash) select $1, $2, decode($3, 'hex') "
                           "where (select count(*) from control.api_key) < $4",
                           PG_PARAMS(name, role, hash, PG_INT(MAX_KEYS)));
    if (n == 1)
        puts(key);
    secret_wipe(key, sizeof key);
    return n == 1 || (n == 0 && error_set(err, ERROR_DATA, "there are %d keys already: delete one first", MAX_KEYS));
}

static bool list(Cli *cli, Error *err)
{
    static const int widths[] = {36, 20, 10, 0};
    AUTO(Pg) *pg = connect_postgres(cli->config, err);
    AUTO(PGresult) *keys =
        pg ? pg_query(pg, err, "select id, name, role, created from control.api_key order by created", 0, NULL) : NULL;
    for (int i = 0; keys && i < PQntuples(keys); i++) {
        const char *const cells[] = {pg_text(keys, i, "id"), pg_text(keys, i, "name"), pg_text(keys, i, "role"),
                                     pg_text(keys, i, "created")};
        print_columns(cells, widths, COUNT_OF(cells));
    }
    return keys != NULL;
}

static bool delete (Cli *cli, Error *err)
{
    const char *id = cli->operands[0];
    AUTO(Pg) *pg = text_is_uuid(id) ? connect_postgres(cli->config, err) : NULL;
    if (text_is_uuid(id) && !pg)
        return false;
    int64_t n = pg ? pg_execute(pg, err, "delete from control.api_key where id = $1", PG_PARAMS(id)) : 0;
    return n == 1 || (n == 0 && error_set(err, ERROR_DATA, "there is no API key with the id '%.60s'", id));
}

static const Command commands[] = {
    {"api-key create", NULL, "make a key of the API; prints it, once", NEEDS_SERVICES, 0, 0, OPTIONS(create_options),
     create                                                                                                                 },
    {"api-key list",   NULL, "the keys' ids, names and roles",         NEEDS_SERVICES, 0, 0, NO_OPTIONS,              list  },
    {"api-key delete", "ID", "refuse a key from now on",               NEEDS_SERVICES, 1, 1, NO_OPTIONS,              delete},
};
const CommandTable key_commands = {commands, COUNT_OF(commands)};
