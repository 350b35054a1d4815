"""World: a real stack of its own in a temporary folder, the programs on it, and what a test asks of them.

Kafka, Postgres and Redis are real and start on free ports (infra/local/stack); programs come from build/bin or
$TRIBUTARY_BIN. Nothing of the user's own stack or environment is read. Leaving the `with` block stops everything.
"""
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CLONE / "infra" / "sandbox"))
import check  # noqa: E402

STRIPE_TYPES = [
    "commerce-companyInfo", "commerce-customers", "commerce-products", "commerce-orders", "commerce-payments",
    "commerce-transactions", "commerce-disputes", "commerce-locations", "commerce-taxComponents", "commerce-paymentMethods",
]
BOOKS_TYPES = [
    "company", "chartOfAccounts", "bankAccounts", "customers", "suppliers", "items", "taxRates", "trackingCategories", "invoices",
    "creditNotes", "payments", "bills", "billCreditNotes", "billPayments", "purchaseOrders", "journalEntries", "directCosts",
    "directIncomes", "transfers", "balanceSheet", "profitAndLoss",
]
QUICKBOOKS_TYPES = [*BOOKS_TYPES, "paymentMethods"]
XERO_TYPES = BOOKS_TYPES
SOURCE_TYPES = {"stripe": STRIPE_TYPES, "quickbooks": QUICKBOOKS_TYPES, "xero": XERO_TYPES}
# How a connection's settings name the organisation.
TENANT_SETTINGS = {"quickbooks": "realmId", "xero": "tenantId"}
# Debian's psql is a Perl script that looks for the real one; what is asked many times a second asks that at once.
PSQL = next((str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"), reverse=True)), "psql")
ENDED = {
    "Complete", "Cancelled", "AuthError", "PermissionsError", "NotSupported", "RateLimitError", "FetchError", "MapError",
    "InternalError",
}


def until(condition, seconds, what):
    """Polls `condition` until it is true; the value. A condition, never a sleep, decides."""
    deadline, pause = time.monotonic() + seconds, 0.02
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(pause)
        pause = min(pause * 1.2, 0.2)


def end_like_interrupted(*_):
    """A test that is told to go cleans up, also one that a shell started in the background, where SIGINT is ignored."""
    raise KeyboardInterrupt


signal.signal(signal.SIGINT, end_like_interrupted)
signal.signal(signal.SIGTERM, end_like_interrupted)


class World:
    def __init__(self, bin_folder=None, keep=None):
        self.bin = Path(bin_folder or os.environ.get("TRIBUTARY_BIN") or CLONE / "build" / "bin")
        self.folder = Path(keep or tempfile.mkdtemp(prefix="tributary-test-"))
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("TRIBUTARY_") or k == "TRIBUTARY_LOCAL"}
        self.env.update(TRIBUTARY_STACK=str(self.folder), TRIBUTARY_BIN=str(self.bin), TRIBUTARY_ENVIRONMENT="test")
        self.failed = False

    def __enter__(self):
        try:
            self.local("stack", "start")
            self.read_env()
            self.run("tributary", "migrate", "--topic-partitions-jobs", "12", "--topic-partitions-records", "6")
            self.env["TRIBUTARY_API_KEY"] = self.run("tributary", "api-key", "create", "--name", "test").stdout.strip()
            self.env["TRIBUTARY_SANDBOX"] = self.start("sandbox")
            for source in SOURCE_TYPES:
                self.play(source)
            self.env["TRIBUTARY_API"] = self.start("scheduler")
        except BaseException:
            self.failed = True
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *_):
        subprocess.run([CLONE / "infra/local/down"], env=self.env, capture_output=True, check=False)
        if kind or self.failed:
            print(f"logs of the failed run: {self.folder}", file=sys.stderr)
        else:
            subprocess.run([CLONE / "infra/local/stack", "reset"], env=self.env, capture_output=True, check=False)
            shutil.rmtree(self.folder, ignore_errors=True)

    def play(self, source):
        """The sandbox is this source's vendor, and knows our app there."""
        url, prefix = f"{self.env['TRIBUTARY_SANDBOX']}/{source}", f"TRIBUTARY_{source.upper()}"
        self.env[f"{prefix}_URL"] = url
        if source in TENANT_SETTINGS:
            self.env.update({
                f"{prefix}_AUTHORIZE_URL": f"{url}/oauth/authorize", f"{prefix}_TOKEN_URL": f"{url}/oauth/token",
                f"{prefix}_CLIENT_ID": "sandbox-app", f"{prefix}_CLIENT_SECRET": "sandbox-secret"})

    # ---- programs ----

    def local(self, script, *arguments, check=True, env=None):
        done = subprocess.run([CLONE / "infra/local" / script, *map(str, arguments)], env={**self.env, **(env or {})},
                              capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise AssertionError(f"{script} {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}")
        return done.stdout.strip()

    def read_env(self):
        for line in self.local("stack", "env").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self.env[name] = value.strip("'")

    def run(self, program, *arguments, check=True, stdin=None, env=None):
        done = subprocess.run([self.bin / program, *map(str, arguments)], env={**self.env, **(env or {})}, input=stdin,
                              capture_output=True, text=True, check=False, timeout=300)
        if check and done.returncode:
            raise AssertionError(f"{program} {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}")
        return done

    def start(self, name, instance=1, *options, env=None):
        self.local("program", "start", name, instance, *options, env=env)
        return self.local("program", "url", name, instance)

    def stop(self, name, instance=1):
        self.local("program", "stop", name, instance)

    def kill(self, name, instance=1):
        self.local("program", "kill", name, instance)

    def log(self, name, instance=1):
        return (self.folder / "log" / f"{name}-{instance}.log").read_text(errors="replace")

    # ---- what they say ----

    def http(self, method, url, body=None, headers=None):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            return status, json.loads(text, parse_float=Decimal) if text else None
        except ValueError:
            return status, text.decode(errors="replace")

    def api(self, method, path, body=None):
        key = base64.b64encode(self.env["TRIBUTARY_API_KEY"].encode()).decode()
        return self.http(method, self.env["TRIBUTARY_API"] + path, body, {"Authorization": f"Basic {key}"})

    def sandbox(self, method, path, body=None):
        status, answer = self.http(method, self.env["TRIBUTARY_SANDBOX"] + "/control" + path, body)
        assert status < 300, f"{method} /control{path}: {status} {answer}"
        return answer

    def sql(self, query):
        """Rows of texts; NULL is ''."""
        uri = urllib.parse.urlsplit(self.env["TRIBUTARY_POSTGRES"])
        env = {**self.env, "PGHOST": uri.hostname, "PGPORT": str(uri.port), "PGUSER": uri.username or "",
               "PGPASSWORD": urllib.parse.unquote(uri.password or ""), "PGDATABASE": uri.path.lstrip("/")}
        done = subprocess.run([PSQL, "-XqAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-c", query], env=env,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{query}: {done.stderr}"
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def value(self, query):
        rows = self.sql(query)
        return rows[0][0] if rows else None

    def produce(self, topic, key, value, headers=None, partition=None):
        """One message by kcat, so that it is not our own producer that is tested."""
        command = ["kcat", "-P", "-b", self.env["TRIBUTARY_KAFKA_BROKERS"], "-t", topic, "-k", key]
        for name, text in (headers or {}).items():
            command += ["-H", f"{name}={text}"]
        if partition is not None:
            command += ["-p", str(partition)]
        with tempfile.NamedTemporaryFile() as file:
            file.write(value)
            file.flush()
            subprocess.run([*command, file.name], check=True, capture_output=True)

    # ---- the product's own words ----

    def connect(self, account, key=None, source="stripe"):
        """A company with one connection to the sandbox's business `account`: (company id, connection id). Words behind the name,
        as in acme__large, are its size."""
        status, company = self.api("POST", "/companies", {"name": account.replace("_", " ")})
        assert status == 200, company
        body = {"platformKey": source}
        if source in TENANT_SETTINGS:
            body.update(self.consent(account, source))
        else:
            body["credential"] = {"apiKey": key or f"sk_live_sandbox_{account}"}
        status, connection = self.api("POST", f"/companies/{company['id']}/connections", body)
        assert status == 200, connection
        return company["id"], connection["id"]

    def consent(self, account, source):
        """What a consent without a browser gives: credential and settings of a connection."""
        name, *words = account.split("__")
        size = {}
        for word in words:
            counted = word.rstrip("0123456789")
            size.update({"size": word} if counted == word else {counted: int(word[len(counted):])})
        self.sandbox("POST", f"/{source}/{name}", size)
        grant = self.sandbox("POST", f"/{source}/grants", {"account": name})
        return {"credential": {"refreshToken": grant["refresh_token"]},
                "settings": {TENANT_SETTINGS[source]: grant["tenants"][0]["id"]}}

    def queue(self, company, data_type, full=False):
        status, dataset = self.api("POST", f"/companies/{company}/data/queue/{data_type}" + ("?full=true" if full else ""))
        assert status == 200, dataset
        return dataset["id"]

    def datasets(self, ids):
        names = ",".join(f"'{i}'" for i in ids)
        return {row[0]: row[1] for row in self.sql(f"select id, status from control.dataset where id in ({names})")}

    def wait(self, ids, seconds=90):
        """Until every dataset has ended: {id: status}."""
        until(lambda: set(self.datasets(ids).values()) <= ENDED, seconds, lambda: self.explain(ids))
        return self.datasets(ids)

    def sync(self, company, types=None, full=False, seconds=90, source="stripe"):
        """Queues each type and waits: {type: status}."""
        queued = {t: self.queue(company, t, full) for t in types or SOURCE_TYPES[source]}
        states = self.wait(queued.values(), seconds)
        return {t: states[i] for t, i in queued.items()}

    def differences(self, account, company, connection, types=None, source="stripe"):
        """Every row against the sandbox's ground truth: what differs, as texts."""
        results = check.compare(company, connection, account.split("__")[0], types or SOURCE_TYPES[source],
                                self.env["TRIBUTARY_API"], self.env["TRIBUTARY_SANDBOX"], self.env["TRIBUTARY_API_KEY"], source)
        return [f"{account} {r.data_type}: {what} {len(found)}, first {found[0]}" for r in results
                for what, found in (("different", r.different), ("missing", r.missing), ("extra", r.extra)) if found]

    def explain(self, ids):
        names = ",".join(f"'{i}'" for i in ids)
        return self.sql("select data_type, status, kind, slice_no, owner, attempt, failures, retry_at, end_offset, error "
                        f"from control.dataset where id in ({names}) and status not in ('Complete')")


class WorldCase(unittest.TestCase):
    """One world for all tests of a class, with a worker of each source and a sink in it. When a test fails its logs stay."""

    sources = ("stripe",)
    worker_options = ()
    worker_env = None

    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        for source in cls.sources:
            cls.world.start(f"worker-{source}", 1, *cls.worker_options, env=cls.worker_env)
        cls.world.start("sink")

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        self.world.failed |= len(result.failures) + len(result.errors) > before
        return result
