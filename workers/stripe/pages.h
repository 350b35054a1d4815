/*
 * Pages: one page of a list or of the events, and one object by its id.
 */
#pragma once
#include "workers/stripe/cursor.h"
#include "workers/stripe/streams.h"

/* The rows of a list answer, checked. */
typedef struct StripeList {
    yyjson_val *data;
    size_t n_rows;
    bool more;
    const char *last; /* id of the last row that has one; NULL: none has */
    int64_t last_created;
} StripeList;

/* The page of `target`'s list after the row `after` (NULL: the first). MISSING when `after` or the list is gone. An
 * empty page that promises more, a page without any id that promises more, and one that repeats `after` are
 * ERROR_TRANSIENT: neither going on nor stopping would be right. */
RestAnswer stripe_list(Rest *rest, const char *target, const char *after, StripeList *list, Error *err) MUST_CHECK;

/* One page of an object's list, then of the events of `stream`; moves the cursor. */
bool stripe_read_list(Rest *rest, const StripeObject *object, StripeCursor *cursor, Error *err) MUST_CHECK;
bool stripe_read_changes(Rest *rest, const StripeStream *stream, StripeCursor *cursor, Error *err) MUST_CHECK;

/* Appends the object as it is now to the page: a record, or its deletion. MISSING appends nothing. */
RestAnswer stripe_read_object(Rest *rest, const StripeObject *object, const char *id, Error *err) MUST_CHECK;
