#include "workers/stripe/stripe.h"
#include "lib/fiber.h"
#include "workers/stripe/refusal.h"
#include <string.h>

enum { LONGEST_WAIT_MS = 8000, LONGEST_ID = 255 };

/* The header that makes a platform's key act for a merchant; NULL when err is set, "" without such an account. */
static const char *account_header(StripeCall *call, Error *err)
{
    const char *account = call->job->settings ? json_text(call->job->settings, "stripeAccount") : NULL;
    if (!account || !*account)
        return "";
    if (strspn(account, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != strlen(account)) {
        error_set(err, ERROR_DATA, "the connection's setting stripeAccount is no account id: correct it (acct_…)");
        return NULL;
    }
    return arena_format(call->arena, "Stripe-Account: %s", account);
}

static bool ask(StripeCall *call, const char *target, HttpResponse *response, Error *err)
{
    const char *account = account_header(call, err);
    if (!account)
        return false;
    const char *const headers[] = {"Stripe-Version: " STRIPE_VERSION, account};
    const HttpRequest request = {
        .url = arena_format(call->arena, "%s%s", call->stripe->url, target),
        .headers = headers,
        .n_headers = *account ? 2 : 1,
        .bearer = call->job->credential,
    };
    if (!http_send(call->job->http, &request, call->arena, response, err))
        return false;
    call->page->bytes += (int64_t)response->length;
    if (call->page->source_time_ms == 0)
        call->page->source_time_ms = response->date_ms;
    return true;
}

/* Stripe answers with an object, so a body that does not end like one was cut on its way. */
static bool is_cut(const HttpResponse *response)
{
    size_t length = response->length;
    while (length > 0 && strchr(" \t\r\n", response->body[length - 1]))
        length--;
    return length == 0 || response->body[length - 1] != '}';
}

static StripeAnswer read_body(StripeCall *call, const HttpResponse *response, const char *target, yyjson_val **body,
                              Error *err)
{
    *body = json_parse(call->arena, response->body, response->length, err);
    if (*body && yyjson_is_obj(*body))
        return STRIPE_FOUND;
    if (*body)
        error_set(err, ERROR_DATA, "the answer is no object");
    if (is_cut(response))
        err->kind = ERROR_TRANSIENT;
    const char *request = http_header(response, "Request-Id");
    error_wrap(err, "GET %.*s (request %.40s)", (int)strcspn(target, "?"), target, request ? request : "");
    return STRIPE_FAILED;
}

/* False when the wait is too long for this fetch: the caller of the fetch waits then. */
static bool wait_for_limit(StripeCall *call, const Error *err)
{
    if (err->kind != ERROR_THROTTLED || call->waited_ms + err->retry_after_ms > LONGEST_WAIT_MS)
        return false;
    fiber_sleep_ms(err->retry_after_ms);
    call->waited_ms += err->retry_after_ms > 0 ? err->retry_after_ms : 1;
    return true;
}

StripeAnswer stripe_get(StripeCall *call, const char *target, yyjson_val **body, Error *err)
{
    for (int attempt = 0;; attempt++) {
        HttpResponse response = {0};
        if (!ask(call, target, &response, err))
            return STRIPE_FAILED;
        if (response.status == 200)
            return read_body(call, &response, target, body, err);
        StripeAnswer answer = stripe_refusal(call, &response, target, attempt, err);
        if (!wait_for_limit(call, err))
            return answer;
        *err = (Error){0};
    }
}

void stripe_query(Text *target, StripeCall *call, const char *key, const char *value)
{
    text_printf(target, "%c%s=%s", strchr(target->bytes, '?') ? '&' : '?', key, http_escape(call->arena, value));
}

void stripe_query_integer(Text *target, StripeCall *call, const char *key, int64_t value)
{
    stripe_query(target, call, key, arena_format(call->arena, "%lld", (long long)value));
}

const char *stripe_id(yyjson_val *object)
{
    yyjson_val *id = yyjson_is_obj(object) ? json_at(object, "id") : NULL;
    const char *text = yyjson_get_str(id);
    size_t length = text ? strlen(text) : 0;
    bool usable = length > 0 && length <= LONGEST_ID && length == yyjson_get_len(id) && strspn(text, ".") < length;
    return usable ? text : NULL;
}
