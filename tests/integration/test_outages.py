"""Servers that die in mid-sync and come back, a worker that is told to go, a sync that is called off: nothing is lost by any."""
import time
import unittest

from world import STRIPE_TYPES, WorldCase, until

DRAIN_SECONDS = 15
PAGES = 30


class Outages(WorldCase):
    worker_options = ("--slice-pages=2",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.sandbox("POST", "/stripe/*/limits", {"on": False})

    def begin(self, account, pages=PAGES, delay_ms=100):
        """A sync of all types, slow enough to be met in its midst: (company, connection, dataset ids)."""
        self.world.sandbox("POST", f"/stripe/{account}", {"pages": pages})
        self.world.sandbox("POST", f"/stripe/{account}/faults", {"kind": "slow", "delay_ms": delay_ms})
        company, connection = self.world.connect(account)
        queued = [self.world.queue(company, t) for t in STRIPE_TYPES]
        until(lambda: self.pages(company) >= 10, 60, lambda: self.world.explain(queued))
        return company, connection, queued

    def pages(self, company):
        return int(self.world.value(f"select sum(pages) from control.dataset where company_id = '{company}'"))

    def unfinished(self, queued):
        return set(self.world.datasets(queued).values()) & {"Queued", "Fetching"}

    def processes(self):
        return {line.split()[0]: line.split()[3] for line in self.world.local("program", "list").splitlines()}

    def assert_nothing_lost(self, account, company, connection, queued):
        self.assertEqual({"Complete"}, set(self.world.wait(queued, 150).values()), self.world.explain(queued))
        self.assertEqual([], self.world.differences(account, company, connection))
        self.assertEqual("0", self.world.value(f"select sum(dead_letters) from control.dataset where company_id = '{company}'"))
        self.assertEqual("0 dead letters", self.world.run("tributary", "dlq", "list").stderr.strip())

    def outage(self, service):
        account = f"outage_{service}"
        company, connection, queued = self.begin(account)
        before = self.processes()
        self.assertTrue(self.unfinished(queued))
        self.world.local("stack", "stop", "-9", service)
        self.world.local("stack", "start", service)
        began = time.monotonic()
        self.assert_nothing_lost(account, company, connection, queued)
        self.assertEqual(before, self.processes())
        print(f"\nfigure: {service} killed with -9 in mid-sync: all complete and equal {time.monotonic() - began:.1f} s after it was back",
              flush=True)

    def test_a_broker_killed_in_mid_sync_loses_nothing(self):
        self.outage("kafka")

    def test_postgres_killed_in_mid_sync_loses_nothing(self):
        self.outage("postgres")

    def test_redis_killed_in_mid_sync_loses_nothing(self):
        self.outage("redis")

    def test_a_worker_told_to_go_drains_in_time_and_another_finishes_its_sync(self):
        company, connection, queued = self.begin("drain")
        self.world.start("worker-stripe", 2, "--slice-pages=2")
        began = time.monotonic()
        self.world.stop("worker-stripe", 1)
        took = time.monotonic() - began
        print(f"\nfigure: a worker drained in {took:.1f} s after SIGTERM in mid-sync (limit {DRAIN_SECONDS})", flush=True)
        self.assertTrue(self.unfinished(queued))
        # It left by itself: its row is gone, and nobody had to declare it dead.
        self.assertEqual("1", self.world.value("select count(*) from control.worker where program = 'worker-stripe'"))
        self.assert_nothing_lost("drain", company, connection, queued)
        self.assertLess(took, DRAIN_SECONDS)
        self.world.stop("worker-stripe", 2)
        self.world.start("worker-stripe", 1, "--slice-pages=2")

    def test_a_dataset_cancelled_by_the_command_stops_and_leaves_the_others_alone(self):
        company, connection, queued = self.begin("cancel")
        orders, others = queued[STRIPE_TYPES.index("commerce-orders")], [t for t in STRIPE_TYPES if t != "commerce-orders"]
        self.world.run("tributary", "dataset", "cancel", "--company", company, orders)
        self.assertEqual({orders: "Cancelled"}, self.world.datasets([orders]))
        states = self.world.wait(queued, 120)
        self.assertEqual("Cancelled", states.pop(orders))
        self.assertEqual({"Complete"}, set(states.values()))
        self.assertEqual([], self.world.differences("cancel", company, connection, others))
        self.assertLess(int(self.world.value(f"select pages from control.dataset where id = '{orders}'")), PAGES)
        again = self.world.run("tributary", "dataset", "cancel", "--company", company, orders, check=False)
        self.assertEqual("Cancelled", self.world.datasets([orders])[orders], again)
        # A later sync brings what the cancelled one did not.
        self.world.sandbox("DELETE", "/stripe/cancel/faults")
        self.assertEqual({"commerce-orders": "Complete"}, self.world.sync(company, ["commerce-orders"]))
        self.assertEqual([], self.world.differences("cancel", company, connection))


if __name__ == "__main__":
    unittest.main()
