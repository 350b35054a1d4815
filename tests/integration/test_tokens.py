"""Rotating tokens on real servers, counted at the sandbox's gate: one refresh for all, and what dies or fails in its midst."""
import os
import signal
import time
import unittest

from tokens import VENDORS, Caller, counted, flush, grants, know, link, redis, statuses
from world import World, until


class Tokens(unittest.TestCase):
    """No worker runs: token-callers are the fleet."""

    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        for vendor in VENDORS:
            know(cls.world, vendor)
            cls.world.sandbox("POST", f"/{vendor}/limits", {"on": False})

    def setUp(self):
        for vendor in VENDORS:
            self.gate(vendor, delay_ms=0, lose_answers=0)
            self.world.sandbox("DELETE", f"/{vendor}/counters")

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        self.world.failed |= len(result.failures) + len(result.errors) > before
        return result

    def gate(self, vendor, **orders):
        self.world.sandbox("POST", f"/{vendor}/tokens", orders)

    def caller(self, vendor, clients, log="token-caller"):
        caller = Caller(self.world, vendor, clients, log=log)
        self.addCleanup(caller.__exit__)
        return caller

    def leased(self, client):
        return self.world.value(f"select lease_owner from control.credential where connection_id = '{client.connection}'")

    def assert_unharmed(self, vendor, clients):
        """Nobody used a dead token, and every connection is Linked."""
        count = counted(self.world, vendor)
        self.assertEqual((0, 0, 0), (count["dead_access_uses"], count["dead_refresh_uses"], count["refused"]))
        self.assertEqual({"Linked"}, {status for status, _ in statuses(self.world, clients).values()})

    def assert_sealed(self, secrets):
        """None of the secrets lies open in the database, in Redis or in a log."""
        rows = self.world.sql("select encode(secret, 'escape'), encode(access, 'escape'), encode(spare, 'escape') from control.credential")
        keys = redis(self.world, "--scan").split()
        self.assertTrue(keys)
        cached = "".join(redis(self.world, "hgetall", key) for key in keys)
        logs = "".join(path.read_text(errors="replace") for path in (self.world.folder / "log").iterdir())
        for secret in secrets:
            self.assertNotIn(secret, str(rows) + cached + logs)

    # ---- one refresh for all ----

    def test_four_workers_refresh_each_token_once_though_redis_is_flushed(self):
        for vendor in VENDORS:
            clients = [link(self.world, vendor, f"once_{vendor}_{i}") for i in range(20)]
            callers = [self.caller(vendor, clients, f"once-{n}") for n in range(4)]
            heard = [caller.round() for caller in callers]
            self.gate(vendor, delay_ms=500)
            for number in range(3):
                self.gate(vendor, expire="all")
                for caller in callers:
                    caller.say("round")
                if number == 1:
                    until(lambda: counted(self.world, vendor)["refreshes"] > 45, 20, "refreshes")
                    flush(self.world)
                heard += [caller.heard() for caller in callers]
            self.assertEqual({(20, 0, "")}, {(ok, failed, first) for ok, _, failed, first in heard})
            mine = {client.grant for client in clients}
            self.assertEqual({4}, {g["refreshes"] for n, g in grants(self.world, vendor).items() if n in mine})
            self.assert_unharmed(vendor, clients)

    def test_a_flushed_redis_and_a_fresh_process_cost_no_refresh(self):
        clients = [link(self.world, "xero", f"flushed_{i}") for i in range(5)]
        self.caller("xero", clients).round()
        flush(self.world)
        self.assertEqual((5, 0, 0, ""), self.caller("xero", clients).round())
        self.assertEqual(5, counted(self.world, "xero")["refreshes"])

    def test_a_redis_that_hangs_or_is_gone_costs_time_but_no_refresh(self):
        clients = [link(self.world, "xero", f"hangs_{i}") for i in range(5)]
        self.caller("xero", clients).round()
        pid = int((self.world.folder / "run" / "redis.pid").read_text().split()[0])
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            self.assertEqual((5, 0, 0, ""), self.caller("xero", clients).round())
            took = time.monotonic() - began
        finally:
            os.kill(pid, signal.SIGCONT)
        print(f"\nfigure: five tokens with a Redis that hangs: {took:.1f} s", flush=True)
        self.assertLess(took, 6)
        self.world.local("stack", "stop", "-9", "redis")
        try:
            self.gate("xero", expire="all")
            self.assertEqual((5, 5, 0, ""), self.caller("xero", clients).round())
        finally:
            self.world.local("stack", "start", "redis")
        self.assertEqual(10, counted(self.world, "xero")["refreshes"])
        self.assert_unharmed("xero", clients)

    # ---- what dies or is lost in a refresh ----

    def test_the_tokens_of_a_worker_killed_in_its_refresh_are_refreshed_by_another(self):
        clients = [link(self.world, vendor, f"killed_{vendor}") for vendor in VENDORS]
        for client in clients:
            self.gate(client.vendor, delay_ms=5000)
            victim = self.caller(client.vendor, [client], "killed")
            victim.say("round")
            until(lambda c=client: counted(self.world, c.vendor)["refreshes"] == 1, 20, "the vendor has answered")
            victim.process.kill()
            self.gate(client.vendor, delay_ms=0)
        survivors = [self.caller(client.vendor, [client], "survivor") for client in clients]
        for survivor in survivors:
            survivor.say("round")
        self.assertEqual([(1, 0, 0, "")] * 2, [survivor.heard() for survivor in survivors])
        self.assertEqual((0, 1), tuple(counted(self.world, vendor)["in_grace"] for vendor in VENDORS))
        for client in clients:
            self.assert_unharmed(client.vendor, [client])

    def test_a_lost_answer_is_asked_for_again(self):
        for vendor in VENDORS:
            client = link(self.world, vendor, f"lost_{vendor}")
            self.gate(vendor, lose_answers=1)
            caller = self.caller(vendor, [client])
            ok, _, failed, first = caller.round()
            self.assertEqual((0, 1), (ok, failed))
            self.assertIn("token endpoint", first)
            self.assertEqual((1, 0, 0, ""), caller.round())
            self.assert_unharmed(vendor, [client])

    def test_a_refresh_that_came_too_late_is_kept_and_takes_a_false_verdict_back(self):
        """QuickBooks changes the value after a day: who has the old one is refused, though the connection lives."""
        client = link(self.world, "quickbooks", "late")
        late = self.caller("quickbooks", [client], "late")
        late.round()
        self.world.sandbox("POST", "/clock", {"offset_seconds": 25 * 3600})
        self.gate("quickbooks", delay_ms=3000)
        self.world.sql(f"update control.credential set expires_at = now() where connection_id = '{client.connection}'")
        flush(self.world)
        late.say("round")
        until(lambda: counted(self.world, "quickbooks")["refreshes"] == 2, 20, "the vendor has answered, slowly")
        self.world.sql(f"update control.credential set lease_until = now() where connection_id = '{client.connection}'")
        self.gate("quickbooks", delay_ms=0)
        other = self.caller("quickbooks", [client], "other")
        ok, _, failed, first = other.round()
        self.assertEqual((0, 1), (ok, failed))
        self.assertIn("invalid_grant", first)
        status, reason = statuses(self.world, [client])[client.connection]
        self.assertEqual("Deauthorized", status)
        self.assertIn("link the connection again", reason)
        self.assertEqual((1, 1, 0, ""), late.heard())
        self.assertEqual(("Linked", ""), statuses(self.world, [client])[client.connection])
        self.assertEqual((1, 0, 0, ""), other.round())
        self.assertEqual("", self.world.value("select spare from control.credential "
                                              f"where connection_id = '{client.connection}'"))
        events = self.world.sql(f"select status from control.event where connection_id = '{client.connection}' order by id")
        self.assertTrue(set(map(tuple, events)) <= {("Linked",), ("Deauthorized",)}, events)

    def test_a_revoked_grant_is_refused_once_for_all_and_linked_again_by_a_new_token(self):
        client = link(self.world, "xero", "revoked")
        callers = [self.caller("xero", [client], f"revoked-{n}") for n in range(3)]
        for caller in callers:
            caller.round()
        self.world.sandbox("POST", f"/xero/grants/{client.grant}/revoke")
        for caller in callers:
            caller.say("round")
        for ok, _, failed, first in [caller.heard() for caller in callers]:
            self.assertEqual((0, 1), (ok, failed))
            self.assertIn("link", first)
        self.assertEqual(1, counted(self.world, "xero")["refused"])
        self.assertEqual("Deauthorized", statuses(self.world, [client])[client.connection][0])
        other = self.world.sandbox("POST", "/xero/grants", {"account": "somebody_else"})
        path = f"/companies/{client.company}/connections/{client.connection}/authorization"
        status, answer = self.world.api("PUT", path, {"refreshToken": other["refresh_token"],
                                                      "settings": {"tenantId": other["tenants"][0]["id"]}})
        self.assertEqual(409, status, answer)
        again = self.world.sandbox("POST", "/xero/grants", {"account": "revoked"})
        status, answer = self.world.api("PUT", path, {"refreshToken": again["refresh_token"],
                                                      "settings": {"tenantId": again["tenants"][0]["id"]}})
        self.assertEqual((200, "Linked"), (status, answer["status"]))
        for caller in callers:
            self.assertEqual((1, 0), caller.round()[0::2][:2])
        self.assertEqual(1, grants(self.world, "xero")[again["grant"]]["refreshes"])

    # ---- sealing ----

    def test_tokens_are_sealed_for_their_company_and_connection_and_lie_open_nowhere(self):
        grant = self.world.sandbox("POST", "/xero/grants", {"account": "sealed"})
        one, two = (link(self.world, "xero", f"sealed_{i}") for i in range(2))
        place = grant["tenants"][0]["id"]
        self.world.sql("update control.connection set settings = '{}' where id = '%s'" % one.connection)
        status, answer = self.world.api("PUT", f"/companies/{one.company}/connections/{one.connection}/authorization",
                                        {"refreshToken": grant["refresh_token"], "settings": {"tenantId": place}})
        self.assertEqual(200, status, answer)
        self.caller("xero", [one, two]).round()
        self.assert_sealed([grant["refresh_token"], "at_xero", "rt_xero"])
        keys = self.world.sql(f"select company_id, master_key from control.company_key where company_id in ('{one.company}', '{two.company}')")
        self.assertEqual({(one.company, "k1"), (two.company, "k1")}, set(map(tuple, keys)))
        self.world.sql(f"update control.credential set (secret, access) = (select secret, access from control.credential where "
                       f"connection_id = '{one.connection}') where connection_id = '{two.connection}'")
        flush(self.world)
        ok, _, failed, first = self.caller("xero", [two]).round()
        self.assertEqual((0, 1), (ok, failed))
        self.assertIn("another company", first)
        self.world.api("DELETE", f"/companies/{one.company}")
        self.assertEqual([], self.world.sql(f"select 1 from control.company_key where company_id = '{one.company}'"))


if __name__ == "__main__":
    unittest.main()
