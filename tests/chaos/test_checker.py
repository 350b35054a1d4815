#!/usr/bin/env python3
"""The history checker finds what it is for: each invariant is broken by real damage, and found as that invariant and no other.

One world, two companies, one sync: clean. The damage of each test stays in the world; what counts is what it adds to the problems.
"""
import re
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "chaos")]
from harness import checker, facts as gathering, topics  # noqa: E402
from harness.checker import Problem, check  # noqa: E402
from harness.facts import lags, of_postgres, of_programs, of_the_sandbox  # noqa: E402
from harness.history import History  # noqa: E402
from world import STRIPE_TYPES, XERO_TYPES, World, until  # noqa: E402

UNSEEN = "set session_replication_role = replica; "  # no trigger of ours writes down what follows
CUSTOMERS, LOCATIONS, PRODUCTS, DISPUTES = "commerce-customers", "commerce-locations", "commerce-products", "commerce-disputes"
checker.SHOWN = 1000  # one damage must not hide behind another


# ---- Looking again: at one part of the facts ----

def of_kafka(history, facts):
    gathering.of_topics(history.world, facts, topics.offsets(history.world, -1))


def of_rows(history, facts):
    of_postgres(history.world, facts)


def of_logs(history, facts):
    of_programs(history, facts)


def of_vendors(history, facts):
    facts.differences = []
    of_the_sandbox(history, facts)


def of_lags(history, facts):
    facts.lags = [lags(history.world)] * 2


def of_secrets(history, facts):
    gathering.of_secrets(history, facts, topics.offsets(history.world, -1))


class Checker(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world = World().__enter__()
        cls.addClassCleanup(world.__exit__, None, None, None)
        cls.history = history = History(world)
        history.install()
        cls.addClassCleanup(history.close)
        world.start("worker-stripe", 1, "--slice-pages=2", "--stripe-page-size=20")
        world.start("worker-xero", 1, "--xero-page-size=100")
        world.start("sink")
        cls.shop, cls.books = history.connect("shop"), history.connect("books", "xero")
        for data_type in STRIPE_TYPES:
            history.ask(*cls.shop, "shop", "stripe", data_type)
        for data_type in XERO_TYPES:
            history.ask(*cls.books, "books", "xero", data_type)
        assert history.settle(60), history.busy()
        cls.facts = history.collect()
        cls.clean = deepcopy(cls.facts)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        self.world.failed |= len(result.failures) + len(result.errors) > before
        return result

    # ---- what is found ----

    def assert_adds(self, invariants, *parts, saying=""):
        """Looking again at these parts finds problems that were not there, of exactly these invariants."""
        before = set(check(self.facts))
        for part in parts:
            part(self.history, self.facts)
        new = set(check(self.facts)) - before
        self.assertEqual(set(invariants.split()), {p.invariant for p in new}, new)
        self.assertIn(saying, " ".join(p.text for p in new))

    def assert_finds(self, invariant, saying, **changes):
        """In a copy of the clean facts, where the damage cannot be done for real."""
        facts = deepcopy(self.clean)
        for name, value in changes.items():
            setattr(facts, name, value)
        found = check(facts)
        self.assertEqual({invariant}, {p.invariant for p in found}, found)
        self.assertIn(saying, found[0].text)

    # ---- doing damage ----

    def one(self, table, n=0):
        return self.world.value(f"select id from {table} where connection_id = '{self.shop[1]}' order by id offset {n} limit 1")

    def newest(self, data_type):
        return self.world.value(f"select id from control.dataset where data_type = '{data_type}' order by requested desc limit 1")

    @contextmanager
    def held_sink(self, data_type):
        """A dataset whose records lie on the topic and nowhere else; afterwards the sink goes on."""
        self.world.stop("sink")
        dataset = self.history.ask(*self.shop, "shop", "stripe", data_type, full=True)
        until(lambda: self.world.datasets([dataset])[dataset] == "Processing", 20, lambda: self.world.explain([dataset]))
        yield dataset, self.world.sql(f"select record_topic, record_partition from control.dataset where id = '{dataset}'")[0]
        self.world.start("sink")
        self.world.wait([dataset], 30)
        self.stored()

    def stored(self):
        until(lambda: not [what for what in lags(self.world) if what.startswith("records.")], 30, lambda: lags(self.world))

    def move_offset(self, place, by, before=""):
        self.world.sql(f"{before}update control.sink_offset set next = next + {by} where topic = '{place[0]}' and partition = {place[1]}")

    def say(self, program, line):
        with open(self.world.folder / "log" / f"{program}.log", "a", encoding="utf-8") as log:
            log.write(line + "\n")

    def stamp(self, ahead=0.0):
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + ahead)) + ".000Z"

    # ---- the tests ----

    def test_a_clean_run_has_no_problem_and_was_looked_at(self):
        facts = self.clean
        self.assertEqual([], check(facts))
        self.assertEqual((31, 31), (len(facts.asks), facts.compared))
        self.assertEqual(facts.n_records, sum(d["records"] for d in facts.datasets))
        self.assertEqual({d["id"] for d in facts.datasets}, {said[1] for said in facts.ends_said})
        self.assertTrue(len(facts.steps) > 120 and facts.moves and facts.marks and facts.samples)
        self.assertEqual(4, len({name.split()[0] for name in facts.samples}))

    def test_what_a_scenario_allows_is_no_problem(self):
        facts = deepcopy(self.clean)
        facts.over_limit, facts.lags = {"stripe shop": 3}, [{"jobs.x/1": 1}, {}]
        self.assertEqual({"I6", "I7"}, {p.invariant for p in check(facts)})
        self.assertEqual([Problem("I6", "at first jobs.x/1 lagged by 1")], check(facts, ("I7",)))
        self.assertEqual([], check(facts, ("I7", "I6 at first")))

    # I1

    def test_I1_a_dataset_that_does_not_end(self):
        self.world.stop("worker-xero")
        dataset = self.history.ask(*self.books, "books", "xero", "items")
        self.assert_adds("I1 I6", of_rows, of_lags, saying="has not ended: Queued")
        self.world.start("worker-xero", 1, "--xero-page-size=100")
        self.world.wait([dataset])
        self.stored()

    def test_I1_a_dataset_that_ends_twice(self):
        self.world.sql("alter table control.dataset disable trigger dataset_guard; "
                       f"update control.dataset set status = 'Cancelled' where id = '{self.newest('commerce-taxComponents')}'; "
                       "alter table control.dataset enable trigger dataset_guard")
        self.assert_adds("I1", of_kafka, of_rows, saying="ended more than once: Complete, Cancelled")

    def test_I1_a_dataset_that_ends_otherwise_than_it_should(self):
        dataset = self.newest(DISPUTES)
        self.assert_finds("I1", "ended Complete, not AuthError", expected={dataset: ["AuthError"]})

    def test_I1_an_ask_that_came_to_nothing(self):
        self.assert_finds("I1", "is nowhere", asks=[{**self.clean.asks[0], "dataset": "00000000-0000-0000-0000-000000000000"}])

    def test_I1_a_job_on_the_dead_letter_topic(self):
        self.world.produce("jobs.stripe.dlq", self.shop[1], b"a job")
        self.assert_adds("I1", of_kafka, saying="1 jobs were dead-lettered")

    # I2

    def test_I2_a_row_that_is_gone(self):
        row = self.one("commerce.customers")
        self.world.sql(f"delete from commerce.customers where id = '{row}'")
        self.assert_adds("I2", of_rows, of_vendors, saying=f"{row} vanished")
        self.assertTrue(any("missing 1" in text for text in self.facts.differences), self.facts.differences)
        self.assertEqual([row], [lost["id"] for lost in self.facts.evidence["lost"]])

    def test_I2_a_row_too_many(self):
        columns = ", ".join(name for (name,) in self.world.sql("select column_name from information_schema.columns where "
                                                               "table_name = 'payments' and table_schema = 'commerce' and column_name <> 'id'"))
        self.world.sql(f"insert into commerce.payments (id, {columns}) select 'twin', {columns} from commerce.payments limit 1")
        self.assert_adds("I2", of_rows, of_vendors, saying="extra 1")
        self.assertEqual(["twin"], [stray["id"] for stray in self.facts.evidence["strays"] if stray["topic"] == "records.commerce.payments"])

    def test_I2_a_value_that_is_another(self):
        self.world.sql(f"{UNSEEN}update commerce.orders set order_number = 'another' where id = '{self.one('commerce.orders')}'")
        self.assert_adds("I2", of_vendors, saying="commerce-orders: different 1")

    def test_I2_a_record_on_the_dead_letter_topic(self):
        self.world.produce("records.dlq", f"{self.shop[1]}/commerce-orders/in_1", b"a record")
        self.assert_adds("I2", of_kafka, saying="1 records were dead-lettered")

    def test_I2_topics_that_hold_too_little(self):
        self.assert_finds("I2", "the topics hold", n_records=self.clean.n_records - 1)

    # I3

    def test_I3_a_row_that_is_put_back(self):
        self.world.sql(f"update commerce.products set epoch = epoch - 1 where id = '{self.one('commerce.products')}'")
        self.assert_adds("I2 I3", of_rows, saying="went backwards")  # I2: no record brought that version

    def test_I3_a_row_that_is_written_twice(self):
        self.world.sql(f"update commerce.products set modified_date = now() where id = '{self.one('commerce.products', 1)}'")
        self.assert_adds("I3", of_rows, saying="was written twice")

    # I4

    def test_I4_Complete_before_the_rows_are_in(self):
        with self.held_sink(CUSTOMERS) as (dataset, _):
            self.world.sql(f"update control.dataset set status = 'Complete', completed = now() where id = '{dataset}'")
        self.assert_adds("I4", of_kafka, of_rows, saying="before its end")
        self.assertEqual([dataset], [late["dataset"] for late in self.facts.evidence["late"]])

    def test_I4_a_watermark_that_nobody_earned(self):
        self.world.sql(f"update control.stream set watermark = now() where data_type = '{DISPUTES}'")
        self.assert_adds("I4", of_rows, saying="with no dataset")

    def test_I4_a_watermark_ahead_of_what_was_read(self):
        with self.held_sink(PRODUCTS) as (dataset, _):
            self.world.sql(f"update control.dataset set watermark_next = now() + interval '1 hour' where id = '{dataset}'")
        self.assert_adds("I4", of_kafka, of_rows, saying="ahead of what")

    # I5

    def test_I5_an_offset_that_is_skipped(self):
        with self.held_sink("commerce-transactions") as (_, place):
            self.move_offset(place, 1, UNSEEN)
        self.assert_adds("I5", of_kafka, of_rows, saying="the next move began at")

    def test_I5_an_offset_that_goes_back(self):
        with self.held_sink(LOCATIONS) as (_, place):
            self.move_offset(place, -1)
        self.assert_adds("I5", of_kafka, of_rows, saying="went back from")
        self.assertTrue([p for p in check(self.facts) if p.text.startswith("another session than the holder's moved")])

    # I6

    def test_I6_a_job_that_nobody_takes(self):
        self.world.produce("jobs.quickbooks.interactive", self.shop[1], b"a job", partition=7)
        self.assert_adds("I6", of_lags, saying="jobs.quickbooks.interactive/7 lagged by 1")

    # I7

    def call(self, path, headers):
        request = urllib.request.Request(f"{self.world.env['TRIBUTARY_SANDBOX']}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_I7_a_call_over_the_limit_of_an_organisation(self):
        grant = self.world.sandbox("POST", "/xero/grants", {"account": "books"})
        headers = {"Authorization": f"Bearer {grant['access_token']}", "xero-tenant-id": grant["tenants"][0]["id"],
                   "Accept": "application/json"}
        until(lambda: self.call("/xero/api.xro/2.0/Organisation", headers) == 429, 30, "sixty calls a minute")
        self.assert_adds("I7", of_vendors, saying="xero books minute")

    def test_I7_a_call_over_the_rate_of_an_operation(self):
        headers = {"Authorization": "Bearer sk_live_sandbox_shop"}
        until(lambda: [s for s in (self.call("/stripe/v1/account", headers) for _ in range(100)) if s == 429], 30, "25 calls a second")
        self.assert_adds("I7", of_vendors, saying="stripe shop")

    # I8

    def test_I8_pages_of_what_was_cancelled(self):
        self.world.sandbox("POST", "/stripe/shop/faults", {"kind": "slow", "path": "/v1/charges", "delay_ms": 1000})
        dataset = self.history.ask(*self.shop, "shop", "stripe", "commerce-payments", full=True)
        until(lambda: self.world.datasets([dataset])[dataset] == "Fetching", 20, lambda: self.world.explain([dataset]))
        self.assertTrue(self.history.cancel(self.shop[0], dataset))
        self.world.sandbox("DELETE", "/stripe/shop/faults")
        until(lambda: re.search(f"dataset={dataset} .*(slice cancelled|ended meanwhile)", self.world.log("worker-stripe")), 20, "it stops")
        page = f'ts={self.stamp(1)} level=debug program=worker-stripe type=x dataset={dataset} slice=1 epoch=1 msg="page emitted" records=1'
        self.say("worker-stripe-7", page)
        self.say("worker-stripe-7", page)
        self.assert_adds("I8", of_logs, saying=f" pages of {dataset} were fetched")

    # I9

    def test_I9_a_slice_that_is_taken_from_a_living_owner(self):
        self.world.sandbox("POST", "/stripe/shop/faults", {"kind": "slow", "path": "/v1/account", "delay_ms": 2000})
        dataset = self.history.ask(*self.shop, "shop", "stripe", "commerce-companyInfo", full=True)
        until(lambda: self.world.datasets([dataset])[dataset] == "Fetching", 20, lambda: self.world.explain([dataset]))
        self.world.sql("update control.dataset set epoch = nextval('control.claim_epoch'), "
                       f"owner = (select incarnation from control.worker where program = 'worker-xero' limit 1) where id = '{dataset}'")
        self.history.cancel(self.shop[0], dataset)
        self.world.sandbox("DELETE", "/stripe/shop/faults")
        self.assert_adds("I9", of_rows, saying="which lived")

    def test_I9_two_owners_of_one_epoch(self):
        claim = next(s for s in self.clean.steps if s["epoch"] != s["epoch_before"])
        again = {**claim, "seq": 10**9, "dataset": self.newest(DISPUTES), "owner_before": None}
        self.assert_finds("I9", "was drawn before", steps=[*self.clean.steps, again])

    def test_I9_an_end_by_another_than_the_owner(self):
        end = next(s for s in self.clean.steps if s["slice"] > s["slice_before"] and s["publisher"])
        steps = [{**s, "publisher": 999} if s is end else s for s in self.clean.steps]
        self.assert_finds("I9", "and 999 ended it", steps=steps)

    def test_I9_two_programs_that_end_the_same_slice(self):
        said = next(said for said in self.clean.ends_said if said[0] == "worker-stripe-1")
        self.say("worker-stripe-2", f"ts={self.stamp()} level=info type=x dataset={said[1]} slice={said[2]} epoch={said[3]} "
                 'connection=x msg="slice ended" outcome=more')
        self.assert_adds("I9", of_logs, saying="both say")

    def test_I9_a_record_with_an_epoch_of_another(self):
        topic = "records.commerce.tax-components"
        lines = topics.said(self.world, *topics.READ, "-t", topic, "-c", "1", "-f", "%p\t%k\t%h\t%s")
        partition, key, headers, value = lines.split(b"\t", 3)
        dataset = re.search(rb"dataset=([0-9a-f-]+)", headers)[1].decode()
        self.world.produce(topic, key.decode(), value, {"version": "1.0.1", "dataset": dataset}, partition=int(partition))
        self.stored()
        self.assert_adds("I9", of_kafka, of_rows, saying="which it never drew")

    # I10

    def test_I10_open_files_beyond_the_bound(self):
        with subprocess.Popen(["bash", "-c", "for i in {10..400}; do eval \"exec $i</dev/null\"; done; echo; read"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as greedy:
            greedy.stdout.readline()
            file = self.world.folder / "run" / "sink-9.pid"
            file.write_text(f"{greedy.pid} 0\n")
            before = set(check(self.facts))
            self.history.sampler.look()
            file.unlink()
            greedy.stdin.close()
        new = set(check(self.facts)) - before
        self.assertEqual({"I10"}, {p.invariant for p in new}, new)
        self.assertIn("files open, 300 are its bound", new.pop().text)

    def test_I10_memory_and_files_that_grow(self):
        """Made up: nothing of ours leaks on demand."""
        grows = [[float(t), 20 + t / 5, 30] for t in range(400)]
        self.assert_finds("I10", "grew from", samples={"worker-xero-1 7": grows})
        self.assert_finds("I10", "at last", samples={"worker-xero-1 7": [[t, 20, 30 + int(t / 4)] for t, _, _ in grows]})
        self.assert_finds("I10", "400 are its bound", samples={"worker-xero-1 7": [[0.0, 401, 30]]})

    # I11

    def test_I11_a_token_in_a_log(self):
        self.say("worker-stripe-1", "the key is sk_live_sandbox_shop")
        self.assert_adds("I11", of_secrets, saying="logs")

    def test_I11_a_token_in_a_topic_and_in_an_error(self):
        self.world.produce("dataset-events", "k", b"rt_xero_0123456789abcdef")
        self.world.sql(f"{UNSEEN}update control.dataset set error = 'at_xero_1234 is refused' where id = '{self.newest('company')}'")
        self.assert_adds("I11", of_secrets, saying="topics")
        self.assertTrue([where for where in self.facts.secrets if where.startswith("control")], self.facts.secrets)


if __name__ == "__main__":
    unittest.main()
