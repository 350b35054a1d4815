/*
 * Master keys: which there are, and re-wrapping all that lies under the others with the first one. Everything goes on
 * meanwhile: a row is changed only while it is still what was read, so a refresh at that moment wins, and what was done
 * stays done when this ends half way.
 */
#include "lib/vault.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/print.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 50 };

#define NO_UUID "00000000-0000-0000-0000-000000000000"

/* What lies straight under master keys. `select`: of the rows under another than $1 the next $3 behind $2, by id.
 * `update`: row $1 from $2 to $3. Rows of a company are sealed under its own key again. */
static const struct Kept {
    const char *what, *before_first, *select, *update;
} kept[] = {
    {.what = "company keys",
     .before_first = NO_UUID,
     .select = "select company_id as id, null as company_id, 'company-key/' || company_id as context, wrapped as sealed"
               " from control.company_key where master_key <> $1 and company_id > $2::uuid"
               " order by 1 limit $3",                                                              .update = "update control.company_key set wrapped = $3::bytea, master_key = control.sealed_with($3::bytea)"
               " where company_id = $1 and wrapped = $2::bytea"                                                                                                            },
    {.what = "client secrets",
     .before_first = "",
     .select = "select name as id, null as company_id, 'source/' || name || '/client-secret' as context,"
               " client_secret as sealed from control.source"
               " where control.sealed_with(client_secret) <> $1 and name > $2 order by 1 limit $3", .update = "update control.source set client_secret = $3::bytea where name = $1 and client_secret = $2::bytea"},
 /* API keys from before companies had keys of their own. */
    {.what = "credentials",
     .before_first = NO_UUID,
     .select =
         "select k.connection_id as id, c.company_id, 'credential/' || c.id || '/secret/' || k.version as context,"
         " k.secret as sealed from control.credential k join control.connection c on c.id = k.connection_id"
         " where control.sealed_with(k.secret) not like 'company/%' and $1::text is not null"
         " and k.connection_id > $2::uuid order by 1 limit $3",                                     .update = "update control.credential set secret = $3::bytea where connection_id = $1 and secret = $2::bytea" },
};

/* What each master key is needed for. */
#define NEEDS                                                                                                          \
    "select master_key as id, count(*) as companies, 0 as others from control.company_key group by 1"                  \
    " union all select control.sealed_with(client_secret), 0, count(*) from control.source"                            \
    " where client_secret is not null group by 1"                                                                      \
    " union all select control.sealed_with(secret), 0, count(*) from control.credential"                               \
    " where control.sealed_with(secret) not like 'company/%' group by 1"

static Pg *take_postgres(const Config *config, PgPool **pool, Error *err)
{
    const char *conninfo = config_text(config, "postgres");
    if (!conninfo) {
        error_set(err, ERROR_CONFIG, "postgres is not set: TRIBUTARY_POSTGRES, or eval \"$(tributary env)\"");
        return NULL;
    }
    *pool = pg_pool_new(conninfo, "tributary", 2);
    return pg_take(*pool, err);
}

/* The ids in the file's order, as the text of an array. Ids need no quotes in it. */
static void list_ids(Vault *vault, Text *array)
{
    char id[KEY_ID_SIZE];
    text_set(array, "{");
    for (size_t i = 0; vault_master_id(vault, i, id); i++)
        text_printf(array, "%s%s", i > 0 ? "," : "", id);
    text_putc(array, '}');
}

/* ---- list ---- */

static const char list_sql[] =
    "with needed as (select id, sum(companies) as companies, sum(others) as others from (" NEEDS ") n group by id)"
    " select coalesce(f.id, n.id) as id, coalesce(n.companies, 0) as companies, coalesce(n.others, 0) as others,"
    " case when f.place = 1 then 'seals' when f.id is null then 'missing: add it to the file'"
    "      when n.id is null then 'not needed' else 'opens' end as state"
    " from unnest($1::text[]) with ordinality f (id, place) full join needed n on n.id = f.id"
    " order by f.place nulls last, 1";

static bool print_keys(Pg *pg, Vault *vault, Error *err)
{
    static const int widths[] = {24, 14, 8, 0};
    static const char *const head[] = {"KEY", "COMPANY KEYS", "OTHERS", "STATE"};
    AUTO(Text) *ids = text_new(NULL);
    list_ids(vault, ids);
    AUTO(PGresult) *keys = pg_query(pg, err, list_sql, PG_PARAMS(ids->bytes));
    if (!keys)
        return false;
    print_columns(head, widths, COUNT_OF(head));
    for (int i = 0; i < PQntuples(keys); i++) {
        const char *const cells[] = {pg_text(keys, i, "id"), pg_text(keys, i, "companies"), pg_text(keys, i, "others"),
                                     pg_text(keys, i, "state")};
        print_columns(cells, widths, COUNT_OF(cells));
    }
    return true;
}

/* ---- rotate ---- */

/* From now on no company key is made under another than the first. The lock waits for those that are being made by a
 * program that has not read its keys again. */
static bool leave_others(Pg *pg, Vault *vault, const char *first, Error *err)
{
    AUTO(Text) *ids = text_new(NULL);
    list_ids(vault, ids);
    const char *const params[] = {first, ids->bytes};
    const PgStatement statements[] = {
        {"delete from control.master_key_left where id = $1",                               1, params},
        {"insert into control.master_key_left (id) select id from (select unnest($2::text[]) as id union"
         " select id from (" NEEDS ") n) k where id <> $1 on conflict do nothing",
         2,                                                                                    params},
        {"lock table control.company_key in share mode",                                    0, NULL  },
    };
    PGresult *results[COUNT_OF(statements)] = {NULL};
    bool fine = pg_transaction(pg, err, statements, COUNT_OF(statements), results);
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        PQclear(results[i]);
    return fine;
}

/* A row's value anew, as the text of a bytea; NULL with err. */
static Text *seal_anew(Vault *vault, const PGresult *rows, int row, Error *err)
{
    const char *context = pg_text(rows, row, "context");
    const char *company_id = pg_is_null(rows, row, "company_id") ? NULL : pg_text(rows, row, "company_id");
    AUTO(Secret) *plain = vault_unseal(vault, NULL, context, pg_text(rows, row, "sealed"), err);
    AUTO(Text) *sealed = text_new(NULL);
    return plain && vault_seal(vault, company_id, context, plain, sealed, err) ? TAKE(sealed) : NULL;
}

/* The work on one kind. */
typedef struct Turn {
    const struct Kept *kept;
    Pg *pg;
    Vault *vault;
    int64_t done, failed;
} Turn;

/* All rows of a batch that open, in one transaction. */
static bool store(Turn *turn, const PGresult *rows, Text *const sealed[BATCH], Error *err)
{
    const char *params[BATCH][3];
    PgStatement statements[BATCH];
    PGresult *results[BATCH] = {NULL};
    size_t n = 0;
    for (int i = 0; i < PQntuples(rows); i++) {
        if (!sealed[i])
            continue;
        params[n][0] = pg_text(rows, i, "id");
        params[n][1] = pg_text(rows, i, "sealed");
        params[n][2] = sealed[i]->bytes;
        statements[n] = (PgStatement){turn->kept->update, 3, params[n]};
        n++;
    }
    bool fine = n == 0 || pg_transaction(turn->pg, err, statements, n, results);
    for (size_t i = 0; i < n; i++) {
        turn->done += results[i] ? strtoll(PQcmdTuples(results[i]), NULL, 10) : 0;
        PQclear(results[i]);
    }
    return fine;
}

static bool rotate_batch(Turn *turn, const PGresult *rows, Error *err)
{
    Text *sealed[BATCH] = {NULL};
    for (int i = 0; i < PQntuples(rows); i++) {
        Error failure = {0};
        sealed[i] = seal_anew(turn->vault, rows, i, &failure);
        if (!sealed[i] && turn->failed++ == 0)
            fprintf(stderr, "tributary keys rotate: %s\n", failure.text);
    }
    bool fine = store(turn, rows, sealed, err);
    for (int i = 0; i < BATCH; i++)
        text_free(sealed[i]);
    return fine;
}

static bool rotate_kind(Turn *turn, const char *first, Error *err)
{
    AUTO(Text) *after = text_new(turn->kept->before_first);
    for (int n = BATCH; n == BATCH;) {
        AUTO(PGresult) *rows =
            pg_query(turn->pg, err, turn->kept->select, PG_PARAMS(first, after->bytes, PG_INT(BATCH)));
        if (!rows || !rotate_batch(turn, rows, err))
            return error_wrap(err, "%s", turn->kept->what);
        n = PQntuples(rows);
        if (n > 0)
            text_set(after, pg_text(rows, n - 1, "id"));
    }
    printf("%-16s %" PRId64 " sealed anew\n", turn->kept->what, turn->done);
    fflush(stdout);
    return true;
}

static bool rotate_all(Pg *pg, Vault *vault, const char *first, int64_t *failed, Error *err)
{
    if (!leave_others(pg, vault, first, err))
        return false;
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        Turn turn = {.kept = &kept[i], .pg = pg, .vault = vault};
        if (!rotate_kind(&turn, first, err))
            return false;
        *failed += turn.failed;
    }
    return print_keys(pg, vault, err);
}

/* ---- The commands ---- */

typedef bool KeyWork(Pg *pg, Vault *vault, Error *err);

static bool rotate_keys(Pg *pg, Vault *vault, Error *err)
{
    char first[KEY_ID_SIZE];
    int64_t failed = 0;
    vault_master_id(vault, 0, first);
    if (!rotate_all(pg, vault, first, &failed, err))
        return false;
    return failed == 0 || error_set(err, ERROR_DATA, "%" PRId64 " could not be opened and lie where they lay", failed);
}

/* The vault works on the pool beside us. */
static bool work_on(Cli *cli, KeyWork *work, Error *err)
{
    AUTO(PgPool) *pool = NULL;
    Pg *pg = take_postgres(cli->config, &pool, err);
    AUTO(Vault) *vault = pg ? vault_open(cli->config, pool, err) : NULL;
    bool fine = vault && work(pg, vault, err);
    pg_give(pool, pg);
    return fine;
}

static bool list(Cli *cli, Error *err)
{
    return work_on(cli, print_keys, err);
}

static bool rotate(Cli *cli, Error *err)
{
    return work_on(cli, rotate_keys, err);
}

static const Command commands[] = {
    {"keys list",   NULL, "the master keys, and what each is needed for",      NEEDS_SERVICES, 0, 0, NO_OPTIONS, list},
    {"keys rotate", NULL, "seal all company keys anew under the file's first", NEEDS_SERVICES, 0, 0, NO_OPTIONS,
     rotate                                                                                                          },
};
const CommandTable master_key_commands = {commands, COUNT_OF(commands)};
