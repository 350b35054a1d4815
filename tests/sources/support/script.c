#include "tests/sources/support/script.h"
#include "lib/fiber.h"
#include "workers/runtime/call.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REQUESTS = 400 };

static struct {
    const ScriptAnswer *answers;
    size_t n_answers, n_asked;
    int64_t waited_ms;
    char targets[MOST_REQUESTS][600];
    char headers[MOST_REQUESTS][200];
} script;

void script_play(const ScriptAnswer *answers, size_t n)
{
    memset(&script, 0, sizeof script);
    script.answers = answers;
    script.n_answers = n;
}

size_t script_n_asked(void)
{
    return script.n_asked;
}

int64_t script_waited_ms(void)
{
    return script.waited_ms;
}

const char *script_asked(size_t i)
{
    ck_assert_msg(i < script.n_asked, "only %zu requests were made", script.n_asked);
    return script.targets[i];
}

const char *script_headers(size_t i)
{
    ck_assert_msg(i < script.n_asked, "only %zu requests were made", script.n_asked);
    return script.headers[i];
}

/* ---- What the source links instead of the runtime ---- */

void call_throttled(const SourceJob *job, int64_t retry_after_ms)
{
    (void)job;
    (void)retry_after_ms;
}

bool call_send(const SourceJob *job, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err)
{
    size_t i = script.n_asked++;
    ck_assert_msg(i < script.n_answers, "request %zu was not in the script: %s", i, request->url);
    size_t base = strlen(script_source.base);
    ck_assert_msg(strncmp(request->url, script_source.base, base) == 0, "%s is elsewhere", request->url);
    snprintf(script.targets[i], sizeof script.targets[i], "%s", request->url + base);
    for (size_t h = 0; h < request->n_headers; h++)
        strcat(strcat(script.headers[i], request->headers[h]), "\n");
    strcat(script.headers[i], secret_reveal(job->credential));
    const ScriptAnswer *answer = &script.answers[i];
    if (answer->status == 0)
        return error_set(err, ERROR_TRANSIENT, "the connection was cut");
    const char *body = answer->body ? answer->body : "{}";
    *response = (HttpResponse){
        .status = answer->status,
        .body = arena_text(arena, body),
        .length = strlen(body),
        .date_ms = 1754193906000 + (int64_t)i,
        .headers = (struct HttpHeaders *)(uintptr_t)answer,
    };
    return true;
}

const char *http_header(const HttpResponse *response, const char *name)
{
    const ScriptAnswer *answer = (const void *)response->headers;
    size_t length = strlen(name);
    for (size_t i = 0; i < COUNT_OF(answer->headers) && answer->headers[i]; i++)
        if (strncmp(answer->headers[i], name, length) == 0 && answer->headers[i][length] == ':')
            return answer->headers[i] + length + strlen(": ");
    return NULL;
}

int64_t http_retry_after_ms(const HttpResponse *response)
{
    const char *after = http_header(response, "Retry-After");
    return after ? atoll(after) * 1000 : -1;
}

/* Plain ids stay as they are; one stands for all that must be encoded. */
const char *http_escape(Arena *arena, const char *value)
{
    char *copy = arena_text(arena, value);
    for (char *c = copy; *c; c++)
        if (strchr("/?&#+ ", *c))
            *c = '%';
    return copy;
}

void fiber_sleep_ms(int64_t ms)
{
    script.waited_ms += ms;
}

/* ---- Trials ---- */

static const Stream *stream_of(const char *data_type)
{
    for (size_t i = 0; i < *script_source.n_streams; i++)
        if (strcmp(script_source.streams[i].data_type, data_type) == 0)
            return &script_source.streams[i];
    ck_abort_msg("the source has no %s", data_type);
}

static SourceJob job_of(const Trial *trial, const char *data_type, const Secret *credential, Arena *arena)
{
    Error err = {0};
    const char *settings = trial->settings ? trial->settings : script_source.settings;
    SourceJob job = {
        .stream = stream_of(data_type),
        .settings = settings ? json_parse(arena, settings, strlen(settings), &err) : NULL,
        .credential = credential,
        .full = trial->full,
        .since_ms = trial->since_ms,
        .state = script_source.state,
    };
    ck_assert_msg(!settings || job.settings, "%s", err.text);
    return job;
}

bool script_fetch(const Trial *trial, const char *data_type, const char *cursor, Arena *arena, Page *page, Error *err)
{
    const char *credential = trial->credential ? trial->credential : script_source.credential;
    AUTO(Secret) *secret = *credential ? secret_new(credential, strlen(credential)) : NULL;
    const SourceJob job = job_of(trial, data_type, secret, arena);
    return script_source.fetch(&job, cursor, arena, page, err);
}

bool script_lookup(const char *data_type, const char *id, Arena *arena, Page *page, Error *err)
{
    AUTO(Secret) *secret = secret_new(script_source.credential, strlen(script_source.credential));
    const SourceJob job = job_of(&(Trial){.full = true}, data_type, secret, arena);
    return script_source.lookup(&job, id, arena, page, err);
}
