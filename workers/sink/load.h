/*
 * Load: a batch inside a transaction. Sorted rows go by COPY to the session's temporary table (that locks nothing);
 * then one string of statements, in one flush, stores, counts, moves the offset, finishes datasets and commits, so a
 * client that is frozen at any moment holds no row lock.
 *
 * Where nothing can be there yet (fresh.h) the COPY goes straight into the table. A client that is frozen then does
 * hold locks, on rows of its own partitions alone: who takes those over ends its session first.
 */
#pragma once
#include "lib/pg.h"
#include "workers/sink/batch.h"
#include "workers/sink/position.h"
#include "workers/sink/statements.h"

/* What one dataset's slice of one connection has in the batch. */
typedef struct Group {
    uint8_t connection[16], dataset[16];
    int64_t epoch;
    size_t n_rows;
} Group;

typedef enum Target { INTO_TEMP, INTO_TABLE } Target;

/* What the COPY held. */
typedef struct Content {
    Group *groups; /* by connection; on the batch's arena */
    size_t n_groups, capacity;
    size_t n_upserts, n_deletions;
    bool several; /* some key came with several epochs */
    Target target;
} Content;

/* Copies the good rows from `first` up to `end` of a sorted batch to `target`, leaving out those that another row of
 * the same slice supersedes; rows that cannot be decoded become bad. The transaction is open. `content` starts as {0}
 * and may be used again for the same batch. */
bool load_copy(Pg *pg, Batch *batch, size_t first, size_t end, Target target, Content *content, Error *err) MUST_CHECK;

/* Appends the statements that merge what was copied to the temporary table; the count of row versions written stays in
 * sink.written. */
void load_put_merge(Text *script, const DataType *type, const Content *content);
