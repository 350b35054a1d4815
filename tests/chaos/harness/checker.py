"""Checker: the eleven invariants of KAFKA.md section 8, decided after the fact from Facts alone. tests/chaos/test_checker.py does the
damage that each of them must find.

A scenario says openly what it breaks by what it does: `allow` holds invariants ("I7") or the beginnings of problems ("I5 another
session"). Which dataset may end how, and how many dead letters are right, is part of the facts.
"""
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median

from harness.facts import at
from world import ENDED

SHOWN = 5  # problems of one kind; one more line counts the others
# What a program may hold, in MB and in open files, at any time; and by how much it may grow once it is warm.
BOUNDS = {"worker-": (400, 600), "sink": (300, 300), "scheduler": (200, 300)}
WARM, GROWTH_MB, GROWTH_FILES = 60, 48, 40  # WARM: seconds; whoever lived less than four times that is not judged for growth


@dataclass(frozen=True)
class Problem:
    invariant: str
    text: str


def check(facts, allow=()):
    found = [Problem(name, text) for name, decide in INVARIANTS.items() for text in few(decide(facts))]
    return [p for p in found if p.invariant not in allow and not f"{p.invariant} {p.text}".startswith(tuple(a for a in allow if " " in a))]


def few(texts):
    texts = list(texts)
    yield from texts[:SHOWN]
    if len(texts) > SHOWN:
        yield f"and {len(texts) - SHOWN} more"


def shown(evidence, text):
    """Of rows that carry how many there are: the first ones, in words."""
    for row in evidence[:SHOWN - 1]:
        yield text.format(**row)
    if evidence and evidence[0]["n"] >= SHOWN:
        yield f"{evidence[0]['n']} such in all"


# ---- What steps mean ----

def is_claim(step):
    return step["epoch"] != step["epoch_before"]


def is_end(step):
    """The row moved on by the one that ran a slice."""
    return step["slice"] == step["slice_before"] + 1 and step["kind_before"] in ("fetch", "sweep") and not is_claim(step)


def is_new_status(step):
    return step["status"] != step["status_before"]


# ---- The invariants ----

def one_terminal_state(facts):
    ends, known = defaultdict(list), {d["id"] for d in facts.datasets}
    for step in facts.steps:
        known.add(step["dataset"])
        if is_new_status(step) and (step["status"] in ENDED or step["status_before"] in ENDED):
            ends[step["dataset"]].append(step["status"])
    for ask in facts.asks:
        if ask["dataset"] not in known:
            yield f"{ask['data_type']} of {ask['account']} was asked for and is nowhere: {ask['dataset']}"
    for dataset in facts.datasets:
        what = f"{dataset['data_type']} {dataset['id']}"
        wanted = facts.expected.get(dataset["id"], ["Complete"])
        if dataset["status"] not in ENDED:
            yield f"{what} has not ended: {dataset['status']}, slice {dataset['slice_no']}, {dataset['error'] or 'no error'}"
        elif dataset["status"] not in wanted:
            yield f"{what} ended {dataset['status']}, not {' or '.join(wanted)}: {dataset['error'] or 'no error'}"
        if len(ends[dataset["id"]]) > 1:
            yield f"{what} ended more than once: {', '.join(ends[dataset['id']])}"
    jobs = [letter for letter in facts.letters if letter[0].startswith("jobs.")]
    if jobs and len(facts.letters) > facts.letters_expected:
        yield f"{len(jobs)} jobs were dead-lettered, the first: {jobs[0][:2]}"


def rows_are_the_truth(facts):
    yield from facts.differences
    yield from shown(facts.evidence["lost"], "{topic}/{partition}@{at}: {id} version {generation}.{source_version}.{epoch} was stored by "
                     "nobody: its row has version {row_version}, epoch {row_epoch}")
    yield from shown(facts.evidence["strays"], "{topic} {id}: no record brought the row's version {generation}.{source_version}.{epoch}")
    for wrong in facts.wrong:
        if wrong["what"] == "vanished":
            yield f"{wrong['data_table']} {wrong['id']} vanished, version {wrong['was']}"
    emitted = sum(d["records"] for d in facts.datasets)
    if emitted > facts.n_records:
        yield f"datasets emitted {emitted} records, the topics hold {facts.n_records}"
    records = [letter for letter in facts.letters if letter[0] == "records.dlq"]
    if records and len(facts.letters) > facts.letters_expected:
        yield f"{len(records)} records were dead-lettered, {facts.letters_expected} letters are right, the first: {records[0][:2]}"


def versions_only_grow(facts):
    for wrong in facts.wrong:
        if wrong["what"] != "vanished":
            yield f"{wrong['data_table']} {wrong['id']} {wrong['what']}: {wrong['was']}, then {wrong['became']}"


def complete_means_stored(facts):
    read, done = {}, {}
    for step in facts.steps:
        if is_end(step):
            read.setdefault(step["dataset"], at(step["at"]))
        if step["status"] == "Complete" and is_new_status(step):
            done.setdefault((step["txid"], step["stream"]), step["dataset"])
            if step["end_offset"] > (step["next"] or 0):
                yield f"{step['dataset']} was Complete when the sink was at {step['next']}, before its end {step['end_offset']}"
    yield from shown(facts.evidence["late"], "{dataset} was Complete when the sink was at {next}, its records on {topic} go on to {last}")
    datasets = {d["id"]: d for d in facts.datasets}
    for mark in facts.marks:
        if mark["watermark"] == mark["watermark_before"] or not mark["watermark"]:
            continue
        dataset, moved = done.get((mark["txid"], mark["stream"])), at(mark["watermark"])
        if not dataset:
            yield f"the watermark of stream {mark['stream']} moved to {mark['watermark']} with no dataset"
        elif dataset in datasets and datasets[dataset]["watermark_next"] != mark["watermark"]:
            yield f"the watermark of stream {mark['stream']} is {mark['watermark']}, {dataset} had read until {datasets[dataset]['watermark_next']}"
        elif moved > read.get(dataset, at(mark["at"])) + facts.clock_ahead:
            yield f"the watermark of stream {mark['stream']} is {mark['watermark']}, ahead of what {dataset} had read by then"
        if mark["watermark_before"] and moved < at(mark["watermark_before"]) - facts.clock_ahead:
            yield f"the watermark of stream {mark['stream']} went back from {mark['watermark_before']} to {mark['watermark']}"


def offsets_have_no_gap(facts):
    at_next, fences = defaultdict(int), defaultdict(int)
    for move in facts.moves:
        place = f"{move['topic']}/{move['partition']}"
        if move["before"] != at_next[place]:
            yield f"{place} stood at {at_next[place]}, the next move began at {move['before']}"
        if move["next"] <= move["before"]:
            yield f"{place} went back from {move['before']} to {move['next']}"
        if move["fence"] < fences[place]:
            yield f"{place} was moved under fence {move['fence']} after {fences[place]}"
        if not move["by_holder"]:
            yield f"another session than the holder's moved {place} to {move['next']}"
        at_next[place], fences[place] = move["next"], move["fence"]
    for place, end in facts.ends.items():
        if place in facts.offsets and facts.offsets[place] != at_next[place]:
            yield f"{place} stands at {facts.offsets[place]}, its moves lead to {at_next[place]}"
        if facts.offsets.get(place, 0) != end:
            yield f"{place} stands at {facts.offsets.get(place, 'nothing')}, the topic ends at {end}"


def lag_is_gone(facts):
    for look, lags in zip(("at first", "later"), facts.lags):
        yield from (f"{look} {what} lagged by {n}" for what, n in lags.items())


def limits_are_kept(facts):
    yield from (f"{n} requests over the limit: {whose}" for whose, n in facts.over_limit.items())


def cancelled_means_stopped(facts):
    yield from (f"{pages} pages of {dataset} were fetched after it was cancelled" for dataset, pages in facts.pages_after.items() if pages > 1)


def one_owner(facts):
    epochs, newest, ended = {}, defaultdict(int), set()
    for step in facts.steps:
        if is_claim(step):
            if step["epoch"] in epochs or step["epoch"] <= newest[step["stream"]]:
                yield f"epoch {step['epoch']} of {step['dataset']} was drawn before: {epochs.get(step['epoch'], newest[step['stream']])}"
            epochs[step["epoch"]] = step["dataset"]
            newest[step["stream"]] = max(newest[step["stream"]], step["epoch"])
            if step["owner_lived"] and step["owner"] != step["owner_before"]:
                yield f"{step['dataset']} slice {step['slice']}: {step['owner']} claimed it from {step['owner_before']}, which lived"
        if is_end(step):
            ended.add((step["dataset"], step["slice_before"], step["epoch"]))
            if step["owner_before"] is None or step["publisher"] not in (None, step["owner_before"]):
                yield f"{step['dataset']} slice {step['slice_before']} was {step['owner_before']}'s, and {step['publisher']} ended it"
    yield from shown(facts.evidence["foreign_epochs"], "records of {dataset} carry epoch {epoch}, which it never drew")
    said = {}
    for program, dataset, slice_no, epoch in facts.ends_said:
        if said.setdefault((dataset, slice_no), program) != program:
            yield f"{said[dataset, slice_no]} and {program} both say that they ended {dataset} slice {slice_no}"
        if (dataset, slice_no, epoch) not in ended:
            yield f"{program} says that it ended {dataset} slice {slice_no} with epoch {epoch}; the row moved without it"


def resources_are_bounded(facts):
    for program, samples in facts.samples.items():
        most_mb, most_files = next(bounds for name, bounds in BOUNDS.items() if program.startswith(name))
        mb, files = max(s[1] for s in samples), max(s[2] for s in samples)
        if mb > most_mb and not facts.sanitized:
            yield f"{program} took {mb} MB, {most_mb} are its bound"
        if files > most_files:
            yield f"{program} had {files} files open, {most_files} are its bound"
        warm = [s for s in samples if s[0] >= samples[0][0] + WARM]
        if not warm or warm[-1][0] - samples[0][0] < 4 * WARM:
            continue
        fifth = max(len(warm) // 5, 1)
        (mb, files), (mb_after, files_after) = ([median(s[i] for s in part) for i in (1, 2)] for part in (warm[:fifth], warm[-fifth:]))
        if mb_after - mb > GROWTH_MB and not facts.sanitized:
            yield f"{program} grew from {mb} to {mb_after} MB"
        if files_after - files > GROWTH_FILES:
            yield f"{program} had {files:.0f} files open, and {files_after:.0f} at last"


def secrets_are_kept(facts):
    yield from (f"a secret lies in {where} ({name}…)" for where, name in facts.secrets.items())


INVARIANTS = {
    "I1": one_terminal_state, "I2": rows_are_the_truth, "I3": versions_only_grow, "I4": complete_means_stored,
    "I5": offsets_have_no_gap, "I6": lag_is_gone, "I7": limits_are_kept, "I8": cancelled_means_stopped, "I9": one_owner,
    "I10": resources_are_bounded, "I11": secrets_are_kept,
}
