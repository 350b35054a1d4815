"""Faults: which harm is done to a running fleet, and a schedule of it that follows from the seed alone.

A schedule is made before the first fault strikes: the same seed gives the same kinds, targets, times and lengths. One target
suffers one fault at a time; faults of different targets overlap, but nothing of ours is started while a server is away, because
what is tested then is what runs.
"""
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Kind:
    name: str
    victims: tuple     # programs by the beginning of their name, or one server
    weight: int
    lasts: tuple       # seconds, from and to
    begin: Callable    # (run, name, instance)
    end: Callable


@dataclass(frozen=True)
class Planned:
    at: float
    kind: Kind
    target: tuple      # (name, instance)
    lasts: float

    def __str__(self):
        return f"{self.at:.1f} s: {self.kind.name} {'-'.join(map(str, self.target))} for {self.lasts:.1f} s"


def start_again(run, name, instance):
    run.start(name, instance)


def go_on(run, name, instance):
    run.thaw(name, instance)


def serve_again(run, name, _):
    run.up(name)


def nothing(*_):
    pass


def drain(run, name, instance):
    run.drains.append(run.stop(name, instance))


def stop_server(run, name, _):
    run.world.local("stack", "stop", name)
    run.fault("stop", services=[name])


def flush_redis(run, *_):
    run.redis("FLUSHALL")
    run.fault("flush", services=["redis"])


PROGRAMS = ("worker-", "sink", "scheduler")
KINDS = (
    Kind("kill -9", ("worker-",), 6, (0, 12), lambda run, *target: run.kill(*target), start_again),
    Kind("kill -9", ("sink",), 3, (0, 12), lambda run, *target: run.kill(*target), start_again),
    Kind("kill -9", ("scheduler",), 1, (0, 8), lambda run, *target: run.kill(*target), start_again),
    Kind("SIGSTOP", ("worker-",), 3, (1, 25), lambda run, *target: run.freeze(*target), go_on),
    Kind("SIGSTOP", ("sink",), 2, (1, 25), lambda run, *target: run.freeze(*target), go_on),
    Kind("SIGSTOP", ("scheduler",), 1, (1, 15), lambda run, *target: run.freeze(*target), go_on),
    Kind("SIGTERM", PROGRAMS, 2, (0, 5), drain, start_again),
    Kind("kill -9", ("kafka",), 1, (0, 8), lambda run, name, _: run.down(name), serve_again),
    Kind("stop", ("kafka",), 1, (0, 8), stop_server, serve_again),
    Kind("kill -9", ("postgres",), 1, (0, 8), lambda run, name, _: run.down(name), serve_again),
    Kind("stop", ("postgres",), 1, (0, 8), stop_server, serve_again),
    Kind("kill -9", ("redis",), 1, (0, 20), lambda run, name, _: run.down(name), serve_again),
    Kind("flush", ("redis",), 1, (0, 0), flush_redis, nothing),
)
SERVERS = ("kafka", "postgres", "redis")
BACK = 15  # seconds that a server which was away is left alone, so that what waited for it does come to work


def schedule(random, seconds, every, targets, kinds=KINDS):
    """Faults about `every` seconds apart. `targets`: (name, instance) of each program and server that may suffer."""
    planned, busy, at = [], {}, every * random.uniform(0.5, 1.5)
    while at < seconds:
        kind = random.choices(kinds, [k.weight for k in kinds])[0]
        mine = [t for t in targets if t[0].startswith(kind.victims)]
        target, lasts = random.choice(mine) if mine else None, random.uniform(*kind.lasts)
        server = target and target[0] in SERVERS
        free = target and busy.get(target, 0) <= at and busy.get("server", 0) <= at
        if free and (not server or all(end <= at for end in busy.values())):
            planned.append(Planned(at, kind, target, lasts))
            busy["server" if server else target] = at + lasts + (BACK if server else 1)
        at += every * random.uniform(0.5, 1.5)
    return planned


def inflict(run, planned):
    """Does what is planned, at its time."""
    acts = sorted([(p.at, 0, i) for i, p in enumerate(planned)] + [(p.at + p.lasts, 1, i) for i, p in enumerate(planned)])
    began = time.monotonic()
    # What begins or ends a fault waits for processes; the others must not be late for that. One target, one order.
    with ThreadPoolExecutor(max_workers=8) as pool:
        under_way = {}
        while acts or under_way:
            while acts and time.monotonic() - began >= acts[0][0]:
                _, ends, i = acts.pop(0)
                fault, before = planned[i], under_way.get(planned[i].target)
                under_way[fault.target] = pool.submit(after, before, fault.kind.end if ends else fault.kind.begin, run, *fault.target)
            for target in [t for t, future in under_way.items() if future.done()]:
                under_way.pop(target).result()
            time.sleep(0.05)  # the clock is the condition


def after(before, act, *arguments):
    if before:
        before.result()
    act(*arguments)
