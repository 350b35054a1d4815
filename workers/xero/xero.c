#include "workers/xero/xero.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "workers/xero/parts.h"
#include <string.h>

/* Where a 429 does not say it. */
enum { MINUTE_MS = 60 * 1000 };

/* ---- Refusals ---- */

/* A token that lacks a scope or a paid endpoint is refused as one that has expired is, but for one word: a new one
 * would be no better. */
static ErrorKind kind_of(int status, const char *detail)
{
    if (status == 401 && text_starts_with(detail, "AuthorizationUnsuccessful"))
        return ERROR_PERMISSION;
    return status == 404 ? ERROR_DATA : rest_kind(status, ERROR_DATA);
}

/* Xero has four forms of refusals, in capitals or not, and none in plain text and HTML. */
static RestRefusal refusal(const Rest *rest, const HttpResponse *response, yyjson_val *body, int attempt)
{
    const char *message = REST_TEXT(rest, body, "Elements.0.ValidationErrors.0.Message", "Detail", "detail", "Message");
    const char *problem = http_header(response, "X-Rate-Limit-Problem");
    (void)attempt;
    return (RestRefusal){
        .answer = response->status == 304   ? REST_FOUND
                  : response->status == 404 ? REST_MISSING
                                            : REST_FAILED,
        .kind = kind_of(response->status, message),
        .retry_after_ms = response->status == 429 ? MINUTE_MS : 0,
        .code = problem ? problem : REST_TEXT(rest, body, "Type", "Title", "title"),
        .message = message,
    };
}

/* ---- Calls ---- */

static const char *tenant_header(const Rest *rest, Error *err)
{
    const char *tenant = rest_setting(rest, "tenantId", "0123456789abcdefABCDEF-", "organisation of Xero", err);
    return tenant ? arena_format(rest->arena, "xero-tenant-id: %s", tenant) : NULL;
}

/* Without it the answer is XML. */
static const char *const headers[] = {"Accept: application/json"};

const RestVendor xero_vendor = {
    .id_header = "Xero-Correlation-Id",
    .headers = headers,
    .n_headers = COUNT_OF(headers),
    .job_header = tenant_header,
    .refusal = refusal,
};

static const char *since_header(Arena *arena, int64_t since_ms)
{
    char text[36];
    clock_format_instant(text, since_ms / 1000, 0);
    return arena_format(arena, "If-Modified-Since: %.*s", (int)strcspn(text, "Z"), text);
}

RestAnswer xero_get(Rest *rest, const char *path, int64_t since_ms, yyjson_val **body, Error *err)
{
    const char *since = since_ms > 0 ? since_header(rest->arena, since_ms) : NULL;
    bool first = rest->page->source_time_ms == 0;
    const HttpRequest request = {
        .url = arena_format(rest->arena, "/api.xro/2.0%s", path),
        .headers = &since,
        .n_headers = since ? 1 : 0,
    };
    int64_t time_ms;
    RestAnswer answer = rest_send(rest, &request, body, err);
    if (answer == REST_FOUND && first && xero_time_ms(json_at(*body, "DateTimeUTC"), &time_ms))
        rest->page->source_time_ms = time_ms;
    return answer;
}
