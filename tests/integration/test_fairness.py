"""A company that syncs a thousand pages does not keep another waiting: its single job gets its turn within the bound of ready.h."""
import unittest

from world import STRIPE_TYPES, World, until

# ready_bound(JOB_INTERACTIVE, 1) of workers/runtime/ready.h: the class gets one turn in three at the least, and one other
# connection stands before ours. One more slice was running when the job was asked for, and one turn may pass
# while the job travels through Kafka.
BOUND = 6 + 1 + 1
SLICE_PAGES = 2
SINGLES = 5


class Fairness(unittest.TestCase):
    def test_a_single_job_takes_its_turn_during_a_thousand_page_sync(self):
        with World() as world:
            # One place for all: whoever waits, waits for the other.
            world.start("worker-stripe", 1, f"--slice-pages={SLICE_PAGES}", "--slices-in-flight=1")
            world.start("sink")
            singles = [world.connect(f"single{i}")[0] for i in range(SINGLES)]
            world.sandbox("POST", "/stripe/big", {"pages": 1000})
            big, _ = world.connect("big")
            # Slow enough that a message's way through Kafka takes less than a turn.
            world.sandbox("POST", "/stripe/big/faults", {"kind": "slow", "delay_ms": 150})
            queued = [world.queue(big, t) for t in STRIPE_TYPES]
            until(lambda: self.pages(world, big) >= 10, 60, lambda: world.explain(queued))
            waited, pages = [], []
            for single in singles:
                turn, page = self.turns(world), self.pages(world, big)
                dataset = world.queue(single, "commerce-customers")
                self.assertEqual({dataset: "Complete"}, world.wait([dataset], 60))
                pages.append(self.pages(world, big) - page)
                waited.append(int(world.value(f"select first_epoch from control.dataset where id = '{dataset}'")) - turn)
            print(f"\nbound: a single job is claimed within {BOUND} turns of {SLICE_PAGES} pages while another company syncs "
                  f"1,000 pages; measured {max(waited)} at most, and {max(pages)} pages of the other until it was Complete",
                  flush=True)
            self.assertLessEqual(max(waited), BOUND, waited)
            self.assertLessEqual(max(pages), (BOUND + 1) * SLICE_PAGES, pages)
            running = set(world.datasets(queued).values()) & {"Queued", "Fetching"}
            self.assertTrue(running, "the large sync was over too soon to show anything")
            for dataset in queued:
                world.api("POST", f"/companies/{big}/data/history/{dataset}/cancel")
            self.assertLessEqual(set(world.wait(queued, 30).values()), {"Cancelled", "Complete"})

    @staticmethod
    def turns(world):
        """Slices that were ever claimed: each takes the next epoch."""
        return int(world.value("select last_value from control.claim_epoch"))

    @staticmethod
    def pages(world, company):
        return int(world.value(f"select sum(pages) from control.dataset where company_id = '{company}'"))


if __name__ == "__main__":
    unittest.main()
