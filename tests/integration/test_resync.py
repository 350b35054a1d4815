"""What a full sync may take away: what the source deleted, and nothing else, however badly the source behaves meanwhile."""
import json
import unittest

from world import WorldCase, until

ORDERS, CUSTOMERS = "commerce-orders", "commerce-customers"


class FullSyncs(WorldCase):
    worker_options = ("--slice-pages=2",)

    def sync(self, company, data_type, full=True):
        self.assertEqual({data_type: "Complete"}, self.world.sync(company, [data_type], full))

    def last(self, connection, columns):
        return self.world.sql(f"select {columns} from control.dataset where connection_id = '{connection}' "
                              "order by requested desc limit 1")[0]

    def fault(self, account, **fault):
        self.world.sandbox("POST", f"/stripe/{account}/faults", fault)

    def live_ids(self, table, connection):
        return {row[0] for row in self.world.sql(
            f"select id from commerce.{table} where connection_id = '{connection}' and not is_deleted")}

    def on_the_topic(self, data_type, connection, record):
        """All that the topic ever said of one record, the oldest first."""
        lines = self.world.run("tributary", "consume", f"records.{data_type.replace('-', '.')}", "--from-beginning",
                               "--to-end", "--key", f"{connection}/{data_type}/{record}").stdout.splitlines()
        return [json.loads(line)["value"] for line in lines]

    def test_a_dead_letter_and_a_skipped_page_delete_nothing_that_lives(self):
        account = "skips"
        company, connection = self.world.connect(f"{account}__charges450")
        self.world.sandbox("POST", "/stripe/*/limits", {"on": False})
        self.sync(company, ORDERS, full=False)
        before = self.live_ids("orders", connection)
        spoilt = self.world.sandbox("POST", f"/stripe/{account}/change", {"type": "charges", "count": 1})["changed"]
        spoilt = next(c["id"] for c in spoilt if c["dataType"] == ORDERS)
        old = self.world.sql(f"select * from commerce.orders where connection_id = '{connection}' and id = '{spoilt}'")
        self.world.sandbox("DELETE", f"/stripe/{account}/requests")
        self.fault(account, kind="bad_amount", path="/v1/charges", ids=[spoilt])
        self.fault(account, kind="skip_page", path="/v1/charges", after=1, times=1)
        self.sync(company, ORDERS)
        self.assertEqual(["1", "0"], self.last(connection, "dead_letters, deleted"))
        # The sweep asked the source for each of the page's hundred records, and they live.
        asked = self.world.sandbox("GET", f"/stripe/{account}/requests")["by_path"].get("/v1/charges/{id}", 0)
        self.assertGreaterEqual(asked, 100)
        self.assertEqual(before, self.live_ids("orders", connection))
        self.assertEqual(old, self.world.sql(
            f"select * from commerce.orders where connection_id = '{connection}' and id = '{spoilt}'"))
        differences = self.world.differences(account, company, connection, [ORDERS])
        self.assertEqual(1, len(differences), differences)
        self.assertIn(spoilt, differences[0])
        # Once the source speaks well again, the next full sync brings that record too.
        self.world.sandbox("DELETE", f"/stripe/{account}/faults")
        self.sync(company, ORDERS)
        self.assertEqual([], self.world.differences(account, company, connection, [ORDERS]))

    def test_records_that_the_lists_hide_are_asked_for_and_stay(self):
        account = "hides"
        company, connection = self.world.connect(account)
        self.sync(company, CUSTOMERS, full=False)
        hidden = sorted(self.live_ids("customers", connection))[:5]
        self.fault(account, kind="hide", path="/v1/customers", ids=hidden)
        self.sync(company, CUSTOMERS)
        self.assertEqual("0", self.last(connection, "deleted")[0])
        self.assertEqual([], self.world.differences(account, company, connection, [CUSTOMERS]))

    def test_a_real_deletion_appears_in_the_table_and_on_the_topic(self):
        account = "deletes"
        company, connection = self.world.connect(account)
        self.sync(company, CUSTOMERS, full=False)
        before = self.live_ids("customers", connection)
        gone = self.world.sandbox("POST", f"/stripe/{account}/delete", {"type": "customers", "count": 1})["changed"][0]["id"]
        row = f"select * from commerce.customers where connection_id = '{connection}' and id = '{gone}'"
        email = row.replace("*", "email_address, is_deleted")
        address = self.world.sql(email)[0][0]
        self.sync(company, CUSTOMERS)
        self.assertEqual([[address, "t"]], self.world.sql(email))
        self.assertEqual(before - {gone}, self.live_ids("customers", connection))
        said = until(lambda: self.on_the_topic(CUSTOMERS, connection, gone), 30, "the record's messages")
        self.assertNotIn("isDeleted", said[0])
        self.assertEqual({"id": gone, "isDeleted": True}, said[-1])
        self.assertEqual([], self.world.differences(account, company, connection, [CUSTOMERS]))

    def test_a_record_without_id_puts_off_the_deletions_to_the_next_full_sync(self):
        account = "nameless"
        company, connection = self.world.connect(account)
        self.sync(company, CUSTOMERS, full=False)
        before = self.live_ids("customers", connection)
        gone = self.world.sandbox("POST", f"/stripe/{account}/delete", {"type": "customers", "count": 1})["changed"][0]["id"]
        self.fault(account, kind="missing_id", path="/v1/customers", times=1)
        self.sync(company, CUSTOMERS)
        self.assertEqual(["1", "0"], self.last(connection, "blind_letters, deleted"))
        self.assertEqual(before, self.live_ids("customers", connection))
        self.sync(company, CUSTOMERS)
        self.assertEqual(before - {gone}, self.live_ids("customers", connection))


if __name__ == "__main__":
    unittest.main()
