/* The credential's row. Whoever changes it proves version and lease; each statement here is committed by itself. */
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/token_parts.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 1000, BACK_OFF_MS = 5000 };

#define LEASED "connection_id = $1 and version = $2::bigint and lease_owner = $3::bigint"

static const char read_sql[] =
    "select c.status, k.connection_id is not null as there, k.version, k.access, coalesce(k.refused, false) as refused,"
    " k.spare is not null as spare, coalesce(k.lease_owner, 0) as lease_owner,"
    " coalesce(ceil(extract(epoch from k.expires_at - now()) * 1000)::bigint, 0) as left_ms,"
    " coalesce(ceil(extract(epoch from k.lease_until - now()) * 1000)::bigint, 0) as lease_left_ms"
    " from control.connection c left join control.credential k on k.connection_id = c.id where c.id = $1";

/* $5 whose lease may be taken: free, mine or any (fault builds). One of our own is left from a flight that failed: no
 * other of ours is under way. */
static const char lease_sql[] =
    "update control.credential set lease_owner = $3::bigint, lease_until = now() + $4::bigint * interval '1 ms'"
    " where connection_id = $1 and version = $2::bigint and (not refused or spare is not null)"
    " and (lease_owner = $3::bigint or $5::text = 'any'"
    "      or ($5::text = 'free' and (lease_owner is null or lease_until is null or lease_until <= now())))"
    " returning secret, spare, spare_version, refused";
static const char back_off_sql[] = "update control.credential set lease_until = least(lease_until, now() + $4::bigint "
                                   "* interval '1 ms') where " LEASED;

#define STORE                                                                                                          \
    "update control.credential set version = version + 1, secret = $4::bytea, access = $5::bytea,"                     \
    " expires_at = now() + $6::bigint * interval '1 ms', lease_owner = null, lease_until = null, refused = false,"     \
    " spare = nullif(spare, $7::bytea),"                                                                               \
    " spare_version = case when nullif(spare, $7::bytea) is not null then spare_version end,"                          \
    " refresh_by = case when $8::bigint > 0 then now() + $8::bigint * interval '1 ms' end where "
static const char store_sql[] = STORE LEASED;
static const char store_unleased_sql[] = STORE "connection_id = $1 and version = $2::bigint and $3::bigint is not null";
static const char stored_sql[] =
    "select 1 from control.credential where connection_id = $1 and version = $2::bigint + 1 and access = $3::bytea";

/* Two statements, so that the second sees a Deauthorized that was committed while the first waited for the row. */
static const char park_sql[] =
    "update control.credential set spare = $2::bytea, spare_version = $3::bigint where connection_id = $1";
static const char revive_sql[] =
    "update control.connection set status = 'Linked', reason = null where id = $1 and status = 'Deauthorized'";

/* A spare that nobody has tried yet would be lost: the row must hold the one that was. */
static const char condemn_sql[] =
    "with refused as (update control.credential set refused = true, spare = null, spare_version = null, access = null,"
    " expires_at = null, lease_owner = null, lease_until = null, refresh_by = null where " LEASED
    " and spare is not distinct from $4::bytea returning connection_id)"
    " , ended as (update control.connection c set status = 'Deauthorized', reason = $5 from refused r"
    " where c.id = r.connection_id and c.status = 'Linked') select 1 from refused";

static const char poll_sql[] =
    "select connection_id, version, lease_owner is null or lease_until is null or lease_until <= now() as free"
    " from control.credential where connection_id = any($1::uuid[])";

static const char link_sql[] =
    "insert into control.credential as k (connection_id, version, secret, access, expires_at, refresh_by)"
    " values ($1, $2::bigint, $3::bytea, $4::bytea, now() + $5::bigint * interval '1 ms',"
    " case when $6::bigint > 0 then now() + $6::bigint * interval '1 ms' end)"
    " on conflict (connection_id) do update set version = excluded.version, secret = excluded.secret,"
    " access = excluded.access, expires_at = excluded.expires_at, refresh_by = excluded.refresh_by,"
    " lease_owner = null, lease_until = null, spare = null, spare_version = null, refused = false"
    " where k.version = excluded.version - 1";

/* ---- Sealing ---- */

static const char *context_of(char context[128], const char *connection_id, const char *field, int64_t version)
{
    snprintf(context, 128, "credential/%.40s/%s/%" PRId64, connection_id, field, version);
    return context;
}

Secret *token_unseal(const Tokens *tokens, const TokenAsk *ask, const char *field, int64_t version, const char *sealed,
                     Error *err)
{
    char context[128];
    return vault_unseal(tokens->options.vault, ask->company_id, context_of(context, ask->connection_id, field, version),
                        sealed, err);
}

static bool seal(const Tokens *tokens, const TokenAsk *ask, const char *field, int64_t version, const Secret *plain,
                 Text *out, Error *err)
{
    char context[128];
    return vault_seal(tokens->options.vault, ask->company_id, context_of(context, ask->connection_id, field, version),
                      plain, out, err);
}

/* ---- Statements ---- */

/* With synchronous_commit, whatever the server's default is: a lease or a token must not be forgotten. */
static bool run(PgPool *pool, const PgStatement *wanted, size_t n, PGresult **result, Error *err)
{
    PgStatement all[4] = {
        {"set local synchronous_commit = on", 0, NULL}
    };
    PGresult *results[COUNT_OF(all)] = {NULL};
    memcpy(all + 1, wanted, n * sizeof *wanted);
    Pg *pg = pg_take(pool, err);
    bool fine = pg && pg_transaction(pg, err, all, n + 1, results);
    pg_give(pool, pg);
    for (size_t i = 0; i <= n; i++)
        if (i != 1)
            PQclear(results[i]);
    *result = results[1];
    return fine;
}

static TokenStep run_one(const Tokens *tokens, Error *err, PGresult **result, const char *sql, int n_params,
                         const char *const *params)
{
    const PgStatement statement = {sql, n_params, params};
    if (!run(tokens->options.pool, &statement, 1, result, err))
        return TOKEN_FAILED;
    bool touched = PQntuples(*result) > 0 || strtoll(PQcmdTuples(*result), NULL, 10) > 0;
    return touched ? TOKEN_DONE : TOKEN_LOST;
}

void token_row_clear(TokenRow *row)
{
    PQclear(TAKE(row->result));
}

bool token_row_read(const Tokens *tokens, const TokenAsk *ask, TokenRow *row, Error *err)
{
    PGresult *result = pg_pool_query(tokens->options.pool, err, read_sql, PG_PARAMS(ask->connection_id));
    *row = (TokenRow){.result = result};
    if (!result)
        return error_wrap(err, "credential");
    if (PQntuples(result) == 0) {
        row->status = "deleted";
        return true;
    }
    row->status = pg_text(result, 0, "status");
    row->linked = strcmp(row->status, "Linked") == 0;
    row->there = pg_boolean(result, 0, "there");
    row->refused = pg_boolean(result, 0, "refused");
    row->spare = pg_boolean(result, 0, "spare");
    row->access = pg_is_null(result, 0, "access") ? NULL : pg_text(result, 0, "access");
    row->version = pg_integer(result, 0, "version");
    row->left_ms = pg_integer(result, 0, "left_ms");
    row->lease_owner = pg_integer(result, 0, "lease_owner");
    row->lease_left_ms = pg_integer(result, 0, "lease_left_ms");
    return true;
}

/* ---- The lease ---- */

void lease_clear(Lease *lease)
{
    text_free(TAKE(lease->secret));
    text_free(TAKE(lease->spare));
}

static TokenStep lease_from(const Tokens *tokens, const TokenAsk *ask, const char *whose, Lease *lease, Error *err)
{
    PGresult *row = NULL;
    int64_t until_ms = clock_monotonic_ms() + TOKEN_LEASE_MS; /* before the server's clock is asked */
    TokenStep step = run_one(
        tokens, err, &row, lease_sql,
        PG_PARAMS(ask->connection_id, PG_INT(lease->version), PG_INT(lease->owner), PG_INT(TOKEN_LEASE_MS), whose));
    if (step == TOKEN_DONE) {
        lease_clear(lease);
        lease->until_ms = until_ms;
        lease->secret = text_new(pg_text(row, 0, "secret"));
        bool spare = !pg_is_null(row, 0, "spare") && !FAULT_SWITCH(no_spare);
        lease->spare = spare ? text_new(pg_text(row, 0, "spare")) : NULL;
        lease->spare_version = pg_integer(row, 0, "spare_version");
        lease->refused = pg_boolean(row, 0, "refused");
    }
    PQclear(row);
    return step;
}

TokenStep lease_take(const Tokens *tokens, const TokenAsk *ask, int64_t version, Lease *lease, Error *err)
{
    *lease = (Lease){.version = version, .owner = tokens->options.incarnation(tokens->options.context)};
    return lease_from(tokens, ask, FAULT_SWITCH(no_token_lease) ? "any" : "free", lease, err);
}

TokenStep lease_renew(const Tokens *tokens, const TokenAsk *ask, Lease *lease, Error *err)
{
    return lease_from(tokens, ask, "mine", lease, err);
}

void lease_back_off(const Tokens *tokens, const TokenAsk *ask, const Lease *lease)
{
    Error ignored = {0}; /* then it runs out by itself */
    PGresult *row = NULL;
    (void)!run_one(tokens, &ignored, &row, back_off_sql,
                   PG_PARAMS(ask->connection_id, PG_INT(lease->version), PG_INT(lease->owner), PG_INT(BACK_OFF_MS)));
    PQclear(row);
}

/* ---- What a refresh brought ---- */

/* Was it this very store whose answer was lost? */
static TokenStep look_again(const Tokens *tokens, const TokenAsk *ask, const Lease *lease, const Text *access,
                            Error *err)
{
    AUTO(PGresult) *row = pg_pool_query(tokens->options.pool, err, stored_sql,
                                        PG_PARAMS(ask->connection_id, PG_INT(lease->version), access->bytes));
    return !row ? TOKEN_FAILED : PQntuples(row) > 0 ? TOKEN_DONE : TOKEN_LOST;
}

static TokenStep park(const Tokens *tokens, const TokenAsk *ask, const Lease *lease, const Secret *refresh, Error *err)
{
    AUTO(Text) *sealed = text_new(NULL);
    if (FAULT_SWITCH(no_spare))
        return TOKEN_LOST;
    if (!seal(tokens, ask, "spare", lease->version, refresh, sealed, err))
        return TOKEN_FAILED;
    const char *const spare[] = {ask->connection_id, sealed->bytes, PG_INT(lease->version)};
    const char *const connection[] = {ask->connection_id};
    const PgStatement statements[] = {
        {park_sql,   3, spare     },
        {revive_sql, 1, connection}
    };
    PGresult *result = NULL;
    if (!run(tokens->options.pool, statements, COUNT_OF(statements), &result, err))
        return TOKEN_FAILED;
    PQclear(result);
    log_warn("a refresh came too late: its token is kept as a spare", KV("connection", ask->connection_id),
             KV("version", lease->version));
    return TOKEN_LOST;
}

static TokenStep store_once(const Tokens *tokens, const TokenAsk *ask, const Lease *lease, const OAuthTokens *got,
                            const Text *secret, const Text *access, const char *used_spare, Error *err)
{
    PGresult *row = NULL;
    TokenStep step = run_one(tokens, err, &row, FAULT_SWITCH(no_lease_guard) ? store_unleased_sql : store_sql,
                             PG_PARAMS(ask->connection_id, PG_INT(lease->version), PG_INT(lease->owner), secret->bytes,
                                       access->bytes, PG_INT(got->access_life_ms), used_spare,
                                       PG_INT(token_refresh_by_ms(&ask->app->rules, got->refresh_life_ms))));
    PQclear(row);
    if (step == TOKEN_LOST)
        step = look_again(tokens, ask, lease, access, err);
    return step == TOKEN_LOST ? park(tokens, ask, lease, got->refresh, err) : step;
}

TokenStep token_store(const Tokens *tokens, const TokenAsk *ask, const Lease *lease, const OAuthTokens *got,
                      const char *used_spare, Text *access, Error *err)
{
    AUTO(Text) *secret = text_new(NULL);
    for (;;) {
        text_clear(secret);
        text_clear(access);
        TokenStep step = TOKEN_FAILED;
        if (seal(tokens, ask, "secret", lease->version + 1, got->refresh, secret, err) &&
            seal(tokens, ask, "access", lease->version + 1, got->access, access, err))
            step = store_once(tokens, ask, lease, got, secret, access, used_spare, err);
        if (step != TOKEN_FAILED || !error_is_retriable(err))
            return step;
        log_warn("a refreshed token cannot be stored now", KV("connection", ask->connection_id), KV_ERROR(err));
        fiber_sleep_ms(PATIENCE_MS);
        *err = (Error){0};
    }
}

TokenStep token_condemn(const Tokens *tokens, const TokenAsk *ask, const Lease *lease, const char *reason, Error *err)
{
    PGresult *row = NULL;
    TokenStep step = run_one(tokens, err, &row, condemn_sql,
                             PG_PARAMS(ask->connection_id, PG_INT(lease->version), PG_INT(lease->owner),
                                       lease->spare ? lease->spare->bytes : NULL, reason));
    PQclear(row);
    return step;
}

/* ---- Watching others ---- */

void token_poll(const Tokens *tokens)
{
    AUTO(Text) *ids = text_new("{");
    for (const Flight *flight = tokens->flights; flight; flight = flight->next)
        if (flight->watched)
            text_printf(ids, "%s%s", ids->length > 1 ? "," : "", flight->connection_id);
    text_putc(ids, '}');
    Error ignored = {0}; /* looked at again soon */
    AUTO(PGresult) *rows = pg_pool_query(tokens->options.pool, &ignored, poll_sql, PG_PARAMS(ids->bytes));
    for (int i = 0; i < (rows ? PQntuples(rows) : 0); i++)
        for (Flight *flight = tokens->flights; flight; flight = flight->next)
            if (flight->watched && strcmp(flight->connection_id, pg_text(rows, i, "connection_id")) == 0)
                flight->changed = pg_integer(rows, i, "version") != flight->version || pg_boolean(rows, i, "free");
}

/* ---- Given by a person ---- */

int64_t token_refresh_by_ms(const OAuth *rules, int64_t told_life_ms)
{
    int64_t life_ms = told_life_ms > 0 && (rules->idle_life_ms == 0 || told_life_ms < rules->idle_life_ms)
                          ? told_life_ms
                          : rules->idle_life_ms;
    return life_ms / 4 * 3;
}

/* The version of the credential there is; 0: none; -1 with err. */
static int64_t version_of(PgPool *pool, const char *connection_id, Error *err)
{
    AUTO(PGresult) *row = pg_pool_query(pool, err, "select version from control.credential where connection_id = $1",
                                        PG_PARAMS(connection_id));
    return !row ? -1 : PQntuples(row) > 0 ? pg_integer(row, 0, "version") : 0;
}

bool token_link(PgPool *pool, Vault *vault, const char *company_id, const char *connection_id, const OAuthTokens *given,
                int64_t refresh_by_ms, Error *err)
{
    int64_t version = version_of(pool, connection_id, err) + 1;
    char context[128];
    AUTO(Text) *secret = text_new(NULL), *access = text_new(NULL);
    if (version == 0 ||
        !vault_seal(vault, company_id, context_of(context, connection_id, "secret", version), given->refresh, secret,
                    err) ||
        (given->access && !vault_seal(vault, company_id, context_of(context, connection_id, "access", version),
                                      given->access, access, err)))
        return false;
    const char *const credential[] = {
        connection_id,
        PG_INT(version),
        secret->bytes,
        given->access ? access->bytes : NULL,
        given->access ? PG_INT(given->access_life_ms) : NULL,
        PG_INT(refresh_by_ms),
    };
    const char *const connection[] = {connection_id, PG_INT(version), secret->bytes};
    const PgStatement statements[] = {
        {link_sql,                                                                                                   6, credential},
        {"update control.connection c set status = 'Linked', reason = null from control.credential k"
         " where c.id = $1 and k.connection_id = c.id and k.version = $2::bigint and k.secret = $3::bytea", 3, connection},
    };
    PGresult *result = NULL;
    if (!run(pool, statements, COUNT_OF(statements), &result, err))
        return false;
    bool stored = strtoll(PQcmdTuples(result), NULL, 10) > 0;
    PQclear(result);
    return stored || error_set(err, ERROR_LOST, "the credential changed in the meantime: try again");
}
