"""The broker: restarted, away for minutes, its topics recreated, truncated, expired, widened, and groups that do not agree."""
import json
import os
import signal
import struct
import subprocess
import time

from harness import coordinator
from harness.load import Load
from harness.scenario import scenario
from world import CLONE, until

BACK = 15  # seconds within which work goes on after a server's return
FLAT = 48  # MB that a program may grow while nobody takes what it has
GROUP = "test.worker-stripe"
JOBS = "jobs.stripe.interactive"
CREATE_TOPICS, DELETE_TOPICS = 19, 20  # of Kafka's protocol


def tool(run, name, *arguments):
    """One of Kafka's own administration tools on this run's broker: its output."""
    libs = f"{os.environ.get('TRIBUTARY_LOCAL', CLONE / '.local')}/kafka/libs"
    done = subprocess.run(
        ["java", "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{libs}/*", name, "--bootstrap-server",
         run.world.env["TRIBUTARY_KAFKA_BROKERS"], *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{name} {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def topics(run, *arguments):
    return tool(run, "org.apache.kafka.tools.TopicCommand", *arguments)


def lag(run):
    """What KEDA's scaler reads: the end of each job partition less what the workers' group has committed."""
    told = tool(run, "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--describe", "--group", GROUP)
    rows = [line.split() for line in told.splitlines() if line.startswith(GROUP)]
    return sum(int(row[5]) for row in rows if row[5] != "-")


def stored(run):
    """Records that the sinks have passed: it grows only when vendor, worker, broker, sink and Postgres all work."""
    return int(run.world.value("select coalesce(sum(next), 0) from control.sink_offset"))


def until_flowing(run, seconds=60):
    """Until more is stored than now; how long it took."""
    began, before = time.monotonic(), stored(run)
    until(lambda: stored(run) > before, seconds, "records flow")
    return time.monotonic() - began


def megabytes(run, name, instance):
    with open(f"/proc/{run.pid(name, instance)}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))


def rebuilt(run):
    """How many producers ended in librdkafka's fatal state and were made anew."""
    return sum(log.read_text(errors="replace").count("producer failed, making a new one")
               for log in (run.world.folder / "log").glob("worker-*.log"))


# ---- 6: restarts ----

@scenario("6", "broker restarted six times under load, clean and by kill -9", seconds=240)
def broker_restart(run):
    run.start_all(workers=2, sinks=2)
    resumed = []
    with Load(run, {"stripe": 6}, sizes={"stripe": {"pages": 3}}):
        for how in ("clean", "kill", "kill", "clean", "kill", "clean"):
            until_flowing(run)
            time.sleep(run.random.uniform(0, 3))  # anywhere in what goes on
            if how == "kill":
                run.down("kafka")
            else:
                run.world.local("stack", "stop", "kafka")
                run.fault("stop", services=["kafka"])
            run.up("kafka")
            resumed.append(until_flowing(run))
    run.figure("resumed s, longest", max(resumed))
    run.figure("producers rebuilt", rebuilt(run))
    run.must(max(resumed) < BACK, f"resumed after {resumed} s")


# ---- 8: away ----

def away(run, seconds, companies):
    """The broker is gone for so long: the most that any program grew meanwhile, in MB, and what came after."""
    run.start_all(workers=2, sinks=1)
    programs = [("worker-stripe", 1), ("worker-stripe", 2), ("sink", 1), ("scheduler", 1)]
    with Load(run, {"stripe": companies}, sizes={"stripe": {"pages": 40}}):
        until_flowing(run)
        until(lambda: lag(run) > 0, 30, "work is under way")
        before = {p: megabytes(run, *p) for p in programs}
        pids = {p: run.pid(*p) for p in programs}
        run.down("kafka")
        peak, over = dict(before), time.monotonic() + seconds
        while time.monotonic() < over:
            time.sleep(1)
            peak = {p: max(peak[p], megabytes(run, *p)) for p in programs}
        run.up("kafka")
        began, seen = time.monotonic(), lag(run)
        until_flowing(run)
        resumed = time.monotonic() - began
    grown = {p: peak[p] - before[p] for p in programs}
    run.figure("away s", seconds)
    run.figure("grown MB, most", max(grown.values()))
    run.figure("resumed s", resumed)
    run.figure("lag read at its return", seen)
    run.must(max(grown.values()) < FLAT, f"memory grew by {grown} MB")
    run.must(resumed < BACK, f"resumed after {resumed:.1f} s")
    run.must(seen > 0, "an autoscaler would have gone to zero")
    run.must(all(run.pid(*p) == pids[p] and run.state(*p) for p in programs), "a program ended while the broker was away")


@scenario("8", "broker away for forty seconds under load", seconds=150)
def broker_away(run):
    away(run, 40, 6)


@scenario("8", "broker away for five minutes under load", seconds=600)
def broker_away_minutes(run):
    away(run, 300, 6)


# ---- 9: what the broker refuses, and a queue that is full ----

def limit_messages(run, topic, n_bytes):
    tool(run, "kafka.admin.ConfigCommand", "--alter", "--topic", topic, "--add-config", f"max.message.bytes={n_bytes}")


@scenario("9", "a topic that refuses the size of what is sent: an end that says why, and all of it once it is allowed", seconds=150)
def messages_refused(run):
    topic, types = "records.commerce.customers", ["commerce-customers", "commerce-products"]
    run.start("worker-stripe")
    run.start("sink")
    limit_messages(run, topic, 600)
    run.fault("max.message.bytes", topic=topic)
    company, connection = run.connect("refused")
    customers, products = run.ask("refused", company, connection, types=types)
    run.history.expect(customers, "InternalError")
    states = run.ended([customers, products], 90)
    why = run.world.value(f"select error from control.dataset where id = '{customers}'")
    run.must(states == {customers: "InternalError", products: "Complete"}, f"ended {states}: {why}")
    run.must("too large" in why and topic in why, f"the dataset does not say why: {why}")
    limit_messages(run, topic, 1310720)
    run.ask("refused", company, connection, types=types)


@scenario("9", "a producer's queue of thirty messages: fibers wait, nothing is refused", seconds=120)
def queue_full(run):
    run.start("worker-stripe", 1, "--kafka.queue.buffering.max.messages=30")
    run.start("sink")
    for i in range(4):
        company, connection = run.connect(f"full{i}")
        run.ask(f"full{i}", company, connection)
    until_flowing(run)
    broker = int((run.world.folder / "run/kafka.pid").read_text().split()[0])
    os.kill(broker, signal.SIGSTOP)  # nothing leaves the queues
    time.sleep(5)
    os.kill(broker, signal.SIGCONT)
    run.fault("SIGSTOP", services=["kafka"])
    until_flowing(run)


# ---- 25: the ground moves ----

def offset(run, topic, partition, which):
    """Where a partition begins (-2) or ends (-1)."""
    said = subprocess.run(["kcat", "-b", run.world.env["TRIBUTARY_KAFKA_BROKERS"], "-Q", "-t", f"{topic}:{partition}:{which}"],
                          capture_output=True, text=True, check=True).stdout
    return int(said.split()[-1])


def recreate(run, topic, partition):
    topics(run, "--delete", "--topic", topic)
    until(lambda: topic not in topics(run, "--list").split(), 60, f"{topic} is gone")
    topics(run, "--create", "--topic", topic, "--partitions", 12 if topic == JOBS else 6)


def truncate(run, topic, partition):
    asked = run.world.folder / "truncate.json"
    asked.write_text(json.dumps({"version": 1, "partitions": [{"topic": topic, "partition": partition, "offset": -1}]}))
    tool(run, "org.apache.kafka.tools.DeleteRecordsCommand", "--offset-json-file", asked)


def expire(run, topic, partition):
    end = offset(run, topic, partition, -1)
    tool(run, "kafka.admin.ConfigCommand", "--alter", "--topic", topic, "--add-config", "retention.ms=1")
    until(lambda: offset(run, topic, partition, -2) == end, 90, "retention takes the records")
    tool(run, "kafka.admin.ConfigCommand", "--alter", "--topic", topic, "--delete-config", "retention.ms")


def errors(run, name):
    log = run.world.folder / f"log/{name}-1.log"
    return [line for line in log.read_text(errors="replace").splitlines() if "level=error" in line] if log.exists() else []


def alarm(run, name, *words):
    """The program ends by itself, and its log says why in words that a person can act on."""
    before = len(errors(run, name))
    try:
        run.start(name)
    except AssertionError:  # gone before anybody saw that it was ready
        pass
    run.until_gone(name, 1, 60)
    said = errors(run, name)[before:]
    run.must(any(all(word in line for word in words) for line in said), f"{name} ended without saying {words}: {said}")


def ground_moves(run, harm):
    """Records that the sink has not read are gone from their topic. It says so and stops; what it says brings all back."""
    topic, types = "records.commerce.customers", ["commerce-customers"]
    run.start("worker-stripe")
    run.start("sink")
    company, connection = run.connect("ground")
    run.ended(run.ask("ground", company, connection, types=types))
    partition = int(run.world.value(f"select partition from control.sink_offset where topic = '{topic}' and next > 0"))
    run.stop("sink")
    lost, = run.ask("ground", company, connection, types=types, full=True)
    run.history.expect(lost, "Cancelled")
    until(lambda: run.world.datasets([lost])[lost] == "Processing", 60, "the worker has read it all")
    harm(run, topic, partition)
    run.fault(harm.__name__, topic=topic)
    before = run.world.value(f"select next from control.sink_offset where topic = '{topic}' and partition = {partition}")
    alarm(run, "sink", topic, "recreated, truncated or expired")
    run.must(before == run.world.value(f"select next from control.sink_offset where topic = '{topic}' and partition = {partition}"),
             "the offset was moved silently")
    run.must(run.world.datasets([lost])[lost] == "Processing", "a dataset is Complete whose records are gone")
    # The person whom the alarm calls: the offset to where the topic begins, and what waited for the lost records anew.
    run.world.sql(f"update control.sink_offset set next = {offset(run, topic, partition, -2)} "
                  f"where topic = '{topic}' and partition = {partition}")
    run.world.run("tributary", "dataset", "cancel", "--company", company, lost)
    run.start("sink")
    run.ended(run.ask("ground", company, connection, types=types, full=True))
    different = run.world.differences("ground", company, connection, types)
    run.must(not different, f"after the full sync: {different}")
    # The offset was set by hand, and records of rows that have not changed since are gone from their topic.
    run.allow("I2", "I5")


@scenario("25", "a record topic recreated below the sink: it stops with an alarm, and comes back by what that says", seconds=150)
def topic_recreated(run):
    ground_moves(run, recreate)


@scenario("25", "a record topic truncated past the sink's offset: the same", seconds=150)
def topic_truncated(run):
    ground_moves(run, truncate)


@scenario("25", "retention passes the sink's offset: the same", seconds=180)
def topic_expired(run):
    ground_moves(run, expire)


def jobs_lost(run, harm):
    """Jobs that no worker has read are gone from their topic: the rows know, and the reconciler publishes them again."""
    run.stop("scheduler")
    run.start("scheduler", 1, "--reconcile-after=5s", "--reconcile-every=1s")
    run.start("worker-stripe")
    run.start("sink")
    company, connection = run.connect("jobless")
    run.ended(run.ask("jobless", company, connection))
    run.stop("worker-stripe")
    waiting = run.ask("jobless", company, connection, full=True)
    published = "select count(*) from control.dataset where status = 'Queued' and retry_at is null"
    until(lambda: run.world.value(published) == str(len(waiting)), 30, "all jobs are published")
    partition = next(p for p in range(12) if offset(run, JOBS, p, -1) > 0)
    harm(run, JOBS, partition)
    run.fault(harm.__name__, topic=JOBS)
    run.start("worker-stripe")
    began = time.monotonic()
    run.ended(waiting)
    run.figure("revived s", time.monotonic() - began)


@scenario("25", "job topic truncated past what the workers committed: the reconciler revives every job", seconds=150)
def jobs_truncated(run):
    jobs_lost(run, truncate)


@scenario("25", "job topic recreated empty: the reconciler revives every job", seconds=150)
def jobs_recreated(run):
    jobs_lost(run, recreate)


def recreate_at_once(run, topic, partitions):
    """Before any client can see that it is gone, as a script of an administrator's would."""
    broker = coordinator.address(run.world.env["TRIBUTARY_KAFKA_BROKERS"])
    name, seconds = coordinator.text(topic), struct.pack(">i", 30000)
    one = struct.pack(">i", 1)
    deleted = coordinator.ask(broker, DELETE_TOPICS, 1, one + name + seconds)
    made = coordinator.ask(broker, CREATE_TOPICS, 2, one + name + struct.pack(">ihii", partitions, 1, 0, 0) + seconds + b"\0")
    for answer in (deleted, made):
        answer.take("i")
        assert (answer.take("i"), answer.text(), answer.take("h")) == (1, topic, 0), f"{topic} cannot be recreated"
    run.fault("recreated", topic=topic)


@scenario("25", "job topic recreated under a worker that reads it: it reads the new one from its beginning", seconds=150)
def jobs_recreated_live(run):
    run.start("worker-stripe")
    run.start("sink")
    company, connection = run.connect("anew")
    run.ended(run.ask("anew", company, connection))
    for _ in range(3):
        recreate_at_once(run, JOBS, 12)
        began = time.monotonic()
        if not run.state("worker-stripe"):  # it may as well have seen the topic gone, which is its operator's to see
            run.start("worker-stripe")
        run.ended(run.ask("anew", company, connection, full=True), 60)
        run.figure("read again s", time.monotonic() - began)


# ---- 26: more partitions ----

@scenario("26", "partitions of all topics doubled live, under load", seconds=180)
def more_partitions(run):
    run.start_all(workers=2, sinks=2)
    with Load(run, {"stripe": 4}):
        until_flowing(run)
        topics(run, "--alter", "--topic", r"jobs\.stripe\.(interactive|incremental|backfill)", "--partitions", 24)
        topics(run, "--alter", "--topic", r"records\.commerce\..*", "--partitions", 12)
        run.fault("partitions doubled")
        # Streams that are there stay where they are; new ones spread when the scheduler has counted anew.
        run.stop("scheduler")
        run.start("scheduler")
        began, asked = time.monotonic(), []
        for i in range(8):
            company, connection = run.connect(f"late{i}")
            asked += run.ask(f"late{i}", company, connection)
        run.ended(asked, 90)
        run.figure("new companies complete s", time.monotonic() - began)
    used = int(run.world.value("select count(distinct record_partition) from control.stream where record_partition >= 6"))
    run.figure("new partitions used", used)
    run.must(used > 0, "no stream came to a new partition")


# ---- 28: groups that do not agree ----

@scenario("28", "a member with another assignor in the workers' group, and a worker told to use another", seconds=120)
def mixed_assignors(run):
    other = subprocess.Popen(
        ["kcat", "-b", run.world.env["TRIBUTARY_KAFKA_BROKERS"], "-X", "partition.assignment.strategy=range", "-G", GROUP, JOBS],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: "assigned" in other.stderr.readline(), 60, "the other member has the group")
        alarm(run, "worker-stripe", "another strategy than roundrobin")
    finally:
        other.terminate()  # it leaves the group
        other.wait()
    said = run.world.run("worker-stripe", "--http-listen=127.0.0.1:0", "--kafka.partition.assignment.strategy=range", check=False)
    run.must(said.returncode and "partition.assignment.strategy" in said.stderr, f"range is accepted: {said.stdout}{said.stderr}")
    run.fault("another assignor")
    run.start("worker-stripe")
    run.start("sink")
    company, connection = run.connect("agreed")
    run.ask("agreed", company, connection)
