"""kill -9 of worker, sink and scheduler while companies sync: nothing lost, nothing doubled. The long run is tests/chaos/kills.py."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "chaos"))
import kills
from world import STRIPE_TYPES, World, until


class KillNine(unittest.TestCase):
    def test_workers_and_sink_killed_in_mid_sync_lose_and_double_nothing(self):
        with World() as world:
            problems = kills.Kills(world, kills.options(["--companies", "12", "--kills", "4", "--every", "5", "--slow", "300",
                                                         "--seconds", "240"])).run()
            world.failed = bool(problems)
            self.assertEqual([], problems)

    def test_a_scheduler_killed_between_request_and_job_loses_no_request(self):
        with World() as world:
            world.start("sink")
            world.start("worker-stripe")
            company, connection = world.connect("scheduler")
            queued = [world.queue(company, t) for t in STRIPE_TYPES]
            world.kill("scheduler")
            world.start("scheduler")
            self.assertEqual({"Complete"}, set(world.wait(queued).values()))
            self.assertEqual([], world.differences("scheduler", company, connection))
            until(lambda: world.value("select count(*) from control.event") == "0", 30, "the outbox is empty")


if __name__ == "__main__":
    unittest.main()
