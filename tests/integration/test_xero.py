"""Xero, from consent to rows: what a full sync and what changes bring, with how many calls, and what happens without the tier that sells
journals, without a scope, and when an allocation leaves no trace."""
import unittest

from world import XERO_TYPES, WorldCase

# By If-Modified-Since; the others are read whole each time.
CHANGES = [
    "customers", "suppliers", "invoices", "creditNotes", "payments", "bills", "billCreditNotes", "billPayments", "purchaseOrders", "journalEntries",
    "directCosts", "directIncomes",
]
WHOLE = ["chartOfAccounts", "items", "taxRates", "trackingCategories", "transfers"]
DOCUMENTS = [t for t in CHANGES if t not in ("customers", "suppliers")]
# Calls of a sync when nothing changed: one a list; journals are read until there are none; what rows lack costs one more.
IDLE = {
    "company": 1, "chartOfAccounts": 2, "bankAccounts": 1, "customers": 1, "suppliers": 1, "items": 2, "taxRates": 1, "trackingCategories": 1,
    "invoices": 1, "creditNotes": 3, "payments": 4, "bills": 1, "billCreditNotes": 3, "billPayments": 4, "purchaseOrders": 1,
    "journalEntries": 2, "directCosts": 1, "directIncomes": 1, "transfers": 2, "balanceSheet": 3, "profitAndLoss": 3,
}


class Xero(WorldCase):
    sources = ("xero",)
    # A minute's sixty calls are for test_quota.py: a page that waits in its midst is begun anew, and calls are counted here.
    worker_options = ("--xero-page-size=200", "--limits=minute=6000")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.sandbox("POST", "/xero/limits", {"minute": 6000})

    def connect(self, account):
        name = account.split("__")[0]
        return name, *self.world.connect(account, source="xero")

    def sync(self, company, types, seconds=90, full=False):
        """{type: (calls, mode, records, deleted)}; every one Complete."""
        found = {}
        for data_type in types:
            self.world.sandbox("DELETE", "/xero/counters")
            self.assertEqual({data_type: "Complete"}, self.world.sync(company, [data_type], full, seconds))
            row = self.world.sql("select mode, records, deleted from control.dataset where "
                                 f"company_id = '{company}' and data_type = '{data_type}' order by requested desc limit 1")[0]
            calls = self.world.sandbox("GET", "/xero/counters")["requests"]
            found[data_type] = (int(calls), row[0], int(row[1]), int(row[2]))
        return found

    def same(self, name, company, connection, types=None):
        self.assertEqual([], self.world.differences(name, company, connection, types, "xero"))

    def change(self, name, data_type, verb):
        return self.world.sandbox("POST", f"/xero/{name}/{verb}", {"type": data_type, "count": 1})["changed"]

    def test_every_row_equals_the_truth_in_every_currency(self):
        for account in ("bakery__small", "gamma__small", "zeta__small", "epsilon__charges450"):
            name, company, connection = self.connect(account)
            self.sync(company, XERO_TYPES)
            self.same(name, company, connection)

    def test_each_change_arrives_as_itself_with_the_fewest_calls(self):
        name, company, connection = self.connect("changes__small")
        self.sync(company, XERO_TYPES)
        idle = self.sync(company, XERO_TYPES)
        self.assertEqual(IDLE, {t: idle[t][0] for t in XERO_TYPES})
        self.assertEqual({t: ("incremental", 0, 0) for t in CHANGES}, {t: idle[t][1:] for t in CHANGES})
        changed = {t: set() for t in XERO_TYPES}
        for verb, types in (("change", CHANGES + WHOLE), ("void", DOCUMENTS), ("delete", DOCUMENTS + ["items", "trackingCategories"])):
            for data_type in types:
                touched = self.change(name, data_type, verb)
                self.assertEqual(data_type, touched[0]["dataType"])
                for one in touched:
                    changed[one["dataType"]].add(one["id"])
        found = self.sync(company, XERO_TYPES)
        self.same(name, company, connection)
        for data_type in CHANGES:
            calls, mode, records, _ = found[data_type]
            if data_type in ("payments", "billPayments"):  # credit notes changed, and an allocation may be gone
                self.assertEqual("full", mode)
            else:
                self.assertEqual(("incremental", len(changed[data_type])), (mode, records), data_type)
        print("\ncalls of an incremental sync: " + ", ".join(f"{t} {found[t][0]}" for t in XERO_TYPES)
              + f"; {sum(f[0] for f in found.values())} in all, {sum(IDLE.values())} when nothing changed")

    def test_a_void_settlement_takes_its_allocation_away(self):
        name, company, connection = self.connect("takenback__small")
        self.sync(company, ["payments", "creditNotes", "invoices"])
        gone = self.world.sql("select id from accounting.payments where id like 'allocation:%' and not is_deleted order by id limit 1")
        self.assertTrue(gone)
        touched = []
        while not any(one["id"].startswith("allocation:") for one in touched):
            touched = self.change(name, "payments", "void")
            self.assertTrue(touched, "no settlement by credit is left")
        self.assertEqual("full", self.sync(company, ["payments"])["payments"][1])
        self.same(name, company, connection, ["payments"])

    def test_journals_are_sold_apart(self):
        name, company, connection = self.connect("starter__small")
        self.world.sandbox("POST", f"/xero/{name}/tier", {"tier": "core"})
        self.sync(company, ["journalEntries"])
        self.same(name, company, connection, ["journalEntries"])
        prefixes = self.world.sql("select distinct split_part(id, ':', 1) from accounting.journal_entries "
                                  f"where connection_id = '{connection}'")
        self.assertEqual([["manualJournal"]], prefixes)


if __name__ == "__main__":
    unittest.main()
