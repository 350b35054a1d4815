/* Who may ask: keys, accounts, permissions, limits, and the faults that come before any answer. */
#include "infra/sandbox/stripe_call.h"
#include "lib/clock.h"
#include "lib/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool stripe_fail_typed(Call *call, int status, const char *type, const char *code, const char *param,
                       const char *message)
{
    Text *body = call->response->body;
    text_clear(body);
    JsonWriter json = {.out = body};
    json_open(&json, NULL, '{');
    json_open(&json, "error", '{');
    if (code) {
        char url[128];
        snprintf(url, sizeof url, "https://stripe.com/docs/error-codes/%s", code);
        for (char *c = strrchr(url, '/'); *c; c++)
            *c = *c == '_' ? '-' : *c;
        json_put_text(&json, "code", code);
        json_put_text(&json, "doc_url", url);
    }
    json_put_text(&json, "message", message);
    if (param)
        json_put_text(&json, "param", param);
    json_put_text(&json, "type", type);
    json_close(&json, '}');
    json_close(&json, '}');
    call->response->status = status;
    return false;
}

bool stripe_fail(Call *call, int status, const char *code, const char *param, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return stripe_fail_typed(call, status, status >= 500 ? "api_error" : "invalid_request_error", code, param, message);
}

bool stripe_missing(Call *call, int status, const char *object, const char *param, const char *id)
{
    return stripe_fail(call, status, "resource_missing", param, "No such %s: '%s'", object, id);
}

/* The key of "Bearer KEY" or of Basic with an empty password. */
static const char *key_text(Request *request)
{
    const char *header = request_header(request, "Authorization");
    if (!header)
        return NULL;
    if (strncasecmp(header, "Bearer ", 7) == 0)
        return header + 7;
    if (strncasecmp(header, "Basic ", 6) != 0 || strlen(header) > 400)
        return NULL;
    char *user = arena_alloc(request->arena, 400);
    long length = text_unbase64(user, header + 6, strlen(header + 6));
    if (length < 0)
        return NULL;
    user[length] = 0;
    user[strcspn(user, ":")] = 0;
    return user;
}

/* "sk_test_*********1234", as the vendor shows it. */
static const char *masked(Call *call, const char *key)
{
    size_t length = strlen(key);
    return arena_format(call->request->arena, "%.8s*********%s", key, length > 12 ? key + length - 4 : "");
}

static bool admit_key(Call *call)
{
    bool expired = false;
    call->key_text = key_text(call->request);
    if (!call->key_text || !*call->key_text)
        return stripe_fail(
            call, 401, NULL, NULL,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
    if (text_starts_with(call->key_text, "pk_"))
        return stripe_fail(call, 401, "secret_key_required", NULL,
                           "This API call cannot be made with a publishable API key. Please use a secret API key.");
    bool known = key_parse(call->key_text, &call->key);
    if (known && world_key_is_dead(call->world, call->key_text, &expired)) {
        Account *account = world_account(call->world, call->key.name, NULL);
        if (account)
            __atomic_fetch_add(&account->counters.dead_key, 1, __ATOMIC_RELAXED);
        return expired
                   ? stripe_fail(call, 401, "api_key_expired", NULL, "Expired API Key provided: %s",
                                 masked(call, call->key_text))
                   : stripe_fail(call, 401, NULL, NULL, "Invalid API Key provided: %s", masked(call, call->key_text));
    }
    if (!known) {
        __atomic_fetch_add(&call->world->unknown_key, 1, __ATOMIC_RELAXED);
        return stripe_fail(call, 401, NULL, NULL, "Invalid API Key provided: %s", masked(call, call->key_text));
    }
    return true;
}

/* The key's own account, or the connected one that a platform names. */
static bool admit_account(Call *call)
{
    call->account = world_account(call->world, call->key.name, &call->key.size);
    call->render.own = true;
    const char *wanted = request_header(call->request, "Stripe-Account");
    if (!wanted || strcmp(wanted, call->account->id) == 0)
        return true;
    Account *platform = call->account;
    Account *connected = world_account_by_id(call->world, wanted);
    if (!connected || __atomic_load_n(&connected->platform, __ATOMIC_ACQUIRE) != platform)
        return stripe_fail(
            call, 403, "account_invalid", NULL,
            "The provided key '%s' does not have access to account '%s' (or that account does not exist). "
            "Application access may have been revoked.",
            masked(call, call->key_text), wanted);
    call->account = connected;
    call->render.own = false;
    return true;
}

bool stripe_admit(Call *call)
{
    return admit_key(call) && admit_account(call);
}

/* "no_disputes" and "no_dispute" mean the same. */
static bool word_means(const char *word, const char *permission)
{
    size_t length = strlen(permission);
    return strncmp(word, permission, length) == 0 && (!word[length] || strcmp(word + length, "s") == 0);
}

bool stripe_permitted(Call *call, const char *permission)
{
    bool denied = false;
    for (int i = 0; i < call->key.n_denied; i++)
        denied = denied || word_means(call->key.denied[i], permission);
    for (int i = 0; i < call->account->n_denied; i++)
        denied = denied || word_means(call->account->denied[i], permission);
    return !denied ||
           stripe_fail(
               call, 403, NULL, NULL,
               "The provided key '%s' does not have the required permissions for this endpoint on account '%s'. Having "
               "the 'rak_%s_read' permission would allow this request to continue.",
               masked(call, call->key_text), call->account->id, permission);
}
