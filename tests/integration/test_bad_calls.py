"""Calls that cannot be answered, and programs started against what they must not use or cannot reach: each says what is wrong, where,
and what to do."""
import re
import subprocess
import unittest
import uuid

from world import WorldCase, until

SERVED = ["scheduler", "worker-stripe", "sink"]


class Waiting:
    """A program that is started and not waited for, as `infra/local/program start` would."""

    def __init__(self, world, program):
        self.world = world
        self.path = world.folder / "log" / f"waiting-{program}-{uuid.uuid4()}.log"
        with open(self.path, "wb") as log:
            self.process = subprocess.Popen([world.bin / program, "--http-listen=127.0.0.1:0"], env=world.env, stdout=log, stderr=log)

    def log(self):
        return self.path.read_text(errors="replace")

    def readiness(self):
        port = until(lambda: re.search(r"msg=listening .*port=(\d+)", self.log()), 10, self.log)[1]
        return self.world.http("GET", f"http://127.0.0.1:{port}/readyz")[0]

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class BadCalls(WorldCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company, cls.connection = cls.world.connect("calls")

    def assert_refused(self, wanted, method, path, body=None, says=()):
        status, answer = self.world.api(method, path, body)
        self.assertEqual(wanted, status, answer)
        self.check_error(status, answer, says)

    def check_error(self, status, answer, says):
        self.assertEqual((status, "tributary"), (answer["statusCode"], answer["service"]))
        self.assertTrue(uuid.UUID(answer["correlationId"]))
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, answer["error"])

    # ---- the API ----

    def test_a_body_that_is_no_json_object_is_refused_with_the_place(self):
        self.assert_refused(400, "POST", "/companies", b'{"name": "half', "JSON")
        self.assert_refused(400, "POST", "/companies", b"[]", "the body must be a JSON object")
        self.assert_refused(400, "POST", "/companies", b"", "a JSON object is needed as the body")
        self.assert_refused(400, "POST", "/companies", {"name": 7}, "name: a text of 1 to")
        self.assert_refused(400, "POST", f"/companies/{self.company}/connections", b"{]", "JSON")

    def test_a_body_of_10_megabytes_is_refused_and_the_server_goes_on(self):
        key = self.world.env["TRIBUTARY_API_KEY"]
        body = self.world.folder / "large.json"
        body.write_bytes(b'{"name": "' + b"x" * 10_000_000 + b'"}')
        done = subprocess.run(["curl", "-s", "-u", f"{key}:", "-H", "Expect:", "-w", "\n%{http_code}", "--data-binary", f"@{body}",
                               f"{self.world.env['TRIBUTARY_API']}/companies"], capture_output=True, text=True, check=False, timeout=60)
        text, _, status = done.stdout.rpartition("\n")
        self.assertEqual("413", status, done)
        self.assertIn("1048576", text)
        self.assertEqual(200, self.world.api("GET", "/companies")[0])

    def test_what_is_not_there_is_named(self):
        nobody = str(uuid.uuid4())
        company = f"/companies/{self.company}"
        self.assert_refused(404, "GET", f"/companies/{nobody}", says=nobody)
        self.assert_refused(404, "GET", "/companies/nobody", says="there is no company 'nobody'")
        self.assert_refused(404, "POST", f"/companies/{nobody}/data/queue/commerce-orders", says=f"there is no company '{nobody}'")
        self.assert_refused(404, "POST", f"/companies/{nobody}/connections", {"platformKey": "stripe", "credential": {"apiKey": "sk"}},
                            f"there is no company '{nobody}'")
        self.assert_refused(404, "GET", f"{company}/connections/{nobody}", says=f"the company has no connection '{nobody}'")
        self.assert_refused(404, "POST", f"{company}/data/queue/commerce-orders?connectionId={nobody}", says="no connection")
        self.assert_refused(404, "GET", f"{company}/data/history/{nobody}", says="dataset")
        self.assert_refused(404, "GET", "/nothing", says="there is nothing at this path")
        # A connection of another company is no connection of this one.
        other, _ = self.world.connect("others")
        self.assert_refused(404, "GET", f"/companies/{other}/connections/{self.connection}", says="the company has no connection")

    def test_a_type_that_the_source_or_nobody_has_is_named(self):
        path = f"/companies/{self.company}/data/queue"
        self.assert_refused(404, "POST", f"{path}/invoices", says=("invoices", "not supported", "Stripe"))
        self.assert_refused(404, "POST", f"{path}/unheard-of", says="unheard-of")
        self.assert_refused(400, "POST", f"/companies/{self.company}/connections", {"platformKey": "unheard-of"},
                            ("unheard-of", "known are: stripe"))

    def test_a_call_without_a_good_key_or_with_another_method_is_told_what_to_do(self):
        api = self.world.env["TRIBUTARY_API"]
        for headers, says in (({}, "tributary api-key create"), ({"Authorization": "Basic bm9ib2R5"}, "not known"),
                              ({"Authorization": "Bearer x"}, "tributary api-key create")):
            status, answer = self.world.http("GET", f"{api}/companies", headers=headers)
            self.assertEqual(401, status)
            self.check_error(status, answer, says)
        self.assert_refused(405, "DELETE", "/companies", says="method")
        self.assert_refused(400, "GET", "/companies/%zz", says="malformed escape")
        self.assert_refused(400, "GET", "/companies?page=none", says="page")

    # ---- the command line ----

    def test_the_command_line_says_which_server_is_not_there_and_what_it_was_told(self):
        gone = self.world.run("tributary", "company", "list", check=False, env={"TRIBUTARY_API": "http://127.0.0.1:1"})
        self.assertEqual(69, gone.returncode)  # EX_UNAVAILABLE
        self.assertIn("the API at http://127.0.0.1:1", gone.stderr)
        self.assertIn("is the scheduler running there?", gone.stderr)
        unknown = self.world.run("tributary", "sync", "--company", str(uuid.uuid4()), "--type", "commerce-orders", check=False)
        self.assertEqual(1, unknown.returncode)
        self.assertIn("there is no company", unknown.stderr)
        self.assertEqual(2, self.world.run("tributary", "frobnicate", check=False).returncode)

    # ---- what programs are started against ----

    def assert_will_not_start(self, program, says, env):
        """It ends with EX_CONFIG and says why; one that stays up fails by the timeout of run()."""
        done = self.world.run(program, "--http-listen=127.0.0.1:0", check=False, env=env)
        self.assertEqual(78, done.returncode, done.stderr)
        self.assertIn(says, done.stderr)

    def test_a_program_refuses_a_database_of_another_environment(self):
        for program in SERVED:
            with self.subTest(program):
                self.assert_will_not_start(program, "the database belongs to", {"TRIBUTARY_ENVIRONMENT": "production"})
        done = self.world.run("tributary", "migrate", check=False, env={"TRIBUTARY_ENVIRONMENT": "production"})
        self.assertEqual(78, done.returncode, done.stderr)
        self.assertIn("'test'", done.stderr)

    def test_a_program_says_which_address_it_was_not_given(self):
        for program in SERVED:
            for option in ("postgres", "kafka-brokers"):
                with self.subTest(program, option=option):
                    unset = {"TRIBUTARY_" + option.upper().replace("-", "_"): ""}
                    self.assert_will_not_start(program, f"{option} is not set", unset)

    def test_a_program_refuses_a_database_that_is_none_of_ours(self):
        self.world.sql("create database somebody_elses")
        other = self.world.env["TRIBUTARY_POSTGRES"].rpartition("/")[0] + "/somebody_elses"
        for program in SERVED:
            with self.subTest(program):
                self.assert_will_not_start(program, "run 'tributary migrate' first", {"TRIBUTARY_POSTGRES": other})

    def assert_waits(self, service, programs):
        """Programs started while a service is away say so, are not ready, and become so by themselves when it is back."""
        self.world.local("stack", "stop", service)
        waiting = []
        try:
            waiting = [Waiting(self.world, program) for program in programs]
            for one in waiting:
                until(lambda w=one: f'msg="not reachable, still trying" service={service} address=127.0.0.1:' in w.log(), 30, one.log)
                self.assertEqual(503, one.readiness())
            self.world.local("stack", "start", service)
            for one in waiting:
                until(lambda w=one: w.readiness() == 200, 60, one.log)
                self.assertIsNone(one.process.poll())
        finally:
            self.world.local("stack", "start", service)
            for one in waiting:
                one.stop()

    def test_programs_started_without_postgres_say_so_and_are_ready_when_it_comes(self):
        self.assert_waits("postgres", SERVED)

    def test_programs_started_without_a_broker_say_so_and_are_ready_when_it_comes(self):
        self.assert_waits("kafka", SERVED)

    def test_a_worker_started_without_redis_says_so_and_is_ready_when_it_comes(self):
        self.assert_waits("redis", ["worker-stripe"])


if __name__ == "__main__":
    unittest.main()
