#include "workers/stripe/pages.h"
#include <string.h>

/* Each changed object costs a call, and the page must end well within a slice's time. */
enum { EVENTS_A_PAGE = 50 };

/* An object that some event of the page named. */
typedef struct Changed {
    size_t object;
    const char *id;
} Changed;

static const char *events_target(Rest *rest, const StripeStream *stream)
{
    AUTO(Text) *target = text_new("/v1/events");
    int64_t size = stripe_page_size(rest);
    rest_query_integer(target, rest, "limit", size < EVENTS_A_PAGE ? size : EVENTS_A_PAGE);
    rest_query_integer(target, rest, "created[gte]", rest->job->since_ms / 1000);
    for (size_t i = 0; i < stream->n_events; i++)
        rest_query(target, rest, "types[]", stream->events[i].type);
    return arena_copy(rest->arena, target->bytes, target->length);
}

static const StripeEvent *event_of(const StripeStream *stream, yyjson_val *event)
{
    const char *type = yyjson_is_obj(event) ? json_text(event, "type") : NULL;
    for (size_t i = 0; type && i < stream->n_events; i++)
        if (strcmp(stream->events[i].type, type) == 0)
            return &stream->events[i];
    return NULL;
}

/* The id in an event is sound whatever version of the API it was written in; nothing else in it is. */
static const char *changed_id(Rest *rest, const StripeEvent *event, yyjson_val *json)
{
    yyjson_val *object = json_at(json, "data.object");
    yyjson_val *id = object ? json_at(object, event->id_path) : NULL;
    if (yyjson_is_obj(id))
        return stripe_id(id);
    return strcmp(event->id_path, "id") == 0 ? stripe_id(object) : id ? map_clean_text(rest->arena, id) : NULL;
}

static bool was_named(const Changed *changed, size_t n, size_t object, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (changed[i].object == object && strcmp(changed[i].id, id) == 0)
            return true;
    return false;
}

/* Which objects the page's events are about, each once: what counts is how they are now, not what happened. */
static size_t collect(Rest *rest, const StripeStream *stream, const StripeList *list, Changed *changed)
{
    size_t i, n, count = 0;
    yyjson_val *json;
    yyjson_arr_foreach(list->data, i, n, json)
    {
        const StripeEvent *event = event_of(stream, json);
        const char *id = event ? changed_id(rest, event, json) : NULL;
        if (id && *id && !was_named(changed, count, event->object, id))
            changed[count++] = (Changed){event->object, id};
    }
    return count;
}

/* A deletion, too, is asked for: merchants choose product ids, so the id of a deleted product may live again. */
static bool add_changed(Rest *rest, const StripeStream *stream, const Changed *changed, Error *err)
{
    const StripeObject *object = &stream->objects[changed->object];
    RestAnswer answer = stripe_read_object(rest, object, changed->id, err);
    if (answer == REST_FOUND || !rest_is_gone(answer, err))
        return answer == REST_FOUND;
    const char *id = arena_format(rest->arena, "%s%s", object->prefix, changed->id);
    rest_add(rest, (PageItem){.deleted_id = id});
    return true;
}

bool stripe_read_changes(Rest *rest, const StripeStream *stream, StripeCursor *cursor, Error *err)
{
    StripeList list;
    RestAnswer answer = stripe_list(rest, events_target(rest, stream), cursor->after, &list, err);
    if (answer == REST_MISSING && cursor->after) {
        cursor_restart(cursor);
        return true;
    }
    if (answer != REST_FOUND)
        return false;
    Changed *changed = ARENA_ARRAY(rest->arena, Changed, list.n_rows);
    size_t n = collect(rest, stream, &list, changed);
    for (size_t i = 0; i < n; i++)
        if (!add_changed(rest, stream, &changed[i], err))
            return false;
    if (!list.more)
        cursor_next_step(cursor);
    else if (!cursor_advance(cursor, list.last, list.last_created))
        return error_set(err, ERROR_TRANSIENT, "GET /v1/events: the list runs in circles: '%s' came before", list.last);
    return true;
}
