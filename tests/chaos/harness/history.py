"""History: what a run asked of the product and did to it, line by line in history.jsonl of the world's folder, and at the end
everything that is known of it.

    history = History(world)          # entered
    history.install()                 # once the scheduler runs, before anything else of ours does
    company, connection = history.connect("acme", "xero")
    dataset = history.ask(company, connection, "acme", "xero", "invoices")
    history.settle(60)                # until all is quiet, or not
    problems = check(history.collect())
    history.close()

Triggers (watch.sql) keep the history of rows, a thread that of memory and files; programs log each page (level debug).
"""
import base64
import json
import threading
import time
from pathlib import Path

from harness import topics
from harness.facts import gather, lags
from harness.sampler import Sampler

LAGS_APART, LOOK_EVERY = 3, 0.3  # seconds
UNFINISHED = "status in ('Queued', 'Fetching', 'Processing', 'Validating')"
# How each token of the sandbox begins, whichever it is.
TOKENS = [b"sk_live_sandbox_", *(f"{kind}_{vendor}_".encode() for kind in ("at", "rt", "cd") for vendor in ("quickbooks", "xero"))]


class History:
    def __init__(self, world):
        self.world, self.sampler = world, Sampler(world)
        self.asks, self.expected, self.letters, self.clock_ahead = [], {}, 0, 0
        self.cancelled = {}  # {dataset: when the product had said that it is}
        self.connected = {}  # {(account, source): (company, connection)}
        self.changed = {}    # {(account, source): when the vendor's data changed last, as far as we were told}
        self.lock = threading.Lock()

    @property
    def path(self):
        return self.world.folder / "history.jsonl"

    def install(self):
        self.world.env["TRIBUTARY_LOG_LEVEL"] = "debug"
        self.world.sql(Path(__file__).with_name("watch.sql").read_text(encoding="utf-8"))
        self.sampler.start()

    def close(self):
        self.sampler.close()

    @staticmethod
    def clock():
        return time.monotonic()

    # ---- what is done ----

    def note(self, what, **facts):
        """"changed" (account, source) and "clock" (ahead: seconds of the vendor's) mean something to the checker; the rest is for
        who reads it."""
        if what == "changed":
            self.changed[facts["account"], facts["source"]] = self.clock()
        if what == "clock":
            self.clock_ahead = max(self.clock_ahead, facts["ahead"])
        line = json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()), "t": round(time.time(), 3), "what": what, **facts},
                          default=str)
        with self.lock, open(self.path, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def connect(self, account, source="stripe"):
        company, connection = self.world.connect(account, source=source)
        self.connected[account, source] = (company, connection)
        self.note("connected", account=account, source=source, company=company, connection=connection)
        return company, connection

    def ask(self, company, connection, account, source, data_type, full=False):
        """The dataset's id. A refused ask is noted and raised: nobody waits for it."""
        facts = {"company": company, "connection": connection, "account": account, "source": source, "data_type": data_type,
                 "full": full}
        try:
            dataset = self.world.queue(company, data_type, full)
        except (AssertionError, OSError) as refusal:
            self.note("refused", why=str(refusal), **facts)
            raise
        self.asks.append({"dataset": dataset, "at": self.clock(), **facts})
        self.note("asked", dataset=dataset, **facts)
        return dataset

    def cancel(self, company, dataset):
        """Whether there was something to cancel; one that ended meanwhile is let be."""
        status, answer = self.world.api("POST", f"/companies/{company}/data/history/{dataset}/cancel")
        self.note("cancel", dataset=dataset, answer=status)
        assert status in (200, 409), answer
        if status == 200:
            self.cancelled[dataset] = time.time()
            self.expect(dataset, "Cancelled")
        return status == 200

    def expect(self, dataset, *statuses):
        """In one of these the dataset must end, not in Complete."""
        self.expected[dataset] = list(statuses)

    def expect_letters(self, n):
        """So many different records and jobs may be dead-lettered."""
        self.letters = n

    def secrets(self):
        """What must be nowhere. Of the vendors' tokens the beginning is enough: they come anew all the time."""
        env = self.world.env
        keys = [base64.b64decode(line.rpartition(":")[2])
                for line in Path(env["TRIBUTARY_MASTER_KEY_FILE"]).read_text(encoding="utf-8").split()]
        own = [self.world.folder / service / "password" for service in ("postgres", "redis")]
        return [*TOKENS, *keys, env["TRIBUTARY_API_KEY"].encode(), b"sandbox-secret", *(path.read_bytes().strip() for path in own)]

    # ---- when it is over ----

    def job_lag(self, source):
        return sum(topics.job_lags(self.world, source=f"{source}.").values())

    def busy(self):
        """What is not at rest, as text; "" when all is."""
        try:
            unfinished = self.world.value(f"select count(*) from control.dataset where {UNFINISHED}")
            if unfinished != "0":
                return f"{unfinished} datasets have not ended"
            return "; ".join(f"{what} lags by {n}" for what, n in lags(self.world).items())
        except AssertionError as away:
            return f"a server is away: {away}"

    def settle(self, seconds):
        """Until every dataset has ended and nothing lags. What changed at a vendor after it was read last is asked for once more: no
        truth could hold else. Returns False when time is up: then the checker says of what."""
        deadline = self.clock() + seconds
        if self.rest(deadline) and self.ask_again():
            self.rest(deadline)
        still = self.busy()
        self.note("settled" if not still else "not settled", still=still)
        return not still

    def rest(self, deadline):
        while busy := self.busy():
            if self.clock() > deadline:
                self.note("restless", why=busy)
                return False
            threading.Event().wait(LOOK_EVERY)
        return True

    def ask_again(self):
        last = {(a["account"], a["source"], a["data_type"]): a for a in self.asks}
        stale = [a for (account, source, _), a in last.items()
                 if self.changed.get((account, source), a["at"]) > a["at"] and a["dataset"] not in self.expected]
        for a in stale:
            self.ask(a["company"], a["connection"], a["account"], a["source"], a["data_type"])
        return stale

    def wait_since(self, since):
        threading.Event().wait(max(0, since + LAGS_APART - self.clock()))

    def collect(self):
        return gather(self)
