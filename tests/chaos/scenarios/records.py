"""23 and 24: vendors whose JSON has changed since we wrote our tables, records of a newer worker, and records that are too much."""
import check
from harness import topics
from harness.gateway import Gateway, changed, word_of
from harness.scenario import scenario
from world import SOURCE_TYPES, until

SOURCES = ("stripe", "quickbooks", "xero")
NEW = {"since": "tomorrow", "ids": [1, None, True, 2.5, {"deep": []}], "empty": None}
MIB = 1 << 20


# ---- What becomes of JSON ----


def each_object(value, act):
    """`act` on every object in a JSON value, the inner ones first."""
    for inner in list(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()):
        each_object(inner, act)
    if isinstance(value, dict):
        act(value)


def with_unknown_members(answer):
    each_object(answer, lambda found: found.update(x_new=NEW, x_flag=True))


def rows_of(answer):
    return answer.get("data", [answer]) if isinstance(answer, dict) else []


def each_row(change):
    """On each row of Stripe's lists."""
    def act(answer):
        for row in rows_of(answer):
            change(row)
    return changed(act)


def new_word(row):
    row["status"] = "settled_by_quantum_ledger"


def widened(row):
    """Integers that outgrew 32 bits and doubles, whole numbers written as 1.0, an id that became the object itself, one value that
    became several."""
    row["amount"] = 123456789012345678
    row["amount_refunded"] = 0.0
    row["created"] = float(row["created"])
    row["customer"] = {"id": row["customer"], "object": "customer"} if row["customer"] else None


# ---- Helpers of both ----


class Account:
    """One at Stripe, whose answers for some path are changed until restore()."""

    def __init__(self, run, gateway, name, path, data_type):
        self.run, self.gateway, self.name, self.path, self.data_type = run, gateway, name, path, data_type
        run.world.sandbox("POST", f"/stripe/{name}", {"charges": 150})
        self.company, self.connection = run.connect(name)
        self.fault = None

    def spoil(self, act):
        self.fault = self.gateway.spoil(word_of(self.run.world, self.name, "stripe", self.connection), self.path, act=act)
        self.run.fault("spoil", account=self.name)

    def sync(self):
        """A full one of its type: the dataset's status and dead letters."""
        dataset, = self.run.ask(self.name, self.company, self.connection, types=[self.data_type], full=True)
        self.run.ended([dataset])
        status, letters, error = self.run.world.sql(f"select status, dead_letters, error from control.dataset where id = '{dataset}'")[0]
        return status, int(letters), error

    def differences(self):
        return self.run.world.differences(self.name, self.company, self.connection, [self.data_type])

    def restore(self):
        """The vendor is as it was, and the next full sync brings back what the truth says."""
        self.run.must(self.fault.strikes, f"{self.name} was never spoiled")
        self.fault.times = 0
        status, letters, error = self.sync()
        self.run.must((status, letters) == ("Complete", 0), f"{self.name} afterwards: {status}, {letters} dead letters, {error}")


def expect(run, account, found, wanted):
    run.must(found == wanted, f"{account.name}: {found}, not {wanted}")


def differences_of_the_model(run, account, source, company, connection):
    """What supplementalData holds is the vendor's own, kept whole, whatever there is in it: all else is compared."""
    env, found = run.world.env, []
    truth = check.fetch(f"{env['TRIBUTARY_SANDBOX']}/control/{source}/{account}/truth")
    deleted = truth.pop("deleted")
    for data_type in SOURCE_TYPES[source]:
        rows = check.fetch_rows(env["TRIBUTARY_API"], env["TRIBUTARY_API_KEY"], company, connection, data_type)
        for record in (*rows.values(), *truth[data_type].values()):
            record.pop("supplementalData", None)
        result = check.compare_type(data_type, truth[data_type], rows, deleted.get(data_type, ()))
        found += [] if result.fine else [f"{account} {data_type}: {(result.different + result.missing + result.extra)[0]}"]
    return found


def values(account, column):
    """The column's different values among an account's payments by charge."""
    return {row[0] for row in account.run.world.sql(
        f"select distinct {column} from commerce.payments where connection_id = '{account.connection}' and id like 'charge:%' and not is_deleted")}


# ---- 23 ----


@scenario("23", "unknown members in every object of every answer of three vendors; a new word, wider numbers, an id that became an object",
          seconds=180, sources=SOURCES)
def schema_of_vendors(run):
    gateway = Gateway(run)
    for source in SOURCES:
        run.start(f"worker-{source}", env=gateway.env)
    run.start("sink")
    words = Account(run, gateway, "words", "/v1/charges", "commerce-payments")
    wide = Account(run, gateway, "wide", "/v1/charges", "commerce-payments")
    words.spoil(each_row(new_word))
    wide.spoil(each_row(widened))
    asked, unknown, members = [], [], []
    for source in SOURCES:
        name = f"members{source}"
        company, connection = run.connect(name, source)
        members.append((name, source, company, connection))
        unknown.append(gateway.spoil(word_of(run.world, name, source, connection), act=changed(with_unknown_members)))
        run.fault("unknown members", account=name)
        asked += run.ask(name, company, connection, source)
    expect(run, words, words.sync()[:2], ("Complete", 0))
    expect(run, words, values(words, "status"), {"Unknown"})
    expect(run, wide, wide.sync()[:2], ("Complete", 0))
    run.ended(asked)
    for fault, who in zip(unknown, members):
        run.must(fault.strikes, f"no answer had unknown members: {who[0]}")
        found = differences_of_the_model(run, *who)
        run.must(not found, f"unknown members changed what we know: {found[:3]}")
        fault.times = 0
    words.restore()
    wide.restore()
    for name, source, company, connection in members:
        run.ended(run.ask(name, company, connection, source, full=True))


@scenario("23", "a record of a newer worker: a member and a status that today's sink does not know", seconds=90)
def schema_of_records(run):
    run.start("worker-stripe")
    run.start("sink")
    company, connection = run.connect("newer")
    dataset, = run.ask("newer", company, connection, types=["commerce-payments"])
    run.ended([dataset])
    topic, table = "records.commerce.payments", "commerce.payments"
    key, victim = run.world.sql(f"select connection_id || '/commerce-payments/' || id, id from {table} where status = 'Paid' limit 1")[0]
    place, headers, value = record(run.world, topic, key)
    # Of the last slice: what earlier ones brought is below the floor by now.
    generation, source_version, _ = headers["version"].split(".")
    floor = run.world.value("select floor_epoch from control.stream where data_type = 'commerce-payments'")
    headers["version"] = f"{generation}.{source_version}.{floor}"
    # proto/tributary/commerce/v1/payment.proto: status is 8, and nothing is 4000 yet. Of a member that comes twice the last one counts.
    newer = value + bytes([8 << 3, 77]) + b"\x82\xfa\x01\x05later"
    # Nothing else would show that the sink took the message whole.
    run.world.sql(f"delete from {table} where id = '{victim}'")
    # Both by the scenario's own hand: the row, and a record of a dataset that had ended.
    run.allow(f"I2 {table} {victim} vanished", f"I4 {dataset} was Complete")
    run.world.produce(topic, key, newer, headers, place)
    run.fault("newer record", key=key)
    stored = until(lambda: run.world.value(f"select status from {table} where id = '{victim}'"), 30, f"{victim} is stored")
    run.must(stored == "Unknown", f"an unknown status was stored as '{stored}'")
    run.ended(run.ask("newer", company, connection, types=["commerce-payments"], full=True))


def record(world, topic, key):
    """The last record of a key: its partition, headers and value."""
    lines = topics.said(world, *topics.READ, "-t", topic, "-f", "%k %p %o %h\n").decode().splitlines()
    _, partition, offset, headers = [line for line in lines if line.startswith(f"{key} ")][-1].split(" ", 3)
    value = topics.said(world, "-C", "-q", "-t", topic, "-p", partition, "-o", offset, "-c", "1", "-f", "%s")
    return int(partition), dict(header.split("=", 1) for header in headers.split(",")), value


# ---- 24 ----


def too_large(row):
    row["description"] = "x" * (10 * MIB)


def long_key(row):
    row["id"] = row["id"] + "k" * 1024


def nul_and_bad_text(row):
    row["name"] = "before\0after\ud83d"  # a NUL, and half of the pair that would be an emoji
    row["description"] = "\udc00"


def one(change, at=3):
    """Of a page the row at this place."""
    def act(answer):
        for row in rows_of(answer)[at:at + 1]:
            change(row)
    return changed(act)


@scenario("24", "a record of 10 MB, a key of 1 KB, NUL and half a surrogate in texts: each in every page", seconds=180)
def records_too_much(run):
    gateway = Gateway(run)
    for instance in (1, 2):
        run.start("worker-stripe", instance, env=gateway.env)
        run.start("sink", instance)
    letters = 0
    for name, change in (("large", too_large), ("longkey", long_key), ("nul", nul_and_bad_text)):
        account = Account(run, gateway, name, "/v1/customers", "commerce-customers")
        account.spoil(one(change))
        status, dead, error = account.sync()
        run.must(status == "Complete", f"{name}: {status}: {error}")
        run.must((dead > 0) == (name != "nul"), f"{name}: {dead} dead letters, {error}")
        run.figure(f"dead letters of {name}", dead)
        letters += dead
        # What was spoiled, and nothing else, is not as the truth has it.
        kind = "different" if name == "nul" else "missing"
        pages = len(account.fault.strikes)
        found = account.differences()
        run.must(len(found) == 1 and f": {kind} " in found[0] and int(found[0].split(f"{kind} ")[1].split(",")[0]) <= pages,
                 f"{name}, {pages} pages: {found}")
        account.restore()
    run.history.expect_letters(letters)
