"""The same business through QuickBooks, Xero and Stripe: what all of them can express agrees, and the ledgers balance."""
import json
import unittest
from collections import Counter
from decimal import Decimal

from world import WorldCase

BUSINESS = "gamma__charges400"  # sells in two currencies


def money(text):
    return Decimal(text or 0).quantize(Decimal("0.01"))


class ThreeSources(WorldCase):
    sources = ("stripe", "quickbooks", "xero")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.of = {}
        for source in cls.sources:
            company, connection = cls.world.connect(BUSINESS, source=source)
            states = cls.world.sync(company, source=source, seconds=180)
            assert set(states.values()) == {"Complete"}, states
            cls.of[source] = connection

    def rows(self, source, query):
        return self.world.sql(query.replace("$connection", f"'{self.of[source]}'"))

    def both(self, query):
        return [Counter(map(tuple, self.rows(source, query))) for source in ("quickbooks", "xero")]

    def agree(self, query, least):
        quickbooks, xero = self.both(query)
        self.assertGreaterEqual(sum(quickbooks.values()), least)
        self.assertEqual(quickbooks, xero)

    def test_customers_are_the_same_people(self):
        who = "select email_address from %s where connection_id = $connection and email_address <> '' and not is_deleted"
        stripe = {row[0] for row in self.rows("stripe", who % "commerce.customers")}
        quickbooks, xero = ({row[0] for row in self.rows(s, who % "accounting.customers")} for s in ("quickbooks", "xero"))
        self.assertGreater(len(stripe), 20)
        self.assertEqual(quickbooks, xero)
        self.assertLessEqual(stripe, quickbooks)
        self.agree("select regexp_replace(customer_name, ' \\(deleted\\)$', ''), email_address, status "
                   "from accounting.customers where connection_id = $connection", 20)

    def test_invoices_agree_number_by_number(self):
        self.agree("select invoice_number, issue_date, due_date, currency, trim_scale(total_amount), trim_scale(total_tax_amount), "
                   "trim_scale(amount_due), status from accounting.invoices where connection_id = $connection and "
                   "status not in ('Draft', 'Void') and not is_deleted", 100)

    def test_bills_and_credits_agree(self):
        """But for money on account, which Xero keeps as overpayments and QuickBooks inside the payment."""
        for table in ("bills", "bill_credit_notes", "credit_notes"):
            self.agree(f"select issue_date, currency, trim_scale(total_amount) from accounting.{table} where connection_id = "
                       "$connection and status not in ('Draft', 'Void') and not is_deleted and id not like 'overpayment:%'", 1)

    def test_what_was_paid_onto_documents_agrees_day_by_day(self):
        for table, document in (("payments", "Invoice"), ("bill_payments", "Bill")):
            self.agree(f"select date, currency, trim_scale(sum((link ->> 'amount')::numeric)) from accounting.{table}, "
                       "jsonb_array_elements(lines) line, jsonb_array_elements(line -> 'links') link where connection_id = $connection "
                       f"and not is_deleted and link ->> 'type' = '{document}' group by 1, 2 having sum((link ->> 'amount')::numeric) <> 0", 5)

    def test_what_was_charged_was_invoiced(self):
        charged = Counter((row[0], row[1], money(row[2])) for row in self.rows(
            "stripe", "select (created_date at time zone 'UTC')::date, currency, amount from commerce.payments where connection_id = "
            "$connection and status = 'Paid' and id like 'charge:%'"))
        invoiced = Counter((row[0], row[1], money(row[2])) for row in self.rows(
            "quickbooks", "select issue_date, currency, total_amount from accounting.invoices where connection_id = $connection "
            "and status <> 'Void'"))
        opened = min(date for date, _, _ in invoiced)
        since = Counter({key: n for key, n in charged.items() if key[0] >= opened})
        self.assertGreater(sum(since.values()), 100)
        self.assertEqual(Counter(), since - invoiced)
        totals = {}
        for (_, currency, amount), n in since.items():
            totals[currency] = totals.get(currency, 0) + n * amount
        print("\nfigure: charged and invoiced since", opened, ", ".join(f"{c} {t}" for c, t in sorted(totals.items())))

    def test_every_journal_entry_adds_up_to_nothing(self):
        for source in ("quickbooks", "xero"):
            off = self.rows(source, "select id, sum((line ->> 'netAmount')::numeric) from accounting.journal_entries, "
                                    "jsonb_array_elements(journal_lines) line where connection_id = $connection and not is_deleted "
                                    "group by id having sum((line ->> 'netAmount')::numeric) <> 0")
            n = int(self.rows(source, "select count(*) from accounting.journal_entries where connection_id = $connection")[0][0])
            self.assertGreater(n, 0)
            self.assertEqual([], off, source)

    def reports(self, source, table):
        return json.loads(self.rows(source, f"select reports from accounting.{table} where connection_id = $connection")[0][0],
                          parse_float=Decimal, parse_int=Decimal)

    def test_balance_sheets_balance_and_agree(self):
        months = {}
        for source in ("quickbooks", "xero"):
            for report in self.reports(source, "balance_sheet"):
                assets, liabilities, equity = (money(report.get(k, {}).get("value")) for k in ("assets", "liabilities", "equity"))
                self.assertEqual(assets, liabilities + equity, (source, report["date"]))
                self.assertEqual(assets - liabilities, money(report["netAssets"]), (source, report["date"]))
                months.setdefault(report["date"], {})[source] = money(report["netAssets"])
        shared = [m for m in months.values() if len(m) == 2]
        self.assertGreater(len(shared), 12)
        self.assertTrue(all(m["quickbooks"] == m["xero"] for m in shared), months)

    def test_profits_agree_month_by_month(self):
        months = {}
        for source in ("quickbooks", "xero"):
            for report in self.reports(source, "profit_and_loss"):
                gross = money(report.get("income", {}).get("value")) - money(report.get("costOfSales", {}).get("value"))
                self.assertEqual(gross, money(report["grossProfit"]), (source, report["fromDate"]))
                months.setdefault(report["fromDate"], {})[source] = money(report["netProfit"])
        shared = [m for m in months.values() if len(m) == 2]
        self.assertGreater(len(shared), 12)
        self.assertTrue(all(m["quickbooks"] == m["xero"] for m in shared), months)


if __name__ == "__main__":
    unittest.main()
