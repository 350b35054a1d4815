/*
 * Record path: which data type, and which record, a path of the API means.
 */
#pragma once
#include "lib/arena.h"
#include "proto/data_types.h"

typedef struct RecordPath {
    const DataType *type;
    const char *id;            /* one record; NULL: the list, or the only one */
    const char *parent;        /* the record above, such as a bank account's id; NULL: none */
    const char *parent_column; /* where the type's table has it */
    bool single;               /* the type has one record: the answer is an object */
} RecordPath;

/* Parses what stands after …/data/, decoded. Texts live on the arena. False: no such path. */
bool record_path_parse(RecordPath *out, const char *path, bool by_company, Arena *arena);
