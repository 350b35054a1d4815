#include "lib/text.h"
#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include "scheduler/api/company_name.h"
#include "scheduler/api/listing.h"
#include "scheduler/api/shapes.h"
#include "scheduler/link/back.h"
#include "scheduler/link/flow.h"
#include <string.h>

enum {
    MAX_TAGS = 10,
    MAX_TAG_KEY = 27,
    MAX_TAG_VALUE = 100,
    MAX_NAME = 500,
    MAX_DESCRIPTION = 4000,
    MAX_REDIRECT = 2000
};

/* Any of its connections: the reference shows these two in use (P-101). */
#define ANY_CONNECTION(column)                                                                                         \
    "(select string_agg(k." column ", ' ') from control.connection k where k.company_id = c.id)"

static const QueryName names[] = {
    {"id",                           {QUERY_TEXT, "c.id::text"}            },
    {"name",                         {QUERY_TEXT, "c.name"}                },
    {"description",                  {QUERY_TEXT, "c.description"}         },
    {"created",                      {QUERY_INSTANT, "c.created"}          },
    {"dataConnections.status",       {QUERY_TEXT, ANY_CONNECTION("status")}},
    {"dataConnections.platformName", {QUERY_TEXT, ANY_CONNECTION("source")}},
    {NULL,                           {0}                                   },
};

void company_list(Request *request, Response *response)
{
    Listing listing = {
        .json = COMPANY_JSON,
        .from = "control.company c where true",
        .order = "c.created, c.id",
        .names = {query_name_resolve, names}
    };
    listing_answer(request, response, &listing);
}

/* The tags' JSON, "{}" when there are none; NULL when they break the rules (P-013) and the answer is written. */
static const char *read_tags(Request *request, Response *response, yyjson_val *body)
{
    yyjson_val *tags = json_at(body, "tags");
    if (!tags)
        return "{}";
    if (!yyjson_is_obj(tags) || yyjson_obj_size(tags) > MAX_TAGS) {
        answer_error(request, response, 400, "tags: an object of at most %d texts is needed", MAX_TAGS);
        return NULL;
    }
    size_t i, n;
    yyjson_val *key, *value;
    yyjson_obj_foreach(tags, i, n, key, value)
    {
        if (yyjson_get_len(key) >= 1 && yyjson_get_len(key) <= MAX_TAG_KEY && yyjson_is_str(value) &&
            yyjson_get_len(value) <= MAX_TAG_VALUE)
            continue;
        answer_error(request, response, 400,
                     "tags: '%.40s' has a key past %d or a value past %d characters, or no text", yyjson_get_str(key),
                     MAX_TAG_KEY, MAX_TAG_VALUE);
        return NULL;
    }
    AUTO(Text) *json = text_new(NULL);
    json_write(json, tags);
    return arena_text(request->arena, json->bytes);
}

/* The cleaned name; NULL when it is missing and the answer is written. */
static const char *read_name(Request *request, Response *response, yyjson_val *body)
{
    const char *given = json_text(body, "name");
    AUTO(Text) *name = company_name_clean(given ? given : "", given ? yyjson_get_len(json_at(body, "name")) : 0);
    if (name->length > 0 && name->length <= MAX_NAME)
        return arena_text(request->arena, name->bytes);
    answer_error(request, response, 400,
                 "name: a text of 1 to %d characters is needed; letters, digits, space and - ' & @ . , ? ! count",
                 MAX_NAME);
    return NULL;
}

static bool read_description(Request *request, Response *response, yyjson_val *body, const char **description)
{
    *description = json_text(body, "description");
    return !*description || strlen(*description) <= MAX_DESCRIPTION ||
           answer_error(request, response, 400, "description: at most %d bytes", MAX_DESCRIPTION);
}

/* Where Link returns to. NULL with true when it is not given. */
static bool read_redirect(Request *request, Response *response, yyjson_val *body, const char **redirect)
{
    const Api *api = request->context;
    *redirect = json_text(body, "redirectUrl");
    return !*redirect || (strlen(*redirect) <= MAX_REDIRECT && back_allowed(api->link_redirects, *redirect)) ||
           answer_error(request, response, 400,
                        "redirectUrl: not on the operator's list (option link-redirects of the scheduler)");
}

static const char *missing(Request *request)
{
    return arena_format(request->arena, "there is no company '%.80s'", request->params[0]);
}

/* With a link by which the company's people connect a source. */
static void answer_company(Request *request, Response *response, const PGresult *rows)
{
    const char *url = PQntuples(rows) > 0 ? flow_link_url(request, response, pg_text(rows, 0, "id"), NULL) : "";
    if (!url)
        return;
    answer_record(request, response, rows, missing(request));
    answer_add(response, "redirect", url); /* the reference's name for it */
    answer_add(response, "linkUrl", url);
}

void company_create(Request *request, Response *response)
{
    const char *name, *tags, *description, *redirect;
    yyjson_val *body = request_object(request, response);
    if (!body || !(name = read_name(request, response, body)) || !(tags = read_tags(request, response, body)) ||
        !read_description(request, response, body, &description) || !read_redirect(request, response, body, &redirect))
        return;
    AUTO(PGresult) *rows = api_query(
        request, response,
        "with c as (insert into control.company (name, description, tags, redirect_url) values ($1, $2, $3::jsonb, "
        "$4) returning *), "
        "told as (insert into control.event (kind, company_id) select 'company.created', id from c) "
        "select id, " COMPANY_JSON " as record from c",
        PG_PARAMS(name, description, tags, redirect));
    if (rows)
        answer_company(request, response, rows);
}

void company_get(Request *request, Response *response)
{
    if (!company_exists(request, response, request->params[0]))
        return;
    AUTO(PGresult) *rows =
        api_query(request, response, "select id, " COMPANY_JSON " as record from control.company c where c.id = $1",
                  PG_PARAMS(request->params[0]));
    if (rows)
        answer_company(request, response, rows);
}

void company_update(Request *request, Response *response)
{
    const char *name = NULL, *tags = NULL, *description, *redirect;
    bool replaces = strcmp(request->method, "PUT") == 0;
    if (!company_exists(request, response, request->params[0]))
        return;
    yyjson_val *body = request_object(request, response);
    if (!body || ((replaces || json_at(body, "name")) && !(name = read_name(request, response, body))) ||
        ((replaces || json_at(body, "tags")) && !(tags = read_tags(request, response, body))) ||
        !read_description(request, response, body, &description) || !read_redirect(request, response, body, &redirect))
        return;
    AUTO(PGresult) *rows = api_query(
        request, response,
        "with c as (update control.company set name = coalesce($2, name), tags = coalesce($3::jsonb, tags), "
        "description = case when $5::boolean then $4 else coalesce($4, description) end, "
        "redirect_url = case when $5::boolean then $6 else coalesce($6, redirect_url) end where id = $1 returning *) "
        "select id, " COMPANY_JSON " as record from c",
        PG_PARAMS(request->params[0], name, tags, description, PG_BOOL(replaces), redirect));
    if (rows)
        answer_company(request, response, rows);
}

/* First the company with its connections, in a transaction of its own: from then on the sink drops what still comes for
 * them, and the rows can go. */
void company_delete(Request *request, Response *response)
{
    if (!company_exists(request, response, request->params[0]))
        return;
    AUTO(PGresult) *connections =
        api_query(request, response,
                  "with gone as (delete from control.company where id = $1 returning id), "
                  "told as (insert into control.event (kind, company_id) select 'company.deleted', id from gone) "
                  "select k.id from control.connection k join gone g on g.id = k.company_id",
                  PG_PARAMS(request->params[0]));
    for (int i = 0; connections && i < PQntuples(connections); i++) {
        AUTO(PGresult) *rows =
            api_query(request, response, "select control.forget_records($1)", PG_PARAMS(pg_text(connections, i, "id")));
        if (!rows)
            return;
    }
    if (connections)
        response->status = 204;
}
