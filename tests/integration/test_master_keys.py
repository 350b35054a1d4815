"""New master keys while everything runs: rotated twice under syncs and refreshes, killed half way, and by whoever has not noticed."""
import base64
import os
import subprocess
import threading
import unittest
from pathlib import Path

from tokens import counted
from world import World, until

TYPES = {"quickbooks": ["customers"], "stripe": ["commerce-customers"]}


def new_key(name):
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


class MasterKeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.file = Path(cls.world.env["TRIBUTARY_MASTER_KEY_FILE"])
        cls.made = 0
        for program in ("worker-quickbooks", "worker-stripe", "sink"):
            cls.world.start(program)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        self.world.failed |= len(result.failures) + len(result.errors) > before
        return result

    def keys(self):
        return self.file.read_text().split()

    def write(self, keys):
        fresh = self.file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text("\n".join(keys) + "\n")
        fresh.rename(self.file)

    def add_first(self):
        """Its id."""
        type(self).made += 1
        name = f"new{self.made}"
        self.write([new_key(name), *self.keys()])
        return name

    def wrapped_with(self):
        return dict(self.world.sql("select master_key, count(*) from control.company_key group by 1"))

    def listed(self):
        """{id: (company keys, others, state)}"""
        lines = self.world.run("tributary", "keys", "list").stdout.splitlines()[1:]
        return {words[0]: (words[1], words[2], " ".join(words[3:])) for words in (line.split() for line in lines)}

    def restart(self, *programs):
        for program in programs or ("scheduler", "worker-quickbooks", "worker-stripe"):
            self.world.stop(program)
            self.world.start(program)

    def sync_all(self, companies):
        for source, company in companies.items():
            self.assertEqual({t: "Complete" for t in TYPES[source]}, self.world.sync(company, TYPES[source], full=True, source=source))

    def test_two_rotations_under_syncs_and_refreshes_and_the_old_keys_can_go(self):
        companies = {source: self.world.connect(f"rotated_{source}", source=source)[0] for source in TYPES}
        self.sync_all(companies)
        self.world.sandbox("DELETE", "/quickbooks/counters")
        ended, rounds, failures = threading.Event(), [], []

        def work():
            while not ended.is_set():
                self.world.sandbox("POST", "/quickbooks/tokens", {"expire": "all"})
                try:
                    self.sync_all(companies)
                except AssertionError as failure:
                    failures.append(failure)
                    return
                rounds.append(1)

        working = threading.Thread(target=work)
        working.start()
        try:
            for _ in range(2):
                before = len(rounds)
                until(lambda b=before: failures or len(rounds) > b, 60, "a round of syncs")
                first = self.add_first()
                self.world.run("tributary", "keys", "rotate")
                self.assertEqual({first}, set(self.wrapped_with()))
                until(lambda b=before: failures or len(rounds) > b + 2, 60, "a round of syncs after it")
        finally:
            ended.set()
            working.join()
        self.assertEqual([], failures)
        count = counted(self.world, "quickbooks")
        self.assertGreaterEqual(count["refreshes"], 4)
        self.assertEqual((0, 0), (count["dead_access_uses"], count["dead_refresh_uses"]))
        states = self.listed()
        self.assertEqual("seals", states[first][2])
        self.assertEqual({"not needed"}, {state for name, (_, _, state) in states.items() if name != first})
        self.write(self.keys()[:1])
        self.restart()
        self.world.sandbox("POST", "/quickbooks/tokens", {"expire": "all"})
        self.sync_all(companies)
        self.assertEqual([first], list(self.listed()))
        print(f"\nfigure: {len(rounds)} rounds of syncs and {count['refreshes']} refreshes during two rotations", flush=True)

    def test_a_rotation_killed_half_way_is_finished_by_the_next(self):
        for i in range(120):
            self.world.connect(f"many_{i}")
        first = self.add_first()
        last = self.world.value("select company_id from control.company_key order by company_id desc limit 1")
        uri = self.world.env["TRIBUTARY_POSTGRES"]
        with subprocess.Popen(["psql", "-XqAt", uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            holder.stdin.write(f"begin; select 'held' from control.company_key where company_id = '{last}' for update;\n")
            holder.stdin.flush()
            self.assertEqual("held", holder.stdout.readline().strip())
            with subprocess.Popen([self.world.bin / "tributary", "keys", "rotate"], env=self.world.env,
                                  stdout=subprocess.PIPE) as rotation:
                waiting = "from pg_stat_activity where wait_event_type = 'Lock' and query like '%company_key set wrapped%'"
                until(lambda: self.world.value(f"select 1 {waiting}"), 30, "the rotation waits")
                rotation.kill()
            self.world.sql(f"select pg_terminate_backend(pid) {waiting}")  # it would finish its batch without us
            holder.stdin.close()
        half = self.wrapped_with()
        self.assertEqual(2, len(half), half)
        self.assertGreaterEqual(int(half[first]), 50)
        self.world.run("tributary", "keys", "rotate")
        self.assertEqual({first}, set(self.wrapped_with()))
        self.assertIn("company keys     0 sealed anew", self.world.run("tributary", "keys", "rotate").stdout)

    def test_a_program_that_has_not_read_the_new_keys_makes_no_company_key_under_an_old_one(self):
        self.restart("scheduler")
        first = self.add_first()
        self.world.run("tributary", "keys", "rotate")
        company, _ = self.world.connect("late_one")
        self.assertEqual(first, self.world.value(f"select master_key from control.company_key where company_id = '{company}'"))
        keys = self.keys()
        self.write(keys[1:])
        self.restart("scheduler")
        status, company = self.world.api("POST", "/companies", {"name": "refused"})
        self.assertEqual(200, status)
        connection = {"platformKey": "stripe", "credential": {"apiKey": "sk_live_sandbox_refused"}}
        status, answer = self.world.api("POST", f"/companies/{company['id']}/connections", connection)
        self.assertEqual(500, status, answer)
        self.assertIn("rotated away", self.world.log("scheduler"))
        self.write(keys)
        status, answer = self.world.api("POST", f"/companies/{company['id']}/connections", connection)
        self.assertEqual(200, status, answer)

    def test_what_cannot_be_opened_is_named_and_the_rest_is_done(self):
        lost, _ = self.world.connect("lost_key")
        first = self.add_first()
        self.world.sql(f"update control.company_key set wrapped = overlay(wrapped placing 'gone' from 3), master_key = 'gone' where company_id = '{lost}'")
        done = self.world.run("tributary", "keys", "rotate", check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn(f"company-key/{lost}: sealed with key 'gone'", done.stderr)
        self.assertEqual("missing: add it to the file", self.listed()["gone"][2])
        self.assertEqual({first, "gone"}, set(self.wrapped_with()))
        self.world.sql(f"delete from control.company_key where company_id = '{lost}'")


if __name__ == "__main__":
    unittest.main()
