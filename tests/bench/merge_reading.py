"""Reads a merge of CSV files without varve: what each side changed since base, and what the result has of it.

reading(base, ours, theirs, result) takes the bytes of files; None: missing. If a column, or two, name the rows of all versions, cells are
compared by row and column, otherwise rows are counted. Columns with another name are another column to it: read these files yourself.
"""
import csv
import functools
import io
import itertools
import re
from collections import Counter, namedtuple
from decimal import Decimal

COMMON = 64  # a cell in more rows than these leads to none of them
LARGE = 300_000  # bytes: of larger files, only the lines that differ between versions are read
NUMBER = re.compile(r"(?![+-]?0\d)[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z")  # 007 is text
csv.field_size_limit(1 << 30)

# how: "key ..." or "rows"; wrong: what the result lacks, or has too much of; contradictions: what both sides changed
Reading = namedtuple("Reading", "how wrong contradictions")


@functools.lru_cache(1 << 16)
def spelled(cell):
    """1.5 and 1.50 are one value."""
    return str(Decimal(cell).normalize()) if NUMBER.match(cell) else cell


class Table:
    """The names of columns, and rows as dicts without empty cells. A cell beyond the header has a name of its own."""

    def __init__(self, content):
        text = (content or b"").decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n")
        head = text.split("\n", 1)[0]
        delimiter = max("\t;|^~,", key=lambda d: (head.count(d), d == ","))
        lines = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(r)]
        seen, self.columns = Counter(), []
        for name in lines[0] if lines else []:
            seen[name] += 1
            self.columns.append((name, seen[name]))
        names = self.columns + [("", -n) for n in range(1, 1 + max(map(len, lines), default=0))]
        self.rows = [{n: spelled(cell) for n, cell in zip(names, row) if cell} for row in lines[1:]]

    def by_key(self, key):
        return {tuple(r.get(n, "") for n in key): r for r in self.rows}

    def counted(self, columns):
        """The rows as sorted tuples of their cells in these columns and beyond the header."""
        return Counter(tuple(sorted((n, c) for n, c in r.items() if n in columns or n[1] < 0)) for r in self.rows)


def key_of(tables):
    """The columns whose values name the rows of all tables, and are most in common; or None."""
    shared = [n for n in tables[0].columns if all(n in t.columns for t in tables)]
    best = (0.3, None)
    for names in itertools.chain(itertools.combinations(shared, 1), itertools.combinations(shared[:6], 2)):
        keys = [t.by_key(names).keys() for t in tables]
        if all(len(k) == len(t.rows) for k, t in zip(keys, tables)):
            common = len(set.intersection(*map(set, keys))) / max(1, len(set.union(*map(set, keys))))
            best = max(best, (common, names), key=lambda b: b[0])
    return best[1]


def merged(base, ours, theirs):
    """The value that a merge must have, and whether both sides changed it differently."""
    return (ours, False) if theirs in (base, ours) else (theirs, ours != base)


def wrong_columns(base, ours, theirs, result):
    dropped = {n for n in base.columns if n not in ours.columns or n not in theirs.columns}
    must = {n for t in (ours, theirs) for n in t.columns} - dropped
    return dropped, [("columns", sorted(must ^ set(result.columns)))] if result and must != set(result.columns) else []


def row_by_cells(row, sides, columns):
    """The row that a merge must have, and the cells that both changed. An added row has empty cells in the columns of the other side only."""
    must, both = {}, []
    for n in columns:
        values = [r.get(n) for r in row]
        if not row[0]:
            values = [None] + [values[i] if n in sides[i - 1].columns or n[1] < 0 else values[3 - i] for i in (1, 2)]
        value, clash = merged(*values) if row[0] else (values[1], values[1] != values[2])
        both += [(n, *values)] if clash else []
        must[n] = value
    return must, both


def keyed(key, base, ours, theirs, result):
    dropped, wrong = wrong_columns(base, ours, theirs, result)
    contradictions = []
    versions = [t.by_key(key) for t in (base, ours, theirs)]
    found = result.by_key(key) if result else {}
    columns = [n for n in dict.fromkeys(n for v in versions for r in v.values() for n in r) if n not in dropped]
    for name in dict.fromkeys(itertools.chain(*versions, found)):
        row = [v.get(name) for v in versions]
        got, left = found.get(name), row[1] or row[2]
        if row[0] and not (row[1] and row[2]):
            changed = left and any(row[0].get(n) != left.get(n) for n in columns)
            contradictions += [("changed and removed", name)] if changed else []
            wrong += [("removed row is there", name)] if got and not changed else []
            continue
        both, must = [], left or {}
        if row[1] and row[2]:
            must, both = row_by_cells([r or {} for r in row], (ours, theirs), columns)
        contradictions += [("both changed", name, *cell) for cell in both]
        if result and not got:
            wrong.append(("lost row", name))
        elif result:
            clashing = {cell[0] for cell in both}
            wrong += [("cell", name, n, must.get(n), got.get(n)) for n in columns if n not in clashing and must.get(n) != got.get(n)]
    return wrong, contradictions


class Similar:
    """Finds rows that share half of their cells with a row, by cells that few rows have."""

    def __init__(self, rows):
        self.places = {}
        for row in rows:
            for cell in row:
                self.places.setdefault(cell, []).append(row)

    def to(self, row):
        found = Counter(r for cell in row for r in self.places.get(cell, ()) if len(self.places[cell]) <= COMMON)
        return [r for r, _ in found.most_common(COMMON) if len(set(r) & set(row)) * 2 >= len(dict(r).keys() | dict(row).keys())]


def of_both(base, mine, yours):
    """The row of three changed ones, and the cells that both changed."""
    b, o, t = dict(base), dict(mine), dict(yours)
    cells = {n: merged(b.get(n), o.get(n), t.get(n)) for n in {**b, **o, **t}}
    return tuple(sorted((n, value) for n, (value, _) in cells.items() if value)), [n for n, (_, clash) in cells.items() if clash]


def explained(lost, extra, found, pairs):
    """Takes those rows away that are one changed row of both sides."""
    for row, mine, yours in pairs:
        made, _ = of_both(row, mine, yours)
        parts = [p for p in (mine, yours) if p != made]
        if found[made] and all(lost[p] > 0 for p in parts) and (len(parts) < 2 or extra[made] > 0):
            lost.subtract(parts)
            extra[made] -= len(parts) == 2
    return +lost, +extra


def counted(base, ours, theirs, result):
    dropped, wrong = wrong_columns(base, ours, theirs, result)
    columns = {n for n in base.columns or ours.columns if n in ours.columns and n in theirs.columns} - dropped
    b, o, t = (v.counted(columns) for v in (base, ours, theirs))
    mine, yours = o - b, t - b
    contradictions = [("both added", row, n) for row, n in (mine & yours).items()]
    pairs, near = [], (Similar(mine), Similar(yours))
    for row in ((b - o) & (b - t)):
        left, right = (s.to(row) for s in near)
        contradictions += [("perhaps changed and removed", row)] if bool(left) != bool(right) else []
        pairs += [(row, m, y) for m in left for y in right if m != y]
    for row, m, y in pairs:
        clash = of_both(row, m, y)[1]
        contradictions += [("perhaps both changed", row, clash)] if clash else []
    if result:
        sum_of = {row: max(0, o[row] + t[row] - b[row]) for row in b | o | t}
        must = {row: sum_of[row] if clash else n for row in sum_of for n, clash in [merged(b[row], o[row], t[row])]}
        found = result.counted(columns)
        lost, extra = Counter(must) - found, found - Counter({row: max(n, sum_of[row]) for row, n in must.items()})
        lost, extra = explained(lost, extra, found, pairs)
        wrong += [("lost row", row) for row in lost] + [("row too often", row) for row in extra]
    return wrong, contradictions


def changed_lines(versions):
    """The versions without the lines that all have alike, if they are large and each line is a row."""
    lines = [v.replace(b"\r\n", b"\n").split(b"\n") for v in versions]
    if max(map(len, versions)) < LARGE or any(line.count(b'"') % 2 or b"\r" in line for ls in lines for line in ls):
        return versions
    counts = [Counter(ls) for ls in lines]
    alike = {line for line, n in counts[0].items() if all(c[line] == n for c in counts)}
    return [b"\n".join([ls[0]] + [line for line in ls[1:] if line not in alike]) for ls in lines]


def reading(base, ours, theirs, result=None):
    there = [i for i, v in enumerate((base, ours, theirs, result)) if v is not None]
    tables = [None] * 4
    for i, content in zip(there, changed_lines([(base, ours, theirs, result)[i] for i in there])):
        tables[i] = Table(content)
    tables[0] = tables[0] or Table(b"")
    key = key_of([tables[i] for i in there])
    wrong, contradictions = keyed(key, *tables) if key else counted(*tables)
    return Reading("key " + ", ".join(n for n, _ in key) if key else "rows", wrong, contradictions)
