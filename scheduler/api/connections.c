#include "lib/text.h"
#include "lib/token.h"
#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include "scheduler/api/credential.h"
#include "scheduler/api/listing.h"
#include "scheduler/api/shapes.h"
#include "scheduler/control.h"
#include "scheduler/link/flow.h"
#include "scheduler/setup/topics.h"
#include <ctype.h>
#include <string.h>

enum { MAX_SETTINGS = 8 * 1024, MAX_SOURCE = 40 };

static const QueryName names[] = {
    {"id",             {QUERY_TEXT, "k.id::text"}       },
    {"status",         {QUERY_TEXT, "k.status"}         },
    {"integrationKey", {QUERY_TEXT, "k.source"}         },
    {"platformName",   {QUERY_TEXT, "initcap(k.source)"}},
    {"created",        {QUERY_INSTANT, "k.created"}     },
    {"lastSync",       {QUERY_INSTANT, "k.last_sync"}   },
    {NULL,             {0}                              },
};

void connection_list(Request *request, Response *response)
{
    Listing listing = {
        .json = CONNECTION_JSON,
        .from = "control.connection k where k.company_id = $1",
        .order = "k.created, k.id",
        .names = {query_name_resolve,   names},
        .params = {{request->params[0]}, 1    }
    };
    if (company_exists(request, response, request->params[0]))
        listing_answer(request, response, &listing);
}

/* With a link by which its people authorise it, now or again. */
static void answer_connection(Request *request, Response *response, const PGresult *rows, const char *missing)
{
    const char *url =
        PQntuples(rows) > 0 ? flow_link_url(request, response, request->params[0], pg_text(rows, 0, "id")) : "";
    if (!url)
        return;
    answer_record(request, response, rows, missing);
    answer_add(response, "linkUrl", url);
}

void connection_get(Request *request, Response *response)
{
    if (!connection_exists(request, response, request->params[0], request->params[1]))
        return;
    AUTO(PGresult) *rows = api_query(
        request, response, "select id, " CONNECTION_JSON " as record from control.connection k where k.id = $1",
        PG_PARAMS(request->params[1]));
    if (rows)
        answer_connection(request, response, rows, "the connection was deleted");
}

/* A source is known when this build has its worker, or when a worker of it has run here. */
static bool source_is_known(Request *request, Response *response, const char *source)
{
    if (source_is_built(source))
        return true;
    AUTO(PGresult) *rows =
        api_query(request, response,
                  "select coalesce(bool_or(name = $1), false) as known, string_agg(name, ', ' order by name) as names "
                  "from control.source",
                  PG_PARAMS(source));
    if (!rows)
        return false;
    return pg_boolean(rows, 0, "known") ||
           answer_error(
               request, response, 400,
               "platformKey: there is no source '%.40s' here; known are: %s. A source is known once its worker "
               "has run",
               source, pg_text(rows, 0, "names"));
}

/* The body is {"platformKey": "stripe", "credential": {…}, "settings": {…}}, or the reference's bare JSON string. */
static const char *read_source(Request *request, Response *response, yyjson_val **body)
{
    Error err = {0};
    *body = request->body_length > 0 ? json_parse(request->arena, request->body, request->body_length, &err) : NULL;
    if (!*body) {
        answer_error(request, response, 400, "%s", request->body_length > 0 ? err.text : "a JSON body is needed");
        return NULL;
    }
    const char *source = yyjson_is_str(*body) ? yyjson_get_str(*body) : json_text(*body, "platformKey");
    size_t length = source ? strlen(source) : 0;
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)source[i]) && !isdigit((unsigned char)source[i]) && source[i] != '-')
            length = 0;
    if (length > 0 && length <= MAX_SOURCE)
        return source_is_known(request, response, source) ? source : NULL;
    answer_error(request, response, 400, "platformKey: the name of a source is needed, such as \"stripe\"");
    return NULL;
}

/* Public settings: one level of texts, numbers and booleans. */
static const char *read_settings(Request *request, Response *response, yyjson_val *body)
{
    yyjson_val *settings = json_at(body, "settings");
    if (!settings)
        return "{}";
    bool flat = yyjson_is_obj(settings);
    size_t i, n;
    yyjson_val *key, *value;
    yyjson_obj_foreach(settings, i, n, key, value)
    {
        flat = flat && !yyjson_is_ctn(value);
    }
    AUTO(Text) *json = text_new(NULL);
    json_write(json, settings);
    if (flat && json->length <= MAX_SETTINGS)
        return arena_text(request->arena, json->bytes);
    answer_error(request, response, 400, "settings: an object of texts is needed, at most %d bytes", MAX_SETTINGS);
    return NULL;
}

/* A company has one accounting source (P-026): a second one would mix two ledgers. For a new connection of `source`, or
 * for one that there is (its id). */
static bool ledger_is_free(Request *request, Response *response, const char *source, const char *id)
{
    AUTO(PGresult) *rows = api_query(
        request, response,
        "select coalesce(s.title, k.source) as title from control.connection k join control.source s on s.name = "
        "k.source where k.company_id = $1 and k.status = 'Linked' and s.source_type = 'Accounting' "
        "and k.id is distinct from $3 and (select source_type from control.source where name = coalesce($2, (select "
        "source from control.connection where id = $3))) = 'Accounting' limit 1",
        PG_PARAMS(request->params[0], source, id));
    return rows &&
           (PQntuples(rows) == 0 ||
            answer_error(request, response, 409, "the company has an accounting source already, %s: unlink it first",
                         pg_text(rows, 0, "title")));
}

void connection_create(Request *request, Response *response)
{
    yyjson_val *body;
    const char *source, *settings, *sealed = NULL;
    char id[37];
    if (!company_exists(request, response, request->params[0]) || !(source = read_source(request, response, &body)) ||
        !ledger_is_free(request, response, source, NULL) || !(settings = read_settings(request, response, body)))
        return;
    text_uuid(id);
    yyjson_val *credential = json_at(body, "credential");
    if (credential && !(sealed = credential_seal(request, response, credential, request->params[0], id)))
        return;
    AUTO(PGresult) *rows = api_query(
        request, response,
        "with k as (insert into control.connection (id, company_id, source, status, settings) "
        "values ($1, $2, $3, case when $5::bytea is null then 'PendingAuth' else 'Linked' end, $4::jsonb) "
        "returning *), "
        "sealed as (insert into control.credential (connection_id, secret, refresh_by) select id, $5::bytea, "
        "(select now() + $6::bigint * interval '1 ms' from control.source s where s.name = k.source and "
        "s.oauth is not null) from k where $5::bytea is not null) select id, " CONNECTION_JSON " as record from k",
        PG_PARAMS(id, request->params[0], source, settings, sealed, PG_INT(CREDENTIAL_REFRESH_MS)));
    if (rows)
        answer_connection(request, response, rows, "");
}

/* The client ends the access: from Linked only; what was running ends Cancelled, what was read stays. */
void connection_update(Request *request, Response *response)
{
    if (!connection_exists(request, response, request->params[0], request->params[1]))
        return;
    yyjson_val *body = request_object(request, response);
    if (!body)
        return;
    const char *status = json_text(body, "status");
    if (!status || strcmp(status, "Unlinked") != 0) {
        answer_error(request, response, 400, "status: only \"Unlinked\" can be set");
        return;
    }
    AUTO(PGresult) *rows =
        api_query(request, response,
                  "with k as (update control.connection set status = 'Unlinked' where id = $1 and status = 'Linked' "
                  "returning *), "
                  "stopped as (update control.dataset d set status = 'Cancelled', completed = now(), retry_at = null, "
                  "moved_at = now() from k where d.connection_id = k.id and d." UNFINISHED ") "
                  "select " CONNECTION_JSON " as record from k",
                  PG_PARAMS(request->params[1]));
    if (rows && PQntuples(rows) == 0)
        answer_error(request, response, 409, "the connection is not Linked, so it cannot be unlinked");
    else if (rows)
        answer_record(request, response, rows, "");
}

/* Settings that come with a credential are added to those there are; but another organisation would mix two ledgers. */
static bool store_settings(Request *request, Response *response, const char *id, yyjson_val *body)
{
    const char *settings = read_settings(request, response, body);
    AUTO(PGresult) *rows =
        settings
            ? api_query(request, response,
                        "update control.connection k set settings = k.settings || $2::jsonb where id = $1 and not "
                        "exists (select from control.source s where s.name = k.source and k.settings ->> "
                        "(s.oauth ->> 'tenantSetting') <> $2::jsonb ->> (s.oauth ->> 'tenantSetting')) returning id",
                        PG_PARAMS(id, settings))
            : NULL;
    return rows &&
           (PQntuples(rows) > 0 ||
            answer_error(request, response, 409,
                         "settings: the connection belongs to another organisation: create a new one for this"));
}

/* When a credential that was handed over is to be refreshed unused; 0: never, it is an API key. -1: answered. */
static int64_t refresh_by_ms(Request *request, Response *response, const char *id)
{
    AUTO(PGresult) *rows = api_query(request, response,
                                     "select s.oauth is not null as oauth from control.connection k "
                                     "left join control.source s on s.name = k.source where k.id = $1",
                                     PG_PARAMS(id));
    return !rows ? -1 : PQntuples(rows) > 0 && pg_boolean(rows, 0, "oauth") ? CREDENTIAL_REFRESH_MS : 0;
}

/* {"apiKey": "…"} or {"refreshToken": "…", "settings": {…}}, or the same below "credential". */
void connection_authorize(Request *request, Response *response)
{
    const Api *api = request->context;
    const char *company = request->params[0], *id = request->params[1];
    if (!connection_exists(request, response, company, id) || !ledger_is_free(request, response, NULL, id))
        return;
    yyjson_val *body = request_object(request, response);
    if (!body)
        return;
    yyjson_val *credential = json_at(body, "credential");
    AUTO(Secret) *secret = credential_read(request, response, credential ? credential : body);
    int64_t by_ms = secret ? refresh_by_ms(request, response, id) : -1;
    if (by_ms < 0 || !store_settings(request, response, id, body))
        return;
    Error err = {0};
    const OAuthTokens given = {.refresh = secret};
    if (token_link(api->pool, api->vault, company, id, &given, by_ms, &err))
        connection_get(request, response);
    else if (err.kind == ERROR_LOST)
        answer_error(request, response, 409, "%s", err.text);
    else
        answer_failure(request, response, &err);
}

void connection_delete(Request *request, Response *response)
{
    const char *id = request->params[1];
    if (!connection_exists(request, response, request->params[0], id))
        return;
    AUTO(PGresult) *gone = api_query(request, response,
                                     "with k as (delete from control.connection where id = $1 returning *) "
                                     "insert into control.event (kind, company_id, connection_id) select "
                                     "'connection.deleted', company_id, id from k",
                                     PG_PARAMS(id));
    if (!gone)
        return;
    AUTO(PGresult) *rows = api_query(request, response, "select control.forget_records($1)", PG_PARAMS(id));
    if (rows)
        response->status = 204;
}
