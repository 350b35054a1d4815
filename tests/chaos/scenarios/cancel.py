"""Cancelled is cancelled: whoever reads a source stops at its next page."""
import re

from harness.scenario import scenario
from world import until

ORDERS = "commerce-orders"


@scenario("", "syncs of fast sources are cancelled in the midst of their only slice", seconds=60, quick=True)
def cancelled_in_a_slice(run):
    run.start("worker-stripe", 1, "--slice-pages=1000", "--stripe-page-size=5")
    run.start("sink")
    cancelled = 0
    for i in range(5):
        account = f"fickle{i}"
        run.world.sandbox("POST", f"/stripe/{account}", {"pages": 20})
        # As fast as one operation may be asked for at the most: 25 a second.
        run.world.sandbox("POST", f"/stripe/{account}/faults", {"kind": "slow", "path": "/v1/", "delay_ms": 45})
        company, connection = run.connect(account)
        dataset = run.ask(account, company, connection, types=[ORDERS])[0]
        page = re.compile(f"dataset={dataset} .*page emitted")
        until(lambda page=page: len(page.findall(run.world.log("worker-stripe"))) > 3, 30, "it reads")
        cancelled += run.history.cancel(company, dataset)
    run.must(cancelled == 5, f"{cancelled} of 5 syncs were cancelled while they were read")
