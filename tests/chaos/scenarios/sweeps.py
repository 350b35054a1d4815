"""Sweeps: what a full sync no longer saw is deleted, and nothing else, whatever happens meanwhile."""
from harness.scenario import scenario
from world import until

ACCOUNTS = "chartOfAccounts"  # of Xero: always read whole, and what is not seen is not asked for one by one
CUSTOMERS = "commerce-customers"
GONE = 40  # of 300 customers: fewer than what has to be agreed on twice


def live(run, table):
    return int(run.world.value(f"select count(*) from {table} where not is_deleted"))


@scenario("", "a sync is cancelled while its worker is about to look for what it did not see", seconds=60, quick=True,
          steps=("no_sweep_join",), sources=("xero",))
def sweep_cancelled(run):
    run.start("sink")
    run.start("worker-xero", fault="stop:before_sweep_page")
    company, connection = run.connect("cancelled", "xero")
    run.ended(run.ask("cancelled", company, connection, "xero", [ACCOUNTS]))
    rows = live(run, "accounting.chart_of_accounts")
    dataset = run.ask("cancelled", company, connection, "xero", [ACCOUNTS])[0]
    run.until_stopped("worker-xero")
    run.must(run.history.cancel(company, dataset), "there was nothing to cancel")
    run.thaw("worker-xero")
    until(lambda: "the dataset ended meanwhile" in run.world.log("worker-xero"), 30, "the worker finds that it is over")
    until(lambda: not run.history.busy(), 30, run.history.busy)
    run.figure("rows", rows)
    left = live(run, "accounting.chart_of_accounts")
    run.must(rows > 0 and left == rows, f"of {rows} rows {left} live")


@scenario("", "kill -9 in the midst of a sweep, and frozen there until another worker has swept", seconds=150)
def sweep_interrupted(run):
    run.start("sink")
    run.start("worker-stripe", 1)
    run.world.sandbox("POST", "/stripe/swept", {"customers": 300})
    company, connection = run.connect("swept")
    run.ended(run.ask("swept", company, connection, types=[CUSTOMERS]))
    before = live(run, "commerce.customers")
    run.world.sandbox("POST", "/stripe/swept/delete", {"type": "customers", "count": GONE})
    run.history.note("changed", account="swept", source="stripe")
    run.stop("worker-stripe", 1)
    run.start("worker-stripe", 1, fault="kill:before_sweep_page")
    dataset = run.ask("swept", company, connection, types=[CUSTOMERS], full=True)[0]
    run.until_gone("worker-stripe", 1)
    run.start("worker-stripe", 1, fault="stop:after_sweep_page")
    run.until_stopped("worker-stripe", 1)
    run.start("worker-stripe", 2)
    run.ended([dataset])
    run.thaw("worker-stripe", 1)
    until(lambda: any(words in run.world.log("worker-stripe", 1) for words in ("the dataset ended meanwhile", "slice given back")), 30,
          "the zombie finds that it is one")
    until(lambda: not run.history.busy(), 30, run.history.busy)
    run.figure("swept", GONE)
    left = live(run, "commerce.customers")
    run.must(left == before - GONE, f"{left} of {before} customers live, {GONE} are gone")
