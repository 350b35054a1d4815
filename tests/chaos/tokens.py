#!/usr/bin/env python3
"""A fleet meets the end of all its tokens at once, and workers die in the midst of refreshes; counted at the sandbox.

    tests/chaos/tokens.py [--connections 200] [--workers 8] [--rounds 20] [--delay 2] [--kills 200] [--bin DIR] [--fault NAME]

Storm: in each round all access tokens end at the same instant, the token endpoint takes --delay seconds, and Redis is flushed in
mid-round. There must be exactly one refresh for each connection and round, and no use of a dead token. Half of the connections are
QuickBooks', half Xero's, where the reuse of a token outside its grace kills the grant.

Kills (a build with TRIBUTARY_FAULTS=ON): kill -9 at each of the four steps of a refresh, at both vendors; afterwards another worker
must be able to use every connection. With --fault (such a build too) one step of the protocol is taken away from the storm's
workers, no_token_lease: then the check must turn red.
"""
import argparse
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tokens import FAULTS, VENDORS, Caller, counted, flush, grants, kill_at, know, link, statuses  # noqa: E402
from world import World  # noqa: E402


def storm(world, options):
    clients = {v: [link(world, v, f"storm_{v}_{i}") for i in range(options.connections // 2)] for v in VENDORS}
    problems, slowest = [], 0
    fault = {"TRIBUTARY_FAULT": options.fault} if options.fault else None
    with ExitStack() as stack:
        callers = [stack.enter_context(Caller(world, v, clients[v], fault, f"storm-{v}-{n}"))
                   for n in range(options.workers) for v in VENDORS]
        heard = [caller.round() for caller in callers]  # the first tokens
        for vendor in VENDORS:
            world.sandbox("DELETE", f"/{vendor}/counters")
            world.sandbox("POST", f"/{vendor}/tokens", {"delay_ms": int(1000 * options.delay)})
        for number in range(1, options.rounds + 1):
            for vendor in VENDORS:
                world.sandbox("POST", f"/{vendor}/tokens", {"expire": "all"})
            began = time.monotonic()
            flushing = threading.Timer(1.1 * options.delay, flush, [world])  # when some have stored, and others have not read
            flushing.start()
            for caller in callers:
                caller.say("round")
            heard += [caller.heard() for caller in callers]
            slowest = max(slowest, time.monotonic() - began)
            flushing.join()
            for vendor in VENDORS:
                wrong = {g: v["refreshes"] for g, v in grants(world, vendor).items() if v["refreshes"] != number}
                problems += [f"round {number}, {vendor}: refreshes by grant {wrong}"] if wrong else []
    problems += [f"a worker said {h}" for h in heard if h is None or h[2]]
    for vendor in VENDORS:
        count = counted(world, vendor)
        dead = {name: count[name] for name in ("dead_access_uses", "dead_refresh_uses", "refused", "revoked") if count[name]}
        problems += [f"{vendor}: {dead}"] if dead else []
        print(f"figure: {vendor}: {options.workers} workers, {len(clients[vendor])} connections, {options.rounds} rounds: "
              f"{count['refreshes']} refreshes for {len(clients[vendor]) * options.rounds} needed, "
              f"{count['dead_access_uses'] + count['dead_refresh_uses']} uses of dead tokens", flush=True)
    print(f"figure: slowest round {slowest:.1f} s with a token endpoint of {options.delay} s", flush=True)
    for vendor in VENDORS:
        world.sandbox("POST", f"/{vendor}/tokens", {"delay_ms": 0})
    return problems


def kills(world, options):
    problems, victims, died = [], [], 0
    for vendor in VENDORS:
        world.sandbox("DELETE", f"/{vendor}/counters")
        for fault in FAULTS:
            some = [link(world, vendor, f"kill_{vendor}_{fault[6:]}_{i}") for i in range(options.kills // 8)]
            died += kill_at(world, some, fault)
            victims += some
    began = time.monotonic()
    for vendor in VENDORS:
        with Caller(world, vendor, [c for c in victims if c.vendor == vendor], log="survivor") as survivor:
            ok, _, failed, first = survivor.round()
            problems += [f"{vendor}: {failed} connections are lost, first {first}"] if failed else []
    lost = {k: v for k, v in statuses(world, victims).items() if v[0] != "Linked"}
    problems += [f"not Linked any more: {lost}"] if lost else []
    problems += [f"only {died} of {len(victims)} died"] if died != len(victims) else []
    for vendor in VENDORS:
        dead = [g for g in grants(world, vendor).values() if not g["alive"] or g["dead_uses"]]
        problems += [f"{vendor}: dead, or used dead tokens: {dead[:3]}"] if dead else []
        count = counted(world, vendor)
        print(f"figure: {vendor}: {count['refreshes']} refreshes, {count['in_grace']} in grace, "
              f"{count['dead_refresh_uses']} uses of dead refresh tokens", flush=True)
    print(f"figure: {died} workers killed with -9 in a refresh ({len(FAULTS)} steps, {len(VENDORS)} vendors): {len(lost)} connections "
          f"lost; all in use again {time.monotonic() - began:.1f} s later", flush=True)
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--delay", type=float, default=2)
    parser.add_argument("--kills", type=int, default=200, help="0: none, for a build without faults")
    parser.add_argument("--bin")
    parser.add_argument("--fault", help="a step to take away; needs a build with TRIBUTARY_FAULTS=ON")
    options = parser.parse_args()
    with World(options.bin) as world:
        for vendor in VENDORS:
            know(world, vendor)
            world.sandbox("POST", f"/{vendor}/limits", {"on": False})
        problems = storm(world, options) if options.rounds else []
        problems += kills(world, options) if options.kills else []
        world.failed = bool(problems)
    for problem in problems[:20]:
        print(problem)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
