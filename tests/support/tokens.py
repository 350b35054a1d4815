"""Tokens: connections whose vendor rotates tokens, token-callers that use them, and what the sandbox's gate has counted."""
import subprocess
from dataclasses import dataclass

FAULTS = ["token_before_request", "token_after_answer", "token_after_commit", "token_before_cache"]
TENANTS = {"quickbooks": "realmId", "xero": "tenantId"}  # the setting that names the organisation
VENDORS = list(TENANTS)


@dataclass(frozen=True)
class Client:
    vendor: str
    company: str
    connection: str
    grant: int
    line: str  # what a token-caller is told


def know(world, vendor):
    """The source's row, as far as its worker would write it; a worker that starts writes all of it."""
    world.sql("insert into control.source (name, oauth) values "
              f"('{vendor}', '{{\"tenantSetting\": \"{TENANTS[vendor]}\"}}') on conflict do nothing")


def link(world, vendor, name):
    """A company whose consent was given out of band and whose refresh token was handed over by the API."""
    grant = world.sandbox("POST", f"/{vendor}/grants", {"account": f"{name}__small"})
    status, company = world.api("POST", "/companies", {"name": name.replace("_", " ")})
    assert status == 200, company
    place = grant["tenants"][0]["id"]
    status, connection = world.api("POST", f"/companies/{company['id']}/connections", {
        "platformKey": vendor, "credential": {"refreshToken": grant["refresh_token"]}, "settings": {TENANTS[vendor]: place}})
    assert status == 200, connection
    url = world.env["TRIBUTARY_SANDBOX"] + {
        "quickbooks": f"/quickbooks/v3/company/{place}/companyinfo/{place}",
        "xero": "/xero/api.xro/2.0/Organisation"}[vendor]
    return Client(vendor, company["id"], connection["id"], grant["grant"], f"{company['id']} {connection['id']} {url} {place}")


class Caller:
    """A token-caller. Leaving the `with` block ends it."""

    def __init__(self, world, vendor, clients, env=None, log="token-caller"):
        url = f"{world.env['TRIBUTARY_SANDBOX']}/{vendor}/oauth/token"
        with open(world.folder / "log" / f"{log}.log", "a", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                [world.bin.parent / "tests" / "token-caller", f"--source={vendor}", f"--token-url={url}"], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, env={**world.env, **(env or {})})
        self.say(*(client.line for client in clients))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        code = self.process.wait(60)
        self.process.stdout.close()
        assert code in (0, -9), f"a token-caller ended with {code}"

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()

    def heard(self):
        """(ok, retried, failed, first failure) of a round; None when it died in it."""
        words = self.process.stdout.readline().rstrip("\n").split(" ", 3)
        return (int(words[0]), int(words[1]), int(words[2]), words[3]) if len(words) == 4 else None

    def round(self):
        self.say("round")
        return self.heard()


def counted(world, vendor):
    return world.sandbox("GET", f"/{vendor}/counters")


def grants(world, vendor):
    return {grant["grant"]: grant for grant in world.sandbox("GET", f"/{vendor}/grants")}


def statuses(world, clients):
    ids = ",".join(f"'{client.connection}'" for client in clients)
    return {row[0]: (row[1], row[2]) for row in world.sql(f"select id, status, reason from control.connection where id in ({ids})")}


def redis(world, *words):
    return subprocess.run(["redis-cli", "-u", world.env["TRIBUTARY_REDIS"], *words], check=True, capture_output=True, text=True).stdout


def flush(world):
    redis(world, "flushall")


def kill_at(world, clients, fault, log="killed"):
    """One process for each client, killed with -9 at the fault point of its first refresh; how many died."""
    died = 0
    for some in (clients[i:i + 8] for i in range(0, len(clients), 8)):
        callers = [Caller(world, client.vendor, [client], {"TRIBUTARY_FAULT": fault}, log) for client in some]
        for caller in callers:
            caller.say("round")
        for caller in callers:
            caller.heard()
            died += caller.process.wait(60) == -9
            caller.__exit__()
    return died
