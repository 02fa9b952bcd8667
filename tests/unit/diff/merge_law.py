"""The law of merges, tried on random tables.

Every cell value that one side added or changed is in the result, or in a conflict, or the
same cell was changed to the same on the other side. No key stands twice in the result unless
a side has it twice, whatever the key's column is called.

Usage: merge_law.py PROGRAM [MERGES]   (the helper merge_tables)

VARVE_TEST_SEED sets another seed than the fixed one. Every value that a side writes is
written once in the whole merge ("o12", "t7", "s3" where both write it), so that what is
looked for cannot be there by chance. Nothing is known here of how a merge is made: only
what went in and what came out.
"""
import csv
import io
import os
import random
import struct
import subprocess
import sys

KEY = "id"


class Table:
    """Columns as [number, name], rows as [number, {column number: text}]: numbers say what a
    column or row is, however it is called or moved."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows

    def copy(self):
        return Table([list(c) for c in self.columns], [[n, dict(r)] for n, r in self.rows])

    def text(self):
        out = io.StringIO(newline="")
        write = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        write.writerow([name for _, name in self.columns])
        for _, row in self.rows:
            write.writerow([row.get(c, "") for c, _ in self.columns])
        return out.getvalue().encode()

    def key(self, row):
        for c, _ in self.columns:
            if c == 0:
                return row.get(0, "")
        return None


class Words:
    """Values that occur once, and numbers of new rows and columns."""

    def __init__(self, letter):
        self.letter, self.count, self.said = letter, 0, set()

    def next(self):
        self.count += 1
        word = f"{self.letter}{self.count}"
        self.said.add(word)
        return word


# --- what a side does; each takes the table, and where the random numbers come from -----------

def set_cell(t, rnd, words):
    columns = [c for c, _ in t.columns if c != 0]
    if t.rows and columns:
        rnd.choice(t.rows)[1][rnd.choice(columns)] = words.next() if rnd.random() < 0.9 else ""


def change_key(t, rnd, words):
    if t.rows and t.columns[0:] and any(c == 0 for c, _ in t.columns):
        rnd.choice(t.rows)[1][0] = str(rnd.choice([900, 1700]) + rnd.randrange(700))


def add_row(t, rnd, words):
    row = {c: words.next() if rnd.random() < 0.85 else "" for c, _ in t.columns if c != 0}
    if any(c == 0 for c, _ in t.columns):
        row[0] = str(rnd.choice([200, 200, 5000]) + rnd.randrange(8))
        if any(t.key(r) == row[0] for _, r in t.rows):
            return
    at = rnd.choice([len(t.rows), len(t.rows), rnd.randrange(len(t.rows) + 1)])
    t.rows.insert(at, [words.letter + str(len(words.said)), row])


def remove_row(t, rnd, words):
    if t.rows:
        t.rows.pop(rnd.randrange(len(t.rows)))


def move_row(t, rnd, words):
    if t.rows:
        t.rows.insert(rnd.randrange(len(t.rows)), t.rows.pop(rnd.randrange(len(t.rows))))


def add_column(t, rnd, words):
    name = rnd.choice(["p", "q", "r", "s"])
    if any(n == name for _, n in t.columns):
        return
    number = (words.letter, len(t.columns), len(words.said))
    t.columns.insert(rnd.randrange(len(t.columns) + 1), [number, name])
    filled = rnd.choice([0.1, 0.5, 1])
    for _, row in t.rows:
        if rnd.random() < filled:
            row[number] = words.next()


def drop_column(t, rnd, words):
    if len(t.columns) > 1:
        gone = rnd.randrange(len(t.columns))
        if t.columns[gone][0] != 0 or rnd.random() < 0.1:
            t.columns.pop(gone)


def rename_column(t, rnd, words):
    column = rnd.choice(t.columns)
    name = rnd.choice(["x", "y", "z", "p", "q"])
    if all(n != name for _, n in t.columns) and (column[0] != 0 or rnd.random() < 0.2):
        column[1] = name


def move_column(t, rnd, words):
    t.columns.insert(rnd.randrange(len(t.columns)), t.columns.pop(rnd.randrange(len(t.columns))))


def replace_columns(t, rnd, words):
    t.columns = []
    for name in rnd.sample(["k", "l", "m", "n"], rnd.randrange(1, 4)):
        number = (words.letter, name)
        t.columns.append([number, name])
        for _, row in t.rows:
            row[number] = words.next()


def export_anew(t, rnd, words):
    """Another program wrote the table: the key has another name, a column other values, rows another order."""
    key = [c for c in t.columns if c[0] == 0]
    if key and key[0][1] == KEY:
        key[0][1] = "code"
    others = [c for c, _ in t.columns if c != 0]
    for c in rnd.sample(others, min(len(others), rnd.choice([1, 1, 4]))):
        for _, row in t.rows:
            row[c] = words.next()
    rnd.shuffle(t.rows)


OFTEN = [set_cell] * 10 + [add_row] * 4 + [remove_row] * 4 + [move_row] * 2
RARELY = [add_column] * 6 + [drop_column] * 5 + [rename_column] * 3 + [move_column] * 2 + [change_key] * 3


def work(t, rnd, words):
    turn = rnd.random()
    few = [rnd.choice(OFTEN) for _ in range(rnd.randrange(6))]
    more = [rnd.choice(RARELY) for _ in range(rnd.choice([0, 0, 1, 1, 2]))]
    acts = few + more
    rnd.shuffle(acts)
    if turn < 0.02:
        acts.append(replace_columns)
    for act in acts:
        act(t, rnd, words)
        if not t.columns:
            return


def make(rnd):
    keyed = rnd.random() < 0.5
    size = rnd.choice([0, 1, 2, 3, 5, 8, 20, 60, 60])
    spread = rnd.choice([2, 6, 1000])  # few values: equal rows
    columns = [[i + 1, name] for i, name in enumerate("abcd"[:rnd.randrange(1, 5)])]
    if keyed:
        columns.insert(rnd.randrange(len(columns) + 1), [0, KEY])
    rows = []
    for i in range(size):
        row = {c: f"v{rnd.randrange(spread)}" for c, _ in columns}
        if keyed:
            row[0] = str(i + 1)
        rows.append([i, row])
    base = Table(columns, rows)
    both, start = Words("s"), base.copy()
    exported = keyed and rnd.random() < 0.2
    if rnd.random() < 0.3:
        work(start, rnd, both)
    if exported:
        export_anew(start, rnd, both)
    alone = rnd.choice("ot") if keyed and not exported and rnd.random() < 0.1 else None
    sides, words = [], []
    for letter in "ot":
        t, w = start.copy(), Words(letter)
        if exported:
            rnd.shuffle(t.rows)
        if letter == alone:
            export_anew(t, rnd, w)
        work(t, rnd, w)
        sides.append(t)
        words.append(w)
    if rnd.random() < 0.05 and (not keyed or all([0, KEY] in t.columns for t in sides)):
        base = None
    return keyed, base, sides


# --- what is told of a merge --------------------------------------------------------------------

def unhex(word):
    return "" if word == "-" else bytes.fromhex(word).decode()


class Outcome:
    def __init__(self, line):
        self.root, table, conflicts = line.split(" ")
        rows = list(csv.reader(io.StringIO(unhex(table), newline="")))
        self.columns, self.rows = rows[0] if rows else [], rows[1:]
        self.values = {cell for row in self.rows for cell in row}
        self.conflicts = [c.split(" ") for c in unhex(conflicts).splitlines()]
        self.cells = {w for c in self.conflicts if c[0] in ("cell", "row-added") for w in c[3:6]}
        self.kinds = [c[0] for c in self.conflicts]
        self.column_names = {c[2] for c in self.conflicts if c[0] in ("column", "column-removed")}
        self.keys_removed = [c[1] for c in self.conflicts if c[0] in ("row-removed", "row-replaced", "key-twice")]


def written(base, side):
    """What the side added or changed: (row, its key, column, names of the column, value)."""
    was_rows = {n: r for n, r in base.rows} if base else {}
    was_names = {c: n for c, n in base.columns} if base else {}
    for number, row in side.rows:
        was = was_rows.get(number)
        for c, name in side.columns:
            value = row.get(c, "")
            new = was is None or c not in was_names or was.get(c, "") != value
            if new and value != "":
                old_key = was.get(0) if was else None
                yield number, (side.key(row), old_key), c, {name, was_names.get(c)}, value


def lost(keyed, base, sides, out):
    """Values that are gone without a word."""
    if "table" in out.kinds or "key" in out.kinds:
        return []  # as a whole
    gone = []
    for side in sides:
        rows = set()
        for number, keys, column, names, value in written(base, side):
            if value in out.values or value in out.cells or names & out.column_names:
                continue
            if any(f'["{k}"]' in out.keys_removed for k in keys if k is not None):
                continue
            rows.add((number, value))
        numbers = {n for n, _ in rows}
        if not numbers or len(numbers) <= sum(k == "-" for k in out.keys_removed):
            continue  # rows without a key are told by their count
        gone += sorted(v for _, v in rows)
    return gone


def invented(base, sides, out):
    known = {""}
    for t in [base] + sides:
        if t:
            known |= {v for _, r in t.rows for v in r.values()}
    return sorted(out.values - known)


def repeated_keys(base, sides, out):
    """Keys that are twice in the result, and in no side."""
    names = {name for t in [base] + sides if t for c, name in t.columns if c == 0}
    others = {name for t in [base] + sides if t for c, name in t.columns if c != 0}
    gone = []
    for at, name in enumerate(out.columns):
        if name not in names - others or names & out.column_names:
            continue
        was = set()
        for t in sides:
            keys = [t.key(r) for _, r in t.rows]
            was |= {k for k in keys if k is None or keys.count(k) > 1}
        keys = [row[at] for row in out.rows]
        gone += sorted({k for k in keys if keys.count(k) > 1} - was)
    return gone


def same_told(case, one, two):
    """The same conflicts with the sides exchanged; names may be ours' where they are in conflict,
    and so are the keys of rows whose keys a side changed."""
    names = any(k in ("column", "column-removed") for k in one.kinds + two.kinds)
    keys = any(c == 0 and old not in (new, None) for side in case[2] for _, (new, old), c, _, _ in written(case[1], side))

    def shown(out, exchanged):
        return sorted([c[0], "" if keys else c[1], "" if names else c[2], c[3]] + (c[5:3:-1] if exchanged else c[4:6])
                      for c in out.conflicts)

    return shown(one, False) == shown(two, True)


# --- equal rows without a key ---------------------------------------------------------------------

def repeated(rnd):
    """Rows of which many are equal; one side removes some, the other changes one far from them."""
    size, kinds = rnd.choice([8, 20, 60, 300, 1500]), rnd.choice([1, 2, 4, 10, 40])
    pool = [[f"v{rnd.randrange(9)}", f"w{rnd.randrange(9)}", f"x{i}"] for i in range(kinds)]
    rows = [pool[i * kinds // size] for i in range(size)] if rnd.random() < 0.4 else [rnd.choice(pool) for _ in range(size)]
    half, gap = size // 2, max(2, size // 20)
    gone = set(rnd.sample(range(half - gap), min(rnd.choice([1, 1, 2, 5, 40]), max(1, size // 20))))
    changed = rnd.randrange(half + gap, size)
    if rnd.random() < 0.5:
        gone, changed = {size - 1 - i for i in gone}, size - 1 - changed
    edited = [list(r) for r in rows]
    edited[changed][rnd.randrange(3)] = "new"
    keep = [i for i in range(size) if i not in gone]

    def table(listed):
        return Table([[i, name] for i, name in enumerate(["a", "b", "c"])], [[i, dict(enumerate(r))] for i, r in enumerate(listed)])

    return [table(rows), table([rows[i] for i in keep]), table(edited)], sorted(edited[i] for i in keep)


def check_repeated(program, rnd, count):
    """What happens far apart is not a conflict, and both of it happens."""
    cases = [repeated(rnd) for _ in range(count)]
    stream = b"".join(pack(False, t, 1) + pack(False, [t[0], t[2], t[1]], 0) for t, _ in cases)
    done = subprocess.run([program], input=stream, stdout=subprocess.PIPE, check=True)
    for i, line in enumerate(done.stdout.decode("ascii").split("\n")[:-1]):
        (base, *sides), wanted = cases[i // 2]
        out = Outcome(line)
        if out.conflicts or sorted(out.rows) != wanted:
            fail((False, base, sides), out, "a row removed and another one changed")
    print(f"{count} merges of tables with equal rows, none with a conflict")


# --- rows without a key that both replaced -----------------------------------------------------------

def replacing(rnd):
    """Each side replaces runs of rows by new ones, removes some, inserts others; every value is there once."""
    size = rnd.choice([6, 12, 40, 400])
    rows = [[f"v{i}", f"w{i}", f"x{i}"] for i in range(size)]
    words, gaps = Words("n"), [{}, {}]  # gaps: from -> (end, new rows)
    for side in gaps:
        at = 0
        while at < size:
            at += rnd.randrange(1, max(3, size // 2))
            end = min(size, at + rnd.choice([0, 1, 1, 2, 3]), at + max(1, size // 4))
            new = [[words.next() for _ in range(3)] for _ in range(rnd.choice([0, 1, 1, 2]))]
            if at <= size and (new or end > at) and sum(e - a for a, (e, _) in side.items()) + end - at <= size // 3:
                side[at] = (end, new)
            at = end + 1
    if gaps[0] and rnd.random() < 0.3:  # a change that both made
        at, (end, new) = rnd.choice(sorted(gaps[0].items()))
        near = [a for a, (e, _) in gaps[1].items() if a <= end and e >= at]
        for a in near:
            del gaps[1][a]
        gaps[1][at] = (end, [list(r) for r in new])
    return rows, gaps


def replaced_model(rows, gaps):
    """The rows of the result without those in conflict, and how many rows are: those of base that belong to them, and the new ones
    of each side."""
    same = [(a, g) for a, g in gaps[0].items() if gaps[1].get(a) == g]
    contested = [set(), set()]
    for a, (end, new) in gaps[0].items():
        for b, (end_b, new_b) in gaps[1].items():
            if new and new_b and max(a, b) < min(end, end_b) and (a, (end, new)) not in same:
                contested[0].add(a)
                contested[1].add(b)
    base = {i for k in (0, 1) for a in contested[k] for i in range(a, gaps[k][a][0])}
    gone = {i for side in gaps for a, (end, _) in side.items() for i in range(a, end)}
    kept = [r for i, r in enumerate(rows) if i not in base | gone]
    for k in (0, 1):
        for a, (_, new) in gaps[k].items():
            kept += [] if a in contested[k] or (k == 1 and gaps[0].get(a) == gaps[1][a]) else new
    new = [[r for a in sorted(contested[k]) for r in gaps[k][a][1]] for k in (0, 1)]
    removed = {i for a, (end, _) in gaps[0].items() for i in range(a, end)}
    ours = new[0] + [rows[i] for i in sorted(base - removed)]
    return kept + ours, len(base) + len(new[0]) + len(new[1])


def check_replaced(program, rnd, count):
    """Rows that both replaced by different ones are in conflict, all of them; all else is merged."""
    def table(listed):
        return Table([[i, name] for i, name in enumerate(["a", "b", "c"])], [[i, dict(enumerate(r))] for i, r in enumerate(listed)])

    cases, stream, stops = [], [], 0
    for _ in range(count):
        rows, gaps = replacing(rnd)
        sides = [table([r for i in range(len(rows) + 1) for r in (side[i][1] if i in side else []) +
                        (rows[i:i + 1] if not any(a <= i < e for a, (e, _) in side.items()) else [])]) for side in gaps]
        for order in ((0, 1), (1, 0)):
            base, (one, two) = table(rows), (sides[order[0]], sides[order[1]])
            cases.append(((False, base, [one, two]), replaced_model(rows, [gaps[order[0]], gaps[order[1]]])))
            stream.append(pack(False, [base, one, two], int(order == (0, 1))))
    done = subprocess.run([program], input=b"".join(stream), stdout=subprocess.PIPE, check=True)
    for line, (case, (wanted, conflicts)) in zip(done.stdout.decode("ascii").split("\n")[:-1], cases, strict=True):
        out = Outcome(line)
        if out.kinds != ["row-replaced"] * conflicts:
            fail(case, out, f"not {conflicts} rows that both replaced")
        if sorted(out.rows) != sorted(wanted):
            fail(case, out, f"not the rows {wanted}")
        stops += conflicts > 0
    print(f"{2 * count} merges of replaced rows, {stops} with a conflict")
    if not 0 < stops < 2 * count:
        sys.exit("the merges are not varied enough")


# --- the run -------------------------------------------------------------------------------------

def pack(keyed, tables, ours_first):
    key = KEY.encode() if keyed else b""
    texts = [None if t is None else t.text() for t in tables]
    lens = b"".join(struct.pack("<I", 0xFFFFFFFF if t is None else len(t)) for t in texts)
    return struct.pack("<BBH", len(key), ours_first, 0) + lens + key + b"".join(t for t in texts if t is not None)


def fail(case, out, what):
    keyed, base, sides = case
    shown = "\n---\n".join("-" if t is None else t.text().decode() for t in [base] + sides)
    result = "\n".join(",".join(r) for r in [out.columns] + out.rows) if out else ""
    conflicts = "\n".join(" ".join(c) for c in out.conflicts) if out else ""
    sys.exit(f"{'with' if keyed else 'without'} a key:\n{shown}\n=== result\n{result}\n=== conflicts\n{conflicts}\n=== {what}")


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1200 if os.environ.get("VARVE_TEST_ALL") else 200
    seed = int(os.environ.get("VARVE_TEST_SEED", "0"), 0) or 20240229
    rnd = random.Random(seed)
    cases, stream = [], []
    while len(cases) < count:
        keyed, base, sides = make(rnd)
        if all(t.columns for t in sides):
            cases.append((keyed, base, sides))
            stream.append(pack(keyed, [base] + sides, 1))
            stream.append(pack(keyed, [base] + sides[::-1], 0))
    done = subprocess.run([sys.argv[1]], input=b"".join(stream), stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode("ascii").split("\n")[:-1]
    if len(lines) != 2 * count:
        sys.exit(f"{2 * count} merges went in, {len(lines)} came out")
    clean = refused = values = 0
    for i, case in enumerate(cases):
        two = lines[2 * i:2 * i + 2]
        if any(line.startswith("refused") for line in two):
            refused += 1
            if not all(line.startswith("refused") for line in two) or "the key is not unique" not in two[0]:
                fail(case, None, "\n".join(two))
            continue
        outs = [Outcome(line) for line in two]
        for out in outs:
            gone = lost(*case, out)
            if gone:
                fail(case, out, f"lost: {gone}")
            if invented(case[1], case[2], out):
                fail(case, out, f"invented: {invented(case[1], case[2], out)}")
            if case[0] and repeated_keys(case[1], case[2], out):
                fail(case, out, f"keys come twice: {repeated_keys(case[1], case[2], out)}")
        values += sum(1 for side in case[2] for _ in written(case[1], side))
        if not outs[0].conflicts:
            clean += 1
            if two[0] != two[1]:
                fail(case, outs[1], "another result when the sides are exchanged")
        elif not same_told(case, *outs):
            fail(case, outs[1], f"other conflicts when the sides are exchanged: {outs[0].conflicts}")
    print(f"seed {seed}: {count} merges, {values} values written, none lost; {clean} without conflict, {refused} refused")
    if clean < count // 10 or clean > count * 9 // 10 or refused > count // 20:
        sys.exit("the merges are not varied enough")
    check_repeated(sys.argv[1], rnd, count // 4)
    check_replaced(sys.argv[1], rnd, count // 2)


if __name__ == "__main__":
    main()
