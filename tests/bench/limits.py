"""What varve does, held against what the machine does: each line beside its yardstick, in one run.

CPU seconds (user + system, of all threads) are compared with CPU seconds, since they hardly depend
on what else the machine does, and elapsed seconds with elapsed ones; bytes and memory stand in
tables of their own. --runs and --budget bound the repetitions."""

import itertools
import os
import shutil
import subprocess
import time

import limits_bytes
import limits_git
import tools as kinds
from measure import Cost, Failed, remove, repeat, replace, quiet

VERSIONS = 60    # of the table with many versions
MB = 1e6


class Limits:
    def __init__(self, scratch, report, settings):
        self.scratch, self.report, self.settings = scratch, report, settings
        self.kind = kinds.Varve
        self.bench = report.begin("limits", "What the machine allows")
        self.sizes = report.begin("limits-bytes", "What the machine allows: bytes")

    def cost(self, work):
        """The least of some runs: what disturbs only adds."""
        costs = repeat(work, self.settings.runs, self.settings.budget)
        return Cost(min(c.seconds for c in costs), min(c.cpu for c in costs),
                    min(c.peak for c in costs))

    def run(self, argv, cwd, ok=(0,)):
        return self.cost(lambda: self.scratch.run(list(map(str, argv)), cwd, ok=ok))

    def line(self, name, yardstick, unit, today, aim):
        """Two Costs. The aim is of today / unit, of CPU or of elapsed seconds."""
        for measure, value in (("CPU s", today.cpu), ("yardstick", unit.cpu),
                               ("ratio", today.cpu / unit.cpu if unit.cpu else None),
                               ("elapsed s", today.seconds), ("its yardstick", unit.seconds),
                               ("its ratio", today.seconds / unit.seconds), ("aim", aim),
                               ("peak MB", today.peak / MB)):
            self.report.put(self.bench, name, measure, value)
        self.report.note(f"limits, {name}: beside {yardstick}")

    def bytes(self, name, yardstick, unit, today, aim):
        for measure, value in (("bytes", today), ("yardstick", unit), ("ratio", today / unit), ("aim", aim)):
            self.report.put(self.sizes, name, measure, value)
        self.report.note(f"limits, {name}: beside {yardstick}")

    def skip(self, name, why):
        self.report.note(f"limits, {name}: not measured: {why}")

    # --- tables ------------------------------------------------------------------------------

    def table(self, *options):
        name = "table" + "".join(str(o) for o in options) + ".csv"
        path = self.scratch.root / name
        if not path.exists():
            self.scratch.table(path, "--rows", self.settings.rows, *options)
            quiet()
        return path

    def version(self, n):
        path = self.scratch.root / f"version{n}.csv"
        if not path.exists():
            self.scratch.table(path, "--rows", self.settings.version_rows, "--version", n)
        return path

    def repository(self, folder, table=None):
        tool = self.kind(self.scratch).start(folder)
        if table:
            replace(table, tool.work / "data.csv")
        return tool

    # --- the lines ----------------------------------------------------------------------------

    def one_table(self):
        base, changed = self.table(), self.table("--change", 100)
        root = self.scratch.root
        if shutil.which("zstd"):
            unit = self.run(["zstd", "-q", "-f", "-1", "-T2", base, "-o", root / "z"], root)
            costs = []

            def first():
                tool = self.repository("first", base)
                costs.append(tool.timed_save())
                return costs[-1]
            self.line("first add + commit", "zstd -1 -T2", unit, self.cost(first), 1.4)
        else:
            self.skip("first add + commit", "zstd is not installed")
        tool = self.repository("one", base)
        tool.timed_save()
        read = self.run(["sh", "-c", 'cat "$1" > /dev/null', "sh", base], root)
        write = self.run(["sh", "-c", 'cat "$1" > copy', "sh", base], root)
        diff = self.run(["diff", base, changed], root, ok=(0, 1))
        kept = root / "one.kept"
        remove(kept)
        subprocess.run(["cp", "-a", tool.folder, kept], check=True)

        def again():
            remove(tool.folder)
            subprocess.run(["cp", "-a", kept, tool.folder], check=True)
            replace(changed, tool.work / "data.csv")
            tool.saved = 1
            return tool.timed_save()
        self.line("again after 100 cells", "cat > /dev/null", read, self.cost(again), 3)
        self.line("diff of two commits", "GNU diff of the files", diff,
                  self.run(["varve", "diff", "HEAD~1", "HEAD"], tool.work, ok=(0, 1)), 1 / 70)
        self.line("diff of two files", "GNU diff", diff,
                  self.run(["varve", "diff", "--no-index", base, changed], root, ok=(0, 1)), 0.3)

        def restored():
            (tool.work / "data.csv").unlink()
            return self.scratch.run(["varve", "restore", "data.csv"], tool.work)
        self.line("restore", "cat old > new", write, self.cost(restored), 2)
        self.line("cat REV:PATH", "cat old > new", write,
                  self.run(["sh", "-c", "varve cat HEAD~1:data.csv > ../copy"], tool.work), 2)
        self.receiver(tool, changed)
        self.whole(tool)
        self.one_row(tool)

    def many_cells(self):
        """1 % of all cells, and one column: both versions committed, beside the same in Git."""
        cells = self.settings.rows * 20 // 100
        for name, change in (("1 % of all cells, commits", ("--change", cells)),
                             ("one column recomputed, commits", ("--recompute",))):
            cost = {}
            for kind, argv in ((kinds.Varve, ["varve", "diff", "--format", "ndjson", "HEAD~1", "HEAD"]),
                               (kinds.Git, ["git", "diff", "HEAD~1", "HEAD"])):
                tool = kind(self.scratch).start("cells")
                for table in (self.table(), self.table(*change)):
                    replace(table, tool.work / "data.csv")
                    tool.timed_save()
                cost[kind] = self.run(argv, tool.work, ok=(0, 1))
                remove(tool.folder)
            self.line(name, "git diff", cost[kinds.Git], cost[kinds.Varve], 0.4)
            remove(self.table(*change))

    def receiver(self, tool, changed):
        """The push of 100 cells to a path, both sides, into this table and into one of 4 MB."""
        small = self.repository("small", self.version(0))
        small.timed_save()
        with open(self.version(0), encoding="utf-8") as old, \
                open(small.work / "data.csv", "w", encoding="utf-8") as new:
            for n, row in enumerate(old):
                new.write(row.replace(",", ",1", 1) if n % 400 == 399 else row)
        small.timed_save()
        self.line("push of 100 cells into 199 MB", "the same into 4 MB", self.pushed(small), self.pushed(tool), None)

    def pushed(self, tool):
        """A push of the newest version to one who has the version before."""
        far = self.scratch.root / "far.git"

        def once():
            remove(far)
            self.scratch.run(["varve", "init", "--bare", str(far)], self.scratch.root)
            self.scratch.run(["varve", "push", "-q", str(far), "HEAD~1:refs/heads/main"], tool.work)
            quiet()
            return self.scratch.run(["varve", "push", "-q", str(far), "HEAD:refs/heads/main"], tool.work)
        return self.cost(once)

    def whole(self, tool):
        """A first push and a clone, beside copying what is stored."""
        root, far = self.scratch.root, self.scratch.root / "far.git"
        stored = tool.work / ".git" / "varve" / "packs"
        copy = self.cost(lambda: self.scratch.run(
            ["sh", "-c", 'rm -rf copied && cp -r "$1" copied && sync -f copied', "sh", stored], root))

        def push():
            remove(far)
            self.scratch.run(["varve", "init", "--bare", str(far)], root)
            quiet()
            return self.scratch.run(["varve", "push", "-q", str(far), "HEAD:refs/heads/main"], tool.work)

        def clone():
            remove(root / "clone")
            quiet()
            return self.scratch.run(["varve", "clone", "-q", "--bare", str(tool.work), "clone"], root)
        self.line("first push of 2 versions", "copying the packs", copy, self.cost(push), None)
        self.line("clone --bare of 2 versions", "copying the packs", copy, self.cost(clone), None)

    def one_row(self, tool):
        """A row in the middle by its id, which follows the file's order."""
        version = self.run(["varve", "version"], tool.work)
        with open(self.table(), encoding="utf-8") as f:
            middle = next(itertools.islice(f, self.settings.rows // 2, None))
        argv = ["varve", "cat", "HEAD:data.csv", "--where", "text(id) = " + middle.split(",")[0]]
        self.line("one row by value", "varve version", version,
                  self.run(argv, tool.work), (version.cpu + 0.005) / version.cpu)
        self.one_row_by_key(version)

    def one_row_by_key(self, version):
        """The same by a key that follows no order of the file, after one search."""
        shuffled = self.repository("shuffled")
        replace(self.table("--shuffle"), shuffled.work / "data.csv")
        self.scratch.run(["varve", "add", "-q", "--key", "id", "data.csv"], shuffled.work)
        self.scratch.run(["varve", "commit", "-q", "-m", "one"], shuffled.work)
        with open(shuffled.work / "data.csv", encoding="utf-8") as f:
            middle = next(itertools.islice(f, self.settings.rows // 2, None))
        argv = ["varve", "cat", "HEAD:data.csv", "--where", "text(id) = " + middle.split(",")[0]]
        self.scratch.run(argv, shuffled.work)
        self.line("one row by value, a key in no order", "varve version", version,
                  self.run(argv, shuffled.work), (version.cpu + 0.005) / version.cpu)

    def many_versions(self):
        git, tool = kinds.Git(self.scratch).start("git"), self.repository("many")
        cost = {git: Cost(), tool: Cost()}
        many = self.settings.many
        for n in range(many):
            table = self.version(n)
            for one in (git, tool):
                replace(table, one.work / "data.csv")
                spent = one.timed_save()
                cost[one] += spent if n < VERSIONS else Cost()
            table.unlink()
        self.line(f"{VERSIONS} versions, add + commit", "git", cost[git], cost[tool], 0.25)
        plain = self.run(["varve", "fsck"], tool.work)
        self.line(f"fsck --data of {many} versions", "fsck", plain,
                  self.run(["varve", "fsck", "--data"], tool.work), 1.7)
        root = self.scratch.root

        def clone():
            remove(root / "clone")
            return self.scratch.run(["varve", "clone", "-q", str(tool.work), "clone"], root)
        self.line(f"clone of {many} versions", "fsck", plain, self.cost(clone), None)
        self.line(f"gc of {many} versions", "git repack -ad",
                  self.scratch.run(["git", "repack", "-q", "-a", "-d"], git.work),
                  self.scratch.run(["varve", "gc"], tool.work), None)

    def many_tables(self):
        cost = {}
        for count in (20, 2000):
            tool = self.repository(f"tables{count}")
            small = "id,name\n" + "".join(f"{i},item {i}\n" for i in range(50))
            for n in range(count):
                (tool.work / f"t{n}.csv").write_text(small)
            self.scratch.run(["varve", "add", "."], tool.work)
            self.scratch.run(["varve", "commit", "-qm", "all"], tool.work)
            time.sleep(1.1)

            def one():
                one.n = getattr(one, "n", 0) + 1
                (tool.work / "t7.csv").write_text(small + f"{1000 + one.n},new\n")
                return self.scratch.run(["varve", "add", "t7.csv"], tool.work)
            self.scratch.run(["varve", "status"], tool.work)
            cost[count] = self.cost(one)
        self.line("add of one of 2,000 tables", "one of 20", cost[20], cost[2000], 1)

    def many_files(self):
        """Small tables, each with a schema and a key to find."""
        count, source = self.settings.files, self.scratch.root / "source"
        self.scratch.tables(source, count, 100_000)
        costs = []
        for kind in (kinds.Git, self.kind):
            tool = kind(self.scratch).start("files", "data/*.csv")
            shutil.copytree(source, tool.work / "data")
            quiet()
            costs.append(tool.timed_save("data"))
            remove(tool.folder)
        remove(source)
        self.line(f"{count:,} files of 100 KB, add + commit", "git", *costs, 0.5)

    def changed_tables(self):
        """A thousand of three thousand small tables with one row more each."""
        count, source = 3000, self.scratch.root / "source"
        self.scratch.tables(source, count, 5000)
        cost = {}
        for kind in (kinds.Git, self.kind):
            tool = kind(self.scratch).start("changed", "data/*.csv")
            shutil.copytree(source, tool.work / "data")
            tool.timed_save("data")
            for path in sorted((tool.work / "data").iterdir())[::3]:
                last = path.read_text(encoding="utf-8").splitlines()[-1]
                with open(path, "a", encoding="utf-8") as table:
                    table.write("9" + last + "\n")
            quiet()
            program = "git" if kind is kinds.Git else "varve"
            for command in ("status", "diff"):
                cost[kind, command] = self.run([program, command], tool.work)
            remove(tool.folder)
        remove(source)
        for command, aim in (("status", 12), ("diff", 3)):
            self.line(f"{command} of 1,000 changed of {count:,} tables", f"git {command}",
                      cost[kinds.Git, command], cost[self.kind, command], aim)

    def huge(self):
        if "huge" not in os.environ.get("VARVE_BENCH_LIMITS", ""):
            self.skip("10 GB: push, clone, check again", "needs 25 GB of disk and an hour: "
                      "VARVE_BENCH_LIMITS=huge asks for it, and './dev bench huge' for add and diff")
            return
        table = self.scratch.root / "huge.csv"
        self.scratch.table(table, "--rows", self.settings.huge_rows)
        tool = self.repository("huge")
        table.rename(tool.work / "data.csv")
        read = self.run(["sh", "-c", "cat data.csv > /dev/null"], tool.work)
        self.line("10 GB: add + commit", "cat > /dev/null", read, tool.timed_save(), None)
        self.line("10 GB: check", "cat > /dev/null", read,
                  self.scratch.run(["varve", "check"], tool.work, ok=(0, 1)), None)
        self.line("10 GB: check again", "cat > /dev/null", read,
                  self.scratch.run(["varve", "check"], tool.work, ok=(0, 1)), None)
        far = self.scratch.root / "far-huge.git"
        self.scratch.run(["varve", "init", "--bare", str(far)], self.scratch.root)
        self.line("10 GB: push", "cat > /dev/null", read,
                  self.scratch.run(["varve", "push", "-q", str(far), "HEAD:refs/heads/main"],
                                   tool.work), None)


def limits(scratch, report, chosen, settings):
    if not any(kind is kinds.Varve for kind in chosen):
        return
    run = Limits(scratch, report, settings)
    parts = {"table": run.one_table, "cells": run.many_cells, "versions": run.many_versions,
             "tables": run.many_tables, "files": run.many_files, "changed": run.changed_tables,
             "git": lambda: limits_git.plain_git(run),
             "rows": lambda: limits_bytes.one_row(run), "pushes": lambda: limits_bytes.pushes(run),
             "cell": lambda: limits_bytes.long_cell(run), "huge": run.huge}
    for name in settings.limits or parts:
        try:
            parts[name]()
        except Failed as problem:
            run.skip(name, str(problem))
    report.print_bench(run.bench)
    report.print_bench(run.sizes)
