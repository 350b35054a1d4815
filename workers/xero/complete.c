#include "lib/text.h"
#include "workers/xero/xero.h"
#include <stdlib.h>
#include <string.h>

/* Rows with less than the whole of what they refer to: accounts and items by code, options by name, banks without a
 * currency. The lists that know are short and come in one answer; they are asked for only when a row needs them. */

typedef struct Completion {
    Rest *rest;
    const XeroList *list;
    yyjson_val **known;
    yyjson_mut_doc *doc;
    Error *err;
} Completion;

static bool needs(const XeroReference *reference, yyjson_val *object)
{
    return json_at(object, reference->by) && !json_at(object, reference->lacks);
}

static bool needs_any(const XeroList *list, yyjson_val *value)
{
    size_t i, n;
    yyjson_val *key, *item;
    for (size_t r = 0; yyjson_is_obj(value) && r < list->n_references; r++)
        if (needs(&list->references[r], value))
            return true;
    yyjson_obj_foreach(value, i, n, key, item)
    {
        if (yyjson_is_ctn(item) && needs_any(list, item))
            return true;
    }
    yyjson_arr_foreach(value, i, n, item)
    {
        if (needs_any(list, item))
            return true;
    }
    return false;
}

/* ---- Looking up ---- */

static bool read_known(Completion *completion, size_t r)
{
    const XeroReference *reference = &completion->list->references[r];
    yyjson_val *body;
    for (size_t i = 0; i < completion->list->n_references; i++)
        if (completion->known[i] && strcmp(completion->list->references[i].path, reference->path) == 0)
            completion->known[r] = completion->known[i];
    if (completion->known[r])
        return true;
    RestAnswer answer = xero_get(completion->rest, reference->path, 0, &body, completion->err);
    if (answer != REST_FOUND)
        return false;
    completion->known[r] = json_at(body, reference->rows);
    return yyjson_is_arr(completion->known[r]) ||
           error_set(completion->err, ERROR_DATA, "the answer has no %s", reference->rows);
}

static yyjson_val *find(yyjson_val *rows, const char *member, yyjson_val *value)
{
    size_t i, n;
    yyjson_val *row;
    yyjson_arr_foreach(rows, i, n, row)
    {
        if (!member || yyjson_equals(json_at(row, member), value))
            return row;
    }
    return NULL;
}

static yyjson_val *look_up(const XeroReference *reference, yyjson_val *known, yyjson_val *object)
{
    if (reference->within) {
        yyjson_val *parent = find(known, reference->within, json_at(object, reference->within));
        known = parent ? json_at(parent, reference->children) : NULL;
    }
    yyjson_val *found = find(known, reference->match, json_at(object, reference->by));
    return found && reference->take ? json_at(found, reference->take) : found;
}

/* ---- Filling in ---- */

static yyjson_mut_val *completed(Completion *completion, yyjson_val *value);

static bool fill_in(Completion *completion, yyjson_val *object, yyjson_mut_val *copy)
{
    for (size_t r = 0; r < completion->list->n_references; r++) {
        const XeroReference *reference = &completion->list->references[r];
        if (!needs(reference, object) || yyjson_mut_obj_get(copy, reference->lacks))
            continue;
        if (!read_known(completion, r))
            return false;
        yyjson_val *found = look_up(reference, completion->known[r], object);
        if (found)
            yyjson_mut_obj_add_val(completion->doc, copy, reference->lacks,
                                   yyjson_val_mut_copy(completion->doc, found));
    }
    return true;
}

static yyjson_mut_val *completed_object(Completion *completion, yyjson_val *object)
{
    size_t i, n;
    yyjson_val *key, *item;
    yyjson_mut_val *copy = yyjson_mut_obj(completion->doc);
    yyjson_obj_foreach(object, i, n, key, item)
    {
        yyjson_mut_val *own = completed(completion, item);
        if (!own)
            return NULL;
        yyjson_mut_obj_add(copy, yyjson_val_mut_copy(completion->doc, key), own);
    }
    return fill_in(completion, object, copy) ? copy : NULL;
}

/* NULL with err. */
static yyjson_mut_val *completed(Completion *completion, yyjson_val *value)
{
    size_t i, n;
    yyjson_val *item;
    if (yyjson_is_obj(value))
        return completed_object(completion, value);
    if (!yyjson_is_arr(value))
        return yyjson_val_mut_copy(completion->doc, value);
    yyjson_mut_val *copy = yyjson_mut_arr(completion->doc);
    yyjson_arr_foreach(value, i, n, item)
    {
        yyjson_mut_val *own = completed(completion, item);
        if (!own)
            return NULL;
        yyjson_mut_arr_append(copy, own);
    }
    return copy;
}

bool xero_complete(Rest *rest, const XeroList *list, yyjson_val **known, yyjson_val **row, Error *err)
{
    if (!needs_any(list, *row))
        return true;
    Completion completion = {rest, list, known, yyjson_mut_doc_new(NULL), err};
    yyjson_mut_val *copy = completed(&completion, *row);
    size_t length = 0;
    char *bytes = copy ? yyjson_mut_val_write(copy, YYJSON_WRITE_ALLOW_INVALID_UNICODE, &length) : NULL;
    yyjson_val *whole = bytes ? json_parse(rest->arena, bytes, length, err) : NULL;
    if (copy && !bytes)
        error_set(err, ERROR_DATA, "a row of %s cannot be written", list->rows);
    free(bytes);
    yyjson_mut_doc_free(completion.doc);
    *row = whole ? whole : *row;
    return whole != NULL;
}
