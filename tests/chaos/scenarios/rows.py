"""Rows: what may land in a table and what may not. Scenarios 21 and 22, and records of zombies, which come when their time is over."""
import subprocess

from harness.scenario import scenario
from world import until

CUSTOMERS = "commerce-customers"
TOPIC = "records.commerce.customers"
# Such a worker keeps what it emits in its own memory for a while. Frozen after a page it is a zombie whose records come late.
HOLDS_BACK = ("--kafka.linger.ms=8000", "--kafka.message.timeout.ms=120000")


class Record:
    """A message of a record topic, as kcat shows it."""

    def __init__(self, line):
        self.partition, self.offset, self.key, headers = line.split("\t")
        self.headers = dict(h.split("=", 1) for h in headers.split(","))
        self.generation, self.source_version, self.epoch = map(int, self.headers["version"].split("."))


def kcat(run, *words):
    return subprocess.run(["kcat", "-C", "-q", "-b", run.world.env["TRIBUTARY_KAFKA_BROKERS"], *words], check=True, capture_output=True).stdout


def records(run, **wanted):
    """Of the customers' topic, those that have these attributes."""
    lines = kcat(run, "-t", TOPIC, "-o", "beginning", "-e", "-f", "%p\t%o\t%k\t%h\n").decode().splitlines()
    return [r for r in map(Record, lines) if all(getattr(r, name) == value for name, value in wanted.items())]


def until_read(run, record):
    until(lambda: int(run.world.value(f"select next from control.sink_offset where topic = '{TOPIC}' and partition = {record.partition}"))
          > int(record.offset), 30, "the sink has read the record")


def late(run, record, version):
    """The record once more, as of that version."""
    value = kcat(run, "-t", TOPIC, "-p", record.partition, "-o", record.offset, "-c", "1", "-f", "%s")
    run.world.produce(TOPIC, record.key, value, {**record.headers, "version": version}, record.partition)
    until_read(run, records(run, partition=record.partition)[-1])
    run.fault("late record", key=record.key, version=version)


def begin(run, account):
    """A sink and a connected business with a new customer, who comes first in the vendor's list: (company, connection, customer)."""
    run.start("sink")
    run.world.sandbox("POST", f"/stripe/{account}", {})
    changed = run.world.sandbox("POST", f"/stripe/{account}/create", {"type": "customers", "count": 1})["changed"]
    return *run.connect(account), next(c["id"] for c in changed if c["dataType"] == CUSTOMERS)


def delete(run, account, customer):
    run.world.sandbox("POST", f"/stripe/{account}/delete", {"type": "customers", "id": customer})
    run.history.note("deleted", account=account, id=customer)


def epoch(run, dataset):
    return int(run.world.value(f"select epoch from control.dataset where id = '{dataset}'"))


def state(run, dataset):
    return run.world.datasets([dataset])[dataset]


def sync(run, account, company, connection, full=False):
    asked = run.ask(account, company, connection, types=[CUSTOMERS], full=full)
    run.ended(asked)
    return asked[0]


def hold_back(run, account, company, connection):
    """Worker 1 has read a page of a full sync and stands still, the records in its memory: (dataset, its epoch)."""
    run.start("worker-stripe", 1, *HOLDS_BACK, fault="stop:after_page")
    dataset, = run.ask(account, company, connection, types=[CUSTOMERS], full=True)
    run.until_stopped("worker-stripe", 1)
    return dataset, epoch(run, dataset)


def let_land(run, zombie, customer):
    """Thaws worker 1 and waits until its record of the customer was read by the sink; then there is no more use for it."""
    run.must(not records(run, epoch=zombie), "the zombie's records came too early: nothing is shown")
    run.thaw("worker-stripe", 1)
    landed = until(lambda: [r for r in records(run, epoch=zombie) if r.key.endswith(customer)], 30, "the zombie's record comes")
    until_read(run, landed[0])
    run.kill("worker-stripe", 1)


# ---- Zombies ----


@scenario("", "a zombie of a cancelled sync brings a record that was deleted meanwhile, after the next sync", seconds=90,
          steps=("no_floor",))
def record_below_the_floor(run):
    company, connection, gone = begin(run, "floor")
    first, zombie = hold_back(run, "floor", company, connection)
    run.history.cancel(company, first)
    delete(run, "floor", gone)
    run.start("worker-stripe", 2)
    sync(run, "floor", company, connection)
    let_land(run, zombie, gone)


def land_before_the_end(run, account, company, connection, gone):
    """Another worker has repeated the zombie's slice without the record that is `gone`, and not ended the sync, when it comes."""
    dataset, zombie = hold_back(run, account, company, connection)
    delete(run, account, gone)
    run.start("worker-stripe", 2, fault="stop:before_advance")
    run.until_stopped("worker-stripe", 2)
    let_land(run, zombie, gone)
    run.must(state(run, dataset) == "Fetching", "the sync was over: the floor stands in for the void epoch")
    run.thaw("worker-stripe", 2)


@scenario("", "a zombie whose slice was taken over brings a record that was deleted meanwhile, before the sync is over", seconds=90,
          steps=("no_void_epochs",))
def record_of_a_void_epoch(run):
    company, connection, gone = begin(run, "void")
    land_before_the_end(run, "void", company, connection, gone)


@scenario("", "what a zombie saw in a slice that was taken over does not keep a deleted row", seconds=90, steps=("no_seen_epoch",))
def seen_by_a_zombie(run):
    company, connection, gone = begin(run, "seen")
    run.start("worker-stripe", 3)
    sync(run, "seen", company, connection)
    run.stop("worker-stripe", 3)
    land_before_the_end(run, "seen", company, connection, gone)


# ---- Versions ----


@scenario("21", "a record is deleted, then older upserts of it come late: it stays deleted", seconds=90, steps=("no_version_guard",))
def late_older_upsert(run):
    company, connection, gone = begin(run, "late")
    run.start("worker-stripe", 1)
    first = sync(run, "late", company, connection)
    run.stop("worker-stripe", 1)
    upsert = next(r for r in records(run) if r.key.endswith(gone))
    delete(run, "late", gone)
    run.start("worker-stripe", 2, fault="stop:after_flush:2")
    second, = run.ask("late", company, connection, types=[CUSTOMERS], full=True)
    run.until_stopped("worker-stripe", 2)
    run.must(state(run, second) == "Validating", "the worker is not sweeping")
    until(lambda: run.world.value(f"select is_deleted from commerce.customers where id = '{gone}'") == "t", 30, "the deletion is in")
    # A duplicate from an earlier slice of the same sync: neither floor nor void epoch keep it out.
    slice_one = run.world.value(f"select first_epoch from control.dataset where id = '{second}'")
    upsert.headers["dataset"] = second
    late(run, upsert, f"{upsert.generation}.{upsert.source_version}.{slice_one}")
    run.thaw("worker-stripe", 2)
    run.ended([second])
    run.allow("I4")  # what follows claims to be of a sync that was complete long before
    upsert.headers["dataset"] = first
    late(run, upsert, upsert.headers["version"])


@scenario("22", "everything is read again in full and nothing has changed: no row version is written, no row is swept", seconds=120,
          sources=("stripe", "quickbooks"), steps=("no_version_guard", "no_seen"))
def nothing_new(run):
    run.start_all(workers=1, sinks=1)
    members = [(source, *run.connect("again", source)) for source in run.scenario.sources]
    for full in (False, True):
        asked = [d for source, company, connection in members for d in run.ask("again", company, connection, source, full=full)]
        run.ended(asked)
    names = ",".join(f"'{dataset}'" for dataset in asked)
    read, written = run.world.sql(f"select sum(records), sum(rows_written) from control.dataset where id in ({names})")[0]
    run.figure("records read again", int(read))
    run.figure("row versions written", int(written))
    run.must(int(read) > 0 and written == "0", f"{written} row versions written for {read} records")
