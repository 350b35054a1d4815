#include "workers/stripe/stripe.h"
#include <string.h>

/* Stripe documents neither Retry-After nor what is left; its own libraries wait 0.5 s, doubling up to 5 s. */
enum { FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 5000, LONGEST_ID = 255 };

#define ACCOUNT_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

static const char *account_header(const Rest *rest, Error *err)
{
    const char *account = rest->job->settings ? json_text(rest->job->settings, "stripeAccount") : NULL;
    if (!account || !*account)
        return "";
    account = rest_setting(rest, "stripeAccount", ACCOUNT_CHARACTERS, "account id (acct_…)", err);
    return account ? arena_format(rest->arena, "Stripe-Account: %s", account) : NULL;
}

/* ---- Refusals ---- */

static ErrorKind kind_of(int status, const char *code, const char *message, const char *should_retry)
{
    if (status == 403 && (strcmp(code, "account_invalid") == 0 || strstr(message, "access may have been revoked")))
        return ERROR_AUTH;
    ErrorKind kind = rest_kind(status, ERROR_INTERNAL);
    if (kind != ERROR_INTERNAL && kind != ERROR_TRANSIENT)
        return kind;
    if (should_retry && strcmp(should_retry, "true") == 0)
        return ERROR_TRANSIENT;
    if (status != 409 && status != 424 && status < 500)
        return ERROR_INTERNAL;
    return should_retry && strcmp(should_retry, "false") == 0 ? ERROR_DATA : ERROR_TRANSIENT;
}

static int64_t wait_of(int status, const char *code, int attempt)
{
    if (status != 429)
        return 0;
    /* Somebody holds the object, which is over soon: no quota, so no doubling. */
    if (strcmp(code, "lock_timeout") == 0)
        return FIRST_WAIT_MS;
    int64_t wait = attempt < 8 ? (int64_t)FIRST_WAIT_MS << attempt : LONGEST_WAIT_MS;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

static RestRefusal refusal(const Rest *rest, const HttpResponse *response, yyjson_val *body, int attempt)
{
    const char *type = REST_TEXT(rest, body, "error.type"), *code = REST_TEXT(rest, body, "error.code");
    const char *message = REST_TEXT(rest, body, "error.message");
    int status = response->status;
    bool missing = (status == 404 || status == 400) && strcmp(code, "resource_missing") == 0;
    return (RestRefusal){
        .answer = missing ? REST_MISSING : REST_FAILED,
        .kind = kind_of(status, code, message, http_header(response, "Stripe-Should-Retry")),
        .retry_after_ms = wait_of(status, code, attempt),
        .code = arena_format(rest->arena, "%s%s%s", type, *type && *code ? " " : "", code),
        .message = message,
    };
}

static const char *const headers[] = {"Stripe-Version: " STRIPE_VERSION};

const RestVendor stripe_vendor = {
    .id_header = "Request-Id",
    .headers = headers,
    .n_headers = COUNT_OF(headers),
    .job_header = account_header,
    .refusal = refusal,
};

int64_t stripe_page_size(const Rest *rest)
{
    return ((const RestState *)rest->job->state)->page_size;
}

static bool is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ')
            return false;
    return text_valid_utf8(text, length) == length;
}

const char *stripe_id(yyjson_val *object)
{
    yyjson_val *id = yyjson_is_obj(object) ? json_at(object, "id") : NULL;
    const char *text = yyjson_get_str(id);
    size_t length = text ? strlen(text) : 0;
    bool usable = length > 0 && length <= LONGEST_ID && length == yyjson_get_len(id) && strspn(text, ".") < length &&
                  is_plain(text, length);
    return usable ? text : NULL;
}
