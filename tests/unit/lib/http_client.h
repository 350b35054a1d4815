/* A client for the HTTP server's tests: libcurl for whole requests, a bare socket for what libcurl would not send. */
#pragma once
#include "lib/text.h"
#include "tests/support/suite.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Answer {
    CURLcode code;
    long status;
    double seconds;
    char body[4096], headers[4096];
    size_t body_length; /* received, also past the room */
} Answer;

static inline size_t keep_body(char *bytes, size_t size, size_t n, void *context)
{
    Answer *answer = context;
    size_t room = sizeof answer->body - 1 - strlen(answer->body);
    strncat(answer->body, bytes, size * n < room ? size * n : room);
    answer->body_length += size * n;
    return size * n;
}

static inline size_t keep_header(char *bytes, size_t size, size_t n, void *context)
{
    Answer *answer = context;
    size_t room = sizeof answer->headers - 1 - strlen(answer->headers);
    strncat(answer->headers, bytes, size * n < room ? size * n : room);
    return size * n;
}

/* A body of NULL sends none. `header` may be NULL. */
static inline Answer http_call(int port, const char *method, const char *path, const char *body, size_t length,
                               const char *header)
{
    Answer answer = {0};
    char url[2048];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = header ? curl_slist_append(NULL, header) : NULL;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    answer.code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &answer.seconds);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return answer;
}

static inline Answer http_get(int port, const char *path)
{
    return http_call(port, "GET", path, NULL, 0, NULL);
}

static inline int http_connect(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Reads until the server closes; the first bytes are in `out`. */
static inline void read_to_end(int fd, char *out, size_t size)
{
    size_t length = 0;
    char bytes[4096];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) > 0) {
        size_t kept = (size_t)n < size - 1 - length ? (size_t)n : size - 1 - length;
        memcpy(out + length, bytes, kept);
        length += kept;
    }
    out[length] = 0;
}
