"""Tokens in the programs: a worker meets their end in a sync, and the scheduler refreshes those that would die unused."""
import os
import unittest

from memory import search
from tokens import counted, grants, link, statuses
from world import World, until

TYPES = ["customers", "invoices"]


class TokenWorkers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        place = cls.world.env["TRIBUTARY_SANDBOX"] + "/quickbooks"
        cls.world.env.update(TRIBUTARY_QUICKBOOKS_URL=place, TRIBUTARY_QUICKBOOKS_AUTHORIZE_URL=place + "/oauth/authorize",
                             TRIBUTARY_QUICKBOOKS_TOKEN_URL=place + "/oauth/token", TRIBUTARY_QUICKBOOKS_CLIENT_ID="sandbox-app",
                             TRIBUTARY_QUICKBOOKS_CLIENT_SECRET="sandbox-secret")
        cls.world.start("worker-quickbooks")
        cls.world.start("sink")

    def setUp(self):
        self.world.sandbox("DELETE", "/quickbooks/counters")

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        self.world.failed |= len(result.failures) + len(result.errors) > before
        return result

    def test_a_source_registers_how_it_is_authorised_without_its_secret(self):
        row = self.world.sql("select title, source_type, oauth ->> 'clientId', oauth ->> 'tenantSetting', "
                             "strpos(oauth::text, 'sandbox-secret'), length(client_secret) > 40 from control.source where name = 'quickbooks'")
        self.assertEqual([["QuickBooks Online", "Accounting", "sandbox-app", "realmId", "0", "t"]], row)

    def test_a_token_that_the_vendor_ends_early_is_refreshed_once_and_the_sync_goes_on(self):
        client = link(self.world, "quickbooks", "midsync")
        self.assertEqual({t: "Complete" for t in TYPES}, self.world.sync(client.company, TYPES))
        self.assertEqual(1, grants(self.world, "quickbooks")[client.grant]["refreshes"])
        self.world.sandbox("POST", "/quickbooks/tokens", {"expire": "all"})
        self.assertEqual({t: "Complete" for t in TYPES}, self.world.sync(client.company, TYPES, full=True))
        self.assertEqual(2, grants(self.world, "quickbooks")[client.grant]["refreshes"])
        count = counted(self.world, "quickbooks")
        self.assertEqual((0, 0), (count["dead_access_uses"], count["dead_refresh_uses"]))

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_core_of_a_worker_that_used_tokens_holds_none(self):
        client = link(self.world, "quickbooks", "wiped")
        self.world.sync(client.company, TYPES[:1])
        self.world.sandbox("POST", "/quickbooks/tokens", {"expire": "all"})
        self.world.sync(client.company, TYPES, full=True)
        pid = int((self.world.folder / "run" / "worker-quickbooks-1.pid").read_text().split()[0])
        self.assertEqual([], search(pid, rb"(?:at|rt)_quickbooks?_[0-9a-f]{8,}"))
        self.assertTrue(search(pid, client.connection.encode()), "the search finds what is there")

    def test_a_revoked_grant_ends_as_AuthError_and_the_connection_is_Deauthorized(self):
        client = link(self.world, "quickbooks", "revoked")
        self.world.sync(client.company, TYPES[:1])
        self.world.sandbox("POST", f"/quickbooks/grants/{client.grant}/revoke")
        self.assertEqual({TYPES[0]: "AuthError"}, self.world.sync(client.company, TYPES[:1], full=True))
        status, reason = statuses(self.world, [client])[client.connection]
        self.assertEqual("Deauthorized", status)
        self.assertIn("link the connection again", reason)
        self.assertEqual(1, counted(self.world, "quickbooks")["refused"])

    def test_a_token_endpoint_that_is_down_is_waited_for(self):
        client = link(self.world, "quickbooks", "waits")
        self.world.sandbox("POST", "/quickbooks/tokens", {"lose_answers": 2})
        self.assertEqual({TYPES[0]: "Complete"}, self.world.sync(client.company, TYPES[:1]))
        self.assertEqual("Linked", statuses(self.world, [client])[client.connection][0])

    def test_a_token_that_would_die_unused_is_refreshed_by_the_scheduler(self):
        clients = [link(self.world, "quickbooks", f"idle_{i}") for i in range(6)]
        ids = ",".join(f"'{client.connection}'" for client in clients)
        self.assertEqual("6", self.world.value("select count(*) from control.credential where refresh_by between now() + interval '23 h' "
                                               f"and now() + interval '25 h' and connection_id in ({ids})"))
        self.world.sql(f"update control.connection set status = 'Unlinked' where id = '{clients[0].connection}'")
        self.world.sql(f"update control.credential set refresh_by = now() where connection_id in ({ids})")
        until(lambda: self.world.value("select count(*) from control.credential where version = 2 and refresh_by > now() + "
                                       f"interval '70 days' and connection_id in ({ids})") == "5", 30, "five are refreshed")
        mine = {client.grant for client in clients}
        self.assertEqual([0, 1, 1, 1, 1, 1], sorted(g["refreshes"] for n, g in grants(self.world, "quickbooks").items() if n in mine))
        self.assertEqual([["1", ""]], self.world.sql("select version, refresh_by from control.credential where connection_id = "
                                                    f"'{clients[0].connection}'"))


if __name__ == "__main__":
    unittest.main()
