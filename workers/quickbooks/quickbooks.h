/*
 * QuickBooks: one call to the vendor. A realm is a company; every path is below it.
 */
#pragma once
#include "workers/runtime/rest.h"

/* What QuickBooks calls one kind of object. */
typedef struct QbEntity {
    const char *name;  /* in queries; in lower case in the path of one object */
    const char *key;   /* of its rows in answers; NULL: the name */
    const char *where; /* NULL: all */
    const Mapping *mapping;
    const char *prefix;            /* before its ids, where entities share a data type; else "" */
    bool (*keep)(yyjson_val *row); /* whether it is a record of ours at all; NULL: each is */
} QbEntity;

extern const RestVendor quickbooks_vendor;

/* The setting realmId; NULL with ERROR_DATA when it is none. */
const char *qb_realm(const Rest *rest, Error *err);

/* GET /v3/company/<realm>/<path>; the minor version is added. */
RestAnswer qb_get(Rest *rest, const char *path, yyjson_val **body, Error *err) MUST_CHECK;

/* One page of a query from the 1-based `start` on, in the order of their ids. *rows is an array, or NULL when there are
 * none: then the answer has no member for them. */
bool qb_query(Rest *rest, const QbEntity *entity, int64_t start, yyjson_val **rows, Error *err) MUST_CHECK;

static inline const char *qb_key(const QbEntity *entity)
{
    return entity->key ? entity->key : entity->name;
}
