/*
 * Slices: one dataset of NS slices, two workers, one partition of the job topic (PROTOCOL, A slice). Checked: a slice that
 * ended has its records in the topic under an epoch that is not void; two living workers never run one slice; messages do not
 * multiply; and when nothing moves any more, the dataset has ended, without the reconciler's help.
 *
 * A process that is frozen is one that takes no step. `faults` bounds what goes wrong: kills, lost beats, lost answers,
 * rebalances, waits and schedulers that die. A killed worker is declared dead and restarts for nothing.
 *
 * -DWRONG_BEATS: who meets an old message may take a publisher that beats for one that has published (the workers look twice
 * before they believe it). Then the reconciler must mend what stands still.
 */
#ifndef FAULTS
#define FAULTS 3
#endif
#define NS        2
#define MAX       (NS + FAULTS + 2)
#define NOBODY    2
#define SCHEDULER 15

#define HAS(set, i)  (((set) >> (i)) & 1)
#define ADD(set, i)  set = set | (1 << (i))
#define DROP(set, i) set = set & ~(1 << (i))

/* The row. */
byte slice = 1, owner, epoch, publisher;
bool due = true, ended;
short void_epochs;
short acked[NS + 1]; /* by slice: the epochs whose records are all in the topic */

/* control.worker: incarnations, 0 is none. `silent`: their process was killed. `owing`: who is between 4b and 4c. */
byte inc[2];
byte next_inc = 3;
short dead, silent;
byte owing[3]; /* by fiber */
bool up[2] = true;

/* The job topic's partition, and each worker's window over it. */
byte job[MAX];
byte n_jobs, committed, position, assignee;
byte in_flight[2], orphan[2], done[2];

byte working[2]; /* the fiber that has the dataset, and one more: 0 none */
bool die[3];     /* by fiber: its process was killed */
byte allowed, faults, repairs, claims; /* faults: what is left of those allowed in this run */

#define ALIVE(i) ((i) != 0 && !HAS(dead, i))
#define OWES(i)  (owing[0] == (i) || owing[1] == (i) || owing[2] == (i))
#define FREE     (owner == 0 || !ALIVE(owner))
#define CAN_FAIL (faults > 0)

#ifdef NO_CLAIM_LIVENESS
#define MAY_TAKE(me, p) (ALIVE(me) && !working[p])
#elif defined(NO_RECLAIM)
#define MAY_TAKE(me, p) (ALIVE(me) && FREE)
#else
#define MAY_TAKE(me, p) (ALIVE(me) && (FREE || (owner == me && !working[p])))
#endif

#if defined(NO_EPOCH_GUARD)
#define MAY_ADVANCE (slice == n)
#elif defined(NO_SLICE_GUARD)
#define MAY_ADVANCE (epoch == e)
#else
#define MAY_ADVANCE (epoch == e && slice == n)
#endif

#ifdef WRONG_BEATS
#define SURELY_PUBLISHES (!HAS(silent, publisher))
#else
#define SURELY_PUBLISHES (!HAS(silent, publisher) && !OWES(publisher))
#endif

inline publish(number)
{
    assert(n_jobs < NS + allowed - faults + repairs); /* each message beyond one a slice has a fault behind it */
    job[n_jobs] = number;
    n_jobs++
}

inline check_records()
{
    assert((acked[1] & ~void_epochs) && (acked[2] & ~void_epochs)) /* nothing lost */
}

proctype Fiber(byte f; byte p)
{
    byte o, n, e, me;
    bool late, ours; /* ours: the row may be, so this goes on whoever has the partition */

end:
    {
    atomic {
        up[p] && assignee == p && position < n_jobs;
        o = position;
        position++;
        if
        :: HAS(in_flight[p], o) -> DROP(orphan[p], o); goto end /* still runs here: it may commit again */
        :: else -> ADD(in_flight[p], o)
        fi
    }

claim:
    atomic {
        working[p] = (working[p] == f + 1 -> 0 : working[p]);
        n = job[o];
        me = inc[p];
        if
        :: HAS(orphan[p], o) && !ours -> DROP(in_flight[p], o); DROP(orphan[p], o); goto end
        :: else
        fi;
        if
        :: ended || n > slice -> goto finished
        :: !ended && n == slice && MAY_TAKE(me, p) ->
            assert(owner == 0 || owner == me || !ALIVE(owner));
            if
            :: owner != 0 -> ADD(void_epochs, epoch)
            :: else
            fi;
            claims++;
            epoch = claims;
            owner = me;
            due = false;
            if
            :: e = epoch; working[p] = f + 1
            :: CAN_FAIL -> faults--; goto again /* its answer is lost */
            fi
        :: !ended && n == slice && !MAY_TAKE(me, p) -> goto held
        :: !ended && n < slice -> goto behind
        fi
    }

produce:
    atomic {
        if
        :: inc[p] != me ->
#ifdef DONE_ON_LOST_BEAT
            working[p] = 0;
            goto finished
#else
            goto again
#endif
        :: true ->
            late = false;
#ifdef ADVANCE_BEFORE_ACK
            late = true
#else
            ADD(acked[n], e)
#endif
        fi
    }
#ifdef PUBLISH_BEFORE_ADVANCE
    atomic {
        if
        :: n < NS -> publish(n + 1)
        :: else
        fi
    }
#endif

advance:
    atomic {
        if
        :: inc[p] != me -> goto again
        :: true
        fi;
        if
        :: MAY_ADVANCE && !ended ->
            slice++;
            owner = 0;
            publisher = me;
            owing[f] = me;
            if
            :: slice > NS && !late -> ended = true; check_records()
            :: slice > NS && late -> ended = true
            :: slice <= NS
            :: slice <= NS && CAN_FAIL -> faults--; due = true; publisher = 0; owing[f] = 0 /* the source said: later */
            fi;
            if
            :: true
            :: CAN_FAIL -> faults--; goto advance /* its answer is lost */
            fi
        :: (!MAY_ADVANCE || ended) && epoch == e && slice > n ->
#ifdef NO_LOST_ANSWER_RULE
            goto again
#else
            skip /* it was my own commit */
#endif
        :: (!MAY_ADVANCE || ended) && !(epoch == e && slice > n) -> goto again
        fi
    }
#ifdef ADVANCE_BEFORE_ACK
    atomic {
        ADD(acked[n], e);
        late = false
    }
#endif
#ifdef DONE_BEFORE_PUBLISH
    atomic {
        if
        :: !HAS(orphan[p], o) -> ADD(done[p], o)
        :: else
        fi
    }
#endif
    atomic {
        if
        :: owing[f] == me && n < NS ->
#ifndef PUBLISH_BEFORE_ADVANCE
            publish(n + 1)
#else
            skip
#endif
        :: else
        fi;
        owing[f] = 0;
        working[p] = 0;
        goto finished
    }

again:
    atomic {
#ifndef FORGET_ON_REVOKE
        ours = true;
#endif
        owing[f] = 0;
        goto claim
    }

held:
    atomic {
        ours = false;
        (ended || n != slice || MAY_TAKE(inc[p], p) || HAS(orphan[p], o)) -> goto claim
    }

behind:
    atomic {
        if
        :: due || !FREE || ended -> goto finished
        :: !due && FREE && !ended && ALIVE(publisher) && SURELY_PUBLISHES -> goto finished
        :: !due && FREE && !ended && !ALIVE(publisher) && ALIVE(inc[p]) ->
#ifdef NO_PUBLISHER_DUTY
            goto finished
#else
            me = inc[p];
            publisher = me;
            n = slice;
            owing[f] = me
#endif
#ifdef NO_DUTY_CHECK
        :: !due && FREE && !ended && ALIVE(publisher) && ALIVE(inc[p]) -> me = inc[p]; publisher = me; n = slice; owing[f] = me
#endif
        fi
    }
    atomic {
        publish(n);
        owing[f] = 0
    }

finished:
    atomic {
        if
        :: !HAS(orphan[p], o) -> ADD(done[p], o)
        :: else
        fi;
        DROP(in_flight[p], o);
        DROP(orphan[p], o);
        o = 0; n = 0; e = 0; me = 0; ours = false;
        goto end
    }
    } unless {
        atomic { die[f] -> die[f] = false; o = 0; n = 0; e = 0; me = 0; ours = false; goto end }
    }
}

/* Publishes what is due, then says so. It may die between the two. */
proctype Scheduler()
{
    byte s;
end:
    do
    :: atomic { due && !ended && FREE -> s = slice; publish(s) }
        atomic {
            if
            :: due && slice == s && FREE -> due = false; publisher = SCHEDULER
            :: due && slice == s && FREE && CAN_FAIL -> faults--
            :: else
            fi;
            s = 0
        }
    od
}

inline revoke(p)
{
    orphan[p] = in_flight[p];
    done[p] = 0
}

inline kill(p)
{
    atomic {
        up[p] && CAN_FAIL -> faults--;
        up[p] = false;
        ADD(silent, inc[p]);
        in_flight[p] = 0; orphan[p] = 0; done[p] = 0; working[p] = 0;
        if
        :: p == 0 -> die[0] = true; die[1] = true; owing[0] = 0; owing[1] = 0
        :: else -> die[2] = true; owing[2] = 0
        fi;
        if
        :: assignee == p -> assignee = (up[1 - p] -> 1 - p : NOBODY); position = committed
        :: else
        fi
    }
}

inline restart(p)
{
    atomic {
        !up[p] && !die[0] && !die[1] && !die[2] ->
        up[p] = true;
        inc[p] = next_inc;
        next_inc++;
        if
        :: assignee == NOBODY -> assignee = p; position = committed
        :: assignee != NOBODY
        fi
    }
}

proctype World()
{
end:
    do
    :: kill(0)
    :: kill(1)
    :: restart(0)
    :: restart(1)
    :: atomic { (silent & ~dead) != 0 -> dead = dead | silent } /* ten seconds after it was killed */
    :: atomic { up[0] && ALIVE(inc[0]) && CAN_FAIL -> faults--; ADD(dead, inc[0]) } /* late: frozen, or Postgres was away */
    :: atomic { up[1] && ALIVE(inc[1]) && CAN_FAIL -> faults--; ADD(dead, inc[1]) }
    :: atomic { up[0] && !ALIVE(inc[0]) -> inc[0] = next_inc; next_inc++ }
    :: atomic { up[1] && !ALIVE(inc[1]) -> inc[1] = next_inc; next_inc++ }
    :: atomic { assignee != NOBODY && HAS(done[assignee], committed) -> committed++ }
    :: atomic { assignee != NOBODY && up[1 - assignee] && CAN_FAIL -> faults--; revoke(assignee); assignee = 1 - assignee; position = committed }
    :: atomic { assignee != NOBODY && CAN_FAIL -> faults--; revoke(assignee); position = committed } /* goes, and comes back */
    :: atomic {
        timeout;
        if
        :: ended -> check_records(); break
#ifdef RECONCILER
        :: !ended && !due && FREE && committed == n_jobs -> due = true; repairs++; assert(repairs == 1)
        :: !ended && !(!due && FREE && committed == n_jobs) -> assert(false) /* stuck */
#else
        :: else -> assert(false) /* stuck */
#endif
        fi
    }
    od
}

init
{
    atomic {
        do
        :: allowed < FAULTS -> allowed++
        :: break
        od;
        faults = allowed;
        inc[0] = 1;
        inc[1] = 2;
        run Fiber(0, 0);
        run Fiber(1, 0);
        run Fiber(2, 1);
        run Scheduler();
        run World()
    }
}
