#include "workers/xero/xero.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "workers/xero/parts.h"
#include <string.h>

/* Where a 429 does not say it. */
enum { MINUTE_MS = 60 * 1000 };

/* ---- Refusals ---- */

/* Xero has four forms of them, in capitals or not, and none in plain text and HTML. */
static const char *first_text(Arena *arena, yyjson_val *body, const char *const *paths, size_t n)
{
    for (size_t i = 0; body && i < n; i++) {
        const char *text = map_clean_text(arena, json_at(body, paths[i]));
        if (text && *text)
            return text;
    }
    return "";
}

/* A token that lacks a scope or a paid endpoint is refused as one that has expired is, but for one word: a new one
 * would be no better. */
static ErrorKind kind_of(int status, const char *detail)
{
    switch (status) {
    case 401:
        return text_starts_with(detail, "AuthorizationUnsuccessful") ? ERROR_PERMISSION : ERROR_AUTH;
    case 403:
        return ERROR_PERMISSION;
    case 429:
        return ERROR_THROTTLED;
    default:
        return status >= 500 ? ERROR_TRANSIENT : ERROR_DATA;
    }
}

static RestRefusal refusal(const Rest *rest, const HttpResponse *response, yyjson_val *body, int attempt)
{
    static const char *const messages[] = {"Elements.0.ValidationErrors.0.Message", "Detail", "detail", "Message"};
    static const char *const codes[] = {"Type", "Title", "title"};
    const char *message = first_text(rest->arena, body, messages, COUNT_OF(messages));
    const char *problem = http_header(response, "X-Rate-Limit-Problem");
    (void)attempt;
    return (RestRefusal){
        .answer = response->status == 304   ? REST_FOUND
                  : response->status == 404 ? REST_MISSING
                                            : REST_FAILED,
        .kind = kind_of(response->status, message),
        .retry_after_ms = response->status == 429 ? MINUTE_MS : 0,
        .code = problem ? problem : first_text(rest->arena, body, codes, COUNT_OF(codes)),
        .message = message,
    };
}

/* ---- Calls ---- */

static const char *tenant_header(const Rest *rest, Error *err)
{
    const char *tenant = rest->job->settings ? json_text(rest->job->settings, "tenantId") : NULL;
    if (tenant && *tenant && strspn(tenant, "0123456789abcdefABCDEF-") == strlen(tenant))
        return arena_format(rest->arena, "xero-tenant-id: %s", tenant);
    error_set(err, ERROR_DATA, "the connection's setting tenantId is no organisation of Xero: link it again");
    return NULL;
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
