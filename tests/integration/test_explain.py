"""`tributary explain DATASET`: what happened to a dataset and what it waits for, in the situations in which people ask."""
import json
import unittest
import uuid

from world import WorldCase, until

ORDERS, CUSTOMERS = "commerce-orders", "commerce-customers"
WORKER = "worker-stripe"
OPTIONS = ("--slice-pages=2", "--retry-first=1h")


class Explain(WorldCase):
    worker_options = OPTIONS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.sandbox("POST", "/stripe/*/limits", {"on": False})

    def ask(self, dataset):
        return json.loads(self.world.run("tributary", "explain", dataset, "--json").stdout)

    def text(self, dataset):
        return self.world.run("tributary", "explain", dataset).stdout

    def until_now(self, dataset, says, seconds=60):
        """Until the answer's `now` says this: the answer."""
        answer = {}

        def heard():
            answer.update(self.ask(dataset))
            return says in answer["now"]
        until(heard, seconds, lambda: f"{says}: {answer['now']}")
        return answer

    def begin(self, account, pages=10, **fault):
        self.world.sandbox("POST", f"/stripe/{account}", {"pages": pages})
        if fault:
            self.world.sandbox("POST", f"/stripe/{account}/faults", fault)
        company, _ = self.world.connect(account)
        return company, self.world.queue(company, ORDERS)

    def complete(self, dataset):
        self.assertEqual({dataset: "Complete"}, self.world.wait([dataset]), self.world.explain([dataset]))

    def pid(self, name, instance=1):
        rows = [line.split() for line in self.world.local("program", "list").splitlines()]
        return next(int(row[3]) for row in rows if row[0] == f"{name}-{instance}")

    def outcomes(self, answer):
        return [claim["outcome"] for claim in answer["claims"]]

    def test_slices_of_a_sync_stand_in_a_line_each_with_holder_pages_and_records(self):
        _, dataset = self.begin("normal")
        self.complete(dataset)
        answer = self.ask(dataset)
        self.assertEqual(("Complete", "ended: every row of it is in", "full"),
                         (answer["status"], answer["now"], answer["mode"]))
        self.assertEqual(["more"] * 4 + ["read"], self.outcomes(answer))
        self.assertEqual([1, 2, 3, 4, 5], [claim["slice"] for claim in answer["claims"]])
        self.assertEqual({(WORKER, self.pid(WORKER), 1)}, {(c["program"], c["pid"], c["attempt"]) for c in answer["claims"]})
        rows = answer["rows"]
        self.assertEqual(rows["pages"], sum(claim["pages"] for claim in answer["claims"]))
        self.assertEqual(rows["emitted"], sum(claim["records"] for claim in answer["claims"]))
        self.assertEqual(rows["emitted"], rows["written"])
        self.assertEqual((0, answer["completed"]), (answer["offsets"]["toStore"], answer["since"]))
        text = self.text(dataset)
        for part in (dataset, "in environment test", "normal, ", f"{ORDERS}, full, ", "Complete since", f"pid {self.pid(WORKER)})",
                     f"{rows['emitted']} emitted from 10 pages, {rows['written']} written", "0 to store; held by Postgres session"):
            self.assertIn(part.replace("normal, ", "normal\n"), text)

    def test_a_running_slice_names_its_holder_and_a_killed_one_says_who_takes_over(self):
        _, dataset = self.begin("killed", kind="slow", delay_ms=3000)
        pid = self.pid(WORKER)
        held = self.until_now(dataset, "is held by")
        self.assertIn(f"pid {pid})", held["now"])
        self.assertIn("which last beat", held["now"])
        self.assertEqual("runs", held["claims"][-1]["outcome"])
        self.world.kill(WORKER)
        dead = self.until_now(dataset, "which is dead")
        self.assertIn("no worker-stripe runs to take it over: start one", dead["now"])
        self.assertEqual("its holder died", dead["claims"][-1]["outcome"])
        self.world.sandbox("DELETE", "/stripe/killed/faults")
        self.world.start(WORKER, 1, *OPTIONS)
        self.complete(dataset)
        answer = self.ask(dataset)
        self.assertEqual(1, self.outcomes(answer).count("taken over"), answer["claims"])
        lost = answer["claims"][self.outcomes(answer).index("taken over")]
        taker = answer["claims"][lost["claim"]]
        self.assertEqual((pid, self.pid(WORKER)), (lost["pid"], taker["pid"]))
        self.assertEqual((lost["slice"], lost["takenBy"], 2), (taker["slice"], taker["incarnation"], taker["attempt"]))
        self.assertIn(f"taken over by incarnation {taker['incarnation']}", self.text(dataset))

    def test_a_throttled_sync_says_until_when_it_waits_and_why_and_then_that_it_was_cancelled(self):
        company, dataset = self.begin("throttled", kind="rate_limit")
        answer = self.until_now(dataset, "waits until")
        self.assertIn("after 1 failure in a row: ", answer["now"])
        self.assertIn("429", answer["now"])
        self.assertEqual(["wait"], self.outcomes(answer))
        self.assertEqual((answer["waitUntil"], answer["error"]), tuple(answer["claims"][0][k] for k in ("waitUntil", "error")))
        self.assertIn(f"wait until {answer['waitUntil']}: {answer['error']}", self.text(dataset))
        self.world.run("tributary", "dataset", "cancel", "--company", company, dataset)
        ended = self.ask(dataset)
        self.assertEqual(("Cancelled", ["wait"]), (ended["status"], self.outcomes(ended)))
        self.assertIn("it was cancelled", ended["now"])

    def test_a_slice_cancelled_in_its_midst_ends_so(self):
        company, dataset = self.begin("called_off", kind="slow", delay_ms=3000)
        self.until_now(dataset, "is held by")
        self.world.run("tributary", "dataset", "cancel", "--company", company, dataset)
        self.assertEqual("cancelled", self.outcomes(self.ask(dataset))[-1])

    def test_without_a_sink_it_says_how_much_is_to_store_and_that_nobody_holds_the_partition(self):
        self.world.stop("sink")
        _, dataset = self.begin("unstored")
        answer = self.until_now(dataset, "no sink holds that partition")
        self.assertEqual("Processing", answer["status"])
        self.assertEqual(answer["rows"]["emitted"], answer["offsets"]["toStore"])
        self.assertIn(f"the sink stands {answer['offsets']['toStore']} before the end of its records in records.commerce.orders/",
                      answer["now"])
        self.assertIn("no sink holds it", self.text(dataset))
        self.world.start("sink")
        self.complete(dataset)

    def test_without_a_worker_it_says_so_and_who_owes_the_job_of_a_dead_publisher(self):
        self.world.stop(WORKER)
        _, dataset = self.begin("unread", pages=1)
        answer = self.until_now(dataset, "its job was published to jobs.stripe.interactive by scheduler")
        self.assertIn("no worker-stripe runs: start one", answer["now"])
        self.assertIn("nobody has claimed it yet", self.text(dataset))
        self.world.kill("scheduler")
        self.world.start("scheduler")
        answer = self.until_now(dataset, "is dead; unless the job is on the topic, the reconciler publishes it again in")
        self.assertIn("no worker-stripe runs: start one", answer["now"])
        self.world.start(WORKER, 1, *OPTIONS)
        self.complete(dataset)

    def test_a_failed_sync_says_its_error(self):
        _, dataset = self.begin("refused", kind="status", status=403)
        self.assertEqual({dataset: "PermissionsError"}, self.world.wait([dataset]))
        answer = self.ask(dataset)
        self.assertEqual(["failed"], self.outcomes(answer))
        self.assertEqual(f"ended: {answer['error']}; the last good data stays", answer["now"])
        self.assertIn(f"failed: {answer['error']}", self.text(dataset))

    def test_a_dead_letter_is_told_with_the_place_where_it_lies(self):
        _, dataset = self.begin("spoilt", kind="bad_amount", path="/v1/charges", times=1)
        self.complete(dataset)
        answer = self.ask(dataset)
        self.assertEqual((1, 1), (answer["rows"]["deadLetters"], sum(claim["deadLetters"] for claim in answer["claims"])))
        self.assertIn("more, dead letters: 1", self.text(dataset))
        self.assertIn(f"tributary dlq list --topic records.dlq | grep {dataset}", self.text(dataset))
        letters = self.world.run("tributary", "dlq", "list", "--topic", "records.dlq").stdout.splitlines()
        self.assertEqual(1, len([letter for letter in letters if dataset in letter]))

    def test_a_sweep_is_told_with_what_it_deleted(self):
        company, _ = self.world.connect("swept")
        self.assertEqual({CUSTOMERS: "Complete"}, self.world.sync(company, [CUSTOMERS]))
        self.world.sandbox("POST", "/stripe/swept/delete", {"type": "customers", "count": 1})
        dataset = self.world.queue(company, CUSTOMERS, full=True)
        self.complete(dataset)
        answer = self.ask(dataset)
        self.assertEqual("sweep", answer["claims"][-1]["kind"])
        self.assertEqual(1, answer["rows"]["deleted"])
        self.assertEqual(1, sum(claim["deleted"] for claim in answer["claims"] if claim["kind"] == "sweep"))
        self.assertIn("read, sweep: 1 deleted", self.text(dataset))

    def test_only_the_newest_200_claims_are_kept(self):
        _, dataset = self.begin("long", pages=1)
        self.complete(dataset)
        self.world.sql(f"""do $$ begin for i in 1 .. 205 loop
            update control.dataset set epoch = nextval('control.claim_epoch'), owner = -i where id = '{dataset}';
            end loop; end $$""")
        answer = self.ask(dataset)
        self.assertEqual((200, 6), (len(answer["claims"]), answer["claimsNotKept"]))
        self.assertEqual(list(range(7, 207)), [claim["claim"] for claim in answer["claims"]])
        self.assertIn("6 older claims are not kept", self.text(dataset))

    def test_an_id_that_is_none_here_is_refused_with_the_reason(self):
        unknown = str(uuid.uuid4())
        for dataset, says in ((unknown, f"environment 'test' has no dataset '{unknown}'"),
                              ("orders", "'orders' is no dataset's id: those are UUIDs"),
                              ("a/b", "'a/b' is no dataset's id")):
            done = self.world.run("tributary", "explain", dataset, check=False)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn(says, done.stderr)
        self.assertEqual(2, self.world.run("tributary", "explain", check=False).returncode)
        status, _ = self.world.http("GET", f"{self.world.env['TRIBUTARY_API']}/datasets/{unknown}/explain")
        self.assertEqual(401, status)


if __name__ == "__main__":
    unittest.main()
