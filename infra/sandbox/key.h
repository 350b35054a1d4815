/*
 * Key: what an API key of the sandbox says. Any key of this form opens an account, which is made on first use:
 *
 *     (sk|rk)_(test|live)_sandbox_<name>[__<word>]…
 *
 * Words: small, large, pages<N> (N hundred charges), charges<N>, customers<N>, products<N>, and for rk keys
 * no_<permission>. The name has letters, digits, '-' and single '_'; it is the account, whatever words follow it.
 */
#pragma once
#include "infra/sandbox/business.h"

enum { KEY_NAME_SIZE = 64, KEY_DENIED = 8, PERMISSION_SIZE = 40 };

typedef struct Key {
    char name[KEY_NAME_SIZE];
    bool live, restricted;
    BusinessSize size; /* of an account that this key makes */
    char denied[KEY_DENIED][PERMISSION_SIZE];
    int n_denied;
} Key;

bool key_parse(const char *text, Key *key);

/* The size that a word means ("large", "pages40"); false when it is none. */
bool size_parse(const char *word, BusinessSize *size);
