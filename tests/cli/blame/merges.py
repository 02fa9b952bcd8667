#!/usr/bin/env python3
"""Random histories with merges, and what blame and log --row must say of each version of them.

    merges.py FIRST COUNT     histories, numbered

The answers are worked out here from all versions, by brute force and by the rules in the manuals:
a row that a parent has the same, in the same columns, is that parent's; else a cell is the first parent's that
has it; what no parent has was set by the commit. Every value and every key is new when it is written, so
that there is one right answer to which row and which column is which.
"""

import csv
import json
import os
import random
import subprocess
import sys

COMMITS = 9


class Version:
    """columns: (identity, name), the key first; rows: identity -> {column's identity: value}"""

    def __init__(self, parents, columns, rows, order):
        self.parents, self.columns, self.rows, self.order = parents, columns, rows, order
        self.id = None

    def text(self):
        return [[n for _, n in self.columns], *([self.rows[r][c] for c, _ in self.columns] for r in self.order)]

    def number(self):
        return self.at


class History:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.made = 0
        self.versions = []

    def new(self, kind):
        self.made += 1
        return f"{kind}{self.made}" if kind == "k" else f"{kind}{self.made}x{self.r.randrange(10 ** 6)}"

    def row(self, columns):
        return {c: self.new("k" if c == 0 else "v") for c, _ in columns}

    def first(self):
        columns = [(0, "id")] + [(i, f"c{i}") for i in range(1, 5)]
        rows = {i: self.row(columns) for i in range(self.r.randrange(10, 20))}
        self.made += 100
        return Version([], columns, rows, list(rows))

    def edit(self, v, touched):
        """Some changes, at once; touched: rows whose keys stay."""
        r = self.r
        for _ in range(r.randrange(0, 3)):
            kind, at = r.randrange(5), r.randrange(1, len(v.columns))
            if r.random() < 0.5:
                continue
            self.made += 1
            if kind < 2:
                v.columns[at] = (v.columns[at][0], f"n{self.made}")
            elif kind < 4 and len(v.columns) < 9:
                new = self.made
                v.columns.insert(at, (new, f"n{new}"))
                for row in v.rows.values():
                    row[new] = self.new("v")
            elif len(v.columns) > 4:
                gone, _ = v.columns.pop(at)
                for row in v.rows.values():
                    del row[gone]
        for _ in range(r.randrange(0, 4)):
            row, column = r.choice(v.order), r.choice(v.columns[1:])[0]
            v.rows[row][column] = self.new("v")
            touched.add(row)
        if r.random() < 0.4:
            row = r.choice(v.order)
            if row not in touched:
                v.rows[row][0] = self.new("k")
                touched.add(row)
        for _ in range(r.randrange(0, 2)):
            self.made += 1
            new = self.made
            v.rows[new] = self.row(v.columns)
            v.order.insert(r.randrange(len(v.order) + 1), new)
        if r.random() < 0.5 and len(v.order) > 6:
            del v.rows[v.order.pop(r.randrange(len(v.order)))]
        if r.random() < 0.3:
            v.order.insert(r.randrange(len(v.order)), v.order.pop(r.randrange(len(v.order))))

    def mix(self, parents):
        """A merge: each column and each row of one parent at least, each cell of any that has it."""
        r, first = self.r, parents[0]
        columns = list(first.columns)
        for p in parents[1:]:
            for i, (c, n) in enumerate(p.columns):
                have = [k for k, (x, _) in enumerate(columns) if x == c]
                if have and r.random() < 0.5:
                    columns[have[0]] = (c, n)
                elif not have and r.random() < 0.7:
                    columns.insert(min(i, len(columns)), (c, n))
        rows, order = {}, []
        for row in dict.fromkeys(x for p in parents for x in p.order):
            having = [p for p in parents if row in p.rows]
            if len(having) < len(parents) and r.random() < 0.3:
                continue
            cells, whole = {}, r.random() < 0.4
            base = r.choice(having)
            for c, _ in columns:
                of = [p for p in having if c in p.rows[row]]
                if whole and base in of:
                    of = [base]
                cells[c] = r.choice(of).rows[row][c] if of else self.new("v")
            cells[0] = base.rows[row][0]
            if r.random() < 0.05:
                cells[r.choice(columns[1:])[0]] = self.new("v")
            rows[row] = cells
            order.append(row)
        return Version(parents, columns, rows, order)

    def step(self):
        r = self.r
        if len(self.versions) > 2 and r.random() < 0.45:
            parents = r.sample(self.versions[-5:], r.choice([2, 2, 2, 3]) if len(self.versions) > 4 else 2)
            same = r.random() < 0.15
            v = self.copy([*parents]) if same else self.mix(parents)
            v.parents = parents
            return v
        return self.changed(r.choice(self.versions[-3:]))

    @staticmethod
    def copy(parents):
        p = parents[-1]
        return Version(parents, list(p.columns), {k: dict(x) for k, x in p.rows.items()}, list(p.order))

    def changed(self, parent):
        v = self.copy([parent])
        self.edit(v, set())
        return v


# --- what is right

def is_in(p, c, row):
    """Has version p the row of its child c? By its key, or all else the same under another."""
    if row not in p.rows:
        return False
    a, b = p.rows[row], c.rows[row]
    both = [x for x, _ in c.columns[1:] if x in a]
    return a[0] == b[0] or all(a[x] == b[x] for x in both)


def same_columns(p, c):
    return set(p.columns) == set(c.columns)


def same_row(p, c, row):
    return is_in(p, c, row) and same_columns(p, c) and p.rows[row] == c.rows[row]


def twin(v):
    """The first parent with the very same file."""
    return next((p for p in v.parents if p.text() == v.text()), None)


def cell_of(v, row, column):
    while True:
        p = twin(v) or next((p for p in v.parents if same_row(p, v, row)), None) or next(
            (p for p in v.parents if is_in(p, v, row) and p.rows[row].get(column) == v.rows[row][column]), None)
        if not p:
            return v
        v = p


def own(v, row, having):
    """Cells that no parent has: values of the commit's own, and those of columns that came."""
    values, came = set(), set()
    for c, _ in v.columns:
        of = [p.rows[row].get(c) for p in having]
        if v.rows[row][c] not in of:
            (values if any(x is not None for x in of) else came).add(c)
    return values, came


def row_of(v, row, tracked, whole=True):
    """The newest version that set a value of the row: (number, version), or none."""
    p = twin(v)
    if p:
        return row_of(p, row, tracked, whole)
    having = [p for p in v.parents if is_in(p, v, row)]
    if len(having) == 1 == len(v.parents) and same_row(having[0], v, row):
        return row_of(having[0], row, tracked, whole)
    p = next((p for p in having if same_row(p, v, row)), None)
    if p:
        return row_of(p, row, tracked, whole)
    if not having:
        return v
    values, _ = own(v, row, having)
    if values & (set(v.rows[row]) if whole else tracked):
        return v
    from_ = {}
    for c in tracked & set(v.rows[row]):
        p = next((p for p in having if p.rows[row].get(c) == v.rows[row][c]), None)
        if p:
            from_.setdefault(p.at, set()).add(c)
    if len(from_) == 1:
        (at,) = from_
        return row_of(next(p for p in having if p.at == at), row, tracked if whole else from_[at], whole)
    found = [row_of(p, row, from_[p.at], False) for p in having if p.at in from_]
    found = [x for x in found if x]
    return max(found, key=Version.number) if found else None


def events_of(v, row, seen=None):
    """Versions that changed a value of the row, or one of its columns."""
    seen = set() if seen is None else seen
    if v.at in seen:
        return set()
    seen.add(v.at)
    p = twin(v)
    if p:
        return events_of(p, row, seen) if row in p.rows else set()
    p = next((p for p in v.parents if same_row(p, v, row)), None)
    if p:
        return events_of(p, row, seen)
    having = [p for p in v.parents if is_in(p, v, row)]
    told = set()
    differ = [{("cell", c) for c, n in v.columns if p.rows[row].get(c) != v.rows[row][c] or (c, n) not in p.columns} |
              {("gone", n) for c, n in p.columns if c not in v.rows[row]} for p in having]
    if not having or set.intersection(*differ):
        told.add(v.at)
    for p in having:
        told |= events_of(p, row, seen)
    return told


# --- what varve says

def run(*args, **more):
    p = subprocess.run(args, capture_output=True, text=True, check=False, **more)
    if p.returncode != 0:
        sys.exit(f"{' '.join(args)}: {p.returncode}\n{p.stdout}{p.stderr}")
    return p.stdout


def commit(v):
    with open("t.csv", "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows(v.text())
    run("varve", "add", "t.csv" if v.at else "--key=id", *([] if v.at else ["t.csv"]))
    tree = run("git", "write-tree").strip()
    date = f"{1700000000 + 60 * v.at} +0000"
    parents = [x for p in v.parents for x in ("-p", p.id)]
    v.id = run("git", "commit-tree", tree, *parents, "-m", f"commit {v.at}",
               env={**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}).strip()


def compare(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}:\nfound  {found}\nwanted {wanted}")


def check(h, v):
    at = {x.id: x.at for x in h.versions}
    names = {n: c for c, n in v.columns}
    rows = json.loads(run("varve", "blame", "--json", "--cells", "t.csv", v.id))["rows"]
    cells = {}
    for row, r in zip(rows, v.order):
        cells[r] = {names[n]: at[x] for n, x in row["cells"].items()}
        compare(f"cells of {v.rows[r][0]} in {v.at}", cells[r], {c: cell_of(v, r, c).at for c, _ in v.columns})
    rows = json.loads(run("varve", "blame", "--json", "t.csv", v.id))["rows"]
    whole = {r: at[row["commit"]] for row, r in zip(rows, v.order)}
    compare(f"rows in {v.at}", list(whole.values()), [row_of(v, r, set(v.rows[r])).at for r in v.order])
    for r in h.r.sample(v.order, 3):
        told = json.loads(run("varve", "log", "--json", "--row", v.rows[r][0], v.id, "--", "t.csv"))
        found = [at[x["commit"]] for x in told]
        compare(f"log --row {v.rows[r][0]} in {v.at}", found, sorted(events_of(v, r), reverse=True))
        compare(f"blame names what log --row {v.rows[r][0]} lacks", ({*cells[r].values(), whole[r]}) - {*found}, set())
        one = json.loads(run("varve", "blame", "--json", "--cells", "--row", v.rows[r][0], "t.csv", v.id))["rows"]
        compare("blame --row", [{names[n]: at[x] for n, x in o["cells"].items()} for o in one], [cells[r]])


def history(seed):
    h = History(seed)
    os.makedirs(f"m{seed}")
    os.chdir(f"m{seed}")
    run("git", "init", "-q")
    run("varve", "init")
    for number in range(COMMITS):
        v = h.step() if number else h.first()
        v.at = number
        h.versions.append(v)
        commit(v)
    for v in h.versions[-3:]:
        check(h, v)
    os.chdir("..")


def main():
    for seed in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])):
        try:
            history(seed)
        except SystemExit as e:
            sys.exit(f"history {seed}, {os.getcwd()}: {e}")


main()
