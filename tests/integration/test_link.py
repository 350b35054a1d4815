#!/usr/bin/env python3
"""A business authorises QuickBooks and Xero in a browser: headless Chromium from the link over the sandbox's consent page to the
company's own site, with everything that people do on the way. Pictures of each page stay in build/artifacts/link."""
import sys
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from browser import PROGRAM, Browser  # noqa: E402
from link import ARTIFACTS, LinkCase  # noqa: E402
from world import until  # noqa: E402

PHONE = {"width": 375, "height": 667}


@unittest.skipUnless(PROGRAM, "chromium-headless-shell is not installed")
class InTheBrowser(LinkCase):
    def setUp(self):
        self.browser = self.open()

    def open(self, **options):
        browser = Browser(**options)
        self.addCleanup(browser.__exit__)
        self.addCleanup(lambda: self.assertEqual(browser.complaints, []))
        return browser

    # ---- what people do ----

    def choose_source(self, link, source, browser=None):
        browser = browser or self.browser
        browser.go(link)
        browser.click(f"button[value={source}]")
        browser.see("asks to read your books")

    def allow(self, *accounts, browser=None):
        browser = browser or self.browser
        for account in accounts:
            browser.click(f"input[value={account}]")
        browser.click("button[value=allow]")

    def came_back(self):
        """At the company's site: the parameters it got."""
        self.browser.arrive(f"{self.site.url}/app")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.browser.url).query))

    def look(self, name, browser=None):
        """A picture, and that nothing runs out of the page at its sides."""
        browser = browser or self.browser
        browser.picture(ARTIFACTS / f"{name}.png")
        self.assertLessEqual(browser.evaluate("document.documentElement.scrollWidth"), browser.width, name)

    def link_quickbooks(self, account="acme"):
        company = self.company()
        self.choose_source(company["linkUrl"], "quickbooks")
        self.allow(account)
        self.browser.see("You are connected")
        return company, self.only_connection(company)

    # ---- the main road ----

    def test_from_a_link_to_the_first_sync_and_back_to_the_company(self):
        company = self.company(redirectUrl=f"{self.site.url}/app/done?plan=gold")
        self.assertEqual(company["redirect"], company["linkUrl"])
        self.browser.go(company["linkUrl"])
        self.browser.see("To connect Acme & Sons")
        self.look("1-choice")
        self.choose_source(company["linkUrl"], "quickbooks")
        self.look("2-consent-of-the-sandbox")
        self.allow("acme")
        told = self.came_back()
        connection = self.only_connection(company)
        self.assertEqual((connection["status"], self.version(connection)), ("Linked", "1"))
        self.assertTrue(connection["connectionInfo"]["realmId"])
        wanted = {"plan": "gold", "statusCode": "200", "statusText": "Connected", "companyId": company["id"], "connectionId": connection["id"],
                  "integrationId": connection["integrationId"], "sourceId": connection["sourceId"], "platform": "quickbooks",
                  "platformName": "QuickBooks Online", "sourceType": "Accounting", "data.company.companyName": "Acme & Sons"}
        self.assertEqual(told, wanted)
        self.assertIsNone(self.site.asked[-1][1], "the company's site learns the address before it")
        self.assertIn("invoices", self.datasets(connection))
        self.finish(connection)
        self.assertEqual(self.world.differences("acme", company["id"], connection["id"], ["invoices", "customers"], "quickbooks"), [])
        self.browser.go(company["linkUrl"])
        self.browser.see("This link has been used")
        self.look("link-used")
        self.expect_refusal(410)

    def test_of_several_organisations_the_user_chooses_one(self):
        company = self.company(redirectUrl=f"{self.site.url}/app/done")
        self.browser.resize(**PHONE)
        self.choose_source(company["linkUrl"], "xero")
        self.allow("acme", "beta")
        self.browser.see("Which organisation?")
        self.assertTrue(self.browser.url.endswith("/link/tenant"), "the code does not stay in the address")
        self.browser.reload()
        self.browser.see("Which organisation?")
        self.look("organisations-phone")
        names = self.browser.evaluate("[...document.querySelectorAll('label')].map(l => l.innerText)")
        self.browser.click("label:nth-of-type(2)")
        self.browser.click("button")
        self.assertEqual(self.came_back()["statusCode"], "200")
        connection = self.only_connection(company)
        self.assertEqual((connection["status"], connection["connectionInfo"]["organisation"]), ("Linked", names[1]))
        self.assertIn("invoices", self.datasets(connection))

    def test_the_keyboard_alone_will_do(self):
        company = self.company()
        self.browser.go(company["linkUrl"])
        self.browser.tab_to("e.value === 'xero'")
        self.assertEqual(self.browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid")
        self.look("focus")
        self.browser.press("Enter")
        self.browser.see("asks to read your books")
        for account in ("acme", "beta"):
            self.browser.tab_to(f"e.value === '{account}'")
            self.browser.press("Space")
        self.browser.tab_to("e.value === 'allow'")
        self.browser.press("Enter")
        self.browser.see("Which organisation?")
        self.browser.tab_to("e.type === 'radio'")
        self.browser.press("ArrowDown")
        self.browser.tab_to("e.tagName === 'BUTTON'")
        self.browser.press("Enter")
        self.browser.see("You are connected")
        self.look("connected")
        self.assertEqual(self.only_connection(company)["status"], "Linked")

    def test_a_phone_shows_every_page_whole_by_day_and_by_night(self):
        company = self.company("A company whose name is as long as the people who gave it had patience for, and then some more")
        link = company["linkUrl"]
        for dark in (False, True):
            browser = self.open(**PHONE, dark=dark)
            end = "-night" if dark else ""
            browser.go(link)
            self.look(f"choice-phone{end}", browser)
            self.choose_source(link, "quickbooks", browser)
            browser.click("button[value=deny]")
            browser.see("Nothing was connected")
            self.look(f"cancelled-phone{end}", browser)
            browser.go(link[:-1] + ("0" if link[-1] != "0" else "1"))
            browser.see("This link is not complete")
            self.look(f"bad-link-phone{end}", browser)
            self.expect_refusal(404, browser)

    # ---- the side roads ----

    def test_who_denies_comes_back_with_403_and_may_come_again(self):
        company = self.company(redirectUrl=f"{self.site.url}/app/done")
        self.choose_source(company["linkUrl"], "quickbooks")
        self.browser.click("button[value=deny]")
        told = self.came_back()
        self.assertEqual((told["statusCode"], told["statusText"], told["errorMessage"]), ("403", "Cancelled", "You have not given access."))
        connection = self.only_connection(company)
        self.assertEqual(connection["status"], "PendingAuth")
        error = connection["dataConnectionErrors"][0]
        self.assertEqual((error["statusCode"], error["status"]), (403, "Active"))
        self.choose_source(company["linkUrl"], "quickbooks")
        self.allow("acme")
        self.assertEqual(self.came_back()["statusCode"], "200")
        connection = self.only_connection(company)
        self.assertEqual((connection["status"], connection["dataConnectionErrors"][0]["status"]), ("Linked", "Resolved"))

    def test_who_takes_too_long_starts_again(self):
        company = self.company()
        self.choose_source(company["linkUrl"], "quickbooks")
        self.world.sql("update control.link_session set state_until = now() - interval '1 second' where not done")
        self.allow("acme")
        self.browser.see("This took too long")
        self.look("too-long")
        self.expect_refusal(410)
        self.assertEqual(self.only_connection(company)["status"], "PendingAuth")
        self.choose_source(company["linkUrl"], "quickbooks")
        self.allow("acme")
        self.browser.see("You are connected")

    def expect_refusal(self, status, browser=None):
        """The page that stands is an error's: the one thing that a browser may complain of."""
        browser = browser or self.browser
        until(lambda: browser.title and browser.complaints, 10, "the browser's complaint")
        self.assertEqual(len(browser.complaints), 1, browser.complaints)
        self.assertIn(f"status of {status}", browser.complaints[0])
        browser.complaints.clear()

    def test_a_callback_that_comes_twice_changes_nothing(self):
        company, connection = self.link_quickbooks()
        self.browser.reload()
        self.browser.see("You are connected already")
        self.look("already")
        self.assertEqual((self.only_connection(company)["status"], self.version(connection)), ("Linked", "1"))

    def test_the_newer_tab_wins(self):
        company = self.company()
        older = self.browser.tab
        self.choose_source(company["linkUrl"], "quickbooks")
        newer = self.browser.new_tab()
        self.choose_source(company["linkUrl"], "quickbooks")
        self.browser.tab = older
        self.allow("beta")
        self.browser.see("This page is out of date")
        self.look("older-tab")
        self.expect_refusal(409)
        self.assertEqual(self.only_connection(company)["status"], "PendingAuth")
        self.browser.tab = newer
        self.allow("acme")
        self.browser.see("You are connected")

    def test_a_callback_in_another_browser_is_refused(self):
        company = self.company()
        self.choose_source(company["linkUrl"], "quickbooks")
        other = self.open()
        other.go(self.browser.url)
        self.allow("acme", browser=other)
        other.see("This browser has not started here")
        self.look("another-browser", other)
        self.expect_refusal(400, other)
        self.assertEqual(self.only_connection(company)["status"], "PendingAuth")

    def test_a_link_that_led_somewhere_in_one_browser_ends_in_the_other(self):
        company, other = self.company(), self.open()
        self.choose_source(company["linkUrl"], "xero", other)
        self.choose_source(company["linkUrl"], "quickbooks")
        self.allow("acme")
        self.browser.see("You are connected")
        self.allow("acme", browser=other)
        other.see("This link has been used")
        self.expect_refusal(410, other)
        states = self.world.sql(f"select source, status from control.connection where company_id = '{company['id']}' order by 1")
        self.assertEqual(states, [["quickbooks", "Linked"], ["xero", "PendingAuth"]])

    # ---- again ----

    def test_a_connection_that_was_cut_off_is_linked_again(self):
        company, connection = self.link_quickbooks()
        self.deauthorize(company, connection)
        before = self.world.value(f"select count(*) from control.dataset where connection_id = '{connection['id']}'")
        cut_off = self.get(company, connection)
        self.browser.go(cut_off["linkUrl"])
        self.browser.see("The access that was given before has ended.")
        self.look("again")
        self.browser.click("button")
        self.browser.see("asks to read your books")
        self.allow("acme")
        self.browser.see("You are connected")
        again = self.get(company, connection)
        self.assertEqual((again["status"], again.get("statusReason"), self.version(connection)), ("Linked", None, "2"))
        self.assertGreater(int(self.world.value(f"select count(*) from control.dataset where connection_id = '{connection['id']}'")),
                           int(before), "it reads what it has missed")
        self.finish(connection)
        self.assertEqual(self.world.differences("acme", company["id"], connection["id"], ["customers"], "quickbooks"), [])

    def test_another_organisation_is_refused_and_both_are_named(self):
        company, connection = self.link_quickbooks("acme")
        realm = connection["connectionInfo"]["realmId"]
        self.deauthorize(company, connection)
        self.browser.go(self.get(company, connection)["linkUrl"])
        self.browser.click("button")
        self.browser.see("asks to read your books")
        self.allow("beta")
        self.browser.see("Their books must not be mixed")
        self.look("another-organisation")
        other = self.world.sandbox("GET", "/quickbooks/beta")["id"]
        self.assertIn(f"another organisation ({other}) than the one that was connected here before ({realm})", self.browser.text)
        after = self.get(company, connection)
        self.assertEqual((after["status"], after["connectionInfo"], self.version(connection)),
                         ("Deauthorized", connection["connectionInfo"], "1"))

    def test_a_second_ledger_is_refused(self):
        company, _ = self.link_quickbooks()
        status, answer = self.world.api("GET", f"/companies/{company['id']}")
        self.browser.go(answer["linkUrl"])
        self.browser.click("button[value=xero]")
        self.browser.see("QuickBooks Online is connected. Disconnect it first")
        self.look("second-ledger")
        self.expect_refusal(409)
        status, answer = self.world.api("POST", f"/companies/{company['id']}/connections", {"platformKey": "xero"})
        self.assertEqual(status, 409, answer)


if __name__ == "__main__":
    unittest.main()
