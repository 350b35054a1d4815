/*
 * Completion: the worker's last 4b and the sink's transaction meet (PROTOCOL, Complete means the rows are there). Each statement
 * of Postgres has its own snapshot: what others have committed when it begins, and what its own transaction wrote; a statement
 * that waited for a lock sees the locked row as it is then, and everything else as before. The dataset
 * had no record, one or two; one that had one may have an empty last slice. The sink stores at least those.
 *
 * Checked: Complete only when the sink has passed the dataset's end; and in the end it is Complete, once, without the reconciler.
 */

/* Committed: the sink's offset, the dataset's row. */
byte next_offset, end_offset;
bool processing, complete, empty_slice;

/* What each side has written and not yet committed, and the lock of the sink_offset row. */
bool worker_moved, worker_completes, sink_completes;
byte sink_next;
byte share_locks;
bool locked;
byte completions;

#define REACHED(next) ((next) >= end_offset || end_offset == 0)
#ifdef EMPTY_BY_SLICE
#define ROWS_IN(next) (REACHED(next) || empty_slice)
#else
#define ROWS_IN(next) REACHED(next)
#endif

proctype Worker()
{
#ifndef NO_ROW_LOCK
    atomic { !locked -> share_locks++ }
#endif
    worker_moved = true;
    atomic { worker_completes = ROWS_IN(next_offset) }
    atomic {
        processing = !worker_completes;
        complete = worker_completes;
        completions = completions + worker_completes;
        assert(!complete || REACHED(next_offset));
        share_locks = 0
    }
}

proctype Sink()
{
    bool seen_processing;

    do
    :: next_offset < 2 ->
        seen_processing = processing; /* the snapshot with which the statement begins */
#ifdef OFFSET_ROW_BY_SINK
        atomic { !locked && (share_locks == 0 || next_offset == 0) -> locked = true; sink_next = next_offset + 1 } /* FOR SHARE met no row */
#else
        atomic { !locked && share_locks == 0 -> locked = true; sink_next = next_offset + 1 }
#endif
        atomic {
#ifndef ONE_STATEMENT
            seen_processing = processing; /* a statement of its own: a snapshot of its own */
#endif
            sink_completes = seen_processing && REACHED(sink_next)
        }
        atomic {
            next_offset = sink_next;
            if
            :: sink_completes -> processing = false; complete = true; completions++
            :: else
            fi;
            assert(!complete || REACHED(next_offset));
            locked = false;
            sink_completes = false;
            seen_processing = false
        }
    :: next_offset >= end_offset -> break /* other datasets' records may follow, or not */
    od
}

init
{
    atomic {
        if
        :: end_offset = 0
        :: end_offset = 1
        :: end_offset = 1; empty_slice = true
        :: end_offset = 2
        fi;
        run Worker();
        run Sink()
    }
    atomic {
        _nr_pr == 1 ->
        assert(complete);
        assert(completions == 1)
    }
}
