#include "workers/stripe/source.h"
#include "workers/stripe/mapping.h"
#include "workers/stripe/pages.h"
#include <stdlib.h>
#include <string.h>

bool stripe_open(void *state, const Config *config, Error *err)
{
    Stripe *stripe = state;
    const char *url = config_text(config, "stripe-url");
    if (!text_starts_with(url, "https://") && !text_starts_with(url, "http://"))
        return error_set(err, ERROR_CONFIG, "option stripe-url is '%s': give https://host, with a path if need be",
                         url);
    size_t length = strlen(url);
    while (url[length - 1] == '/')
        length--;
    stripe->url = strndup(url, length);
    stripe->page_size = config_integer(config, "stripe-page-size");
    return stripe_bind(err);
}

void stripe_close(void *state)
{
    Stripe *stripe = state;
    free(stripe->url);
    stripe->url = NULL;
}

/* A stored key that cannot be one, most often for a line break at its end, is told apart from one that Stripe refuses.
 */
static bool begin(StripeCall *call, const SourceJob *job, Arena *arena, Page *page, Error *err)
{
    *call = (StripeCall){.job = job, .stripe = job->state, .arena = arena, .page = page};
    const char *key = job->credential ? secret_reveal(job->credential) : "";
    if (!*key)
        return error_set(err, ERROR_AUTH, "the connection has no API key");
    for (const char *c = key; *c; c++)
        if (*c <= ' ' || *c > '~')
            return error_set(err, ERROR_AUTH, "the stored API key contains a blank or a line break: store it again");
    return true;
}

bool stripe_fetch(const SourceJob *job, const char *cursor_text, Arena *arena, Page *page, Error *err)
{
    const StripeStream *stream = job->stream->details;
    StripeCall call;
    StripeCursor cursor;
    if (!begin(&call, job, arena, page, err))
        return false;
    if (stream->read_whole)
        return stream->read_whole(&call, err);
    if (!cursor_read(&cursor, cursor_text, arena, err))
        return false;
    bool events_too = !job->full && stream->n_events > 0;
    size_t n_steps = stream->n_objects + (events_too ? 1 : 0);
    if (cursor.step >= n_steps)
        return error_set(err, ERROR_INTERNAL, "the cursor is at step %zu of %zu", cursor.step, n_steps);
    bool read = cursor.step < stream->n_objects ? stripe_read_list(&call, &stream->objects[cursor.step], &cursor, err)
                                                : stripe_read_changes(&call, stream, &cursor, err);
    if (read && cursor.step < n_steps)
        page->next = cursor_write(&cursor, arena);
    return read;
}

bool stripe_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err)
{
    const StripeStream *stream = job->stream->details;
    StripeCall call;
    if (!begin(&call, job, arena, page, err))
        return false;
    stripe_reserve_items(&call, 1);
    for (size_t i = 0; i < stream->n_objects; i++) {
        const StripeObject *object = &stream->objects[i];
        if (!text_starts_with(id, object->prefix))
            continue;
        StripeAnswer answer = stripe_read_object(&call, object, id + strlen(object->prefix), err);
        if (answer == STRIPE_MISSING)
            *err = (Error){0};
        return answer != STRIPE_FAILED;
    }
    return true;
}
