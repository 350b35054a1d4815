"""31: the network between our programs and the servers is slow, loses packets, or carries nothing at all for a while."""
import time

from harness.load import Load
from harness.network import door
from harness.proxy import Proxy
from harness.scenario import scenario
from world import until

SERVERS = ("kafka", "postgres", "redis", "sandbox")


def between(run, make, servers=SERVERS):
    """A door or a proxy before each of these servers, and what a program has to be told."""
    ways = {server: make(run, server) for server in servers}
    return ways, {name: value for way in ways.values() for name, value in way.env.items()}


def fleet(run, *envs):
    """A worker and a sink with each of these."""
    for instance, env in enumerate(envs, 1):
        run.start("worker-stripe", instance, env=env)
        run.start("sink", instance, env=env)


def complete(run):
    return int(run.world.value("select count(*) from control.dataset where status = 'Complete'"))


def back_to_work(run, load, seconds):
    """After a fault has ended: everything that was under way at that moment is complete within so many seconds."""
    began = time.monotonic()
    pending = run.world.sql("select id from control.dataset where status in ('Fetching', 'Processing', 'Validating')")
    load.over.set()
    run.ended([row[0] for row in pending])
    took = time.monotonic() - began
    run.figure("back to work s", took)
    run.must(took < seconds, f"{len(pending)} datasets took {took:.1f} s after the fault, not {seconds}")


def suffer(run, ways, seconds, what, *arguments):
    """The fault lasts so long, and whoever can goes on meanwhile: how many datasets became complete."""
    for server, way in ways.items():
        getattr(way, what)(*arguments)
        run.fault(f"{what} {arguments}", services=[server])
    before = complete(run)
    time.sleep(seconds)  # the clock is the condition
    done = complete(run) - before
    run.figure("complete meanwhile", done)
    return done


def struck(run, ways):
    """While the fault is there: it has met something on each way."""
    dropped = {server: way.dropped() for server, way in ways.items()}
    run.figure("packets lost", sum(dropped.values()))
    run.must(all(dropped.values()), f"lost packets: {dropped}")


def heal(run, ways):
    for way in ways.values():
        way.heal()
    run.fault("healed", services=list(ways))


@scenario("31", "200 ms of latency each way between the programs and every server", seconds=240)
def network_latency(run):
    ways, env = between(run, Proxy)
    fleet(run, env, env)
    with Load(run, {"stripe": 8}) as load:
        until(lambda: complete(run) >= 10, 60, "the fleet works")
        done = suffer(run, ways, 60, "delay", 0.2, 0.2)
        run.must(done > 0, "nothing became complete in 60 s with 400 ms a round trip")
        heal(run, ways)
        back_to_work(run, load, 30)
    run.must(all(way.passed for way in ways.values()), f"bytes by way: { {server: way.passed for server, way in ways.items()} }")


@scenario("31", "2 % of the packets between the programs and every server are lost", seconds=180)
def network_loss(run):
    ways, env = between(run, door)
    fleet(run, env, env)
    with Load(run, {"stripe": 8}) as load:
        until(lambda: complete(run) >= 10, 60, "the fleet works")
        done = suffer(run, ways, 45, "lose", 2)
        run.must(done >= 10, f"{done} datasets became complete in 45 s with 2 % loss")
        struck(run, ways)
        heal(run, ways)
        back_to_work(run, load, 15)


@scenario("31", "a worker, a sink and the broker do not reach each other for 45 s; others do", seconds=210)
def partition_worker_broker(run):
    way = door(run, "kafka")
    fleet(run, way.env, {})
    with Load(run, {"stripe": 8}) as load:
        until(lambda: complete(run) >= 10, 60, "the fleet works")
        done = suffer(run, {"kafka": way}, 45, "partition")
        run.must(done >= 10, f"{done} datasets became complete while one of two workers was cut off")
        struck(run, {"kafka": way})
        heal(run, {"kafka": way})
        back_to_work(run, load, 15)


@scenario("31", "a sink and Postgres do not reach each other for 45 s; a second sink does", seconds=210)
def partition_sink_postgres(run):
    way = door(run, "postgres")
    for instance in (1, 2):
        run.start("worker-stripe", instance)
        run.start("sink", instance, env=way.env if instance == 1 else {})
    with Load(run, {"stripe": 8}) as load:
        until(lambda: complete(run) >= 10, 60, "the fleet works")
        suffer(run, {"postgres": way}, 45, "partition")
        struck(run, {"postgres": way})
        heal(run, {"postgres": way})
        back_to_work(run, load, 15)
