#!/usr/bin/env python3
"""Link against who does not follow the pages: links that were altered, states and cookies of others, redirects that lead elsewhere, names
that are markup or headers; and which data types a new connection reads."""
import base64
import re
import sys
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from link import POLICY, LinkCase, Visitor  # noqa: E402


class WithoutABrowser(LinkCase):
    def visitor(self):
        return Visitor(self.world)

    def test_an_altered_link_leads_nowhere(self):
        company, other = self.company(), self.company("Other")
        head, _, token = company["linkUrl"].rpartition("/")
        foreign = other["linkUrl"].rpartition("/")[2]
        half = len(token) // 2
        altered = [token[:i] + ("0" if token[i] != "0" else "1") + token[i + 1:] for i in range(0, len(token), 7)]
        altered += [token[:-2], token + "00", token.upper(), token[:half] + foreign[half:], "", "0" * 4000, "%2e%2e", "tenant"]
        for text in altered:
            visitor = self.visitor().ask("GET", f"{head}/{text}")
            self.assertIn(visitor.status, (400, 404), text)
            self.assertNotIn("Acme", visitor.page)
            self.assertIn(visitor.ask("POST", f"{head}/{text}/start", {"source": "quickbooks"}).status, (400, 404), text)
        self.assertEqual(self.visitor().ask("GET", company["linkUrl"]).status, 200)

    def test_a_link_of_one_connection_starts_no_other(self):
        company = self.company()
        connection = self.connection(company)
        visitor = self.visitor()
        self.assertEqual(visitor.ask("POST", connection["linkUrl"] + "/start", {"source": "xero"}).status, 404)
        self.assertEqual(visitor.ask("POST", connection["linkUrl"] + "/start", {}).status, 404)
        self.assertEqual(visitor.ask("POST", connection["linkUrl"] + "/start", {"source": "stripe"}).status, 404)
        self.assertEqual(len(self.world.api("GET", f"/companies/{company['id']}")[1]["dataConnections"]), 1)

    def test_what_was_deleted_cannot_be_linked(self):
        company = self.company()
        connection = self.connection(company)
        visitor = self.visitor()
        callback = visitor.consent(visitor.start(connection["linkUrl"], "quickbooks"), "acme")
        self.world.api("DELETE", f"/companies/{company['id']}/connections/{connection['id']}")
        self.assertEqual(visitor.ask("GET", callback).status, 400)
        self.assertEqual(visitor.ask("GET", connection["linkUrl"]).status, 404)
        self.world.api("DELETE", f"/companies/{company['id']}")
        self.assertEqual(visitor.ask("GET", company["linkUrl"]).status, 404)

    def test_state_and_cookie_belong_together(self):
        company, victim, thief = self.company(), self.visitor(), self.visitor()
        stolen = victim.consent(victim.start(company["linkUrl"], "quickbooks"), "acme")
        mine = thief.consent(thief.start(self.company("Thief")["linkUrl"], "quickbooks"), "beta")
        self.assertEqual(thief.ask("GET", stolen).status, 409)
        self.assertEqual(self.visitor().ask("GET", stolen).status, 400)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(mine).query))
        for change in ({"state": ""}, {"state": "x" * 5000}, {"state": query["state"][:-1]}):
            self.assertIn(thief.ask("GET", "/link/callback?" + urllib.parse.urlencode({**query, **change})).status, (400, 409, 414), change)
        self.assertEqual(victim.ask("GET", stolen).status, 200)
        self.assertEqual(self.only_connection(company)["status"], "Linked")

    def test_a_cookie_that_was_planted_is_not_taken_over(self):
        visitor = self.visitor()
        visitor.cookies["tributary_link"] = "A" * 43
        visitor.start(self.company()["linkUrl"], "quickbooks")
        self.assertNotEqual(visitor.cookies["tributary_link"], "A" * 43)
        self.assertRegex(visitor.headers["Set-Cookie"], r"^tributary_link=[\w-]{43}; Path=/link; HttpOnly; SameSite=Lax; Max-Age=86400$")

    def test_an_organisation_outside_the_grant_cannot_be_chosen(self):
        company, visitor = self.company(), self.visitor()
        visitor.ask("GET", visitor.consent(visitor.start(company["linkUrl"], "xero"), "acme", "beta"))
        self.assertEqual((visitor.status, visitor.onward), (303, "/link/tenant"))
        for tenant in ("11111111-2222-3333-4444-555555555555", "", "' or true --"):
            visitor.ask("POST", "/link/tenant", {"tenant": tenant})
            self.assertEqual(visitor.onward, "/link/tenant", "the choice is shown again")
        self.assertEqual(self.visitor().ask("GET", "/link/tenant").status, 400)
        self.assertEqual(self.only_connection(company)["status"], "PendingAuth")

    def test_a_choice_that_is_sent_twice_is_made_once(self):
        company, visitor = self.company(), self.visitor()
        visitor.ask("GET", visitor.consent(visitor.start(company["linkUrl"], "xero"), "acme", "beta"))
        visitor.ask("GET", "/link/tenant")
        form = {"tenant": re.search(r'name="tenant" value="([^"]+)"', visitor.page).group(1)}
        self.assertEqual(visitor.ask("POST", "/link/tenant", form).heading(), "You are connected")
        self.assertEqual(visitor.ask("POST", "/link/tenant", form).heading(), "You are connected already")
        self.assertEqual(visitor.ask("GET", "/link/tenant").heading(), "You are connected already")
        self.assertEqual(self.version(self.only_connection(company)), "1")

    def test_what_the_client_unlinked_can_be_linked_again(self):
        company, visitor = self.company(), self.visitor()
        visitor.ask("GET", visitor.consent(visitor.start(company["linkUrl"], "quickbooks"), "acme"))
        connection = self.only_connection(company)
        path = f"/companies/{company['id']}/connections/{connection['id']}"
        self.assertEqual(self.world.api("PATCH", path, {"status": "Unlinked"})[1]["status"], "Unlinked")
        link = self.world.api("GET", f"/companies/{company['id']}")[1]["linkUrl"]
        visitor.ask("GET", visitor.consent(visitor.start(link, "quickbooks"), "acme"))
        again = self.only_connection(company)
        self.assertEqual((again["id"], again["status"], self.version(again)), (connection["id"], "Linked", "2"))

    def test_behind_tls_the_cookie_is_secure_and_the_addresses_are_the_public_ones(self):
        own = self.world.start("scheduler", 2, "--public-url", "https://link.example.com/")
        self.addCleanup(self.world.stop, "scheduler", 2)
        key = base64.b64encode(self.world.env["TRIBUTARY_API_KEY"].encode()).decode()
        _, company = self.world.http("POST", f"{own}/companies", {"name": "Acme"}, {"Authorization": f"Basic {key}"})
        self.assertTrue(company["linkUrl"].startswith("https://link.example.com/link/"))
        visitor = self.visitor()
        onward = visitor.ask("POST", own + urllib.parse.urlsplit(company["linkUrl"]).path + "/start", {"source": "quickbooks"}).onward
        self.assertIn("; Secure", visitor.headers["Set-Cookie"])
        self.assertEqual(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(onward).query))["redirect_uri"], "https://link.example.com/link/callback")
        for url in ("link.example.com", "https://", "https://link.example.com/path", "https://me@link.example.com", "ftp://link.example.com"):
            done = self.world.run("scheduler", "--public-url", url, "--http-listen", "127.0.0.1:0", check=False)
            self.assertEqual(done.returncode, 78, url)

    def test_a_realm_that_is_no_realm_is_refused(self):
        for realm in ("", "1/../2", "<b>", "9" * 200, "1%0d%0aX: y"):
            company, visitor = self.company(), self.visitor()
            callback = visitor.consent(visitor.start(company["linkUrl"], "quickbooks"), "acme").partition("&realmId=")[0]
            visitor.ask("GET", callback + "&realmId=" + urllib.parse.quote(realm, safe="%"))
            self.assertIn("The answer was not complete.", visitor.page)
            self.assertEqual(self.only_connection(company)["status"], "PendingAuth")

    def test_a_code_that_the_vendor_does_not_know_links_nothing(self):
        company, visitor = self.company(), self.visitor()
        callback = visitor.consent(visitor.start(company["linkUrl"], "quickbooks"), "acme")
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(callback).query))
        visitor.ask("GET", callback.partition("?")[0] + "?" + urllib.parse.urlencode({**query, "code": "stolen elsewhere"}))
        self.assertIn("could not be completed", visitor.page)
        connection = self.only_connection(company)
        self.assertEqual((connection["status"], connection["dataConnectionErrors"][0]["statusCode"]), ("PendingAuth", 500))

    # ---- where it returns to ----

    def test_only_what_the_operator_lists_is_returned_to(self):
        for url in ("https://evil.example/", "javascript:alert(1)", "//evil.example", f"{self.site.url}/application",
                    f"{self.site.url}/app/../elsewhere", f"{self.site.url}/app/%2E%2e/elsewhere", f"{self.site.url}/app\r\nX: y",
                    "https://app.example.com@evil.example/after", "https://app.example.com/afterwards"):
            status, answer = self.world.api("POST", "/companies", {"name": "Acme", "redirectUrl": url})
            self.assertEqual(status, 400, url)
        company, visitor = self.company(redirectUrl="https://app.example.com/after/all"), self.visitor()
        # The list has become shorter since.
        self.world.sql(f"update control.company set redirect_url = 'https://evil.example/' where id = '{company['id']}'")
        visitor.ask("GET", visitor.consent(visitor.start(company["linkUrl"], "quickbooks"), "acme"))
        self.assertEqual((visitor.status, visitor.headers["Location"], visitor.heading()), (200, None, "You are connected"))

    def test_names_are_neither_headers_nor_markup(self):
        company, visitor = self.company(redirectUrl=f"{self.site.url}/app"), self.visitor()
        bad = "a\r\nSet-Cookie: x=1\r\n\r\n<script>alert(1)</script>&statusCode=200#"
        self.world.sql(f"update control.company set name = '{bad}' where id = '{company['id']}'")
        title = self.world.value("select title from control.source where name = 'quickbooks'")
        self.world.sql("update control.source set title = '<img src=x onerror=\"alert(1)\">' where name = 'quickbooks'")
        self.addCleanup(lambda: self.world.sql(f"update control.source set title = '{title}' where name = 'quickbooks'"))
        visitor.ask("GET", company["linkUrl"])
        self.assertNotIn("<script", visitor.page)
        self.assertNotIn("<img", visitor.page)
        self.assertIn("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;", visitor.page)
        visitor.ask("GET", visitor.consent(visitor.start(company["linkUrl"], "quickbooks"), decision="deny"))
        self.assertEqual((visitor.status, visitor.headers["Set-Cookie"]), (303, None))
        query = urllib.parse.parse_qsl(urllib.parse.urlsplit(visitor.onward).query)
        self.assertIn(("data.company.companyName", bad), query)
        self.assertEqual([value for name, value in query if name == "statusCode"], ["403"])

    # ---- what every page says to the browser ----

    def test_every_page_is_under_the_policy(self):
        company, visitor = self.company(), self.visitor()
        onward = visitor.ask("POST", company["linkUrl"] + "/start", {"source": "quickbooks"}).onward
        self.assertTrue(onward.startswith(self.world.env["TRIBUTARY_QUICKBOOKS_AUTHORIZE_URL"]))
        for method, url, form in (("GET", company["linkUrl"], None), ("POST", company["linkUrl"] + "/start", {"source": "quickbooks"}),
                                  ("POST", company["linkUrl"] + "/start", {"source": "none"}), ("GET", "/link/callback", None),
                                  ("GET", "/link/tenant", None), ("GET", "/link/00", None)):
            visitor.ask(method, self.world.env["TRIBUTARY_API"] + url if url.startswith("/") else url, form)
            kept = {name: visitor.headers[name] for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Cache-Control")}
            self.assertEqual(kept, {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
                                    "Cache-Control": "no-store"}, url)
            self.assertIn('<html lang="en">', visitor.page)
            self.assertNotIn("<script", visitor.page)
        self.assertEqual(visitor.ask("GET", company["linkUrl"] + "/start").status, 303)
        self.assertEqual(visitor.onward, urllib.parse.urlsplit(company["linkUrl"]).path)

    def test_no_link_state_code_or_token_is_in_a_log(self):
        company, visitor = self.company(), self.visitor()
        callback = visitor.consent(visitor.start(company["linkUrl"], "quickbooks"), "acme")
        visitor.ask("GET", callback)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(callback).query))
        log = self.world.log("scheduler")
        for secret in (company["linkUrl"].rpartition("/")[2], query["state"], query["code"], visitor.cookies["tributary_link"]):
            self.assertNotIn(secret, log)
        stored = self.world.sql("select * from control.link_session")
        self.assertTrue(stored)
        for secret in (query["state"], visitor.cookies["tributary_link"]):
            self.assertNotIn(secret.encode().hex(), str(stored))

    # ---- one ledger, and what is read ----

    def test_two_ledgers_linked_at_once_end_with_one(self):
        company = self.company()
        books, xero = self.connection(company, "quickbooks"), self.connection(company, "xero")
        first, second = self.visitor(), self.visitor()
        callbacks = first.consent(first.start(books["linkUrl"], "quickbooks"), "acme"), second.consent(second.start(xero["linkUrl"], "xero"), "acme")
        first.ask("GET", callbacks[0])
        second.ask("GET", callbacks[1])
        self.assertEqual((first.heading(), second.heading()), ("You are connected", "This did not work"))
        self.assertIn("Another accounting source was connected in the meantime", second.page)
        self.assertEqual([self.get(company, c)["status"] for c in (books, xero)], ["Linked", "PendingAuth"])
        status, answer = self.world.api("PUT", f"/companies/{company['id']}/connections/{xero['id']}/authorization", {"refreshToken": "x"})
        self.assertEqual(status, 409, answer)

    def settings(self, path, **fields):
        status, answer = self.world.api("POST" if fields else "GET", f"{path}/syncSettings", fields or None)
        self.assertEqual(status, 200, answer)
        return {setting["dataType"]: setting for setting in answer["settings"]}, answer

    def test_settings_decide_what_a_new_connection_reads(self):
        company = self.company()
        path = f"/companies/{company['id']}"
        before, answer = self.settings(path)
        self.assertEqual((len(before), answer["companyId"], answer["overridesDefaults"]), (43, company["id"], False))
        self.assertEqual(before["commerce-orders"], {"dataType": "commerce-orders", "fetchOnFirstLink": False, "syncSchedule": 0, "syncOrder": 0,
                                                     "isLocked": False})
        self.assertTrue(before["invoices"]["fetchOnFirstLink"])
        off = [{"dataType": name, "fetchOnFirstLink": False} for name in before if name not in ("customers", "bills")]
        after, _ = self.settings(path, settings=[*off, {"dataType": "bills", "fetchOnFirstLink": True, "syncSchedule": 24}], overridesDefaults=True)
        self.assertEqual([name for name, setting in after.items() if setting["fetchOnFirstLink"]], ["bills", "customers"])
        self.assertEqual(after["bills"]["syncSchedule"], 24)
        self.assertTrue(self.settings("/profile")[0]["invoices"]["fetchOnFirstLink"], "another's settings are not touched")
        visitor = self.visitor()
        visitor.ask("GET", visitor.consent(visitor.start(company["linkUrl"], "quickbooks"), "acme"))
        connection = self.only_connection(company)
        self.assertEqual(self.datasets(connection), {"bills", "customers"})
        status, operations = self.world.api("POST", f"{path}/data/all?answer=operations")
        self.assertEqual((status, {o["dataType"] for o in operations}), (200, {"bills", "customers"}))
        self.settings(path, settings=[], overridesDefaults=False)
        status, operations = self.world.api("POST", f"{path}/data/all?answer=operations")
        self.assertIn("invoices", {o["dataType"] for o in operations})

    def test_settings_that_are_none_are_refused(self):
        for settings in (None, {}, ["invoices"], [{"dataType": "invoice"}], [{"dataType": "invoices", "fetchOnFirstLink": "yes"}],
                         [{"dataType": "invoices", "syncSchedule": -1}], [{"dataType": "invoices", "syncSchedule": 1.5}],
                         [{"dataType": "invoices", "syncSchedule": 99999}], [{"dataType": "invoices", "syncFromUtc": 7}]):
            status, _ = self.world.api("POST", "/profile/syncSettings", {"settings": settings})
            self.assertEqual(status, 400, settings)

    def test_an_authorisation_by_hand_reads_nothing_by_itself(self):
        company = self.company()
        connection = self.connection(company)
        consent = self.world.consent("acme__small", "quickbooks")
        status, answer = self.world.api("PUT", f"/companies/{company['id']}/connections/{connection['id']}/authorization", consent)
        self.assertEqual((status, answer["status"], self.datasets(connection)), (200, "Linked", set()))

    def test_the_command_prints_links(self):
        identity, link = self.world.run("tributary", "company", "create", "Acme", "--link").stdout.split()
        self.assertEqual(self.visitor().ask("GET", link).status, 200)
        fresh = self.world.run("tributary", "company", "link", identity).stdout.strip()
        self.assertNotEqual(fresh, link)
        self.assertEqual(self.visitor().ask("GET", fresh).status, 200)
        connection, link = self.world.run("tributary", "connection", "create", "--company", identity, "--source", "xero", "--link").stdout.split()
        visitor = self.visitor().ask("GET", link)
        self.assertEqual((visitor.status, visitor.heading()), (200, "Connect Xero"))
        again = self.world.run("tributary", "connection", "link", "--company", identity, connection).stdout.strip()
        self.assertEqual(self.visitor().ask("GET", again).heading(), "Connect Xero")


if __name__ == "__main__":
    unittest.main()
