#include "scheduler/link/session.h"
#include "lib/json.h"
#include <stdio.h>
#include <string.h>

enum { HASH_TEXT = 2 + 2 * 32 + 1, LONGEST_COOKIE = 64 };

/* A random text for URLs and cookies. */
static void put_random(char out[SESSION_TEXT_SIZE])
{
    char challenge[OAUTH_PKCE_SIZE];
    oauth_pkce(out, challenge);
}

/* "\\x…" of the SHA-256, as a bytea parameter. */
static const char *hash_text(char out[HASH_TEXT], uint8_t bytes[32], const char *text)
{
    crypto_sha256(bytes, text, strlen(text));
    memcpy(out, "\\x", 2);
    text_hex(out + 2, bytes, 32);
    return out;
}

static const char *cookie_parameter(char out[HASH_TEXT], const Session *session)
{
    memcpy(out, "\\x", 2);
    text_hex(out + 2, session->cookie, 32);
    return out;
}

static const char *context_of(char out[160], const char *connection_id, const char *what)
{
    snprintf(out, 160, "link/%s/%s", connection_id, what);
    return out;
}

void session_wipe(Session *session)
{
    secret_free(session->verifier);
    *session = (Session){0};
}

/* ---- Start ---- */

/* Yesterday's browsers go when a new one comes. */
static const char start_sql[] =
    "with gone as (delete from control.link_session where created < now() - interval '1 day' or cookie = $8::bytea), "
    "forgotten as (delete from control.link_used where used < now() - interval '2 days') "
    "insert into control.link_session (cookie, nonce, company_id, connection_id, state, state_until, verifier) "
    "values ($1::bytea, decode($2, 'hex'), $3, $4, $5::bytea, now() + $6::bigint * interval '1 ms', $7::bytea)";

bool session_start(PgPool *pool, Vault *vault, const Link *link, const char *connection_id, const char *old_cookie,
                   const char *verifier, SessionStart *start, Error *err)
{
    char context[160], cookie[HASH_TEXT], state[HASH_TEXT], old[HASH_TEXT];
    uint8_t hash[32];
    bool has_old = old_cookie && strlen(old_cookie) <= LONGEST_COOKIE;
    AUTO(Text) *sealed = text_new(NULL);
    AUTO(Secret) *secret = verifier ? secret_new(verifier, strlen(verifier)) : NULL;
    put_random(start->cookie);
    put_random(start->state);
    if (secret &&
        !vault_seal(vault, link->company_id, context_of(context, connection_id, "verifier"), secret, sealed, err))
        return false;
    AUTO(PGresult) *rows =
        pg_pool_query(pool, err, start_sql,
                      PG_PARAMS(hash_text(cookie, hash, start->cookie), link->nonce, link->company_id, connection_id,
                                hash_text(state, hash, start->state), PG_INT(SESSION_STATE_MS),
                                secret ? sealed->bytes : NULL, has_old ? hash_text(old, hash, old_cookie) : NULL));
    return rows != NULL;
}

/* ---- Return ---- */

static bool read_session(const PGresult *rows, Vault *vault, Session *session, Error *err)
{
    char context[160];
    snprintf(session->company_id, sizeof session->company_id, "%s", pg_text(rows, 0, "company_id"));
    snprintf(session->connection_id, sizeof session->connection_id, "%s", pg_text(rows, 0, "connection_id"));
    snprintf(session->source, sizeof session->source, "%s", pg_text(rows, 0, "source"));
    snprintf(session->nonce, sizeof session->nonce, "%s", pg_text(rows, 0, "nonce"));
    if (pg_is_null(rows, 0, "verifier"))
        return true;
    session->verifier =
        vault_unseal(vault, session->company_id, context_of(context, session->connection_id, "verifier"),
                     pg_text(rows, 0, "verifier"), err);
    return session->verifier != NULL;
}

#define SESSION_COLUMNS                                                                                                \
    "s.company_id, s.connection_id, encode(s.nonce, 'hex') as nonce, s.verifier, s.tokens, (select k.source from "     \
    "control.connection k where k.id = s.connection_id) as source"

#define LINK_IS_USED "exists (select from control.link_used u where u.nonce = s.nonce)"

static SessionFound look_why(PgPool *pool, const char *cookie, const char *state, Error *err)
{
    AUTO(PGresult) *rows =
        pg_pool_query(pool, err,
                      "select done, " LINK_IS_USED " as used, state is not distinct from $2::bytea and "
                      "state_until < now() as expired from control.link_session s where cookie = $1::bytea",
                      PG_PARAMS(cookie, state));
    if (!rows)
        return SESSION_FAILED;
    if (PQntuples(rows) == 0)
        return SESSION_NONE;
    return pg_boolean(rows, 0, "done")      ? SESSION_DONE
           : pg_boolean(rows, 0, "used")    ? SESSION_USED
           : pg_boolean(rows, 0, "expired") ? SESSION_EXPIRED
                                            : SESSION_STALE;
}

SessionFound session_return(PgPool *pool, Vault *vault, const char *cookie, const char *state, Session *session,
                            Error *err)
{
    char cookie_hash[HASH_TEXT], state_hash[HASH_TEXT];
    uint8_t hash[32];
    *session = (Session){0};
    if (!cookie || !state || strlen(cookie) > LONGEST_COOKIE || strlen(state) > LONGEST_COOKIE)
        return SESSION_NONE;
    hash_text(state_hash, hash, state);
    hash_text(cookie_hash, session->cookie, cookie);
    AUTO(PGresult) *rows = pg_pool_query(
        pool, err,
        "update control.link_session s set state = null where cookie = $1::bytea and state = "
        "$2::bytea and state_until >= now() and not done and not " LINK_IS_USED " returning " SESSION_COLUMNS,
        PG_PARAMS(cookie_hash, state_hash));
    if (!rows)
        return SESSION_FAILED;
    if (PQntuples(rows) == 0)
        return look_why(pool, cookie_hash, state_hash, err);
    return read_session(rows, vault, session, err) ? SESSION_GOOD : SESSION_FAILED;
}

/* ---- A choice of organisations ---- */

static Secret *pack_tokens(const OAuthTokens *tokens)
{
    Text *json = text_new(NULL);
    JsonWriter writer = {.out = json};
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "access", secret_reveal(tokens->access));
    json_put_text(&writer, "refresh", secret_reveal(tokens->refresh));
    json_put_integer(&writer, "accessLife", tokens->access_life_ms);
    json_put_integer(&writer, "refreshLife", tokens->refresh_life_ms);
    json_close(&writer, '}');
    Secret *packed = secret_new(json->bytes, json->length);
    secret_wipe(json->bytes, json->capacity);
    text_free(json);
    return packed;
}

static bool unpack_tokens(const Secret *packed, OAuthTokens *tokens, Error *err)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    yyjson_val *json = json_parse(arena, secret_reveal(packed), secret_length(packed), err);
    if (json) {
        const char *access = json_text(json, "access"), *refresh = json_text(json, "refresh");
        *tokens = (OAuthTokens){.access = secret_new(access, strlen(access)),
                                .refresh = secret_new(refresh, strlen(refresh)),
                                .access_life_ms = json_integer(json, "accessLife", 0),
                                .refresh_life_ms = json_integer(json, "refreshLife", 0)};
    }
    arena_wipe(arena);
    return json != NULL;
}

static void put_tenants(JsonWriter *writer, const OAuthTenant *tenants, size_t n)
{
    json_open(writer, NULL, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(writer, NULL, '{');
        json_put_text(writer, "id", tenants[i].id);
        json_put_text(writer, "name", tenants[i].name);
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

bool session_hold(PgPool *pool, Vault *vault, const Session *session, const OAuthTokens *tokens,
                  const OAuthTenant *tenants, size_t n, Error *err)
{
    char context[160], cookie[HASH_TEXT];
    AUTO(Secret) *packed = pack_tokens(tokens);
    AUTO(Text) *sealed = text_new(NULL), *json = text_new(NULL);
    JsonWriter writer = {.out = json};
    put_tenants(&writer, tenants, n);
    if (!vault_seal(vault, session->company_id, context_of(context, session->connection_id, "tokens"), packed, sealed,
                    err))
        return false;
    AUTO(PGresult) *rows = pg_pool_query(
        pool, err, "update control.link_session set tokens = $2::bytea, tenants = $3::jsonb where cookie = $1::bytea",
        PG_PARAMS(cookie_parameter(cookie, session), sealed->bytes, json->bytes));
    return rows != NULL;
}

/* Whoever came back in time has as long again for the choice. */
#define CHOOSING                                                                                                       \
    "s.cookie = $1::bytea and s.tokens is not null and not s.done and not " LINK_IS_USED                               \
    " and s.state_until > now() - interval '10 minutes'"

SessionFound session_tenants(PgPool *pool, const char *cookie, Arena *arena, OAuthTenant **tenants, size_t *n,
                             Error *err)
{
    char hash[HASH_TEXT];
    uint8_t bytes[32];
    if (!cookie || strlen(cookie) > LONGEST_COOKIE)
        return SESSION_NONE;
    hash_text(hash, bytes, cookie);
    AUTO(PGresult) *rows = pg_pool_query(
        pool, err,
        "select t ->> 'id' as id, t ->> 'name' as name from control.link_session s, jsonb_array_elements(s.tenants) "
        "with ordinality o (t, i) where " CHOOSING " order by i",
        PG_PARAMS(hash));
    if (!rows)
        return SESSION_FAILED;
    *n = (size_t)PQntuples(rows);
    if (*n == 0)
        return look_why(pool, hash, NULL, err);
    *tenants = arena_alloc(arena, *n * sizeof **tenants);
    for (int i = 0; i < PQntuples(rows); i++)
        (*tenants)[i] =
            (OAuthTenant){arena_text(arena, pg_text(rows, i, "id")), arena_text(arena, pg_text(rows, i, "name"))};
    return SESSION_GOOD;
}

SessionFound session_choose(PgPool *pool, Vault *vault, const char *cookie, const char *tenant_id, Session *session,
                            OAuthTokens *tokens, Error *err)
{
    char context[160], cookie_hash[HASH_TEXT];
    *session = (Session){0};
    if (!cookie || strlen(cookie) > LONGEST_COOKIE)
        return SESSION_NONE;
    hash_text(cookie_hash, session->cookie, cookie);
    /* The row as it was before, so that the tokens are there to read and taken only once. */
    AUTO(PGresult) *rows =
        pg_pool_query(pool, err,
                      "with s as (select * from control.link_session s where " CHOOSING
                      " and s.tenants @> jsonb_build_array(jsonb_build_object('id', $2::text)) for update), "
                      "taken as (update control.link_session t set tokens = null from s where t.cookie = s.cookie) "
                      "select " SESSION_COLUMNS " from s",
                      PG_PARAMS(cookie_hash, tenant_id));
    if (!rows)
        return SESSION_FAILED;
    if (PQntuples(rows) == 0)
        return look_why(pool, cookie_hash, NULL, err);
    if (!read_session(rows, vault, session, err))
        return SESSION_FAILED;
    AUTO(Secret) *packed =
        vault_unseal(vault, session->company_id, context_of(context, session->connection_id, "tokens"),
                     pg_text(rows, 0, "tokens"), err);
    return packed && unpack_tokens(packed, tokens, err) ? SESSION_GOOD : SESSION_FAILED;
}

bool session_finish(PgPool *pool, const Session *session, Error *err)
{
    char cookie[HASH_TEXT];
    AUTO(PGresult) *rows =
        pg_pool_query(pool, err,
                      "with done as (update control.link_session set done = true, state = null, tokens = "
                      "null where cookie = $1::bytea) "
                      "insert into control.link_used (nonce) values (decode($2, 'hex')) "
                      "on conflict (nonce) do nothing",
                      PG_PARAMS(cookie_parameter(cookie, session), session->nonce));
    return rows != NULL;
}
