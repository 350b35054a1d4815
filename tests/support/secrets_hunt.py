"""Secrets: the forms that one may lie in, and every place of a world where one might."""
import base64
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from memory import mappings
from tokens import redis

PROGRAMS = ("scheduler", "worker-", "sink")


def forms(secret):
    """The bytes themselves, in hexadecimal, base64 (however it is aligned there), percent-encoded, and UTF-16."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    yield "".join(f"%{byte:02X}" for byte in secret).encode()
    yield b"\0".join(bytes([byte]) for byte in secret)
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret)
        inner = text[(0, 2, 3)[before]:len(text) - (0, 3, 2)[(before + len(secret)) % 3]].rstrip(b"=")
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


class Hunt:
    """Looks for named secrets in all of their forms."""

    def __init__(self, secrets):
        self.names = {form: name for name, secret in secrets.items() for form in forms(secret)}

    def among(self, content):
        return {name for form, name in self.names.items() if form in content}

    def file(self, path):
        """Of files with holes, what is no hole."""
        try:
            with open(path, "rb", 0) as file:
                return self.among(b"\xff".join(extents(file)) if path.stat().st_size else file.read())
        except FileNotFoundError:  # a database takes files away while it runs
            return set()

    def folder(self, folder, skip=()):
        """{name of a secret: first file it was in}"""
        found = {}
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.name not in skip:
                for name in self.file(path):
                    found.setdefault(name, str(path))
        return found

    def memory(self, pid):
        """What a core file of the process would hold, but for what was never written."""
        found = {}
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
            written = {int(line.split("-")[0], 16) for line in maps if line.split()[1][1] == "w"}
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for start, end, name in mappings(pid):
                if start not in written:
                    continue
                try:
                    memory.seek(start)
                    content = memory.read(end - start)
                except OSError:  # gone meanwhile
                    continue
                for secret in self.among(content.strip(b"\0")):
                    found.setdefault(secret, name or "anonymous")
        return found


def extents(file):
    at = 0
    while True:
        try:
            at = os.lseek(file.fileno(), at, os.SEEK_DATA)
        except OSError:  # there is no more
            return
        end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
        yield os.pread(file.fileno(), end - at, at)
        at = end


# ---- Places ----

def postgres_folder(world):
    home = world.folder / "postgres" / "home"
    return Path(home.read_text().strip() if home.exists() else world.folder / "postgres") / "data"


def in_postgres(world, hunt):
    """Tables, indexes, write-ahead log: all that lies on the disk."""
    world.sql("checkpoint")
    return hunt.folder(postgres_folder(world))


def in_redis(world, hunt):
    """A dump without compression, which a search could not see through."""
    redis(world, "config", "set", "rdbcompression", "no")
    redis(world, "save")
    return hunt.folder(world.folder / "redis", skip=("redis.conf", "password"))


def in_kafka(world, hunt):
    """The brokers' files, and since those are compressed, every message as a consumer gets it."""
    found = hunt.folder(world.folder / "kafka" / "data")
    brokers = world.env["TRIBUTARY_KAFKA_BROKERS"]
    listed = subprocess.run(["kcat", "-L", "-b", brokers], check=True, capture_output=True, text=True).stdout
    topics = [topic for topic in re.findall(r'topic "([^"]+)"', listed) if not topic.startswith("__")]

    def read(topic):
        command = ["kcat", "-C", "-q", "-e", "-b", brokers, "-t", topic, "-f", "%k %h %s\n"]
        return hunt.among(subprocess.run(command, check=True, capture_output=True).stdout)

    with ThreadPoolExecutor(8) as readers:
        for topic, names in zip(topics, readers.map(read, topics)):
            found.update({name: topic for name in names if name not in found})
    return found


def in_logs(world, hunt):
    return hunt.folder(world.folder / "log")


def running(world):
    """{instance: pid} of our own programs; the sandbox is the vendor, who may know secrets."""
    pids = {}
    for path in sorted((world.folder / "run").glob("*.pid")):
        pid = int(path.read_text().split()[0])
        if path.stem.startswith(PROGRAMS) and os.path.exists(f"/proc/{pid}"):
            pids[path.stem] = pid
    return pids


def in_command_lines(world, hunt):
    found = {}
    for name, pid in running(world).items():
        for secret in hunt.file(Path(f"/proc/{pid}/cmdline")):
            found.setdefault(secret, name)
    return found


def in_environments(world, hunt):
    found = {}
    for name, pid in running(world).items():
        for secret in hunt.file(Path(f"/proc/{pid}/environ")):
            found.setdefault(secret, name)
    return found
