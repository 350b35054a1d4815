"""Load: companies that never stop syncing. Whoever is idle is changed at the vendor and asked for again: unique values, all the
time, from all sources; one sync in four is a full one, so that sweeps run too."""
import threading

from world import SOURCE_TYPES

FULL_EVERY = 4
CHANGED = 5  # objects a round


class Load:
    def __init__(self, run, companies, prefix="load", sizes=None, types=None):
        """`companies`: how many of each source; `sizes`: what the sandbox makes of an account, by source; `types`: of each
        source, all by default."""
        self.run, self.types, self.rounds = run, types or SOURCE_TYPES, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.work)  # a frozen scheduler keeps it waiting, and nobody else
        self.members, self.asked = [], {}
        for source, n in companies.items():
            for i in range(n):
                account = f"{prefix}{source}{i}"
                run.world.sandbox("POST", f"/{source}/{account}", (sizes or {}).get(source, {}))
                company, connection = run.connect(account, source)
                self.members.append((account, source, company, connection))
                self.asked[company] = 0

    def idle(self):
        names = ",".join(f"'{company}'" for _, _, company, _ in self.members)
        busy = {row[0] for row in self.run.world.sql(
            "select distinct company_id from control.dataset where status in ('Queued', 'Fetching', 'Processing', 'Validating') "
            f"and company_id in ({names})")}
        return [member for member in self.members if member[2] not in busy]

    def step(self):
        """One look at who is idle. Whatever is away just now (server or scheduler): the next look finds them idle still."""
        try:
            idle = self.idle()
        except AssertionError:
            return
        for account, source, company, connection in idle:
            try:
                self.ask(account, source, company, connection)
            except (AssertionError, OSError):
                return

    def ask(self, account, source, company, connection):
        n = self.asked[company]
        if n:
            self.run.world.sandbox("POST", f"/{source}/{account}/change", {"count": CHANGED})
            self.run.history.note("changed", account=account, source=source)
        self.asked[company] += 1
        self.rounds += 1
        self.run.ask(account, company, connection, source, self.types[source], n % FULL_EVERY == FULL_EVERY - 1)

    def work(self):
        while not self.over.wait(0.2):
            self.step()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
