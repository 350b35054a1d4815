#!/usr/bin/env python3
"""kill -9 of workers and sink, one every few seconds, while many companies sync; afterwards every row against ground truth.

    tests/chaos/kills.py [--companies 200] [--kills 50] [--every 5] [--seed 1] [--bin DIR] [--fault NAME]

Slices are two pages of twenty, so a large dataset has five and more. A kill counts as "in mid-slice" when the worker held
datasets at that moment and their epochs were claimed again later. Rounds of full syncs go on until enough kills have counted.
Checked: every dataset ended Complete; every column of every row; no row written twice; no row's version ever went down (a
trigger in this database records it); nothing was dead-lettered. With --fault (a build with TRIBUTARY_FAULTS=ON) one step of the protocol is taken away:
then the check must turn red.
"""
import argparse
import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from world import STRIPE_TYPES, World  # noqa: E402

WATCH = """
create table control.backwards (what text);
create function control.watch_version() returns trigger language plpgsql as $$
begin
    if (new.generation, new.source_version, new.epoch) < (old.generation, old.source_version, old.epoch) then
        insert into control.backwards values (tg_table_name || ' ' || old.id);
    end if;
    return new;
end $$;
"""


class Kills:
    def __init__(self, world, options):
        self.world, self.options, self.random = world, options, random.Random(options.seed)
        self.held, self.kills, self.counted = [], {"worker-stripe": 0, "sink": 0}, 0
        self.fault = {"TRIBUTARY_FAULT": options.fault} if options.fault else {}

    def start(self, name, instance):
        extra = ["--slice-pages=2", "--stripe-page-size=20"] if name == "worker-stripe" else []
        self.world.start(name, instance, *extra, env=self.fault)

    def pids(self):
        return {(self.world.folder / "run" / f"worker-stripe-{i}.pid").read_text().split()[0]: i for i in (1, 2)}

    def busiest(self):
        """The pid of the worker that holds most slices at this moment; None when none holds any."""
        rows = self.world.sql("select w.pid from control.dataset d join control.worker w on w.incarnation = d.owner "
                              f"where w.pid in ({','.join(self.pids())}) group by 1 order by count(*) desc limit 1")
        return rows[0][0] if rows else None

    def kill_one(self, pid):
        """One kill in five is the sink's, else the busiest worker's."""
        name, instance = ("sink", 1) if self.random.random() < 0.2 else ("worker-stripe", self.pids()[pid])
        self.world.kill(name, instance)
        if name != "sink":
            held = self.world.sql("select d.id, d.epoch, d.slice_no from control.dataset d join control.worker w "
                                  f"on w.incarnation = d.owner where w.pid = {pid}")
            self.held += [(d, int(e)) for d, e, _ in held]
            self.counted += bool(held)
        self.kills[name] += 1
        self.start(name, instance)

    def claimed_again(self):
        now = dict(self.world.sql("select id, epoch from control.dataset"))
        return sum(int(now[d]) > e for d, e in self.held)

    def ended(self):
        return self.world.value("select count(*) from control.dataset where status in "
                                "('Queued', 'Fetching', 'Processing', 'Validating')") == "0"

    def explain(self):
        return self.world.sql("select data_type, status, kind, slice_no, owner, control.alive(owner), attempt, failures, retry_at, "
                              "moved_at, error from control.dataset where status in "
                              "('Queued', 'Fetching', 'Processing', 'Validating') limit 10")

    def run(self):
        world, options = self.world, self.options
        world.sql(WATCH)
        for row in world.sql("select schemaname, tablename from pg_tables where schemaname = 'commerce'"):
            world.sql(f"create trigger watch before update on {row[0]}.{row[1]} for each row "
                      "execute function control.watch_version()")
        for instance in (1, 2):
            self.start("worker-stripe", instance)
        self.start("sink", 1)
        companies = {f"chaos_{i}": world.connect(f"chaos_{i}") for i in range(options.companies)}
        for account in companies if options.slow else ():
            world.sandbox("POST", f"/stripe/{account}", {"size": "small"})
            world.sandbox("POST", f"/stripe/{account}/faults", {"kind": "slow", "delay_ms": options.slow})
        rounds, started, next_kill, pause = 0, time.monotonic(), 0, threading.Event()
        while self.counted < options.kills or not rounds:
            rounds += 1
            queueing = threading.Thread(target=self.queue_all, args=(companies, rounds > 1))
            queueing.start()
            while queueing.is_alive() or not self.ended():
                if time.monotonic() - started > options.seconds:
                    raise AssertionError(f"not ended within {options.seconds} s: {self.explain()}")
                pid = self.busiest() if self.counted < options.kills and time.monotonic() > next_kill else None
                if pid:
                    self.kill_one(pid)
                    next_kill = time.monotonic() + options.every
                pause.wait(0.1)
            queueing.join()
        return self.verdict(companies, rounds, time.monotonic() - started)

    def queue_all(self, companies, full):
        for company, _ in companies.values():
            for data_type in STRIPE_TYPES:
                self.world.queue(company, data_type, full)

    def verdict(self, companies, rounds, seconds):
        world, problems = self.world, []
        bad = world.sql("select status, count(*) from control.dataset where status <> 'Complete' group by 1")
        problems += [f"{n} datasets ended {status}" for status, n in bad]
        problems += [f"version went down: {row[0]}" for row in world.sql("select what from control.backwards limit 5")]
        written = int(world.value("select sum(rows_written) from control.dataset"))
        letters = int(world.value("select coalesce(sum(dead_letters + blind_letters), 0) from control.dataset"))
        problems += [f"{letters} dead letters"] if letters else []
        rows = sum(int(world.value(f"select count(*) from {schema}.{table}")) for schema, table in
                   world.sql("select schemaname, tablename from pg_tables where schemaname = 'commerce'"))
        # Nothing changes at the vendor, so whatever the kills repeat, each row is written once.
        problems += [f"{written} row versions written for {rows} rows"] if written != rows else []
        for account, (company, connection) in companies.items():
            problems += world.differences(account, company, connection)
        most = world.value("select max(slice_no) from control.dataset")
        again = self.claimed_again()
        print(f"figure: {len(companies)} companies, {rounds} rounds, {rows} rows, {seconds:.0f} s; kills: "
              f"{self.kills['worker-stripe']} workers ({self.counted} in mid-slice, {again} of {len(self.held)} held slices claimed "
              f"again), {self.kills['sink']} sinks; most slices in a dataset: {most}; problems: {len(problems)}")
        return problems


def options(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--companies", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50, help="of workers in mid-slice")
    parser.add_argument("--every", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=int, default=0, help="milliseconds that each of the vendor's answers takes")
    parser.add_argument("--seconds", type=int, default=1500)
    parser.add_argument("--bin")
    parser.add_argument("--fault", help="a protocol step to take away; needs a build with TRIBUTARY_FAULTS=ON")
    return parser.parse_args(arguments)


def main():
    chosen = options()
    with World(chosen.bin) as world:
        problems = Kills(world, chosen).run()
        world.failed = bool(problems)
    for problem in problems[:20]:
        print(problem)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
