#include "lib/wipe.h"
#include "lib/secret.h"
#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

void wipe_free(void *memory)
{
    if (memory)
        secret_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

void *wipe_realloc(void *old, size_t size)
{
    size_t held = old ? malloc_usable_size(old) : 0;
    if (old && size > 0 && size <= held)
        return old;
    void *larger = size > 0 ? malloc(size) : NULL;
    if (larger && old)
        memcpy(larger, old, held);
    if (larger || size == 0)
        wipe_free(old);
    return larger;
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return wipe_realloc(old, size);
}

static void openssl_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    wipe_free(memory);
}

void wipe_openssl(void)
{
    CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

/* A kept connection would hold its last record, decrypted. */
static CURLcode on_tls(CURL *easy, void *context, void *argument)
{
    (void)easy;
    (void)argument;
    SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    return CURLE_OK;
}

void wipe_tls(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
}

bool wipe_curl(void)
{
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_free, wipe_realloc, strdup, calloc) == CURLE_OK;
}
