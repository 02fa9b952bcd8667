"""A plain Git host between two clones: a daily change there and back beside git and git-lfs, and a CI
job that needs one version of the big table, lazily, beside git clone --depth 1.

The host takes git-upload-pack and git-receive-pack, and filters as GitHub and GitLab do. git-lfs
moves its files by its own transfer for file:// remotes."""

import os

import tools as kinds
import wire
from measure import quiet, remove, repeat, sizes

MB = 1e6


class Step:
    """What a command cost, and by how many bytes a folder grew."""

    def __init__(self, cost, grown):
        self.cost, self.seconds, self.grown = cost, cost.seconds, grown


class Hosted:
    """A repository of a tool, and the bare one that it pushes to by git alone."""

    def __init__(self, scratch, kind, name, scheme="file://"):
        self.scratch, self.kind = scratch, kind
        self.tool = kind(scratch).start(f"{name}-{kind.name}")
        self.hub = self.tool.folder / "hub.git"
        self.url = f"{scheme}{self.hub}"
        scratch.text(["git", "init", "-q", "--bare", str(self.hub)], scratch.root)
        for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            scratch.text(["git", "-C", str(self.hub), "config", key, "true"], scratch.root)
        scratch.text(["git", "remote", "add", "origin", self.url], self.tool.work)
        if kind is kinds.Varve:
            scratch.text(["git", "config", "remote.origin.varveKind", "git"], self.tool.work)
        self.program = "varve" if kind is kinds.Varve else "git"

    def save(self, table):
        wire.replace(table, self.tool.work / "data.csv")
        self.tool.timed_save()
        quiet()

    def push(self):
        before = sizes([self.hub])[0]
        cost = self.scratch.run([self.program, "push", "-q", "origin", "main"], self.tool.work)
        return Step(cost, sizes([self.hub])[0] - before)

    def clone(self, target):
        remove(target)
        quiet()
        extra = {kinds.GitLfs: wire.LFS, kinds.Varve: ["--git-host"]}.get(self.kind, [])
        cost = self.scratch.run([self.program, "clone", "-q", *extra, self.url, target], self.scratch.root)
        if self.kind is kinds.GitLfs:
            self.scratch.text(["git", "lfs", "install", "--local"], target)
        return Step(cost, sizes([target / ".git"])[0])

    def pull(self, clone):
        before = sizes([clone / ".git"])[0]
        quiet()
        cost = self.scratch.run([self.program, "pull", "-q", "--ff-only", "origin", "main"], clone)
        return Step(cost, sizes([clone / ".git"])[0] - before)


def put(report, bench, row, costs):
    report.put(bench, row, "seconds", [s.seconds for s in costs])
    report.put(bench, row, "cpu s", [s.cost.cpu for s in costs])
    report.put(bench, row, "peak MB", [s.cost.peak / MB for s in costs])
    report.put(bench, row, "KB more", [s.grown / 1e3 for s in costs])


def daily(scratch, report, chosen, settings):
    rows = settings.wire_rows
    bench = report.begin("host-daily", f"A plain Git host by file://: a table of {rows:,} rows, 100 changed cells a day; "
                                       "KB more: on the host, in the clone")
    first = scratch.table(scratch.root / "host.csv", "--rows", rows)
    copy = scratch.root / "copy"
    found = {}
    for kind in chosen:
        hosted = Hosted(scratch, kind, "host")
        hosted.save(first)
        said = {"first push": [hosted.push()],
                "clone": repeat(lambda: hosted.clone(copy), settings.runs, settings.budget), "push": [], "pull": []}
        wire.same(first, copy / "data.csv")
        for n in range(settings.runs):
            changed = scratch.table(scratch.root / "changed.csv", "--rows", rows, "--change", 100, "--salt", n)
            hosted.save(changed)
            said["push"].append(hosted.push())
            said["pull"].append(hosted.pull(copy))
            wire.same(changed, copy / "data.csv")
        for what, costs in said.items():
            found.setdefault(what, []).append((kind.name, costs))
        remove(copy)
        remove(hosted.tool.folder)
    for what, of_tools in found.items():
        for name, costs in of_tools:
            put(report, bench, f"{name} {what}", costs)
    report.print_bench(bench)


JOB = 'varve clone -q --bare {} "$1" "$2" && varve -C "$2" check HEAD~1..HEAD > /dev/null && ' \
      'varve -C "$2" diff --format markdown HEAD~1 HEAD > "$2/comment.md"'


def job(scratch, report, chosen, settings):
    """Five versions of the big table at the host, 1 % of the rows changed in each; the job checks the last one and shows what it changes."""
    bench = report.begin("host-job", f"A CI job on the table of {settings.rows:,} rows in its fifth version, each with 1 % changed cells, over a line "
                                     "of 50 ms each way and 4 MB/s")
    copy = scratch.root / "job"
    for kind in chosen:
        hosted = Hosted(scratch, kind, "job", "far:")
        for n in range(5):
            options = ("--change", settings.rows // 100, "--salt", n) if n else ()
            table = scratch.table(scratch.root / "big.csv", "--rows", settings.rows, *options)
            hosted.save(table)
        wire.travel(scratch, [hosted.program, "push", "-q", "origin", "main"], hosted.tool.work)
        os.unlink(table)
        if kind is kinds.Varve:
            peer = hosted.tool.folder / "peer.git"
            scratch.text(["varve", "init", "-q", "--bare", str(peer)], scratch.root)
            scratch.text(["varve", "push", "-q", str(peer), "main"], hosted.tool.work)
            ways = {"varve, lazily: clone, check, diff": (JOB.format("--git-host --lazy"), hosted.url),
                    "varve: clone, check, diff": (JOB.format("--git-host"), hosted.url),
                    "varve, lazily, of a varve peer": (JOB.format("--lazy"), f"far:{peer}")}
        else:
            ways = {"git clone --depth 1, nothing more": ('git clone -q --depth 1 "$1" "$2"', hosted.url),
                    "git clone --depth 2, git diff": ('git clone -q --depth 2 "$1" "$2" && '
                                                      'git -C "$2" diff HEAD~1 HEAD > "$2/.git/comment"', hosted.url)}
        for row, (script, url) in ways.items():
            def run():
                remove(copy)
                quiet()
                return wire.travel(scratch, kinds.shell(script, url, copy), scratch.root, wire.SLOW)
            passages = repeat(run, min(settings.runs, 3), settings.budget)
            report.put(bench, row, "seconds", [p.seconds for p in passages])
            report.put(bench, row, "cpu s", [p.here.cpu for p in passages])
            report.put(bench, row, "peak MB", [p.here.peak / MB for p in passages])
            report.put(bench, row, "MB down", [p.down / MB for p in passages])
            report.put(bench, row, "MB on disk", sizes([copy])[0] / MB)
        remove(copy)
        remove(hosted.tool.folder)
    report.print_bench(bench)


def host(scratch, report, chosen, settings):
    daily(scratch, report, wire.beside(chosen, kinds.GitLfs), settings)
    job(scratch, report, wire.beside(chosen), settings)
