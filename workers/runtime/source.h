/*
 * Source: what one vendor is, as one constant. The runtime owns claims, budgets, retries, mapping, emitting and
 * sweeping; a source says which streams it has and how to get the page after a cursor. Adding one is a folder, a table
 * and a fixture.
 */
#pragma once
#include "lib/config.h"
#include "lib/json.h"
#include "lib/oauth.h"
#include "proto/job.h"
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
    const Secret *credential; /* API key, or an access token that is fresh for each fetch */
    JobClass job_class;
    bool full;
    int64_t since_ms; /* incremental: the watermark (already less the look-back); 0 when full */
    Http *http;
    struct Quota *quota;       /* NULL: no limits are kept */
    const struct Slice *slice; /* the runtime's: what waits for a place hears of its end; NULL: it has none */
    void *state;               /* the source's own, one a process */
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
    bool start_over;        /* incremental: what changed cannot be told; the sync becomes a full one from its start, and
                               this page is not used */
} Page;

typedef enum LimitScope {
    LIMIT_TENANT, /* what one app may do with one organisation */
    LIMIT_APP,    /* what it may do in all */
} LimitScope;

enum { LIMIT_PART_SIZE = 40 };

/* One of the vendor's limits. Every request counts in each that applies. */
typedef struct Limit {
    const char *name; /* "minute": in metrics, `tributary quota` and Redis */
    LimitScope scope;
    int64_t most;
    int64_t window_ms;       /* a moving window; 0: requests in flight                                 */
    const char *left_header; /* says how many are left; NULL: the vendor does not say                  */
    const char *problem;     /* what the source's problem_header says when it is this one; NULL: nothing */
    bool (*applies)(const SourceJob *job);                             /* NULL: always */
    int64_t (*cost)(const SourceJob *job, const HttpRequest *request); /* how much of it a request takes; NULL: 1 */
    /* Where each of the vendor's operations has a limit of its own: which one this is; false: none. NULL: one limit. */
    bool (*part)(const HttpRequest *request, char part[LIMIT_PART_SIZE]);
} Limit;

typedef struct Source {
    const char *name;        /* folder, binary, topic infix and metric label */
    const char *title;       /* "QuickBooks Online": for people */
    const char *source_type; /* Accounting, Banking, Commerce */
    const OAuth *oauth;      /* NULL: API keys */
    const Limit *limits;
    size_t n_limits;
    const char *problem_header; /* of a 429: names the limit; NULL: the vendor does not say */
    const char *tenant_setting; /* the connection's setting that names the organisation; NULL: the connection is it */
    const Option *options;
    size_t n_options;
    const Stream *streams;
    size_t n_streams;
    size_t state_size;
    int64_t look_back_ms;    /* late visibility: taken off the watermark */
    int64_t changes_kept_ms; /* an older watermark means a full sync; 0: no limit */
    bool (*open)(void *state, const Config *config, Error *err) MUST_CHECK; /* `state` arrives zeroed; binds mappings */
    /* The page after `cursor` ("" at the start). Everything in `page` lives on the arena. Errors by kind: AUTH (the
     * credential is refused: an access token is refreshed and the page asked for once more), PERMISSION, UNSUPPORTED,
     * THROTTLED (with retry_after_ms when known), TRANSIENT, DATA (this page cannot be read at all). A page that
     * returns its own cursor is refused by the runtime. */
    bool (*fetch)(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err) MUST_CHECK;
    /* By id, for streams with `lookup`: page->n_items is 1 (it lives, or is deleted) or 0 (gone). */
    bool (*lookup)(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err);
    void (*close)(void *state); /* also after a failed open */
} Source;

/* The whole of a worker's main(). */
int worker_main(const Source *source, int argc, char **argv);
