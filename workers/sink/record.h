/*
 * Record: what stands around a record's value on its topic: the key "connection/type/id" and the headers "version"
 * (generation.source_version.epoch), "dataset" (a uuid) and "traceparent".
 */
#pragma once
#include "lib/error.h"
#include <stddef.h>
#include <stdint.h>

enum { RECORD_ID_MAX = 2048 }; /* bytes; the primary key's index takes no more than 2,700 */

/* Decides between two contents of one key: the larger version holds. */
typedef struct Version {
    int32_t generation;
    int64_t source_version, epoch;
} Version;

typedef struct RecordKey {
    uint8_t connection[16];
    const char *type, *id; /* into the key's bytes */
    size_t type_length, id_length;
} RecordKey;

/* False with ERROR_DATA: what is wrong with it. The id is UTF-8 without NUL and may hold '/'. */
bool record_key_parse(RecordKey *key, const char *bytes, size_t length, Error *err) MUST_CHECK;
bool record_version_parse(Version *version, const char *bytes, size_t length, Error *err) MUST_CHECK;

/* Below, equal or above 0, as generation, then source version, then epoch have it. */
int version_compare(const Version *a, const Version *b);
