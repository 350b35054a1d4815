#include "workers/stripe/refusal.h"
#include <string.h>

/* Stripe documents neither Retry-After nor what is left; its own libraries wait 0.5 s, doubling up to 5 s. */
enum { FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 5000, SHOWN_MESSAGE = 190 };

typedef struct Refusal {
    int status;
    const char *type, *code, *message; /* "" when Stripe did not say */
} Refusal;

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* A message repeats what was sent; should it ever repeat the key, the error text must not. */
static const char *without_key(StripeCall *call, const char *message)
{
    const char *key = secret_reveal(call->job->credential);
    const char *found = *key ? strstr(message, key) : NULL;
    if (!found)
        return message;
    return arena_format(call->arena, "%.*s****%s", (int)(found - message), message,
                        without_key(call, found + strlen(key)));
}

static Refusal read_refusal(StripeCall *call, const HttpResponse *response)
{
    Error unreadable = {0};
    yyjson_val *body = json_parse(call->arena, response->body, response->length, &unreadable);
    yyjson_val *message = body ? json_at(body, "error.message") : NULL;
    const char *text = message ? map_clean_text(call->arena, message) : NULL;
    return (Refusal){
        .status = response->status,
        .type = or_empty(body ? json_text(body, "error.type") : NULL),
        .code = or_empty(body ? json_text(body, "error.code") : NULL),
        .message = without_key(call, or_empty(text)),
    };
}

static bool account_is_gone(const Refusal *refusal)
{
    return strcmp(refusal->code, "account_invalid") == 0 || strstr(refusal->message, "access may have been revoked");
}

static ErrorKind kind_of(const Refusal *refusal, const char *should_retry)
{
    switch (refusal->status) {
    case 401:
        return ERROR_AUTH;
    case 403:
        return account_is_gone(refusal) ? ERROR_AUTH : ERROR_PERMISSION;
    case 404:
        return ERROR_UNSUPPORTED;
    case 429:
        return ERROR_THROTTLED;
    }
    if (should_retry && strcmp(should_retry, "true") == 0)
        return ERROR_TRANSIENT;
    bool passing = refusal->status == 409 || refusal->status == 424 || refusal->status >= 500;
    if (!passing)
        return ERROR_INTERNAL;
    return should_retry && strcmp(should_retry, "false") == 0 ? ERROR_DATA : ERROR_TRANSIENT;
}

static int64_t wait_of(const Refusal *refusal, const HttpResponse *response, int attempt)
{
    int64_t told = http_retry_after_ms(response);
    if (told > 0)
        return told;
    if (refusal->status != 429)
        return 0;
    /* Somebody holds the object, which is over soon: no quota, so no doubling. */
    if (strcmp(refusal->code, "lock_timeout") == 0)
        return FIRST_WAIT_MS;
    int64_t wait = attempt < 8 ? (int64_t)FIRST_WAIT_MS << attempt : LONGEST_WAIT_MS;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

StripeAnswer stripe_refusal(StripeCall *call, const HttpResponse *response, const char *target, int attempt, Error *err)
{
    Refusal refusal = read_refusal(call, response);
    const char *request = or_empty(http_header(response, "Request-Id"));
    size_t shown = text_valid_utf8(refusal.message, strnlen(refusal.message, SHOWN_MESSAGE));
    error_set(err, kind_of(&refusal, http_header(response, "Stripe-Should-Retry")),
              "GET %.*s: %d %.40s%s%.40s (request %.40s): %.*s", (int)strcspn(target, "?"), target, refusal.status,
              refusal.type, *refusal.code ? " " : "", refusal.code, request, (int)shown, refusal.message);
    err->retry_after_ms = wait_of(&refusal, response, attempt);
    bool missing = (refusal.status == 404 || refusal.status == 400) && strcmp(refusal.code, "resource_missing") == 0;
    return missing ? STRIPE_MISSING : STRIPE_FAILED;
}
