/* OAuth apps: from options, to and from control.source. */
#include "lib/json.h"
#include "lib/oauth.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The texts of an app: its JSON key, and the option's name after the source's (NULL: the constant's own). */
static const struct AppText {
    const char *key, *option;
    size_t offset;
    bool url, needed;
} texts[] = {
    {"authorizeUrl",    "authorize-url", offsetof(OAuthApp, authorize_url),          true,  true },
    {"tokenUrl",        "token-url",     offsetof(OAuthApp, token_url),              true,  true },
    {"apiUrl",          "url",           offsetof(OAuthApp, api_url),                true,  true },
    {"clientId",        "client-id",     offsetof(OAuthApp, client_id),              false, true },
    {"scope",           "scope",         offsetof(OAuthApp, rules.scope),            false, true },
    {"tenantSetting",   NULL,            offsetof(OAuthApp, rules.tenant_setting),   false, false},
    {"tenantParameter", NULL,            offsetof(OAuthApp, rules.tenant_parameter), false, false},
    {"tenantsPath",     NULL,            offsetof(OAuthApp, rules.tenants_path),     false, false},
    {"tenantId",        NULL,            offsetof(OAuthApp, rules.tenant_id),        false, false},
    {"tenantName",      NULL,            offsetof(OAuthApp, rules.tenant_name),      false, false},
};

static const char **place(OAuthApp *app, const struct AppText *text)
{
    return (const char **)(void *)((char *)app + text->offset);
}

static const char *value_of(const OAuthApp *app, const struct AppText *text)
{
    return *(const char *const *)(const void *)((const char *)app + text->offset);
}

static OAuthApp *app_new(const char *source)
{
    OAuthApp *app = calloc(1, sizeof *app);
    if (!app)
        abort();
    app->arena = arena_new(KIB);
    app->source = arena_text(app->arena, source);
    return app;
}

void oauth_app_free(OAuthApp *app)
{
    if (!app)
        return;
    secret_free(app->client_secret);
    arena_free(app->arena);
    free(app);
}

/* A URL without slashes at its end; NULL when it is none. */
static const char *base_url(Arena *arena, const char *url)
{
    if (!text_starts_with(url, "http://") && !text_starts_with(url, "https://"))
        return NULL;
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    return arena_copy(arena, url, length);
}

static bool read_option(OAuthApp *app, const struct AppText *text, const Config *config, Error *err)
{
    char name[80];
    snprintf(name, sizeof name, "%s-%s", app->source, text->option);
    const char *value = config_text(config, name);
    if (!value || !*value)
        value = value_of(app, text);
    if (!value)
        return error_set(err, ERROR_CONFIG, "%s is needed: tokens of %s cannot be refreshed without it", name,
                         app->source);
    *place(app, text) = text->url ? base_url(app->arena, value) : arena_text(app->arena, value);
    return *place(app, text) || error_set(err, ERROR_CONFIG, "%s: '%.80s' is no http(s) URL", name, value);
}

static Secret *copy_secret(const Secret *secret)
{
    return secret ? secret_new(secret_reveal(secret), secret_length(secret)) : NULL;
}

OAuthApp *oauth_app_of(const Config *config, const char *source, const OAuth *rules, Error *err)
{
    AUTO(OAuthApp) *app = app_new(source);
    char name[80];
    app->rules = *rules;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].option ? !read_option(app, &texts[i], config, err) : false)
            return NULL;
        if (!texts[i].option)
            *place(app, &texts[i]) = arena_text(app->arena, value_of(app, &texts[i]));
    }
    snprintf(name, sizeof name, "%s-client-secret", source);
    app->client_secret = copy_secret(config_secret(config, name));
    if (app->client_secret)
        return TAKE(app);
    error_set(err, ERROR_CONFIG, "%s is needed: tokens of %s cannot be refreshed without it", name, source);
    return NULL;
}

void oauth_app_write(const OAuthApp *app, Text *json)
{
    JsonWriter writer = {.out = json};
    json_open(&writer, NULL, '{');
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (value_of(app, &texts[i]))
            json_put_text(&writer, texts[i].key, value_of(app, &texts[i]));
    json_put_boolean(&writer, "pkce", app->rules.pkce);
    json_put_integer(&writer, "idleLifeMs", app->rules.idle_life_ms);
    json_put_integer(&writer, "graceMs", app->rules.grace_ms);
    json_close(&writer, '}');
}

OAuthApp *oauth_app_read(const char *source, const char *json, Secret *client_secret, Error *err)
{
    AUTO(OAuthApp) *app = app_new(source);
    app->client_secret = client_secret;
    yyjson_val *value = json_parse(app->arena, json, strlen(json), err);
    if (!value) {
        error_wrap(err, "control.source of %s", source);
        return NULL;
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        *place(app, &texts[i]) = arena_text(app->arena, json_text(value, texts[i].key));
        if (texts[i].needed && !value_of(app, &texts[i])) {
            error_set(err, ERROR_DATA, "control.source of %s: oauth has no %s", source, texts[i].key);
            return NULL;
        }
    }
    app->rules.pkce = json_boolean(value, "pkce", false);
    app->rules.idle_life_ms = json_integer(value, "idleLifeMs", 0);
    app->rules.grace_ms = json_integer(value, "graceMs", 0);
    return TAKE(app);
}
