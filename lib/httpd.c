#include "lib/httpd.h"
#include "lib/httpd_parts.h"
#include "lib/log.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_CONNECTIONS = 1000,
    IDLE_SECONDS = 60,
    STACK_SIZE = 512 * 1024,
    STOP_SECONDS = 5,
    BACKLOG = 1024,
    MAX_OPTIONS = 16
};

/* Paths and queries stay as they came, to be decoded segment by segment. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static void PRINTF_LIKE(2, 0) on_daemon_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    char text[256];
    vsnprintf(text, sizeof text, format, arguments);
    log_debug("libmicrohttpd", KV("text", (const char *)text));
}

/* Opened here rather than by libmicrohttpd, which does not say why it cannot. */
static int open_socket(const char *listen_at, Error *err)
{
    const char *colon = strrchr(listen_at, ':');
    size_t host_length = colon ? (size_t)(colon - listen_at) : 0;
    char host[256];
    if (!colon || host_length >= sizeof host) {
        error_set(err, ERROR_CONFIG, "cannot listen on '%s': not host:port", listen_at);
        return -1;
    }
    bool bracketed = host_length > 1 && listen_at[0] == '[' && colon[-1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)host_length - 2 * bracketed, listen_at + bracketed);
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(*host && strcmp(host, "*") != 0 ? host : NULL, colon + 1, &hints, &found);
    if (failure != 0) {
        error_set(err, ERROR_CONFIG, "cannot listen on '%s': %s", listen_at, gai_strerror(failure));
        return -1;
    }
    const int on = 1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        error_set(err, ERROR_CONFIG, "cannot listen on '%s': %s", listen_at, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

static Secret *read_pem(const char *path, Error *err)
{
    char bytes[64 * 1024];
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (!file || length == 0 || length == sizeof bytes)
        error_set(err, ERROR_CONFIG, "TLS file %s: %s", path, !file ? strerror(errno) : "empty or too large");
    Secret *pem = length > 0 && length < sizeof bytes ? secret_new(bytes, length) : NULL;
    secret_wipe(bytes, length);
    if (file)
        fclose(file);
    return pem;
}

static bool read_tls(Httpd *httpd, Error *err)
{
    const HttpdOptions *options = &httpd->options;
    if (!options->tls_certificate_file && !options->tls_key_file)
        return true;
    if (!options->tls_certificate_file || !options->tls_key_file)
        return error_set(err, ERROR_CONFIG, "TLS needs a certificate file and a key file: one of them is missing");
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return error_set(err, ERROR_CONFIG, "this libmicrohttpd was built without TLS");
    httpd->certificate = read_pem(options->tls_certificate_file, err);
    httpd->key = httpd->certificate ? read_pem(options->tls_key_file, err) : NULL;
    return httpd->key != NULL;
}

static struct MHD_Daemon *start_daemon(Httpd *httpd, int fd)
{
    struct MHD_OptionItem items[MAX_OPTIONS];
    size_t n = 0;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG | MHD_USE_AUTO;
    int threads = httpd->options.threads;
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_daemon_log, NULL};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_completed, httpd};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS, NULL};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, NULL};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, fd, NULL};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_STACK_SIZE, STACK_SIZE, NULL};
    if (threads <= 0)
        flags |= MHD_USE_THREAD_PER_CONNECTION;
    else if (threads > 1)
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, threads, NULL};
    if (httpd->key) {
        flags |= MHD_USE_TLS;
        items[n++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)secret_reveal(httpd->certificate)};
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)secret_reveal(httpd->key)};
    }
    items[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(flags, 0, NULL, NULL, exchange_step, httpd, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

static bool open_daemon(Httpd *httpd, Error *err)
{
    int fd = open_socket(httpd->options.listen, err);
    if (fd < 0)
        return false;
    httpd->port = port_of(fd);
    httpd->daemon = start_daemon(httpd, fd); /* takes the socket, also when it fails */
    return httpd->daemon ||
           error_set(err, ERROR_CONFIG, "cannot serve on '%s': libmicrohttpd refuses%s", httpd->options.listen,
                     httpd->key ? "; are the TLS certificate and key PEM files that belong together?" : "");
}

static void httpd_free(Httpd *httpd)
{
    secret_free(httpd->certificate);
    secret_free(httpd->key);
    pthread_cond_destroy(&httpd->changed);
    pthread_mutex_destroy(&httpd->lock);
    free(httpd);
}

Httpd *httpd_start(const HttpdOptions *options, Error *err)
{
    Httpd *httpd = calloc(1, sizeof *httpd);
    if (!httpd)
        abort();
    httpd->options = *options;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&httpd->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&httpd->lock, NULL);

    if (!read_tls(httpd, err) || !open_daemon(httpd, err)) {
        httpd_free(httpd);
        return NULL;
    }
    return httpd;
}

int httpd_port(const Httpd *httpd)
{
    return httpd->port;
}

void httpd_stop(Httpd *httpd)
{
    if (!httpd)
        return;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += STOP_SECONDS;
    MHD_socket listener = MHD_quiesce_daemon(httpd->daemon);
    pthread_mutex_lock(&httpd->lock);
    httpd->stopping = true;
    pthread_cond_broadcast(&httpd->changed);
    int waited = 0;
    while (httpd->busy > 0 && waited == 0)
        waited = pthread_cond_timedwait(&httpd->changed, &httpd->lock, &until);
    pthread_mutex_unlock(&httpd->lock);
    MHD_stop_daemon(httpd->daemon);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
    httpd_free(httpd);
}
