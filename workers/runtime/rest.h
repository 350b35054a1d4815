/*
 * Rest: what sources of JSON over HTTP share: a call and its JSON answer, what a refusal means, query strings, the rows
 * of a page.
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

/* What one fetch or lookup works with. Borrowed. */
struct Rest {
    const SourceJob *job;
    const RestVendor *vendor;
    const char *url; /* base, without a slash at its end */
    Arena *arena;
    Page *page;        /* counts bytes, keeps the time of the first answer */
    int64_t waited_ms; /* for limits, so far */
};

/* GET `target` below the base, "/v1/charges?limit=100". FOUND: *body is an object or array, on the arena. FAILED and
 * MISSING: "GET /v1/charges: 403 code (call id): message", without the query and never with the credential. Short
 * limits are waited for here, at most 8 s a fetch: a page that needs fifty calls would else start anew at the first
 * refusal and never end. */
RestAnswer rest_get(Rest *rest, const char *target, yyjson_val **body, Error *err) MUST_CHECK;
/* The same with method, body and further headers (at most 4); `url` is the target. */
RestAnswer rest_send(Rest *rest, const HttpRequest *request, yyjson_val **body, Error *err) MUST_CHECK;

/* Adds "?key=value" or "&key=value", the value percent-encoded. */
void rest_query(Text *target, const Rest *rest, const char *key, const char *value);
void rest_query_integer(Text *target, const Rest *rest, const char *key, int64_t value);

/* Room for `n` items more than the page has; then one after the other. */
void rest_reserve(Rest *rest, size_t n);
void rest_add(Rest *rest, PageItem item);

/* A URL option such as "stripe-url", without slashes at its end; owned by the caller. NULL with ERROR_CONFIG. */
char *rest_url(const Config *config, const char *option, Error *err) MUST_CHECK;

/* A stored credential that cannot be one, most often for a line break at its end, is told apart from one that the
 * vendor refuses. False with ERROR_AUTH. */
bool rest_check_credential(const SourceJob *job, Error *err) MUST_CHECK;
