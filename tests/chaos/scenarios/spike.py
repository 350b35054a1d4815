"""A load twenty times as large within ten seconds: scenario 30. A small autoscaler does what KEDA does with the same figure."""
import math
import time

from harness.load import Load
from harness.scenario import scenario
from world import until

LAG_A_WORKER = 20   # KEDA's lagThreshold of this small world
MOST_WORKERS = 6
ALERT = 60          # seconds until the lag shows the spike


@scenario("30", "twenty times the load within ten seconds: seen, scaled out, drained", seconds=400)
def load_spike(run):
    run.start_all(workers=1, sinks=2)
    with Load(run, {"stripe": 2}, prefix="calm"):
        members = [(f"spike{i}", *run.connect(f"spike{i}")) for i in range(40)]
        began, asked = time.monotonic(), []
        for account, company, connection in members:
            asked += run.ask(account, company, connection)
        run.fault("spike", jobs=len(asked))
        run.figure("jobs", len(asked))
        run.figure("asked within s", time.monotonic() - began)
        until(lambda: run.history.job_lag("stripe") > LAG_A_WORKER, ALERT, "the lag shows the spike")
        run.figure("seen after s", time.monotonic() - began)
        workers = 1
        while set(run.world.datasets(asked).values()) - {"Complete"}:
            wanted = min(MOST_WORKERS, math.ceil(run.history.job_lag("stripe") / LAG_A_WORKER))
            for instance in range(workers + 1, wanted + 1):
                run.start("worker-stripe", instance)
                run.figure("last worker after s", time.monotonic() - began)
            workers = max(workers, wanted)
            assert time.monotonic() - began < 240, run.world.explain(asked)
        run.figure("workers", workers)
        run.figure("drained after s", time.monotonic() - began)
