"""Topics: what a broker holds, read by kcat and not by our own client: ends, committed offsets, and every record with its headers."""
import json
import re
import subprocess

from harness import coordinator

# kcat waits for each idle partition as long as the broker does.
READ = ["-C", "-q", "-e", "-o", "beginning", "-X", "fetch.wait.max.ms=20"]
RECORD = re.compile(rb"version=(\d+)\.(-?\d+)\.(\d+),dataset=([0-9a-f-]{36})")


def kcat(world, *arguments):
    return ["kcat", "-b", world.env["TRIBUTARY_KAFKA_BROKERS"], *arguments]


def said(world, *arguments):
    done = subprocess.run(kcat(world, *arguments), capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, f"kcat {' '.join(arguments)[:200]}: {done.stderr.decode()}"
    return done.stdout


def places(world):
    """Every (topic, partition) there is."""
    listed = json.loads(said(world, "-L", "-J"))
    return [(t["topic"], p["partition"]) for t in listed["topics"] for p in t["partitions"]]


def offsets(world, at):
    """{(topic, partition): offset}; `at`: -1 the end, -2 the beginning. kcat's command line holds them all."""
    wanted = [word for topic, partition in places(world) for word in ("-t", f"{topic}:{partition}:{at}")]
    found = re.findall(r"(\S+) \[(\d+)\] offset (\d+)", said(world, "-Q", *wanted).decode())
    return {(topic, int(partition)): int(offset) for topic, partition, offset in found}


def committed(world, there):
    """{(topic, partition): offset} that the workers' groups have committed, of the places that are `there`."""
    found = {}
    for source in sorted({topic.split(".")[1] for topic, _ in there if topic.startswith("jobs.")}):
        found.update(coordinator.committed(world, f"test.worker-{source}", [p for p in there if p[0].startswith(f"jobs.{source}.")]))
    return found


def job_lags(world, ends=None, source=""):
    """{"topic/partition": messages that nobody has finished}, where there are any. One group reads a topic of jobs."""
    ends = offsets(world, -1) if ends is None else ends
    done = committed(world, list(ends))
    lags = {(t, p): end - done.get((t, p), 0) for (t, p), end in ends.items()
            if t.startswith(f"jobs.{source}") and not t.endswith(".dlq")}
    return {f"{t}/{p}": lag for (t, p), lag in lags.items() if lag}


def in_use(ends):
    return sorted({topic for (topic, _), end in ends.items() if end and not topic.startswith("__")})


def whole(world, topic):
    """Keys, headers and payloads."""
    return said(world, *READ, "-t", topic, "-f", "%k %h %s\n")


def letters(world, ends):
    """Dead letters, each once however often a repeated slice wrote it: [(topic, key)]."""
    found = set()
    for topic in (t for t in in_use(ends) if t.endswith(".dlq")):
        for line in said(world, *READ, "-t", topic, "-f", "%k\t%S\x1e").split(b"\x1e"):
            if line:
                found.add((topic, *(part.decode(errors="replace") for part in line.rsplit(b"\t", 1))))
    return sorted(found)


def load_records(world, ends):
    """Fills chaos.record from the topics. {"topic/partition": [records, first offset]}, and where lies what has no key or header of
    ours."""
    counts, odd = {}, []
    with subprocess.Popen(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", world.env["TRIBUTARY_POSTGRES"], "-c",
                           "copy chaos.record from stdin"], stdin=subprocess.PIPE) as writer:
        for topic in (t for t in in_use(ends) if t.startswith("records.") and t != "records.dlq"):
            with subprocess.Popen(kcat(world, *READ, "-t", topic, "-f", "%p\t%o\t%k\t%h\x1e"), stdout=subprocess.PIPE) as reader:
                for partition, offset, key, headers in messages(reader.stdout):
                    counts.setdefault(f"{topic}/{int(partition)}", [0, int(offset)])[0] += 1
                    line = row(topic.encode(), partition, offset, key, headers)
                    if line:
                        writer.stdin.write(line)
                    else:
                        odd.append(f"{topic}/{int(partition)}@{int(offset)}")
            assert reader.returncode == 0, f"{topic} could not be read"
        writer.stdin.close()
    assert writer.returncode == 0, "the records could not be loaded"
    world.sql("analyze chaos.record")
    return counts, odd


def messages(stream):
    rest = b""
    while chunk := stream.read1(1 << 20):
        *whole, rest = (rest + chunk).split(b"\x1e")
        for message in whole:
            parts = message.split(b"\t", 2)
            key, _, headers = parts[2].rpartition(b"\t")
            yield parts[0], parts[1], key, headers


def row(topic, partition, offset, key, headers):
    """A line of COPY; None for what the sink dead-letters."""
    version, parts = RECORD.search(headers), key.split(b"/", 2)
    if not version or len(parts) < 3 or len(parts[0]) != 36 or not parts[2] or b"\0" in key:
        return None
    record = parts[2].replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return b"\t".join((topic, partition, offset, parts[0], record, *version.groups())) + b"\n"
