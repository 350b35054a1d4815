#include "tests/sources/stripe/script.h"
#include "lib/fiber.h"
#include "workers/stripe/source.h"
#include "workers/stripe/streams.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REQUESTS = 400 };
#define BASE "https://stripe.test"

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

bool call_send(const SourceJob *job, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err)
{
    size_t i = script.n_asked++;
    ck_assert_msg(i < script.n_answers, "request %zu was not in the script: %s", i, request->url);
    ck_assert_msg(strncmp(request->url, BASE, strlen(BASE)) == 0, "%s is elsewhere", request->url);
    snprintf(script.targets[i], sizeof script.targets[i], "%s", request->url + strlen(BASE));
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
    if (strcmp(name, "Request-Id") == 0)
        return answer->request_id;
    return strcmp(name, "Stripe-Should-Retry") == 0 ? answer->should_retry : NULL;
}

int64_t http_retry_after_ms(const HttpResponse *response)
{
    const ScriptAnswer *answer = (const void *)response->headers;
    return answer->retry_after ? atoll(answer->retry_after) * 1000 : -1;
}

/* Plain ids stay as they are; one stands for all that must be encoded. */
const char *http_escape(Arena *arena, const char *value)
{
    char *copy = arena_text(arena, value);
    for (char *c = copy; *c; c++)
        if (strchr("/?&# ", *c))
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
    for (size_t i = 0; i < n_stripe_streams; i++)
        if (strcmp(stripe_streams[i].data_type, data_type) == 0)
            return &stripe_streams[i];
    ck_abort_msg("Stripe has no %s", data_type);
}

bool script_fetch(const Trial *trial, const char *data_type, const char *cursor, Arena *arena, Page *page, Error *err)
{
    Stripe stripe = {.url = (char *)(uintptr_t)BASE, .page_size = 100};
    const char *key = trial->key ? trial->key : "sk_test_secret";
    AUTO(Secret) *secret = *key ? secret_new(key, strlen(key)) : NULL;
    const SourceJob job = {
        .stream = stream_of(data_type),
        .settings = trial->settings ? json_parse(arena, trial->settings, strlen(trial->settings), err) : NULL,
        .credential = secret,
        .full = trial->full,
        .since_ms = trial->since_ms,
        .state = &stripe,
    };
    return stripe_fetch(&job, cursor, arena, page, err);
}

bool script_lookup(const char *data_type, const char *id, Arena *arena, Page *page, Error *err)
{
    Stripe stripe = {.url = (char *)(uintptr_t)BASE, .page_size = 100};
    AUTO(Secret) *secret = secret_new("sk_test_secret", strlen("sk_test_secret"));
    const SourceJob job = {.stream = stream_of(data_type), .credential = secret, .full = true, .state = &stripe};
    return stripe_lookup(&job, id, arena, page, err);
}
