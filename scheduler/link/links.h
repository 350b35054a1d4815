/*
 * Links: the addresses by which a business authorises a source. A link is a sealed text, not a row: it says which
 * company (and which connection, to link that one again), works for a day, and until it has led to a Linked connection
 * once.
 */
#pragma once
#include "lib/pg.h"
#include "lib/vault.h"

enum { LINK_NONCE_SIZE = 17, LINK_LIFE_S = 24 * 60 * 60 };

typedef struct Link {
    char company_id[37], connection_id[37]; /* connection_id "": whichever the user chooses */
    char nonce[LINK_NONCE_SIZE];            /* hexadecimal */
} Link;

typedef enum LinkState {
    LINK_GOOD,
    LINK_BAD, /* not one of ours, or damaged */
    LINK_EXPIRED,
    LINK_USED,
    LINK_FAILED, /* err: Postgres does not answer */
} LinkState;

/* Appends "<public_url>/link/<token>", good for a day from now. connection_id may be NULL. */
bool link_write(Vault *vault, const char *public_url, const char *company_id, const char *connection_id, Text *url,
                Error *err) MUST_CHECK;
LinkState link_read(PgPool *pool, Vault *vault, const char *token, Link *link, Error *err);
