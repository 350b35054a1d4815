/*
 * Rest: what sources of JSON over HTTP share: the source's state, a call and its JSON answer, what a refusal means,
 * query strings, the rows of a page.
 */
#pragma once
#include "lib/text.h"
#include "workers/runtime/call.h"

typedef struct Rest Rest;

typedef enum RestAnswer {
    REST_FAILED, /* err is set */
    REST_FOUND,
    REST_MISSING, /* the object that was asked for, or the one after which to go on, is not there; err is set too */
} RestAnswer;

/* What an answer other than 200 means. Texts live on the arena or are static, "" when the vendor does not say. */
typedef struct RestRefusal {
    RestAnswer answer; /* FOUND: no refusal at all, such as 304; the body is NULL then */
    ErrorKind kind;
    int64_t retry_after_ms;     /* when there is no Retry-After; 0: not known */
    const char *code, *message; /* the vendor's own words */
} RestRefusal;

/* What is the vendor's own about a call. */
typedef struct RestVendor {
    const char *id_header;      /* of an answer: names the call for the vendor's support; in every error's text */
    const char *const *headers; /* sent with each request */
    size_t n_headers;
    /* One more, made of the job: "" for none, NULL with err. May be NULL. */
    const char *(*job_header)(const Rest *rest, Error *err);
    /* `body` is NULL when it was no JSON; `attempt` counts the refusals of this request so far. */
    RestRefusal (*refusal)(const Rest *rest, const HttpResponse *response, yyjson_val *body, int attempt);
} RestVendor;

/* What a status means where the vendor says no more: 401 AUTH, 403 PERMISSION, 404 UNSUPPORTED, 429 THROTTLED, 5xx
 * TRANSIENT; all else is `otherwise`. */
ErrorKind rest_kind(int status, ErrorKind otherwise);

/* The source's state, one a process: it stands for Source.state_size. */
typedef struct RestState {
    char *url;         /* option <name>-url, without a slash at its end; owned */
    int64_t page_size; /* option <name>-page-size */
} RestState;

/* Reads both options, for Source.open(). False with ERROR_CONFIG. */
bool rest_open(RestState *state, const Config *config, const char *name, Error *err) MUST_CHECK;
void rest_close(void *state); /* Source.close() */

/* What one fetch or lookup works with. Borrowed. */
struct Rest {
    const SourceJob *job;
    const RestVendor *vendor;
    const char *url; /* base, without a slash at its end */
    Arena *arena;
    Page *page;        /* counts bytes, keeps the time of the first answer */
    int64_t waited_ms; /* for limits, so far */
};

/* For a fetch or lookup. A stored credential that cannot be one, most often for a line break at its end, is told apart
 * from one that the vendor refuses. False with ERROR_AUTH. */
bool rest_begin(Rest *rest, const RestVendor *vendor, const SourceJob *job, Arena *arena, Page *page,
                Error *err) MUST_CHECK;

/* The connection's setting that names the tenant, made of these characters only, since it stands in URLs and headers.
 * NULL with ERROR_DATA: "the connection's setting realmId is no company of QuickBooks: link it again". */
const char *rest_setting(const Rest *rest, const char *name, const char *characters, const char *what, Error *err);

/* GET `target` below the base, "/v1/charges?limit=100". FOUND: *body is an object or array, on the arena. FAILED and
 * MISSING: "GET /v1/charges: 403 code (call id): message", without the query and never with the credential. Short
 * limits are waited for here, at most 8 s a fetch: a page that needs fifty calls would else start anew at the first
 * refusal and never end. */
RestAnswer rest_get(Rest *rest, const char *target, yyjson_val **body, Error *err) MUST_CHECK;
/* The same with method, body and further headers (at most 4); `url` is the target. */
RestAnswer rest_send(Rest *rest, const HttpRequest *request, yyjson_val **body, Error *err) MUST_CHECK;

/* What a lookup answers when its object was not FOUND: true when it is MISSING, since gone is an answer too; err is
 * clear then. */
bool rest_is_gone(RestAnswer answer, Error *err) MUST_CHECK;

/* Adds "?key=value" or "&key=value", the value percent-encoded. */
void rest_query(Text *target, const Rest *rest, const char *key, const char *value);
void rest_query_integer(Text *target, const Rest *rest, const char *key, int64_t value);

/* Appends to the page. */
void rest_add(Rest *rest, PageItem item);
/* Appends the object that was written, without its last bracket. False with ERROR_DATA. */
bool rest_add_written(Rest *rest, JsonWriter *writer, const Mapping *mapping, const char *id, Error *err) MUST_CHECK;

/* The canonical id of a row, with its prefix; NULL when it has none. */
const char *rest_id(const Rest *rest, yyjson_val *row, const char *member, const char *prefix);
/* The first text that is there and not empty: REST_TEXT(rest, body, "Detail", "detail"); "" when there is none, or no
 * JSON at all. On the arena. */
const char *rest_first_text(const Rest *rest, yyjson_val *json, const char *const *paths);
#define REST_TEXT(rest, json, ...) rest_first_text((rest), (json), (const char *const[]){__VA_ARGS__, NULL})
