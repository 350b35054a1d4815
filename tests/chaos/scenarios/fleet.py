"""Fleets that die, grow, shrink and are flooded: scenarios 2, 10, 11, 12 and 14."""
import itertools
import math
import subprocess
import time

from harness.load import Load
from harness.scenario import scenario
from world import until

JOB_PARTITIONS = 12  # of the world's topics
DRAIN = 15           # seconds, p99


def pages_read(run, *companies):
    names = ",".join(f"'{company}'" for company in companies)
    return int(run.world.value(f"select coalesce(sum(pages), 0) from control.dataset where company_id in ({names})"))


def slow(run, account, ms, source="stripe"):
    run.world.sandbox("POST", f"/{source}/{account}/faults", {"kind": "slow", "delay_ms": ms})


def fast(run, account, source="stripe"):
    run.world.sandbox("DELETE", f"/{source}/{account}/faults")


@scenario("2", "kill -9 of all workers at once, three times in the midst of their slices", seconds=150)
def all_workers_killed(run):
    run.start_all(workers=4, sinks=1)
    members = []
    for i in range(8):
        run.world.sandbox("POST", f"/stripe/all{i}", {"pages": 12})
        slow(run, f"all{i}", 60)
        members.append((f"all{i}", *run.connect(f"all{i}")))
    asked = [dataset for account, company, connection in members for dataset in run.ask(account, company, connection)]
    held = 0
    for goal in (60, 200, 340):
        until(lambda goal=goal: pages_read(run, *(m[1] for m in members)) >= goal, 60, f"{goal} pages are read")
        held += int(run.world.value("select count(*) from control.dataset where owner is not null"))
        for instance in (1, 2, 3, 4):
            run.kill("worker-stripe", instance)
        for instance in (1, 2, 3, 4):
            run.start("worker-stripe", instance)
    began = time.monotonic()
    run.ended(asked)
    run.figure("slices held at the kills", held)
    run.figure("all complete after s", time.monotonic() - began)
    run.must(held > 0, "no worker held a slice when it was killed")


@scenario("10", "a rebalance storm: one worker more or less every five seconds for ten minutes", seconds=800)
def rebalance_storm(run):
    storm(run, 600)


@scenario("10", "the same for forty seconds", seconds=110, quick=True)
def rebalance_squall(run):
    storm(run, 40)


def storm(run, seconds):
    run.start_all(workers=2, sinks=2)
    with Load(run, {"stripe": 10}, prefix="storm") as load:
        running, over = [1, 2], time.monotonic() + seconds
        while time.monotonic() < over:
            tick = time.monotonic() + 5
            if len(running) == 1 or (len(running) < 6 and run.random.random() < 0.5):
                running.append(next(i for i in itertools.count(1) if i not in running))
                run.start("worker-stripe", running[-1])
                run.fault("one more", instance=running[-1])
            else:
                gone = running.pop(run.random.randrange(len(running)))
                run.drains.append(run.stop("worker-stripe", gone))
            until(lambda tick=tick: time.monotonic() >= tick, 10, "five seconds are over")
    run.figure("syncs asked", load.rounds)
    run.figure("longest drain s", max(run.drains, default=0.0))
    run.must(all(took < DRAIN for took in run.drains), f"drains took {run.drains}")


@scenario("11", "one worker becomes twelve, then none, under load; each drains after SIGTERM", seconds=200)
def scaled_out_and_in(run):
    run.start_all(workers=1, sinks=2)
    with Load(run, {"stripe": 16}, prefix="scale") as load:
        until(lambda: load.rounds >= 16, 60, "every company was asked")
        for instance in range(2, 13):
            run.start("worker-stripe", instance)
            run.fault("one more", instance=instance)
        goal = load.rounds + 48
        until(lambda: load.rounds >= goal, 120, lambda: f"{goal} rounds by twelve workers, {load.rounds} so far")
        for instance in range(1, 13):
            run.drains.append(run.stop("worker-stripe", instance))
    left = int(run.world.value("select count(*) from control.worker where program = 'worker-stripe'"))
    run.must(left == 0, f"{left} workers left a row that somebody must declare dead")
    run.start("worker-stripe", 1)
    run.drains.sort()
    run.figure("drain p99 s", run.drains[math.ceil(0.99 * len(run.drains)) - 1])
    run.must(run.drains[-1] < DRAIN, f"drains took {run.drains}")


def syncs_timed(run, members, rounds):
    """Seconds from asking to Complete of one small dataset a company, sorted."""
    took = []
    for _ in range(rounds):
        asked = [run.history.ask(company, connection, account, "stripe", "commerce-customers", True)
                 for account, company, connection in members]
        run.ended(asked)
        took += [float(row[0]) for row in run.world.sql(
            "select extract(epoch from completed - requested) from control.dataset where id in ("
            + ",".join(f"'{dataset}'" for dataset in asked) + ")")]
    return sorted(took)


def p99(values):
    return values[math.ceil(0.99 * len(values)) - 1]


@scenario("12", "a job ten times slower than the others in each partition: the others' p99 does not feel it", seconds=240)
def slow_job_in_each_partition(run):
    run.start_all(workers=1, sinks=1)
    members = [(f"quick{i}", *run.connect(f"quick{i}")) for i in range(24)]
    for account, _, _ in members:
        slow(run, account, 20)
    syncs_timed(run, members, 1)
    alone = syncs_timed(run, members, 4)
    slow_ones = [(account, run.history.ask(company, connection, account, "stripe", "commerce-orders"))
                 for account, company, connection in one_in_each_partition(run)]
    until(lambda: int(run.world.value("select count(*) from control.dataset where pages > 0 and status = 'Fetching'")) >= len(slow_ones),
          90, "every slow job runs")
    beside = syncs_timed(run, members, 4)
    still = int(run.world.value("select count(*) from control.dataset where status = 'Fetching'"))
    run.must(still == len(slow_ones), f"only {still} of {len(slow_ones)} slow jobs still ran")
    for account, _ in slow_ones:
        fast(run, account)
    run.figure("p99 alone s", p99(alone))
    run.figure("p99 beside s", p99(beside))
    run.figure("slow jobs", len(slow_ones))
    run.must(p99(beside) < 2 * p99(alone) + 0.5, f"p99 {p99(alone):.2f} s alone, {p99(beside):.2f} s beside {len(slow_ones)} slow jobs")


def one_in_each_partition(run):
    """Slow companies whose connections' jobs lie in different partitions, one in each: (account, company, connection)."""
    found = {}
    for i in itertools.count():
        account = f"slow{i}"
        run.world.sandbox("POST", f"/stripe/{account}", {"pages": 100})
        company, connection = run.connect(account)
        run.ended([run.history.ask(company, connection, account, "stripe", "commerce-companyInfo")])
        found.setdefault(partition_of(run, connection), (account, company, connection))
        if len(found) == JOB_PARTITIONS:
            break
    for account, _, _ in found.values():
        slow(run, account, 200)
    return found.values()


def partition_of(run, connection):
    said = subprocess.run(["kcat", "-C", "-b", run.world.env["TRIBUTARY_KAFKA_BROKERS"], "-t", "jobs.stripe.interactive", "-o", "beginning", "-e",
                           "-q", "-f", "%k %p\n"], capture_output=True, text=True, check=True).stdout
    return dict(line.split() for line in said.splitlines())[connection]


TENANT_CONNECTIONS = 1000


@scenario("14", "ten thousand jobs of one tenant: another's single job waits less than two slices", seconds=1000)
def tenant_flood(run):
    run.start("worker-stripe", 1, "--slices-in-flight=4")
    run.start("sink")
    singles = [(f"single{i}", *run.connect(f"single{i}")) for i in range(6)]
    run.world.sandbox("POST", "/stripe/flood", {"charges": 1, "customers": 1, "products": 1})
    run.world.sandbox("POST", "/stripe/flood/limits", {"on": False})
    slow(run, "flood", 50)
    company, _ = run.connect("flood")
    for _ in range(TENANT_CONNECTIONS - 1):
        status, made = run.world.api("POST", f"/companies/{company}/connections",
                                     {"platformKey": "stripe", "credential": {"apiKey": "sk_live_sandbox_flood"}})
        assert status == 200, made
    of_flood = f"select count(*) from control.dataset where company_id = '{company}'"
    for job_class in ("backfill", "interactive"):
        status, said = run.world.api("POST", f"/companies/{company}/data/all?everyType=true&class={job_class}")
        assert status == 204, said
        run.fault(f"a flood of {job_class} jobs")
        until(lambda: int(run.world.value(of_flood + " and pages > 0")) > 100, 60, "the flood runs")
        measure_waits(run, singles, of_flood, job_class)
        fast(run, "flood")
        until(lambda: run.world.value(of_flood + " and status <> 'Complete'") == "0", 400, "the flood is over")
        slow(run, "flood", 50)
    fast(run, "flood")


def measure_waits(run, singles, of_flood, job_class):
    """How long an interactive job of each single waits while the flood goes on."""
    waits = []
    for account, company, connection in singles:
        dataset = run.history.ask(company, connection, account, "stripe", "commerce-customers", True)
        run.ended([dataset])
        wait, = run.world.sql(f"select extract(epoch from started - requested) from control.dataset where id = '{dataset}'")
        waits.append(float(wait[0]))
    run.must(int(run.world.value(of_flood + " and status = 'Queued'")) > 1000, "the flood was over before the single jobs")
    lasted = float(run.world.value("select avg(extract(epoch from ended_at - claimed_at)) from control.slice_log"))
    run.figure(f"longest wait in a flood of {job_class} jobs s", max(waits))
    run.figure("a slice s", lasted)
    run.must(job_class == "interactive" or max(waits) < 2 * lasted, f"waited {waits} s, a slice takes {lasted:.2f} s")
