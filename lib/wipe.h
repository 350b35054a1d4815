/*
 * Wipe: the memory of libraries. Tokens pass through buffers of curl's and OpenSSL's, so all that these give back is
 * wiped, and OpenSSL keeps no answer that it has handed on.
 */
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/* For libraries that take an allocator. */
void wipe_free(void *memory);
void *wipe_realloc(void *old, size_t size);

/* OpenSSL's own memory; first of all in a program, because it is too late after its first allocation. */
void wipe_openssl(void);
/* curl's own memory; before librdkafka, which may set up curl without it (2.8 does). False: curl cannot be set up. */
bool wipe_curl(void);
/* The TLS connections of a transfer. */
void wipe_tls(CURL *easy);
