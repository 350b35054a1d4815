"""No secret lies open anywhere: planted ones go through all that is done with them, and then every place is searched for every form.

Each search is for a canary too, which does lie there, so a search that looks past its place fails. What the processes hold is
what a core file made by root would have of them: all that is mapped but what they have excluded from core files (VmFlags dd).
"""
import base64
import os
import re
import resource
import secrets
import signal
import subprocess
import unittest
import urllib.parse
from pathlib import Path

from link import Visitor
from secrets_hunt import Hunt, in_command_lines, in_environments, in_kafka, in_logs, in_postgres, in_redis, running
from tls import Tls
from tokens import redis
from world import World, until

CANARY = f"canary{secrets.token_hex(12)}"
CLIENT_SECRET, WRONG_SECRET = f"planted-{secrets.token_hex(20)}", f"wrong-{secrets.token_hex(20)}"
ACCOUNT = f"planted{secrets.token_hex(8)}"
API_KEY = f"sk_live_sandbox_{ACCOUNT}"
PRINTED = ["scheduler", "worker-quickbooks", "worker-stripe", "worker-xero", "sink"]


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.env.update(TRIBUTARY_LOG_LEVEL="debug", TRIBUTARY_KAFKA_CLIENT_ID=CANARY)
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.failed = True  # until the set-up has been gone through
        cls.answers, cls.outputs, cls.master_keys = [], [], {}
        cls.keep_answers()
        cls.remember_master_keys()
        world = cls.world
        world.sandbox("POST", "/quickbooks/apps", {"client_id": "planted-app", "client_secret": CLIENT_SECRET,
                                                   "redirect_uris": ["http://127.0.0.1/"]})
        world.env.update(TRIBUTARY_QUICKBOOKS_CLIENT_ID="planted-app", TRIBUTARY_QUICKBOOKS_CLIENT_SECRET=CLIENT_SECRET,
                         TRIBUTARY_XERO_CLIENT_SECRET=WRONG_SECRET)
        cls.put_vendors_behind_tls()
        for program in ("worker-quickbooks", "worker-xero", "worker-stripe", "sink"):
            world.start(program, 1, f"--kafka.client.id={CANARY}")
        cls.use_secrets()
        cls.world.failed = False
        cls.hunt = Hunt({
            "canary": CANARY.encode(), "client secret": CLIENT_SECRET.encode(), "wrong client secret": WRONG_SECRET.encode(),
            "API key of the vendor": API_KEY.encode(), "API key of ours": world.env["TRIBUTARY_API_KEY"].encode(), **cls.master_keys,
            **{f"token {start}": start.encode() for start in ("at_quickbooks_", "rt_quickbooks_", "at_xero_", "rt_xero_", "cd_xero_")},
            "cookie": cls.visitor.cookies["tributary_link"].encode()})

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        self.world.failed |= len(result.failures) + len(result.errors) > before
        return result

    # ---- What is done with secrets ----

    @classmethod
    def keep_answers(cls):
        """Of our own API; the sandbox is the vendor."""
        ask = cls.world.http

        def http(method, url, *rest):
            answer = ask(method, url, *rest)
            if url.startswith(cls.world.env.get("TRIBUTARY_API", "none")):
                cls.answers.append(repr(answer).encode())
            return answer

        cls.world.http = http

    @classmethod
    def put_vendors_behind_tls(cls):
        """Where whole answers pass through buffers of OpenSSL's."""
        sandbox = urllib.parse.urlsplit(cls.world.env["TRIBUTARY_SANDBOX"])
        tls = Tls(cls.world.folder, sandbox.hostname, sandbox.port)
        cls.addClassCleanup(tls.close)
        cls.world.env["SSL_CERT_FILE"] = str(tls.certificate)
        for name, value in cls.world.env.items():
            if name.endswith("_URL") and value.startswith(cls.world.env["TRIBUTARY_SANDBOX"]) and "AUTHORIZE" not in name:
                cls.world.env[name] = value.replace(cls.world.env["TRIBUTARY_SANDBOX"], tls.url)
        cls.world.stop("scheduler")
        cls.world.start("scheduler")

    @classmethod
    def remember_master_keys(cls):
        for line in Path(cls.world.env["TRIBUTARY_MASTER_KEY_FILE"]).read_text().split():
            name, _, key = line.partition(":")
            cls.master_keys[f"master key {name}"] = base64.b64decode(key)

    @classmethod
    def say(cls, program, *arguments, env=None, check=True):
        done = cls.world.run(program, *arguments, env=env, check=check)
        cls.outputs.append((done.stdout + done.stderr).encode())
        return done

    @classmethod
    def connect(cls, source, account):
        """A connection by a refresh token that was handed over; (company, connection, grant)."""
        grant = cls.world.sandbox("POST", f"/{source}/grants", {
            "account": account, "client_id": "planted-app" if source == "quickbooks" else "sandbox-app"})
        _, company = cls.world.api("POST", "/companies", {"name": f"{CANARY} of {source}"})
        setting = {"quickbooks": "realmId", "xero": "tenantId"}[source]
        path = f"/companies/{company['id']}/connections"
        status, connection = cls.world.api("POST", path, {"platformKey": source, "settings": {setting: grant["tenants"][0]["id"]},
                                                          "credential": {"refreshToken": grant["refresh_token"]}})
        assert status == 200, connection
        cls.world.api("PUT", f"{path}/{connection['id']}/authorization", {"refreshToken": grant["refresh_token"] + " "})
        return company["id"], connection["id"], grant["grant"]

    @classmethod
    def use_secrets(cls):
        cls.use_tokens()
        cls.use_api_key()
        cls.use_wrong_client_secret()
        cls.use_link()
        cls.use_commands()

    @classmethod
    def use_tokens(cls):
        """Refreshed, refused in mid-run, refreshed for their own sake, revoked."""
        world = cls.world
        company, connection, grant = cls.connect("quickbooks", "secretive")
        ended = world.sync(company, ["customers", "invoices"])
        assert set(ended.values()) == {"Complete"}, ended
        world.sandbox("POST", "/quickbooks/tokens", {"expire": "all"})
        assert world.sync(company, ["customers"], full=True) == {"customers": "Complete"}
        world.sql(f"update control.credential set refresh_by = now() where connection_id = '{connection}'")
        until(lambda: world.value("select 1 from control.credential where refresh_by > now() + interval '1 day' "
                                  f"and connection_id = '{connection}'"), 30, "the scheduler refreshes")
        world.sandbox("POST", f"/quickbooks/grants/{grant}/revoke")
        assert world.sync(company, ["customers"], full=True) == {"customers": "AuthError"}

    @classmethod
    def use_api_key(cls):
        """With a vendor that repeats it in its errors, and records that become dead letters and are replayed."""
        world = cls.world
        world.sandbox("POST", f"/stripe/{ACCOUNT}", {"pages": 1})
        company, _ = world.connect("secretive", key=API_KEY)
        body = '{"error": {"type": "invalid_request_error", "code": "%s", "message": "no such key: %s"}}' % (API_KEY, API_KEY)
        world.sandbox("POST", f"/stripe/{ACCOUNT}/faults", [
            {"kind": "status", "status": 400, "path": "/v1/products", "body": body},
            {"kind": "status", "status": 500, "path": "/v1/customers", "body": body, "times": 1},
            {"kind": "bad_amount", "path": "/v1/charges", "times": 1}])
        ended = world.sync(company, ["commerce-products", "commerce-customers", "commerce-orders"])
        assert ended["commerce-orders"] == "Complete" and ended["commerce-products"] != "Complete", ended
        said = world.value(f"select error from control.dataset where company_id = '{company}' and data_type = 'commerce-products'")
        assert "****" in said, said
        assert cls.say("tributary", "dlq", "list", "--topic", "records.dlq").stdout
        cls.say("tributary", "dlq", "replay", "--topic", "records.dlq", check=False)
        world.sandbox("POST", "/keys", {"revoke": API_KEY})
        world.sync(company, ["commerce-customers"], full=True)

    @classmethod
    def use_wrong_client_secret(cls):
        company, _, _ = cls.connect("xero", "secretive_too")
        dataset = cls.world.queue(company, "customers")
        until(lambda: "invalid_client" in (cls.world.value(f"select error from control.dataset where id = '{dataset}'") or "")
              or "invalid_client" in cls.world.log("worker-xero"), 40, lambda: cls.world.explain([dataset]))
        cls.world.stop("worker-xero")
        cls.world.env["TRIBUTARY_XERO_CLIENT_SECRET"] = "sandbox-secret"

    @classmethod
    def use_link(cls):
        """Consent of two organisations, of which one is chosen; the tokens lie sealed meanwhile."""
        world = cls.world
        world.start("worker-xero", 1, f"--kafka.client.id={CANARY}")
        for account in ("linked", "chosen"):
            world.sandbox("POST", f"/xero/{account}", {"size": "small"})
        _, company = world.api("POST", "/companies", {"name": "linked"})
        visitor = cls.visitor = Visitor(world)
        callback = visitor.consent(visitor.start(company["linkUrl"], "xero"), "linked", "chosen")
        visitor.ask("GET", callback)
        visitor.ask("GET", visitor.onward)
        cls.outputs.append(visitor.page.encode())
        tenant = re.search(r'name="tenant" value="([^"]+)"', visitor.page)[1]
        visitor.ask("POST", visitor.url, {"tenant": tenant})
        cls.outputs.append(visitor.page.encode())
        until(lambda: world.value("select 1 from control.dataset d join control.company c on c.id = d.company_id "
                                  "where c.name = 'linked' and d.status = 'Complete' limit 1"), 60, visitor.page)

    @classmethod
    def use_commands(cls):
        """All that prints; then a new master key; then everybody is asked for what there is."""
        for program in PRINTED:
            cls.say(program, "--print-config")
        assert "quickbooks-client-secret = **** " in cls.say("worker-quickbooks", "--print-config").stdout
        done = cls.say("worker-quickbooks", f"--quickbooks-client-secret={CLIENT_SECRET}", check=False)
        assert done.returncode == 2, done
        cls.say("tributary", "keys", "list")
        file = Path(cls.world.env["TRIBUTARY_MASTER_KEY_FILE"])
        old = file.read_text()
        file.write_text(f"next:{subprocess.run(['openssl', 'rand', '-base64', '32'], capture_output=True, text=True, check=True).stdout}{old}")
        cls.remember_master_keys()
        cls.say("tributary", "keys", "rotate")
        for words in (["companies", "list"], ["connections", "list"], ["datasets", "list"], ["quota"], ["keys", "list"]):
            cls.say("tributary", *words, check=False)
        for company in cls.world.api("GET", "/companies")[1]["results"]:
            cls.world.api("GET", f"/companies/{company['id']}/connections")
            cls.world.api("GET", f"/companies/{company['id']}/data/history")

    # ---- Where they must not be ----

    def assert_only_the_canary(self, found):
        self.assertEqual({"canary"}, set(found), found)

    def test_none_lies_in_the_files_of_Postgres(self):
        self.world.sql(f"create table if not exists public.canary as select '{CANARY}' as bird")
        self.assert_only_the_canary(in_postgres(self.world, self.hunt))

    def test_none_lies_in_Redis(self):
        redis(self.world, "set", "bird", CANARY)
        self.assert_only_the_canary(in_redis(self.world, self.hunt))

    def test_none_lies_in_Kafka(self):
        self.world.produce("dataset-events", "bird", CANARY.encode())
        self.assert_only_the_canary(in_kafka(self.world, self.hunt))

    def test_none_was_logged_at_any_level(self):
        with open(self.world.folder / "log" / "sink-1.log", "a", encoding="utf-8") as log:
            log.write(f"{CANARY}\n")
        self.assertIn("level=debug", self.world.log("worker-quickbooks"))
        self.assert_only_the_canary(in_logs(self.world, self.hunt))

    def test_none_was_answered_or_printed(self):
        self.assert_only_the_canary(self.hunt.among(b"\n".join(self.answers)))
        self.assert_only_the_canary(self.hunt.among(b"\n".join(self.outputs)))

    def test_none_stands_in_a_command_line_or_in_an_environment_once_it_was_read(self):
        self.assert_only_the_canary(in_command_lines(self.world, self.hunt))
        self.assert_only_the_canary(in_environments(self.world, self.hunt))

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_core_of_a_program_that_has_used_them_or_is_new_holds_none(self):
        for program in ("worker-quickbooks", "worker-xero", "worker-stripe"):
            self.world.start(program, 2)
        found = {name: self.hunt.memory(pid) for name, pid in running(self.world).items()}
        self.assertGreaterEqual(len(found), 8)
        for where in found.values():  # the browser's cookie opens nothing once its link was used
            where.pop("cookie", None)
        self.assertEqual({name: {"canary"} for name in found}, {name: set(where) for name, where in found.items()}, found)

    def test_SIGABRT_leaves_no_core_file(self):
        """The kernel itself says so, whatever core_pattern is."""
        def unlimited():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        def dumped_by(*command, up=None):
            with open(self.world.folder / "log" / "aborted.log", "wb") as log:
                child = subprocess.Popen(command, env=self.world.env, cwd=self.world.folder, preexec_fn=unlimited, stdout=log, stderr=log)
            until(up or (lambda: True), 30, "it is up")
            os.kill(child.pid, signal.SIGABRT)
            status = os.waitpid(child.pid, 0)[1]
            child.returncode = os.WTERMSIG(status)
            self.assertEqual(signal.SIGABRT, child.returncode)
            return os.WCOREDUMP(status)

        for program in ("scheduler", "worker-quickbooks"):
            log = self.world.folder / "log" / "aborted.log"
            self.assertFalse(dumped_by(self.world.bin / program, "--http-listen=127.0.0.1:0", up=lambda: "msg=listening" in log.read_text()))
        self.assertEqual([], list(self.world.folder.glob("core*")))
        if not dumped_by("sleep", "60"):
            self.skipTest("the kernel dumps no core here, of any program")
        for core in self.world.folder.glob("core*"):
            core.unlink()


if __name__ == "__main__":
    unittest.main()
