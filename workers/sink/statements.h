/*
 * Statements: the SQL of one data type, made once from its columns. Rows travel by COPY into a temporary table of the
 * session and from there by MERGE, or straight into the table; columns stand in one order everywhere:
 *     connection_id, id, the message's, generation, source_version, epoch, content_hash, is_deleted, dataset_id
 * (dataset_id is the temporary table's alone).
 */
#pragma once
#include "lib/text.h"
#include "proto/data_types.h"

typedef struct Statements {
    char *temp;                 /* "pg_temp.sink_commerce_orders"                     */
    char *create_temp;          /* once a session; each commit empties it             */
    char *copy_temp;            /* from stdin, binary, n_columns a row                */
    char *copy_table;           /* the same into the table, without dataset_id        */
    char *merge;                /* upserts                                            */
    char *merge_best;           /* the same where one key comes with several epochs   */
    char *merge_deletions;      /* deletions, after the upserts                       */
    char *merge_best_deletions; /* the same where one key comes with several epochs   */
    int n_columns;
} Statements;

/* Lives as long as the program. */
const Statements *statements_of(const DataType *type);

/* The condition, from " and" on, under which something of epoch b.epoch may land in its stream s: what an earlier sync
 * or a slice that was taken over left behind never does. */
void statements_put_welcome(Text *sql);
