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

StripeAnswer stripe_list(StripeCall *call, const char *target, const char *after, StripeList *list, Error *err)
{
    AUTO(Text) *url = text_new(target);
    if (after)
        stripe_query(url, call, "starting_after", after);
    yyjson_val *body;
    StripeAnswer answer = stripe_get(call, url->bytes, &body, err);
    if (answer != STRIPE_FOUND)
        return answer;
    yyjson_val *data = json_at(body, "data"), *more = json_at(body, "has_more");
    *list = (StripeList){.data = data, .n_rows = yyjson_arr_size(data), .more = yyjson_is_true(more)};
    bool good = (yyjson_is_arr(data) && yyjson_is_bool(more)) ||
                error_set(err, ERROR_DATA, "the answer is no list: it lacks data[] or has_more");
    if (good && note_rows(list, after, err))
        return STRIPE_FOUND;
    error_wrap(err, "GET %.*s", (int)strcspn(target, "?"), target);
    return STRIPE_FAILED;
}

/* ---- Items ---- */

void stripe_reserve_items(StripeCall *call, size_t n)
{
    Page *page = call->page;
    PageItem *items = ARENA_ARRAY(call->arena, PageItem, page->n_items + n);
    if (page->n_items > 0)
        memcpy(items, page->items, page->n_items * sizeof *items);
    page->items = items;
}

static void add_item(StripeCall *call, PageItem item)
{
    call->page->items[call->page->n_items++] = item;
}

static const char *canonical_id(StripeCall *call, const StripeObject *object, const char *id)
{
    return arena_format(call->arena, "%s%s", object->prefix, id);
}

/* A deleted object is little more than its id. A row without an id, or that is no object, goes on to the mapping, which
 * refuses it: one dead letter, not a dead page. */
static bool add_row(StripeCall *call, const StripeObject *object, yyjson_val *row, Error *err)
{
    const char *id = stripe_id(row);
    if (id && json_boolean(row, "deleted", false)) {
        add_item(call, (PageItem){.deleted_id = canonical_id(call, object, id)});
        return true;
    }
    if (id && object->complete && !object->complete(call, &row, err))
        return error_wrap(err, "%s", id);
    add_item(call, (PageItem){
                       .mapping = object->mapping,
                       .json = row,
                       .id_hint = id ? canonical_id(call, object, id) : NULL,
                   });
    return true;
}

StripeAnswer stripe_read_object(StripeCall *call, const StripeObject *object, const char *id, Error *err)
{
    AUTO(Text) *target = text_new(object->path);
    text_printf(target, "/%s", http_escape(call->arena, id));
    if (object->expand)
        stripe_query(target, call, "expand[]", object->expand);
    yyjson_val *row;
    StripeAnswer answer = stripe_get(call, target->bytes, &row, err);
    if (answer != STRIPE_FOUND)
        return answer;
    return add_row(call, object, row, err) ? STRIPE_FOUND : STRIPE_FAILED;
}

/* ---- Lists ---- */

static const char *list_target(StripeCall *call, const StripeObject *object, const StripeCursor *cursor)
{
    AUTO(Text) *target = text_new(object->path);
    int64_t size = call->stripe->page_size;
    stripe_query_integer(target, call, "limit", object->limit && object->limit < size ? object->limit : size);
    if (object->expand)
        stripe_query(target, call, "expand[]", arena_format(call->arena, "data.%s", object->expand));
    if (object->by_creation && !call->job->full)
        stripe_query_integer(target, call, "created[gte]", call->job->since_ms / 1000);
    if (object->by_creation && cursor->until)
        stripe_query_integer(target, call, "created[lte]", cursor->until);
    return arena_copy(call->arena, target->bytes, target->length);
}

bool stripe_read_list(StripeCall *call, const StripeObject *object, StripeCursor *cursor, Error *err)
{
    StripeList list;
    const char *target = list_target(call, object, cursor);
    StripeAnswer answer = stripe_list(call, target, cursor->after, &list, err);
    if (answer == STRIPE_MISSING && cursor->after) {
        cursor_restart(cursor);
        return true;
    }
    if (answer != STRIPE_FOUND)
        return false;
    size_t i, n;
    yyjson_val *row;
    stripe_reserve_items(call, list.n_rows);
    yyjson_arr_foreach(list.data, i, n, row)
    {
        if (!add_row(call, object, row, err))
            return false;
    }
    if (!list.more)
        cursor_next_step(cursor);
    else if (!cursor_advance(cursor, list.last, list.last_created))
        return error_set(err, ERROR_TRANSIENT, "GET %s: the list runs in circles: '%s' came before", object->path,
                         list.last);
    return true;
}
