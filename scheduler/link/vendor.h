/*
 * Vendor: what Link asks a source's vendor, from a thread of the HTTP server: each call runs a loop of its own there
 * and waits for its end. Which vendors there are, the sources' workers have registered.
 */
#pragma once
#include "lib/oauth.h"
#include "lib/pg.h"
#include "lib/vault.h"

/* The app at the vendor of `source`; NULL with ERROR_UNSUPPORTED when it has none (API keys, or its worker never ran).
 * Owned by the caller. */
OAuthApp *vendor_app(PgPool *pool, Vault *vault, const char *source, Error *err) MUST_CHECK;

/* A grant: the tokens that a code is exchanged for, and the organisations that it opens (on `arena`). With a tenant
 * parameter in the redirect it opens the one that it names: give it as `tenant`, else NULL. */
typedef struct Grant {
    OAuthTokens tokens; /* owned */
    OAuthTenant *tenants;
    size_t n_tenants;
} Grant;
bool vendor_exchange(const OAuthApp *app, const char *code, const char *redirect_uri, const Secret *verifier,
                     const char *tenant, Arena *arena, Grant *grant, Error *err) MUST_CHECK;
