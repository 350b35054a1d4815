/*
 * Vault: what seals a company's secrets. Each company has a data key of its own (control.company_key), made when it is
 * first needed and wrapped with a master key; the master keys come from a file or a command. So new master keys re-wrap
 * short keys and touch no credential, and what a deleted company had sealed can never be opened again.
 *
 * Waits on Postgres for a key that was not opened lately. Several threads may share a vault whose pool they share.
 */
#pragma once
#include "lib/config.h"
#include "lib/crypto.h"
#include "lib/pg.h"

typedef struct Vault Vault;

/* Reads the master keys of the options master-key-file or master-key-command: ERROR_CONFIG when it is not one of them.
 * Config and pool are borrowed. A key that is met later and unknown has them read again, at most once a second, so that
 * one can be added while everything runs. */
Vault *vault_open(const Config *config, PgPool *pool, Error *err) MUST_CHECK;
void vault_close(Vault *vault);
DEFINE_AUTO(Vault, vault_close)

/* Appends the sealed value as the text of a bytea ("\\x…"), which is how parameters and cells have it. company_id NULL:
 * under the master key itself, for what belongs to no company. A company that is not there has no key: ERROR_DATA. */
bool vault_seal(Vault *vault, const char *company_id, const char *context, const Secret *plain, Text *out,
                Error *err) MUST_CHECK;

/* Opens such a text; also what lies straight under a master key. Failures as crypto_open(), and Postgres's. Owned by
 * the caller. */
Secret *vault_unseal(Vault *vault, const char *company_id, const char *context, const char *sealed,
                     Error *err) MUST_CHECK;

/* The id of the master key that stands at `place` in the file; 0 is the one that seals. NULL past the last. */
const char *vault_master_id(Vault *vault, size_t place, char id[KEY_ID_SIZE]);
