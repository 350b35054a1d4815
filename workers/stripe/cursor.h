/*
 * Cursor: where the reading of a stream stands, as the small JSON text that the dataset's row keeps between slices.
 */
#pragma once
#include "workers/runtime/source.h"

/* Everything is read step by step: a list for each kind of object, then the events. */
typedef struct StripeCursor {
    size_t step;
    const char *after; /* id of the last row of the list; NULL: from its newest */
    int64_t created;   /* of that row; 0: it has none */
    int64_t until;     /* only rows created up to then, after a restart; 0: all */
    int64_t pages;     /* of the list, since `after` was last NULL */
    const char *mark;  /* a last row of before, to notice a list that runs in circles */
} StripeCursor;

/* "" is the start. Texts live on the arena. False with ERROR_INTERNAL for a text that we cannot have written. */
bool cursor_read(StripeCursor *cursor, const char *text, Arena *arena, Error *err) MUST_CHECK;
const char *cursor_write(const StripeCursor *cursor, Arena *arena);

/* Moves past a page whose last row is `last`. False when the list runs in circles. */
bool cursor_advance(StripeCursor *cursor, const char *last, int64_t created);
void cursor_next_step(StripeCursor *cursor);
/* The row `after` was deleted meanwhile: begins the list again, where rows have a creation date from that row's on. */
void cursor_restart(StripeCursor *cursor);
