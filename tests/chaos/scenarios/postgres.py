"""Postgres: away, restarted, full, locked, deadlocked, refusing. Scenario 20: whatever it suffers from, rows wait for it, and only what it
refuses for the row's own sake goes to records.dlq."""
import contextlib
import pwd
import subprocess
import time

from harness.load import Load
from harness.proxy import Proxy
from harness.scenario import scenario
from harness.session import Session, waiting
from world import until

CUSTOMERS, ORDERS = "commerce-customers", "commerce-orders"
RESUMED = 15         # seconds
FLAT = 24 << 20      # bytes that a program may have more than before
LOCKED = 60          # seconds
SMALL, LARGE = "2m", "256m"

# The first row that comes is refused as a double, once: a sequence does not roll back.
DOUBLE_ONCE = """
create schema once;
create sequence once.n;
create function once.refuse() returns trigger language plpgsql as $$
begin
    if nextval('once.n') = 1 then
        raise unique_violation;
    end if;
    return new;
end $$;
create trigger once before insert or update on commerce.customers for each row execute function once.refuse();
"""


class Business:
    """A connected account whose customers change between its syncs."""

    def __init__(self, run, account, **size):
        self.run, self.account = run, account
        run.world.sandbox("POST", f"/stripe/{account}", size)
        self.company, self.connection = run.connect(account)

    def ask(self, types=(CUSTOMERS,), full=False):
        return self.run.ask(self.account, self.company, self.connection, types=types, full=full)

    def sync(self, **how):
        asked = self.ask(**how)
        self.run.ended(asked)
        return asked

    def change(self, count=5):
        """The ids of customers that are different now."""
        changed = self.run.world.sandbox("POST", f"/stripe/{self.account}/change", {"type": "customers", "count": count})["changed"]
        self.run.history.note("changed", account=self.account, source="stripe")
        return sorted(c["id"] for c in changed if c["dataType"] == CUSTOMERS)


def stored(run):
    """How far all partitions are, in all."""
    return int(run.world.value("select sum(next) from control.sink_offset"))


def said(run, word, name="sink", instance=1):
    return run.world.log(name, instance).count(word)


def answer_slowly(run):
    """So that the vendor's limits of a second are far: on a machine that stands still for a moment what was sent evenly comes in a heap."""
    run.world.sandbox("POST", "/stripe/*/faults", {"kind": "slow", "delay_ms": 100})


def let_pass(seconds):
    over = time.monotonic() + seconds
    until(lambda: time.monotonic() >= over, seconds + 10, "the time is over")


# ---- Away ----


def memory(run, programs):
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(f"/proc/{run.pid(*program)}/statm", encoding="ascii")) for program in programs]
        return {program: 4096 * int(file.read().split()[1]) for program, file in zip(programs, files)}


def seconds_until_rows_come(run):
    began, far = time.monotonic(), stored(run)
    until(lambda: stored(run) > far, 60, "rows come in again")
    return time.monotonic() - began


def away(run, seconds):
    programs = [("worker-stripe", 1), ("worker-stripe", 2), ("sink", 1), ("sink", 2), ("scheduler", 1)]
    run.start_all(workers=2, sinks=2)
    answer_slowly(run)
    with Load(run, {"stripe": 8}, prefix="away", sizes={"stripe": {"pages": 6}}) as load:
        until(lambda: load.rounds >= 16, 90, "each company was asked twice")
        before, rounds = memory(run, programs), load.rounds
        run.down("postgres")
        let_pass(seconds)
        grown = {program: now - before[program] for program, now in memory(run, programs).items()}
        run.up("postgres")
        resumed = seconds_until_rows_come(run)
        until(lambda: load.rounds >= rounds + 8, 120, "companies are synced again")
    run.figure("resumed after s", resumed)
    run.figure("grown MiB", max(grown.values()) / 2**20)
    run.must(resumed < RESUMED, f"rows came in {resumed:.1f} s after Postgres was back")
    run.must(max(grown.values()) < FLAT, f"memory grew by {grown}")


@scenario("20", "Postgres is away for forty seconds under load", seconds=240)
def postgres_away_a_while(run):
    away(run, 40)


@scenario("20", "Postgres is away for five minutes under load: memory flat, nothing in a dead-letter topic", seconds=540)
def postgres_away(run):
    away(run, 300)


@scenario("20", "Postgres is restarted three times under load, once without a word", seconds=240)
def postgres_restarted(run):
    run.start_all(workers=2, sinks=2)
    answer_slowly(run)
    took = []
    with Load(run, {"stripe": 8}, prefix="restart", sizes={"stripe": {"pages": 6}}) as load:
        for kill in (False, True, False):
            goal = load.rounds + 8
            until(lambda goal=goal: load.rounds >= goal, 90, "companies are synced")
            run.world.local("stack", "stop", *(["-9"] if kill else []), "postgres")
            run.world.local("stack", "start", "postgres")
            run.fault("kill -9" if kill else "restart", services=["postgres"])
            took.append(seconds_until_rows_come(run))
    run.figure("resumed after s", max(took))
    run.must(max(took) < RESUMED, f"rows came in {took} s after Postgres was back")


# ---- Connections ----


@scenario("20", "the connection is reset during COMMIT: once it had gone through, once it had not; sink_offset tells", seconds=120)
def commit_without_an_answer(run):
    run.start("worker-stripe")
    business = Business(run, "answer")
    proxy = Proxy(run, "postgres")
    for arrives in (True, False):
        business = Business(run, f"answer_{arrives}")
        for _ in range(2):  # a first load, which goes straight into its table, and a merge
            business.change()
            run.start("sink", env=proxy.env, fault="stop:before_commit")
            asked, far = business.ask(), stored(run)
            run.until_stopped("sink")
            if arrives:
                proxy.delay(0.0, 30.0)
            else:
                proxy.stall()
            run.thaw("sink")
            if arrives:
                until(lambda far=far: stored(run) > far, 20, "the commit has gone through")
            run.must(proxy.cut() > 0, "no connection was there to be cut")
            proxy.heal()
            run.fault("reset during COMMIT", arrived=arrives)
            run.ended(asked)
            run.stop("sink")
    run.start("sink")


# ---- Locks ----


@scenario("20", "a stranger holds a table of the sink and a row of the worker for sixty seconds", seconds=180)
def lock_held_a_minute(run):
    run.start("worker-stripe")
    run.start("sink")
    business, other = Business(run, "held", customers=100), Business(run, "free")
    business.sync()
    business.change()
    with Session(run.world) as stranger:
        stranger.say("begin; lock table commerce.customers in access exclusive mode")
        run.fault("lock", table="commerce.customers")
        asked = business.ask()
        until(lambda: waiting(run, "sink", "%"), 30, "the sink waits for the table")
        more, = business.ask(types=[ORDERS])
        stranger.say(f"select from control.dataset where id = '{more}' for update")
        run.fault("lock", table="control.dataset")
        let_pass(LOCKED)
        run.must(not set(run.world.datasets([*asked, more]).values()) & {"Complete"}, "the locks held nobody up")
        stranger.say("commit")
    began = time.monotonic()
    run.ended([*asked, more, *other.ask()])
    run.figure("all complete after the locks s", time.monotonic() - began)


@scenario("20", "a deadlock, statements that time out, a unique violation: the batch is tried again, and nothing goes to the dead letters",
          seconds=150)
def batch_refused_for_a_while(run):
    run.start("worker-stripe")
    run.world.sql("alter role tributary set deadlock_timeout = '4s'; alter role tributary set statement_timeout = '8s'")
    run.start("sink")
    run.world.sql("alter role tributary reset deadlock_timeout; alter role tributary reset statement_timeout")
    business = Business(run, "refused")
    business.sync()
    with Session(run.world) as stranger:
        changed = business.change()
        # The sink comes by in the order of keys; the circle is closed before its own look for deadlocks, the stranger never looks.
        stranger.say(f"set deadlock_timeout = '1h'; begin; select from commerce.customers where id = '{changed[-1]}' for update")
        asked = business.ask()
        until(lambda: waiting(run, "sink", "%"), 30, "the sink waits for the row")
        stranger.begin(f"select from commerce.customers where id = '{changed[0]}' for update")
        until(lambda: said(run, "40P01"), 20, "the sink was chosen to break the deadlock")
        run.must("ERROR" not in stranger.finish(), "the stranger broke the deadlock")
        run.fault("deadlock")
        until(lambda: said(run, "57014") >= 2, 60, "the sink's statements time out, waiting for the stranger")
        run.fault("statement timeout")
        stranger.say("commit")
        run.ended(asked)
    run.world.sql(DOUBLE_ONCE)
    business.change()
    business.sync()
    run.must(said(run, "23505") == 1, "no row was refused as a double")
    run.fault("unique violation")


# ---- Rows ----


@scenario("20", "a row that Postgres refuses in a batch of ten thousand: it alone goes to records.dlq, and comes in with the next full sync",
          seconds=240)
def bad_row_in_a_large_batch(run):
    business = Business(run, "bisect", customers=10400)  # some of whom were deleted before anybody looked
    answer_slowly(run)
    run.start("sink")  # makes the tables
    run.stop("sink")
    run.start("worker-stripe", 1, "--slice-pages=200", "--stripe-page-size=100")
    asked = business.ask()
    until(lambda: run.world.datasets(asked)[asked[0]] == "Processing", 120, "all is on the topic")
    bad = business.change(1)[0]
    run.world.sql(f"alter table commerce.customers add constraint refused check (id <> '{bad}')")
    run.fault("bad row", id=bad)
    run.history.expect_letters(1)
    run.start("sink")
    began = time.monotonic()
    run.ended(asked)
    run.figure("bisected in s", time.monotonic() - began)
    letters, written = run.world.sql(f"select dead_letters, rows_written from control.dataset where id = '{asked[0]}'")[0]
    there = int(run.world.value("select count(*) from commerce.customers"))
    run.must((letters, int(written)) == ("1", there), f"{letters} dead letters, {written} rows written, {there} there")
    run.must(there >= 10000, f"only {there} rows are in")
    run.world.sql("alter table commerce.customers drop constraint refused")
    business.sync(full=True)


# ---- Disk ----


def home_of(run):
    """Where the server's user may go."""
    return (run.world.folder / "postgres" / "home").read_text(encoding="utf-8").strip()


@contextlib.contextmanager
def small_disk(run):
    """A file system of 2 MiB as a tablespace `small`; yields how to make it larger."""
    place, owner = f"{home_of(run)}/small", pwd.getpwnam("postgres")
    subprocess.run(["mkdir", place], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=700,uid={owner.pw_uid},gid={owner.pw_gid}", "tmpfs", place], check=True)
    try:
        run.world.sql(f"create tablespace small location '{place}'")
        yield lambda: subprocess.run(["mount", "-o", f"remount,size={LARGE}", place], check=True)
        run.world.sql("alter table commerce.orders set tablespace pg_default")
        run.world.sql("drop tablespace small")
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@scenario("20", "the disk under a table is full; other tables go on; then there is room again", seconds=150)
def disk_full(run):
    run.start("sink")
    run.start("worker-stripe")
    business, other = Business(run, "full", charges=4000), Business(run, "other")
    with small_disk(run) as enlarge:
        run.world.sql("alter table commerce.orders set tablespace small")
        asked = business.ask(types=[ORDERS])
        until(lambda: said(run, "53100") >= 2, 90, "the disk is full")
        run.fault("disk full", table="commerce.orders")
        other.sync()
        run.must(run.world.datasets(asked)[asked[0]] not in ("Complete", "InternalError"), "the dataset ended though its rows had no room")
        enlarge()
        run.fault("room again", table="commerce.orders")
        began = time.monotonic()
        run.ended(asked)
        run.figure("complete after there was room s", time.monotonic() - began)
