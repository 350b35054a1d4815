"""What a source must not send and sends all the same: pages that cannot be read are read again, records that cannot be mapped are
dead-lettered, and the rest of the dataset arrives."""
import json
import unittest

from world import WorldCase, until

TYPE, PATH = "commerce-orders", "/v1/charges"


class BadPages(WorldCase):
    worker_options = ("--retry-first=2h",)  # a wait that ends in mid-test would be rare

    def begin(self, account, fault):
        """An account of three pages of charges with this fault: (company, connection)."""
        self.world.sandbox("POST", f"/stripe/{account}", {"pages": 3})
        self.world.sandbox("POST", f"/stripe/{account}/faults", {"path": PATH, **fault})
        return self.world.connect(account)

    def last(self, company, column):
        return self.world.value(f"select {column} from control.dataset where company_id = '{company}' order by requested desc limit 1")

    def letters(self, dataset):
        lines = self.world.run("tributary", "dlq", "list", "--topic", "records.dlq").stdout.splitlines()
        return [letter for letter in map(json.loads, lines) if letter["dataset"] == dataset]

    def truth(self, account, data_type=TYPE):
        return self.world.sandbox("GET", f"/stripe/{account}/truth")[data_type]

    # ---- pages ----

    def assert_read_again(self, fault):
        """The fault strikes the second page twice; the dataset does not even notice."""
        account = f"once_{fault}"
        company, connection = self.begin(account, {"kind": fault, "after": 1, "times": 2})
        self.assertEqual({TYPE: "Complete"}, self.world.sync(company, [TYPE]))
        self.assertEqual([], self.world.differences(account, company, connection, [TYPE]))
        self.assertEqual(("0", "0"), (self.last(company, "dead_letters"), self.last(company, "failures")))
        self.assertGreaterEqual(self.world.sandbox("GET", f"/stripe/{account}/requests")["by_path"][PATH], 5)

    def test_a_truncated_page_is_read_again(self):
        self.assert_read_again("truncate")

    def test_a_page_whose_connection_is_cut_is_read_again(self):
        self.assert_read_again("cut")

    def test_a_page_that_repeats_its_own_cursor_is_read_again(self):
        self.assert_read_again("repeat_cursor")

    def test_an_empty_page_that_says_there_is_more_is_read_again(self):
        self.assert_read_again("empty_more")

    def test_a_page_that_stays_bad_makes_its_dataset_wait_with_a_reason_and_end_when_patience_does(self):
        reasons = {
            "truncate": "JSON", "cut": "the body was cut", "repeat_cursor": "has that very row again",
            "empty_more": "is empty but says that there is more",
        }
        companies = {}
        for fault in reasons:
            companies[fault] = self.begin(f"always_{fault}", {"kind": fault, "after": 1})
            self.world.queue(companies[fault][0], TYPE)
        for fault, reason in reasons.items():
            company, _ = companies[fault]
            until(lambda c=company: int(self.last(c, "failures")), 60, lambda c=company: self.last(c, "status"))
            error = self.last(company, "error")
            self.assertIn(reason, error)
            self.assertIn(PATH, error)
            self.assertEqual("Fetching", self.last(company, "status"))
        # One recovers; another has failed eight times before.
        company, connection = companies.pop("truncate")
        self.world.sandbox("DELETE", "/stripe/always_truncate/faults")
        self.retry_now(company)
        ended, _ = companies.pop("repeat_cursor")
        self.retry_now(ended, failures=8)
        until(lambda: self.last(company, "status") == "Complete", 60, lambda: self.last(company, "error"))
        self.assertEqual([], self.world.differences("always_truncate", company, connection, [TYPE]))
        until(lambda: self.last(ended, "status") == "FetchError", 60, lambda: self.last(ended, "error"))
        self.assertIn("has that very row again", self.last(ended, "error"))

    def retry_now(self, company, failures=1):
        """Of a dataset that waits; one whose wait has just ended by itself will wait again."""
        until(lambda: self.world.sql(f"update control.dataset set retry_at = now(), failures = {failures} "
                                     f"where company_id = '{company}' and retry_at > now() returning id"), 60,
              lambda: self.last(company, "status"))

    def assert_ends(self, fault, reason):
        """What no second reading would mend ends the dataset; the next sync, without the fault, brings everything."""
        account = f"ends_{fault}"
        company, connection = self.begin(account, {"kind": fault, "after": 1, "times": 1})
        self.assertEqual({TYPE: "FetchError"}, self.world.sync(company, [TYPE]))
        error = self.last(company, "error")
        self.assertIn(reason, error)
        self.assertIn(PATH, error)
        self.assertEqual({TYPE: "Complete"}, self.world.sync(company, [TYPE]))
        self.assertEqual([], self.world.differences(account, company, connection, [TYPE]))

    def test_a_page_that_is_no_json_ends_the_dataset(self):
        self.assert_ends("malformed", "JSON")

    def test_a_page_of_50_megabytes_ends_the_dataset(self):
        self.assert_ends("huge", "the body is larger than")

    # ---- records ----

    def spoil(self, fault, path=PATH, data_type=TYPE):
        """A sync in which one record is spoiled: (account, company, connection, its id)."""
        account = f"record_{fault}"
        self.world.sandbox("POST", f"/stripe/{account}", {"pages": 3})
        victim = sorted(self.truth(account, data_type))[5]
        company, connection = self.begin(account, {"kind": fault, "path": path, "ids": [victim]})
        self.assertEqual({data_type: "Complete"}, self.world.sync(company, [data_type]), self.last(company, "error"))
        return account, company, connection, victim

    def assert_dead_lettered(self, fault, *reasons):
        account, company, connection, victim = self.spoil(fault)
        self.assertEqual("1", self.last(company, "dead_letters"))
        letter, = self.letters(self.last(company, "id"))
        self.assertTrue(letter["where"].startswith("worker-stripe"), letter)
        for reason in reasons:
            self.assertIn(reason, letter["reason"])
        # Everything but the one arrived.
        self.assertEqual([f"{account} {TYPE}: missing 1, first {victim}"],
                         self.world.differences(account, company, connection, [TYPE]))

    def test_a_record_without_id_is_dead_lettered_and_the_others_arrive(self):
        self.assert_dead_lettered("missing_id", "id")

    def test_an_amount_that_is_no_number_dead_letters_its_record(self):
        self.assert_dead_lettered("bad_amount", "amount")

    def spoiled_value(self, data_type, *fault):
        """The one value that differs from the truth, as check.py tells it."""
        account, company, connection, victim = self.spoil(*fault, data_type=data_type)
        self.assertEqual("0", self.last(company, "dead_letters"))
        found, = self.world.differences(account, company, connection, [data_type])
        self.assertTrue(found.startswith(f"{account} {data_type}: different 1, first ('{victim}'"), found)
        return found

    def test_a_status_that_nobody_documents_becomes_unknown(self):
        self.assertIn("row 'Unknown'", self.spoiled_value(TYPE, "unknown_enum", PATH))

    def test_a_nul_in_a_text_is_left_out(self):
        found = self.spoiled_value("commerce-customers", "bad_text", "/v1/customers")
        self.assertIn(".customerName: ", found)
        self.assertIn("row 'beforeafter'", found)

    def test_bytes_that_are_no_utf8_become_replacement_characters(self):
        found = self.spoiled_value("commerce-customers", "bad_utf8", "/v1/customers")
        self.assertIn(".customerName: ", found)
        self.assertIn("row 'caf\ufffd(\ufffd'", found)


if __name__ == "__main__":
    unittest.main()
