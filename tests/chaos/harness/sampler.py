"""Sampler: what each program holds in memory and in open files, once a second, from its start to its end."""
import os
import threading
import time

from secrets_hunt import PROGRAMS

PAGE = os.sysconf("SC_PAGE_SIZE")


class Sampler:
    def __init__(self, world, every=1.0):
        self.world, self.every = world, every
        self.samples = {}  # "worker-stripe-1 4711": [[seconds since the first look, RSS in MB, files]]
        self.over, self.began = threading.Event(), time.monotonic()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def start(self):
        self.thread.start()

    def close(self):
        self.over.set()
        self.thread.join()

    def work(self):
        while not self.over.wait(self.every):
            self.look()

    def look(self):
        for path in (self.world.folder / "run").glob("*.pid"):
            if not path.stem.startswith(PROGRAMS):  # the sandbox and the servers are not ours to judge
                continue
            try:
                pid = int(path.read_text().split()[0])
                with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
                    mb = int(statm.read().split()[1]) * PAGE / 2**20
                files = len(os.listdir(f"/proc/{pid}/fd"))
            except (OSError, IndexError):  # it is being started or has ended
                continue
            self.samples.setdefault(f"{path.stem} {pid}", []).append([round(time.monotonic() - self.began, 1), round(mb, 1), files])
