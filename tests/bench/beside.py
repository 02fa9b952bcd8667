"""README.md's table beside Git LFS, DVC and Dolt: what one changed cell of a table of 20 MB costs, and its rows in another
order (Git: before and after its gc), what the difference shows, whether two branches that changed two cells of one row merge, and whether the old file comes back byte for byte.

A tool that is not installed has no row."""

import os
import shutil
import subprocess

from measure import Failed, sizes

ROW, ROWS = 1000, 220_000


class Beside:
    init, attributes = [["git", "init", "-q", "-b", "main"]], []

    def __init__(self, scratch):
        self.work = scratch.folder(f"beside-{self.name}")
        self.env = dict(scratch.env, DVC_NO_ANALYTICS="1", DOLT_ROOT_PATH=str(scratch.root))
        for argv in self.init + self.attributes:
            self.must(argv)

    def run(self, argv):
        return subprocess.run(argv, cwd=self.work, env=self.env, capture_output=True, text=True, errors="replace")

    def must(self, argv):
        done = self.run(argv)
        if done.returncode != 0:
            raise Failed(f"{' '.join(argv)}: {done.stderr.strip()[-300:]}")
        return done.stdout

    def put(self, lines):
        (self.work / "t.csv").write_text("".join(lines))

    def get(self):
        return (self.work / "t.csv").read_text()

    def size(self):
        return sum(sizes([self.work / folder])[0] for folder in self.kept if (self.work / folder).exists())

    def switch(self, *words):
        self.must(["git", "switch", "-q", *words])

    def merge(self):
        done = self.run(["git", "merge", "-q", "-m", "merged", "other"])
        return done.returncode == 0

    def back(self):
        self.must(["git", "checkout", "-q", "first"])
        return self.get()

    def tag(self):
        self.must(["git", "tag", "first"])

    def collect(self):
        pass


class Varve(Beside):
    name, needs, kept = "varve", ("varve",), (".git",)
    init = [["varve", "init", "-q"], ["git", "symbolic-ref", "HEAD", "refs/heads/main"]]

    def save(self):
        self.must(["varve", "add", "t.csv"])
        self.must(["varve", "commit", "-q", "-m", "x"])

    def diff(self):
        return self.must(["varve", "diff", "HEAD~1", "HEAD"])


class Git(Beside):
    name, needs, kept = "git", ("git",), (".git",)

    def save(self):
        self.must(["git", "add", "-A"])
        self.must(["git", "commit", "-q", "-m", "x"])

    def diff(self):
        return self.must(["git", "diff", "HEAD~1", "HEAD"])

    def collect(self):
        self.must(["git", "gc", "-q"])


class Lfs(Git):
    name, needs, kept = "git-lfs", ("git-lfs",), (".git",)
    attributes = [["git", "lfs", "install", "--local"], ["git", "lfs", "track", "*.csv"]]


class Dvc(Beside):
    name, needs, kept = "dvc", ("dvc",), (".git", ".dvc/cache")
    attributes = [["dvc", "init", "-q"]]

    def save(self):
        self.must(["dvc", "add", "-q", "t.csv"])
        self.must(["git", "add", "-A"])
        self.must(["git", "commit", "-q", "-m", "x"])

    def diff(self):
        return self.must(["dvc", "diff", "HEAD~1", "HEAD"])

    def switch(self, *words):
        super().switch(*words)
        self.must(["dvc", "checkout", "-q"])

    def back(self):
        self.must(["git", "checkout", "-q", "first"])
        self.must(["dvc", "checkout", "-q"])
        return self.get()


class Dolt(Beside):
    name, needs, kept = "dolt", ("dolt",), (".dolt",)
    init = [["dolt", "init", "--name", "a", "--email", "a@b", "-b", "main"]]

    def save(self):
        made = (self.work / ".dolt" / "made").exists()
        self.must(["dolt", "table", "import", *(["-r"] if made else ["-c", "--pk", "id"]), "t", "t.csv"])
        (self.work / ".dolt" / "made").touch()
        self.must(["dolt", "add", "-A"])
        self.must(["dolt", "commit", "-m", "x"])

    def diff(self):
        return self.must(["dolt", "diff", "HEAD~1", "HEAD"])

    def switch(self, *words):
        words = ["-b", *words[1:]] if words[0] == "-c" else list(words)
        self.must(["dolt", "checkout", *words])

    def merge(self):
        done = self.run(["dolt", "merge", "other"])
        return done.returncode == 0 and "CONFLICT" not in done.stdout + done.stderr

    def tag(self):
        self.must(["dolt", "tag", "first"])

    def back(self):
        self.must(["dolt", "checkout", "-b", "old", "first"])
        self.must(["dolt", "table", "export", "-f", "t", "t.csv"])
        return self.get()


def table():
    yield "id,name,price,note\n"
    for i in range(ROWS):
        yield f'{i},"item {i * 7919 % 100003}",{i * 31 % 4000}.{i % 100:02d},{"%x" % (i * 2654435761 % 2**32) * 7}\n'


def changed(lines, column, text):
    out = list(lines)
    cells = out[ROW].rstrip("\n").split(",")
    cells[column] = text
    out[ROW] = ",".join(cells) + "\n"
    return out


def shown(size):
    return f"{size / 1e6:.1f} MB" if size > 1e5 else f"{size / 1e3:.1f} kB"


def cost(tool, lines):
    """What a version takes; where the tool collects garbage, also afterwards."""
    tool.collect()
    before = tool.size()
    tool.put(lines)
    tool.save()
    grown = tool.size() - before
    tool.collect()
    kept = tool.size() - before
    return shown(grown) if shown(kept) == shown(grown) else f"{shown(grown)}, then {shown(kept)}"


def measure(tool, lines):
    tool.put(lines)
    tool.save()
    tool.tag()
    grown = cost(tool, changed(lines, 2, "77777.5"))
    said = tool.diff()
    lines_of_git = said.startswith("diff --git") and "77777.5" in said
    shows = ("lines" if lines_of_git else "rows and cells" if "77777.5" in said else
             "names of files" if "t.csv" in said and "oid" not in said else "pointers")
    tool.switch("-c", "other", "first")
    tool.put(changed(lines, 1, '"another"'))
    tool.save()
    tool.switch("main")
    merged = tool.merge()
    both = merged and "77777.5" in tool.get() and "another" in tool.get() if tool.name != "dolt" else merged
    if not merged:
        tool.run(["git", "merge", "--abort"])
        tool.run(["git", "reset", "-q", "--hard"])
    same = tool.back() == "".join(lines)
    tool.switch("main")
    ordered = cost(tool, [lines[0], *sorted(lines[1:], key=lambda line: line.split(",")[1])])
    return grown, ordered, shows, "merged by cell" if both else "a conflict", "yes" if same else "no"


def beside(scratch, report, tools, settings):
    lines = list(table())
    print(f"\n| a table of {sum(map(len, lines)) / 1e6:.0f} MB | one changed cell costs | another order costs | the difference shows | two cells of one row, "
          "on two branches | byte for byte |\n|---|---|---|---|---|---|")
    for kind in (Varve, Git, Lfs, Dvc, Dolt):
        missing = [p for p in kind.needs if not shutil.which(p, path=scratch.env.get("PATH", os.environ["PATH"]))]
        if missing:
            report.note(f"{kind.name}: left out, not installed")
            continue
        tool = kind(scratch)
        print(f"| {kind.name} | {' | '.join(measure(tool, lines))} |", flush=True)
