"""Sinks: killed and frozen at each of their steps, two of them on one partition, and how sink and worker meet at the end of a
dataset. Scenarios 4 and 5."""
import re
import time

from harness.scenario import scenario
from harness.session import Session, waiting
from world import until

STEPS = ("after_assign", "before_copy", "after_copy", "before_commit", "after_commit", "before_kafka_commit")
TYPES = ["commerce-customers", "commerce-orders", "commerce-payments"]
TAKEOVER = 15  # seconds

# Whoever commits a move of an offset waits for this lock first.
GATE = """
create schema gate;
create function gate.pass() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(1);
    return null;
end $$;
create constraint trigger gate after update on control.sink_offset deferrable initially deferred
    for each row when (new.next > old.next) execute function gate.pass();
"""


def ask_twice(run, account):
    """A first load, which goes straight into the tables; and then a full sync of what has changed, which is merged."""
    company, connection = run.connect(account)
    yield run.ask(account, company, connection, types=TYPES)
    run.world.sandbox("POST", f"/stripe/{account}/change", [{"type": "customers", "count": 5}, {"type": "charges", "count": 5}])
    run.history.note("changed", account=account, source="stripe")
    yield run.ask(account, company, connection, types=TYPES, full=True)


@scenario("4", "kill -9 of the sink at each step of a batch: between COPY and COMMIT, and after COMMIT before the Kafka commit, too",
          seconds=300)
def sink_killed_at_each_step(run):
    took = []
    run.start("worker-stripe")
    for step in STEPS:
        asks = ask_twice(run, f"killed_{step}")
        for _ in range(2):
            run.start("sink", fault=step)
            asked = next(asks)
            run.until_gone("sink")
            began = time.monotonic()
            run.start("sink")
            run.ended(asked)
            took.append(time.monotonic() - began)
            run.stop("sink")
    run.start("sink")
    run.figure("longest until all was complete s", max(took))
    run.must(max(took) < TAKEOVER, f"takeovers took {took}")


@scenario("4", "SIGSTOP of the sink at each step of a batch; another one takes over, then the first goes on", seconds=400)
def sink_frozen_at_each_step(run):
    took = []
    run.start("worker-stripe")
    for step in STEPS:
        asks = ask_twice(run, f"frozen_{step}")
        for _ in range(2):
            run.start("sink", 1, fault=f"stop:{step}")
            asked = next(asks)
            run.until_stopped("sink", 1)
            began = time.monotonic()
            run.start("sink", 2)
            run.ended(asked)
            took.append(time.monotonic() - began)
            run.thaw("sink", 1)
            run.stop("sink", 2)
            run.stop("sink", 1)
    run.start("sink", 1)
    run.figure("longest until all was complete s", max(took))
    run.must(max(took) < TAKEOVER, f"takeovers took {took}")


def assignments(run, instance):
    """How many partitions it was given, each time that it was."""
    return [int(n) for n in re.findall(r'"partitions assigned" partitions=(\d+)', run.world.log("sink", instance))]


@scenario("5", "two sinks on one partition: the one whose time is over wakes up with a batch in its hands, and the fence rejects it",
          seconds=120, steps=("no_fence",))
def two_sinks_on_one_partition(run):
    company, connection = run.connect("fence")

    def sync():
        run.world.sandbox("POST", "/stripe/fence/change", {"type": "customers", "count": 3})
        run.history.note("changed", account="fence", source="stripe")
        return run.ask("fence", company, connection, types=["commerce-customers"])

    run.start("worker-stripe")
    run.start("sink", 1)
    run.ended(run.ask("fence", company, connection, types=["commerce-customers"]))
    run.stop("sink", 1)
    run.start("sink", 1, fault="stop:before_copy")
    asked = sync()
    run.until_stopped("sink", 1)
    run.start("sink", 2)
    run.ended(asked)
    run.ended(sync())
    offset = "select sum(next) from control.sink_offset where topic = 'records.commerce.customers'"
    before = int(run.world.value(offset))
    joined = len(assignments(run, 1))
    run.thaw("sink", 1)
    until(lambda: len(assignments(run, 1)) > joined, 60, "the sink that woke up has joined anew")
    run.must(int(run.world.value(offset)) == before, "a sink moved the offset of another's partition")
    # And one whose session nobody ended: all that speaks against it is the fence that somebody raised.
    joined = len(assignments(run, 2))
    run.stop("sink", 1)
    until(lambda: len(assignments(run, 2)) > joined and assignments(run, 2)[-1] == max(assignments(run, 2)), 60, "the other has all partitions")
    run.world.sql("update control.sink_offset set fence = fence + 1")
    run.fault("fences raised")
    run.ended(sync())
    run.must("partitions lost to another sink" in run.world.log("sink", 2), "a sink whose fence is not the row's stored a batch")


@scenario("", "the sink stores a dataset's last record and the worker ends its last slice at the same instant: one of them sees the other",
          seconds=90, steps=("no_completion_lock",))
def sink_and_worker_meet(run):
    company, connection = run.connect("meet")
    run.world.stop("scheduler")  # its reconciler would finish within 15 s what both have missed
    run.world.start("scheduler", 1, "--reconcile-every=1h")
    run.start("sink")
    run.start("worker-stripe")
    run.ended(run.ask("meet", company, connection, types=["commerce-companyInfo"]))
    run.stop("worker-stripe")
    run.world.sql(GATE)
    run.start("worker-stripe", fault="stop:before_advance")
    with Session(run.world) as gate:
        gate.say("select pg_advisory_lock(1)")
        # Nothing new, or the sink would count the rows it wrote in the dataset's row, and hold that.
        dataset, = run.ask("meet", company, connection, types=["commerce-companyInfo"], full=True)
        run.until_stopped("worker-stripe")
        # It moved the offset, found nothing to finish, and has not committed.
        until(lambda: waiting(run, "sink", "advisory"), 20, "the sink is about to commit")
        run.thaw("worker-stripe")
        until(lambda: waiting(run, "worker-stripe", "%") or run.world.datasets([dataset])[dataset] == "Processing", 20,
              "the worker waits for the sink's commit, or has ended its slice without")
        gate.say("select pg_advisory_unlock(1)")
    run.ended([dataset], 20)
