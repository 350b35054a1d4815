/*
 * Data types: one row for each of the 43 kinds of record. From here everybody takes a type's topic, table, schema id
 * and message, so that they cannot disagree. The ids are fixed for ever: readers outside keep them in their registries.
 */
#pragma once
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum Family {
    FAMILY_ACCOUNTING,
    FAMILY_BANKING,
    FAMILY_COMMERCE,
} Family;

typedef struct DataType {
    const char *key; /* "commerce-orders": in jobs, record keys, rows and the API */
    Family family;
    uint32_t schema_id; /* in the frame of every record */
    const char *topic;  /* "records.commerce.orders" */
    const char *table;  /* "commerce.orders" */
    const ProtobufCMessageDescriptor *message;
    bool by_company;  /* the API reads it at companies/{c}/data/<path>, */
    const char *path; /* else at companies/{c}/connections/{k}/data/<path> */
} DataType;

/* Schema ids of messages that are no records. */
enum {
    SCHEMA_JOB = 1,
    SCHEMA_DATASET_EVENT = 2,
    SCHEMA_CONTROL_MESSAGE = 3,
    SCHEMA_DEAD_LETTER = 4,
};

/* All rows, in the order of schema ids: by family, then by key. */
extern const DataType data_types[];
extern const size_t n_data_types;

/* NULL when there is none of that name. */
const DataType *data_type_by_key(const char *key);
const DataType *data_type_by_topic(const char *topic);
const DataType *data_type_by_schema_id(uint32_t schema_id);

/* "accounting", "banking", "commerce" */
const char *family_name(Family family);

/* The message behind any schema id, records and others; NULL for an id that was never given out. */
const ProtobufCMessageDescriptor *schema_message(uint32_t schema_id);
