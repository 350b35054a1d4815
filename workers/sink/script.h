/*
 * Script: the statements that end a batch's transaction, in one string, each with a snapshot of its own. Rows of
 * control are locked in the order that all programs keep: stream (shared), sink_offset, dataset, stream.
 */
#pragma once
#include "workers/sink/load.h"

/* `moves`: where the batch reaches, in the order of `positions`. Ends with COMMIT. */
void script_put(Text *script, PGconn *conn, const Batch *batch, const Content *content, Position *const *positions,
                const Reach *moves, size_t n_moves);

/* What the script raises when an offset or a fence is not what we hold: another sink took over. */
#define SCRIPT_LOST "TR001"
/* And when rows went straight into a table that should have been merged: the stream is not fresh, or drops them. */
#define SCRIPT_NOT_FRESH "TR002"
