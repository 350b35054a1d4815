#include "workers/stripe/pages.h"
#include <string.h>

static bool note_rows(StripeList *list, const char *after, Error *err)
{
    size_t i, n;
    yyjson_val *row;
    yyjson_arr_foreach(list->data, i, n, row)
    {
        const char *id = stripe_id(row);
        if (!id)
            continue;
        if (after && strcmp(id, after) == 0)
            return error_set(err, ERROR_TRANSIENT, "the page after '%s' has that very row again", after);
        list->last = id;
        list->last_created = json_integer(row, "created", 0);
    }
    if (list->more && list->n_rows == 0)
        return error_set(err, ERROR_TRANSIENT, "the page after '%s' is empty but says that there is more",
                         after ? after : "");
    if (list->more && !list->last)
        return error_set(err, ERROR_TRANSIENT, "the page after '%s' has no id to go on from", after ? after : "");
    return true;
}

RestAnswer stripe_list(Rest *rest, const char *target, const char *after, StripeList *list, Error *err)
{
    AUTO(Text) *url = text_new(target);
    if (after)
        rest_query(url, rest, "starting_after", after);
    yyjson_val *body;
    RestAnswer answer = rest_get(rest, url->bytes, &body, err);
    if (answer != REST_FOUND)
        return answer;
    yyjson_val *data = json_at(body, "data"), *more = json_at(body, "has_more");
    *list = (StripeList){.data = data, .n_rows = yyjson_arr_size(data), .more = yyjson_is_true(more)};
    bool good = (yyjson_is_arr(data) && yyjson_is_bool(more)) ||
                error_set(err, ERROR_DATA, "the answer is no list: it lacks data[] or has_more");
    if (good && note_rows(list, after, err))
        return REST_FOUND;
    error_wrap(err, "GET %.*s", (int)strcspn(target, "?"), target);
    return REST_FAILED;
}

/* ---- Items ---- */

static const char *canonical_id(Rest *rest, const StripeObject *object, const char *id)
{
    return arena_format(rest->arena, "%s%s", object->prefix, id);
}

/* A deleted object is little more than its id. A row without an id, or that is no object, goes on to the mapping, which
 * refuses it: one dead letter, not a dead page. */
static bool add_row(Rest *rest, const StripeObject *object, yyjson_val *row, Error *err)
{
    const char *id = stripe_id(row);
    if (id && json_boolean(row, "deleted", false)) {
        rest_add(rest, (PageItem){.deleted_id = canonical_id(rest, object, id)});
        return true;
    }
    if (id && object->complete && !object->complete(rest, &row, err))
        return error_wrap(err, "%s", id);
    rest_add(rest, (PageItem){
                       .mapping = object->mapping,
                       .json = row,
                       .id_hint = id ? canonical_id(rest, object, id) : NULL,
                   });
    return true;
}

RestAnswer stripe_read_object(Rest *rest, const StripeObject *object, const char *id, Error *err)
{
    AUTO(Text) *target = text_new(object->path);
    text_printf(target, "/%s", http_escape(rest->arena, id));
    if (object->expand)
        rest_query(target, rest, "expand[]", object->expand);
    yyjson_val *row;
    RestAnswer answer = rest_get(rest, target->bytes, &row, err);
    if (answer != REST_FOUND)
        return answer;
    return add_row(rest, object, row, err) ? REST_FOUND : REST_FAILED;
}

/* ---- Lists ---- */

static const char *list_target(Rest *rest, const StripeObject *object, const StripeCursor *cursor)
{
    AUTO(Text) *target = text_new(object->path);
    int64_t size = stripe_page_size(rest);
    rest_query_integer(target, rest, "limit", object->limit && object->limit < size ? object->limit : size);
    if (object->expand)
        rest_query(target, rest, "expand[]", arena_format(rest->arena, "data.%s", object->expand));
    if (object->by_creation && !rest->job->full)
        rest_query_integer(target, rest, "created[gte]", rest->job->since_ms / 1000);
    if (object->by_creation && cursor->until)
        rest_query_integer(target, rest, "created[lte]", cursor->until);
    return arena_copy(rest->arena, target->bytes, target->length);
}

bool stripe_read_list(Rest *rest, const StripeObject *object, StripeCursor *cursor, Error *err)
{
    StripeList list;
    const char *target = list_target(rest, object, cursor);
    RestAnswer answer = stripe_list(rest, target, cursor->after, &list, err);
    if (answer == REST_MISSING && cursor->after) {
        cursor_restart(cursor);
        return true;
    }
    if (answer != REST_FOUND)
        return false;
    size_t i, n;
    yyjson_val *row;
    yyjson_arr_foreach(list.data, i, n, row)
    {
        if (!add_row(rest, object, row, err))
            return false;
    }
    if (!list.more)
        cursor_next_step(cursor);
    else if (!cursor_advance(cursor, list.last, list.last_created))
        return error_set(err, ERROR_TRANSIENT, "GET %s: the list runs in circles: '%s' came before", object->path,
                         list.last);
    return true;
}
