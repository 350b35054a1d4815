/*
 * Content: what becomes of one record of the source on its way through topic and sink (PROTOCOL, Records and versions, Sink,
 * Sweep). Full syncs of one stream, one after the other: a slice that reads the record on two pages, and a sweep. Two workers,
 * each of which may be a zombie; two sinks, each of which may be frozen with a batch in its hands. Meanwhile the record
 * changes, or is deleted. Claims need no messages here: slices.pml is about those.
 *
 * Checked: once a dataset is Complete, and ever after, the row is as the source had it at the watermark or later; no row goes
 * back to older content, none that was deleted rises; when nothing moves any more, every dataset has ended.
 */
#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef DATASETS
#define DATASETS 2
#endif
#define MOST 14 /* records in the topic */

#define HAS(set, i) (((set) >> (i)) & 1)
#define ADD(set, i) set = set | (1 << (i))

mtype = { FETCHING, PROCESSING, SWEEPING, SWEPT, ENDED };

/*
 * The source: content 1 at first; 2, or 0 (it is gone), once it has changed. Where it has versions, the second page may come
 * from a replica that lags.
 */
bool changed, deletes, versioned;
#define CONTENT       (changed -> (deletes -> 0 : 2) : 1)
#define VERSION(what) (versioned -> what : 0)

/* The stream, its dataset, the epochs that saw the record, and the row. Epoch 1 is of a sync before all this. */
byte floor_epoch, first_row_epoch, n_datasets = 1, claims = 1, epoch, first_epoch, owner, end_offset;
short void_epochs, seen;
mtype status = FETCHING;
bool owner_dead, watermark_next, watermark, complete;
bool there;
byte content, row_epoch; /* content 0: is_deleted */

/* The topic, where the sink stands, and which sink Kafka gives the partition to. */
byte log_content[MOST], log_epoch[MOST];
byte n_log, next_offset, fence, holder;

/* On their way, and not acknowledged; stray: of a producer that was given up. */
chan sent[2] = [3] of { byte, byte };
chan stray = [4] of { byte, byte };
byte reach[2]; /* by worker: the offset behind its last acknowledged record */

byte faults; /* still to come in this run */

#define CAN_FAIL (faults > 0)
#define LIVE     (there && content != 0)
#define OPEN     (status != ENDED)

#define OLD_ROWS (first_row_epoch != 0 && first_row_epoch < first_epoch)
#ifdef SWEEP_OLD_ROWS_ONLY
#define MUST_SWEEP OLD_ROWS
#else
#define MUST_SWEEP (OLD_ROWS || void_epochs != 0) /* a slice that was repeated may have brought what the repetition lacks */
#endif

inline check_row()
{
    assert(!complete || !watermark || (deletes -> !LIVE : LIVE && content == 2)); /* the change was in it, and stays */
    assert(!complete || watermark || deletes || LIVE)                             /* nothing lost */
}

inline end_dataset()
{
    status = ENDED;
    owner = 0;
    owner_dead = false;
    seen = 0
}

inline finish()
{
    if
    :: (status == PROCESSING || status == SWEPT) && next_offset >= end_offset ->
        if
        :: status == PROCESSING && MUST_SWEEP -> status = SWEEPING
        :: else ->
            end_dataset();
            complete = true;
            watermark = watermark_next;
            floor_epoch = (floor_epoch > epoch -> floor_epoch : epoch);
            void_epochs = 0;
            check_row()
        fi
    :: else
    fi
}

inline claim()
{
    do /* given up, and the producer with it: they may be on their way all the same */
    :: nempty(sent[w]) -> sent[w] ? a, b; stray ! a, b
    :: empty(sent[w]) -> break
    od;
    a = 0;
    b = 0;
    reach[w] = 0;
    claims++;
    e = claims;
    if
    :: first_epoch == 0 ->
        first_epoch = e;
        floor_epoch = e;
        void_epochs = 0
#ifdef VOID_OTHERS_ONLY
    :: first_epoch != 0 && owner != 0 && owner != w + 1 -> ADD(void_epochs, epoch)
    :: first_epoch != 0 && (owner == 0 || owner == w + 1)
#else
    :: first_epoch != 0 && owner != 0 -> ADD(void_epochs, epoch)
    :: first_epoch != 0 && owner == 0
#endif
    fi;
    epoch = e;
    owner = w + 1;
    owner_dead = false
}

proctype Worker(byte w)
{
    byte e, a, b;
    bool at, sweeps;

end:
    do
    :: atomic {
            (status == FETCHING || status == SWEEPING) && (owner == 0 || owner == w + 1 || owner_dead) ->
            claim();
            sweeps = status == SWEEPING
        }
        if
        :: !sweeps ->
            atomic {
                at = changed; /* by the source's own clock, in its first answer */
                if
                :: CONTENT != 0 -> sent[w] ! CONTENT, e
                :: else
                fi
            }
            atomic {
                if
                :: CONTENT != 0 -> sent[w] ! CONTENT, e
                :: versioned -> sent[w] ! 1, e
                :: true
                fi
            }
        :: else ->
            atomic {
                if
#ifdef NO_SWEEP_JOIN
                :: LIVE && !(seen & ~void_epochs) -> sent[w] ! 0, e
#elif defined(NO_SEEN_EPOCH)
                :: epoch == e && status == SWEEPING && LIVE && !seen -> sent[w] ! 0, e
#else
                :: epoch == e && status == SWEEPING && LIVE && !(seen & ~void_epochs) -> sent[w] ! 0, e
#endif
                :: else
                fi
            }
        fi;
        if
        :: atomic {
                empty(sent[w]) -> /* all acknowledged */
                if
                :: epoch == e && (status == FETCHING || status == SWEEPING) ->
                    owner = 0;
                    owner_dead = false;
                    end_offset = (reach[w] > end_offset -> reach[w] : end_offset);
                    if
                    :: sweeps -> status = SWEPT
                    :: else -> status = PROCESSING; watermark_next = at
                    fi;
                    finish()
                :: else
                fi
            }
        :: atomic { nempty(sent[w]) && CAN_FAIL -> faults-- } /* the broker is away */
        fi;
        atomic { e = 0; at = false; sweeps = false; reach[w] = 0 }
    od
}

inline append()
{
    assert(n_log < MOST);
    log_content[n_log] = a;
    log_epoch[n_log] = b;
    n_log++;
    a = 0;
    b = 0
}

#ifdef NO_FLOOR
#define ABOVE_FLOOR true
#else
#define ABOVE_FLOOR (log_epoch[i] >= floor_epoch)
#endif
#ifdef NO_VOID_EPOCHS
#define NOT_VOID true
#else
#define NOT_VOID (!HAS(void_epochs, log_epoch[i]))
#endif
#ifdef NO_VERSION_GUARD
#define NOT_OLDER true
#else
#define NOT_OLDER (VERSION(log_content[i]) > VERSION(content) || \
                   (log_content[i] == 0 || VERSION(log_content[i]) == VERSION(content)) && log_epoch[i] >= row_epoch)
#endif
#define OF_THIS_SYNC (OPEN && first_epoch != 0 && log_epoch[i] >= first_epoch && log_content[i] != 0)
#ifdef SEEN_AFTER_GUARD
#define IS_SEEN (OF_THIS_SYNC && !HAS(void_epochs, log_epoch[i]) && !(there && content == log_content[i]))
#elif defined(NO_SEEN_EPOCH)
#define IS_SEEN OF_THIS_SYNC
#else
#define IS_SEEN (OF_THIS_SYNC && !HAS(void_epochs, log_epoch[i]))
#endif

/* One record of a batch: whether it was seen, whether it is written. */
inline apply()
{
    if
    :: IS_SEEN -> ADD(seen, log_epoch[i])
    :: else
    fi;
    if
    :: ABOVE_FLOOR && NOT_VOID && (there || log_content[i] != 0) && (!there || NOT_OLDER && log_content[i] != content) ->
        assert(!there || log_content[i] != 1); /* content 1 is the first: over any other it is old */
        there = true;
        content = log_content[i];
        row_epoch = log_epoch[i];
        first_row_epoch = (first_row_epoch == 0 -> row_epoch : first_row_epoch);
        check_row()
    :: else
    fi
}

proctype Sink(byte s)
{
    byte mine, until, my_fence, i;

end:
    do
    :: atomic { holder == s && my_fence == 0 -> fence++; my_fence = fence; mine = next_offset }
    :: atomic { my_fence != 0 && until == 0 && n_log > mine -> until = mine + 1 }
    :: atomic { my_fence != 0 && until == 0 && n_log > mine + 1 -> until = mine + 2 }
    :: d_step {
            until != 0 ->
            if
#ifdef NO_FENCE
            :: true ->
#else
            :: next_offset == mine && fence == my_fence ->
#endif
                i = mine;
                do
                :: i < until -> apply(); i++
                :: else -> break
                od;
                mine = until;
                next_offset = until;
                finish()
            :: else -> my_fence = 0; mine = 0 /* another sink has it */
            fi;
            until = 0;
            i = 0
        }
    od
}

proctype World()
{
    byte a, b;

end:
    do
    :: atomic { sent[0] ? a, b -> append(); reach[0] = n_log }
    :: atomic { sent[1] ? a, b -> append(); reach[1] = n_log }
    :: atomic { stray ? a, b -> append() }
    :: atomic { stray ? a, b -> a = 0; b = 0 }
    :: atomic { !changed -> changed = true }
    :: atomic { owner != 0 && !owner_dead && CAN_FAIL -> faults--; owner_dead = true } /* killed or frozen */
    :: atomic { CAN_FAIL -> faults--; holder = 1 - holder }
    :: atomic { OPEN && CAN_FAIL -> faults--; end_dataset() } /* cancelled */
    :: atomic {
            status == ENDED && n_datasets < DATASETS -> /* the next full sync is asked for */
            n_datasets++;
            status = FETCHING;
            epoch = 0;
            first_epoch = 0;
            end_offset = 0;
            watermark_next = false
        }
    :: atomic {
            timeout;
            assert(status == ENDED);
            break
        }
    od
}

init
{
    atomic {
        do
        :: faults < FAULTS -> faults++
        :: break
        od;
        if
        :: deletes = true
        :: versioned = true
        :: true
        fi;
        if
        :: there = true; content = 1; row_epoch = 1; first_row_epoch = 1
        :: true
        fi;
        run Worker(0);
        run Worker(1);
        run Sink(0);
        run Sink(1);
        run World()
    }
}
