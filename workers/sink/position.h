/*
 * Position: how far one assigned partition is stored, and the fence that proves it is ours. Both live in its row of
 * control.sink_offset; whoever takes the partition over raises the fence, and from then on nobody else's transaction
 * moves the offset.
 *
 * The row is made with the first stream of the partition, never by the sink. A partition without one has no stream, so
 * nothing that lies there belongs to anybody: it is read from its beginning and held at the first message until the row
 * exists. So nothing is lost when the row comes a moment later, and garbage is neither stored nor dead-lettered twice.
 */
#pragma once
#include "lib/pg.h"
#include "proto/data_types.h"

typedef struct Position {
    const DataType *type;
    int32_t partition;
    int writer;            /* the index of the only writer that stores it            */
    int64_t next;          /* stored up to here, as far as we know                    */
    int64_t fence;         /* ours; NO_FENCE: the row is not there yet                */
    int64_t taken;         /* read up to here                                         */
    int64_t told;          /* to Kafka                                                */
    int64_t held_until_ms; /* then it is read again, from `next`; 0: not held */
    bool paused;
} Position;

enum { NO_FENCE = -1 };

typedef struct Positions {
    Position *items;
    size_t n;
} Positions;

/* NULL: not assigned. Pointers hold until positions_clear(). */
Position *positions_find(const Positions *positions, const char *topic, int32_t partition);
/* All at once; no position may be in use. */
void positions_set(Positions *positions, const Position *items, size_t n);
void positions_clear(Positions *positions);

/* Ends the backends that hold these positions' rows (a frozen sink might hold locks) and takes them over in one UPDATE
 * that also reads `next`. A position that has a fence is only taken if that is still the row's: else ERROR_LOST,
 * another sink has it. Those without a row stay as they are. One whose `next` went back, because a crash of the server
 * undid a commit that was not on its disk yet, is held: what was lost has to be read again, though nothing new comes.
 */
bool positions_take(Pg *pg, Position *const *positions, size_t n, Error *err) MUST_CHECK;

/* Says that nobody holds them, so that the next owner ends nobody's backend. */
bool positions_release(Pg *pg, Position *const *positions, size_t n, Error *err) MUST_CHECK;
