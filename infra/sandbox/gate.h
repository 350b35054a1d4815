/*
 * Gate: what stands before a vendor's API: OAuth grants with the vendor's own rules of rotation, consent, and request
 * limits. It counts every use of a dead token and every request over a limit: the tests' figures come from here.
 *
 * Rotation. A refresh token is current until a refresh answers another one. Vendors that repeat it (rotate_s) do so
 * while it is younger than that; whoever sends one that is no longer current gets invalid_grant, and nothing else
 * happens. Vendors that replace it each time let the one before be sent again within grace_s of its first use, as long
 * as nobody has used what was given for it (the new refresh token, or an access token): the answer may have been lost.
 * That answer replaces the lost one, which is dead from then on though it was never used: it gets invalid_grant and
 * kills nothing. Any other use of a token that was used before is theft to them, and the grant dies. Access tokens live
 * out their time whatever becomes of the refresh token they came with, and die with the grant.
 *
 * Grants belong to the world; a grant opens one organisation (QuickBooks) or several (Xero). An organisation is an
 * account of the sandbox by its name; a vendor calls it by an id made from the name.
 */
#pragma once
#include "infra/sandbox/account.h"
#include "lib/httpd.h"
#include "lib/json.h"

enum { GATE_LIMITS = 6, GATE_ID_SIZE = 40 };

typedef enum GateScope { GATE_TENANT /* organisation and app */, GATE_APP } GateScope;

typedef struct GateLimit {
    const char *name; /* "minute": in counters and control; also what a vendor's header calls it */
    GateScope scope;
    int most;
    int64_t window_ms; /* a moving window; 0: requests in flight */
} GateLimit;

typedef struct GateRules {
    const char *vendor;               /* "quickbooks", "xero": base path and control path */
    const char *title;                /* for the consent page */
    int64_t access_s, refresh_idle_s; /* lives of the tokens; a refresh token dies unused */
    int64_t rotate_s; /* a refresh answers the same refresh token until it is that old, then a new one; 0: a new one
                         each time */
    int64_t grace_s;  /* the token before stays good for so long after its first use, if the answer was lost; 0: using
                         it is an error. Past it, using a token that was replaced kills the whole grant */
    bool pkce, many;  /* many: one consent may open several organisations */
    const char *tenant_parameter;                                  /* of the redirect: "realmId"; NULL: none */
    void (*tenant_id)(const char *account, char id[GATE_ID_SIZE]); /* the vendor's id of an account */
    GateLimit limits[GATE_LIMITS];
    int n_limits;
    int64_t code_s;            /* life of an authorisation code; 0: ten minutes */
    const char *idle_name;     /* what a token answer calls refresh_idle_s; NULL: it does not say */
    const char *refresh_scope; /* refresh tokens are only for who asked for it: "offline_access"; NULL: for all */
} GateRules;

typedef enum GateVerdict {
    GATE_OPEN,
    GATE_NO_TOKEN, /* none, or one that was never given out */
    GATE_EXPIRED,
    GATE_REVOKED, /* the grant is dead */
    GATE_WRONG_TENANT,
    GATE_OVER_LIMIT,
} GateVerdict;

typedef struct GatePass {
    GateVerdict verdict;
    Account *account;          /* OPEN and OVER_LIMIT */
    const GateLimit *limit;    /* OVER_LIMIT: which; of several the one that frees last */
    int64_t retry_after_s;     /* OVER_LIMIT */
    int64_t left[GATE_LIMITS]; /* after this request, in the order of the rules */
    void *place;               /* private: given back by gate_leave() */
} GatePass;

/* Every request to the API passes here once and leaves once. `tenant`: as the request names it (NULL: not at all). The
 * bearer is read from Authorization. A refused request takes no place in windows but is counted. */
void gate_enter(World *world, const GateRules *rules, Request *request, const char *tenant, GatePass *pass);
void gate_leave(World *world, const GateRules *rules, GatePass *pass);

/* Appends the organisations that the request's bearer opens, as [{"id","name"}]; false when it opens none (401). */
bool gate_tenants(World *world, const GateRules *rules, Request *request, JsonWriter *json);

/* Takes an organisation, by the vendor's id, out of the bearer's grant; false when it is not in it. */
bool gate_disconnect(World *world, const GateRules *rules, Request *request, const char *tenant);

/* World's own: a reset forgets grants, apps and limits (requests under way may still leave), a close frees them. */
void gate_reset(World *world);
void gate_close(World *world);

/* Routes of a vendor's OAuth server, below /<vendor>/oauth: authorize (consent page, GET and POST), token, revoke. And
 * /control/<vendor>/ {apps,grants,tokens,limits,counters}: README.md lists them. */
extern const Route gate_routes[];
extern const size_t n_gate_routes;

/* The vendors there are, so that the routes find their rules: quickbooks_gate (quickbooks.c), xero_gate (xero.c). */
extern const GateRules quickbooks_gate, xero_gate;
