#include "workers/stripe/source.h"
#include "workers/stripe/mapping.h"
#include "workers/stripe/pages.h"
#include <string.h>

bool stripe_open(void *state, const Config *config, Error *err)
{
    return rest_open(state, config, "stripe", err) && stripe_bind(err);
}

bool stripe_fetch(const SourceJob *job, const char *cursor_text, Arena *arena, Page *page, Error *err)
{
    const StripeStream *stream = job->stream->details;
    Rest rest;
    StripeCursor cursor;
    if (!rest_begin(&rest, &stripe_vendor, job, arena, page, err))
        return false;
    if (stream->read_whole)
        return stream->read_whole(&rest, err);
    if (!cursor_read(&cursor, cursor_text, arena, err))
        return false;
    bool events_too = !job->full && stream->n_events > 0;
    size_t n_steps = stream->n_objects + (events_too ? 1 : 0);
    if (cursor.step >= n_steps)
        return error_set(err, ERROR_INTERNAL, "the cursor is at step %zu of %zu", cursor.step, n_steps);
    bool read = cursor.step < stream->n_objects ? stripe_read_list(&rest, &stream->objects[cursor.step], &cursor, err)
                                                : stripe_read_changes(&rest, stream, &cursor, err);
    if (read && cursor.step < n_steps)
        page->next = cursor_write(&cursor, arena);
    return read;
}

bool stripe_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err)
{
    const StripeStream *stream = job->stream->details;
    Rest rest;
    if (!rest_begin(&rest, &stripe_vendor, job, arena, page, err))
        return false;
    for (size_t i = 0; i < stream->n_objects; i++) {
        const StripeObject *object = &stream->objects[i];
        if (!text_starts_with(id, object->prefix))
            continue;
        RestAnswer answer = stripe_read_object(&rest, object, id + strlen(object->prefix), err);
        return answer == REST_FOUND || rest_is_gone(answer, err);
    }
    return true;
}
