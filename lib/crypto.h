/*
 * Crypto: sealing (AES-256-GCM) under a ring of master keys, hashes, random. OpenSSL 3 does the work.
 *
 * Sealed form: version byte 1, key id length, key id, 12-byte nonce, ciphertext, 16-byte tag. The context (for example
 * "connection/<id>/credential/<version>") is the associated data: a sealed value moved to another row does not open.
 */
#pragma once
#include "lib/auto.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "lib/text.h"
#include <stddef.h>
#include <stdint.h>

typedef struct KeyRing KeyRing;

/* Reads "id:base64(32 bytes)" lines; the first key seals, all open. ERROR_CONFIG names the file and the line, never the
 * content; a file that others may read is refused (it may be ours with mode 600, or root's with at most 640). Empty
 * lines and lines that start with # are skipped. */
KeyRing *keyring_load(const char *path, Error *err) MUST_CHECK;
/* The same lines from what `command` prints (by sh, in 10 s); waits in the fiber. Errors never quote them. */
KeyRing *keyring_run(const char *command, Error *err) MUST_CHECK;
/* The lines themselves; `from` is what errors call them. */
KeyRing *keyring_read(const char *from, const char *lines, size_t length, Error *err) MUST_CHECK;
/* A ring of one key of 32 bytes. */
KeyRing *keyring_single(const char *id, const Secret *key);
void keyring_free(KeyRing *ring);
DEFINE_AUTO(KeyRing, keyring_free)
/* Borrowed from the ring. */
const Secret *keyring_first(const KeyRing *ring, const char **id);
const Secret *keyring_find(const KeyRing *ring, const char *id); /* NULL when it is not there */
const char *keyring_id(const KeyRing *ring, size_t place);       /* NULL past the last */

enum { KEY_SIZE = 32, KEY_ID_SIZE = 65 }; /* bytes of a key, and of the text that names it */

/* Appends the sealed bytes to `out`. */
bool crypto_seal(const KeyRing *ring, const char *context, const Secret *plain, Text *out, Error *err) MUST_CHECK;
/* NULL with ERROR_CONFIG when the key is unknown, ERROR_DATA when the bytes or the context are not the sealed ones. */
Secret *crypto_open(const KeyRing *ring, const char *context, const void *sealed, size_t length, Error *err) MUST_CHECK;

/* The id of the key that the bytes are sealed with; NULL when they are no sealed value. */
const char *crypto_key_id(const void *sealed, size_t length, char id[KEY_ID_SIZE]);

void crypto_random(void *out, size_t length); /* never fails: aborts when the system has no entropy */
void crypto_sha256(uint8_t out[32], const void *bytes, size_t length);
/* First 8 bytes of SHA-256, big-endian: the content hash of records. */
int64_t crypto_hash64(const void *bytes, size_t length);
