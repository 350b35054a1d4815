"""QuickBooks Online, from consent to rows: what a full sync and what changes bring, with how many calls, and what happens when
CDC cannot tell or a user may not see."""
import unittest

from world import QUICKBOOKS_TYPES, WorldCase

# By CDC; the others are read whole each time.
LISTS = ["customers", "suppliers", "items"]
DOCUMENTS = [
    "invoices", "creditNotes", "payments", "bills", "billCreditNotes", "billPayments", "purchaseOrders", "journalEntries", "directCosts",
    "directIncomes", "transfers",
]
WHOLE = {
    "company": 2, "chartOfAccounts": 1, "bankAccounts": 1, "taxRates": 4, "trackingCategories": 2, "balanceSheet": 4, "profitAndLoss": 4,
}


class QuickBooks(WorldCase):
    sources = ("quickbooks",)
    worker_options = ("--quickbooks-page-size=200",)

    def connect(self, account):
        name = account.split("__")[0]
        return name, *self.world.connect(account, source="quickbooks")

    def sync(self, company, types, seconds=90, full=False):
        """{type: (calls, mode, records, deleted)}; every one Complete."""
        found = {}
        for data_type in types:
            self.world.sandbox("DELETE", "/quickbooks/counters")
            self.assertEqual({data_type: "Complete"}, self.world.sync(company, [data_type], full, seconds))
            row = self.world.sql("select mode, records, deleted from control.dataset where "
                                 f"company_id = '{company}' and data_type = '{data_type}' order by requested desc limit 1")[0]
            calls = self.world.sandbox("GET", "/quickbooks/counters")["requests"]
            found[data_type] = (int(calls), row[0], int(row[1]), int(row[2]))
        return found

    def same(self, name, company, connection, types=None):
        self.assertEqual([], self.world.differences(name, company, connection, types, "quickbooks"))

    def change(self, name, data_type, verb, count=1):
        return self.world.sandbox("POST", f"/quickbooks/{name}/{verb}", {"type": data_type, "count": count})["changed"]

    def test_every_row_equals_the_truth_in_every_currency(self):
        for account in ("bakery__small", "gamma__small", "zeta__small", "epsilon__charges450"):
            name, company, connection = self.connect(account)
            self.world.sync(company, source="quickbooks")
            self.same(name, company, connection)

    def test_each_change_arrives_as_itself_with_one_call(self):
        name, company, connection = self.connect("changes__small")
        self.sync(company, QUICKBOOKS_TYPES)
        changed, deleted = {t: set() for t in QUICKBOOKS_TYPES}, dict.fromkeys(QUICKBOOKS_TYPES, 0)
        for verb, types in (("change", LISTS + DOCUMENTS), ("archive", LISTS), ("void", DOCUMENTS), ("delete", DOCUMENTS)):
            for data_type in types:
                touched = self.change(name, data_type, verb)
                self.assertEqual(data_type, touched[0]["dataType"])
                deleted[data_type] += verb == "delete"
                for one in touched:
                    changed[one["dataType"]].add(one["id"])
        found = self.sync(company, QUICKBOOKS_TYPES)
        self.same(name, company, connection)
        for data_type in LISTS + DOCUMENTS:
            calls, mode, records, gone = found[data_type]
            self.assertEqual((1, "incremental", deleted[data_type]), (calls, mode, gone), data_type)
            self.assertEqual(len(changed[data_type]), records, data_type)  # deletions among them
        self.assertEqual(WHOLE, {t: found[t][0] for t in WHOLE})
        print("\nfigure: calls of an incremental sync: " + ", ".join(f"{t} {found[t][0]}" for t in QUICKBOOKS_TYPES)
              + f"; {sum(f[0] for f in found.values())} in all")

    def test_more_changes_than_cdc_tells_are_read_anew_deletions_too(self):
        name, company, connection = self.connect("busy__charges1500")
        self.sync(company, ["invoices"])
        self.change(name, "invoices", "change", 1100)
        self.change(name, "invoices", "delete", 2)
        calls, mode, _, deleted = self.sync(company, ["invoices"])["invoices"]
        self.assertEqual(("full", 2), (mode, deleted))
        self.same(name, company, connection, ["invoices"])
        print(f"\nfigure: 1,100 changed invoices and 2 deleted ones: {calls} calls")

    def test_what_a_user_may_not_see_ends_that_type_alone(self):
        name, company, connection = self.connect("clerk__small")
        self.world.sandbox("POST", f"/quickbooks/{name}/permissions", {"revoke": ["PurchaseOrder"]})
        self.assertEqual({"purchaseOrders": "PermissionsError", "bills": "Complete"},
                         self.world.sync(company, ["purchaseOrders", "bills"]))
        error = self.world.value("select error from control.dataset where "
                                 f"company_id = '{company}' and data_type = 'purchaseOrders'")
        self.assertRegex(error, r"query: 403 5020 \(intuit_tid [^)]+\): ")
        self.same(name, company, connection, ["bills"])
        self.assertEqual("Linked", self.world.value(f"select status from control.connection where id = '{connection}'"))
        self.world.sandbox("POST", f"/quickbooks/{name}/permissions", {"grant": ["PurchaseOrder"]})
        self.assertEqual({"purchaseOrders": "Complete"}, self.world.sync(company, ["purchaseOrders"]))


if __name__ == "__main__":
    unittest.main()
