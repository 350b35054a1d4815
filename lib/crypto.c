#include "lib/crypto.h"
#include "lib/arena.h"
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

DEFINE_AUTO(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

enum { FORM_VERSION = 1, NONCE_SIZE = 12, TAG_SIZE = 16 };
static const size_t largest_plain = MIB;

static bool begin(EVP_CIPHER_CTX *cipher, const Secret *key, const uint8_t *nonce, const char *context, int encrypt)
{
    int n;
    return cipher &&
           EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, (const uint8_t *)secret_reveal(key), nonce, encrypt) ==
               1 &&
           EVP_CipherUpdate(cipher, NULL, &n, (const uint8_t *)context, (int)strlen(context)) == 1;
}

bool crypto_seal(const KeyRing *ring, const char *context, const Secret *plain, Text *out, Error *err)
{
    AUTO(EVP_CIPHER_CTX) *cipher = EVP_CIPHER_CTX_new();
    const char *id;
    const Secret *key = keyring_first(ring, &id);
    size_t length = secret_length(plain);
    if (length > largest_plain)
        return error_set(err, ERROR_DATA, "%s: %zu bytes are too many to seal, at most %zu", context, length,
                         largest_plain);

    AUTO(Arena) *arena = arena_new(length);
    uint8_t *sealed = arena_alloc(arena, length), nonce[NONCE_SIZE], tag[TAG_SIZE];
    int n = 0, rest = 0;
    crypto_random(nonce, sizeof nonce);
    if (!begin(cipher, key, nonce, context, 1) ||
        EVP_CipherUpdate(cipher, sealed, &n, (const uint8_t *)secret_reveal(plain), (int)length) != 1 ||
        EVP_CipherFinal_ex(cipher, tag, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, tag) != 1)
        return error_set(err, ERROR_INTERNAL, "%s: AES-256-GCM does not seal", context);

    text_putc(out, FORM_VERSION);
    text_putc(out, (char)strlen(id));
    text_puts(out, id);
    text_add(out, (const char *)nonce, sizeof nonce);
    text_add(out, (const char *)sealed, length);
    text_add(out, (const char *)tag, sizeof tag);
    return true;
}

typedef struct Sealed {
    const uint8_t *nonce, *bytes, *tag;
    size_t length; /* of bytes */
    char key_id[256];
} Sealed;

static bool read_sealed(Sealed *sealed, const uint8_t *form, size_t length)
{
    if (length < 2 || form[0] != FORM_VERSION)
        return false;
    size_t id_length = form[1], around = 2 + id_length + NONCE_SIZE + TAG_SIZE;
    if (length < around || length - around > largest_plain)
        return false;
    memcpy(sealed->key_id, form + 2, id_length);
    sealed->key_id[id_length] = 0;
    sealed->nonce = form + 2 + id_length;
    sealed->bytes = sealed->nonce + NONCE_SIZE;
    sealed->length = length - around;
    sealed->tag = sealed->bytes + sealed->length;
    return true;
}

const char *crypto_key_id(const void *sealed, size_t length, char id[KEY_ID_SIZE])
{
    Sealed form;
    if (!read_sealed(&form, sealed, length) || strlen(form.key_id) >= KEY_ID_SIZE)
        return NULL;
    return strcpy(id, form.key_id);
}

Secret *crypto_open(const KeyRing *ring, const char *context, const void *sealed, size_t length, Error *err)
{
    Sealed form;
    if (!read_sealed(&form, sealed, length)) {
        error_set(err, ERROR_DATA, "%s: %zu bytes that are no sealed value", context, length);
        return NULL;
    }
    const Secret *key = keyring_find(ring, form.key_id);
    if (!key) {
        text_clean(form.key_id, form.key_id, strnlen(form.key_id, 80));
        error_set(err, ERROR_CONFIG, "%s: sealed with key '%s', which the master key file lacks: add it", context,
                  form.key_id);
        return NULL;
    }
    AUTO(EVP_CIPHER_CTX) *cipher = EVP_CIPHER_CTX_new();
    AUTO(Arena) *arena = arena_new(form.length);
    uint8_t *plain = arena_alloc(arena, form.length), tag[TAG_SIZE];
    int n = 0, rest = 0;
    memcpy(tag, form.tag, sizeof tag);
    bool opened = begin(cipher, key, form.nonce, context, 0) &&
                  EVP_CipherUpdate(cipher, plain, &n, form.bytes, (int)form.length) == 1 &&
                  EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
                  EVP_CipherFinal_ex(cipher, plain + n, &rest) == 1;
    Secret *secret = opened ? secret_new(plain, form.length) : NULL;
    secret_wipe(plain, form.length);
    if (!secret)
        error_set(err, ERROR_DATA, "%s: the sealed value was changed, or belongs to another row or key", context);
    return secret;
}

void crypto_random(void *out, size_t length)
{
    if (RAND_bytes(out, (int)length) != 1) {
        fprintf(stderr, "crypto: the system gives no random bytes\n");
        abort();
    }
}

void crypto_sha256(uint8_t out[32], const void *bytes, size_t length)
{
    if (EVP_Digest(bytes, length, out, NULL, EVP_sha256(), NULL) != 1) {
        fprintf(stderr, "crypto: OpenSSL has no SHA-256\n");
        abort();
    }
}

int64_t crypto_hash64(const void *bytes, size_t length)
{
    uint8_t digest[32];
    uint64_t hash = 0;
    crypto_sha256(digest, bytes, length);
    for (int i = 0; i < 8; i++)
        hash = hash << 8 | digest[i];
    return (int64_t)hash;
}
