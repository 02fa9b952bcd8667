"""The lines of 'limits' that count bytes: rows in and out, histories pushed, one long cell."""

import os
import random
from pathlib import Path

import history
import packs
import tools as kinds
import wire
from measure import quiet, remove

TRIALS = 24
MB = 1e6


def one_row(run):
    """One row of a real table changed, put in, taken out: bytes of the new records, each trial
    from the same version."""
    bundle = next((b for b in bundles() if b.stem == "runways"), None)
    if not bundle:
        return run.skip("one row in or out", "VARVE_HISTORIES has no runways.bundle")
    name, source, revisions = history.bundle_versions(run.scratch, bundle)
    lines = history.blob(run.scratch, source, f"{revisions[-1]}:{name}").splitlines(keepends=True)
    tool = run.repository("row")
    table = tool.work / name

    def added(text):
        table.write_bytes(b"".join(text))
        run.scratch.run(["varve", "add", "-q", name], tool.work)
        return packs.stored(tool.work / ".git")
    known = added(lines)
    run.scratch.run(["varve", "commit", "-qm", "base"], tool.work)
    spent = {"a cell changed": [], "a row in": [], "a row out": []}
    chance = random.Random(1)
    for _ in range(TRIALS):
        at = chance.randrange(1, len(lines))
        cells = lines[at].split(b",")
        new = b",".join([b"9%06d" % chance.randrange(10 ** 6)] + cells[1:])
        longer = lines[at].replace(b",", b",7", 4).replace(b",7", b",", 3)
        for kind, text in (("a cell changed", lines[:at] + [longer] + lines[at + 1:]),
                           ("a row in", lines[:at] + [new] + lines[at:]),
                           ("a row out", lines[:at] + lines[at + 1:])):
            after = added(text)
            spent[kind].append(sum(size for digest, size in after.items() if digest not in known))
            known.update(after)
            added(lines)
    unit = middle(spent["a cell changed"])
    for kind in ("a row in", "a row out"):
        run.bytes(f"{kind}: new records, median", "a cell changed", unit, middle(spent[kind]), 1.2)
        run.bytes(f"{kind}: new records, most of {TRIALS}", "a cell changed", unit, max(spent[kind]), None)
    remove(tool.folder)


def middle(values):
    return sorted(values)[len(values) // 2]


def bundles():
    return sorted(Path(os.environ.get("VARVE_HISTORIES") or wire.DATA).glob("*.bundle"))


def pushes(run):
    """Real histories, each version pushed as it is committed: bytes on the line, both ways."""
    for bundle in bundles():
        pushed = wire.steps(run.scratch, run.report, bundle, (kinds.Varve, kinds.Git))
        varve, git = sum(pushed[kinds.Varve]), sum(pushed[kinds.Git])
        run.bytes(f"{bundle.stem}: all versions pushed", "git", git, varve, 1)


def long_cell(run):
    """A table with one cell of 8 MB: memory, beside the cell's length."""
    length = 8_000_000
    tool = run.repository("cell")
    table = tool.work / "data.csv"
    with open(table, "w", encoding="utf-8") as out:
        out.write("id,text\n1,short\n2,")
        for n in range(length // 10):
            out.write(f"{n:010}")
        out.write("\n3,last\n")
    peaks = {}
    quiet()
    peaks["add"] = run.scratch.run(["varve", "add", "data.csv"], tool.work).peak
    run.scratch.run(["varve", "commit", "-qm", "cell"], tool.work)
    peaks["cat"] = run.scratch.run(["varve", "cat", "HEAD:data.csv"], tool.work).peak
    table.unlink()
    peaks["restore"] = run.scratch.run(["varve", "restore", "data.csv"], tool.work).peak
    peaks["fsck --data"] = run.scratch.run(["varve", "fsck", "--data"], tool.work).peak
    for name, peak in peaks.items():
        run.bytes(f"a cell of 8 MB, {name}: memory", "the cell", length, peak, None)
    remove(tool.folder)
