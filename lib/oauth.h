/*
 * OAuth: how a source's authorisation works, as one constant, and the requests it takes. Registered in control.source
 * by the source's worker, so that the scheduler (Link, tokens that would die unused) knows it without knowing the
 * source.
 */
#pragma once
#include "lib/http.h"

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
    {                                                                                                                  \
        source "-client-secret", NULL, "the app's secret at the vendor", OPTION_SECRET                                 \
    }
