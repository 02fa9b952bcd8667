#!/usr/bin/env python3
"""editors.py SEED STEPS: an editor's calls of git on a table, beside the same calls on a plain file.

Two repositories get the same steps: one tracks the file with varve (a pointer, or text with --text), its twin does not know
varve. Steps are an edit, VS Code's "Stage Selected Ranges" and "Revert Change" (git show --textconv, then git hash-object
--path or the file), JetBrains' git cat-file --filters, lint-staged's and lefthook's patch (git diff --binary, checkout, git
apply), git blame and a commit. After each step the file, the index's content, HEAD's and the lines of blame are the same in
both, or git has failed in the table's repository and changed nothing."""
import difflib
import os
import random
import subprocess
import sys

SEED, STEPS = int(sys.argv[1]), int(sys.argv[2])
random.seed(SEED)


def run(place, *words, data=None, may_fail=False):
    done = subprocess.run(words, cwd=place, input=data, capture_output=True)
    if done.returncode and not may_fail:
        raise SystemExit(f"{' '.join(words)} in {place}: {done.returncode}\n{done.stdout!r}\n{done.stderr.decode()}")
    return done


class Twin:
    def __init__(self, kind, text):
        self.places = ["table", "plain"]
        for place in self.places:
            run(".", "git", "init", "-q", place)
        run("table", "varve", "init", "-q")
        run("table", "varve", "track", *(["--text"] if kind == "text" else []), "*.csv")
        self.write(text)
        self.both("git", "add", "-A")
        self.both("git", "commit", "-q", "-m", "base")

    def path(self, place):
        return f"{place}/t.csv"

    def read(self):
        with open("plain/t.csv", "rb") as f:
            return f.read()

    def write(self, text):
        for place in self.places:
            with open(self.path(place), "wb") as f:
                f.write(text)

    def both(self, *words, data=None):
        return [run(place, *words, data=data) for place in self.places]

    def left(self, name):
        a, b = self.both("git", "show", "--textconv", name)
        same(a.stdout, b.stdout, f"git show --textconv {name}")
        return a.stdout

    def stage(self, text):
        for place in self.places:
            blob = run(place, "git", "hash-object", "--stdin", "-w", "--path", "t.csv", data=text).stdout.decode().strip()
            run(place, "git", "update-index", "--cacheinfo", "100644", blob, "t.csv")

    def compare(self, step):
        with open("table/t.csv", "rb") as f:
            same(f.read(), self.read(), f"the file after {step}")
        for name in (":t.csv", "HEAD:t.csv"):
            wanted = run("plain", "git", "cat-file", "blob", name).stdout
            same(run("table", "git", "cat-file", "--filters", name).stdout, wanted, f"{name} after {step}")
        states = [run(place, "git", "status", "--porcelain", "t.csv").stdout for place in self.places]
        same(*states, f"git status after {step}")


def same(a, b, what):
    if a != b:
        lines = difflib.unified_diff(b.decode(errors="replace").splitlines(), a.decode(errors="replace").splitlines(),
                                     "plain", "table", lineterm="")
        raise SystemExit(f"seed {SEED}: {what} differs\n" + "\n".join(list(lines)[:40]))


def value():
    return random.choice(["a", "9.50", "10", "x y", '"a, b"', '"say ""no"""', "", "\u00fc", "1e3", "007"])


def some_rows(first, count):
    return [f"{i},{value()},{value()}" for i in range(first, first + count)]


def edited(lines):
    lines = list(lines)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(1, len(lines)) if len(lines) > 1 else 1
        kind = random.random()
        if kind < 0.6 and at < len(lines):
            lines[at] = lines[at].split(",", 1)[0] + f",{value()},{value()}"
        elif kind < 0.8:
            lines[at:at] = some_rows(random.randrange(1000, 100000), 1)
        elif at < len(lines) and len(lines) > 3:
            del lines[at]
    return lines


def chosen(old, new):
    """old with some of the changes that lead to new."""
    out = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        out += new[c:d] if tag == "equal" or random.random() < 0.5 else old[a:b]
    return out


def split(text, end):
    return text.decode().split(end)


def applies_again(twin, options):
    """What lint-staged and lefthook do around a commit with unstaged changes."""
    for place in twin.places:
        run(place, "git", "diff", "--binary", *options, "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/",
            "--patch", "--output", "../unstaged.patch", "--", "t.csv")
        run(place, "git", "checkout", "-q", "--force", "--", "t.csv")
        if os.path.getsize("unstaged.patch"):
            run(place, "git", "apply", "--whitespace=nowarn", "--recount", *(["--unidiff-zero"] if options else []),
                "../unstaged.patch")


def blame(twin):
    answers = []
    for place in twin.places:
        text = run(place, "git", "blame", "-s", "--line-porcelain", "t.csv").stdout.decode()
        answers.append([line for line in text.splitlines() if line.startswith(("summary ", "\t"))])
    same(*("\n".join(lines).encode() for lines in answers), "git blame")


def main():
    kind, end = random.choice(["pointer", "pointer", "text"]), random.choice(["\n", "\n", "\r\n"])
    text = end.join(["id,name,note"] + some_rows(1, random.choice([2, 9, 60])) + random.choice([[""], []]))
    twin = Twin(kind, text.encode())
    for step in range(STEPS):
        now = split(twin.read(), end)
        what = random.choice(["edit", "edit", "stage", "stage", "revert", "patch", "patch by lines", "blame", "add", "commit"])
        if what == "edit":
            twin.write(end.join(edited(now)).encode())
        elif what == "stage":
            twin.stage(end.join(chosen(split(twin.left(":t.csv"), end), now)).encode())
        elif what == "revert":
            twin.write(end.join(chosen(now, split(twin.left(random.choice([":t.csv", "HEAD:t.csv"])), end))).encode())
        elif what == "patch":
            applies_again(twin, [])
        elif what == "patch by lines":
            applies_again(twin, ["--unified=0"])
        elif what == "blame":
            blame(twin)
        elif what == "add":
            twin.both("git", "add", "t.csv")
        else:
            for place in twin.places:
                run(place, "git", "commit", "-q", "-m", f"step {step}", may_fail=True)
        twin.compare(f"step {step}, {what} ({kind})")


main()
