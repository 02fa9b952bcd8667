"""Merges random tables slowly and obviously, and compares with the program.

Usage: merge_reference.py PROGRAM [MERGES [SEED]]   (the helper merge_tables)

Tables have a key; columns are known by name here (renames are for merge_cases.txt). The
rules are those of docs/use/merge.md.
"""
import csv
import io
import os
import random
import struct
import subprocess
import sys
from decimal import Decimal, InvalidOperation

KEY = "id"


# --- tables: a list of column names, and a dict of rows by key, in order -------------

class Table:
    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows  # key -> {column: text}, in file order

    def copy(self):
        return Table(list(self.columns), {k: dict(r) for k, r in self.rows.items()})

    def order(self):
        return list(self.rows)

    def same_as(self, other):
        return self.columns == other.columns and list(self.rows.items()) == list(other.rows.items())

    def text(self, rnd=None):
        out = io.StringIO(newline="")
        out.write(",".join(self.columns) + "\n")
        for row in self.rows.values():
            cells = []
            for c in self.columns:
                quote = "," in row[c] or '"' in row[c] or (rnd is not None and rnd.random() < 0.02)
                cells.append('"' + row[c].replace('"', '""') + '"' if quote else row[c])
            out.write(",".join(cells) + "\n")
        return out.getvalue()


def parse(text):
    lines = list(csv.reader(io.StringIO(text, newline="")))
    return lines[0], lines[1:]


# --- values ----------------------------------------------------------------------------

def number(column, text):
    if column[0] not in "ni":
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def same(column, a, b):
    if a == b:
        return True
    x, y = number(column, a), number(column, b)
    return x is not None and y is not None and x == y


def less_than(column, a, b):
    """-1, 0, 1; None (no such column) stands behind every text."""
    if a is None or b is None:
        return (a is None) - (b is None)
    if same(column, a, b):
        return 0
    x, y = number(column, a), number(column, b)
    if x is not None and y is not None and x != y:
        return -1 if x < y else 1
    return -1 if a.encode() < b.encode() else 1


# --- the merge ---------------------------------------------------------------------------

class Merge:
    def __init__(self, base, ours, theirs, ours_first):
        self.base = base
        self.ours, self.theirs = ours, theirs
        self.x, self.y = (ours, theirs) if ours_first else (theirs, ours)
        self.conflicts = []

    def note(self, kind, key="-", column="-", base="-", ours="-", theirs="-"):
        shown = [t if t != "" else "''" for t in (base, ours, theirs)]
        self.conflicts.append(" ".join([kind, key, column] + shown))

    def replaced(self, side):
        other = self.theirs if side is self.ours else self.ours
        if other.same_as(self.base):
            return False
        common = sum(1 for k in self.base.rows if k in side.rows)
        return common * 10 < len(self.base.rows) and common * 10 < len(side.rows)

    def edited(self, side, column):
        edited = any(k in side.rows and not same(column, r[column], side.rows[k][column]) for k, r in self.base.rows.items())
        return edited or any(k not in self.base.rows and r[column] != "" for k, r in side.rows.items())

    def columns(self):
        """Names in the order of the result."""
        base = self.base.columns if self.base else []
        kept = []
        for c in base:
            here, there = c in self.ours.columns, c in self.theirs.columns
            if here and there:
                kept.append(c)
            elif here and self.edited(self.ours, c):
                self.note("column-removed", column=c)
                kept.append(c)
            elif there and self.edited(self.theirs, c):
                self.note("column-removed", column=c)
        order = kept
        for side in (self.y, self.x):
            common = [c for c in side.columns if c in base]
            if common != [c for c in base if c in side.columns]:
                order = [c for c in common if c in kept]
                for c in kept:  # dropped by that side: behind the one that it follows in base
                    if c not in common:
                        before = [d for d in kept[:kept.index(c)]]
                        at = order.index(before[-1]) + 1 if before else 0
                        order.insert(at, c)
        result, placed = [], set()
        for anchor in [None] + order:
            if anchor is not None:
                result.append(anchor)
            runs = []
            for side in (self.x, self.y):
                run, last = [], None
                for c in side.columns:
                    if c in order:
                        last = c
                    elif c not in base and last == anchor:
                        run.append(c)
                runs.append(run)
            while True:
                for run in runs:
                    while run and run[0] in placed:
                        run.pop(0)
                heads = [run[0] for run in runs if run]
                if not heads:
                    break
                result.append(min(heads))
                placed.add(min(heads))
        return result

    def cell(self, column, b, x, y, kind, key, is_new=False):
        """One cell of a row that both sides have; None: the column is not there. is_new: both added it to a row of base."""
        if x is None or y is None:
            return x if y is None else y
        ours, theirs = (x, y) if self.ours is self.x else (y, x)
        if same(column, x, y):
            if x == y or y == b:
                return x
            return y if x == b else max(x, y, key=str.encode)
        if b is not None and same(column, x, b):
            return y
        if b is not None and same(column, y, b):
            return x
        if is_new and "" in (x, y):
            return y if x == "" else x
        self.note(kind, f'["{key}"]', column, "-" if b is None else b, ours, theirs)
        return ours

    def common_row(self, key):
        b, x, y = self.base.rows[key], self.x.rows[key], self.y.rows[key]
        return [self.or_empty(self.cell(c, b.get(c), x.get(c), y.get(c), "cell", key, c not in b)) for c in self.result_columns]

    @staticmethod
    def or_empty(text):
        return "" if text is None else text

    def are_two(self, x, y):
        """Two things that got one number: most of their other cells differ."""
        if self.base is None:
            return False
        both = [c for c in self.result_columns if c != KEY and c in x and c in y and (x[c] or y[c])]
        return sum(same(c, x[c], y[c]) for c in both) * 2 < len(both)

    def added_row(self, key):
        x, y = self.x.rows.get(key), self.y.rows.get(key)
        if x is not None and y is not None:
            if self.are_two(x, y):
                self.note("key-twice", f'["{key}"]')
                row = x if self.ours is self.x else y
                return [row.get(c, "") for c in self.result_columns]
            return [self.or_empty(self.cell(c, None, x.get(c), y.get(c), "row-added", key)) for c in self.result_columns]
        row = x if y is None else y
        return [row.get(c, "") for c in self.result_columns]

    def one_sided(self, key):
        """A row of base that one side removed: its cells, or None."""
        keeper = self.ours if key in self.ours.rows else self.theirs
        row, was = keeper.rows[key], self.base.rows[key]
        both = [c for c in self.result_columns if c in was and c in self.ours.columns and c in self.theirs.columns]
        own = [c for c in self.result_columns if c not in was and row.get(c, "") != ""]
        if not own and all(same(c, row[c], was[c]) for c in both):
            return None
        self.note("row-removed", f'["{key}"]')
        return [row.get(c, "") for c in self.result_columns] if keeper is self.ours else None

    def skeleton(self):
        """Base's keys in the order in which the result looks at them."""
        base = self.base.order()
        place = {k: i for i, k in enumerate(base)}
        for side in (self.x, self.y):
            own = [k for k in side.order() if k in place]
            if own != sorted(own, key=place.get):
                gone = [k for k in base if k not in side.rows]
                result = list(own)
                for k in gone:
                    i = place[k]
                    result.insert(result.index(base[i - 1]) + 1 if i > 0 else 0, k)
                return result
        return base

    def blocks(self, side):
        """Added keys by the key of base that they follow (None: the top)."""
        found, last = {}, None
        for k in side.order():
            if self.base and k in self.base.rows:
                last = k
            else:
                found.setdefault(last, []).append(k)
        return found

    def flush(self, pending, out, done):
        x = [k for k in pending[0] if k not in done]
        y = [k for k in pending[1] if k not in done]
        pending[0], pending[1] = [], []
        if x and y:
            up = all(int(a) < int(b) for run in (x, y) for a, b in zip(run, run[1:]))
            if up:
                order = sorted(set(x) | set(y), key=int)
            else:
                a, b, first = self.x.rows[x[0]], self.y.rows[y[0]], 0
                for c in self.result_columns:
                    first = first or less_than(c, a.get(c), b.get(c))
                order = x + y if first <= 0 else y + x
        else:
            order = x + y
        for k in order:
            if k not in done:
                done.add(k)
                out.append(self.added_row(k))

    def rows(self):
        out, done, pending = [], set(), [[], []]
        blocks = [self.blocks(self.x), self.blocks(self.y)]
        for anchor in [None] + (self.skeleton() if self.base else []):
            if anchor is not None:
                in_x, in_y = anchor in self.x.rows, anchor in self.y.rows
                if in_x and in_y:
                    self.flush(pending, out, done)
                    out.append(self.common_row(anchor))
                elif in_x or in_y:
                    row = self.one_sided(anchor)
                    if row is not None:
                        self.flush(pending, out, done)
                        out.append(row)
            for i in (0, 1):
                pending[i] += blocks[i].get(anchor, [])
        self.flush(pending, out, done)
        return out

    def run(self):
        if self.base and not self.x.same_as(self.y) and (self.replaced(self.ours) or self.replaced(self.theirs)):
            self.note("table")
            self.result_columns = self.ours.columns
            return [[r[c] for c in self.ours.columns] for r in self.ours.rows.values()]
        self.result_columns = self.columns()
        return self.rows()


# --- random tables -------------------------------------------------------------------------

def value(rnd, column, spread):
    if column[0] == "n":
        return rnd.choice(["1", "1.0", "2", "2.50", "2.5", "3", "7", "-4", "1.00", ""])
    if column[0] in "pq":
        return f"new{rnd.randrange(4 if spread < 4 else 10 ** 6)}{column}"
    text = rnd.choice(["red", "green", "blue", "a,b", 'say "x"', "", "grey"]) if rnd.random() < 0.7 else f"t{rnd.randrange(spread)}"
    return text


def base_table(rnd, size, spread):
    columns = [KEY] + rnd.sample(["a", "b", "c", "n1", "n2"], rnd.randrange(1, 5))
    rnd.shuffle(columns)
    keys = rnd.sample(range(10, 10 + 3 * size), size)
    if rnd.random() < 0.7:
        keys.sort()
    rows = {}
    for k in keys:
        row = {c: value(rnd, c, spread) for c in columns}
        row[KEY] = str(k)
        rows[str(k)] = row
    first = rows[str(keys[0])]
    for c in columns:  # so that every column has the type that its name says
        if c[0] == "n":
            first[c] = "1.5"
        elif c != KEY:
            first[c] = "word"
    return Table(columns, rows)


def reorder(t, keys):
    t.rows = {k: t.rows[k] for k in keys}


def change(rnd, base, spread, busy):
    t = base.copy()
    size = len(t.rows)
    new = [name for name in ("p", "q") if rnd.random() < 0.25 * busy]
    # One gone and one new would be taken for a renamed column by the import, which keeps its type.
    if rnd.random() < 0.3 * busy and len(t.columns) > 2 and len(new) != 1:
        gone = rnd.choice([c for c in t.columns if c != KEY])
        t.columns.remove(gone)
        for r in t.rows.values():
            del r[gone]
    for name in new:
        t.columns.insert(rnd.randrange(len(t.columns) + 1), name)
        for r in t.rows.values():
            r[name] = value(rnd, name, spread)
    if rnd.random() < 0.2 * busy:
        rnd.shuffle(t.columns)
    for k in list(t.rows):
        if rnd.random() < 0.15 * busy / max(1, size / 20):
            c = rnd.choice(t.columns)
            if c != KEY:
                t.rows[k][c] = value(rnd, c, spread)
        elif rnd.random() < 0.08 * busy / max(1, size / 20):
            del t.rows[k]
    for _ in range(rnd.choice([0, 0, 1, 2, 3, 6])):
        k = str(rnd.randrange(10, 10 + 4 * size))
        if k in t.rows or k in base.rows:
            continue
        row = {c: value(rnd, c, spread) for c in t.columns}
        row[KEY] = k
        if any(all(same(c, row[c], r[c]) for c in t.columns if c in r and c != KEY)
               for g, r in base.rows.items() if g not in t.rows):
            continue  # might be taken for a row whose key changed: merge_cases.txt has those
        keys = t.order()
        keys.insert(rnd.choice([len(keys), len(keys), rnd.randrange(len(keys) + 1)]), k)
        t.rows[k] = row
        reorder(t, keys)
    turn = rnd.random()
    keys = t.order()
    if turn < 0.08 * busy:
        rnd.shuffle(keys)
    elif turn < 0.16 * busy:
        keys.sort(key=int)
    elif turn < 0.25 * busy and keys:
        keys.insert(rnd.randrange(len(keys)), keys.pop(rnd.randrange(len(keys))))
    reorder(t, keys)
    return t


def make(rnd):
    size = rnd.choice([1, 2, 3, 5, 8, 15, 40] * 6 + [1500, 4000])
    spread = rnd.choice([3, 50])
    busy = rnd.choice([0.3, 1, 1, 1.5])
    base = base_table(rnd, size, spread)
    ours, theirs = change(rnd, base, spread, busy), change(rnd, base, spread, busy)
    if rnd.random() < 0.1 and size < 100 and ours.rows and theirs.rows:
        for t in (ours, theirs):  # no base: columns of strings only, so that both have the same types
            drop = [c for c in t.columns if c[0] == "n"]
            t.columns = [c for c in t.columns if c not in drop]
            for r in t.rows.values():
                for c in drop:
                    del r[c]
            for c in t.columns:
                for k in t.order()[:1]:
                    t.rows[k][c] = "word" if c != KEY else k
        base = None
    return base, ours, theirs


# --- what the reference does not know: no key, repeated rows, renamed columns -------------

def loose(rnd):
    """Three lists of lines; only that the sides can be exchanged is looked at."""
    size, spread = rnd.choice([1, 3, 6, 20, 200]), rnd.choice([2, 5, 1000])
    names = ["a", "b", "c", "d"][:rnd.randrange(1, 5)]
    base = [names] + [[f"v{rnd.randrange(spread)}" for _ in names] for _ in range(size)]

    def side():
        t = [list(r) for r in base]
        for _ in range(rnd.randrange(6)):
            act, at = rnd.randrange(7), rnd.randrange(1, len(t)) if len(t) > 1 else 0
            if act == 0:
                t.insert(at + 1, [f"v{rnd.randrange(spread)}" for _ in t[0]])
            elif act == 1:
                t.append([f"v{rnd.randrange(spread)}" for _ in t[0]])
            elif act == 2 and at:
                t.pop(at)
            elif act == 3 and at:
                t.append(t.pop(at))
            elif act == 4 and rnd.random() < 0.3:
                t[0][rnd.randrange(len(t[0]))] = rnd.choice(["e", "f", "g"])
                if len(set(t[0])) < len(t[0]):
                    t[0] = [f"{n}{i}" for i, n in enumerate(t[0])]
            elif at:
                t[at][rnd.randrange(len(t[0]))] = f"w{rnd.randrange(spread)}"
        return t

    return ["".join(",".join(r) + "\n" for r in t).encode() for t in (base, side(), side())]


def told(text, exchanged):
    """Conflicts as lists. Where names are in conflict a column has ours' name, which is left out."""
    lines = [line.split(" ") for line in text.splitlines()]
    names = any(w[0] in ("column", "column-removed") for w in lines)
    return [w[:2] + ["" if names else w[2], w[3]] + (w[5:3:-1] if exchanged else w[4:6]) for w in lines]


def check_exchange(program, rnd, count):
    files, stream = [], []
    for _ in range(count):
        texts = loose(rnd)
        for ours_first, order in ((1, (0, 1, 2)), (0, (0, 2, 1))):
            files.append(texts)
            lens = b"".join(struct.pack("<I", len(texts[i])) for i in order)
            stream.append(struct.pack("<BBH", 0, ours_first, 0) + lens + b"".join(texts[i] for i in order))
    done = subprocess.run([program], input=b"".join(stream), stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode("ascii").split("\n")[:-1]
    if len(lines) != len(files):
        sys.exit(f"{len(files)} merges went in, {len(lines)} came out")
    clean = 0
    for i in range(0, len(lines), 2):
        one, two = lines[i].split(" "), lines[i + 1].split(" ")
        fine = len(one) == 3 and len(two) == 3
        if fine and one[2] == "-":
            fine = one == two
            clean += 1
        elif fine:
            fine = sorted(told(unhex(one[2]), False)) == sorted(told(unhex(two[2]), True))
        if not fine:
            shown = "\n---\n".join(t.decode()[:3000] for t in files[i])
            sys.exit(f"exchanged sides, merge {i // 2}:\n{shown}\n=== {[unhex(w) for w in one[1:] + two[1:] if len(w) % 2 == 0]}")
    print(f"{count} merges without a key the same when exchanged, {clean} of them without conflict")
    if clean < count // 10 or clean > count * 9 // 10:
        sys.exit("the merges without a key are not varied enough")


# --- comparing -----------------------------------------------------------------------------

def pack(tables, ours_first, texts):
    head = struct.pack("<BBH", len(KEY), ours_first, 0)
    lens = b"".join(struct.pack("<I", 0xFFFFFFFF if t is None else len(texts[i])) for i, t in enumerate(tables))
    return head + lens + KEY.encode() + b"".join(texts[i] for i, t in enumerate(tables) if t is not None)


def unhex(word):
    return "" if word == "-" else bytes.fromhex(word).decode()


def check(number_, tables, texts, ours_first, line):
    if line.startswith("refused"):
        return line
    root, table, conflicts = line.split(" ")
    m = Merge(*tables, ours_first)
    rows = m.run()
    columns, got = parse(unhex(table))
    if columns != m.result_columns:
        return f"columns {columns}, wanted {m.result_columns}"
    if got != rows:
        return "rows:\n" + "\n".join(map(str, got)) + "\nwanted:\n" + "\n".join(map(str, rows))
    if sorted(unhex(conflicts).splitlines()) != sorted(m.conflicts):
        return f"conflicts {unhex(conflicts).splitlines()}\nwanted {m.conflicts}"
    return None


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000 if os.environ.get("VARVE_TEST_ALL") else 200
    rnd = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 20240229)
    cases, stream = [], []
    for _ in range(count):
        tables = make(rnd)
        texts = [t.text(rnd).encode() if t else b"" for t in tables]
        for exchanged in (False, True):
            if exchanged:
                tables, texts = (tables[0], tables[2], tables[1]), [texts[0], texts[2], texts[1]]
            ours_first = 0 if exchanged else 1
            cases.append((tables, texts, ours_first))
            stream.append(pack(tables, ours_first, texts))
    done = subprocess.run([sys.argv[1]], input=b"".join(stream), stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode("ascii").split("\n")[:-1]
    if len(lines) != len(cases):
        sys.exit(f"{len(cases)} merges went in, {len(lines)} came out")
    clean = 0
    for i, ((tables, texts, ours_first), line) in enumerate(zip(cases, lines)):
        wrong = check(i, tables, texts, ours_first, line)
        if i % 2 and not wrong and line.endswith(" -"):
            clean += 1
            if lines[i - 1] != line:
                wrong = "another result when the sides are exchanged"
        if wrong:
            shown = "\n---\n".join(t.decode()[:3000] for t in texts)
            sys.exit(f"merge {i} (smaller id: {'ours' if ours_first else 'theirs'}):\n{shown}\n=== {wrong[:6000]}")
    print(f"{count} merges alike, {clean} of them without conflict")
    if clean < count // 10 or clean > count * 9 // 10:
        sys.exit("the merges are not varied enough")
    check_exchange(sys.argv[1], rnd, count)


if __name__ == "__main__":
    main()
