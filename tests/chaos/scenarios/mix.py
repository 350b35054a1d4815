"""Every process-level fault, mixed, on a fleet under load: the run that stands for the promise."""
import time

from harness.faults import SERVERS, schedule, inflict
from harness.load import Load
from harness.scenario import scenario

SOURCES = ("stripe", "quickbooks", "xero")


def mix(run, seconds, every, companies, sizes=None):
    run.start_all(workers=2, sinks=2)
    targets = [(f"worker-{source}", i) for source in SOURCES for i in (1, 2)] + [("sink", 1), ("sink", 2), ("scheduler", 1)]
    planned = schedule(run.random, seconds, every, targets + [(server, 1) for server in SERVERS])
    for fault in planned:
        run.history.note("planned", fault=str(fault))
    with Load(run, companies, sizes=sizes) as load:
        inflict(run, planned)
    run.figure("syncs asked", load.rounds)
    run.figure("longest drain s", max(run.drains, default=0.0))
    run.must(all(took < 15 for took in run.drains), f"drains took {run.drains}")


@scenario("", "every process-level fault mixed under load of three sources, a minute and a half", seconds=240, quick=True, sources=SOURCES)
def mix_quick(run):
    mix(run, 75, 3, {"stripe": 6, "quickbooks": 2, "xero": 2})


@scenario("", "every process-level fault mixed under load of three sources, six minutes", seconds=600, sources=SOURCES)
def mix_minutes(run):
    mix(run, 360, 5, {"stripe": 12, "quickbooks": 4, "xero": 4})


@scenario("", "a million records of three sources, every process-level fault mixed for twenty minutes", seconds=3000, soak=True, sources=SOURCES)
def mix_million(run):
    began = time.monotonic()
    mix(run, 1260, 6, {"stripe": 60, "quickbooks": 12, "xero": 12},
        {"quickbooks": {"size": "large"}, "xero": {"size": "large"}})
    run.figure("minutes of faults", (time.monotonic() - began) / 60)
