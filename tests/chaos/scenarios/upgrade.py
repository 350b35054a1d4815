"""A rolling upgrade: workers and sinks of this version and of the one before share their groups: scenario 27.

The programs of before are built from the newest commit before this one whose migrations are others, into build/chaos-before.
"""
import os
import subprocess

from harness.load import Load
from harness.scenario import scenario
from world import CLONE, until

BEFORE = CLONE / "build/chaos-before"


def git(*arguments):
    return subprocess.run(["git", "-C", str(CLONE), *arguments], capture_output=True, text=True, check=True).stdout.strip()


def build_before():
    """The folder of its programs."""
    newest = git("log", "-1", "--format=%H", "--", "infra/migrations")
    commit = git("rev-parse", f"{newest}^")
    source, programs = BEFORE / "source", BEFORE / "build/bin"
    stamp = BEFORE / "commit"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != commit:
        subprocess.run(["rm", "-rf", str(BEFORE)], check=True)
        source.mkdir(parents=True)
        archive = subprocess.Popen(["git", "-C", str(CLONE), "archive", commit], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", str(source)], stdin=archive.stdout, check=True)
        archive.wait()
        (source / ".local").symlink_to(os.environ.get("TRIBUTARY_LOCAL") or CLONE / ".local")
        for command in (["cmake", "-S", source, "-B", BEFORE / "build", "-G", "Ninja"],
                        ["cmake", "--build", BEFORE / "build", "--target", "tributary", "scheduler", "worker-stripe", "sink"]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{commit}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        stamp.write_text(commit, encoding="utf-8")
    return programs, commit


@scenario("27", "a rolling upgrade from the version before the newest migration: both share the groups", seconds=400)
def rolling_upgrade(run):
    programs, commit = build_before()
    run.figure("from", commit[:7])
    new = run.world.env["TRIBUTARY_BIN"]
    run.world.env["TRIBUTARY_BIN"] = str(programs)
    fleet = [("worker-stripe", 1), ("worker-stripe", 2), ("sink", 1), ("sink", 2)]
    for name, instance in fleet:
        run.start(name, instance)
    run.world.env["TRIBUTARY_BIN"] = new
    with Load(run, {"stripe": 8}, prefix="roll") as load:
        for name, instance in fleet:
            goal = load.rounds + 8
            until(lambda goal=goal: load.rounds >= goal, 90, lambda: f"eight more rounds before {name}-{instance} is replaced")
            run.drains.append(run.stop(name, instance))
            run.start(name, instance)
        goal = load.rounds + 8
        until(lambda: load.rounds >= goal, 90, "eight more rounds of the new fleet")
    run.figure("syncs asked", load.rounds)
    run.figure("longest drain s", max(run.drains))
