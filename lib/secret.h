/*
 * Secret: bytes that must not leak. A type of its own, so KV(), the error text and the JSON writer do not accept it;
 * wiped when freed; kept out of core dumps (madvise) and, where allowed, out of swap.
 */
#pragma once
#include "lib/auto.h"
#include "lib/text.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct Secret Secret;

Secret *secret_new(const void *bytes, size_t length); /* copies */
void secret_free(Secret *secret);                     /* wipes; NULL is fine */
DEFINE_AUTO(Secret, secret_free)

/* The only way in; do not store the pointer past the secret. NUL-terminated. */
const char *secret_reveal(const Secret *secret);
size_t secret_length(const Secret *secret);
bool secret_equal(const Secret *secret, const char *bytes, size_t length); /* constant time */

/* memset that the compiler keeps. */
void secret_wipe(void *bytes, size_t length);

/* Appends a connection string with each password in it as ****: what stands between ':' and '@' of a URI, and after
 * password= in a URI's query or a keyword string. For logs and --print-config. */
void secret_mask(Text *out, const char *address);
/* Would secret_mask() hide something? */
bool secret_is_inside(const char *address);
