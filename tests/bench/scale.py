"""How the cost of each command grows: with the size of one table (1 MB to 10 GB), with the number of
commits (1,000 to 100,000) and with the number of datasets (100 to 10,000), beside git.

Each command runs once at each place. What was measured goes into scale.csv of the folder --out, where
a later run replaces only what it measured itself; the tables in markdown and the plots are made of
that file, so a run may be made in parts, and --draw makes them again without measuring."""

import hashlib
import random
import shutil
import subprocess
from pathlib import Path

import own_memory
import scale_data
import tools as kinds
from measure import Failed, quiet, remove, sizes
from scale_history import long_history

MB = 1e6
GIT_ALL = 1_100_000_000   # above: git's add and commit alone, the rest takes hours
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


def size_of(text):
    """Bytes of "100MB"."""
    number, unit = text.strip()[:-2], text.strip()[-2:].upper()
    return int(number) * UNITS[unit]


def rows_of(size):
    """Rows of a table of make_table.c of about so many bytes."""
    return size * 111 // 10_000


def change_cells(path, count):
    """Other text in so many cells at scattered rows, of the same length, in place: a later version
    without making the whole table anew."""
    random.seed(count)
    size = path.stat().st_size
    with open(path, "r+b") as f:
        for n in range(count):
            f.seek(size * n // count + random.randrange(max(1, size // count // 2)))
            f.readline()
            at = f.tell()
            line = f.readline()
            cells = line.split(b",")
            if len(cells) < 14:
                continue
            # "store", 0 to 399: the last digit.
            cells[3] = cells[3][:-1] + (b"7" if cells[3][-1:] != b"7" else b"3")
            f.seek(at)
            f.write(b",".join(cells))


def digest(path):
    made = hashlib.sha256()
    with open(path, "rb") as f:
        while piece := f.read(1 << 20):
            made.update(piece)
    return made.digest()


def one_key(path):
    """The key of a row in the middle."""
    with open(path, "rb") as f:
        f.seek(path.stat().st_size // 2)
        f.readline()
        return f.readline().split(b",")[0].decode()


class Scale:
    def __init__(self, scratch, report, chosen, settings):
        self.scratch, self.report, self.settings = scratch, report, settings
        self.data = scale_data.Data(Path(settings.out) / "scale.csv")
        self.varve = kinds.Varve in chosen
        self.git = kinds.Git in chosen

    def at(self, part, count):
        """Where the next commands are measured."""
        self.part, self.count = part, count

    def run(self, tool, command, argv, cwd, ok=(0,)):
        """One command; a failure is recorded as what it is."""
        with own_memory.Watch() as watch:
            try:
                cost = self.scratch.run(list(map(str, argv)), cwd, ok=ok)
            except Failed as problem:
                self.report.note(f"{self.part} {self.count:,}, {tool} {command}: FAILED: {problem}")
                self.data.put(self.part, self.count, tool, command, failed=True)
                return None
        self.data.put(self.part, self.count, tool, command, cpu=cost.cpu, elapsed=cost.seconds,
                      peak=cost.peak / MB, own=watch.most / MB if watch.most else None)
        print(f"{self.part} {self.count:,}: {tool} {command}: {cost.cpu:.2f} s of CPU, {cost.seconds:.2f} s, "
              f"{cost.peak / MB:.0f} MB", flush=True)
        return cost

    def stored(self, command, tool):
        """Bytes that a store takes, beside the command that made it so."""
        self.data.put(self.part, self.count, tool.name, command, size=self.bytes_of(tool))

    @staticmethod
    def bytes_of(tool):
        """Packs and objects; caches, which may be deleted, are not counted."""
        git = tool.work / ".git"
        return sizes([git / "objects", git / "varve" / "packs"])[0]

    def expect(self, what, good):
        if not good:
            raise Failed(f"{self.part} {self.count:,}: {what}")

    # --- one table ------------------------------------------------------------------------------

    def table(self, path, rows, *options):
        """The table at this path: made, or copied from the folder --tables, where it stays."""
        if not self.settings.tables:
            self.scratch.table(path, "--rows", rows, *options)
            return
        kept = Path(self.settings.tables) / f"{rows}{''.join(options)}.csv"
        if not kept.exists():
            made = kept.with_suffix(".new")
            self.scratch.table(made, "--rows", rows, *options)
            made.rename(kept)
        subprocess.run(["cp", "--", kept, path], check=True)

    def size(self, size):
        rows = rows_of(size)
        needed = size * 3 + (1 << 30)
        if shutil.disk_usage(self.scratch.root).free < needed:
            self.report.note(f"scale, {size / MB:,.0f} MB: left out, {needed / 1e9:.0f} GB of free space are "
                             "needed")
            return
        if self.varve:
            self.at("size", size)
            self.in_order(rows)
            self.at("shuffled", size)
            self.shuffled(rows)
        if self.git:
            self.at("size", size)
            self.git_table(rows, size)

    def started(self, kind, rows, *options):
        tool = kind(self.scratch).start("scale")
        data = tool.work / "data.csv"
        self.table(data, rows, *options)
        quiet()
        return tool, data

    def lookup(self, tool, name, data):
        key = one_key(data)
        argv = ["varve", "cat", "HEAD:data.csv", "--where", f"text(id) = {key}"]
        self.run("varve", name, argv, tool.work)
        found = self.scratch.text(argv, tool.work).splitlines()
        self.expect(f"one row has the key {key}", len(found) == 2 and found[1].startswith(key + ","))

    def add_check_look(self, tool, data):
        """What both orders of rows have in common, up to the first version."""
        self.run("varve", "add", ["varve", "add", "-q", "--key", "id", "data.csv"], tool.work)
        self.run("varve", "commit", ["varve", "commit", "-q", "-m", "one"], tool.work)
        self.stored("add", tool)
        self.run("varve", "check", ["varve", "check", "-q"], tool.work)
        self.run("varve", "check again", ["varve", "check", "-q"], tool.work)
        self.lookup(tool, "cat --where key, first", data)
        self.lookup(tool, "cat --where key", data)

    def change(self, tool, data):
        """100 cells changed, from add to the check of the new version."""
        before = self.bytes_of(tool)
        change_cells(data, 100)
        self.run("varve", "add, 100 cells changed", ["varve", "add", "-q", "data.csv"], tool.work)
        self.run("varve", "commit, 100 cells changed", ["varve", "commit", "-q", "-m", "two"], tool.work)
        self.data.put(self.part, self.count, "varve", "add, 100 cells changed",
                      size=self.bytes_of(tool) - before)
        self.run("varve", "diff, 100 cells", ["varve", "diff", "HEAD~1", "HEAD"], tool.work, ok=(0, 1))
        self.run("varve", "check, 100 cells changed", ["varve", "check", "-q"], tool.work)
        self.lookup(tool, "cat --where key, 100 cells changed", data)

    def in_order(self, rows):
        tool, data = self.started(kinds.Varve, rows)
        root = self.scratch.root
        self.add_check_look(tool, data)
        self.run("varve", "status", ["varve", "status"], tool.work)
        data.touch()
        self.run("varve", "add, nothing changed", ["varve", "add", "-q", "data.csv"], tool.work)
        first = digest(data)
        data.unlink()
        self.run("varve", "restore", ["varve", "restore", "data.csv"], tool.work)
        self.expect("restore gives the same bytes", digest(data) == first)
        far, clone = root / "scale-far.git", root / "scale-clone"
        remove(far)
        remove(clone)
        self.scratch.run(["varve", "init", "--bare", str(far)], root)
        self.run("varve", "push", ["varve", "push", "-q", far, "HEAD:refs/heads/main"], tool.work)
        self.run("varve", "clone", ["varve", "clone", "-q", far, clone], root)
        self.expect("a clone has the same bytes", digest(clone / "data.csv") == first)
        remove(clone / "data.csv")
        self.change(tool, data)
        self.run("varve", "push, 100 cells", ["varve", "push", "-q", far, "HEAD:refs/heads/main"], tool.work)
        self.run("varve", "fetch, 100 cells", ["varve", "fetch", "-q", "origin"], clone)
        remove(clone)
        remove(far)
        self.run("varve", "fsck", ["varve", "fsck", "-q"], tool.work)
        self.run("varve", "gc", ["varve", "gc", "-q", "--prune=now"], tool.work)
        self.stored("gc", tool)
        self.run("varve", "fsck --data", ["varve", "fsck", "-q", "--data"], tool.work)
        self.run("varve", "cat REV:PATH", kinds.shell("varve cat HEAD:data.csv > /dev/null"), tool.work)
        remove(tool.folder)

    def shuffled(self, rows):
        tool, data = self.started(kinds.Varve, rows, "--shuffle")
        self.add_check_look(tool, data)
        self.change(tool, data)
        remove(tool.folder)

    def git_table(self, rows, size):
        tool, data = self.started(kinds.Git, rows)
        self.run("git", "add", ["git", "add", "data.csv"], tool.work)
        self.run("git", "commit", ["git", "commit", "-q", "-m", "one"], tool.work)
        self.stored("add", tool)
        if size <= GIT_ALL:
            self.git_rest(tool, data)
        remove(tool.folder)

    def git_rest(self, tool, data):
        root = self.scratch.root
        far, clone = root / "scale-far.git", root / "scale-clone"
        for folder in (far, clone):
            remove(folder)
        data.touch()
        self.run("git", "add, nothing changed", ["git", "add", "data.csv"], tool.work)
        data.unlink()
        self.run("git", "restore", ["git", "restore", "data.csv"], tool.work)
        self.scratch.run(["git", "init", "-q", "--bare", str(far)], root)
        self.run("git", "push", ["git", "push", "-q", far, "HEAD:refs/heads/main"], tool.work)
        self.run("git", "clone", ["git", "clone", "-q", "--no-local", far, clone], root)
        before = self.bytes_of(tool)
        change_cells(data, 100)
        self.run("git", "add, 100 cells changed", ["git", "add", "data.csv"], tool.work)
        self.run("git", "commit, 100 cells changed", ["git", "commit", "-q", "-m", "two"], tool.work)
        self.data.put(self.part, self.count, "git", "add, 100 cells changed",
                      size=self.bytes_of(tool) - before)
        self.run("git", "diff, 100 cells", ["git", "diff", "HEAD~1", "HEAD"], tool.work)
        self.run("git", "push, 100 cells", ["git", "push", "-q", far, "HEAD:refs/heads/main"], tool.work)
        self.run("git", "fetch, 100 cells", ["git", "fetch", "-q", "origin"], clone)
        self.run("git", "fsck", ["git", "fsck", "--no-progress"], tool.work)
        self.run("git", "gc", ["git", "gc", "-q", "--prune=now"], tool.work)
        self.stored("gc", tool)
        remove(far)
        remove(clone)

    # --- many commits ---------------------------------------------------------------------------

    def commits(self, count):
        self.at("commits", count)
        for kind, chosen in ((kinds.Varve, self.varve), (kinds.Git, self.git)):
            if not chosen:
                continue
            tool = kind(self.scratch).start("scale")
            long_history(self.scratch, tool, count)
            self.stored("history", tool)
            self.history_commands(kind.name, tool)
            remove(tool.folder)

    def history_commands(self, name, tool):
        root = self.scratch.root
        far, clone = root / "scale-far.git", root / "scale-clone"
        for folder in (far, clone):
            remove(folder)
        work, data = tool.work, tool.work / "data.csv"
        self.run(name, "log", [name, "log"], work)
        self.run(name, "log -n 10", [name, "log", "-n", "10"], work)
        self.run(name, "log PATH", [name, "log", "--", "data.csv"], work)
        self.run(name, "status", [name, "status"], work)
        self.run(name, "diff, one commit", [name, "diff", "HEAD~1", "HEAD"], work, ok=(0, 1))
        self.run(name, "diff, first to last", [name, "diff", "first", "HEAD"], work, ok=(0, 1))
        self.run(name, "blame", [name, "blame", "data.csv"], work)
        self.scratch.run([name, "init", "--bare", str(far)], root)
        self.run(name, "push", [name, "push", "-q", far, "HEAD:refs/heads/main"], work)
        remote = far if name == "varve" else f"file://{far}"
        self.run(name, "clone", [name, "clone", "-q", remote, clone], root)
        self.expect("a clone has the same bytes", digest(clone / "data.csv") == digest(data))
        change_cells(data, 1)
        self.run(name, "add of one more", [name, "add", "data.csv"], work)
        self.run(name, "commit of one more", [name, "commit", "-q", "-m", "one more"], work)
        self.run(name, "push of one more", [name, "push", "-q", far, "HEAD:refs/heads/main"], work)
        self.run(name, "fetch of one more", [name, "fetch", "-q", "origin"], clone)
        remove(clone)
        remove(far)
        self.run(name, "fsck", [name, "fsck"], work)
        self.run(name, "gc", [name, "gc", "-q", "--prune=now"], work)
        self.stored("gc", tool)
        if name == "varve":
            self.run(name, "fsck --data", [name, "fsck", "--data"], work)

    # --- many datasets --------------------------------------------------------------------------

    def datasets(self, count):
        self.at("datasets", count)
        rows = 20
        source = self.scratch.root / "datasets.csv"
        self.scratch.table(source, "--rows", count * rows)
        for kind, chosen in ((kinds.Varve, self.varve), (kinds.Git, self.git)):
            if not chosen:
                continue
            tool = kind(self.scratch).start("scale")
            with open(source, encoding="utf-8") as lines:
                header = next(lines)
                for n in range(count):
                    folder = tool.work / f"{n // 100:03}"
                    folder.mkdir(exist_ok=True)
                    (folder / f"t{n:05}.csv").write_text(header + "".join(next(lines) for _ in range(rows)))
            quiet()
            self.dataset_commands(kind.name, tool)
            remove(tool.folder)

    def dataset_commands(self, name, tool):
        root, work = self.scratch.root, tool.work
        far, clone = root / "scale-far.git", root / "scale-clone"
        for folder in (far, clone):
            remove(folder)
        quieter = ["-q"] if name == "varve" else []
        self.run(name, "add", [name, "add", *quieter, "."], work)
        self.run(name, "commit", [name, "commit", "-q", "-m", "all"], work)
        self.stored("add", tool)
        self.run(name, "status", [name, "status"], work)
        self.run(name, "status again", [name, "status"], work)
        if name == "varve":
            self.run(name, "check", ["varve", "check", "-q"], work)
            self.run(name, "check again", ["varve", "check", "-q"], work)
        self.scratch.run([name, "init", "--bare", str(far)], root)
        self.run(name, "push", [name, "push", "-q", far, "HEAD:refs/heads/main"], work)
        remote = far if name == "varve" else f"file://{far}"
        self.run(name, "clone", [name, "clone", "-q", remote, clone], root)
        one = sorted(work.glob("*/t*.csv"))[7]
        change_cells(one, 1)
        self.run(name, "add of one", [name, "add", one.relative_to(work)], work)
        self.run(name, "commit of one", [name, "commit", "-q", "-m", "one"], work)
        self.run(name, "diff of one", [name, "diff", "HEAD~1", "HEAD"], work, ok=(0, 1))
        self.run(name, "push of one", [name, "push", "-q", far, "HEAD:refs/heads/main"], work)
        self.run(name, "fetch of one", [name, "fetch", "-q", "origin"], clone)
        self.run(name, "log PATH", [name, "log", "--", one.relative_to(work)], work)
        remove(clone)
        remove(far)
        self.run(name, "fsck", [name, "fsck"], work)
        self.run(name, "gc", [name, "gc", "-q", "--prune=now"], work)
        self.stored("gc", tool)

    def draw(self):
        for path in self.data.write():
            print(path)


def scale(scratch, report, chosen, settings):
    work = Scale(scratch, report, chosen, settings)
    everything = not (settings.size or settings.commits or settings.datasets)
    try:
        if not settings.draw:
            for size in settings.size or ([10**6, 10**7, 10**8, 10**9] if everything else []):
                work.size(size)
            for count in settings.commits or ([1_000, 10_000, 100_000] if everything else []):
                work.commits(count)
            for count in settings.datasets or ([100, 1_000, 10_000] if everything else []):
                work.datasets(count)
    finally:
        work.draw()
