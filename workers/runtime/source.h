/*
 * Source: what one vendor is, as one constant. The runtime owns claims, budgets, retries, mapping, emitting and
 * sweeping; a source says which streams it has and how to get the page after a cursor. Adding one is a folder, a table
 * and a fixture.
 */
#pragma once
#include "lib/config.h"
#include "lib/json.h"
#include "workers/runtime/http.h"
#include "workers/runtime/mapping.h"

/* One data type that the source offers. */
typedef struct Stream {
    const char *data_type; /* "commerce-orders" */
    bool incremental;      /* can read changes since a watermark; else every sync is a full one */
    bool lookup;           /* one record can be asked for by id: the sweep asks before it deletes */
    const void *details;   /* the source's own table row: paths, filters, mapping */
} Stream;

/* What a fetch works for. Borrowed for the call. */
typedef struct SourceJob {
    const Stream *stream;
    const char *company_id, *connection_id;
    yyjson_val *settings;     /* the connection's public settings, an object or NULL */
    const Secret *credential; /* API key or access token */
    bool full;
    int64_t since_ms; /* incremental: the watermark (already less the look-back); 0 when full */
    Http *http;
    void *state; /* the source's own, one a process */
} SourceJob;

/* One record of a page, or one deletion. */
typedef struct PageItem {
    const Mapping *mapping;
    yyjson_val *json;       /* NULL for a deletion                                                       */
    const char *deleted_id; /* the canonical id (with its entity prefix)                                 */
    const char *id_hint;    /* for dead letters when mapping fails before the id is known; may be NULL  */
    int64_t source_version; /* one unit for upserts and deletions of a data type; 0: the source has none */
} PageItem;

typedef struct Page {
    PageItem *items; /* on the arena */
    size_t n_items;
    const char *next;       /* the cursor after this page, at most 8 KiB; NULL or "": the stream is read to its end */
    int64_t source_time_ms; /* the vendor's clock in the answer: the next watermark comes from the first page's */
    int64_t bytes;          /* of JSON read */
} Page;

typedef struct Source {
    const char *name; /* folder, binary, topic infix and metric label */
    const Option *options;
    size_t n_options;
    const Stream *streams;
    size_t n_streams;
    size_t state_size;
    int64_t look_back_ms;    /* late visibility: taken off the watermark */
    int64_t changes_kept_ms; /* an older watermark means a full sync; 0: no limit */
    bool (*open)(void *state, const Config *config, Error *err) MUST_CHECK; /* `state` arrives zeroed; binds mappings */
    /* The page after `cursor` ("" at the start). Everything in `page` lives on the arena. Errors by kind: AUTH,
     * PERMISSION, UNSUPPORTED, THROTTLED (with retry_after_ms when known), TRANSIENT, DATA (this page cannot be read at
     * all). A page that returns its own cursor is refused by the runtime. */
    bool (*fetch)(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err) MUST_CHECK;
    /* By id, for streams with `lookup`: page->n_items is 1 (it lives, or is deleted) or 0 (gone). */
    bool (*lookup)(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err);
    void (*close)(void *state); /* also after a failed open */
} Source;

/* The whole of a worker's main(). */
int worker_main(const Source *source, int argc, char **argv);
