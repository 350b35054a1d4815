"""The whole road on real servers: queue, job, claim, fetch, map, emit, upsert, Complete; and every row against ground truth."""
import unittest

from world import STRIPE_TYPES, WorldCase, until


class TheRoad(WorldCase):
    def assert_equals_truth(self, account, company, connection, types=None):
        self.assertEqual([], self.world.differences(account, company, connection, types))

    def written(self, company):
        """Row versions written by the last dataset of each type."""
        return {t: int(n) for t, n in self.world.sql(
            "select distinct on (data_type) data_type, rows_written from control.dataset "
            f"where company_id = '{company}' order by data_type, requested desc")}

    def test_a_first_sync_of_all_types_equals_the_ground_truth(self):
        company, connection = self.world.connect("first")
        states = self.world.sync(company)
        self.assertEqual({t: "Complete" for t in STRIPE_TYPES}, states)
        self.assert_equals_truth("first", company, connection)

    def test_an_incremental_sync_moves_exactly_what_changed(self):
        company, connection = self.world.connect("changes")
        self.world.sync(company)
        changed = []
        for kind in ("customers", "products", "tax_rates"):
            changed += self.world.sandbox("POST", "/stripe/changes/change", {"type": kind, "count": 1})["changed"]
        deleted = self.world.sandbox("POST", "/stripe/changes/delete", {"type": "customers", "count": 1})["changed"]
        self.assertEqual((3, 1), (len(changed), len(deleted)))
        self.world.sync(company)
        modes = dict(self.world.sql("select data_type, mode from control.dataset where mode = 'incremental' "
                                    f"and company_id = '{company}'"))
        self.assertIn("commerce-customers", modes)
        written = {t: n for t, n in self.written(company).items() if n}
        self.assertEqual({"commerce-customers": 2, "commerce-products": 1, "commerce-taxComponents": 1}, written)
        self.assertEqual("t", self.world.value(
            f"select is_deleted from commerce.customers where connection_id = '{connection}' and id = '{deleted[0]['id']}'"))
        self.assert_equals_truth("changes", company, connection)

    def test_a_full_sync_of_unchanged_data_writes_no_row(self):
        company, connection = self.world.connect("unchanged")
        self.world.sync(company)
        self.world.sync(company, full=True)
        self.assertEqual({t: 0 for t in STRIPE_TYPES}, self.written(company))
        self.assert_equals_truth("unchanged", company, connection)

    def test_a_second_request_returns_the_running_dataset(self):
        company, _ = self.world.connect("twice__pages30")
        first = self.world.queue(company, "commerce-orders")
        self.assertEqual(first, self.world.queue(company, "commerce-orders"))
        self.assertEqual({first: "Complete"}, self.world.wait([first]))

    def test_a_cancelled_dataset_stays_cancelled(self):
        company, _ = self.world.connect("cancelled__pages300")
        dataset = self.world.queue(company, "commerce-orders")
        until(lambda: self.world.datasets([dataset])[dataset] == "Fetching", 30, "Fetching")
        status, _ = self.world.api("POST", f"/companies/{company}/data/history/{dataset}/cancel")
        self.assertEqual(200, status)
        # The running slice hears it with its next page or the next beat and lets go.
        until(lambda: self.world.value(f"select owner is null or not control.alive(owner) or status = 'Cancelled' "
                                       f"from control.dataset where id = '{dataset}'") == "t", 30, "let go")
        other = self.world.sync(company, ["commerce-customers"])
        self.assertEqual({"commerce-customers": "Complete"}, other)
        self.assertEqual("Cancelled", self.world.datasets([dataset])[dataset])

    def test_a_restricted_key_ends_only_that_type_with_permissions_error(self):
        company, connection = self.world.connect("restricted", "rk_live_sandbox_restricted__no_disputes")
        states = self.world.sync(company)
        self.assertEqual("PermissionsError", states.pop("commerce-disputes"))
        self.assertEqual({"Complete"}, set(states.values()))
        self.assert_equals_truth("restricted", company, connection, [t for t in STRIPE_TYPES if t != "commerce-disputes"])

    def test_a_dead_key_deauthorizes_the_connection_and_keeps_the_old_rows(self):
        company, connection = self.world.connect("dead")
        self.world.sync(company, ["commerce-customers"])
        self.world.sandbox("POST", "/keys", {"revoke": "sk_live_sandbox_dead"})
        self.assertEqual({"commerce-customers": "AuthError"}, self.world.sync(company, ["commerce-customers"]))
        status, answer = self.world.api("GET", f"/companies/{company}/connections/{connection}")
        self.assertEqual((200, "Deauthorized"), (status, answer["status"]))
        status, rows = self.world.api("GET", f"/companies/{company}/connections/{connection}/data/commerce-customers")
        self.assertEqual(200, status)
        self.assertGreater(rows["totalResults"], 0)


if __name__ == "__main__":
    unittest.main()
