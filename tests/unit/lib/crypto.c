#include "lib/crypto.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_B "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="

static char path[64];

static void write_key_file(const char *content, mode_t mode)
{
    snprintf(path, sizeof path, "/tmp/tributary-keys.%d", getpid());
    unlink(path);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
    chmod(path, mode);
}

static KeyRing *ring_of(const char *content)
{
    Error err = {0};
    write_key_file(content, 0600);
    KeyRing *ring = keyring_load(path, &err);
    unlink(path);
    ck_assert_msg(ring != NULL, "%s", err.text);
    return ring;
}

static Text *seal(const KeyRing *ring, const char *context, const char *plain)
{
    Error err = {0};
    AUTO(Secret) *secret = secret_new(plain, strlen(plain));
    Text *sealed = text_new(NULL);
    ck_assert_msg(crypto_seal(ring, context, secret, sealed, &err), "%s", err.text);
    return sealed;
}

static void check_closed(const KeyRing *ring, const char *context, const Text *sealed, ErrorKind kind)
{
    Error err = {0};
    ck_assert_ptr_null(crypto_open(ring, context, sealed->bytes, sealed->length, &err));
    ck_assert_int_eq(err.kind, kind);
    ck_assert_ptr_nonnull(strstr(err.text, context));
}

START_TEST(what_is_sealed_opens_in_its_own_context)
{
    AUTO(KeyRing) *ring = ring_of("k1:" KEY_A "\n");
    AUTO(Text) *sealed = seal(ring, "connection/1/credential/1", "sk_test_123");
    Error err = {0};
    AUTO(Secret) *opened = crypto_open(ring, "connection/1/credential/1", sealed->bytes, sealed->length, &err);
    ck_assert_msg(opened != NULL, "%s", err.text);
    ck_assert(secret_equal(opened, "sk_test_123", 11));
    ck_assert_uint_eq(sealed->length, 2 + 2 + 12 + 11 + 16);
    ck_assert_ptr_null(memmem(sealed->bytes, sealed->length, "sk_test", 7));
}
END_TEST

START_TEST(sealing_twice_gives_different_bytes)
{
    AUTO(KeyRing) *ring = ring_of("k1:" KEY_A "\n");
    AUTO(Text) *one = seal(ring, "c", "same");
    AUTO(Text) *two = seal(ring, "c", "same");
    ck_assert_mem_ne(one->bytes, two->bytes, one->length);
}
END_TEST

START_TEST(a_value_moved_to_another_row_does_not_open)
{
    AUTO(KeyRing) *ring = ring_of("k1:" KEY_A "\n");
    AUTO(Text) *sealed = seal(ring, "connection/1/credential/1", "sk_test_123");
    check_closed(ring, "connection/2/credential/1", sealed, ERROR_DATA);
}
END_TEST

START_TEST(every_changed_bit_and_every_cut_is_found)
{
    AUTO(KeyRing) *ring = ring_of("k1:" KEY_A "\n");
    AUTO(Text) *sealed = seal(ring, "c", "sk_test_123");
    for (size_t i = 0; i < sealed->length * 8; i++) {
        sealed->bytes[i / 8] ^= (char)(1 << i % 8);
        Error err = {0};
        ck_assert_ptr_null(crypto_open(ring, "c", sealed->bytes, sealed->length, &err));
        sealed->bytes[i / 8] ^= (char)(1 << i % 8);
    }
    for (; sealed->length > 0; sealed->length--) {
        AUTO(Text) *cut = text_new(NULL);
        text_add(cut, sealed->bytes, sealed->length - 1);
        check_closed(ring, "c", cut, ERROR_DATA);
    }
}
END_TEST

START_TEST(keys_rotate)
{
    AUTO(KeyRing) *old = ring_of("k1:" KEY_A "\n");
    AUTO(KeyRing) *both = ring_of("# the new one seals\nk2:" KEY_B "\n\nk1:" KEY_A);
    AUTO(Text) *by_old = seal(old, "c", "x");
    AUTO(Text) *by_new = seal(both, "c", "x");
    Error err = {0};
    AUTO(Secret) *opened = crypto_open(both, "c", by_old->bytes, by_old->length, &err);
    ck_assert_msg(opened != NULL, "%s", err.text);
    check_closed(old, "c", by_new, ERROR_CONFIG); /* names k2 as what is missing */
}
END_TEST

START_TEST(another_key_of_the_same_name_does_not_open)
{
    AUTO(KeyRing) *ring = ring_of("k1:" KEY_A "\n");
    AUTO(KeyRing) *other = ring_of("k1:" KEY_B "\n");
    AUTO(Text) *sealed = seal(ring, "c", "x");
    check_closed(other, "c", sealed, ERROR_DATA);
}
END_TEST

static const struct Refusal {
    const char *content;
    mode_t mode;
    const char *said;
} refusals[] = {
    {"k1:" KEY_A "\n",               0644, "chmod 600"   },
    {"k1:" KEY_A "\n",               0602, "chmod 600"   },
    {"",                             0600, "no key in it"},
    {"# nothing\n",                  0600, "no key in it"},
    {"k1:" KEY_A "\nk2:short\n",     0600, ":2: the key" },
    {"k1:" KEY_A KEY_A "\n",         0600, ":1: the key" },
    {"nocolon\n",                    0600, ":1: not"     },
    {":" KEY_A "\n",                 0600, ":1: not"     },
    {"k 1:" KEY_A "\n",              0600, ":1: not"     },
    {"k1:" KEY_A "\nk1:" KEY_B "\n", 0600, ":2: this id" },
};

START_TEST(bad_key_files_are_refused_by_line_and_never_quoted)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        Error err = {0};
        write_key_file(refusals[i].content, refusals[i].mode);
        ck_assert_msg(!keyring_load(path, &err), "case %zu", i);
        unlink(path);
        ck_assert_int_eq(err.kind, ERROR_CONFIG);
        ck_assert_msg(strstr(err.text, refusals[i].said) && strstr(err.text, path), "case %zu: %s", i, err.text);
        ck_assert_ptr_null(strstr(err.text, "AAEC"));
    }
    Error err = {0};
    ck_assert_ptr_null(keyring_load("/nonexistent/keys", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
}
END_TEST

START_TEST(hashes_follow_their_vectors)
{
    uint8_t digest[32];
    char hex[65];
    crypto_sha256(digest, "abc", 3);
    text_hex(hex, digest, sizeof digest);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_int_eq(crypto_hash64("abc", 3), (int64_t)0xba7816bf8f01cfeau);
}
END_TEST

SUITE("crypto", what_is_sealed_opens_in_its_own_context, sealing_twice_gives_different_bytes,
      a_value_moved_to_another_row_does_not_open, every_changed_bit_and_every_cut_is_found, keys_rotate,
      another_key_of_the_same_name_does_not_open, bad_key_files_are_refused_by_line_and_never_quoted,
      hashes_follow_their_vectors)
