#include "tests/unit/lib/scripted.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 512, HEAD_SIZE = 16384 };

struct Scripted {
    const Script *scripts;
    size_t n;
    int socket, port;
    pthread_t acceptor, threads[MAX_CONNECTIONS];
    int sockets[MAX_CONNECTIONS], n_connections;
    pthread_mutex_t mutex;
    char last[HEAD_SIZE];
};

typedef struct Connection {
    Scripted *scripted;
    int socket;
} Connection;

static bool send_all(int socket, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool send_body(int socket, const Script *script)
{
    size_t length = script->n_body ? script->n_body : strlen(script->body);
    for (size_t i = 0; i < (script->repeat ? script->repeat : 1); i++) {
        if (script->drip_ms == 0) {
            if (!send_all(socket, script->body, length))
                return false;
            continue;
        }
        for (size_t at = 0; at < length; at++) {
            nanosleep(&(struct timespec){.tv_nsec = script->drip_ms * 1000000}, NULL);
            if (!send_all(socket, script->body + at, 1))
                return false;
        }
    }
    return true;
}

/* Reads one request's head and, by its Content-Length, its body. */
static bool read_request(int socket, char head[HEAD_SIZE])
{
    size_t length = 0;
    char *end;
    head[0] = 0;
    while (!(end = strstr(head, "\r\n\r\n"))) {
        ssize_t got = recv(socket, head + length, HEAD_SIZE - 1 - length, 0);
        if (got <= 0)
            return false;
        length += (size_t)got;
        head[length] = 0;
    }
    const char *field = strcasestr(head, "\r\ncontent-length:");
    size_t want = (size_t)(end + 4 - head) + (field ? (size_t)atol(field + 17) : 0);
    while (length < want && length < HEAD_SIZE - 1) {
        ssize_t got = recv(socket, head + length, HEAD_SIZE - 1 - length, 0);
        if (got <= 0)
            return false;
        length += (size_t)got;
        head[length] = 0;
    }
    return true;
}

static const Script *script_of(const Scripted *scripted, const char *head)
{
    char path[256] = "";
    sscanf(head, "%*s %255[^ ?]", path);
    for (size_t i = 0; i < scripted->n; i++)
        if (strcmp(scripted->scripts[i].path, path) == 0)
            return &scripted->scripts[i];
    abort(); /* the test asks for what it did not script */
}

static void *serve(void *argument)
{
    Connection connection = *(Connection *)argument;
    free(argument);
    char *head = malloc(HEAD_SIZE);
    while (head && read_request(connection.socket, head)) {
        pthread_mutex_lock(&connection.scripted->mutex);
        strcpy(connection.scripted->last, head);
        pthread_mutex_unlock(&connection.scripted->mutex);
        const Script *script = script_of(connection.scripted, head);
        size_t n_head = strlen(script->head);
        if (!send_all(connection.socket, script->head, n_head) ||
            (n_head > 0 && !send_all(connection.socket, "\r\n\r\n", 4)) || !send_body(connection.socket, script) ||
            script->cut)
            break;
    }
    free(head);
    shutdown(connection.socket, SHUT_RDWR);
    return NULL;
}

static void *accept_all(void *argument)
{
    Scripted *scripted = argument;
    for (int socket; (socket = accept(scripted->socket, NULL, NULL)) >= 0;) {
        Connection *connection = malloc(sizeof *connection);
        if (!connection || scripted->n_connections == MAX_CONNECTIONS)
            abort();
        *connection = (Connection){scripted, socket};
        pthread_mutex_lock(&scripted->mutex);
        int i = scripted->n_connections++;
        scripted->sockets[i] = socket;
        pthread_mutex_unlock(&scripted->mutex);
        if (pthread_create(&scripted->threads[i], NULL, serve, connection) != 0)
            abort();
    }
    return NULL;
}

Scripted *scripted_start(const Script *scripts, size_t n)
{
    Scripted *scripted = calloc(1, sizeof *scripted);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (!scripted)
        abort();
    scripted->scripts = scripts;
    scripted->n = n;
    pthread_mutex_init(&scripted->mutex, NULL);
    scripted->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(scripted->socket, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(scripted->socket, 128) != 0 || getsockname(scripted->socket, (struct sockaddr *)&address, &size) != 0 ||
        pthread_create(&scripted->acceptor, NULL, accept_all, scripted) != 0)
        abort();
    scripted->port = ntohs(address.sin_port);
    return scripted;
}

int scripted_port(const Scripted *scripted)
{
    return scripted->port;
}

const char *scripted_last_request(Scripted *scripted)
{
    static char copy[HEAD_SIZE];
    pthread_mutex_lock(&scripted->mutex);
    strcpy(copy, scripted->last);
    pthread_mutex_unlock(&scripted->mutex);
    return copy;
}

int scripted_connections(Scripted *scripted)
{
    pthread_mutex_lock(&scripted->mutex);
    int n = scripted->n_connections;
    pthread_mutex_unlock(&scripted->mutex);
    return n;
}

void scripted_stop(Scripted *scripted)
{
    shutdown(scripted->socket, SHUT_RDWR); /* ends the accept */
    pthread_join(scripted->acceptor, NULL);
    close(scripted->socket);
    for (int i = 0; i < scripted->n_connections; i++) {
        shutdown(scripted->sockets[i], SHUT_RDWR);
        pthread_join(scripted->threads[i], NULL);
        close(scripted->sockets[i]);
    }
    pthread_mutex_destroy(&scripted->mutex);
    free(scripted);
}
