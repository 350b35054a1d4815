"""Facts: all that a run left behind, small enough to keep and to judge: what was asked, what Postgres holds and how it came there,
what the topics hold, what the programs said, and what the sandbox counted. checker.py judges; nothing is judged here."""
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime

from harness import topics
from secrets_hunt import Hunt, in_logs
from world import SOURCE_TYPES

KEPT = 20  # examples of each kind of evidence
# Which slices stand: their epoch moved the row. What others wrote (killed, frozen, taken over) may land or not.
STANDING = """standing as (
    select dataset, epoch from chaos.step where slice = slice_before + 1 and kind_before in ('fetch', 'sweep') and epoch = epoch_before)"""
EVIDENCE = {
    # What a Complete dataset's standing slices brought: the row is there, and not older.
    "lost": f"""with {STANDING}
        select r.topic, r.partition, r.at, r.id, r.generation, r.source_version, r.epoch, t.epoch as row_epoch,
               t.source_version as row_version, count(*) over () as n
        from chaos.record r join standing s on s.dataset = r.dataset and s.epoch = r.epoch
        join control.dataset d on d.id = r.dataset and d.status = 'Complete'
        left join chaos.row t on (t.topic, t.connection, t.id) = (r.topic, r.connection, r.id)
        where (t.id is null or (t.generation, t.source_version) < (r.generation, r.source_version))
        and not exists (select from chaos.letter l where l.key = concat_ws('/', r.connection, d.data_type, r.id))""",
    # A row's version was brought by a record of that very version.
    "strays": """select t.topic, t.id, t.generation, t.source_version, t.epoch, count(*) over () as n from chaos.row t
        where not exists (select from chaos.record r where (r.topic, r.connection, r.id, r.generation, r.source_version, r.epoch)
                          = (t.topic, t.connection, t.id, t.generation, t.source_version, t.epoch))""",
    # One epoch, one claim of one dataset; a record's epoch was drawn by a claim of the dataset that it names.
    "foreign_epochs": """select r.epoch, r.dataset, count(*) over () as n from (select distinct epoch, dataset from chaos.record) r
        where not exists (select from chaos.step s where s.epoch = r.epoch and s.dataset = r.dataset and s.epoch > s.epoch_before)""",
    # What a dataset's standing slices wrote lies below what the sink had stored when it was called Complete.
    "late": f"""with {STANDING}, done as (
        select s.dataset, s.next, s.at from chaos.step s where s.status = 'Complete' and s.status_before <> 'Complete')
        select r.dataset, r.topic, max(r.at) as last, d.next, count(*) over () as n from chaos.record r
        join standing s on s.dataset = r.dataset and s.epoch = r.epoch join done d on d.dataset = r.dataset
        group by r.dataset, r.topic, d.next having max(r.at) >= d.next""",
}
LINE = re.compile(r'^ts=(\S+) .*?dataset=(\S+) slice=(\d+) epoch=(\d+) .*?msg="(page emitted|slice ended)"')


@dataclass
class Facts:
    asks: list = field(default_factory=list)         # of the history: what was asked and taken
    expected: dict = field(default_factory=dict)     # {dataset: statuses that it must end in}; all others Complete
    letters_expected: int = 0
    clock_ahead: float = 0                           # seconds that the vendor's clock was ahead of ours at most
    datasets: list = field(default_factory=list)     # control.dataset
    steps: list = field(default_factory=list)        # chaos.step, .mark, .move, .wrong: watch.sql
    marks: list = field(default_factory=list)
    moves: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    offsets: dict = field(default_factory=dict)      # {"topic/partition": next}, control.sink_offset
    ends: dict = field(default_factory=dict)         # {"topic/partition": end} of the topics of records
    counts: dict = field(default_factory=dict)       # {"topic/partition": [records read, first offset]}
    odd: list = field(default_factory=list)          # where records lie that have no key or header of ours
    letters: list = field(default_factory=list)      # (topic, key, bytes)
    lags: list = field(default_factory=list)         # twice {what: lag}, some seconds apart
    differences: list = field(default_factory=list)  # texts
    compared: int = 0                                # how many (connection, type) were
    evidence: dict = field(default_factory=dict)     # of EVIDENCE: rows that should not be there
    over_limit: dict = field(default_factory=dict)   # {whose: requests}, of the sandbox
    pages_after: dict = field(default_factory=dict)  # {cancelled dataset: pages emitted afterwards}
    ends_said: list = field(default_factory=list)    # (program, dataset, slice, epoch): who said that it ended a slice
    samples: dict = field(default_factory=dict)      # sampler.py
    sanitized: bool = False                          # memory is the sanitizer's then
    secrets: dict = field(default_factory=dict)      # {where: which}
    n_records: int = 0

    def save(self, folder):
        (folder / "facts.json").write_text(json.dumps(asdict(self), default=str, indent=0))


# All against all, once: the planner takes a few thousand steps for one and would look for each record in each of forty tables.
PLAN = "set enable_nestloop = off; set work_mem = '128MB'; "


def rows(world, query):
    return json.loads("".join(line for (line,) in world.sql(f"{PLAN}select coalesce(json_agg(x), '[]') from ({query}) x")))


def at(text):
    """Of JSON and of log lines alike, in seconds."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def gather(history):
    """Two looks at the lags frame everything else, so that they are as far apart as that takes."""
    world, facts = history.world, Facts()
    facts.asks, facts.expected, facts.letters_expected = history.asks, history.expected, history.letters
    facts.clock_ahead = history.clock_ahead
    first, since = lags(world), history.clock()
    ends = topics.offsets(world, -1)
    of_topics(world, facts, ends)
    of_postgres(world, facts)
    of_programs(history, facts)
    of_the_sandbox(history, facts)
    of_secrets(history, facts, ends)
    facts.samples = history.sampler.samples
    facts.sanitized = any(mark in (world.bin / "sink").read_bytes() for mark in (b"__asan_init", b"__tsan_init"))
    history.wait_since(since)
    facts.lags = [first, lags(world)]
    facts.save(world.folder)
    return facts


def lags(world):
    """{what: how far behind}: jobs that no worker has finished, records that no sink has stored."""
    ends = topics.offsets(world, -1)
    behind = topics.job_lags(world, ends)
    begins = topics.offsets(world, -2)
    next_of = {(r[0], int(r[1])): int(r[2]) for r in world.sql("select topic, partition, next from control.sink_offset")}
    for (topic, partition), end in ends.items():
        if topic.startswith("records.") and topic != "records.dlq":
            lag = end - next_of.get((topic, partition), begins[topic, partition])
            if lag:
                behind[f"{topic}/{partition}"] = lag
    return behind


def of_topics(world, facts, ends):
    facts.letters = topics.letters(world, ends)
    keys = sorted({key for topic, key, _ in facts.letters if topic == "records.dlq"})
    world.sql("truncate chaos.record, chaos.letter")
    if keys:
        quoted = ",".join("('" + key.replace("'", "''") + "')" for key in keys)
        world.sql(f"insert into chaos.letter values {quoted} on conflict do nothing")
    facts.counts, facts.odd = topics.load_records(world, ends)
    facts.n_records = sum(n for n, _ in facts.counts.values())
    facts.ends = {f"{t}/{p}": end for (t, p), end in ends.items() if t.startswith("records.") and t != "records.dlq"}


def of_postgres(world, facts):
    facts.datasets = rows(world, "select * from control.dataset order by requested, id")
    facts.steps = rows(world, "select * from chaos.step order by seq")
    facts.marks = rows(world, "select * from chaos.mark order by seq")
    facts.moves = rows(world, "select * from chaos.move order by seq")
    facts.wrong = rows(world, "select *, count(*) over (partition by what) as n from chaos.wrong order by at limit 1000")
    facts.offsets = {f"{r[0]}/{r[1]}": int(r[2]) for r in world.sql("select topic, partition, next from control.sink_offset")}
    for name, query in EVIDENCE.items():
        facts.evidence[name] = rows(world, f"{query} limit {KEPT}")


def of_programs(history, facts):
    """What workers say: which pages they emitted of what had been cancelled by then, and which slices they ended."""
    world, cancelled = history.world, history.cancelled
    facts.pages_after, facts.ends_said = dict.fromkeys(cancelled, 0), []
    for path in sorted((world.folder / "log").glob("worker-*.log")):
        with open(path, encoding="utf-8", errors="replace") as log:
            for found in filter(None, map(LINE.match, log)):
                when, dataset, slice_no, epoch, what = found.groups()
                if what == "slice ended":
                    facts.ends_said.append([path.stem, dataset, int(slice_no), int(epoch)])
                elif dataset in cancelled and at(when) > cancelled[dataset]:
                    facts.pages_after[dataset] += 1


def of_the_sandbox(history, facts):
    """Row by row what the newest Complete dataset of each type should have brought, and what the vendors had to refuse."""
    world = history.world
    complete = {}
    for dataset in facts.datasets:
        complete.setdefault(dataset["connection_id"], {})[dataset["data_type"]] = dataset["status"] == "Complete"
    for (account, source), (company, connection) in history.connected.items():
        types = [t for t in SOURCE_TYPES[source] if complete.get(connection, {}).get(t)]
        facts.compared += len(types)
        try:
            facts.differences += world.differences(account, company, connection, types, source) if types else []
        except SystemExit as refused:  # the comparison's own word for rows that no list may hold
            facts.differences.append(f"{account}: {refused}")
    for source in {source for _, source in history.connected} - {"stripe"}:
        counters = world.sandbox("GET", f"/{source}/counters")
        for use in counters["tenants"] + counters["apps"]:
            facts.over_limit.update({f"{source} {use.get('account', 'app')} {name}": n for name, n in use["over_limit"].items() if n})
    for account, source in history.connected:
        if source == "stripe":
            n = world.sandbox("GET", f"/stripe/{account.split('__')[0]}/requests")["over_limit"]
            facts.over_limit.update({f"stripe {account}": n} if n else {})


def of_secrets(history, facts, ends):
    """In logs, in topics (jobs and events are there), and in what Postgres knows of datasets, connections and events."""
    world, hunt = history.world, Hunt({secret[:12].decode(errors="replace"): secret for secret in history.secrets()})
    control = "\n".join(row[0] for (table,) in world.sql("select format('%I.%I', schemaname, tablename) from pg_tables "
                                                         "where schemaname = 'control'")
                        for row in world.sql(f"select t::text from {table} t"))
    places = {"control": dict.fromkeys(hunt.among(control.encode()), "rows"), "logs": in_logs(world, hunt),
              "topics": {name: topic for topic in topics.in_use(ends) for name in hunt.among(topics.whole(world, topic))},
              "history": dict.fromkeys(hunt.file(history.path), "line")}
    facts.secrets = {f"{where}: {found}": name for where, names in places.items() for name, found in names.items()}
