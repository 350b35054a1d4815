"""Workers that die or freeze at each step of a slice. Scenarios 1, 3 and 13."""
import json

from harness.load import Load
from harness.scenario import scenario
from world import STRIPE_TYPES, until

PAYMENTS, DISPUTES = "commerce-payments", "commerce-disputes"
TAKEOVER = 15  # seconds
# Where a slice can die, in the order in which it comes there; of a full sync also the sweep's.
POINTS = ("before_beat", "after_claim", "in_page", "after_page", "before_flush", "after_flush", "before_advance", "after_advance",
          "after_publish", "before_offset_commit", "after_offset_commit")
SWEEP_POINTS = ("before_sweep_page", "after_sweep_page", "before_advance", "after_publish")


def companies(run, n, prefix, **size):
    members = []
    for i in range(n):
        run.world.sandbox("POST", f"/stripe/{prefix}{i}", size)
        members.append((f"{prefix}{i}", *run.connect(f"{prefix}{i}")))
    return members


def ask_all(run, members, types=None, full=False):
    return [dataset for member in members for dataset in run.ask(*member, types=types, full=full)]


def doomed(run, instance, fault):
    """Starts a worker that dies at a point, perhaps before it has said that it is ready."""
    try:
        run.start("worker-stripe", instance, fault=fault)
    except AssertionError:
        run.must(not run.state("worker-stripe", instance), "a worker does not get ready")


def held(run, pid):
    """The datasets that a process owns, with their epochs; its frozen or dead self still stands in the rows."""
    return run.world.sql("select d.id, d.epoch from control.dataset d join control.worker w on w.incarnation = d.owner "
                         f"where w.program = 'worker-stripe' and w.pid = {pid}")


def busiest(run, instances):
    """Which of the workers holds most slices, and its process; None while none does."""
    holding = [(len(held(run, run.pid("worker-stripe", i))), i, run.pid("worker-stripe", i)) for i in instances]
    return max(holding)[1:] if any(n for n, *_ in holding) else None


def now(run):
    return float(run.world.value("select extract(epoch from clock_timestamp())"))


def takeovers(run, slices, since):
    """Seconds until each of these slices was claimed by somebody else; those that nobody had to claim again are left out."""
    return [float(at) - since for dataset, epoch in slices for at, in run.world.sql(
        "select extract(epoch from min(at)) from chaos.step "
        f"where dataset = '{dataset}' and epoch_before = {epoch} and epoch > {epoch} having count(*) > 0")]


@scenario("1", "kill -9 of a worker at each point of a slice, in any order", seconds=240)
def killed_at_each_point(run):
    run.start("sink")
    run.start("worker-stripe", 2)  # from it the scheduler knows what Stripe offers
    run.stop("worker-stripe", 2)
    members = companies(run, 6, "points")
    asked = ask_all(run, members)
    for points in (POINTS, SWEEP_POINTS):
        for point in run.random.sample(points, len(points)):
            # A few passages later: another slice, another page. Beats come every three seconds, commits every second.
            doomed(run, 1, f"kill:{point}:{run.random.randint(1, 2 if point.endswith(('beat', 'commit')) else 6)}")
            run.until_gone("worker-stripe", 1)
        run.start("worker-stripe", 2)
        run.ended(asked)
        if points is POINTS:
            run.stop("worker-stripe", 2)
            for account, *_ in members:
                run.world.sandbox("POST", f"/stripe/{account}/delete", {"type": "customers", "count": 5})
                run.history.note("changed", account=account, source="stripe")
            asked = ask_all(run, members, full=True)


@scenario("1", "kill -9 of the worker that holds most slices, five times; another one takes them over", seconds=180)
def taken_over(run):
    run.start_all(workers=2, sinks=1)
    run.world.sandbox("POST", "/stripe/*/faults", {"kind": "slow", "delay_ms": 200})
    took, n = [], 0
    with Load(run, {"stripe": 3}, prefix="takeover"):
        for _ in range(5):
            victim, pid = until(lambda: busiest(run, (1, 2)), 60, "a worker holds a slice")
            run.kill("worker-stripe", victim)
            since, slices = now(run), held(run, pid)
            n += len(slices)
            until(lambda since=since, slices=slices: len(takeovers(run, slices, since)) == len(slices), 40,
                  "each slice is claimed again")
            took += takeovers(run, slices, since)
            run.start("worker-stripe", victim)
        run.world.sandbox("DELETE", "/stripe/*/faults")
    run.figure("slices taken over", n)
    run.figure("longest takeover s", max(took))
    run.must(max(took) < TAKEOVER, f"takeovers took {sorted(took)[-5:]} s")


@scenario("3", "SIGSTOP of a worker for a minute in the midst of a page, then SIGCONT: a zombie with slices and records", seconds=240)
def zombie_worker(run):
    run.start("sink")
    run.start("worker-stripe", 1, fault=f"stop:in_page:{run.random.randint(200, 600)}")
    members = companies(run, 4, "zombie")
    asked = ask_all(run, members)
    run.until_stopped("worker-stripe", 1)
    since, slices = now(run), held(run, run.pid("worker-stripe", 1))
    for account, *_ in members:  # what it still holds is no longer true
        run.world.sandbox("POST", f"/stripe/{account}/delete", {"type": "customers", "count": 3})
        run.world.sandbox("POST", f"/stripe/{account}/change", {"count": 10})
        run.history.note("changed", account=account, source="stripe")
    run.start("worker-stripe", 2)
    run.ended(asked)
    asked = ask_all(run, members, full=True)
    run.ended(asked)
    until(lambda: now(run) - since >= 60, 90, "a minute is over")
    run.thaw("worker-stripe", 1)
    until(lambda: "slices of the old incarnation stop" in run.world.log("worker-stripe", 1), 30, "it finds that it was dead")
    took = takeovers(run, slices, since)
    run.figure("slices it held", len(slices))
    run.figure("longest takeover s", max(took))
    run.must(max(took) < TAKEOVER, f"takeovers took {sorted(took)[-5:]} s")


@scenario("3", "a zombie wakes up with only the row left to move, while its successor is at work", seconds=120,
          steps=("no_epoch_guard",))
def zombie_advance(run):
    run.start("sink")
    run.start("worker-stripe", 1, fault="stop:before_advance:2")
    account, company, connection = companies(run, 1, "advance")[0]
    dataset = run.ask(account, company, connection, types=[PAYMENTS])[0]
    run.until_stopped("worker-stripe", 1)
    run.start("worker-stripe", 2, fault="stop:after_claim")
    run.until_stopped("worker-stripe", 2)
    run.thaw("worker-stripe", 1)
    moved = f"select slice_no > 2 from control.dataset where id = '{dataset}'"
    until(lambda: "another owner by now" in run.world.log("worker-stripe", 1) or run.world.value(moved) == "t", 30,
          "the zombie has tried")
    run.must(run.world.value(moved) == "f", "a zombie moved its successor's row")
    run.kill("worker-stripe", 2)  # had the row moved, nobody would read that slice again
    run.ended([dataset])


@scenario("13", "a job that kills whoever runs it, among others: buried after its crashes alone, the others end well", seconds=200)
def poison_job(run):
    run.start("sink")
    run.start("worker-stripe", 1)  # from it the scheduler knows what Stripe offers
    run.stop("worker-stripe", 1)
    poisoned, *others = companies(run, 4, "poison")
    dataset = run.ask(*poisoned, types=[DISPUTES])[0]
    run.history.expect(dataset, "InternalError")
    run.history.expect_letters(1)
    ask_all(run, others, [t for t in STRIPE_TYPES if t != DISPUTES])
    crashes = 0
    for instance in (1, 2):
        doomed(run, instance, f"kill:{DISPUTES}")

    def ended():
        nonlocal crashes
        for instance in (1, 2):
            if not run.state("worker-stripe", instance):
                run.fault("died", program="worker-stripe", instance=instance)
                crashes += 1
                doomed(run, instance, f"kill:{DISPUTES}")
        return run.world.datasets([dataset])[dataset] == "InternalError"
    until(ended, 150, lambda: run.world.explain([dataset]))
    listed = run.world.run("tributary", "dlq", "list", "--topic", "jobs.stripe.dlq").stdout
    letters = [json.loads(line) for line in listed.splitlines()]
    run.figure("crashes", crashes)
    run.must(crashes == 5, f"{crashes} crashes: two among others, three alone are due")
    run.must([letter["dataset"] for letter in letters] == [dataset], f"buried: {letters}")
