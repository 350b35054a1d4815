"""18: what vendors do instead of answering. Many accounts at once, each with a fault of its own: a dataset ends as its fault's nature
says, Complete wherever a second attempt heals it, and nobody suffers for another's vendor."""
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

from harness.gateway import Gateway, drip, hang_in_body, redirect_to_itself, status, word_of
from harness.proxy import Proxy
from harness.scenario import scenario
from tls import Tls
from world import STRIPE_TYPES

HARNESS = Path(__file__).resolve().parents[1] / "harness"
IMPATIENT = ("--http-timeout=5s", "--retry-first=2s")
LATER = 20  # seconds of Retry-After: longer than a slice waits
BOOKS_TYPES = ["company", "chartOfAccounts", "customers", "items", "invoices", "payments", "bills"]
TYPES = {"stripe": STRIPE_TYPES, "quickbooks": BOOKS_TYPES, "xero": BOOKS_TYPES}
SOURCES = tuple(TYPES)
BOOKS = ("quickbooks", "xero")


@dataclass(frozen=True)
class Account:
    name: str
    source: str
    word: str  # stands in the head of each request for it
    company: str
    connection: str


@dataclass(frozen=True)
class Case:
    """An account whose vendor misbehaves."""
    name: str
    inflict: Callable         # (run, gateway, account): a function that says how often it struck
    ends: tuple = ()          # how datasets may end beside Complete, and one of them must
    sources: tuple = SOURCES


# ---- How ----


def by_sandbox(**fault):
    def inflict(run, gateway, account):
        run.world.sandbox("POST", f"/{account.source}/{account.name}/faults", fault)
        return lambda: sum(f["strikes"] for f in run.world.sandbox("GET", f"/{account.source}/{account.name}/faults"))
    return inflict


def by_gateway(act, times, after=2):
    def inflict(run, gateway, account):
        fault = gateway.spoil(account.word, act=act, times=times, after=after)
        return lambda: len(fault.strikes)
    return inflict


def by_vendor(path, body):
    """In mid-run, between two answers."""
    def inflict(run, gateway, account):
        grant = None if account.source == "stripe" else grant_of(run, account)["grant"]

        def act(exchange, answer):
            run.world.sandbox("POST", path.format(source=account.source, grant=grant), body(account, grant))
            return answer
        return by_gateway(act, 1)(run, gateway, account)
    return inflict


def grant_of(run, account):
    return next(grant for grant in run.world.sandbox("GET", f"/{account.source}/grants")
                if grant["alive"] and account.word in [tenant["id"] for tenant in grant["tenants"]])


CASES = (
    Case("fine", lambda run, gateway, account: lambda: 1),
    Case("later", by_gateway(status(429, {"Retry-After": LATER}), 1)),
    Case("toomany", by_sandbox(kind="rate_limit", times=12, after=2), sources=("stripe",)),
    Case("toomuch", by_sandbox(kind="rate_limit", times=1, after=2), sources=BOOKS),  # it costs the minute that their limits count by
    Case("burst", by_sandbox(kind="status", status=500, times=12, after=2)),
    Case("hangs", by_gateway(hang_in_body, 2)),
    Case("halves", by_sandbox(kind="truncate", times=4, after=2)),
    Case("cuts", by_sandbox(kind="cut", times=4, after=2)),
    Case("drips", by_gateway(drip(50, 1), 2)),
    Case("slow", by_gateway(drip(4000, 0.05), -1)),
    Case("circles", by_gateway(redirect_to_itself, 1), ends=("InternalError", "FetchError")),
    Case("repeats", by_sandbox(kind="repeat_cursor", path="/v1/charges", times=3), sources=("stripe",)),
    Case("empties", by_sandbox(kind="empty_more", path="/v1/charges", times=3), sources=("stripe",)),
    Case("refused", by_gateway(status(401), 1), ends=("AuthError",), sources=("stripe",)),  # a key that is refused is refused
    Case("expires", by_vendor("/{source}/tokens", lambda account, grant: {"expire": str(grant)}), sources=BOOKS),
    Case("refusedonce", by_gateway(status(401), 1), sources=BOOKS),
    Case("revoked", by_vendor("/keys", lambda account, grant: {"revoke": f"sk_live_sandbox_{account.name}"}),
         ends=("AuthError",), sources=("stripe",)),
    Case("withdrawn", by_vendor("/{source}/grants/{grant}/revoke", lambda account, grant: {}), ends=("AuthError",), sources=BOOKS),
)


def open_account(run, kind, source):
    name = f"{kind}{source}"
    run.world.sandbox("POST", f"/{source}/{name}", {"charges": 120})
    company, connection = run.connect(name, source)
    return Account(name, source, word_of(run.world, name, source, connection), company, connection)


def authorize_again(run, account):
    """The owner consents once more."""
    body = ({"apiKey": f"rk_live_sandbox_{account.name}"} if account.source == "stripe"
            else run.world.consent(account.name, account.source)["credential"])
    code, answer = run.world.api("PUT", f"/companies/{account.company}/connections/{account.connection}/authorization", body)
    assert code == 200, answer


def ask(run, account):
    return run.ask(account.name, account.company, account.connection, account.source, TYPES[account.source])


@scenario("18", "429, 500, half bodies, drips, redirects, bad pages, refused and revoked tokens: an account of each source for each",
          seconds=300, sources=SOURCES)
def vendor_answers(run):
    gateway = Gateway(run)
    for source in SOURCES:
        for instance in (1, 2):
            run.start(f"worker-{source}", instance, *IMPATIENT, env=gateway.env)
    run.start("sink")
    opened = [(case, open_account(run, case.name, source)) for case in CASES for source in case.sources]
    struck, asked = {}, {}
    for case, account in opened:
        struck[account.name] = case.inflict(run, gateway, account)
        run.fault(case.name, account=account.name)
    for case, account in opened:
        asked[account.name] = ask(run, account)
    for case, account in opened:
        ended = run.ended(asked[account.name], 240)
        run.must(struck[account.name](), f"{case.name} never struck {account.name}")
        for dataset in ended if case.ends else ():
            run.history.expect(dataset, "Complete", *case.ends)
        run.must(not case.ends or set(ended.values()) & set(case.ends), f"{account.name}: {case.name} did not end a dataset as {case.ends}")
    waits(run, gateway, [account for case, account in opened if case.name == "later"])
    mended(run, [account for case, account in opened if case.ends])


def waits(run, gateway, accounts):
    """Nobody asks before the time that the vendor named; what was on its way when it spoke may arrive."""
    for account in accounts:
        struck = next(fault for fault in gateway.faults if account.word in fault.words).strikes[0]
        after = [at - struck for at in gateway.requests_with(account.word) if at > struck + 1]
        run.must(after and min(after) > LATER - 1, f"{account.name} was asked {min(after, default=0):.1f} s after a Retry-After of {LATER}")
        run.figure(f"asked again s {account.source}", min(after, default=0))


def mended(run, accounts):
    """What ended is asked for again, by people who have dealt with the reason: now everything arrives."""
    for account in accounts:
        authorize_again(run, account)
    asked = [dataset for account in accounts for dataset in ask(run, account)]
    states = run.ended(asked)
    run.must(set(states.values()) == {"Complete"}, f"after new consent: {run.world.explain(asked)[:3]}")


# ---- Connections ----


@scenario("18", "a vendor behind TLS whose connections are reset for half a minute, refused for five seconds, silent for ten", seconds=180)
def vendor_tls_resets(run):
    tls = Tls(run.world.folder, "127.0.0.1", urlsplit(run.world.env["TRIBUTARY_SANDBOX"]).port)
    proxy = Proxy(run, "sandbox", urlsplit(tls.url).port)
    env = {name: value.replace("http:", "https:") for name, value in proxy.env.items()}
    run.start("worker-stripe", 1, *IMPATIENT, env={**env, "SSL_CERT_FILE": str(tls.certificate)})
    run.start("sink")
    asked, cut, until_then = [], 0, time.monotonic() + 30
    for i in range(6):
        run.world.sandbox("POST", f"/stripe/resets{i}", {"charges": 400})
        asked += run.ask(f"resets{i}", *run.connect(f"resets{i}"))
    while time.monotonic() < until_then:
        time.sleep(run.random.uniform(0.2, 1.5))  # the schedule, not a condition
        cut += proxy.cut()
        run.fault("reset")
    for what, seconds in (("refuse", 5), ("stall", 10)):
        getattr(proxy, what)()
        proxy.cut()
        run.fault(what)
        time.sleep(seconds)
        proxy.heal()
    run.ended(asked)
    run.figure("connections reset", cut)
    run.must(cut > 10, f"only {cut} connections were there to be reset")


# ---- Clocks ----


def clock_of(run, seconds):
    """For a program whose clock is so much ahead of everybody else's."""
    library = run.world.folder / "skew.so"
    if not library.exists():
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, HARNESS / "skew.c"], check=True)
    return {"LD_PRELOAD": str(library), "SKEW_SECONDS": str(seconds)}


@scenario("18", "clocks ten minutes apart: the vendors' ahead and behind, a worker's ahead, another's and a sink's behind", seconds=240,
          sources=SOURCES)
def clocks_apart(run):
    ahead, behind = clock_of(run, 600), clock_of(run, -600)
    for source in SOURCES:
        run.start(f"worker-{source}", 1, env=ahead)
        run.start(f"worker-{source}", 2, env=behind)
    run.start("sink", 1, env=behind)
    run.start("sink", 2, env=ahead)
    for seconds in (600, -600):
        run.world.sandbox("POST", "/clock", {"offset_seconds": seconds})
        run.history.note("clock", ahead=seconds)
        run.fault("the vendors' clock", ahead=seconds)
        everybody = [open_account(run, "ahead" if seconds > 0 else "behind", source) for source in SOURCES]
        run.ended([dataset for account in everybody for dataset in ask(run, account)])
        for _ in range(2):
            for account in everybody:
                run.world.sandbox("POST", f"/{account.source}/{account.name}/change", {"count": 5})
                run.history.note("changed", account=account.name, source=account.source)
            run.ended([dataset for account in everybody for dataset in ask(run, account)])
        # The next accounts live by the other clock; these were read to their end by this one.
        run.must(not [found for account in everybody for found in run.world.differences(
            account.name, account.company, account.connection, TYPES[account.source], account.source)], f"rows differ at {seconds} s")
