/*
 * Call: one request to the emulated API on its way through: who asks, what for, and the answer. Functions that return
 * false have written the vendor's error.
 */
#pragma once
#include "infra/sandbox/stripe_render.h"
#include "infra/sandbox/struck.h"

/* What a list may be narrowed by. */
typedef enum FilterType {
    FILTER_TIME,      /* name, name[gt], name[gte], name[lt], name[lte] */
    FILTER_REFERENCE, /* the id of an object of `kind`                  */
    FILTER_FLAG,      /* true or false                                  */
    FILTER_CURRENCY,
    FILTER_WORD,  /* a word that `word` gives for the item */
    FILTER_WORDS, /* one of several: name[]                */
    FILTER_UNSET, /* known to the vendor, and nothing here has it: no match */
} FilterType;

typedef struct Filter {
    const char *name;
    FilterType type;
    size_t offset; /* of the member */
    Kind kind;
    const char *(*word)(const Business *business, const void *item);
} Filter;

typedef struct Collection {
    const char *path, *object; /* "terminal/locations", "terminal.location" */
    const char *permission;    /* "customer": the words of restricted keys use it as "customers" too */
    Kind kind;                 /* KIND_NONE: events */
    Renderer *render;
    const Filter *filters;
    size_t n_filters;
    const char *missing_param; /* param of a 404 */
} Collection;
extern const Collection collections[];
extern const size_t n_collections;
const Collection *collection_of_kind(Kind kind);
const Collection *collection_of_path(const char *path);
/* Can `name` be expanded in an object of this kind, and to what? KIND_NONE: to a list or a thing without more to
 * expand. */
bool can_expand(Kind kind, const char *name, Kind *target);

enum { CONDITIONS = 12, CONDITION_WORDS = 24 };
typedef struct Condition {
    const Filter *filter;
    int64_t from, until; /* FILTER_TIME: from <= t < until */
    int64_t value;
    const char *words[CONDITION_WORDS];
    int n_words;
} Condition;

typedef struct Query {
    int limit; /* 1..100 */
    const char *after, *before;
    Condition conditions[CONDITIONS];
    int n_conditions;
    Expand expand;
} Query;

typedef struct Call {
    World *world;
    Account *account;
    Request *request;
    Response *response;
    Key key;
    const char *key_text;
    Render render;
    Struck struck;
    const char *operation; /* static, for counters and limits */
} Call;

/* Writes {"error":{…}}; always false. code and param may be NULL. */
bool stripe_fail(Call *call, int status, const char *code, const char *param, const char *format, ...)
    PRINTF_LIKE(5, 6);
bool stripe_fail_typed(Call *call, int status, const char *type, const char *code, const char *param,
                       const char *message);
bool stripe_missing(Call *call, int status, const char *object, const char *param, const char *id);

/* Reads the query string of a list (`collection` NULL: a list without filters) or, with `list` false, of a single
 * object, where only expand[] is allowed. */
bool query_read(Call *call, const Collection *collection, bool list, Query *query);
bool query_matches(const Query *query, const Business *business, const void *item);

/* Finds key, account, permission; strikes faults and limits. */
bool stripe_admit(Call *call);
bool stripe_permitted(Call *call, const char *permission);

/* Lists. */
void list_collection(Call *call, const Collection *collection, const Query *query, const char *url);
void list_lines(Call *call, int invoice, const Query *query, const char *url);
void list_methods(Call *call, const Query *query);

/* Faults that spoil single records: called after each object was written, from `start` in the body. */
void spoil_record(Call *call, const char *id, size_t start);
/* Faults that spoil the whole answer. */
void spoil_answer(Call *call);
