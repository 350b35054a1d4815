/*
 * Gate's own parts: what gate.c (the way in), gate_grant.c (grants and their tokens), gate_form.c, gate_oauth.c (token
 * endpoint), gate_consent.c and gate_control.c share. Nobody else includes this. All of it is under the gate's lock.
 */
#pragma once
#include "infra/sandbox/gate.h"

enum { TOKEN_SIZE = 80, GRANT_TENANTS = 32, APP_REDIRECTS = 8, GATE_BUCKETS = 4096, GATE_VENDORS = 2 };

/* The stamps of the requests that are in a window, oldest first, in a ring. */
typedef struct GateWindow {
    int64_t *stamps;
    int room, first, count;
} GateWindow;

typedef struct GateApp {
    char *id, *secret;
    char *redirects[APP_REDIRECTS];
    int n_redirects;
    bool loopback; /* any http://127.0.0.1:port/… and http://localhost:port/…, too */
    struct GateApp *next;
} GateApp;

/* What one app does in one organisation (account NULL: in all of them). */
typedef struct GateUse {
    struct Gate *gate;
    const GateApp *app;
    Account *account;
    int64_t requests, over[GATE_LIMITS];
    int64_t most[GATE_LIMITS]; /* seen in a window, or in flight */
    int in_flight;
    GateWindow windows[GATE_LIMITS];
    struct GateUse *all; /* of the app; NULL: this is it */
    struct GateUse *next;
} GateUse;

typedef enum TokenKind { TOKEN_CODE, TOKEN_ACCESS, TOKEN_REFRESH } TokenKind;

typedef struct GateToken {
    TokenKind kind;
    char text[TOKEN_SIZE];
    struct GateGrant *grant;
    struct GateToken *from; /* the refresh token it was given for; NULL: a code */
    int64_t issued_ms, expires_ms;
    int64_t used_ms; /* for the first time, codes and refresh tokens; 0: not yet */
    bool proven;     /* something that was given for it has been used: its answer arrived */
    struct GateToken *next;
} GateToken;

typedef struct GateGrant {
    int id; /* from 1 on */
    struct GateVendor *vendor;
    const GateApp *app;
    struct GrantTenant {
        GateUse *use;
        char id[GATE_ID_SIZE];
    } tenants[GRANT_TENANTS];
    int n_tenants;
    bool begun;                 /* its code was exchanged */
    bool refreshable;           /* it has refresh tokens */
    GateToken *current;         /* refresh token */
    char *redirect, *challenge; /* that its code was asked with; challenge NULL: none */
    const char *dead;           /* static: why; NULL: alive */
    int64_t refreshes, graced, dead_uses;
} GateGrant;

typedef struct GateCounts {
    int64_t requests, opened, no_token, expired, revoked, wrong_tenant, over_limit;
    int64_t consents, refreshes, graced, refused, lost_answers;
    int64_t dead_uses[TOKEN_REFRESH + 1];
} GateCounts;

typedef struct GateVendor {
    const GateRules *rules;
    struct Gate *gate;
    bool off;              /* limits are */
    int most[GATE_LIMITS]; /* as control has set them */
    int64_t delay_ms;      /* of the token endpoint */
    int lose_answers;
    GateApp *apps;
    GateUse *uses;
    GateCounts counts;
} GateVendor;

typedef struct Gate {
    pthread_mutex_t lock;
    World *world;
    GateVendor vendors[GATE_VENDORS];
    GateToken *buckets[GATE_BUCKETS];
    GateGrant **grants;
    int n_grants, room;
    struct Gate *next; /* retired */
} Gate;

/* The gate of the world, locked; gate_unlock() gives it back. */
Gate *gate_lock(World *world);
void gate_unlock(Gate *gate);
GateVendor *gate_vendor(Gate *gate, const GateRules *rules);
/* The vendor that the first segment of the route names; NULL: there is none. */
const GateRules *gate_rules_of(const char *vendor);
/* The same with its gate locked; NULL: 404 is written and nothing is locked. */
GateVendor *gate_of_path(Request *request, Response *response);
/* What an app does in an organisation, from now on if it never did. */
GateUse *gate_use(GateVendor *vendor, const GateApp *app, Account *account);
/* Forgets the windows, not what is in flight. */
void gate_set_limits(GateVendor *vendor, bool on, const int most[GATE_LIMITS]);

/* Takes a place against every limit that applies, or says in `pass` which has none left: false. */
bool limit_enter(GateVendor *vendor, GateUse *use, GatePass *pass);

/* The vendors' clock in milliseconds. */
int64_t gate_now_ms(const Gate *gate);

/* A new grant to an app, alive but not begun. Accounts beyond GRANT_TENANTS are left out. */
GateGrant *grant_new(GateVendor *vendor, const GateApp *app, Account *const *accounts, int n_accounts,
                     bool refreshable);
void grant_free(GateGrant *grant);
GateGrant *grant_of(const Gate *gate, const GateVendor *vendor, int64_t id); /* NULL when there is none */
void grant_kill(GateGrant *grant, const char *why);
/* Alive, and its refresh token did not die of age; kills it otherwise. */
bool grant_lives(GateGrant *grant);
/* [{"id","name"}] */
void grant_put_tenants(const GateGrant *grant, JsonWriter *json, const char *key);
/* The code of a consent, to be exchanged by who knows `redirect` and the verifier of `challenge` (NULL: none). */
GateToken *grant_code(GateGrant *grant, const char *redirect, const char *challenge);

/* NULL: never given out. */
GateToken *token_find(const GateVendor *vendor, TokenKind kind, const char *text);
/* A use of what is dead. */
void token_count_dead(const GateToken *token);

/* Access token and refresh token (NULL: none) of one answer. */
typedef struct GatePair {
    GateToken *access, *refresh;
} GatePair;
/* For a code, once; false: invalid_grant. */
bool grant_exchange(GateToken *code, const GateApp *app, const char *redirect, const char *verifier, GatePair *pair);
/* For a refresh token, by the vendor's rules of rotation; false: invalid_grant. */
bool grant_refresh(GateToken *refresh, const GateApp *app, GatePair *pair);
/* Without a code: a consent out of band. */
void grant_begin(GateGrant *grant, GatePair *pair);
/* All access tokens of a grant (NULL: of the vendor) end now. */
void grant_expire(GateVendor *vendor, const GateGrant *grant);

GateApp *app_new(GateVendor *vendor, const char *id, const char *secret);
GateApp *app_find(const GateVendor *vendor, const char *id);
bool app_redirects_to(const GateApp *app, const char *redirect);

/* A parameter of the query, or of the form that was posted; NULL when missing. On the request's arena. */
const char *form_value(Request *request, const char *name);
/* All values of a repeated one; the count, at most n. */
int form_values(Request *request, const char *name, const char **values, int n);
/* User and password of Basic authentication; false when there is none. */
bool form_basic(Request *request, const char **user, const char **password);
const char *form_bearer(Request *request); /* NULL: none */

/* The accounts that names mean, made when they are new; a name may carry the words of a key ("acme__large"). The
 * number; -1: `bad` is no name. Not under the lock: making a business takes its time. */
int gate_accounts(World *world, const char *const *names, int n, Account **accounts, const char **bad);

void oauth_token(Request *request, Response *response);
void oauth_revoke(Request *request, Response *response);
void consent_show(Request *request, Response *response);
void consent_decide(Request *request, Response *response);
void gate_control_apps(Request *request, Response *response);
void gate_control_grant(Request *request, Response *response);
void gate_control_grants(Request *request, Response *response);
void gate_control_revoke(Request *request, Response *response);
void gate_control_tokens(Request *request, Response *response);
void gate_control_limits(Request *request, Response *response);
void gate_control_counters(Request *request, Response *response);
void gate_control_clear(Request *request, Response *response);
