#include "workers/quickbooks/quickbooks.h"
#include <string.h>

/* Intuit names no time; it asks to wait a minute. */
enum { THROTTLED_MS = 60000 };
#define MINOR_VERSION "75"

/* ---- Refusals ---- */

static const struct {
    const char *code;
    ErrorKind kind;
} known_codes[] = {
    {"3001",  ERROR_THROTTLED }, /* with status 429, and 403 of older days */
    {"3100",  ERROR_AUTH      }, /* the grant is not for this company (any more) */
    {"3200",  ERROR_AUTH      },
    {"5020",  ERROR_PERMISSION},
    {"10000", ERROR_TRANSIENT },
};

static ErrorKind kind_of(int status, const char *code)
{
    for (size_t i = 0; i < COUNT_OF(known_codes); i++)
        if (strcmp(known_codes[i].code, code) == 0)
            return known_codes[i].kind;
    return rest_kind(status, ERROR_INTERNAL);
}

/* The API says Fault, the gateway before it says fault, with all that is in it in lower case. */
static RestRefusal refusal(const Rest *rest, const HttpResponse *response, yyjson_val *body, int attempt)
{
    (void)attempt;
    yyjson_val *error = json_at(body, "Fault.Error.0");
    error = error ? error : json_at(body, "fault.error.0");
    const char *code = REST_TEXT(rest, error, "code");
    const char *message = REST_TEXT(rest, error, "Message", "message");
    const char *detail = REST_TEXT(rest, error, "Detail", "detail");
    ErrorKind kind = kind_of(response->status, code);
    return (RestRefusal){
        .answer = strcmp(code, "610") == 0 ? REST_MISSING : REST_FAILED,
        .kind = kind,
        .retry_after_ms = kind == ERROR_THROTTLED ? THROTTLED_MS : 0,
        .code = code,
        .message = *detail ? arena_format(rest->arena, "%s: %s", message, detail) : message,
    };
}

/* Without it the answer is XML. */
static const char *const headers[] = {"Accept: application/json"};

const RestVendor quickbooks_vendor = {
    .id_header = "intuit_tid",
    .headers = headers,
    .n_headers = COUNT_OF(headers),
    .refusal = refusal,
};

/* ---- Calls ---- */

const char *qb_realm(const Rest *rest, Error *err)
{
    return rest_setting(rest, "realmId", "0123456789", "company of QuickBooks", err);
}

RestAnswer qb_get(Rest *rest, const char *path, yyjson_val **body, Error *err)
{
    AUTO(Text) *target = text_new(NULL);
    const char *realm = qb_realm(rest, err);
    if (!realm)
        return REST_FAILED;
    text_printf(target, "/v3/company/%s/%s", realm, path);
    rest_query(target, rest, "minorversion", MINOR_VERSION);
    return rest_get(rest, target->bytes, body, err);
}

bool qb_query(Rest *rest, const QbEntity *entity, int64_t start, yyjson_val **rows, Error *err)
{
    const RestState *state = rest->job->state;
    AUTO(Text) *query = text_new(NULL);
    AUTO(Text) *path = text_new("query");
    yyjson_val *body;
    text_printf(query, "SELECT * FROM %s%s%s ORDERBY Id STARTPOSITION %lld MAXRESULTS %lld", entity->name,
                entity->where ? " WHERE " : "", entity->where ? entity->where : "", (long long)start,
                (long long)state->page_size);
    rest_query(path, rest, "query", query->bytes);
    RestAnswer answer = qb_get(rest, path->bytes, &body, err);
    if (answer != REST_FOUND)
        return answer == REST_MISSING ? error_wrap(err, "query of %s", entity->name) : false;
    yyjson_val *response = json_at(body, "QueryResponse");
    *rows = json_at(response, qb_key(entity));
    if (!yyjson_is_obj(response) || (*rows && !yyjson_is_arr(*rows)))
        return error_set(err, ERROR_DATA, "query of %s: the answer has no rows and is not empty", entity->name);
    return true;
}
