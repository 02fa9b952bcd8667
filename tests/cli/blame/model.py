#!/usr/bin/env python3
"""Random histories of a keyed table, and what blame, log --row and diff must say of them.

    model.py FIRST COUNT     histories, numbered

Every value is new when it is written, so that there is one right answer to each question. In
one commit columns are renamed, added, dropped and moved, rows added, removed, moved and given
another key, and cells changed, all at once. A commit that changed the columns is an event in the
life of each row, though it set none.
"""

import csv
import json
import os
import random
import subprocess
import sys

COMMITS = 6


class Table:
    def __init__(self, r):
        self.r = r
        self.made = 0
        self.columns = ["id", "c0", "c1", "c2", "c3"]
        self.names = 4
        self.rows = []  # lists of cells: [value, commit that set it]
        self.set = []  # per row: the commit that last changed it
        self.events = []  # per row: commits that changed it or its columns, newest first
        for _ in range(r.randrange(8, 25)):
            self.add(0)

    def value(self):
        self.made += 1
        return f"v{self.made}x{self.r.randrange(10 ** 6)}"

    def key(self):
        self.made += 1
        return f"k{self.made}"

    def add(self, commit):
        at = self.r.randrange(len(self.rows) + 1)
        self.rows.insert(at, [[self.key() if i == 0 else self.value(), commit] for i in range(len(self.columns))])
        self.set.insert(at, commit)
        self.events.insert(at, [commit])

    def touch(self, row, commit):
        self.set[row] = commit
        if self.events[row][0] != commit:
            self.events[row].insert(0, commit)

    def remove(self):
        if len(self.rows) > 4:
            at = self.r.randrange(len(self.rows))
            for x in (self.rows, self.set, self.events):
                del x[at]

    def move(self):
        at, to = self.r.randrange(len(self.rows)), self.r.randrange(len(self.rows))
        for x in (self.rows, self.set, self.events):
            x.insert(to, x.pop(at))

    def edit(self, commit, touched):
        row, column = self.r.randrange(len(self.rows)), self.r.randrange(1, len(self.columns))
        if self.rows[row][column][1] == commit:
            return  # a cell of a new row or column
        self.rows[row][column] = [self.value(), commit]
        self.touch(row, commit)
        touched.add(self.rows[row][0][0])

    def rekey(self, commit, touched):
        row = self.r.randrange(len(self.rows))
        cell = self.rows[row][0]
        if cell[0] in touched or self.set[row] == commit:
            return  # more than the key of it changed
        self.rows[row][0] = [self.key(), commit]
        self.touch(row, commit)

    def change_columns(self, commit):
        new = set()
        for _ in range(self.r.randrange(0, 3)):
            kind, at = self.r.randrange(4), self.r.randrange(1, len(self.columns))
            if kind < 2:
                self.columns[at] = f"c{self.names}"
                self.names += 1
            elif kind == 2 and len(self.columns) < 8:
                self.columns.insert(at, f"c{self.names}")
                new.add(self.columns[at])
                self.names += 1
                for row in self.rows:
                    row.insert(at, [self.value(), commit])
            elif len(self.columns) > 3 and self.columns[at] not in new:
                del self.columns[at]
                for row in self.rows:
                    del row[at]

    def step(self, commit):
        touched = set()
        before = list(self.columns)
        if self.r.random() < 0.7:
            self.change_columns(commit)
        if self.columns != before:
            for events in self.events:
                events.insert(0, commit)
        for _ in range(self.r.randrange(0, 3)):
            self.edit(commit, touched)
        for _ in range(self.r.randrange(0, 2)):
            self.rekey(commit, touched)
        for _ in range(self.r.randrange(0, 3)):
            self.r.choice([lambda: self.add(commit), self.remove, self.move])()

    def save(self):
        with open("t.csv", "w", newline="", encoding="utf-8") as f:
            csv.writer(f, lineterminator="\n").writerows([self.columns, *([c[0] for c in row] for row in self.rows)])


def run(*args):
    p = subprocess.run(args, capture_output=True, text=True, check=False)
    if p.returncode != 0:
        sys.exit(f"{' '.join(args)}: {p.returncode}\n{p.stdout}{p.stderr}")
    return p.stdout


def commit(number, names):
    run("varve", "commit", "-q", "-a", "-m", f"commit {number}")
    names[run("git", "rev-parse", "HEAD").strip()] = number


def compare(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}:\nfound  {found}\nwanted {wanted}")


def check_blame(t, names):
    rows = json.loads(run("varve", "blame", "--json", "--cells", "t.csv"))["rows"]
    compare("cells", [{c: names[x] for c, x in row["cells"].items()} for row in rows],
            [{c: cell[1] for c, cell in zip(t.columns, row)} for row in t.rows])
    rows = json.loads(run("varve", "blame", "--json", "t.csv"))["rows"]
    compare("rows", [names[row["commit"]] for row in rows], t.set)


def check_log(t, names):
    for row in t.r.sample(range(len(t.rows)), 2):
        told = json.loads(run("varve", "log", "--json", "--row", t.rows[row][0][0], "t.csv"))
        found = [names[x["commit"]] for x in told]
        compare(f"log --row {t.rows[row][0][0]}", found, t.events[row])


def check_diff(t, before, number):
    """The cells that a commit set are those that the diff of it tells of (kept columns alone)."""
    rows = json.loads(run("varve", "diff", "--json", "HEAD~1", "HEAD", "--", "t.csv"))["tables"]
    rows = rows[0]["rows"] if rows else []
    told = {(next(iter(x["key"].values())), c) for x in rows if x["change"] == "changed" for c in x["cells"]}
    old = {c[0] for row in before for c in row}
    kept = [i for i in range(len(t.columns)) if any(row[i][0] in old for row in t.rows)]
    is_old = [any(c[1] < number for c in row) for row in t.rows]
    compare("diff", told, {(row[0][0], t.columns[i]) for row, was in zip(t.rows, is_old) if was for i in kept
                           if row[i][1] == number})


def history(seed):
    t, names = Table(random.Random(seed)), {}
    os.makedirs(f"h{seed}")
    os.chdir(f"h{seed}")
    run("git", "init", "-q")
    run("varve", "init")
    t.save()
    run("varve", "add", "--key", "id", "t.csv")
    commit(0, names)
    for number in range(1, COMMITS):
        before = [[list(c) for c in row] for row in t.rows]
        t.step(number)
        t.save()
        if run("git", "status", "--porcelain"):
            commit(number, names)
            check_diff(t, before, number)
            check_blame(t, names)
            check_log(t, names)
    os.chdir("..")


def main():
    for seed in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])):
        try:
            history(seed)
        except SystemExit as e:
            sys.exit(f"history {seed}: {e}")


main()
