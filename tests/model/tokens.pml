/*
 * Tokens: one credential, two processes that find its access token expired (PROTOCOL, Tokens). The vendor rotates refresh
 * tokens: a strict one takes each once; a patient one takes the last again until its successor is used. A process that is frozen
 * takes no step while its lease runs out; one that is killed forgets what it holds, and its lease runs out too.
 *
 * Checked: when nobody dies or is late, one refresh an expiry; in the end a connection is not Deauthorized while the row holds a
 * token that the vendor takes, and if nobody was killed, it is Linked and holds one.
 */
#ifndef EXPIRIES
#define EXPIRIES 2
#endif
#ifndef LATE
#define LATE 2
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define NOBODY 2
#define DEAD   3
#define MOST   12

#define HAS(set, i) (((set) >> (i)) & 1)

/* The vendor. Token 1 is the first. */
bool strict;
short valid = 2;
byte last = 1, requests; /* requests: for tokens of the present version */
byte parent[MOST];

/* The row. */
byte version = 1, secret = 1, spare, lease_owner = NOBODY;
bool lease_runs, refused, fresh = true, linked = true;

byte expiries = EXPIRIES, late, kills; /* still to come in this run */
bool died, was_late;
bool die[2];

#ifdef NO_LEASE_GUARD
#define MINE (version == v)
#else
#define MINE (version == v && lease_owner == p)
#endif

#ifdef NO_LEASE
#define MAY_LEASE true
#else
#define MAY_LEASE (lease_owner == NOBODY || lease_owner == p || !lease_runs)
#endif

#ifdef NO_SPARE_CHECK
#define SPARE_AS_TRIED true
#else
#define SPARE_AS_TRIED (spare == known_spare)
#endif

inline ask_vendor(token)
{
    requests++;
    assert(!fresh || was_late || died); /* nobody refreshes a token that is good */
    assert(requests == 1 || was_late || died || refused);
    if
    :: HAS(valid, token) ->
        last++;
        assert(last < MOST);
        got = last;
        parent[got] = token;
        valid = valid | (1 << got);
        if
        :: strict -> valid = valid & ~(1 << token)
        :: else -> valid = valid & ~(1 << parent[token]) & ~1
        fi
    :: else -> got = 0
    fi
}

proctype Process(byte p)
{
    byte v, sent, known_spare, got;
    bool with_spare;

end:
    {
    atomic { linked && !fresh && !(refused && spare == 0) -> v = version }
    atomic {
        if
#ifdef NO_VERSION_IN_LEASE
        :: MAY_LEASE ->
            v = version;
#else
        :: version == v && MAY_LEASE && !(refused && spare == 0) ->
#endif
            lease_owner = p;
            lease_runs = true;
            with_spare = refused;
            known_spare = spare
        :: else -> goto again
        fi
    }

send:
    atomic {
        if
        :: lease_owner != p || !lease_runs -> goto again /* by its own clock */
        :: lease_owner == p && lease_runs ->
            sent = (with_spare -> known_spare : secret)
        fi
    }
    atomic { ask_vendor(sent) }
    if
    :: atomic {
            got != 0 ->
            if
            :: MINE ->
                version++;
                secret = got;
                requests = 0;
                fresh = true;
                refused = false;
                spare = (with_spare && spare == known_spare -> 0 : spare);
                lease_owner = NOBODY;
                lease_runs = false;
                goto again
            :: else
            fi
        }
#ifndef NO_SPARE
        atomic {
            spare = got;
#ifndef NO_TAKE_BACK
            linked = true;
#endif
            goto again
        }
#else
        goto again
#endif
    :: atomic {
            got == 0 ->
            if
            :: MINE && !(refused && spare == 0) -> /* the lease is renewed, and the spare read */
                lease_owner = p;
                lease_runs = true;
                if
                :: spare != 0 && !(with_spare && spare == known_spare) -> with_spare = true; known_spare = spare; goto send
                :: else -> known_spare = spare
                fi
            :: else -> goto again
            fi
        }
        atomic {
            if
            :: MINE && SPARE_AS_TRIED ->
                refused = true;
                spare = 0;
                fresh = false;
                linked = false;
                lease_owner = NOBODY;
                lease_runs = false
            :: else
            fi;
            goto again
        }
    fi;

again:
    atomic { v = 0; sent = 0; known_spare = 0; got = 0; with_spare = false; goto end }
    } unless {
        atomic { die[p] -> die[p] = false; v = 0; sent = 0; known_spare = 0; got = 0; with_spare = false; goto end }
    }
}

inline kill(who)
{
    kills--;
    died = true;
    die[who] = true;
    lease_owner = (lease_owner == who -> DEAD : lease_owner)
}

proctype World()
{
end:
    do
    :: atomic { fresh && expiries > 0 -> expiries--; fresh = false }
    :: atomic { lease_runs && lease_owner == DEAD -> lease_runs = false }
    :: atomic { lease_runs && lease_owner < NOBODY && late > 0 -> late--; was_late = true; lease_runs = false }
    :: atomic { kills > 0 && !die[0] -> kill(0) }
    :: atomic { kills > 0 && !die[1] -> kill(1) }
    :: atomic {
            timeout;
            assert(linked || !HAS(valid, secret) && !(spare != 0 && HAS(valid, spare)));
            assert(died || linked && (HAS(valid, secret) || spare != 0 && HAS(valid, spare)));
            break
        }
    od
}

init
{
    atomic {
        do
        :: late < LATE -> late++
        :: kills < KILLS -> kills++
        :: break
        od;
        if
        :: strict = true
        :: true
        fi;
        run Process(0);
        run Process(1);
        run World()
    }
}
