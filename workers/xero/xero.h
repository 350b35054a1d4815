/*
 * Xero: one call to the vendor, and what its lists are. Every call names the organisation that it is about.
 */
#pragma once
#include "workers/runtime/rest.h"

typedef enum XeroPaging {
    XERO_WHOLE,  /* all in one answer */
    XERO_PAGED,  /* pages, and what changed since a second; without a page the rows come without their lines */
    XERO_OFFSET, /* a hundred behind a number, until there are none */
} XeroPaging;

/* A member that a row may lack, for which another list knows what to say: where an object has `by` and lacks `lacks`,
 * it gets member `take` (NULL: the whole) of the object in the other list whose `match` is the same. */
typedef struct XeroReference {
    const char *by, *lacks;
    const char *path, *rows; /* of the other list */
    const char *match;       /* NULL: its first object */
    const char *take;
    const char *within, *children; /* match among the children of the object that has the same `within`; NULL */
} XeroReference;

/* One list of Xero's, behind a data type of ours. */
typedef struct XeroList {
    const char *path; /* below /api.xro/2.0, with what it always asks for */
    const char *rows; /* member of the answer */
    XeroPaging paging;
    const Mapping *mapping;        /* NULL: only its children are records */
    const char *id, *prefix;       /* member of a row; what our ids begin with */
    bool (*keep)(yyjson_val *row); /* whether it is a record of this type; NULL: each is */
    const XeroReference *references;
    size_t n_references;
    const char *children, *child_id, *child_prefix; /* each a record, with "Of": its row */
    const Mapping *child;
    bool (*loses)(yyjson_val *row); /* whether a changed row may have lost children, which leaves no trace */
    bool tiered;                    /* sold apart: without it the list is empty */
} XeroList;

/* What is behind Stream.details. */
typedef struct XeroStream {
    const XeroList *lists; /* read in this order */
    size_t n_lists;
    bool (*read_whole)(Rest *rest, Error *err); /* one page has it all; NULL: page by page */
    const char *report;                         /* of statements: path and mapping */
    const Mapping *mapping;
} XeroStream;

extern const RestVendor xero_vendor;

/* GET /api.xro/2.0<path>, as of the answer's own time, what changed after `since_ms` (0: all). *body is NULL when
 * nothing did. */
RestAnswer xero_get(Rest *rest, const char *path, int64_t since_ms, yyjson_val **body, Error *err) MUST_CHECK;

/* An array of rows is in the answer; else ERROR_DATA. */
bool xero_rows(yyjson_val *body, const XeroList *list, yyjson_val **rows, Error *err) MUST_CHECK;

/* Fills in what a row's references lack; *row is replaced. Lists that are needed for it are read once a page: `known`
 * holds them, one for each reference, NULL at first. */
bool xero_complete(Rest *rest, const XeroList *list, yyjson_val **known, yyjson_val **row, Error *err) MUST_CHECK;

/* One page of the stream's lists into rest->page, with the cursor of the next. */
bool xero_read_page(Rest *rest, const XeroStream *stream, const char *cursor, Error *err) MUST_CHECK;
/* A record as it is now, by its canonical id; nothing when it is gone. */
bool xero_read_one(Rest *rest, const XeroStream *stream, const char *id, Error *err) MUST_CHECK;

bool xero_read_company(Rest *rest, Error *err) MUST_CHECK;
bool xero_read_statement(Rest *rest, Error *err) MUST_CHECK;
