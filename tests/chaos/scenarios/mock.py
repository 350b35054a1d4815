"""What a real broker cannot be asked for: errors by the storm, and coordinators and leaders that move while others ask them.

The programs, Postgres, Redis and the sandbox are real; the broker is librdkafka's mock cluster (tests/support/mock_broker.c) with the
topics of the real one. Its limits: it keeps 5 MiB of a partition, does not recognise what a producer sends a second time, and lets a
group wait five seconds for each round of joining, so that errors of joining come by the few.
"""
import json
import subprocess
import time

from harness.load import Load
from harness.scenario import scenario
from scenarios.broker import BACK, rebuilt, until_flowing

BROKERS = (1, 2, 3)
GROUPS = ("test.worker-stripe", "test.sink")
JOINING = ("JoinGroup", "SyncGroup")


class Mock:
    """The mock cluster in the real broker's place, with its topics, all empty. It ends with this process."""

    def __init__(self, run):
        world, self.run = run.world, run
        listed = subprocess.run(["kcat", "-b", world.env["TRIBUTARY_KAFKA_BROKERS"], "-L", "-J"], capture_output=True, check=True).stdout
        self.topics = {t["topic"]: len(t["partitions"]) for t in json.loads(listed)["topics"] if not t["topic"].startswith("__")}
        world.stop("scheduler")
        world.local("stack", "stop", "kafka")
        with open(world.folder / "log/mock-broker.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([world.bin.parent / "tests/mock-broker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=log, text=True)
        world.env["TRIBUTARY_KAFKA_BROKERS"] = self.process.stdout.readline().strip()
        for topic, partitions in self.topics.items():
            self.do("topic", topic, partitions)
        world.start("scheduler")

    def do(self, *command):
        print(*command, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        assert answer == "ok", f"mock-broker: {command}: {answer}"

    def errors(self, api, error, count):
        self.do("errors", api, error, count)
        self.run.fault(error, api=api, count=count)

    def move(self):
        """Every group to another coordinator, one partition in four to another leader."""
        for group in GROUPS:
            self.do("coordinator", group, self.run.random.choice(BROKERS))
        for topic, partitions in self.topics.items():
            for partition in range(partitions):
                if self.run.random.random() < 0.25:
                    self.do("leader", topic, partition, self.run.random.choice(BROKERS))
        self.run.fault("coordinators and leaders moved")


def begin(run):
    mock = Mock(run)
    run.start_all(workers=2, sinks=2)
    return mock


def storm(run, mock, kinds):
    """Each of `kinds`, (API, error), several times in a row, and work must go on after each: the longest that took."""
    longest = 0.0
    with Load(run, {"stripe": 4}):
        until_flowing(run)
        for api, error in kinds:
            mock.errors(api, error, 2 if api in JOINING else 10)
            longest = max(longest, until_flowing(run))
        for api in sorted({api for api, _ in kinds}):  # what nobody has met yet would be the harness's
            mock.do("clear", api)
    run.figure("flowing again s, longest", longest)
    run.figure("producers rebuilt", rebuilt(run))
    return longest


@scenario("7", "coordinators and leaders move every two seconds under load", seconds=150)
def moves(run):
    mock, longest = begin(run), 0.0
    with Load(run, {"stripe": 4}):
        until_flowing(run)
        for _ in range(12):
            mock.move()
            longest = max(longest, until_flowing(run))
            time.sleep(run.random.uniform(0, 2))
    run.figure("flowing again s, longest", longest)
    run.must(longest < BACK, f"resumed after {longest:.1f} s")


@scenario("7", "a broker of three gone, each in its turn: what it led is led by another", seconds=150)
def one_of_three(run):
    mock, longest = begin(run), 0.0
    with Load(run, {"stripe": 4}):
        until_flowing(run)
        for broker in BROKERS:
            others = [b for b in BROKERS if b != broker]
            mock.do("down", broker)
            for group in GROUPS:
                mock.do("coordinator", group, run.random.choice(others))
            for topic, partitions in mock.topics.items():
                for partition in range(partitions):
                    mock.do("leader", topic, partition, run.random.choice(others))
            run.fault("broker down", broker=broker)
            longest = max(longest, until_flowing(run))
            mock.do("up", broker)
    run.figure("flowing again s, longest", longest)
    run.must(longest < BACK, f"resumed after {longest:.1f} s")


# What groups are answered while their coordinator moves, loads or has forgotten them.
GROUP_ERRORS = [
    ("Heartbeat", "NOT_COORDINATOR"), ("Heartbeat", "REBALANCE_IN_PROGRESS"), ("Heartbeat", "ILLEGAL_GENERATION"),
    ("Heartbeat", "UNKNOWN_MEMBER_ID"), ("Heartbeat", "_TRANSPORT"), ("JoinGroup", "NOT_COORDINATOR"),
    ("JoinGroup", "UNKNOWN_MEMBER_ID"), ("SyncGroup", "NOT_COORDINATOR"), ("SyncGroup", "REBALANCE_IN_PROGRESS"),
    ("SyncGroup", "ILLEGAL_GENERATION"), ("OffsetCommit", "NOT_COORDINATOR"), ("OffsetCommit", "REBALANCE_IN_PROGRESS"),
    ("OffsetCommit", "ILLEGAL_GENERATION"), ("OffsetCommit", "UNKNOWN_MEMBER_ID"), ("OffsetCommit", "REQUEST_TIMED_OUT"),
    ("OffsetFetch", "NOT_COORDINATOR"), ("Heartbeat", "ILLEGAL_GENERATION"), ("OffsetFetch", "COORDINATOR_LOAD_IN_PROGRESS"),
    ("Heartbeat", "ILLEGAL_GENERATION"), ("FindCoordinator", "COORDINATOR_NOT_AVAILABLE"), ("FindCoordinator", "_TRANSPORT"),
]


@scenario("7", "storms of group errors: not the coordinator, rebalancing, an old generation, an unknown member", seconds=240)
def group_storms(run):
    longest = storm(run, begin(run), GROUP_ERRORS)
    run.must(longest < 2 * BACK, f"resumed after {longest:.1f} s")


# What passes, whatever it is. Those that leave it open whether the broker has the message come first.
PRODUCE_ERRORS = [
    ("Produce", "REQUEST_TIMED_OUT"), ("Produce", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"), ("Produce", "_TRANSPORT"),
    ("Produce", "NOT_ENOUGH_REPLICAS"), ("Produce", "NOT_LEADER_FOR_PARTITION"), ("Produce", "LEADER_NOT_AVAILABLE"),
    ("Produce", "KAFKA_STORAGE_ERROR"), ("Produce", "UNKNOWN_PRODUCER_ID"), ("InitProducerId", "COORDINATOR_NOT_AVAILABLE"),
    ("InitProducerId", "_TRANSPORT"),
]


@scenario("9", "storms of produce errors that pass: time-outs, cut connections, too few replicas, leaders elsewhere", seconds=200)
def produce_storms(run):
    longest = storm(run, begin(run), PRODUCE_ERRORS)
    run.must(longest < 2 * BACK, f"resumed after {longest:.1f} s")


FATAL_ERRORS = [("Produce", "OUT_OF_ORDER_SEQUENCE_NUMBER"), ("Produce", "INVALID_PRODUCER_EPOCH"), ("Produce", "OUT_OF_ORDER_SEQUENCE_NUMBER")]


@scenario("9", "an idempotent producer loses its sequence and ends in the fatal state: it is made anew, the slice repeated", seconds=150)
def fatal_producer(run):
    longest = storm(run, begin(run), FATAL_ERRORS)
    run.must(rebuilt(run) > 0, "no producer came into the fatal state: nothing was tested")
    run.must(longest < 2 * BACK, f"resumed after {longest:.1f} s")
