/*
 * OAuth: how a source's authorisation works, as one constant, and the requests it takes. Registered in control.source
 * by the source's worker, so that the scheduler (Link, tokens that would die unused) knows it without knowing the
 * source.
 */
#pragma once
#include "lib/config.h"
#include "lib/http.h"
#include "lib/text.h"

typedef struct OAuth {
    const char *scope;
    bool pkce;
    int64_t idle_life_ms; /* a refresh token that nobody uses dies after so long */
    int64_t grace_ms; /* a refresh token that was used may be sent again for so long, when the answer was lost; 0: until
                         the vendor changes it, as the answer to the last refresh is repeated till then */
    const char *tenant_setting;   /* the connection's setting that names the organisation: "realmId" */
    const char *tenant_parameter; /* of the redirect to us, which names it; NULL: ask tenants_path */
    const char *tenants_path;     /* below <source>-url: GET answers an array of organisations, the user chooses one */
    const char *tenant_id, *tenant_name; /* JSON paths in one of them */
} OAuth;

/* The options every source with OAuth has; {source}-url is its own. */
#define OAUTH_OPTIONS(source, authorize, token)                                                                        \
    {source "-authorize-url", authorize, "where the vendor asks its user for consent", OPTION_TEXT},                   \
        {source "-token-url", token, "where the vendor gives out tokens", OPTION_TEXT},                                \
        {source "-client-id", NULL, "the app's id at the vendor", OPTION_TEXT},                                        \
        {source "-scope", NULL, "what consent is asked for; by default what all data types need", OPTION_TEXT},        \
    {                                                                                                                  \
        source "-client-secret", NULL, "the app's secret at the vendor", OPTION_SECRET                                 \
    }

/* An app of ours at a vendor: the source's constant and what the operator has set. */
typedef struct OAuthApp {
    OAuth rules;
    const char *source, *authorize_url, *token_url, *api_url, *client_id;
    Secret *client_secret; /* NULL: none was set */
    Arena *arena;          /* of the texts */
} OAuthApp;

/* From the source's options. ERROR_CONFIG names the one that is missing or no http(s) URL. */
OAuthApp *oauth_app_of(const Config *config, const char *source, const OAuth *rules, Error *err) MUST_CHECK;
/* Appends the app as JSON (control.source.oauth), without its secret. */
void oauth_app_write(const OAuthApp *app, Text *json);
/* The same back. `client_secret` is taken in any case. */
OAuthApp *oauth_app_read(const char *source, const char *json, Secret *client_secret, Error *err) MUST_CHECK;
void oauth_app_free(OAuthApp *app);
DEFINE_AUTO(OAuthApp, oauth_app_free)

/* What a vendor gives out. */
typedef struct OAuthTokens {
    Secret *access, *refresh;                /* refresh NULL: the one that was sent stays */
    int64_t access_life_ms, refresh_life_ms; /* of the refresh token, unused; 0: not said */
} OAuthTokens;
void oauth_tokens_wipe(OAuthTokens *tokens);

/* One request to the token endpoint, bounded by timeout_ms; waits in the fiber. ERROR_AUTH: invalid_grant, the vendor
 * does not take the token (or code) any more. ERROR_CONFIG: it does not take the app. ERROR_THROTTLED, ERROR_TRANSIENT:
 * not now; the answer may have been lost, and the token replaced. No error text holds what was sent or received. */
bool oauth_refresh(Http *http, const OAuthApp *app, const Secret *refresh, int64_t timeout_ms, OAuthTokens *tokens,
                   Error *err) MUST_CHECK;
/* `verifier` NULL: without PKCE. */
bool oauth_exchange(Http *http, const OAuthApp *app, const char *code, const char *redirect_uri, const char *verifier,
                    OAuthTokens *tokens, Error *err) MUST_CHECK;

/* Where to send the user for consent, appended. challenge NULL: without PKCE. */
void oauth_authorize_url(const OAuthApp *app, const char *redirect_uri, const char *state, const char *challenge,
                         Text *url);
/* A random verifier and its S256 challenge (RFC 7636). */
enum { OAUTH_PKCE_SIZE = 44 };
void oauth_pkce(char verifier[OAUTH_PKCE_SIZE], char challenge[OAUTH_PKCE_SIZE]);

/* The organisations that an access token opens, for vendors whose redirect does not name one. */
typedef struct OAuthTenant {
    const char *id, *name;
} OAuthTenant;
enum { OAUTH_TENANTS = 200 }; /* more are left out */
bool oauth_tenants(Http *http, const OAuthApp *app, const Secret *access, Arena *arena, OAuthTenant **tenants,
                   size_t *n, Error *err) MUST_CHECK;
