#!/usr/bin/env python3
"""Eight workers a vendor, of unequal speed, against QuickBooks' and Xero's limits: two apps, thirty connections, real minutes.

    tests/chaos/quota.py [--minutes 10] [--workers 8] [--connections 30] [--flush]

Each worker backfills every connection of its vendor with two pieces of work, and one has an interactive call for some of them now and then.
In the middle one worker of each vendor is killed with what it holds; with --flush Redis is emptied at three quarters. The sandbox's gate counts. Printed: requests
over a limit (none), use of the minute limits on average while there is work (95 % at least, measured from the moment on at which a new ledger
is trusted), and how late after its limit had a place an interactive call was answered (2 s at most). Then the same for a day's limit, with the
sandbox's clock and the ledger's moved by a day.
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from fleet import Redis, Worker, mean_use, served_late, wait  # noqa: E402
from world import CLONE, until  # noqa: E402

MINUTE, DAY, LATENCY_MS = 60.0, 86400, 150
LONGEST, SPARE = 10, 5  # of a call, and what the ledger adds
VENDORS = {
    "xero": {"inside": 59, "most": 60, "tenant": "Xero-Tenant-Id", "problem": "X-Rate-Limit-Problem", "app": "app-x",
             "limits": "minute:tenant:60:60000:X-MinLimit-Remaining:minute day:tenant:5000:86400000:X-DayLimit-Remaining:day "
                       "concurrent:tenant:5:0::concurrent appminute:app:10000:60000:X-AppMinLimit-Remaining:appminute"},
    "quickbooks": {"inside": 490, "most": 500, "tenant": None, "problem": None, "app": "app-q",
                   "limits": "minute:tenant:500:60000 concurrent:tenant:10:0"},
}


class Sandbox:
    def __init__(self):
        binary = Path(os.environ.get("TRIBUTARY_BIN") or CLONE / "build" / "bin") / "sandbox"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TRIBUTARY_")}
        self.process = subprocess.Popen([binary, "--http-listen", "127.0.0.1:0", "--log-level", "warn"], stdout=subprocess.PIPE,
                                        text=True, env=environment)
        self.url = self.process.stdout.readline().strip()

    def control(self, method, path, body=None):
        request = urllib.request.Request(f"{self.url}/control{path}", body and json.dumps(body).encode(), method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def link(self, vendor, name):
        """(tenant, token, url) of a connection."""
        grant = self.control("POST", f"/{vendor}/grants", {"account": f"{name}__small"})
        self.control("POST", f"/{vendor}/{name}/faults", {"kind": "slow", "delay_ms": LATENCY_MS})
        tenant = grant["tenants"][0]["id"]
        path = {"xero": "/xero/api.xro/2.0/Organisation", "quickbooks": f"/quickbooks/v3/company/{tenant}/companyinfo/{tenant}"}
        return tenant, grant["access_token"], self.url + path[vendor]

    def over(self):
        return {vendor: self.control("GET", f"/{vendor}/counters")["over_limit"] for vendor in VENDORS}

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Run:
    def __init__(self, options):
        self.options = options
        self.redis, self.sandbox, self.workers = Redis(), Sandbox(), []
        self.connections = {vendor: [self.sandbox.link(vendor, f"{vendor}_{i}") for i in range(options.connections // 2)]
                            for vendor in VENDORS}

    def close(self):
        for worker in self.workers:
            worker.stop()
        self.redis.close()
        self.sandbox.close()

    def lines(self, vendor, rank):
        """A worker's work: rank 0 thinks least between its calls."""
        for i, (tenant, token, url) in enumerate(self.connections[vendor]):
            for _ in range(2):
                yield tenant, "backfill", token, url, 40 * rank
            if rank == i % self.options.workers and i < 6:
                yield tenant, "interactive", token, url, 7000

    def start(self, vendor, rank, ahead=0, lines=None, limits=None):
        about = VENDORS[vendor]
        options = ["--source", vendor, "--app", about["app"], "--longest", f"{LONGEST}s", "--workers", self.options.workers,
                   "--rank", rank, "--ahead", ahead]
        options += ["--tenant-header", about["tenant"]] if about["tenant"] else []
        options += ["--problem", about["problem"]] if about["problem"] else []
        worker = Worker(self.redis.url, limits or about["limits"], lines or self.lines(vendor, rank), options)
        worker.vendor = vendor
        self.workers.append(worker)
        return worker

    # ---- Minutes ----

    def minutes(self):
        options = self.options
        for rank in range(options.workers):
            for vendor in VENDORS:
                self.start(vendor, rank)
        wait(MINUTE + LONGEST + SPARE + 2)  # a new ledger is trusted from here on
        start = time.time()
        wait(options.minutes * 30)
        for worker in self.workers[4:6]:  # one of each vendor
            until(lambda: self.is_busy(worker), 2 * MINUTE, "the victim is at work")  # noqa: B023
            worker.stop(signal.SIGKILL)
        self.killed = time.time()
        wait(options.minutes * 15)
        if options.flush:
            self.redis.ask("FLUSHALL")
        wait(options.minutes * 15)
        end = time.time()
        for worker in self.workers:
            worker.stop()
        return [problem for vendor in VENDORS for problem in self.verdict(vendor, start, end)]

    @staticmethod
    def is_busy(worker):
        n = len(worker.calls)
        wait(0.05)
        return len(worker.calls) > n + 2

    def verdict(self, vendor, start, end):
        about, problems = VENDORS[vendor], []
        calls = [call for worker in self.workers if worker.vendor == vendor for call in worker.calls]
        tenants = [tenant for tenant, _, _ in self.connections[vendor]]
        used = [mean_use([c.answered for c in calls if c.tenant == t], MINUTE, start, end) / about["most"] for t in tenants]
        mean = sum(used) / len(used)
        counters = self.sandbox.control("GET", f"/{vendor}/counters")
        sends = {t: [c.answered - LATENCY_MS / 1000 for c in calls if c.tenant == t] for t in tenants}
        counted = {use["account"]: use["requests"] for use in counters["tenants"]}
        held = {t: counted[f"{vendor}_{i}"] - len(sends[t]) for i, t in enumerate(tenants)}  # by who was killed
        late = [one for t in tenants for one in served_late(
            [c for c in calls if c.tenant == t and c.job_class == "interactive" and c.wanted > start],
            sends[t], about["inside"], MINUTE, held[t], self.killed + LONGEST + SPARE + MINUTE)]
        over, refused = counters["over_limit"], sum(c.status != 200 for c in calls)
        late = sorted(late) or [0.0]
        print(f"figure: {vendor}: {len(calls)} calls of {len(tenants)} connections in {(end - start) / 60:.0f} min; over a limit: {over}; "
              f"{sum(held.values())} in flight when their worker was killed; minute limit used {mean:.1%} on average (least {min(used):.1%}); {len(late)} interactive calls, answered "
              f"{late[len(late) // 2]:.2f} s (median), {late[-1]:.2f} s (latest) after the limit had a place", flush=True)
        problems += [f"{vendor}: {over} requests over a limit"] if over else []
        problems += [f"{vendor}: {refused} calls not answered 200"] if refused else []
        problems += [f"{vendor}: {mean:.1%} used"] if mean < 0.95 and not self.options.flush else []
        problems += [f"{vendor}: an interactive call {late[-1]:.1f} s late"] if late[-1] > 2 and not self.options.flush else []
        return problems

    # ---- A day ----

    def day(self):
        """Xero's day, at a tenth of its figures: what a backfill leaves to interactive work, and both again a day later."""
        problems = []
        self.sandbox.control("POST", "/xero/limits", {"on": True, "day": 500, "minute": 100000})
        limits = "day:tenant:500:86400000:X-DayLimit-Remaining:day concurrent:tenant:5:0::concurrent"
        self.redis.ask("FLUSHALL")
        tenant, token, url = self.connections["xero"][0]
        for day in range(2):
            if day:
                self.sandbox.control("POST", "/clock", {"offset_seconds": int(DAY * 1.01)})
                tenant, token, url = self.sandbox.link("xero", "xero_0")  # a day later the token has died
            fleet = [self.start("xero", rank, int(day * DAY * 1010), [(tenant, "backfill", token, url, 5 * rank)] * 2, limits)
                     for rank in range(self.options.workers)]
            until(lambda: sum(len(w.calls) for w in fleet) >= 441, 60, lambda: f"{[len(w.calls) for w in fleet]} {fleet[0].errors[-3:]}")
            wait(2)
            backfill = sum(len(w.calls) for w in fleet)
            one = self.start("xero", 0, int(day * DAY * 1010), [(tenant, "interactive", token, url, 0)], limits)
            until(lambda: len(one.calls) >= 49, 60, lambda: f"{len(one.calls)} {one.errors[-3:]}")
            wait(2)
            for worker in [*fleet, one]:
                worker.stop()
            over = self.sandbox.over()["xero"]
            print(f"figure: day {day + 1} of 500 requests: backfill {backfill}, interactive {len(one.calls)}, over a limit: {over}", flush=True)
            problems += [f"day {day + 1}: {over} requests over a limit"] if over else []
        return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--connections", type=int, default=30)
    parser.add_argument("--flush", action="store_true")
    run = Run(parser.parse_args())
    try:
        problems = run.minutes() + run.day()
    finally:
        run.close()
    for problem in problems:
        print(problem)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
