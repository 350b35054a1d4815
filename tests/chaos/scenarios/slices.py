"""The chain of slices: one owner at a time, one message a slice, and no end before the records are safe.
Scenarios 15, 16 and 17, and the steps of claim and advance one by one."""
import time
import uuid

from harness import jobs
from harness.scenario import scenario
from world import until

PAYMENTS = "commerce-payments"  # of a usual business: eight pages, four slices
PROMPT = 40                     # seconds; the reconciler comes to help after two minutes, and must not be needed


def begin(run, account, **size):
    """Asks for one dataset of a company: (connection, dataset)."""
    run.world.sandbox("POST", f"/stripe/{account}", size)
    company, connection = run.connect(account)
    return connection, run.ask(account, company, connection, types=[PAYMENTS])[0]


def value(run, dataset, column):
    return run.world.value(f"select {column} from control.dataset where id = '{dataset}'")


def until_row(run, dataset, condition, seconds=60):
    until(lambda: value(run, dataset, condition) == "t", seconds,
          lambda: f"{condition}: {run.world.sql(f'select * from control.dataset where id = {chr(39)}{dataset}{chr(39)}')}")


def must_be_one_chain(run, dataset, repeated=0):
    """Each slice was claimed once, but for so many that had to be claimed again, and its records count once."""
    claims, slices = map(int, run.world.sql("select count(*), count(distinct slice) from chaos.step "
                                            f"where dataset = '{dataset}' and epoch <> epoch_before")[0])
    rows, records = int(run.world.value("select count(*) from commerce.payments")), int(value(run, dataset, "records"))
    run.must(claims == slices + repeated, f"{slices} slices were claimed {claims} times")
    run.must(records == rows, f"the dataset counts {records} records, there are {rows}")
    run.figure("slices", slices)


def prompt(run, dataset):
    began = time.monotonic()
    run.ended([dataset], PROMPT)
    run.figure("ended after s", time.monotonic() - began)


@scenario("", "the answer to the commit that moves a row is lost", seconds=40, quick=True, steps=("no_lost_answer", "no_slice_guard"))
def lost_advance_answer(run):
    run.start("sink")
    run.start("worker-stripe", fault="lose_advance_answer:2")
    _, dataset = begin(run, "unheard")
    prompt(run, dataset)
    run.fault("answer lost")
    run.must("the answer is lost" in run.world.log("worker-stripe"), "no answer was lost")
    must_be_one_chain(run, dataset)


@scenario("", "the answer to a claim is lost", seconds=40, quick=True, steps=("no_claim_answer",))
def lost_claim_answer(run):
    run.start("sink")
    run.start("worker-stripe", fault="lose_claim_answer:2")
    _, dataset = begin(run, "unheard")
    prompt(run, dataset)
    run.fault("answer lost")
    must_be_one_chain(run, dataset, repeated=1)


@scenario("", "kill -9 while the broker has none of the slice's records", seconds=90, steps=("advance_before_ack",))
def died_before_ack(run):
    run.start("sink")
    run.start("worker-stripe", fault="stop:after_claim,stop:before_flush,kill:after_advance")
    _, dataset = begin(run, "unacknowledged")
    run.until_stopped("worker-stripe")
    run.down("kafka")
    run.thaw("worker-stripe")
    run.until_stopped("worker-stripe")
    run.thaw("worker-stripe")
    # Two more beats: it had the time to advance if it does not wait for the broker.
    beats = "select beat_at > now() - interval '2 seconds' from control.worker where program = 'worker-stripe'"
    for _ in range(2):
        until(lambda: not run.state("worker-stripe") or run.world.value(beats) == "f", 15, "its beat is two seconds ago")
        until(lambda: not run.state("worker-stripe") or run.world.value(beats) == "t", 15, "it beats again")
    moved = value(run, dataset, "slice_no > 1") == "t"
    run.kill("worker-stripe")
    run.up("kafka")
    run.start("worker-stripe")
    run.ended([dataset])
    run.must(not moved, "the row moved before its records were acknowledged")


@scenario("", "kill -9 after the row moved and before the next job was published", seconds=90, steps=("no_publisher_duty",))
def died_before_publish(run):
    run.start("sink")
    run.start("worker-stripe", fault="kill:after_advance:2")
    _, dataset = begin(run, "unpublished")
    run.until_gone("worker-stripe")
    run.start("worker-stripe")
    prompt(run, dataset)
    must_be_one_chain(run, dataset)
    run.must(sorted(jobs.published(run, dataset)) == list(range(1, int(value(run, dataset, "slice_no")))),
             f"slices {jobs.published(run, dataset)} were published, each is due once")


@scenario("", "the worker that takes a dead publisher's duty dies before it publishes", seconds=110)
def died_in_duty(run):
    run.start("sink")
    run.start("worker-stripe", fault="kill:after_advance:2")
    _, dataset = begin(run, "unpublished")
    run.until_gone("worker-stripe")
    run.start("worker-stripe", fault="kill:after_duty")
    run.until_gone("worker-stripe")
    run.start("worker-stripe")
    prompt(run, dataset)
    must_be_one_chain(run, dataset)


@scenario("", "the broker goes while a worker tells it what is done, and nothing else is to do afterwards", seconds=110)
def commit_unheard(run):
    run.start("sink")
    run.start("worker-stripe", fault="stop:before_offset_commit")
    company, connection = run.connect("unheard")
    dataset = run.ask("unheard", company, connection, types=["commerce-companyInfo"])[0]  # one job, one commit
    run.until_stopped("worker-stripe")
    run.down("kafka")
    run.thaw("worker-stripe")
    before = time.monotonic()
    until(lambda: time.monotonic() - before > 20, 25, "twenty seconds are over, three of the group's sessions")
    run.up("kafka")
    run.ended([dataset])


@scenario("15", "duplicates of a job while it runs, before and after its time, and of datasets that are not there", seconds=90,
          steps=("no_claim_liveness",))
def wrong_jobs(run):
    run.start_all(workers=2, sinks=1)
    run.world.sandbox("POST", "/stripe/repeated", {})
    run.world.sandbox("POST", "/stripe/repeated/faults", {"kind": "slow", "delay_ms": 1500})
    connection, dataset = begin(run, "repeated")
    for slice_no in (1, 2, 3):
        until_row(run, dataset, f"slice_no = {slice_no} and owner is not null")
        jobs.send(run, connection, dataset, slice_no)
        run.fault("duplicates", slice=slice_no)
        jobs.send(run, connection, dataset, slice_no + 3, partitions=(0, 6))
        jobs.send(run, connection, dataset, max(slice_no - 1, 1), partitions=(3, 9), job_class="backfill")
        run.fault("reordered", slice=slice_no)
    jobs.send(run, connection, str(uuid.UUID(int=run.random.getrandbits(128))), 1, partitions=(1, 7))
    run.fault("unknown dataset")
    run.world.sandbox("DELETE", "/stripe/repeated/faults")
    prompt(run, dataset)
    for slice_no in range(1, int(value(run, dataset, "slice_no")) + 1):  # its time is over
        jobs.send(run, connection, dataset, slice_no, partitions=(slice_no,))
    run.fault("stale", dataset=dataset)
    must_be_one_chain(run, dataset)
    run.must(int(value(run, dataset, "attempt")) == 0, "a repeated job counts as a crash")


@scenario("16", "six copies of the job of a slice whose successor nobody published: all may publish it, one does", seconds=120,
          steps=("no_duty_guard",))
def fork_of_copies(run):
    run.start("sink")
    run.start("worker-stripe", fault="kill:after_advance:2")
    connection, dataset = begin(run, "forked")
    run.until_gone("worker-stripe")
    jobs.send(run, connection, dataset, 2, partitions=range(0, jobs.PARTITIONS, 2))
    run.fault("copies", slice=2)
    run.start("worker-stripe")
    prompt(run, dataset)
    must_be_one_chain(run, dataset)
    once = [n for n in jobs.published(run, dataset) if n > 2]
    run.must(len(once) == len(set(once)), f"slices {sorted(once)} were published, each is due once")


@scenario("16", "a worker frozen before it publishes: another one takes the duty, then both have published", seconds=150)
def fork_of_zombie(run):
    run.start("sink")
    run.start("worker-stripe", 1, fault="stop:after_advance:2")
    _, dataset = begin(run, "thawed")
    run.until_stopped("worker-stripe", 1)
    run.start("worker-stripe", 2, fault="stop:after_claim")
    run.until_stopped("worker-stripe", 2)  # it runs slice 3, which it has published
    run.thaw("worker-stripe", 1)
    until(lambda: jobs.published(run, dataset).count(3) == 2, 60, "slice 3 is published twice")
    run.thaw("worker-stripe", 2)
    prompt(run, dataset)
    once = [n for n in jobs.published(run, dataset) if n != 3]
    run.must(len(once) == len(set(once)), f"slices {sorted(once)} were published, each but the third is due once")


@scenario("17", "a job is lost on its way: the reconciler revives its slice; a backlog of two minutes is left alone", seconds=260)
def lost_job(run):
    revive(run, 120, 15)


@scenario("17", "the same with a reconciler that waits for 10 s", seconds=60, quick=True)
def lost_job_soon(run):
    run.stop("scheduler")
    run.start("scheduler", 1, "--reconcile-after=10s", "--reconcile-every=2s")
    revive(run, 10, 2)


def revive(run, after, every):
    run.start("sink")
    run.start("worker-quickbooks")  # from it the scheduler knows what QuickBooks offers
    run.stop("worker-quickbooks")
    run.start("worker-stripe", fault="lose_next_job:2")
    company, connection = run.connect("backlog", "quickbooks")  # nobody reads these jobs yet
    waiting = run.ask("backlog", company, connection, "quickbooks", ["customers"])[0]
    _, dataset = begin(run, "forgotten")
    until_row(run, dataset, "slice_no = 3 and owner is null")
    run.fault("job lost", dataset=dataset, slice=3)
    began = time.monotonic()
    run.ended([dataset], after + 2 * every + 30)
    took = time.monotonic() - began
    run.figure("revived after s", took)
    run.must(took >= after, f"revived after {took:.1f} s, when it might still have been on its way")
    run.must(took <= after + 2 * every + 15, f"revived after {took:.1f} s")
    must_be_one_chain(run, dataset)
    copies = len(jobs.published(run, waiting, "quickbooks"))
    run.must(copies == 1, f"a job that waits for a worker was published {copies} times")
    run.start("worker-quickbooks")
    run.ended([waiting])
