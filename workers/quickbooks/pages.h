/*
 * Pages: lists by query, changes by CDC, one object by its id.
 */
#pragma once
#include "workers/quickbooks/quickbooks.h"

/* The entities of a data type, behind Stream.details. */
typedef struct QbStream {
    const QbEntity *entities; /* read in this order */
    size_t n_entities;
    bool (*read_whole)(Rest *rest, Error *err); /* one page has it all; NULL: page by page */
    const char *report;                         /* of statements: its name and its mapping */
    const Mapping *mapping;
} QbStream;

/* Where the reading of a list stands. Texts are borrowed. */
typedef struct QbCursor {
    size_t entity;
    int64_t start;    /* 1-based position of the next page; 0: the first */
    const char *last; /* id of the last row that was read, with which that page is to begin; NULL: none was */
} QbCursor;

/* The next page. rows[*fresh …] were not read before; none may be, and there may be more. */
bool qb_read_rows(Rest *rest, const QbEntity *entity, QbCursor *cursor, yyjson_val **rows, size_t *fresh, bool *more,
                  Error *err) MUST_CHECK;

/* One page of the stream's lists into rest->page, with the cursor of the next. */
bool qb_read_page(Rest *rest, const QbStream *stream, const char *cursor, Error *err) MUST_CHECK;
/* All that changed since job->since_ms, in one page. */
bool qb_read_changes(Rest *rest, const QbStream *stream, Error *err) MUST_CHECK;
/* A record as it is now, by its canonical id; nothing when it is gone. */
bool qb_read_one(Rest *rest, const QbStream *stream, const char *id, Error *err) MUST_CHECK;
