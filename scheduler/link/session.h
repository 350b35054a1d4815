/*
 * Session: one browser on its way through Link, known by a cookie. Its state goes to the vendor and comes back once,
 * within ten minutes, in the same browser. A start anew, in another tab, ends the session before it. Cookie and state
 * are kept as hashes only, verifier and tokens sealed.
 */
#pragma once
#include "lib/oauth.h"
#include "scheduler/link/links.h"

enum { SESSION_TEXT_SIZE = 44, SESSION_STATE_MS = 10 * 60 * 1000 };
#define SESSION_COOKIE "tributary_link"

typedef struct Session {
    uint8_t cookie[32]; /* its hash */
    char company_id[37], connection_id[37], source[64], nonce[LINK_NONCE_SIZE];
    Secret *verifier; /* owned; NULL: the vendor has no PKCE */
} Session;
void session_wipe(Session *session); /* {0} is fine */

/* What a browser that starts gets. The cookie is a new one each time, so that nobody can have planted it; the session
 * of the old one, if it brings one, is gone. */
typedef struct SessionStart {
    char cookie[SESSION_TEXT_SIZE], state[SESSION_TEXT_SIZE];
} SessionStart;
bool session_start(PgPool *pool, Vault *vault, const Link *link, const char *connection_id, const char *old_cookie,
                   const char *verifier, SessionStart *start, Error *err) MUST_CHECK;

typedef enum SessionFound {
    SESSION_GOOD,    /* the state is used up now */
    SESSION_NONE,    /* no cookie, or nobody's: another browser */
    SESSION_DONE,    /* it has led to a Linked connection before */
    SESSION_USED,    /* its link has, in another browser */
    SESSION_STALE,   /* the state is not the last one, or came before: another tab has started anew, or a reload */
    SESSION_EXPIRED, /* it took longer than ten minutes */
    SESSION_FAILED,  /* err */
} SessionFound;
SessionFound session_return(PgPool *pool, Vault *vault, const char *cookie, const char *state, Session *session,
                            Error *err);

/* Keeps the tokens of a grant while the user chooses among its organisations. */
bool session_hold(PgPool *pool, Vault *vault, const Session *session, const OAuthTokens *tokens,
                  const OAuthTenant *tenants, size_t n, Error *err) MUST_CHECK;
/* The organisations of that choice, on the arena. GOOD as for session_choose(). */
SessionFound session_tenants(PgPool *pool, const char *cookie, Arena *arena, OAuthTenant **tenants, size_t *n,
                             Error *err);
/* Takes them out again, once, for the organisation that was chosen. GOOD: tokens are owned by the caller. STALE: the
 * organisation was none of the choice, or it was chosen before. */
SessionFound session_choose(PgPool *pool, Vault *vault, const char *cookie, const char *tenant_id, Session *session,
                            OAuthTokens *tokens, Error *err);

/* The connection is Linked: neither link nor session can be used again. */
bool session_finish(PgPool *pool, const Session *session, Error *err) MUST_CHECK;
