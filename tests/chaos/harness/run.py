"""Run: one scenario on a world of its own: its programs, its faults, its history, and what the checker says of it.

A Run starts nothing but the world (servers, sandbox, scheduler); the scenario starts workers and sinks and does its harm. When
its function returns everything that was frozen goes on, the run waits until all is quiet, and every invariant is checked. With
`without` a step of the protocol is left out in all programs: then the run must end with problems.
"""
import os
import random
import signal
import subprocess
import time
import traceback

from harness.checker import check
from harness.history import History
from world import SOURCE_TYPES, World, until

# Small slices and pages: a dataset is a chain, and a fault finds one in its midst.
OPTIONS = {
    "worker-stripe": ["--slice-pages=2", "--stripe-page-size=20"],
    "worker-quickbooks": ["--slice-pages=2", "--quickbooks-page-size=100"],
    "worker-xero": ["--slice-pages=2", "--xero-page-size=100"],
}
PATIENCE = 150  # seconds until all is quiet after the last fault; with a step left out some never get there
RED_PATIENCE = 45


class Run:
    def __init__(self, scenario, seed, bin_folder, without=None, keep=None):
        self.scenario, self.seed, self.without = scenario, seed, without
        self.random = random.Random(f"{scenario.name} {seed}")
        self.world = World(bin_folder, keep)
        self.history = History(self.world)
        self.faults, self.figures, self.problems, self.allowed, self.frozen = 0, {}, [], set(), set()
        self.drains = []  # seconds that each SIGTERM took
        self.last_fault = self.recovered = self.records = None
        self.patience = RED_PATIENCE if without else PATIENCE

    # ---- programs ----

    def start(self, name, instance=1, *options, fault=None, env=None):
        """With `fault`, as lib/fault.h has it, beside the step that this run leaves out. Returns the program's address."""
        faults = ",".join(part for part in (self.without, fault) if part)
        return self.world.start(name, instance, *OPTIONS.get(name, ()), *options,
                                env={**({"TRIBUTARY_FAULT": faults} if faults else {}), **(env or {})})

    def start_all(self, workers=2, sinks=2):
        for source in self.scenario.sources:
            for instance in range(1, workers + 1):
                self.start(f"worker-{source}", instance)
        for instance in range(1, sinks + 1):
            self.start("sink", instance)

    def pid(self, name, instance=1):
        """Of a program that was started; it may be gone by now."""
        return int((self.world.folder / "run" / f"{name}-{instance}.pid").read_text().split()[0])

    def state(self, name, instance=1):
        """As ps(1) has it: T stopped, "" gone."""
        try:
            with open(f"/proc/{self.pid(name, instance)}/stat", encoding="utf-8") as stat:
                state = stat.read().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return "" if state == "Z" else state

    def until_stopped(self, name, instance=1, seconds=60):
        """Until it came to its `stop:` point."""
        until(lambda: self.state(name, instance) == "T", seconds, f"{name}-{instance} stops at its point")
        self.frozen.add(self.pid(name, instance))
        self.fault("stopped", program=name, instance=instance)

    def until_gone(self, name, instance=1, seconds=60):
        """Until it came to its `kill:` point."""
        until(lambda: not self.state(name, instance), seconds, f"{name}-{instance} dies at its point")
        self.fault("died", program=name, instance=instance)

    # ---- faults ----

    def fault(self, what, **facts):
        """Counts and notes a fault; call it when it is done."""
        self.faults += 1
        self.last_fault = time.monotonic()
        self.history.note("fault", kind=what, **facts)

    def kill(self, name, instance=1):
        self.frozen.discard(self.pid(name, instance))
        self.world.kill(name, instance)
        self.fault("kill -9", program=name, instance=instance)

    def stop(self, name, instance=1):
        """SIGTERM; returns how long it took to go."""
        began = time.monotonic()
        self.world.stop(name, instance)
        self.fault("SIGTERM", program=name, instance=instance)
        return time.monotonic() - began

    def freeze(self, name, instance=1):
        os.kill(self.pid(name, instance), signal.SIGSTOP)
        self.frozen.add(self.pid(name, instance))
        self.fault("SIGSTOP", program=name, instance=instance)

    def thaw(self, name, instance=1):
        self.frozen.discard(self.pid(name, instance))
        os.kill(self.pid(name, instance), signal.SIGCONT)
        self.fault("SIGCONT", program=name, instance=instance)

    def down(self, *services):
        """kill -9 of servers: kafka, postgres, redis."""
        self.world.local("stack", "stop", "-9", *services)
        self.fault("kill -9", services=services)

    def up(self, *services):
        self.world.local("stack", "start", *services)
        self.fault("back", services=services)

    def redis(self, *command):
        port = self.world.env["TRIBUTARY_REDIS"].rsplit(":", 1)[1].split("/")[0]
        done = subprocess.run(["redis-cli", "-p", port, *command], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    # ---- work ----

    def connect(self, account, source="stripe"):
        """(company, connection)"""
        return self.history.connect(account, source)

    def ask(self, account, company, connection, source="stripe", types=None, full=False):
        """Asks for a sync of each type: the ids of their datasets."""
        return [self.history.ask(company, connection, account, source, t, full) for t in types or SOURCE_TYPES[source]]

    def ended(self, ids, seconds=None):
        """Waits for these datasets alone: {id: status}."""
        return self.world.wait(ids, seconds or self.patience)

    # ---- the verdict ----

    def figure(self, name, value):
        """A number that stands in the verdict."""
        self.figures[name] = value

    def must(self, fine, text):
        """What the scenario itself asks for, beside the invariants."""
        if not fine:
            self.problems.append(text)

    def allow(self, *invariants):
        """Which of I1 … I11 this scenario breaks by what it does, not by what the product does. Say why beside the call."""
        self.allowed |= set(invariants)

    def finish(self):
        for pid in self.frozen:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
        self.history.settle(self.patience)
        self.recovered = time.monotonic() - (self.last_fault or time.monotonic())
        facts = self.history.collect()
        self.records = facts.n_records
        self.problems += [f"{p.invariant}: {p.text}" for p in check(facts, tuple(self.allowed))]

    def play(self):
        """True: green. Whatever goes wrong is in `problems`."""
        try:
            with self.world:
                self.history.install()
                try:
                    self.scenario.function(self)
                    self.finish()
                except AssertionError as error:
                    self.problems.append(str(error) or traceback.format_exc())
                self.world.failed = bool(self.problems)
                self.history.close()
        except Exception:  # the harness itself: no verdict on the product, and never green
            self.problems.append(f"harness: {traceback.format_exc()}")
        return not self.problems
