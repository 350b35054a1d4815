/* What requests to an OAuth server carry: parameters of the query or a form, Basic and Bearer, names of apps and
 * accounts. */
#include "infra/sandbox/gate_parts.h"
#include "infra/sandbox/key.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *decode(Arena *arena, const char *text, size_t length)
{
    char *out = arena_alloc(arena, length + 1);
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        int high = text[i] == '%' && i + 2 < length ? text_hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? text_hex_digit(text[i + 2]) : -1;
        out[n++] = text[i] == '+' ? ' ' : text[i];
        if (low >= 0) {
            out[n - 1] = (char)(high << 4 | low);
            i += 2;
        }
    }
    out[n] = 0;
    return out;
}

int form_values(Request *request, const char *name, const char **values, int n)
{
    if (strcmp(request->method, "POST") != 0)
        return (int)request_query_all(request, name, values, (size_t)n);
    int found = 0;
    const char *pair = request->body;
    while (*pair && found < n) {
        size_t length = strcspn(pair, "&"), key = strcspn(pair, "=&");
        if (key < length && strcmp(decode(request->arena, pair, key), name) == 0)
            values[found++] = decode(request->arena, pair + key + 1, length - key - 1);
        pair += length + (pair[length] == '&');
    }
    return found;
}

const char *form_value(Request *request, const char *name)
{
    const char *value = NULL;
    return form_values(request, name, &value, 1) > 0 ? value : NULL;
}

/* What follows the scheme in Authorization; NULL when it is another. */
static const char *authorization(Request *request, const char *scheme)
{
    const char *header = request_header(request, "Authorization");
    size_t length = strlen(scheme);
    return header && strncasecmp(header, scheme, length) == 0 && header[length] == ' ' ? header + length + 1 : NULL;
}

bool form_basic(Request *request, const char **user, const char **password)
{
    const char *base64 = authorization(request, "Basic");
    if (!base64)
        return false;
    size_t length = strlen(base64);
    char *plain = arena_zalloc(request->arena, length + 1);
    long size = text_unbase64(plain, base64, length);
    char *colon = size > 0 ? memchr(plain, ':', (size_t)size) : NULL;
    if (!colon)
        return false;
    *user = decode(request->arena, plain, (size_t)(colon - plain)); /* RFC 6749, 2.3.1 */
    *password = decode(request->arena, colon + 1, strlen(colon + 1));
    return true;
}

const char *form_bearer(Request *request)
{
    return authorization(request, "Bearer");
}

GateApp *app_new(GateVendor *vendor, const char *id, const char *secret)
{
    GateApp *app = calloc(1, sizeof *app);
    if (!app)
        abort();
    *app = (GateApp){.id = strdup(id), .secret = strdup(secret), .next = vendor->apps};
    vendor->apps = app;
    return app;
}

GateApp *app_find(const GateVendor *vendor, const char *id)
{
    GateApp *app = vendor->apps;
    while (app && strcmp(app->id, id) != 0)
        app = app->next;
    return app;
}

static bool is_loopback(const char *uri)
{
    static const char *const hosts[] = {"http://127.0.0.1:", "http://localhost:"};
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        if (!text_starts_with(uri, hosts[i]))
            continue;
        const char *port = uri + strlen(hosts[i]);
        size_t digits = strspn(port, "0123456789");
        return digits > 0 && port[digits] == '/';
    }
    return false;
}

bool app_redirects_to(const GateApp *app, const char *redirect)
{
    for (int i = 0; i < app->n_redirects; i++)
        if (strcmp(app->redirects[i], redirect) == 0)
            return true;
    return app->loopback && is_loopback(redirect);
}

int gate_accounts(World *world, const char *const *names, int n, Account **accounts, const char **bad)
{
    for (int i = 0; i < n; i++) {
        Key key;
        char text[2 * KEY_NAME_SIZE + 32];
        *bad = names[i];
        if (strlen(names[i]) >= 2 * KEY_NAME_SIZE)
            return -1;
        snprintf(text, sizeof text, "sk_test_sandbox_%s", names[i]);
        if (!key_parse(text, &key))
            return -1;
        accounts[i] = world_account(world, key.name, &key.size);
    }
    return n;
}
