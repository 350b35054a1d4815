/*
 * Statements: the SQL of one data type, made once from its columns. Rows travel by COPY into a temporary table of the
 * session and from there by MERGE; columns stand in one order everywhere:
 *     connection_id, id, the message's, generation, source_version, epoch, content_hash, is_deleted[, dataset_id]
 */
#pragma once
#include "proto/data_types.h"

typedef struct Statements {
    char *create_temp; /* once a session; emptied by each commit              */
    char *copy_temp;
    char *merge;      /* upserts                                           */
    char *merge_best; /* the same where one key comes with several epochs  */
    char *merge_deletions;
    char *merge_best_deletions;
    char *temp;    /* "pg_temp.sink_commerce_orders" */
    int n_columns; /* of copy_temp */
} Statements;

/* Lives as long as the program. */
const Statements *statements_of(const DataType *type);
