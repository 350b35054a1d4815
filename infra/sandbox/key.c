#include "infra/sandbox/key.h"
#include "lib/text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OBJECTS = 2000000 };

/* "pages40" with prefix "pages": 40. */
static bool counted(const char *word, const char *prefix, int *n)
{
    if (!text_starts_with(word, prefix))
        return false;
    char *end;
    long value = strtol(word + strlen(prefix), &end, 10);
    if (*end || value < 1 || value > MAX_OBJECTS)
        return false;
    *n = (int)value;
    return true;
}

bool size_parse(const char *word, BusinessSize *size)
{
    int n;
    if (strcmp(word, "small") == 0)
        *size = business_small();
    else if (strcmp(word, "large") == 0)
        *size = business_large();
    else if (counted(word, "pages", &n) && n <= MAX_OBJECTS / 100)
        size->sales = 100 * n;
    else if (counted(word, "charges", &n))
        size->sales = n;
    else if (counted(word, "customers", &n))
        size->customers = n;
    else if (counted(word, "products", &n))
        size->products = n;
    else
        return false;
    return true;
}

static bool take_word(Key *key, const char *word)
{
    if (key->restricted && text_starts_with(word, "no_") && key->n_denied < KEY_DENIED) {
        snprintf(key->denied[key->n_denied++], PERMISSION_SIZE, "%s", word + 3);
        return true;
    }
    return size_parse(word, &key->size);
}

static bool name_is_fine(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
            return false;
    return *name != 0;
}

bool key_parse(const char *text, Key *key)
{
    static const char *const starts[] = {"sk_test_sandbox_", "sk_live_sandbox_", "rk_test_sandbox_",
                                         "rk_live_sandbox_"};
    char copy[256];
    *key = (Key){0};
    if (strlen(text) >= sizeof copy)
        return false;
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        if (!text_starts_with(text, starts[i]))
            continue;
        key->live = i % 2;
        key->restricted = i / 2;
        snprintf(copy, sizeof copy, "%s", text + strlen(starts[i]));
        char *rest = strstr(copy, "__");
        if (rest)
            *rest = 0;
        size_t length = strlen(copy);
        if (!name_is_fine(copy) || length >= KEY_NAME_SIZE)
            return false;
        memcpy(key->name, copy, length);
        while (rest) {
            char *word = rest + 2;
            rest = strstr(word, "__");
            if (rest)
                *rest = 0;
            if (!take_word(key, word))
                return false;
        }
        return true;
    }
    return false;
}
