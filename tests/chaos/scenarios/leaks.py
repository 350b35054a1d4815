"""Slow leaks: the same work again and again, and what the programs hold afterwards: scenario 29."""
import os
import time

from harness.load import Load
from harness.scenario import scenario
from world import until

GROWTH_MB = 4  # of a program, after its warm-up; noise of the allocator is below that


def held(pid):
    """MB that the program has for itself, and its open files."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as smaps:
        anonymous = next(int(line.split()[1]) for line in smaps if line.startswith("Anonymous:"))
    return anonymous / 1024, len(os.listdir(f"/proc/{pid}/fd"))


def soak(run, warm_up, rounds):
    run.start_all(workers=1, sinks=1)
    programs = [("scheduler", 1), ("sink", 1), *((f"worker-{source}", 1) for source in run.scenario.sources)]
    with Load(run, {"stripe": 8, "quickbooks": 2, "xero": 1}, prefix="leak") as load:
        until(lambda: load.rounds >= warm_up, 300, lambda: f"{warm_up} rounds, {load.rounds} so far")
        before, began = {p: held(run.pid(*p)) for p in programs}, time.monotonic()
        goal = load.rounds + rounds
        until(lambda: load.rounds >= goal, 3000, lambda: f"{goal} rounds, {load.rounds} so far")
        after = {p: held(run.pid(*p)) for p in programs}
    run.figure("rounds", rounds)
    run.figure("datasets", int(run.world.value("select count(*) from control.dataset")))
    run.figure("minutes", (time.monotonic() - began) / 60)
    for program in programs:
        (mb, files), (mb_after, files_after) = before[program], after[program]
        run.figure(f"{program[0]} MB", f"{mb:.1f} -> {mb_after:.1f}")
        run.must(mb_after - mb < GROWTH_MB, f"{program[0]} grew from {mb:.1f} to {mb_after:.1f} MB in {rounds} rounds")
        run.must(files_after - files < 10, f"{program[0]} had {files} files open, then {files_after}")


@scenario("29", "two hundred rounds of syncs from three sources: memory and files stay", seconds=500, sources=("stripe", "quickbooks", "xero"))
def slow_leak(run):
    soak(run, 60, 200)


@scenario("29", "the same, two thousand rounds", seconds=3600, soak=True, sources=("stripe", "quickbooks", "xero"))
def slower_leak(run):
    soak(run, 100, 2000)
