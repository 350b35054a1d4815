#include "workers/runtime/rest.h"
#include "lib/fiber.h"
#include "workers/runtime/call.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WAIT_MS = 8000, MOST_HEADERS = 16, SHOWN_MESSAGE = 190, OPTION_SIZE = 64 };

/* ---- Asking ---- */

static bool ask(Rest *rest, const HttpRequest *request, HttpResponse *response, Error *err)
{
    const RestVendor *vendor = rest->vendor;
    const char *headers[MOST_HEADERS];
    size_t n = 0;
    const char *own = vendor->job_header ? vendor->job_header(rest, err) : "";
    if (!own)
        return false;
    for (size_t i = 0; i < vendor->n_headers && n < MOST_HEADERS; i++)
        headers[n++] = vendor->headers[i];
    for (size_t i = 0; i < request->n_headers && n < MOST_HEADERS; i++)
        headers[n++] = request->headers[i];
    if (*own && n < MOST_HEADERS)
        headers[n++] = own;
    HttpRequest whole = *request;
    whole.url = arena_format(rest->arena, "%s%s", rest->url, request->url);
    whole.headers = headers;
    whole.n_headers = n;
    if (!call_send(rest->job, &whole, rest->arena, response, err))
        return false;
    rest->page->bytes += (int64_t)response->length;
    if (rest->page->source_time_ms == 0)
        rest->page->source_time_ms = response->date_ms;
    return true;
}

static const char *call_id(const Rest *rest, const HttpResponse *response)
{
    const char *id = rest->vendor->id_header ? http_header(response, rest->vendor->id_header) : NULL;
    return id ? arena_format(rest->arena, " (%s %.60s)", rest->vendor->id_header, id) : "";
}

/* ---- Answers ---- */

/* What was cut on its way comes whole the next time; so may what does not even end like JSON. */
static bool is_cut(const Rest *rest, const HttpResponse *response)
{
    size_t length = response->length;
    while (length > 0 && strchr(" \t\r\n", response->body[length - 1]))
        length--;
    return length == 0 || (response->body[length - 1] != '}' && response->body[length - 1] != ']') ||
           json_is_cut(rest->arena, response->body, response->length);
}

static RestAnswer read_body(const Rest *rest, const HttpResponse *response, yyjson_val **body, Error *err)
{
    *body = json_parse(rest->arena, response->body, response->length, err);
    if (*body && yyjson_is_ctn(*body))
        return REST_FOUND;
    if (*body)
        error_set(err, ERROR_DATA, "the answer is neither object nor array");
    if (is_cut(rest, response))
        err->kind = ERROR_TRANSIENT;
    error_wrap(err, "200%s", call_id(rest, response));
    return REST_FAILED;
}

/* A message repeats what was sent; should it ever repeat the credential, the error text must not. */
static const char *without_credential(const Rest *rest, const char *message)
{
    const char *credential = rest->job->credential ? secret_reveal(rest->job->credential) : "";
    const char *found = *credential ? strstr(message, credential) : NULL;
    if (!found)
        return message;
    return arena_format(rest->arena, "%.*s****%s", (int)(found - message), message,
                        without_credential(rest, found + strlen(credential)));
}

static RestAnswer explain_refusal(const Rest *rest, const HttpResponse *response, yyjson_val *body, int attempt,
                                  Error *err)
{
    RestRefusal refusal = rest->vendor->refusal(rest, response, body, attempt);
    if (refusal.answer == REST_FOUND)
        return REST_FOUND;
    const char *message = without_credential(rest, refusal.message);
    size_t shown = text_valid_utf8(message, strnlen(message, SHOWN_MESSAGE));
    error_set(err, refusal.kind, "%d%s%.80s%s%s%.*s", response->status, *refusal.code ? " " : "",
              without_credential(rest, refusal.code), call_id(rest, response), shown ? ": " : "", (int)shown, message);
    int64_t told_ms = http_retry_after_ms(response);
    err->retry_after_ms = told_ms > 0 ? told_ms : refusal.retry_after_ms;
    if (refusal.kind == ERROR_THROTTLED && told_ms <= 0)
        call_throttled(rest->job, refusal.retry_after_ms);
    return refusal.answer;
}

/* For the same reason nothing of the answer, or that was made of it, stays in memory. */
static RestAnswer read_refusal(const Rest *rest, const HttpResponse *response, int attempt, Error *err)
{
    Error unreadable = {0};
    AUTO(Arena) *arena = arena_new(KIB);
    Rest brief = *rest;
    brief.arena = arena;
    yyjson_val *body = json_parse(arena, response->body, response->length, &unreadable);
    RestAnswer answer = explain_refusal(&brief, response, body, attempt, err);
    arena_wipe(arena);
    secret_wipe((char *)(uintptr_t)response->body, response->length);
    return answer;
}

/* False when the wait is too long for this fetch: the caller of the fetch waits then. */
static bool wait_for_limit(Rest *rest, const Error *err)
{
    if (err->kind != ERROR_THROTTLED || rest->waited_ms + err->retry_after_ms > LONGEST_WAIT_MS)
        return false;
    fiber_sleep_ms(err->retry_after_ms);
    rest->waited_ms += err->retry_after_ms > 0 ? err->retry_after_ms : 1;
    return true;
}

static RestAnswer send_until_answered(Rest *rest, const HttpRequest *request, yyjson_val **body, Error *err)
{
    for (int attempt = 0;; attempt++) {
        HttpResponse response = {0};
        *body = NULL;
        if (!ask(rest, request, &response, err))
            return REST_FAILED;
        if (response.status == 200)
            return read_body(rest, &response, body, err);
        RestAnswer answer = read_refusal(rest, &response, attempt, err);
        if (answer == REST_FOUND || !wait_for_limit(rest, err))
            return answer;
        *err = (Error){0};
    }
}

RestAnswer rest_send(Rest *rest, const HttpRequest *request, yyjson_val **body, Error *err)
{
    RestAnswer answer = send_until_answered(rest, request, body, err);
    if (answer != REST_FOUND)
        error_wrap(err, "%s %.*s", request->method ? request->method : "GET", (int)strcspn(request->url, "?"),
                   request->url);
    return answer;
}

RestAnswer rest_get(Rest *rest, const char *target, yyjson_val **body, Error *err)
{
    return rest_send(rest, &(HttpRequest){.url = target}, body, err);
}

ErrorKind rest_kind(int status, ErrorKind otherwise)
{
    switch (status) {
    case 401:
        return ERROR_AUTH;
    case 403:
        return ERROR_PERMISSION;
    case 404:
        return ERROR_UNSUPPORTED;
    case 429:
        return ERROR_THROTTLED;
    }
    return status >= 500 ? ERROR_TRANSIENT : otherwise;
}

/* ---- The source's state ---- */

static char *url_of(const char *option, const char *url, Error *err)
{
    if (!text_starts_with(url, "https://") && !text_starts_with(url, "http://")) {
        error_set(err, ERROR_CONFIG, "option %s is '%s': give https://host, with a path if need be", option, url);
        return NULL;
    }
    size_t length = strlen(url);
    while (url[length - 1] == '/')
        length--;
    return strndup(url, length);
}

bool rest_open(RestState *state, const Config *config, const char *name, Error *err)
{
    char option[OPTION_SIZE];
    snprintf(option, sizeof option, "%s-page-size", name);
    state->page_size = config_integer(config, option);
    snprintf(option, sizeof option, "%s-url", name);
    state->url = url_of(option, config_text(config, option), err);
    return state->url != NULL;
}

void rest_close(void *state)
{
    RestState *rest = state;
    free(rest->url);
    rest->url = NULL;
}

/* ---- What is checked before a call ---- */

static bool check_credential(const SourceJob *job, Error *err)
{
    const char *text = job->credential ? secret_reveal(job->credential) : "";
    if (!*text)
        return error_set(err, ERROR_AUTH, "the connection has no credential: link it");
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~')
            return error_set(err, ERROR_AUTH, "the stored credential contains a blank or a line break: store it again");
    return true;
}

bool rest_begin(Rest *rest, const RestVendor *vendor, const SourceJob *job, Arena *arena, Page *page, Error *err)
{
    const RestState *state = job->state;
    *rest = (Rest){.job = job, .vendor = vendor, .url = state->url, .arena = arena, .page = page};
    return check_credential(job, err);
}

const char *rest_setting(const Rest *rest, const char *name, const char *characters, const char *what, Error *err)
{
    const char *value = rest->job->settings ? json_text(rest->job->settings, name) : NULL;
    if (value && *value && strspn(value, characters) == strlen(value))
        return value;
    error_set(err, ERROR_DATA, "the connection's setting %s is no %s: link it again", name, what);
    return NULL;
}
