#!/usr/bin/env python3
"""Tables are renamed, copied, split, dropped and edited on one branch and edited on another one; plain git merges,
rebases or picks, once over the pointers of varve and once over the same files as text. Where neither ends in a
conflict, the same tables must come out: an edit in another table than git's own reading of the rows would choose is
what this finds.

pairs.py SEED COUNT: in an empty folder; SEED:N runs case N alone. Prints a failing case and exits 1; else how many ended how.
"""
import os
import random
import shutil
import subprocess
import sys

DATES = "2026-01-05T10:30:00+00:00"
ENV = dict(os.environ, GIT_AUTHOR_DATE=DATES, GIT_COMMITTER_DATE=DATES, GIT_EDITOR="true", LC_ALL="C")
NAMES = ["shop.csv", "aa.csv", "mm.csv", "zz.csv", "old/shop.csv", "new/shop.csv", "new/list.csv", "prices.csv"]


def git(repo, *args):
    p = subprocess.run(["git", "-C", repo, *args], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return p.returncode, p.stdout.decode("utf-8", "replace")


def must(repo, *args):
    code, said = git(repo, *args)
    if code != 0:
        sys.exit(f"git {' '.join(args)} in {repo}: {code}\n{said}")
    return said


def fresh(rng, count):
    return [[str(i), str(rng.randrange(10, 99)), rng.choice(["red", "blue", "green"])] for i in range(1, count + 1)]


def changed(rng, rows, share):
    """A list with most rows alike: as another shop's, or a copy that lives on."""
    return [[r[0], str(rng.randrange(100, 999)), r[2]] if rng.random() < share else list(r) for r in rows]


class Case:
    """What each branch does, as a list of commits: {path: rows or None}."""

    def __init__(self, seed, number):
        rng = random.Random(f"{seed} {number}")
        self.label = f"{seed}:{number}"
        names = rng.sample(NAMES, len(NAMES))
        first = fresh(rng, rng.choice([20, 40, 60]))
        self.base = {names.pop(): first}
        for _ in range(rng.choice([0, 1, 1, 2])):
            self.base[names.pop()] = changed(rng, first, rng.choice([0.1, 0.3, 0.6]))
        self.how = rng.choice(["merge", "merge", "rebase", "pick"])
        self.story = []
        self.ours = self.branch(rng, names, "moves")
        self.theirs = self.branch(rng, names, "edits" if rng.random() < 0.8 else "moves")

    def edit(self, rng, tables, path, part):
        rows = [list(r) for r in tables[path]]
        mine = [i for i in range(len(rows)) if i % 8 in part]
        for i in rng.sample(mine, min(len(mine), rng.choice([1, 1, 2, 3]))):
            rows[i][1] = f"{rows[i][0]}{rng.choice('ABC')}{part[0]}"
        tables[path] = rows
        self.story.append(f"edit {path}")

    def move(self, rng, tables, names):
        path = rng.choice(sorted(tables))
        kind = rng.choice(["rename", "rename", "rename", "copy", "similar", "similar", "split", "drop"])
        to = names.pop() if names and kind != "drop" else None
        self.story.append(f"{kind} {path} {to}")
        if kind == "drop" or not to:
            if len(tables) > 1:
                del tables[path]
        elif kind == "rename":
            tables[to] = tables.pop(path)
        elif kind == "copy":
            tables[to] = changed(rng, tables[path], rng.choice([0, 0.2]))
        elif kind == "similar":
            tables[to] = changed(rng, tables[path], 0.4)
        else:
            tables[to], tables[path] = tables[path][::2], tables[path][1::2]
            if rng.random() < 0.5 and names:
                tables[names.pop()] = tables.pop(path)

    def branch(self, rng, names, kind):
        tables, commits = dict(self.base), []
        for _ in range(rng.choice([1, 1, 2])):
            self.story.append(f"-- {kind}")
            if kind == "moves":
                for _ in range(rng.choice([1, 2, 2, 3])):
                    self.move(rng, tables, names)
            part = (1, 2) if kind == "moves" else (5, 6)
            for path in sorted(tables):
                if rng.random() < (0.8 if kind == "moves" else 0.4):
                    self.edit(rng, tables, path, part)
            commits.append(dict(tables))
        return commits

    def make(self, repo, tables, message):
        for path in must(repo, "ls-files").split("\n"):
            if path.endswith(".csv") and path not in tables:
                os.unlink(os.path.join(repo, path))
        for path, rows in tables.items():
            file = os.path.join(repo, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", encoding="utf-8") as f:
                f.write("id,price,kind\n" + "".join(",".join(r) + "\n" for r in rows))
        must(repo, "add", "-A")
        must(repo, "commit", "-q", "--allow-empty", "-m", message)

    def run(self, repo):
        """(code, {path: text} of the result)"""
        start = must(repo, "rev-parse", "start").strip()
        git(repo, "merge", "--abort"), git(repo, "rebase", "--abort"), git(repo, "cherry-pick", "--abort")
        must(repo, "checkout", "-q", "-f", "-B", "main", start)
        must(repo, "clean", "-q", "-f", "-d")
        self.make(repo, self.base, "base")
        must(repo, "branch", "-f", "b")
        for tables in self.ours:
            self.make(repo, tables, "ours")
        must(repo, "switch", "-q", "b")
        for tables in self.theirs:
            self.make(repo, tables, "theirs")
        if self.how == "rebase":
            code, said = git(repo, "rebase", "main")
        else:
            must(repo, "switch", "-q", "main")
            code, said = git(repo, *(["merge", "--no-edit", "b"] if self.how == "merge" else ["cherry-pick", "b"]))
        out = {}
        for path in must(repo, "ls-files").split("\n"):
            if path.endswith(".csv") and os.path.exists(os.path.join(repo, path)):
                with open(os.path.join(repo, path), encoding="utf-8") as f:
                    out[path] = f.read()
        return code, out, said


def main():
    seed, _, only = sys.argv[1].partition(":")
    for kind in ("tables", "text"):
        shutil.rmtree(kind, ignore_errors=True)
        subprocess.run(["git", "init", "-q", "-b", "main", kind], check=True)
        for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org"), ("advice.detachedHead", "false")):
            must(kind, "config", key, value)
    subprocess.run(["varve", "-C", "tables", "init", "-q"], check=True)
    subprocess.run(["varve", "-C", "tables", "track", "*.csv"], check=True, stdout=subprocess.DEVNULL)
    for kind in ("tables", "text"):
        must(kind, "add", "-A")
        must(kind, "commit", "-q", "--allow-empty", "-m", "start")
        must(kind, "tag", "start")
    ended = {}
    for number in [int(only)] if only else range(int(sys.argv[2])):
        case = Case(seed, number)
        (code, tables, said), (text_code, text, _) = case.run("tables"), case.run("text")
        if code == 0 and "varve pointer" not in must("tables", "cat-file", "blob", f"HEAD:{sorted(tables)[0]}"):
            sys.exit(f"case {case.label}: the tables are not in varve")
        if code == 0 and text_code == 0 and tables != text:
            print(f"case {case.label}: git {case.how} of pointers and of text differ", *case.story, sep="\n  ")
            for path in sorted(set(tables) | set(text)):
                if tables.get(path) != text.get(path):
                    print(f"  {path}: {'other rows' if path in tables and path in text else 'on one side only'}")
            print(said)
            return 1
        word = ["same" if text_code == 0 else "text alone in conflict", "tables alone in conflict" if text_code == 0 else "conflict"][code != 0]
        ended[word] = ended.get(word, 0) + 1
    print(ended)
    if not only and int(sys.argv[2]) >= 20 and not ended.get("same"):
        print("nothing was merged: the law has proved nothing")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
