"""Fleet: workers that only call (tests/support/quota_caller.c), on a Redis of the test's own, and what they reported."""
import os
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from world import CLONE, until


class Redis:
    """A Redis of its own on a free port; data are lost when it stops."""

    def __init__(self, *options):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder, self.options, self.process = tempfile.mkdtemp(prefix="tributary-test-"), options, None
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder, *self.options],
            stdout=subprocess.DEVNULL)
        until(lambda: self.ask("PING") == "PONG", 10, "Redis answers")

    def ask(self, *command):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *command], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def signal(self, number):
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.rmdir(self.folder)


class Call:
    def __init__(self, line):
        wanted, answered, self.tenant, self.job_class, status = line.split()
        self.wanted, self.answered, self.status = int(wanted) / 1000, int(answered) / 1000, int(status)


class Worker:
    """One process. `work`: lines (tenant, class, token, url, think ms)."""

    def __init__(self, redis_url, limits, work, options=()):
        folder = Path(os.environ.get("TRIBUTARY_BIN") or CLONE / "build" / "bin").parent / "tests"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TRIBUTARY_")}
        self.calls, self.errors = [], []
        self.process = subprocess.Popen(
            [folder / "quota-caller", "--limits", limits, "--redis", redis_url, "--http-listen", "127.0.0.1:0", *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.readers = [threading.Thread(target=self.read), threading.Thread(target=self.read_errors)]
        for reader in self.readers:
            reader.start()
        self.process.stdin.write("".join(" ".join(map(str, line)) + "\n" for line in work))
        self.process.stdin.close()

    def read(self):
        for line in self.process.stdout:
            self.calls.append(Call(line))

    def read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()


class Fleet:
    def __init__(self, redis_url, limits, n, work, options=()):
        """`work(rank)`: the lines of one worker. Every worker knows how many there are."""
        self.workers = [Worker(redis_url, limits, work(rank), ["--workers", n, "--rank", rank, *options]) for rank in range(n)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGTERM)
        for worker in self.workers:
            worker.stop()

    @property
    def calls(self):
        return [call for worker in self.workers for call in worker.calls]

    @property
    def errors(self):
        return [line for worker in self.workers for line in worker.errors]


def wait(seconds):
    """Lets real time pass: limits are about it."""
    threading.Event().wait(seconds)


def mean_use(times, window, start, end):
    """How many calls were in the window, on average over the time from `start` to `end`. A count of calls would hang on where
    the bursts lie that a moving window makes."""
    spans = [(max(at, start), min(at + window, end)) for at in times]
    return sum(max(0, last - first) for first, last in spans) / (end - start)


CROSSED = 0.03  # from having a place to being at the vendor


def served_late(calls, sends, most, window, held=0, held_until=0.0):
    """Of each interactive call: seconds from the moment at which its limit had a place for it (the `most`-th request before had left
    the window) until it was answered. `sends`: when the requests of the same tenant were made; what was sent a moment later had its
    place before. `held`: places of a killed worker, which are nobody's until its longest call would have ended and left the window."""
    late = []
    for call in calls:
        before = sorted(at for at in sends if at < call.wanted + CROSSED)
        places = most - (held if call.wanted < held_until else 0)
        allowed = max(call.wanted, before[-places] + window) if len(before) >= places else call.wanted
        late.append(call.answered - (max(call.wanted, min(allowed, held_until)) if places < most else allowed))
    return late
