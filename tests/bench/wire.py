"""What travels between two repositories: bytes, turns and time, beside git and git-lfs.

Lines are made by tests/net/proxy, which stands in for ssh. It and the far side are not children
that the measured command waits for, so that each side's CPU time and memory are its own."""

import json
import os
import time
from pathlib import Path

import history
import tools as kinds
from measure import HERE, Failed, quiet, remove, repeat, replace, same_bytes, sizes

MB = 1e6
PROXY = HERE.parent / "net" / "proxy"
DATA = HERE.parent / "data" / "histories"
SLOW = "--delay 50 --rate 4000000"
PEER = "--delay 10 --rate 1000000"

FAR = """#!/bin/sh
# Stands in for ssh: the last argument is the command at the far side.
for command; do :; done
exec 3<&0
: > "$LINE_FOLDER/begun.$$"
(
	"$LINE_PROXY" $LINE_OPTIONS --count "$LINE_FOLDER/count" -- \\
		"$LINE_TIMED" "$LINE_FOLDER/served.$$" sh -c "$command" <&3
	: > "$LINE_FOLDER/ended.$$"
) &
"""

LFS = [x for key in ("smudge=git-lfs smudge -- %f", "clean=git-lfs clean -- %f",
                     "process=git-lfs filter-process", "required=true")
       for x in ("-c", f"filter.lfs.{key}")]


class Passage:
    """What one command cost: on this side, on the far side, and between."""

    def __init__(self, here, up=0, down=0, turns=0, far_cpu=0.0, far_peak=0):
        self.here, self.seconds = here, here.seconds
        self.up, self.down, self.turns = up, down, turns
        self.far_cpu, self.far_peak = far_cpu, far_peak
        self.bytes = up + down


def travel(scratch, argv, cwd, options=""):
    """Runs a command whose peers, all but their paths, are behind lines with these options."""
    far = scratch.root / "far"
    if not far.exists():
        far.write_text(FAR)
        far.chmod(0o755)
    folder = scratch.folder("line")
    env = {"GIT_SSH_COMMAND": str(far), "GIT_SSH_VARIANT": "simple", "LINE_PROXY": str(PROXY),
           "LINE_OPTIONS": options, "LINE_FOLDER": str(folder), "LINE_TIMED": str(scratch.root / "timed")}
    here = scratch.run(argv, cwd, env)
    deadline = time.monotonic() + 30
    while len(list(folder.glob("begun.*"))) > len(list(folder.glob("ended.*"))):
        if time.monotonic() > deadline:
            raise Failed(f"{' '.join(map(str, argv))}: the far side does not end")
        time.sleep(0.005)
    count = folder / "count"
    lines = [json.loads(line) for line in count.read_text().splitlines()] if count.exists() else []
    served = [[int(x) for x in path.read_text().split()] for path in folder.glob("served.*")]
    if len(served) != len(lines) or any(len(s) != 5 or s[4] != 0 for s in served):
        raise Failed(f"{' '.join(map(str, argv))}: the far side failed: {served}")
    return Passage(here, sum(x["up"] for x in lines), sum(x["down"] for x in lines),
                   sum(x["turns"] for x in lines), sum(s[1] + s[2] for s in served) / 1e6,
                   max([s[3] * 1024 for s in served], default=0))


class Pair:
    """A repository of a tool and a bare one that it pushes to."""

    def __init__(self, scratch, kind, name, scheme="far:"):
        self.scratch, self.kind = scratch, kind
        self.program = kind.needs[-1] if kind is kinds.Varve else "git"
        self.tool = kind(scratch).start(f"{name}-{kind.name}")
        self.hub = self.tool.folder / "hub.git"
        self.url = f"{scheme}{self.hub}"
        scratch.text([self.program, "init", "-q", "--bare", str(self.hub)], scratch.root)
        scratch.text([self.program, "remote", "add", "origin", self.url], self.tool.work)

    def push(self, options=""):
        return travel(self.scratch, [self.program, "push", "-q", "origin", "main"], self.tool.work, options)

    def clone(self, target, options="", peers=()):
        remove(target)
        quiet()
        extra = LFS if self.kind is kinds.GitLfs else [x for p in peers for x in ("--from", p)]
        return travel(self.scratch, [self.program, "clone", "-q", *extra, self.url, target],
                      self.scratch.root, options)

    def fetch(self, clone, options=""):
        if self.kind is not kinds.GitLfs:
            return travel(self.scratch, [self.program, "fetch", "-q", "origin"], clone, options)
        return Passage(self.scratch.run_all([["git", "fetch", "-q", "origin"],
                                             ["git", "lfs", "fetch", "origin", "origin/main"]], clone))

    def forward(self, clone):
        self.scratch.text([self.program, "merge", "--ff-only", "origin/main"], clone)

    def save(self, table):
        replace(table, self.tool.work / "data.csv")
        self.tool.timed_save()
        quiet()

    def stored(self):
        folders = [self.hub / "objects", self.hub / "lfs", self.hub / "varve"]
        return sizes([f for f in folders if f.exists()])[0]


def same(a, b):
    if not same_bytes(a, b):
        raise Failed(f"{b} came with other bytes than {a} has")


def beside(chosen, *more):
    return [k for k in chosen if k in (kinds.Varve, kinds.Git, *more)]


def wire(scratch, report, chosen, settings):
    for bundle in sorted(Path(os.environ.get("VARVE_HISTORIES") or DATA).glob("*.bundle")):
        steps(scratch, report, bundle, beside(chosen))
    few(scratch, report, beside(chosen), settings)
    slow(scratch, report, beside(chosen), settings)
    local(scratch, report, beside(chosen, kinds.GitLfs), settings)
    peers(scratch, report, beside(chosen), settings)


def steps(scratch, report, bundle, chosen):
    """A history pushed version by version. Gives {kind: [bytes of each push]}."""
    name, source, revisions = history.bundle_versions(scratch, bundle)
    bench = report.begin(f"wire {bundle.stem}", f"{bundle.stem}: {len(revisions)} versions, each pushed "
                                                "as it is committed, and cloned: bytes on the line")
    pushed = {}
    for kind in chosen:
        pair = Pair(scratch, kind, "steps")
        costs = []
        for revision in revisions:
            (pair.tool.work / name).write_bytes(history.blob(scratch, source, f"{revision}:{name}"))
            history.save(report, pair.tool, name)
            costs.append(pair.push())
        pushed[kind] = [c.bytes for c in costs]
        target = scratch.root / "copy"
        cloned = pair.clone(target)
        same(pair.tool.work / name, target / name)
        report.put(bench, kind.name, "all steps", sum(pushed[kind]))
        report.put(bench, kind.name, "first", pushed[kind][0])
        report.put(bench, kind.name, "median", sorted(pushed[kind])[len(costs) // 2])
        report.put(bench, kind.name, "turns at most", max(c.turns for c in costs))
        report.put(bench, kind.name, "clone", cloned.bytes)
        report.put(bench, kind.name, "sender holds", pair.stored())
    if kinds.Varve in pushed and kinds.Git in pushed:
        more = [v - g for v, g in zip(pushed[kinds.Varve], pushed[kinds.Git])]
        report.put(bench, "varve", "steps above git", sum(1 for m in more if m > 0))
        report.put(bench, "varve", "most above git", max(max(more), 0))
    report.print_bench(bench)
    return pushed


def few(scratch, report, chosen, settings):
    """Small changes of a small and of the big table, and clones."""
    import works
    bench = report.begin("wire-bytes", "Bytes on the line, up and down")
    small = scratch.table(scratch.root / "small.csv", "--rows", settings.version_rows)
    cell = scratch.table(scratch.root / "cell.csv", "--rows", settings.version_rows, "--change", 1)
    big = works.cached_table(scratch, settings)
    scattered = works.cached_table(scratch, settings, "--change", 100)
    for label, first, second, change in (("small", small, cell, "one cell"),
                                         ("big", big, scattered, "100 cells")):
        for kind in chosen:
            pair = Pair(scratch, kind, "few")
            pair.save(first)
            report.put(bench, kind.name, f"{label}: first push", pair.push().bytes)
            pair.save(second)
            report.put(bench, kind.name, change, pair.push().bytes)
            report.put(bench, kind.name, f"{label}: no-op push", pair.push().bytes)
            copy = scratch.root / "copy"
            report.put(bench, kind.name, f"{label}: clone", pair.clone(copy).bytes)
            same(second, copy / "data.csv")
            report.put(bench, kind.name, f"{label}: sender holds", pair.stored())
            remove(copy)
            remove(pair.tool.folder)
    report.print_bench(bench)


def put_passages(report, bench, row, passages, line=True):
    report.put(bench, row, "seconds", [p.seconds for p in passages])
    report.put(bench, row, "cpu s", [p.here.cpu for p in passages])
    report.put(bench, row, "peak MB", [p.here.peak / MB for p in passages])
    if line:
        report.put(bench, row, "far cpu s", [p.far_cpu for p in passages])
        report.put(bench, row, "far peak MB", [p.far_peak / MB for p in passages])
        report.put(bench, row, "turns", [p.turns for p in passages])
        report.put(bench, row, "up", [p.up for p in passages])
        report.put(bench, row, "down", [p.down for p in passages])


def daily(scratch, report, bench, chosen, settings, scheme, options):
    """Clones, and then again and again a change pushed, pushed once more, and fetched."""
    rows = settings.wire_rows
    first = scratch.table(scratch.root / "wire.csv", "--rows", rows)
    results = {}
    for kind in chosen:
        pair = Pair(scratch, kind, "daily", scheme)
        pair.save(first)
        copy = scratch.root / "copy"
        said = {"first push": [pair.push(options)],
                "clone": repeat(lambda: pair.clone(copy, options), settings.runs, settings.budget),
                "push": [], "no-op push": [], "fetch": []}
        same(first, copy / "data.csv")
        for n in range(settings.runs):
            changed = scratch.table(scratch.root / "changed.csv", "--rows", rows, "--change", 100,
                                    "--salt", n)
            pair.save(changed)
            said["push"].append(pair.push(options))
            said["no-op push"].append(pair.push(options))
            said["fetch"].append(pair.fetch(copy, options))
            pair.forward(copy)
            same(changed, copy / "data.csv")
        for what, passages in said.items():
            results.setdefault(what, {})[kind.name] = passages
        remove(copy)
        remove(pair.tool.folder)
    for what, of_tools in results.items():
        for name, passages in of_tools.items():
            put_passages(report, bench, f"{name} {what}", passages, bool(options))
    report.print_bench(bench)


def slow(scratch, report, chosen, settings):
    bench = report.begin("wire-time", f"A line of 50 ms each way and 4 MB/s, a table of {settings.wire_rows:,} rows, "
                                      "100 changed cells in each push and fetch")
    daily(scratch, report, bench, chosen, settings, "far:", SLOW)


def local(scratch, report, chosen, settings):
    bench = report.begin("wire-path", "The same on one disk, by file:// (CPU and memory of both sides)")
    daily(scratch, report, bench, chosen, settings, "file://", "")


def peers(scratch, report, chosen, settings):
    """A clone from one and more peers, each behind a line of its own."""
    bench = report.begin("wire-peers", f"Clone of a table of {settings.wire_rows:,} rows, each peer behind a line "
                                       "of 10 ms each way and 1 MB/s")
    first = scratch.table(scratch.root / "wire.csv", "--rows", settings.wire_rows)
    copy = scratch.root / "copy"
    for kind in chosen:
        pair = Pair(scratch, kind, "peers")
        pair.save(first)
        pair.push()
        for count in (1, 2, 4) if kind is kinds.Varve else (1,):
            more = []
            for n in range(1, count):
                other = pair.tool.folder / f"peer{n}.git"
                if not other.exists():
                    travel(scratch, ["varve", "clone", "-q", "--bare", pair.url, other], scratch.root)
                more.append(f"far{n}:{other}")
            passages = repeat(lambda: pair.clone(copy, PEER, more), min(settings.runs, 3), settings.budget)
            same(first, copy / "data.csv")
            put_passages(report, bench, f"{kind.name}, {count} peer{'s' if count > 1 else ''}", passages)
        remove(copy)
        remove(pair.tool.folder)
    report.print_bench(bench)
