/* The vault's master keys. Company keys lie in Postgres: tests/integration/test_tokens.py. */
#include "lib/vault.h"
#include "lib/clock.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_B "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="

static char path[64];

static const char *write_keys(const char *lines)
{
    snprintf(path, sizeof path, "/tmp/tributary-vault.%d", getpid());
    unlink(path);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(lines, file);
    fclose(file);
    chmod(path, 0600);
    return path;
}

static Config *configure(const char *option, const char *value, const char *more)
{
    static const OptionGroup groups[] = {
        {config_common, COUNT_OF(config_common)}
    };
    static const ConfigProgram program = {
        .name = "t", .summary = "t", .usage = "", .groups = groups, .n_groups = COUNT_OF(groups)};
    char name[] = "t", flag[400], other[400], *argv[] = {name, flag, other, NULL}, *environment[] = {NULL};
    int operand, n = 1;
    Error err = {0};
    if (option)
        snprintf(argv[n++], sizeof flag, "--%s=%s", option, value);
    if (more)
        snprintf(argv[n++], sizeof other, "%s", more);
    Config *config = config_parse(&program, n, argv, environment, &operand, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
    return config;
}

static Vault *open_vault(const Config *config)
{
    Error err = {0};
    Vault *vault = vault_open(config, NULL, &err);
    ck_assert_msg(vault != NULL, "%s", err.text);
    return vault;
}

static Text *seal(Vault *vault, const char *plain)
{
    Error err = {0};
    AUTO(Secret) *secret = secret_new(plain, strlen(plain));
    Text *sealed = text_new(NULL);
    ck_assert_msg(vault_seal(vault, NULL, "c", secret, sealed, &err), "%s", err.text);
    return sealed;
}

static void check_opens(Vault *vault, const Text *sealed, const char *plain)
{
    Error err = {0};
    AUTO(Secret) *opened = vault_unseal(vault, NULL, "c", sealed->bytes, &err);
    ck_assert_msg(opened != NULL, "%s", err.text);
    ck_assert_str_eq(secret_reveal(opened), plain);
}

START_TEST(keys_of_a_command_are_those_of_its_file)
{
    char command[100];
    AUTO(Config) *file = configure("master-key-file", write_keys("k1:" KEY_A "\n"), NULL);
    snprintf(command, sizeof command, "cat %s", path);
    AUTO(Config) *run = configure("master-key-command", command, NULL);
    AUTO(Vault) *one = open_vault(file);
    AUTO(Vault) *two = open_vault(run);
    unlink(path);
    AUTO(Text) *sealed = seal(one, "planted");
    ck_assert_int_eq(strncmp(sealed->bytes, "\\x", 2), 0);
    check_opens(two, sealed, "planted");
}
END_TEST

START_TEST(one_place_for_keys_is_needed_and_only_one)
{
    static const struct {
        const char *option, *value, *more, *said;
        ErrorKind kind;
    } cases[] = {
        {NULL,                 NULL,                             NULL,                      "is needed",    ERROR_CONFIG},
        {"master-key-file",    "/nonexistent",                   "--master-key-command=ls", "only one",     ERROR_CONFIG},
        {"master-key-command", "echo planted",                   NULL,                      ":1: not",      ERROR_CONFIG},
        {"master-key-command", "echo k1:" KEY_A "; exit 3",      NULL,                      "ended with 3", ERROR_CONFIG},
        {"master-key-command", "while :; do echo planted; done", NULL,                      "prints more",  ERROR_CONFIG},
        {"master-key-command", "true",                           NULL,                      "no key",       ERROR_CONFIG},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Error err = {0};
        AUTO(Config) *config = configure(cases[i].option, cases[i].value, cases[i].more);
        ck_assert_ptr_null(vault_open(config, NULL, &err));
        ck_assert_msg(err.kind == cases[i].kind && strstr(err.text, cases[i].said), "case %zu: %s", i, err.text);
        ck_assert_msg(!strstr(err.text, "planted") && !strstr(err.text, "AAEC"), "%s", err.text);
    }
}
END_TEST

START_TEST(a_key_that_is_added_while_it_runs_is_found)
{
    AUTO(Config) *config = configure("master-key-file", write_keys("k1:" KEY_A "\n"), NULL);
    AUTO(Vault) *old = open_vault(config);
    write_keys("k2:" KEY_B "\nk1:" KEY_A "\n");
    AUTO(Vault) *fresh = open_vault(config);
    AUTO(Text) *by_new = seal(fresh, "x"), *by_old = seal(old, "y");
    check_opens(old, by_new, "x");
    check_opens(fresh, by_old, "y");
    unlink(path);
}
END_TEST

START_TEST(a_key_that_nobody_added_is_looked_for_once_a_second_at_most)
{
    AUTO(Config) *config = configure("master-key-file", write_keys("k2:" KEY_B "\n"), NULL);
    AUTO(Vault) *other = open_vault(config);
    AUTO(Text) *sealed = seal(other, "x");
    write_keys("k1:" KEY_A "\n");
    AUTO(Vault) *vault = open_vault(config);
    int64_t began_ms = clock_monotonic_ms();
    for (int i = 0; i < 2; i++) {
        Error err = {0};
        ck_assert_ptr_null(vault_unseal(vault, NULL, "c", sealed->bytes, &err));
        ck_assert_int_eq(err.kind, ERROR_CONFIG);
        ck_assert_ptr_nonnull(strstr(err.text, "'k2'"));
    }
    ck_assert_int_ge(clock_monotonic_ms() - began_ms, 1000);
    unlink(path);
}
END_TEST

START_TEST(what_is_no_sealed_value_is_refused)
{
    AUTO(Config) *config = configure("master-key-file", write_keys("k1:" KEY_A "\n"), NULL);
    AUTO(Vault) *vault = open_vault(config);
    unlink(path);
    static const char *const bad[] = {"", "\\x", "\\x01", "\\xzz", "planted", "\\x0102"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Error err = {0};
        ck_assert_ptr_null(vault_unseal(vault, NULL, "c", bad[i], &err));
        ck_assert_msg(err.kind == ERROR_DATA, "%s", err.text);
    }
}
END_TEST

SUITE("vault", keys_of_a_command_are_those_of_its_file, one_place_for_keys_is_needed_and_only_one,
      a_key_that_is_added_while_it_runs_is_found, a_key_that_nobody_added_is_looked_for_once_a_second_at_most,
      what_is_no_sealed_value_is_refused)
