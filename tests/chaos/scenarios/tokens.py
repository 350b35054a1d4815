"""Tokens and Redis. Scenario 19: Redis may hang, forget and go, nothing is lost but time; and of all who need a fresh token one refreshes,
whoever freezes or dies in the midst of it."""
import os
import signal
import time
from contextlib import contextmanager

from harness.proxy import Proxy
from harness.scenario import scenario
from tokens import Caller, counted, flush, grants, know, link, redis, statuses
from world import QUICKBOOKS_TYPES, until

FILLER = 4000  # keys of a kilobyte, which do not fit into the memory that Redis has then


# ---- Redis ----


def evict(run):
    """Redis with so little memory that whatever is written drives out something else."""
    redis(run.world, "config", "set", "maxmemory-policy", "allkeys-random")
    used = next(line for line in redis(run.world, "info", "memory").splitlines() if line.startswith("used_memory:"))
    redis(run.world, "config", "set", "maxmemory", str(int(used.split(":")[1]) + (1 << 20)))
    redis(run.world, "eval", f"for i = 1, {FILLER} do redis.call('set', 'filler' .. i, string.rep('x', 1024)) end", "0")
    evicted = next(line for line in redis(run.world, "info", "stats").splitlines() if line.startswith("evicted_keys:"))
    run.must(int(evicted.split(":")[1]) > 0, "nothing was evicted")


@scenario("19", "Redis answers late, hangs, is flushed, evicts, is killed, and at last is gone for ever: all of it works, slower", seconds=420,
          sources=("quickbooks",))
def redis_misbehaves(run):
    company, connection = run.connect("redis", "quickbooks")
    proxy = Proxy(run, "redis")
    for instance in (1, 2):
        run.start("worker-quickbooks", instance, env=proxy.env)
    run.start("sink")

    def sync(name):
        run.world.sandbox("POST", "/quickbooks/redis/change", {"count": 5})
        run.history.note("changed", account="redis", source="quickbooks")
        run.world.sandbox("POST", "/quickbooks/tokens", {"expire": "all"})
        began = time.monotonic()
        run.ended(run.ask("redis", company, connection, "quickbooks", QUICKBOOKS_TYPES))
        run.figure(f"{name} s", time.monotonic() - began)

    sync("as usual")
    proxy.delay(0.15, 0.15)
    run.fault("slow", services=["redis"])
    sync("300 ms late")
    proxy.heal()
    proxy.stall()
    run.fault("hangs", services=["redis"])
    sync("hanging")
    proxy.heal()
    flush(run.world)
    run.fault("flush", services=["redis"])
    sync("flushed")
    evict(run)
    run.fault("evicts", services=["redis"])
    sync("evicting")
    run.down("redis")
    run.up("redis")
    sync("killed")
    run.down("redis")
    sync("gone")
    sync("still gone")
    for instance in (1, 2):
        run.stop("worker-quickbooks", instance)
    run.up("redis")  # for who checks this run; nothing of the product is left to see it


# ---- One refresh for all ----


@contextmanager
def caller(run, client, log, fault=None):
    """A worker of a fleet, as far as its tokens go (tests/support/token_caller.c)."""
    faults = ",".join(part for part in (run.without, fault) if part)
    one = Caller(run.world, client.vendor, [client], {"TRIBUTARY_FAULT": faults} if faults else None, log)
    try:
        yield one
    finally:
        one.process.send_signal(signal.SIGCONT)
        one.__exit__()


def freeze_at_its_point(run, one):
    one.say("round")
    until(lambda: os.waitpid(one.process.pid, os.WUNTRACED | os.WNOHANG)[0] == one.process.pid, 30, "a caller stops at its point")
    run.fault("stopped", program="token-caller")


def go_on(run, one):
    one.process.send_signal(signal.SIGCONT)
    run.fault("SIGCONT", program="token-caller")


def lease_over(run, client):
    """As if its time had passed."""
    run.world.sql(f"update control.credential set lease_until = now() where connection_id = '{client.connection}'")


def credential(run, client):
    """(version, has a spare)"""
    version, spare = run.world.sql(f"select version, spare is not null from control.credential where connection_id = '{client.connection}'")[0]
    return int(version), spare == "t"


def must_be_linked(run, client, one):
    """Once more with a new token: the connection lives."""
    run.world.sandbox("POST", f"/{client.vendor}/tokens", {"expire": "all"})
    heard, status = one.round(), statuses(run.world, [client])[client.connection]
    run.must(heard[0] == 1 and status[0] == "Linked", f"the connection is lost: {heard}, {status}")


@scenario("19", "two workers find one rotating token expired at the same time: exactly one refreshes it", seconds=60, quick=True,
          sources=(), steps=("no_token_lease",))
def one_refresh_for_two(run):
    know(run.world, "xero")
    client = link(run.world, "xero", "two")
    with caller(run, client, "one") as one, caller(run, client, "other") as other:
        one.round()
        run.world.sandbox("POST", "/xero/tokens", {"expire": "all", "delay_ms": 2000})
        flush(run.world)
        run.fault("expired", services=["redis"])
        before = grants(run.world, "xero")[client.grant]["refreshes"]
        one.say("round")
        other.say("round")
        heard = [one.heard(), other.heard()]
        refreshes = grants(run.world, "xero")[client.grant]["refreshes"] - before
        run.figure("refreshes", refreshes)
        run.must(refreshes == 1, f"{refreshes} refreshes for one token")
        run.must([h[0] for h in heard] == [1, 1], f"callers heard {heard}")
        run.must(counted(run.world, "xero")["dead_refresh_uses"] == 0, "a dead refresh token was used")


@scenario("", "a refresh is frozen before it is stored, another process takes the lease and dies before it stores: no token is lost",
          seconds=60, sources=(), steps=("no_lease_guard",))
def refresh_stored_without_its_lease(run):
    """At Xero the second answer to one refresh token kills the first."""
    know(run.world, "xero")
    client = link(run.world, "xero", "guard")
    with caller(run, client, "late", "stop:before_store") as late, caller(run, client, "other", "stop:before_store") as other:
        freeze_at_its_point(run, late)
        lease_over(run, client)
        freeze_at_its_point(run, other)
        go_on(run, late)
        until(lambda: credential(run, client) != (1, False), 20, "the late one parks its token, or stores it")
        other.process.kill()
        run.fault("kill -9", program="token-caller")
        lease_over(run, client)
        run.must(late.heard()[0] == 1, "the late one has no token")
        must_be_linked(run, client, late)


@scenario("", "a refresh is frozen until the lease is over and the connection declared dead: its token is kept, and the verdict taken back",
          seconds=60, sources=(), steps=("no_spare",))
def refresh_that_came_too_late(run):
    """QuickBooks gives a new refresh token once a day, and who still has the old one is refused."""
    know(run.world, "quickbooks")
    client = link(run.world, "quickbooks", "late")
    with caller(run, client, "late", "stop:before_store:2") as late, caller(run, client, "other") as other:
        late.round()
        run.world.sandbox("POST", "/clock", {"offset_seconds": 25 * 3600})
        run.world.sql(f"update control.credential set expires_at = now() where connection_id = '{client.connection}'")
        flush(run.world)
        freeze_at_its_point(run, late)
        lease_over(run, client)
        heard = other.round()
        run.must(heard[0] == 0 and statuses(run.world, [client])[client.connection][0] == "Deauthorized", f"no verdict: {heard}")
        go_on(run, late)
        late.heard()
        must_be_linked(run, client, other)
